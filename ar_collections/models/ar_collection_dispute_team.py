from odoo import fields, models


class ArCollectionDisputeTeam(models.Model):
    """Who answers disputes of a kind: sales, billing, logistics, quality, tax."""

    _name = "ar.collection.dispute.team"
    _description = "Dispute Team"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: of every company.")
    user_id = fields.Many2one(
        "res.users",
        string="Lead",
        domain=[("share", "=", False)],
        help="Gets what nobody else owns, and what is late.",
    )
    member_ids = fields.Many2many(
        "res.users",
        string="Members",
        domain=[("share", "=", False)],
        help="With the right “Disputes: resolver” they see the disputes of this team, and of "
        "those only the documents concerned.",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working hours",
        help="Deadlines count these hours. Empty: those of the company.",
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)
