from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ar_statement_day = fields.Integer(related="ar_company_id.ar_statement_day", readonly=False)
    ar_statement_kind = fields.Selection(related="ar_company_id.ar_statement_kind", readonly=False)
    ar_statement_minimum = fields.Monetary(
        related="ar_company_id.ar_statement_minimum",
        readonly=False,
        currency_field="ar_call_currency_id",
    )
