from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ArCollectionTarget(models.Model):
    """What a collector is to reach in a month, and how far the month has come."""

    _name = "ar.collection.target"
    _description = "Target of a Collector"
    _order = "month desc, user_id, id"
    _rec_name = "user_id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company._ar_root(),
        domain="[('parent_id', '=', False)]",
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        required=True,
        index=True,
        domain="[('share', '=', False)]",
        ondelete="cascade",
    )
    month = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="Any day of it.",
    )
    amount = fields.Monetary(string="To collect", help="Money received in the month.")
    contacts = fields.Integer(
        string="Right persons", help="Conversations with the right person in the month."
    )
    promises = fields.Integer(
        string="Kept promises", help="Promises the collector took that were due in the month."
    )
    led = fields.Boolean(
        compute="_compute_led", search="_search_led", help="Of a collector of a portfolio I lead."
    )
    amount_now = fields.Monetary(
        string="Collected",
        compute="_compute_progress",
        help="Payments matched with claims of the debtors who are the collector's today, by the "
        "date of the payment; credit notes do not count.",
    )
    contacts_now = fields.Integer(string="Reached", compute="_compute_progress")
    promises_now = fields.Integer(string="Kept", compute="_compute_progress")
    amount_progress = fields.Float(string="Collected, %", compute="_compute_progress")
    contacts_progress = fields.Float(string="Reached, %", compute="_compute_progress")
    promises_progress = fields.Float(string="Kept, %", compute="_compute_progress")

    _month_uniq = models.UniqueIndex(
        "(company_id, user_id, month)", "The collector has a target for this month already."
    )
    _month_first = models.Constraint(
        "CHECK (EXTRACT(day FROM month) = 1)", "A target is for a whole month."
    )
    _positive = models.Constraint(
        "CHECK (coalesce(amount, 0) >= 0 AND coalesce(contacts, 0) >= 0"
        " AND coalesce(promises, 0) >= 0)",
        "A target cannot be negative.",
    )

    @api.depends("company_id", "user_id", "month", "amount", "contacts", "promises")
    def _compute_progress(self):
        done = self._done()
        for target in self:
            figures = done.get(target.id, {})
            for name in ("amount", "contacts", "promises"):
                reached = figures.get(name) or 0
                aim = target[name]
                target[f"{name}_now"] = reached
                target[f"{name}_progress"] = 100.0 * reached / aim if aim else 0.0

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_led(self):
        users = self._led_users()
        for target in self:
            target.led = target.user_id in users

    @api.model
    def _search_led(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("user_id", "in", self._led_users().ids)
        return domain if True in value else ~domain

    @api.model
    def _led_users(self):
        # sudo: the collectors of the portfolios one leads, for the rule on targets
        led = self.env["ar.collection.portfolio"].sudo().search([("lead_id", "=", self.env.uid)])
        return led.member_ids.user_id

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._of_month(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._of_month(vals))

    @api.model
    def _of_month(self, vals):
        day = fields.Date.to_date(vals.get("month"))
        return {**vals, "month": day.replace(day=1)} if day else vals

    def copy_data(self, default=None):
        """A copy is for the month after."""
        return [
            {**vals, "month": target.month + relativedelta(months=1)}
            for target, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # === BUSINESS === #
    def _done(self):
        """What was reached so far: dict id -> dict amount (company currency), contacts,
        promises. One query."""
        if not self.ids:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH target AS (
                    SELECT id, company_id, user_id, month,
                           (month + interval '1 month')::date AS ends
                      FROM ar_collection_target WHERE id = ANY(%(ids)s))
                SELECT target.id, money.amount, spoken.contacts, kept.promises
                  FROM target
                  LEFT JOIN LATERAL (%(money)s) money ON TRUE
                  LEFT JOIN LATERAL (
                      SELECT count(*) AS contacts FROM ar_collection_call call
                       WHERE call.user_id = target.user_id
                         AND call.company_id = target.company_id
                         AND call.is_contact AND call.right_party
                         AND call.date >= target.month AND call.date < target.ends) spoken ON TRUE
                  LEFT JOIN LATERAL (
                      SELECT count(*) AS promises FROM ar_collection_promise promise
                       WHERE promise.user_id = target.user_id
                         AND promise.company_id = target.company_id
                         AND promise.state = 'kept'
                         AND promise.date >= target.month AND promise.date < target.ends)
                       kept ON TRUE
                """,
                ids=self.ids,
                money=self._money_sql(),
            )
        )
        return {row.pop("id"): row for row in rows}

    @api.model
    def _money_sql(self):
        """SQL: payments matched with trade claims of the collector's debtors in the month."""
        return SQL(
            """
            SELECT sum(partial.amount) AS amount
              FROM account_partial_reconcile partial
              JOIN account_move_line credit ON credit.id = partial.credit_move_id
               AND credit.date >= target.month AND credit.date < target.ends
              JOIN account_journal journal ON journal.id = credit.journal_id
               AND journal.type IN ('bank', 'cash', 'credit')
              JOIN account_move_line claim ON claim.id = partial.debit_move_id
              JOIN account_account receivable ON receivable.id = claim.account_id
               AND receivable.account_type = 'asset_receivable'
               AND receivable.non_trade IS NOT TRUE
              JOIN res_partner partner ON partner.id = claim.partner_id
              JOIN res_company company ON company.id = claim.company_id
              JOIN ar_collection account ON account.partner_id = partner.commercial_partner_id
               AND account.company_id = split_part(company.parent_path, '/', 1)::int
             WHERE account.user_id = target.user_id AND account.company_id = target.company_id
            """
        )
