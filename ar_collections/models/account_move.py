from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: From calm to serious; an invoice shows the worst of its instalments.
STATUS = [
    ("paid", "Paid"),
    ("not_due", "Not due"),
    ("due", "Due today"),
    ("overdue", "Overdue"),
    ("reminded", "Reminded"),
    ("withheld", "Withheld tax"),
    ("planned", "On plan"),
    ("promised", "Promised"),
    ("disputed", "Disputed"),
    ("held", "Not chased"),
    ("escalated", "Escalated"),
]


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

    # Makes "blocked" cheap to find among millions of moves.
    _ar_blocked_idx = models.Index("(id) WHERE payment_state = 'blocked'")

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
        return self.env.execute_query(self._ar_status_sql(move_ids))

    @api.model
    def _ar_status_sql(self, move_ids=None):
        """SQL: id and status of posted customer invoices, the worst of their instalments."""
        today = self.env.company._ar_root()._ar_today()
        ranks = [status for status, _label in STATUS]
        return SQL(
            """
            SELECT move.id, (%(ranks)s::text[])[max(
                CASE
                    WHEN line.amount_residual <= 0 THEN 1
                    WHEN hold.kind = 'placed' THEN 11
                    WHEN hold.kind = 'disputed' THEN 9
                    WHEN hold.kind = 'promised' THEN 8
                    WHEN hold.kind = 'planned' THEN 7
                    WHEN hold.kind = 'withheld' THEN 6
                    WHEN hold.kind IS NOT NULL OR line.no_followup
                      OR move.payment_state = 'blocked' THEN 10
                    WHEN coalesce(line.date_maturity, line.date) > %(today)s THEN 2
                    WHEN coalesce(line.date_maturity, line.date) = %(today)s THEN 3
                    WHEN level.delay >= 0 THEN 5
                    ELSE 4
                END)] AS status
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
              JOIN account_account account ON account.id = line.account_id
               AND account.account_type = 'asset_receivable'
              LEFT JOIN ar_collection_level level ON level.id = line.ar_level_id
              LEFT JOIN ar_collection_hold hold ON hold.line_id = line.id AND %(in_force)s
             WHERE move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_receipt')
               AND %(restrict)s
             GROUP BY move.id
            """,
            ranks=ranks,
            today=today,
            in_force=self.env["ar.collection.hold"]._in_force_sql("hold", today),
            restrict=SQL("move.id IN %s", tuple(move_ids)) if move_ids else SQL("TRUE"),
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
