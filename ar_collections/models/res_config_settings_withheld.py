from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ar_withheld_account_id = fields.Many2one(
        related="ar_company_id.ar_withheld_account_id", readonly=False
    )
    ar_withheld_days = fields.Integer(related="ar_company_id.ar_withheld_days", readonly=False)
