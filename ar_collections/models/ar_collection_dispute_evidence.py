from odoo import fields, models


class ArCollectionDisputeEvidence(models.Model):
    """A line of the checklist of a dispute."""

    _name = "ar.collection.dispute.evidence"
    _description = "Evidence of a Dispute"
    _order = "dispute_id, sequence, id"

    dispute_id = fields.Many2one(
        "ar.collection.dispute", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="dispute_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="What", required=True)
    done = fields.Boolean(string="There")
