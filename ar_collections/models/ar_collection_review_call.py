from odoo import fields, models


class ArCollectionCall(models.Model):
    _inherit = "ar.collection.call"

    review_ids = fields.One2many("ar.collection.review", "call_id", string="Reviews")
