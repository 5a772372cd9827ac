from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

KINDS = [
    ("instalments", "Instalments"),
    ("settlement", "Settlement"),
    ("extension", "Extension"),
]
STATES = [
    ("draft", "Draft"),
    ("to_approve", "To approve"),
    ("offered", "Offered"),
    ("active", "Active"),
    ("completed", "Completed"),
    ("defaulted", "Defaulted"),
    ("cancelled", "Cancelled"),
]
#: How the debtor agreed.
HOWS = [("phone", "On the phone"), ("paper", "Signed paper"), ("signature", "Signed online")]
#: States in which no other plan may cover the same items.
LIVE = ("to_approve", "offered", "active")
#: What only the machine notes of a plan.
MACHINE = frozenset(
    {
        "name",
        "state",
        "user_id",
        "offered_on",
        "accepted_on",
        "accepted_how",
        "accepted_by_id",
        "call_id",
        "attachment_id",
        "signed_name",
        "signed_on",
        "signed_address",
        "signed_hash",
        "signature",
        "paid",
        "reduced",
        "next_date",
        "next_amount",
        "missed",
        "judged_on",
        "completed_on",
        "defaulted_on",
        "cancel_reason",
        "lapsed",
        "cleared",
        "baseline",
        "version",
        "previous_id",
        "replan_of_id",
        "create_uid",
        "create_date",
    }
)
#: Context key: ids of the items a new plan is for, instead of the overdue ones.
ITEMS_KEY = "ar_collections_plan_items"
#: What a person may change of a plan that is no draft any more.
CHANGEABLE = frozenset({"note"})


class ArCollectionPlan(models.Model):
    """A debtor pays chosen items later, in parts, or less of them.

    Kinds: *instalments* (all of it, in parts), *settlement* (a reduced sum until a date; the
    rest is given up when it was paid in time), *extension* (all of it on a new day). In the
    currency of its items. Interest and fees stand apart: money fills the instalments of the
    items (``tools.adherence``), interest is invoiced on its own.
    """

    _name = "ar.collection.plan"
    _inherit = [
        "ar.collection.debtor.mixin",
        "ar.collection.state.mixin",
        "ar.collection.hold.source.mixin",
    ]
    _description = "Payment Plan"
    _order = "id desc"

    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    kind = fields.Selection(KINDS, required=True, default="instalments")
    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="collection_id.partner_id", string="Customer")
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    collector_id = fields.Many2one(related="collection_id.user_id", string="Collector in charge")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    user_id = fields.Many2one(
        "res.users",
        string="Built by",
        readonly=True,
        index="btree_not_null",
        copy=False,
        default=lambda self: self.env.user,
    )
    item_ids = fields.One2many("ar.collection.plan.item", "plan_id", string="Items", copy=False)
    line_ids = fields.One2many(
        "ar.collection.plan.line", "plan_id", string="Instalments", copy=False
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", index=True, copy=False
    )
    note = fields.Text()

    # Sums, in the currency of the plan
    amount_items = fields.Monetary(
        string="Sum of the items",
        compute="_compute_amounts",
        store=True,
        help="What the items cover.",
    )
    amount = fields.Monetary(
        string="To pay", compute="_compute_amounts", store=True, help="Without interest and fees."
    )
    interest = fields.Monetary(compute="_compute_amounts", store=True)
    fee_total = fields.Monetary(string="Fees", compute="_compute_amounts", store=True)
    total = fields.Monetary(
        compute="_compute_amounts", store=True, help="To pay, with interest and fees."
    )
    given_up = fields.Monetary(
        compute="_compute_amounts", store=True, help="Of a settlement: items less what is paid."
    )
    discount = fields.Float(
        string="Given up (%)", compute="_compute_amounts", store=True, digits=(5, 2)
    )
    amount_company = fields.Monetary(
        string="Items in company currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        help="At the rate of the day of the offer.",
    )
    last_date = fields.Date(string="Last instalment", compute="_compute_amounts", store=True)

    # What the ledger says of it; written by the judge
    paid = fields.Monetary(readonly=True, copy=False, help="Money allocated to its items since.")
    reduced = fields.Monetary(
        string="Credited", readonly=True, copy=False, help="Taken off by credit notes and entries."
    )
    open_amount = fields.Monetary(string="Still to pay", compute="_compute_open_amount")
    next_date = fields.Date(
        string="Next instalment", readonly=True, copy=False, index="btree_not_null"
    )
    next_amount = fields.Monetary(string="Open of the next", readonly=True, copy=False)
    missed = fields.Integer(string="Missed instalments", readonly=True, copy=False)
    judged_on = fields.Date(string="Judged", readonly=True, copy=False)
    completed_on = fields.Date(string="Completed", readonly=True, copy=False)
    defaulted_on = fields.Date(string="Defaulted", readonly=True, copy=False)
    baseline = fields.Integer(
        readonly=True,
        copy=False,
        help="Number of the last allocation before the plan began; earlier money is not its.",
    )

    # === COMPUTES === #
    @api.depends(
        "kind",
        "currency_id",
        "item_ids.amount",
        "line_ids.amount",
        "line_ids.interest",
        "line_ids.fee",
        "line_ids.date",
    )
    def _compute_amounts(self):
        for plan in self:
            items = sum(plan.item_ids.mapped("amount"))
            amount = sum(plan.line_ids.mapped("amount"))
            plan.amount_items, plan.amount = items, amount
            plan.interest = sum(plan.line_ids.mapped("interest"))
            plan.fee_total = sum(plan.line_ids.mapped("fee"))
            plan.total = plan.amount + plan.interest + plan.fee_total
            plan.given_up = items - amount if plan.kind == "settlement" and amount else 0
            plan.discount = 100 * plan.given_up / items if items else 0
            plan.last_date = max((day for day in plan.line_ids.mapped("date") if day), default=None)

    @api.depends("amount_items", "currency_id", "company_id", "offered_on")
    def _compute_amount_company(self):
        for plan in self:
            plan.amount_company = plan._to_company(plan.amount_items)

    @api.depends("amount", "paid", "reduced")
    def _compute_open_amount(self):
        for plan in self:
            plan.open_amount = max(plan.amount - plan.reduced - plan.paid, 0)

    @api.depends("name", "kind", "amount", "currency_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for plan in self:
            plan.display_name = " ".join(filter(None, [kinds.get(plan.kind), plan.name]))

    def _to_company(self, amount):
        """An amount of the plan in company currency, at the rate of the offer, else today's."""
        self.ensure_one()
        company = self.company_id
        if not company or not self.currency_id:
            return amount
        return self.currency_id._convert(
            amount, company.currency_id, company, self.offered_on or company._ar_today()
        )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            if not self.env.su:
                self._check_sayable(vals)
                vals["user_id"] = self.env.uid  # whatever the context proposes
            vals.setdefault("name", self.env["ir.sequence"].next_by_code(self._name))
            self._complete_vals(vals)
        plans = super().create(vals_list)
        plans._after_create()
        return plans

    def write(self, vals):
        if not self.env.su:
            self._check_sayable(vals)
            if set(vals) - CHANGEABLE:
                self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        for plan in self:
            if not self.env.su and (plan.state != "draft" or plan.offered_on):
                raise UserError(
                    self.env._(
                        "%(plan)s was offered: it is evidence and cannot be deleted. Cancel it "
                        "instead.",
                        plan=plan.display_name,
                    )
                )

    @api.model
    def _machine_fields(self):
        """Hook: names of the fields no person may write."""
        return MACHINE

    @api.model
    def _check_sayable(self, vals):
        if forbidden := set(vals) & self._machine_fields():
            raise AccessError(
                self.env._(
                    "A person cannot say this of a plan: %(names)s.",
                    names=", ".join(sorted(self._fields[name].string for name in forbidden)),
                )
            )

    def _check_draft(self):
        """Refuse unless these plans are drafts."""
        for plan in self:
            if plan.state != "draft":
                raise UserError(
                    self.env._(
                        "%(plan)s was offered and cannot be changed any more. Take the offer back, "
                        "or make a new version of it.",
                        plan=plan.display_name,
                    )
                )

    @api.model
    def _complete_vals(self, vals):
        """Hook: what is not said of a new plan, from the debtor and the policy."""

    def _after_create(self):
        """Hook: these plans were just made."""

    @api.model
    def _date_text(self, date):
        """A date as the reader writes it."""
        return format_date(self.env, date) if date else ""

    # === HOOKS OF THE STATES === #
    def _check_complete(self):
        """Hook: refuse a plan that cannot be offered: items, schedule, sums."""

    def _check_unchanged(self):
        """Hook: refuse to begin a plan whose items have changed since it was offered."""

    def _settle_limits(self, reason=None):
        """Hook: whether the plan is within the limits, or granted; else approval is asked for."""
        return True

    def _offer_days(self):
        """Hook: for so many days an offer is good."""
        return 14

    def _send_offer(self):
        """Hook: tell the debtor of the offer."""
