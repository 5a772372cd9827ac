from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: Technical meaning of a stage; the name is the user's.
KINDS = [
    ("current", "Current"),
    ("reminder", "Reminder"),
    ("active", "In contact"),
    ("promise", "Promise"),
    ("plan", "Payment plan"),
    ("dispute", "Dispute"),
    ("escalated", "Escalated"),
    ("agency", "Collection agency"),
    ("legal", "Lawyer"),
    ("closed", "Closed"),
]


class ArCollectionStage(models.Model):
    _name = "ar.collection.stage"
    _description = "Collection Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        KINDS,
        required=True,
        default="active",
        help="What the stage means. Debtors move by themselves to the first stage of the kind "
        "that follows from their facts.",
    )
    sequence = fields.Integer(default=10)
    fold = fields.Boolean(string="Folded", help="Shown folded on the board.")
    rotting_threshold_days = fields.Integer(
        string="Too long after",
        help="Days in this stage after which a debtor is marked as being there too long; 0: never.",
    )

    @api.model
    def _by_kind(self):
        """The stage a debtor of each kind goes to.

        :return: dict kind -> stage, the first by sequence; a kind without a stage of its
            own falls back to the first stage of all.
        :raises UserError: no stage is left.
        """
        stages = self.search(Domain.TRUE)
        if not stages:
            raise UserError(
                self.env._(
                    "There is no collection stage. Please add one under Configuration, Stages."
                )
            )
        first = dict(reversed([(stage.kind, stage) for stage in stages]))
        return {kind: first.get(kind, stages[0]) for kind, _label in KINDS}
