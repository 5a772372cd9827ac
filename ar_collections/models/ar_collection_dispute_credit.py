from odoo import fields, models


class ArCollectionDispute(models.Model):
    """The credit notes that settle a dispute."""

    _inherit = "ar.collection.dispute"

    credit_move_ids = fields.One2many(
        "account.move", "ar_dispute_id", string="Credit notes", readonly=True, copy=False
    )
