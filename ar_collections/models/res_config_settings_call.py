from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ar_accountant_id = fields.Many2one(related="ar_company_id.ar_accountant_id", readonly=False)
    ar_untouched_amount = fields.Monetary(
        related="ar_company_id.ar_untouched_amount",
        readonly=False,
        currency_field="ar_call_currency_id",
    )
    ar_untouched_days = fields.Integer(related="ar_company_id.ar_untouched_days", readonly=False)
    ar_call_currency_id = fields.Many2one(
        related="ar_company_id.currency_id", string="Currency of collections"
    )
