from odoo import fields, models


class ArCollectionDisputeCause(models.Model):
    """Why it came to a dispute, on our side: for those who can mend it."""

    _name = "ar.collection.dispute.cause"
    _description = "Root Cause of Disputes"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    ours = fields.Boolean(
        string="Our mistake",
        default=True,
        help="Counted as valid disputes: what it costs the company.",
    )
    active = fields.Boolean(default=True)
