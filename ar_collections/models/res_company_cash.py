from odoo import fields, models


class ResCompany(models.Model):
    """Settings of cash application; those of the root company count for its branches."""

    _inherit = "res.company"

    ar_cash_journal_id = fields.Many2one(
        "account.journal",
        string="Journal for differences",
        domain="[('type', '=', 'general')]",
        help="For bank charges, discounts and transfers. Empty: the first miscellaneous journal.",
    )
    ar_bank_charge_account_id = fields.Many2one(
        "account.account",
        string="Bank charges",
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="Where charges go that the bank kept from a payment.",
    )
    ar_cash_tolerance = fields.Monetary(
        string="Tolerance",
        help="A payment may differ from the items by so much and still be proposed for them.",
    )
    ar_cash_tolerance_percent = fields.Float(
        string="Tolerance (%)",
        digits=(5, 2),
        help="And by at most so many percent of the items; 0: only the amount counts.",
    )
    ar_cash_charge_limit = fields.Monetary(
        string="Bank charges up to",
        help="A payment that is short by at most this is proposed as one with bank charges kept; "
        "0: never.",
    )
    ar_cash_oldest_first = fields.Boolean(
        string="Oldest first as a last resort",
        help="Where nothing else fits, propose the oldest items. Never applied by itself.",
    )

    _ar_cash_limits_positive = models.Constraint(
        "CHECK (coalesce(ar_cash_tolerance, 0) >= 0 AND coalesce(ar_cash_charge_limit, 0) >= 0"
        " AND coalesce(ar_cash_tolerance_percent, 0) >= 0)",
        "Tolerances of cash application cannot be negative.",
    )
