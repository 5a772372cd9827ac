from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: From calm to serious; an invoice shows the worst of its instalments.
STATUS = [
    ("paid", "Paid"),
    ("written_off", "Written off"),
    ("not_due", "Not due"),
    ("due", "Due today"),
    ("overdue", "Overdue"),
    ("reminded", "Reminded"),
    ("partly_written_off", "Partly written off"),
    ("withheld", "Withheld tax"),
    ("planned", "On plan"),
    ("promised", "Promised"),
    ("disputed", "Disputed"),
    ("held", "Not chased"),
    ("escalated", "Escalated"),
]

#: From 1, as PostgreSQL counts.
RANKS = {status: rank for rank, (status, _label) in enumerate(STATUS, 1)}


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = "account.move"

    ar_status = fields.Selection(
        STATUS,
        string="Collection status",
        compute="_compute_ar_status",
        search="_search_ar_status",
        help="The worst of the instalments of the invoice.",
    )
    ar_level_id = fields.Many2one(
        "ar.collection.level", string="Follow-up level", compute="_compute_ar_level"
    )
    ar_last_notice_id = fields.Many2one(
        "ar.collection.notice", string="Last notice", compute="_compute_ar_level"
    )

    # Make "blocked", and what was reversed lately, cheap to find among millions of moves.
    _ar_blocked_idx = models.Index("(id) WHERE payment_state = 'blocked'")
    _ar_reversed_idx = models.Index("(create_date) WHERE reversed_entry_id IS NOT NULL")

    @api.depends("state", "payment_state", "amount_residual", "line_ids.date_maturity")
    def _compute_ar_status(self):
        statuses = dict(self._ar_statuses(self.ids))
        for move in self:
            move.ar_status = statuses.get(move._origin.id, False)

    @api.model
    def _search_ar_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = [status for status in value if status]
        query = SQL(
            "SELECT status.id FROM (%s) AS status(id, status) WHERE status.status = ANY(%s)",
            self._ar_status_sql(),
            wanted,
        )
        domain = Domain("id", "in", query)
        if False in value:
            domain |= ~Domain("id", "in", SQL("SELECT id FROM (%s) AS s", self._ar_status_sql()))
        return domain

    @api.model
    def _ar_statuses(self, move_ids):
        """(id, status) of those of these moves that are posted customer invoices."""
        if not move_ids:
            return []
        self.env["account.move.line"].flush_model()
        self.env["ar.collection.hold"].flush_model()
        self.env["ar.collection.write.off.line"].flush_model()
        return self.env.execute_query(self._ar_status_sql(move_ids))

    @api.model
    def _ar_status_sql(self, move_ids=None):
        """SQL: id and status of posted customer invoices, the worst of their instalments."""
        today = self.env.company._ar_root()._ar_today()
        restrict = SQL("move.id IN %s", tuple(move_ids)) if move_ids else SQL("TRUE")
        return SQL(
            """
            SELECT id, CASE WHEN min(rank) = %(written_off)s AND max(rank) = %(written_off)s
                            THEN 'written_off'
                            WHEN bool_or(given_up) AND max(rank) < %(partly)s
                            THEN 'partly_written_off'  -- the rest is paid, or open and not held
                            ELSE (%(ranks)s::text[])[max(rank)] END AS status
              FROM (SELECT move.id, %(rank)s AS rank, given_up.amount > 0 AS given_up
                      FROM account_move move
                      JOIN account_move_line line ON line.move_id = move.id
                      JOIN account_account account ON account.id = line.account_id
                       AND account.account_type = 'asset_receivable'
                      LEFT JOIN ar_collection_level level ON level.id = line.ar_level_id
                      LEFT JOIN ar_collection_hold hold
                        ON hold.line_id = line.id AND %(in_force)s
                      LEFT JOIN (%(given_up)s) given_up ON given_up.line_id = line.id
                     WHERE move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_receipt')
                       AND %(restrict)s) item
             GROUP BY id
            """,
            ranks=[status for status, _label in STATUS],
            partly=RANKS["partly_written_off"],
            written_off=RANKS["written_off"],
            rank=self._ar_rank_sql(today),
            in_force=self.env["ar.collection.hold"]._in_force_sql("hold", today),
            given_up=self._ar_given_up_sql(restrict),
            restrict=restrict,
        )

    @api.model
    def _ar_rank_sql(self, today):
        """SQL: the rank of the status of an item with a hold."""
        return SQL(
            """
            CASE
                WHEN line.amount_residual <= 0 AND given_up.amount >= line.amount_currency
                    THEN %(written_off)s
                WHEN line.amount_residual <= 0 THEN %(paid)s
                WHEN hold.kind = 'placed' THEN %(escalated)s
                WHEN hold.kind = 'disputed' THEN %(disputed)s
                WHEN hold.kind = 'promised' THEN %(promised)s
                WHEN hold.kind = 'planned' THEN %(planned)s
                WHEN hold.kind = 'withheld' THEN %(withheld)s
                WHEN hold.kind IS NOT NULL OR line.no_followup
                  OR move.payment_state = 'blocked' THEN %(held)s
                WHEN coalesce(line.date_maturity, line.date) > %(today)s THEN %(not_due)s
                WHEN coalesce(line.date_maturity, line.date) = %(today)s THEN %(due)s
                WHEN level.delay >= 0 THEN %(reminded)s
                ELSE %(overdue)s
            END""",
            today=today,
            **RANKS,
        )

    @api.model
    def _ar_given_up_sql(self, restrict):
        """SQL: item and what of it is written off in the ledger, in the item's currency."""
        return SQL(
            """
            SELECT part.debit_move_id AS line_id, sum(part.debit_amount_currency) AS amount
              FROM ar_collection_write_off_line given
              JOIN account_partial_reconcile part ON part.credit_move_id = given.entry_line_id
               AND part.debit_move_id = given.line_id
              JOIN account_move_line item ON item.id = given.line_id
              JOIN account_move move ON move.id = item.move_id
             WHERE %s
             GROUP BY part.debit_move_id
            """,
            restrict,
        )

    @api.depends("line_ids.ar_level_id")
    def _compute_ar_level(self):
        notice_lines = self.env["ar.collection.notice.line"].sudo()  # evidence of own invoices
        last_line = dict(
            notice_lines._read_group(
                [("line_id", "in", self.line_ids.ids), ("notice_id.state", "=", "sent")],
                ["move_id"],
                ["id:max"],
            )
        )
        for move in self:
            move.ar_level_id = move.line_ids.ar_level_id.sorted("delay")[-1:]
            move.ar_last_notice_id = notice_lines.browse(last_line.get(move)).notice_id

    # === HOOKS: they only remember whose figures moved === #
    def _compute_payment_state(self):
        result = super()._compute_payment_state()
        self._origin.line_ids._ar_remember()
        return result

    def write(self, vals):
        result = super().write(vals)
        if "payment_state" in vals:  # a person blocks or unblocks it: nothing is computed
            self.line_ids._ar_remember()
        return result
