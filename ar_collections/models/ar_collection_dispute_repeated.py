from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Months in which deductions of one kind count together.
MONTHS = 12
#: What the customer takes for himself.
TAKEN = ("deduction", "short_payment")


class ArCollectionDispute(models.Model):
    """A customer who deducts the same again and again is flagged: it is a habit, not an error."""

    _inherit = "ar.collection.dispute"

    same_count = fields.Integer(
        string="Of this kind in 12 months",
        compute="_compute_same_count",
        help="Deductions and short payments of this customer for this reason, this one included.",
    )
    repeated = fields.Boolean(
        compute="_compute_same_count",
        search="_search_repeated",
        help="As often as the settings say, or more.",
    )

    @api.depends("collection_id", "reason_id", "kind", "date_opened")
    def _compute_same_count(self):
        counts = {}
        for minimum_of, disputes in self.grouped("company_id").items():
            for account_id, reason_id, count in self._same_counts(disputes.collection_id.ids):
                counts[account_id, reason_id] = (count, minimum_of.ar_repeated_deductions)
        for dispute in self:
            count, minimum = counts.get((dispute.collection_id.id, dispute.reason_id.id), (0, 0))
            taken = dispute.kind in TAKEN
            dispute.same_count = count if taken else 0
            dispute.repeated = bool(taken and minimum and count >= minimum)

    @api.model
    def _search_repeated(self, operator, value):
        if operator != "in":
            return NotImplemented
        rows = self._same_counts()
        # sudo: a setting
        minimum = {
            company.id: company.ar_repeated_deductions
            for company in self.env["res.company"].sudo().search([("parent_id", "=", False)])
        }
        accounts = self.env["ar.collection"].browse({row[0] for row in rows}).sudo()  # dito
        company_of = {account.id: account.company_id.id for account in accounts}
        domain = fields.Domain.OR(
            fields.Domain("collection_id", "=", account_id)
            & fields.Domain("reason_id", "=", reason_id)
            for account_id, reason_id, count in rows
            if minimum.get(company_of[account_id]) and count >= minimum[company_of[account_id]]
        ) & fields.Domain("kind", "in", TAKEN)
        return domain if True in value else ~domain

    @api.model
    def _same_counts(self, account_ids=None):
        """Rows (account, reason, how many deductions for it in 12 months)."""
        self.flush_model(["collection_id", "reason_id", "kind", "date_opened"])
        return self.env.execute_query(
            SQL(
                """
                SELECT collection_id, reason_id, count(*)
                  FROM ar_collection_dispute
                 WHERE kind IN %s AND reason_id IS NOT NULL AND date_opened >= %s AND %s
                 GROUP BY collection_id, reason_id
                HAVING count(*) > 1
                """,
                TAKEN,
                fields.Datetime.now() - relativedelta(months=MONTHS),
                SQL("TRUE")
                if account_ids is None
                else SQL("collection_id = ANY(%s)", list(account_ids)),
            )
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    ar_repeated_deductions = fields.Integer(
        string="Repeated from",
        default=3,
        help="Deductions of one kind by one customer in 12 months from which they are flagged; 0: "
        "never.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ar_repeated_deductions = fields.Integer(
        related="ar_company_id.ar_repeated_deductions", readonly=False
    )
