from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import withheld

STATES = [
    ("expected", "Certificate missing"),
    ("certified", "Certified"),
    ("paid", "Paid or returned"),
    ("refused", "Not withheld"),
]


class ArCollectionWithheld(models.Model):
    """Tax that a debtor withheld from what he paid for an item, and must prove.

    It is held, and so in no figure of disputes or bad debt, until the certificate comes:
    then it is booked as a claim on the tax office. Made by the program only.
    """

    _name = "ar.collection.withheld"
    _inherit = [
        "ar.collection.debtor.mixin",
        "ar.collection.state.mixin",
        "ar.collection.hold.source.mixin",
    ]
    _description = "Withheld Tax"
    _order = "quarter_start desc, id desc"
    _rec_name = "item_name"
    _transitions = {
        "expected": {"certified", "paid", "refused"},
        "certified": {"expected"},
        "paid": {"expected"},
        "refused": {"expected"},
    }

    collection_id = fields.Many2one(
        "ar.collection",
        string="Debtor",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        related="collection_id.partner_id", string="Customer", store=True, index=True
    )
    user_id = fields.Many2one(related="collection_id.user_id", string="Collector")
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    item_name = fields.Char(string="Number", readonly=True)
    item_date = fields.Date(string="Invoice date", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(string="Withheld", readonly=True, help="In the currency of the item.")
    tax = fields.Monetary(
        string="Expected", readonly=True, help="By the rate and base of the debtor."
    )
    rate = fields.Float(string="Rate (%)", readonly=True, digits=(5, 2), aggregator=None)
    paid_on = fields.Date(readonly=True, help="Day of the payment it was withheld from.")
    quarter_start = fields.Date(readonly=True, index=True)
    quarter = fields.Char(compute="_compute_quarter", store=True)
    certificate_due = fields.Date(
        string="Certificate expected", readonly=True, index=True, help="By this day."
    )
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")
    payment_id = fields.Many2one(
        "account.payment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Core's withholding tax booked it with this payment: only the certificate is missing.",
    )
    certificate_id = fields.Many2one(
        "ar.collection.withheld.certificate",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    asked_on = fields.Date(string="Last asked", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="expected", index=True)

    _line_unique = models.UniqueIndex(
        "(line_id) WHERE line_id IS NOT NULL AND state != 'certified'",
        "Withheld tax of an item is noted once.",
    )
    _payment_unique = models.UniqueIndex(
        "(payment_id) WHERE payment_id IS NOT NULL", "Withheld tax of a payment is noted once."
    )

    # === COMPUTES === #
    @api.depends("quarter_start", "company_id.fiscalyear_last_month")
    def _compute_quarter(self):
        for record in self:
            last = int(record.company_id.fiscalyear_last_month or 12)
            start = record.quarter_start
            record.quarter = withheld.quarter(start, last).name if start else False

    @api.depends("certificate_due", "state")
    def _compute_overdue(self):
        for record in self:
            record.overdue = (
                record.state == "expected"
                and bool(record.certificate_due)
                and record.certificate_due < record.company_id._ar_today()
            )

    @api.model
    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        late = fields.Domain("state", "=", "expected") & fields.Domain(
            "certificate_due", "<", today
        )
        return late if True in value else ~late

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(
                self.env._("Withheld tax is noted by the program when a debtor pays short by it.")
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise AccessError(
                self.env._("Withheld tax follows from the ledger and cannot be changed by hand.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(self.env._("Withheld tax is evidence and cannot be deleted."))

    # === ACTIONS === #
    def action_not_withheld(self):
        """These were not withheld tax: they can be collected again.

        :raises UserError: a certificate is there, or core has booked it.
        :return: True
        """
        self._check_may_work()
        for record in self:
            if record.state != "expected" or record.payment_id:
                raise UserError(
                    self.env._(
                        "%(item)s is certified or booked as withheld tax already.",
                        item=record.item_name,
                    )
                )
        self._set_state("refused")
        return True

    def action_expect(self):
        """What was said not to be withheld tax is, after all.

        :return: True
        """
        self._check_may_work()
        self.filtered(lambda record: record.state == "refused")._set_state("expected")
        self._judge_accounts(self.collection_id)
        return True

    def action_certificate(self):
        """Open the form for the certificate of these items of one debtor."""
        self._check_may_work()
        missing = self.filtered(lambda record: record.state == "expected")
        if len(missing.collection_id) != 1 or len(missing.currency_id) != 1:
            raise UserError(
                self.env._(
                    "Please choose items of one debtor and one currency whose certificate is "
                    "missing."
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_withheld_certificate_action_new"
        )
        action["context"] = {
            "default_collection_id": missing.collection_id.id,
            "default_currency_id": missing.currency_id.id,
            "default_withheld_ids": missing.ids,
            "default_amount": sum(missing.mapped("amount")),
        }
        return action

    def _check_may_work(self):
        """Who may write on the debtors: their collectors, or accounting.

        :raises AccessError: the reader may look only.
        """
        self.check_access("read")
        if self.env.user.has_group("account.group_account_invoice"):
            return
        self.collection_id.check_access("write")

    # === STATE === #
    def _on_state(self, state, before):
        result = super()._on_state(state, before)
        if state == "expected":
            self._place_holds()
        else:
            self._end_holds()
        return result

    # === CERTIFICATES === #
    def _split(self, amount, currency):
        """(record, part of ``amount``) in their order, as far as it goes."""
        parts = []
        for one in self:
            part = min(amount, one.amount)
            if currency.compare_amounts(part, 0) <= 0:
                break
            parts.append((one, currency.round(part)))
            amount -= part
        return parts
