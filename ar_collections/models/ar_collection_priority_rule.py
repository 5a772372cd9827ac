from odoo import fields, models

#: What a rule may look at; the figure of each stands in ``ar_collection_priority``.
KINDS = [
    ("amount", "Amount to collect"),
    ("age", "Days overdue"),
    ("broken", "Promises broken"),
    ("kept_rate", "Promises kept (percent)"),
    ("credit", "Credit limit used (percent)"),
    ("contact", "Days since the last contact"),
    ("unanswered", "Attempts without answer"),
    ("level", "Level reached (1: the first)"),
    ("trust", "Degree of trust (1: good, 2: normal, 3: bad)"),
    ("reply", "Reply received (1)"),
    ("promised", "Share of overdue promised (percent)"),
    ("disputed", "Share of overdue disputed (percent)"),
    ("planned", "Share of overdue on plan (percent)"),
]


class ArCollectionPriorityRule(models.Model):
    """Points a debtor gets for one figure; their sum is the priority."""

    _name = "ar.collection.priority.rule"
    _description = "Priority Rule"
    _order = "sequence, id"

    name = fields.Char(
        string="Reason",
        required=True,
        translate=True,
        help="What the worklist shows. {value} stands for the figure of the debtor.",
    )
    kind = fields.Selection(KINDS, string="Looks at", required=True, default="amount")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    scale = fields.Selection(
        [("step", "All points at once"), ("linear", "Growing")],
        string="Points are given",
        required=True,
        default="step",
        help="All at once: from the lower bound on, below the upper one. Growing: none at the "
        "lower bound, all of them at the upper one and above.",
    )
    value_from = fields.Float(string="From", help="Lower bound, included.")
    value_to = fields.Float(string="Below", help="Upper bound; 0: none.")
    points = fields.Integer(required=True, default=10, help="Negative points lower the priority.")

    _points_limit = models.Constraint(
        "CHECK(points BETWEEN -1000 AND 1000)", "Points go from -1000 to 1000."
    )
    _growing_bounds = models.Constraint(
        "CHECK(scale != 'linear' OR value_to > value_from)",
        "Growing points need an upper bound above the lower one.",
    )
