from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of cash application, those of the head company."""

    _inherit = "res.config.settings"

    ar_cash_currency_id = fields.Many2one(
        related="ar_company_id.currency_id", string="Currency of cash application"
    )
    ar_cash_journal_id = fields.Many2one(related="ar_company_id.ar_cash_journal_id", readonly=False)
    ar_bank_charge_account_id = fields.Many2one(
        related="ar_company_id.ar_bank_charge_account_id", readonly=False
    )
    ar_cash_tolerance = fields.Monetary(
        related="ar_company_id.ar_cash_tolerance",
        readonly=False,
        currency_field="ar_cash_currency_id",
    )
    ar_cash_tolerance_percent = fields.Float(
        related="ar_company_id.ar_cash_tolerance_percent", readonly=False
    )
    ar_cash_charge_limit = fields.Monetary(
        related="ar_company_id.ar_cash_charge_limit",
        readonly=False,
        currency_field="ar_cash_currency_id",
    )
    ar_cash_oldest_first = fields.Boolean(
        related="ar_company_id.ar_cash_oldest_first", readonly=False
    )
