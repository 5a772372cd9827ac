from odoo import fields, models

from .ar_collection_statement import KINDS


class ResCompany(models.Model):
    """When statements of account are sent by themselves."""

    _inherit = "res.company"

    ar_statement_day = fields.Integer(
        string="Statements on day",
        help="Day of the month on which every debtor with a balance gets a statement; after the "
        "last day of a month it is the last. 0: never by itself.",
    )
    ar_statement_kind = fields.Selection(KINDS, string="Statement", default="open_item")
    ar_statement_minimum = fields.Monetary(
        string="Statement for balances over",
        help="Debtors who owe no more than this get no monthly statement.",
    )

    _ar_statement_day_of_month = models.Constraint(
        "CHECK (ar_statement_day BETWEEN 0 AND 31)",
        "Statements are sent on a day of the month, 1 to 31, or never, 0.",
    )
