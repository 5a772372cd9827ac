from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

STATES = [
    ("open", "Open"),
    ("kept", "Kept"),
    ("partial", "Partly kept"),
    ("broken", "Broken"),
    ("cancelled", "Cancelled"),
]
#: How the debtor wants to pay.
METHODS = [
    ("transfer", "Bank transfer"),
    ("debit", "Direct debit, mandate"),
    ("card", "Card"),
    ("cheque", "Cheque"),
    ("postdated", "Post-dated cheque"),
    ("bill", "Bill of exchange"),
    ("cash", "Cash"),
    ("other", "Other"),
]
#: What only the machine notes of a promise.
MACHINE = frozenset(
    {
        "state",
        "amount_company",
        "needed",
        "paid",
        "paid_on",
        "judged_on",
        "cleared",
        "baseline",
        "grace_days",
        "threshold",
        "create_date",
        "create_uid",
    }
)


class ArCollectionPromise(models.Model):
    """A promise to pay: so much, by that date, of these items.

    Judged by the ledger alone (``tools.promise``). In the currency of its items; a debtor
    who promises in two currencies has two promises.
    """

    _name = "ar.collection.promise"
    _inherit = [
        "ar.collection.debtor.mixin",
        "ar.collection.state.mixin",
        "ar.collection.hold.source.mixin",
    ]
    _description = "Promise to Pay"
    _order = "date desc, id desc"

    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="collection_id.partner_id", string="Customer")
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount = fields.Monetary(required=True)
    amount_company = fields.Monetary(
        string="In company currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        help="At the rate of the day the promise was given.",
    )
    date = fields.Date(string="By", required=True, help="The day the money is promised for.")
    method = fields.Selection(METHODS, string="Paid by", required=True, default="transfer")
    note = fields.Text()
    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        readonly=True,
        index="btree_not_null",
        default=lambda self: self.env.user,
        help="Who took the promise.",
    )
    given_on = fields.Date(
        string="Given on", readonly=True, default=fields.Date.context_today, copy=False
    )
    line_ids = fields.One2many(
        "ar.collection.promise.line", "promise_id", string="Items", copy=False
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="open", index=True, copy=False
    )
    grace_days = fields.Integer(
        readonly=True, help="Days after the date before it is judged, of the policy when given."
    )
    threshold = fields.Float(
        string="Kept from (%)", readonly=True, help="Of the policy when the promise was given."
    )
    last_date = fields.Date(
        string="Money until",
        compute="_compute_last_date",
        store=True,
        help="Date and grace days: later money does not keep the promise.",
    )
    needed = fields.Monetary(
        readonly=True, help="The promised amount, less what its items can no longer claim."
    )
    paid = fields.Monetary(
        readonly=True, help="Money allocated to its items since, dated in time; each euro once."
    )
    paid_on = fields.Date(readonly=True, help="Accounting date of the last money that counts.")
    judged_on = fields.Date(string="Judged", readonly=True)
    cleared = fields.Boolean(
        string="Nothing left to pay",
        readonly=True,
        help="Cancelled because credit notes or other entries took all it was for.",
    )
    cancel_reason = fields.Char(readonly=True)
    baseline = fields.Integer(
        readonly=True,
        help="Number of the last allocation before the promise was given; earlier money is not its.",
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A promise must be over more than zero. Please enter the amount."
    )
    _judge_idx = models.Index("(last_date) WHERE state = 'open'")

    # === COMPUTES === #
    @api.depends("amount", "currency_id", "company_id", "given_on")
    def _compute_amount_company(self):
        for promise in self:
            company = promise.company_id
            if not promise.currency_id or not company:
                promise.amount_company = promise.amount
                continue
            promise.amount_company = promise.currency_id._convert(
                promise.amount,
                company.currency_id,
                company,
                promise.given_on or company._ar_today(),
            )

    @api.depends("date", "grace_days")
    def _compute_last_date(self):
        for promise in self:
            promise.last_date = promise.date and fields.Date.add(
                promise.date, days=promise.grace_days
            )

    @api.depends("amount", "currency_id", "date", "partner_id")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = self.env._(
                "%(amount)s by %(date)s",
                amount=promise.currency_id.format(promise.amount) if promise.currency_id else "",
                date=promise._date_text(promise.date),
            )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        baseline = self.env["ar.collection.hold"]._last_allocation()
        for vals in vals_list:
            if not self.env.su:
                self._check_sayable(vals)
                vals["user_id"] = self.env.uid  # whatever the context proposes
            vals.setdefault("baseline", baseline)
            self._complete_vals(vals)
        promises = super().create(vals_list)
        promises._check_new()
        promises._propose_lines()
        promises._settle_limits()
        promises._take_effect()
        return promises

    def write(self, vals):
        if not self.env.su and (set(vals) - self._changeable_fields()):
            raise UserError(
                self.env._(
                    "A promise is evidence: amount, date and items cannot be changed. Cancel it "
                    "with a reason, and note the new one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "The promise %(promise)s is evidence and cannot be deleted. Cancel it instead.",
                    promise=self[:1].display_name,
                )
            )

    @api.model
    def _changeable_fields(self):
        """Hook: names of the fields a person may change of a promise that was noted."""
        return {"note"}

    @api.model
    def _machine_fields(self):
        """Hook: names of the fields no person may give a new promise."""
        return MACHINE

    @api.model
    def _check_sayable(self, vals):
        if forbidden := set(vals) & self._machine_fields():
            raise AccessError(
                self.env._(
                    "A person cannot say this of a promise: %(names)s.",
                    names=", ".join(sorted(self._fields[name].string for name in forbidden)),
                )
            )

    @api.model
    def _complete_vals(self, vals):
        """Currency of the debtor, grace and threshold of the policy, where nothing is said."""
        account = self.env["ar.collection"].browse(vals.get("collection_id"))
        if not account:
            return
        vals.setdefault("currency_id", account.currency_id.id)
        vals.setdefault("given_on", account.company_id._ar_today())
        grace, threshold = account.policy_id._promise_terms(vals.get("method"))
        vals.setdefault("grace_days", grace)
        vals.setdefault("threshold", threshold)

    def _check_new(self):
        for promise in self:
            today = promise.company_id._ar_today()
            if not self.env.su and promise.date < today:
                raise UserError(
                    self.env._(
                        "%(debtor)s cannot promise for a day that has passed (%(date)s). Please "
                        "enter today or a later day.",
                        debtor=promise.partner_id.display_name,
                        date=self._date_text(promise.date),
                    )
                )

    def _propose_lines(self):
        """Hook: the items of promises without any."""

    def _settle_limits(self):
        """Hook: of these new promises, those over a limit are granted, asked for or refused."""

    def _take_effect(self):
        """Hook: these promises were just noted, with their items."""

    def _judging_facts(self):
        """Hook: what else ``tools.promise.Promise`` is told, by the names of its fields."""
        self.ensure_one()
        return {}

    def _start_deadlines(self):
        """Hook: deadlines that begin with a returned instrument."""

    def _warnings(self):
        """Hook: sentences to think of before the promise is noted."""
        self.ensure_one()
        return []

    def _holding(self):
        """Hook: those of these promises that hold their items."""
        return self.filtered(lambda promise: promise.state == "open")

    @api.model
    def _date_text(self, date):
        """A date as the reader writes it."""
        return format_date(self.env, date) if date else ""
