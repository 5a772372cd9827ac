from odoo import api, fields, models
from odoo.exceptions import AccessError

STATES = [
    ("open", "Found"),
    ("progress", "In progress"),
    ("done", "Done"),
    ("dropped", "Dropped"),
]
CATEGORIES = [
    ("invoice", "Invoices"),
    ("terms", "Terms and credit"),
    ("delivery", "Goods and delivery"),
    ("contact", "Contacts and addresses"),
    ("dunning", "Notices and calls"),
    ("cash", "Cash application"),
    ("team", "Team and training"),
    ("other", "Other"),
]


class ArCollectionImprovement(models.Model):
    """The improvement log: what was found, who sees to it, and what it brought in figures."""

    _name = "ar.collection.improvement"
    _description = "Improvement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"

    name = fields.Char(string="Finding", required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company._ar_root(),
        domain="[('parent_id', '=', False)]",
        ondelete="cascade",
    )
    category = fields.Selection(CATEGORIES, required=True, default="other", tracking=True)
    state = fields.Selection(
        STATES,
        required=True,
        default="open",
        tracking=True,
        index=True,
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        tracking=True,
        index="btree_not_null",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete="set null",
        help="Sees to it.",
    )
    portfolio_id = fields.Many2one(
        "ar.collection.portfolio", string="Team", index="btree_not_null", ondelete="set null"
    )
    date = fields.Date(
        string="Found on", required=True, default=lambda self: self.env.company._ar_today()
    )
    deadline = fields.Date(string="Done by", tracking=True)
    date_done = fields.Date(string="Done on", readonly=True, copy=False)
    figure = fields.Char(
        string="Measured by",
        help="The figure that shows the effect, for example: invoices without order number, "
        "or promises kept.",
    )
    unit = fields.Selection(
        [
            ("number", "Number"),
            ("percent", "Percent"),
            ("days", "Days"),
            ("amount", "Amount"),
        ],
        required=True,
        default="number",
    )
    value_before = fields.Float(string="Before", digits=(16, 2), aggregator=None)
    value_expected = fields.Float(string="Expected", digits=(16, 2), aggregator=None, tracking=True)
    value_measured = fields.Float(string="Measured", digits=(16, 2), aggregator=None, tracking=True)
    measured_on = fields.Date(string="Measured on", help="Empty: not measured yet.")
    effect_expected = fields.Float(
        string="Effect expected",
        digits=(16, 2),
        compute="_compute_effects",
        help="Expected less before.",
    )
    effect_measured = fields.Float(
        string="Effect measured",
        digits=(16, 2),
        compute="_compute_effects",
        help="Measured less before; nothing until it was measured.",
    )
    note = fields.Html()

    _measured_is_dated = models.Constraint(
        "CHECK (value_measured = 0 OR measured_on IS NOT NULL)",
        "Please say on which day the figure was measured.",
    )

    # === COMPUTES === #
    @api.depends("value_before", "value_expected", "value_measured", "measured_on")
    def _compute_effects(self):
        for improvement in self:
            before = improvement.value_before
            improvement.effect_expected = improvement.value_expected - before
            improvement.effect_measured = (
                improvement.value_measured - before if improvement.measured_on else 0.0
            )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_day(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_day(vals))

    @api.model
    def _with_day(self, vals):
        """The day it was done follows the state."""
        if "state" not in vals:
            return vals
        done = vals["state"] == "done"
        return {**vals, "date_done": self.env.company._ar_today() if done else False}

    # === RIGHTS === #
    def _check_access(self, operation):
        """Everybody reads the log; managers and team leads write it."""
        if operation != "read" and not self.env.su and not self._may_write():
            return self, self._refusal
        return super()._check_access(operation)

    @api.model
    def _may_write(self):
        user = self.env.user
        return user.has_group("ar_collections.group_ar_collection_manager") or (
            user.has_group("ar_collections.group_ar_collection_user")
            # sudo: whether the user leads a team at all, whatever companies are chosen
            and bool(
                self.env["ar.collection.portfolio"]
                .sudo()  # a yes or no about the user
                .search_count([("lead_id", "=", user.id)], limit=1)
            )
        )

    @api.model
    def _refusal(self):
        return AccessError(
            self.env._(
                "Managers and team leads keep the improvement log. Please tell yours what you found."
            )
        )
