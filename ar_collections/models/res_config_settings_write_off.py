from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ar_write_off_account_id = fields.Many2one(
        related="ar_company_id.ar_write_off_account_id", readonly=False
    )
    ar_write_off_journal_id = fields.Many2one(
        related="ar_company_id.ar_write_off_journal_id", readonly=False
    )
