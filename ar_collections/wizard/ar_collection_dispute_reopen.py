from odoo import fields, models


class ArCollectionDisputeReopen(models.TransientModel):
    """Why disputes are opened again, or a decision is taken back."""

    _name = "ar.collection.dispute.reopen"
    _description = "Open a Dispute Again"

    dispute_ids = fields.Many2many("ar.collection.dispute", required=True)
    reason = fields.Text(required=True)
    take_back = fields.Boolean(help="It is decided and waits to be carried out.")

    def action_reopen(self):
        """Open them again, or take the decisions back.

        :raises UserError: one is open, or its credit note is posted already.
        :return: True
        """
        self.ensure_one()
        if self.take_back:
            return self.dispute_ids.action_take_back(self.reason)
        return self.dispute_ids.action_reopen(self.reason)
