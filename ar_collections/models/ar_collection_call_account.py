from odoo import api, fields, models
from odoo.tools import SQL

#: What the calls of an account keep on it; no person may write it.
KEPT = ("last_call_id", "last_result_id", "callback_at", "unanswered_attempts", "reply_received_at")


class ArCollection(models.Model):
    """What the calls of a debtor leave on the account."""

    _inherit = "ar.collection"

    call_ids = fields.One2many("ar.collection.call", "collection_id", string="Calls")
    last_call_id = fields.Many2one(
        "ar.collection.call", readonly=True, index="btree_not_null", ondelete="set null"
    )
    last_result_id = fields.Many2one(
        "ar.collection.call.result",
        string="Last result",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Result of the last call.",
    )
    callback_at = fields.Datetime(
        string="Call back at",
        readonly=True,
        help="The time the debtor asked to be called, or the collector to be reminded.",
    )
    unanswered_attempts = fields.Integer(
        string="Attempts without answer",
        readonly=True,
        aggregator="max",
        help="Attempts since somebody was last spoken to.",
    )
    reply_received_at = fields.Datetime(
        string="Reply received", readonly=True, help="An e-mail of the debtor waits for an answer."
    )

    @api.model
    def _kept_fields(self):
        return super()._kept_fields() | set(KEPT)

    def _recount_calls(self):
        """Keep last call and result, call-back, attempts without answer and the last contact."""
        if not self:
            return
        self.env["ar.collection.call"].flush_model()
        self.flush_model(["last_contact_date", "remind_at", "reply_received_at", *KEPT])
        for company, accounts in self.grouped("company_id").items():
            zone = company.sudo().partner_id.tz or "UTC"  # a timezone
            self.env.cr.execute(accounts._recount_sql(zone))
        self.invalidate_recordset([*KEPT, "last_contact_date"])

    def _recount_sql(self, zone):
        return SQL(
            """
            UPDATE ar_collection account
               SET last_call_id = last.id, last_result_id = last.result_id,
                   callback_at = coalesce(account.remind_at, last.callback_at),
                   unanswered_attempts = coalesce(missed.attempts, 0),
                   last_contact_date = greatest(account.last_contact_date,
                       (spoken.at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date)
              FROM ar_collection own
              LEFT JOIN LATERAL (
                   SELECT id, result_id, callback_at FROM ar_collection_call
                    WHERE collection_id = own.id ORDER BY date DESC, id DESC LIMIT 1
                   ) last ON TRUE
              LEFT JOIN LATERAL (
                   SELECT max(date) AS at
                     FROM ar_collection_call WHERE collection_id = own.id AND is_contact
                   ) spoken ON TRUE
              LEFT JOIN LATERAL (
                   SELECT count(*) AS attempts
                     FROM ar_collection_call
                    WHERE collection_id = own.id AND is_attempt AND NOT is_contact
                      AND date > coalesce(spoken.at, '-infinity')
                   ) missed ON TRUE
             WHERE own.id = account.id AND account.id IN %(ids)s
            """,
            zone=zone,
            ids=tuple(self.ids),
        )
