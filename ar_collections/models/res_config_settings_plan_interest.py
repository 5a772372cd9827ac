from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ar_plan_interest_product_id = fields.Many2one(
        related="company_id.ar_plan_interest_product_id", readonly=False
    )
