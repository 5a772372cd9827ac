from odoo import api, fields, models
from odoo.tools import SQL, format_date

#: What a message in the timeline of a debtor is about; empty: something else.
KINDS = [
    ("call", "Call"),
    ("notice", "Notice"),
    ("promise", "Promise"),
    ("payment", "Payment"),
    ("dispute", "Dispute"),
]
#: Context key that says so when a message is written.
KIND = "ar_collections_kind"


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


class ArCollection(models.Model):
    """Payments stand in the timeline, too."""

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
    def _update_last_payments(self, new_ids, paid_ids):
        result = super()._update_last_payments(new_ids, paid_ids)
        if paid_ids:
            self._log_payments(paid_ids)
        return result

    @api.model
    def _log_payments(self, partner_ids):
        """A line in the timeline of each debtor whose money has come since the last time."""
        self.flush_model(["payment_line_seen"])
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT account.id, line.id AS line_id, line.date, line.move_name, line.currency_id,
                       -line.amount_currency AS amount
                  FROM ar_collection account
                  JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
                  JOIN account_move_line line ON line.partner_id = partner.id
                  JOIN res_company company ON company.id = line.company_id
                 WHERE account.partner_id = ANY(%s::int[])
                   AND split_part(company.parent_path, '/', 1)::int = account.company_id
                   AND line.id > coalesce(account.payment_line_seen, 0)
                   AND line.create_date >= account.create_date - interval '1 day'
                   AND line.account_id IN (SELECT id FROM account_account
                                            WHERE account_type = 'asset_receivable')
                   AND line.journal_id IN (SELECT id FROM account_journal
                                            WHERE type IN ('bank', 'cash', 'credit'))
                   AND line.balance < 0 AND line.parent_state = 'posted'
                 ORDER BY line.id
                """,
                list(partner_ids),
            )
        )
        if not rows:
            return
        currencies = self.env["res.currency"]
        texts, seen = {}, {}
        for row in rows:
            text = self.env._(
                "Payment received: %(amount)s on %(day)s (%(number)s)",
                amount=currencies.browse(row["currency_id"]).format(float(row["amount"])),
                day=format_date(self.env, row["date"]),
                number=row["move_name"] or "",
            )
            texts.setdefault(row["id"], []).append(text)
            seen[row["id"]] = row["line_id"]
        # sudo: the machine writes what the ledger says on the timeline of every debtor
        accounts = self.sudo().with_context(**{KIND: "payment"}).browse(texts)
        accounts._message_log_batch({key: ". ".join(lines) for key, lines in texts.items()})
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
