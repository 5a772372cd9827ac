from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, float_repr
from odoo.tools.misc import format_amount

#: What a rule may look at; the figure of each stands in ``ar_collection_priority``.
KINDS = [
    ("amount", "Amount to collect"),
    ("age", "Days overdue"),
    ("broken", "Promises broken"),
    ("kept_rate", "Promises kept (percent)"),
    ("credit", "Credit limit used (percent)"),
    ("contact", "Days since the last contact"),
    ("unanswered", "Attempts without answer"),
    ("callback", "Days since a call-back was missed"),
    ("level", "Level reached (1: the first)"),
    ("trust", "Degree of trust (1: good, 2: normal, 3: bad)"),
    ("reply", "Reply received (1)"),
    ("promised", "Share of overdue promised (percent)"),
    ("disputed", "Share of overdue disputed (percent)"),
    ("planned", "Share of overdue on plan (percent)"),
    ("instalments", "Instalments late or missed"),
    ("broken_plans", "Plans broken in 12 months"),
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
        help="What the worklist shows. {value} stands for the figure of the debtor, {from} for the "
        "lower bound.",
    )
    kind = fields.Selection(KINDS, string="Looks at", required=True, default="amount")
    sequence = fields.Integer(default=10, help="Order in this list; it changes no points.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        domain="[('parent_id', '=', False)]",
        ondelete="cascade",
        help="Empty: for all companies.",
    )
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

    @api.constrains("scale", "value_from", "value_to")
    def _check_bounds(self):
        for rule in self:
            if rule.value_to and rule.value_to <= rule.value_from:
                raise ValidationError(
                    self.env._(
                        "The upper bound of %(rule)s must be above the lower one.", rule=rule.name
                    )
                )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()  # the points as SQL
        self._ask_for_points()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()  # as above
        if set(vals) - {"name", "sequence"}:
            self._ask_for_points()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()  # as above
        self._ask_for_points()
        return result

    # === BUSINESS === #
    @api.model
    def _ask_for_points(self):
        """Let the job give every debtor its new points."""
        if cron := self.env.ref(
            "ar_collections.ir_cron_ar_collection_refresh_full", raise_if_not_found=False
        ):
            cron.sudo()._trigger()  # sudo: our own job

    def _points_sql(self):
        """SQL: the points of an account, from the column of ``value`` named like the kind."""
        value = SQL.identifier("value", self.kind)
        conditions = [SQL("%s >= %s", value, self.value_from)]
        if self.company_id:
            conditions.append(SQL("account.company_id = %s", self.company_id.id))
        if self.scale == "linear":
            points = SQL(
                "trunc(%s * least(1, (%s - %s) / %s))::int",
                float(self.points),
                value,
                self.value_from,
                self.value_to - self.value_from,
            )
        else:
            points = SQL("%s", self.points)
            if self.value_to:
                conditions.append(SQL("%s < %s", value, self.value_to))
        return SQL("CASE WHEN %s THEN %s ELSE 0 END", SQL(" AND ").join(conditions), points)

    def _text(self, value, account):
        """The reason in the reader's language.

        :param float value: the figure the points were given for.
        :param account: the debtor, for its currency and level.
        """
        return self.name.replace("{value}", self._shown(value, account)).replace(
            "{from}", self._shown(self.value_from, account)
        )

    def _shown(self, value, account):
        if self.kind == "level":
            return account.level_id.name or ""
        if self.kind == "amount":
            return format_amount(self.env, value, account.currency_id, trailing_zeroes=False)
        return float_repr(value, 0)
