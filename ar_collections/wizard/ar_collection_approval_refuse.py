from odoo import fields, models


class ArCollectionApprovalRefuse(models.TransientModel):
    """Refuse requests with a reason."""

    _name = "ar.collection.approval.refuse"
    _description = "Refuse Requests"

    approval_ids = fields.Many2many(
        "ar.collection.approval",
        string="Requests",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason = fields.Text(string="Why", required=True)

    def action_refuse(self):
        """Refuse them all; see ``ar.collection.approval.action_refuse``."""
        self.ensure_one()
        return self.approval_ids.action_refuse(self.reason)
