from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ar_month_end_dispute = fields.Monetary(
        related="ar_company_id.ar_month_end_dispute",
        currency_field="ar_call_currency_id",
        readonly=False,
    )
