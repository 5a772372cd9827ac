from datetime import timedelta

from odoo import api, fields, models

from .ar_collection_approval_limit import GROUPS
from .ar_collection_plan_terms import CLOSES, SHORTENS

#: Where a debtor has no policy.
DEFAULTS = {"grace_days": 3, "missed_limit": 1, "shorten": "end", "close_by": "credit"}
OFFER_DAYS = 14


class ArCollectionPolicy(models.Model):
    """What plans of the debtors of a policy are like, and what may be offered."""

    _inherit = "ar.collection.policy"

    plan_grace_days = fields.Integer(
        string="Grace days of instalments",
        default=3,
        tracking=True,
        help="Days after its date before an instalment is missed.",
    )
    plan_missed_limit = fields.Integer(
        string="Plan defaults after missed instalments", default=1, tracking=True
    )
    plan_tolerance = fields.Float(
        string="Instalment is paid but for (%)",
        default=1.0,
        tracking=True,
        help="An instalment that lacks no more than that is not missed: bank charges break no "
        "plan. It is asked for with the next one.",
    )
    plan_offer_days = fields.Integer(
        string="Offers are good for (days)", default=OFFER_DAYS, tracking=True
    )
    plan_hold_offer = fields.Boolean(
        string="No reminders while an offer is out",
        default=True,
        tracking=True,
        help="Items of an offer are held until the last day it can be accepted.",
    )
    plan_shorten = fields.Selection(
        SHORTENS, string="Credit notes shorten plans", default="end", required=True, tracking=True
    )
    plan_close_by = fields.Selection(
        CLOSES,
        string="The rest of a settlement",
        default="credit",
        required=True,
        tracking=True,
        help="When a settlement is paid: a price reduction is credited with its taxes, a bad debt "
        "is written off.",
    )
    plan_change_maturity = fields.Boolean(
        string="Extensions change due dates",
        tracking=True,
        help="The due date in the ledger becomes that of the extension; the original one is kept "
        "and stays the basis of ageing. Off: the ledger stays as it is.",
    )
    plan_limit_ids = fields.One2many(
        "ar.collection.plan.limit", "policy_id", string="Limits of plans", copy=True
    )

    _plan_terms_positive = models.Constraint(
        "CHECK (plan_grace_days >= 0 AND plan_missed_limit >= 1 AND plan_offer_days >= 1"
        " AND plan_tolerance >= 0 AND plan_tolerance < 100)",
        "Days and shares of plans cannot be negative; a plan defaults after one missed instalment "
        "or more, and an offer is good for a day or more.",
    )

    def _plan_terms(self):
        """What a new plan takes over from the policy."""
        if not self:
            return dict(DEFAULTS)
        return {
            "grace_days": self.plan_grace_days,
            "missed_limit": self.plan_missed_limit,
            "tolerance": self.plan_tolerance,
            "shorten": self.plan_shorten,
            "close_by": self.plan_close_by,
        }

    def _plan_limit(self, user):
        """The limit of a user: that of the best group held that has one, else the general one,
        else empty."""
        for group, _label in GROUPS:
            if user.has_group(f"ar_collections.group_ar_collection_{group}") and (
                limit := self.plan_limit_ids.filtered(lambda limit, g=group: limit.group == g)
            ):
                return limit[:1]
        return self.plan_limit_ids.filtered(lambda limit: not limit.group)[:1]


class ArCollectionPlanLimit(models.Model):
    """What a group may offer without a manager; managers without a limit of their own may offer
    anything."""

    _name = "ar.collection.plan.limit"
    _description = "Limit of Plans"
    _order = "policy_id, id"

    policy_id = fields.Many2one(
        "ar.collection.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="policy_id.currency_id")
    group = fields.Selection(GROUPS, string="Who", help="Empty: everybody without an own limit.")
    number = fields.Integer(string="Instalments up to", help="0: no limit.")
    months = fields.Integer(string="Months up to", help="Until the last instalment; 0: no limit.")
    first_percent = fields.Float(
        string="First payment at least (%)", help="Of what is to be paid; 0: none is asked for."
    )
    discount = fields.Float(
        string="Given up at most (%)", help="Of a settlement; 0: every settlement needs a manager."
    )
    amount = fields.Monetary(string="Items up to", help="In company currency; 0: no limit.")

    _limits_positive = models.Constraint(
        "CHECK (number >= 0 AND months >= 0 AND amount >= 0"
        " AND first_percent BETWEEN 0 AND 100 AND discount BETWEEN 0 AND 100)",
        "Limits cannot be negative, and shares go from 0 to 100 %.",
    )
    _group_uniq = models.UniqueIndex(
        "(policy_id, coalesce(\"group\", ''))",
        "There is a limit of plans for this group already. Please change that one.",
    )

    @api.depends("group")
    def _compute_display_name(self):
        groups = dict(self._fields["group"]._description_selection(self.env))
        for limit in self:
            limit.display_name = groups.get(limit.group) or self.env._("Everybody")

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        limits = super().create(vals_list)
        limits._log(self.env._("Limit of plans set: %(limit)s"))
        return limits

    def write(self, vals):
        result = super().write(vals)
        self._log(self.env._("Limit of plans changed: %(limit)s"))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_logged(self):
        self._log(self.env._("Limit of plans taken away: %(limit)s"))

    def _log(self, text):
        self.env["ar.collection.audit"]._log(
            self,
            "right",
            lambda limit: text.replace(
                "%(limit)s", f"{limit.policy_id.display_name}, {limit.display_name}"
            ),
        )


class ArCollectionPlan(models.Model):
    """A plan takes its terms from the policy of its debtor, and keeps them."""

    _inherit = "ar.collection.plan"

    tolerance = fields.Float(
        string="Paid but for (%)", help="An instalment that lacks no more is not missed."
    )

    @api.model
    def _complete_vals(self, vals):
        result = super()._complete_vals(vals)
        account = self.env["ar.collection"].browse(vals.get("collection_id"))
        if not account:
            return result
        today = account.company_id._ar_today()
        for name, value in account.policy_id._plan_terms().items():
            vals.setdefault(name, value)
        vals.setdefault("change_maturity", account.policy_id.plan_change_maturity)
        vals.setdefault("date_start", today)
        if not vals.get("first_date"):
            vals["first_date"] = today + timedelta(days=self._offer_days_of(account))
        if not vals.get("currency_id"):
            commands = [c[2] for c in vals.get("item_ids") or [] if c[0] == 0]
            item = self.env["account.move.line"].browse(commands[0]["line_id"] if commands else [])
            vals["currency_id"] = (item.currency_id or account._promise_currency()).id
        return result

    @api.model
    def _offer_days_of(self, account):
        return account.policy_id.plan_offer_days or OFFER_DAYS

    def _offer_days(self):
        return self._offer_days_of(self.collection_id)
