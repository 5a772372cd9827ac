from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

STATES = [
    ("draft", "Draft"),
    ("to_approve", "To approve"),
    ("approved", "Payment drafted"),
    ("paid", "Paid"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
]


class ArCollectionRefund(models.Model):
    """A request to pay a credit balance back.

    Set-off against open claims is offered first, a dispute stops it, and the bank account must
    be one that was verified before or by a second person. Approved, it is a draft outbound
    payment for the accountant; posted, that is reconciled with the credits.
    """

    _name = "ar.collection.refund"
    _inherit = "ar.collection.adjustment.mixin"
    _description = "Refund"
    _order = "id desc"

    _approval_kind = "refund"
    _carried_out = "approved"
    _transitions = {
        "draft": {"to_approve", "approved", "cancelled"},
        "to_approve": {"approved", "refused", "cancelled"},
        "approved": {"paid", "cancelled"},
        "paid": {"cancelled"},
        "refused": {"draft"},
        "cancelled": {"draft"},
    }
    _sayable = frozenset({"collection_id", "line_ids", "note", "partner_bank_id", "no_set_off"})

    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", copy=False, index=True, tracking=True
    )
    line_ids = fields.One2many("ar.collection.refund.line", "refund_id", string="Credits")
    currency_id = fields.Many2one("res.currency", compute="_compute_amount", store=True)
    amount = fields.Monetary(compute="_compute_amount", store=True)
    amount_company = fields.Monetary(
        string="In company currency",
        currency_field="company_currency_id",
        compute="_compute_amount",
        store=True,
    )
    partner_bank_id = fields.Many2one(
        "res.partner.bank",
        string="To bank account",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('partner_id', 'child_of', partner_id)]",
    )
    open_claims = fields.Monetary(
        string="Could be set off",
        compute="_compute_open_claims",
        help="Open claims of the debtor in this currency that nothing holds.",
    )
    no_set_off = fields.Char(
        string="Not set off, because",
        help="Why the money is paid back though the debtor owes us as well.",
    )
    disputed = fields.Boolean(compute="_compute_disputed")
    payment_id = fields.Many2one(
        "account.payment", readonly=True, index="btree_not_null", ondelete="set null", copy=False
    )

    # === COMPUTES === #
    @api.depends("line_ids.amount", "line_ids.line_id")
    def _compute_amount(self):
        for refund in self:
            refund.currency_id = refund.line_ids.line_id[:1].sudo().currency_id  # branch items
            refund.amount = sum(refund.line_ids.mapped("amount"))
            refund.amount_company = sum(refund.line_ids.mapped("amount_company"))

    @api.depends("line_ids.line_id.amount_residual")
    def _compute_open_claims(self):
        for refund in self:
            claims = refund.line_ids.line_id._ar_claims_to_set_off()
            refund.open_claims = sum(claims.mapped("amount_residual_currency"))

    @api.depends("collection_id")
    def _compute_disputed(self):
        for refund in self:
            refund.disputed = bool(refund._open_disputes())

    @api.depends("name", "amount", "currency_id")
    def _compute_display_name(self):
        for refund in self:
            amount = refund.currency_id.format(refund.amount) if refund.currency_id else ""
            refund.display_name = f"{refund.name}: {amount}"

    def _open_disputes(self):
        # sudo: whether one runs, whoever works on it
        return (
            self.env["ar.collection.dispute"]
            .sudo()
            .search(
                [
                    ("collection_id", "=", self.collection_id.id),
                    ("is_open", "=", True),
                    ("kind", "!=", "query"),
                ]
            )
        )

    # === CONSTRAINTS === #
    @api.constrains("partner_bank_id", "collection_id")
    def _check_bank_owner(self):
        for refund in self.filtered("partner_bank_id"):
            owner = refund.partner_bank_id.partner_id.commercial_partner_id
            if owner != refund.partner_id:
                raise ValidationError(
                    self.env._(
                        "The bank account %(number)s belongs to %(owner)s. A refund goes to "
                        "%(debtor)s only.",
                        number=refund.partner_bank_id.acc_number,
                        owner=owner.display_name,
                        debtor=refund.partner_id.display_name,
                    )
                )

    # === ACTIONS === #
    def action_set_off(self):
        """Set the credits off against what the debtor owes, the oldest first. What is left of
        the request afterwards can still be refunded.

        :return: True
        """
        self.check_access("write")
        self._check_state("draft")
        for refund in self:
            refund.line_ids.line_id._ar_set_off()
            for line in refund.line_ids:
                line.amount = max(0.0, min(line.amount, -line.line_id.amount_residual_currency))
            refund.line_ids.filtered(lambda line: not line.amount).unlink()
            if not refund.line_ids:
                refund._set_state("cancelled", answer=self.env._("Set off against open claims."))
        return True

    def action_open_payment(self):
        """The payment of the refund."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.payment",
            "res_id": self.payment_id.id,
            "views": [(False, "form")],
        }

    # === ASKING === #
    def _prepare_approval_vals(self):
        self.ensure_one()
        return {
            "collection_id": self.collection_id.id,
            "name": self.env._(
                "Refund %(number)s: %(amount)s to %(account)s",
                number=self.name,
                amount=self.currency_id.format(self.amount),
                account=self.partner_bank_id.acc_number or "",
            ),
            "amount": self.amount_company,
        }

    def _check_complete(self):
        result = super()._check_complete()
        if not (self.note or "").strip():
            raise UserError(self.env._("Please say why %(refund)s is paid back.", refund=self.name))
        if not self.line_ids:
            raise UserError(
                self.env._("Please choose the credits of %(refund)s.", refund=self.name)
            )
        self.line_ids._check_open()
        self._check_payable()
        if self.open_claims and not (self.no_set_off or "").strip():
            raise UserError(
                self.env._(
                    "%(debtor)s owes %(amount)s in the same currency. Please set the credit off, or "
                    "say why it is paid back all the same.",
                    debtor=self.partner_id.display_name,
                    amount=self.currency_id.format(self.open_claims),
                )
            )
        return result

    def _check_payable(self):
        """What must hold when it is asked for and again when it is approved."""
        if disputes := self._open_disputes():
            raise UserError(
                self.env._(
                    "%(debtor)s disputes something (%(disputes)s). Nothing is paid back before that "
                    "is decided.",
                    debtor=self.partner_id.display_name,
                    disputes=", ".join(disputes.mapped("name")),
                )
            )
        self._check_bank()
