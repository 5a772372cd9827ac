from dateutil.relativedelta import relativedelta

from odoo import fields, models

ANCHORS = [
    ("bounce", "Day of the bank's memo"),
    ("done", "Day the step before was done"),
    ("deadline", "Deadline of the step before"),
]


class ArCollectionBounceStep(models.Model):
    """A row of the table of deadlines that a returned cheque or bill starts."""

    _name = "ar.collection.bounce.step"
    _description = "Deadline after a Returned Cheque"
    _order = "country_id, sequence, id"

    name = fields.Char(string="What must be done", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    country_id = fields.Many2one(
        "res.country", help="Of our company. Empty: for companies of every country."
    )
    anchor = fields.Selection(ANCHORS, string="Counted from", required=True, default="bounce")
    days = fields.Integer(help="Days after that day.")
    months = fields.Integer(help="Calendar months after that day.")
    note = fields.Text(string="The rule", translate=True)

    _time_positive = models.Constraint(
        "CHECK (days >= 0 AND months >= 0)", "Days and months cannot be negative."
    )

    def _deadline(self, start):
        """The last day of the step, counted from ``start``."""
        return start + relativedelta(months=self.months, days=self.days)
