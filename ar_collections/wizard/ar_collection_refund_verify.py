from odoo import fields, models


class ArCollectionRefundVerify(models.TransientModel):
    """How one knows that a bank account is the debtor's."""

    _name = "ar.collection.refund.verify"
    _description = "Verify a Bank Account"

    refund_id = fields.Many2one("ar.collection.refund", required=True, ondelete="cascade")
    partner_bank_id = fields.Many2one(related="refund_id.partner_bank_id")
    bank_check = fields.Selection(related="refund_id.bank_check")
    how = fields.Char(string="How do you know", required=True)

    def action_verify(self):
        """Note it; see ``ar.collection.refund.action_verify``."""
        self.ensure_one()
        return self.refund_id.action_verify(self.how)
