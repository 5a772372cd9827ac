from odoo import api, fields, models
from odoo.exceptions import UserError

LINE_STATES = [
    ("upcoming", "Upcoming"),
    ("due", "Due"),
    ("partial", "Partly paid"),
    ("paid", "Paid"),
    ("late", "Late"),
    ("missed", "Missed"),
    ("credited", "Credited"),
]
#: What a person says of an instalment; all else is found out.
SAYABLE = frozenset({"plan_id", "sequence", "date", "amount", "interest", "fee"})


class ArCollectionPlanLine(models.Model):
    """One instalment: so much of the items until that day, with interest and fee beside it.

    ``paid``, ``reduced`` and ``state`` are what ``tools.adherence`` finds in the ledger.
    """

    _name = "ar.collection.plan.line"
    _description = "Instalment"
    _order = "plan_id, sequence, date, id"

    plan_id = fields.Many2one("ar.collection.plan", required=True, index=True, ondelete="cascade")
    collection_id = fields.Many2one(
        related="plan_id.collection_id", store=True, index=True, string="Debtor"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id", store=True)
    plan_state = fields.Selection(related="plan_id.state", string="State of the plan")
    sequence = fields.Integer(default=1)
    date = fields.Date(required=True, index=True)
    last_date = fields.Date(
        string="Money until", compute="_compute_last_date", store=True, help="Date and grace days."
    )
    amount = fields.Monetary(required=True, help="Of the items, without interest and fee.")
    interest = fields.Monetary()
    fee = fields.Monetary()
    total = fields.Monetary(compute="_compute_total", store=True)
    paid = fields.Monetary(readonly=True)
    reduced = fields.Monetary(
        string="Credited", readonly=True, help="Taken off by credit notes and other entries."
    )
    open_amount = fields.Monetary(string="Open", compute="_compute_open_amount")
    paid_on = fields.Date(readonly=True, help="Accounting date of the last money that counts.")
    state = fields.Selection(
        LINE_STATES, required=True, readonly=True, default="upcoming", index=True
    )
    reference = fields.Char(
        readonly=True,
        index="btree_not_null",
        help="ISO 11649, for the transfer of this instalment.",
    )

    _amounts_positive = models.Constraint(
        "CHECK (amount >= 0 AND coalesce(interest, 0) >= 0 AND coalesce(fee, 0) >= 0)",
        "The amounts of an instalment cannot be negative.",
    )

    # === COMPUTES === #
    @api.depends("date", "plan_id.grace_days")
    def _compute_last_date(self):
        for line in self:
            line.last_date = line.date and fields.Date.add(line.date, days=line.plan_id.grace_days)

    @api.depends("amount", "interest", "fee")
    def _compute_total(self):
        for line in self:
            line.total = line.amount + line.interest + line.fee

    @api.depends("amount", "paid", "reduced")
    def _compute_open_amount(self):
        for line in self:
            line.open_amount = max(line.amount - line.reduced - line.paid, 0)

    @api.depends("plan_id.name", "sequence")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.plan_id.name or ''} / {line.sequence}"

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_sayable(vals)
        lines = super().create(vals_list)
        lines._check_changeable()
        return lines

    def write(self, vals):
        self._check_sayable(vals)
        self._check_changeable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        self._check_changeable()

    @api.model
    def _check_sayable(self, vals):
        if not self.env.su and (forbidden := set(vals) - SAYABLE):
            raise UserError(
                self.env._(
                    "A person cannot say this of an instalment: %(names)s.",
                    names=", ".join(sorted(self._fields[name].string for name in forbidden)),
                )
            )

    def _check_changeable(self):
        if not self.env.su:
            self.plan_id._check_draft()
