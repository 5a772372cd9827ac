from odoo import fields, models

#: How a dispute can end; ``merged`` and ``settled`` are the program's.
OUTCOMES = [
    ("accepted", "Accepted"),
    ("partial", "Partly accepted"),
    ("rejected", "Rejected"),
    ("write_off", "Written off"),
    ("financial", "Credit note without tax"),
    ("paid", "Already paid"),
    ("new_date", "New due date agreed"),
    ("withdrawn", "Withdrawn by the customer"),
    ("answered", "Answered"),
    ("settled", "Settled elsewhere"),
    ("merged", "Merged with another"),
]


class ArCollectionDisputeOutcome(models.Model):
    """An outcome that a reason allows. Data, so that a reason can list them."""

    _name = "ar.collection.dispute.outcome"
    _description = "Dispute Outcome"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(OUTCOMES, required=True)
    sequence = fields.Integer(default=10)

    _code_uniq = models.Constraint("UNIQUE(code)", "This outcome is in the list already.")
