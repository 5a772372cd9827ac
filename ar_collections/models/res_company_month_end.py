from odoo import fields, models


class ResCompany(models.Model):
    """What the check-list of a month looks at; of the root company."""

    _inherit = "res.company"

    ar_month_end_dispute = fields.Monetary(
        string="Open disputes from",
        help="At month end, smaller disputes are not listed.",
    )
