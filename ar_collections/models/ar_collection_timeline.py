from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .ar_collection_queue import TELL
from .ar_collection_refresh import CONFLICTS

#: What a message in the timeline of a debtor is about; empty: something else.
KINDS = [
    ("call", "Call"),
    ("notice", "Notice"),
    ("promise", "Promise"),
    ("payment", "Payment"),
    ("credit", "Credit note"),
    ("dispute", "Dispute"),
    ("plan", "Plan"),
    ("hold", "Hold"),
]
#: Context key that says so when a message is written.
KIND = "ar_collections_kind"
#: Rows of the queue whose payments are told in one transaction.
BATCH = 500


class MailMessage(models.Model):
    _name = "mail.message"
    _inherit = "mail.message"

    ar_kind = fields.Selection(KINDS, string="About (collections)", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        kind = self.env.context.get(KIND)
        if kind:
            vals_list = [
                {**vals, "ar_kind": kind} if vals.get("model") == "ar.collection" else vals
                for vals in vals_list
            ]
        return super().create(vals_list)

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), "ar_kind"]


class ArCollectionCall(models.Model):
    _inherit = "ar.collection.call"

    def _post_line(self):
        return super(ArCollectionCall, self.with_context(**{KIND: "call"}))._post_line()


class ArCollectionPromise(models.Model):
    _inherit = "ar.collection.promise"

    def _log_on_accounts(self, text):
        promises = self.with_context(**{KIND: "promise"})
        return super(ArCollectionPromise, promises)._log_on_accounts(text)


class ArCollectionDispute(models.Model):
    _inherit = "ar.collection.dispute"

    def _log_on_accounts(self, text):
        disputes = self.with_context(**{KIND: "dispute"})
        return super(ArCollectionDispute, disputes)._log_on_accounts(text)


class ArCollectionNotice(models.Model):
    _inherit = "ar.collection.notice"

    def _post_to_debtor(self, *args, **kwargs):
        notice = self.with_context(**{KIND: "notice"})
        return super(ArCollectionNotice, notice)._post_to_debtor(*args, **kwargs)


class ArCollectionPlan(models.Model):
    _inherit = "ar.collection.plan"

    def _log_on_accounts(self, text):
        plans = self.with_context(**{KIND: "plan"})
        return super(ArCollectionPlan, plans)._log_on_accounts(text)


class ArCollectionHold(models.Model):
    """A hold that a person places, is granted or ends; those of promises, disputes and plans
    are told by these."""

    _inherit = "ar.collection.hold"

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        own = holds.filtered(
            lambda hold: not hold.source_model and hold.approval_state != "waiting"
        )
        texts = {}
        for hold in own:
            texts.setdefault(hold.collection_id.id, []).append(hold._placed_text())
        if texts:
            # sudo: a line of the program's on the timeline of a debtor whose hold was just placed
            accounts = self.env["ar.collection"].sudo().with_context(**{KIND: "hold"})
            bodies = {key: ". ".join(lines) for key, lines in texts.items()}
            accounts.browse(texts)._message_log_batch(bodies)
        return holds

    def _placed_text(self):
        parts = [self.env._("Hold: %(hold)s", hold=self.display_name)]
        if self.amount:
            parts.append(self.currency_id.format(self.amount))
        if self.date_to:
            day = format_date(self.env, self.date_to)
            parts.append(self.env._("until %(day)s", day=day))
        return ", ".join(parts)

    @api.model
    def _tell_debtor(self, hold, text, reason=None):
        hold = hold.with_context(**{KIND: "hold"})
        return super()._tell_debtor(hold, text, reason)

    def action_end(self):
        return super(ArCollectionHold, self.with_context(**{KIND: "hold"})).action_end()


class ArCollection(models.Model):
    """Payments and credit notes stand in the timeline, too.

    A job of its own writes them, after the refresh: they take longer than all the figures of
    these debtors.
    """

    _inherit = "ar.collection"

    payment_line_seen = fields.Integer(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Number of the last payment item that stands in the timeline.",
    )

    @api.model
    def _kept_fields(self):
        return super()._kept_fields() | {"payment_line_seen"}

    @api.model
    def _cron_tell_payments(self):
        """Note the last payments of debtors, and write them on their timelines, a batch per
        transaction."""
        queue, left = self.env["ar.collection.queue"], True
        while left:
            # The locking SELECT must be the first statement: start a fresh transaction.
            self.env["ir.cron"]._commit_progress()
            try:
                row_ids, _concerned, paid_ids = queue._take(BATCH, refreshed=True)
                self._update_last_payments([], paid_ids)
                self._tell_payments(paid_ids)
                queue._forget(row_ids)
            except CONFLICTS:  # somebody saved one of these debtors: they stay in the queue
                self.env.cr.rollback()
                queue._ask_for(TELL)
                break
            left = self.env["ir.cron"]._commit_progress(len(row_ids))
            if len(row_ids) < BATCH:
                break

    @api.model
    def _tell_payments(self, partner_ids):
        """A line in the timeline of each debtor who has paid, or was given a credit note, since
        the last time."""
        self.flush_model(["payment_line_seen"])
        rows = self.env.execute_query_dict(self._new_payments_sql(partner_ids))
        if not rows:
            return
        texts, seen = {"payment": {}, "credit": {}}, {}
        for row in rows:
            texts[row["kind"]].setdefault(row["id"], []).append(self._payment_text(row))
            seen[row["id"]] = row["line_id"]
        for kind, lines in texts.items():
            # sudo: the machine writes what the ledger says on the timeline of every debtor
            accounts = self.sudo().with_context(**{KIND: kind}).browse(lines)
            accounts._message_log_batch({key: ". ".join(value) for key, value in lines.items()})
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection account SET payment_line_seen = seen.line_id
                  FROM unnest(%s::int[], %s::int[]) AS seen(id, line_id) WHERE account.id = seen.id
                """,
                list(seen),
                list(seen.values()),
            )
        )
        self.invalidate_model(["payment_line_seen"])

    @api.model
    def _payment_text(self, row):
        values = {
            "amount": self.env["res.currency"]
            .browse(row["currency_id"])
            .format(float(row["amount"])),
            "day": format_date(self.env, row["date"]),
            "number": row["move_name"] or "",
        }
        if row["kind"] == "credit":
            return self.env._("Credit note: %(amount)s on %(day)s (%(number)s)", **values)
        return self.env._("Payment received: %(amount)s on %(day)s (%(number)s)", **values)

    @api.model
    def _new_payments_sql(self, partner_ids):
        """SQL: money and credit notes of these debtors that their timeline does not show yet."""
        return SQL(
            """
            SELECT account.id, line.id AS line_id, line.date, line.move_name, line.currency_id,
                   -line.amount_currency AS amount,
                   CASE journal.type WHEN 'sale' THEN 'credit' ELSE 'payment' END AS kind
              FROM ar_collection account
              JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
              JOIN account_move_line line ON line.partner_id = partner.id
              JOIN account_journal journal ON journal.id = line.journal_id
              JOIN res_company company ON company.id = line.company_id
             WHERE account.partner_id = ANY(%s::int[])
               AND split_part(company.parent_path, '/', 1)::int = account.company_id
               AND line.id > coalesce(account.payment_line_seen, 0)
               AND line.create_date >= account.create_date - interval '1 day'
               AND line.account_id IN (SELECT id FROM account_account
                                        WHERE account_type = 'asset_receivable')
               AND journal.type IN ('bank', 'cash', 'credit', 'sale')
               AND line.balance < 0 AND line.parent_state = 'posted'
             ORDER BY line.id
            """,
            list(partner_ids),
        )
