from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ArCollectionDisputeReason(models.Model):
    """Why a customer does not agree or asks: who answers, until when, and how it may end."""

    _name = "ar.collection.dispute.reason"
    _description = "Dispute Reason"
    _order = "for_query, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    for_query = fields.Boolean(
        string="A question", help="Of questions and requests: nothing is held meanwhile."
    )
    team_id = fields.Many2one("ar.collection.dispute.team", ondelete="restrict")
    to_salesperson = fields.Boolean(
        string="To the invoice's salesperson", help="Who has sold it answers, before anybody else."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        domain=[("share", "=", False)],
        help="Who answers. Empty: the lead of the team, else the collector.",
    )
    sla_hours = fields.Float(
        string="Answer within (working hours)", default=40, help="0: without a deadline."
    )
    outcome_ids = fields.Many2many(
        "ar.collection.dispute.outcome",
        string="May end with",
        help="Empty: every outcome. Rejected and withdrawn are always possible.",
    )
    evidence = fields.Text(
        string="Evidence to collect", translate=True, help="A checklist, one line each."
    )
    root_cause_id = fields.Many2one(
        "ar.collection.dispute.cause",
        string="Usual root cause",
        ondelete="restrict",
        help="Proposed; who answers the dispute can change it.",
    )

    _sla_positive = models.Constraint(
        "CHECK (sla_hours >= 0)", "The hours to answer cannot be negative."
    )

    @api.constrains("user_id")
    def _check_owner(self):
        for reason in self.filtered("user_id"):
            if not reason.user_id.active or reason.user_id.share:
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot answer disputes (%(reason)s): please choose an active "
                        "user of this database.",
                        user=reason.user_id.name,
                        reason=reason.name,
                    )
                )
