from odoo import fields, models


class ArCollectionTransferReverse(models.TransientModel):
    """Why a transfer is reversed."""

    _name = "ar.collection.transfer.reverse"
    _description = "Reverse a Transfer"

    transfer_id = fields.Many2one("ar.collection.transfer", required=True, ondelete="cascade")
    reason = fields.Char(required=True)

    def action_reverse(self):
        """Reverse it; see ``ar.collection.transfer.action_reverse``."""
        self.ensure_one()
        return self.transfer_id.action_reverse(self.reason)
