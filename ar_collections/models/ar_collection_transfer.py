from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("group", "Credit to another debtor of the group"),
    ("contra", "Contra with what we owe"),
    ("misapplied", "Misapplied payment"),
]
STATES = [
    ("draft", "Draft"),
    ("to_approve", "To approve"),
    ("done", "Done"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
    ("reversed", "Reversed"),
]


class ArCollectionTransfer(models.Model):
    """Move value where it belongs, with an entry at the value in the books, never an income.

    * ``group``: credits of a debtor settle claims of another debtor of the same group;
    * ``contra``: claims on a debtor are settled with what we owe the same partner as a supplier;
    * ``misapplied``: a payment is taken off the items it was matched with by mistake, and goes
      to other items, of the same debtor (no entry) or of another one.
    """

    _name = "ar.collection.transfer"
    _inherit = "ar.collection.adjustment.mixin"
    _description = "Transfer"
    _order = "id desc"

    _approval_kind = "transfer"
    _transitions = {
        "draft": {"to_approve", "done", "cancelled"},
        "to_approve": {"done", "refused", "cancelled"},
        "refused": {"draft"},
        "cancelled": {"draft"},
        "done": {"reversed"},
        "reversed": set(),
    }
    _sayable = frozenset(
        {
            "kind",
            "collection_id",
            "to_collection_id",
            "line_ids",
            "from_line_ids",
            "to_line_ids",
            "wrong_line_ids",
            "note",
        }
    )

    kind = fields.Selection(KINDS, required=True, default="group", tracking=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", copy=False, index=True, tracking=True
    )
    to_collection_id = fields.Many2one(
        "ar.collection",
        string="To debtor",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: the same debtor.",
    )
    to_partner_id = fields.Many2one("res.partner", compute="_compute_to_partner_id")
    line_ids = fields.One2many("ar.collection.transfer.line", "transfer_id", string="Items")
    from_line_ids = fields.One2many(
        "ar.collection.transfer.line",
        "transfer_id",
        domain=[("side", "=", "from")],
        string="What moves",
    )
    to_line_ids = fields.One2many(
        "ar.collection.transfer.line",
        "transfer_id",
        domain=[("side", "=", "to")],
        string="What it settles",
    )
    wrong_line_ids = fields.One2many(
        "ar.collection.transfer.line",
        "transfer_id",
        domain=[("side", "=", "wrong")],
        string="Settled by mistake",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_amount", store=True)
    amount = fields.Monetary(compute="_compute_amount", store=True)
    amount_company = fields.Monetary(
        string="In company currency",
        currency_field="company_currency_id",
        compute="_compute_amount",
        store=True,
    )
    move_id = fields.Many2one(
        "account.move",
        string="Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )

    # === COMPUTES === #
    @api.depends("to_collection_id", "collection_id")
    def _compute_to_partner_id(self):
        for transfer in self:
            account = transfer.to_collection_id or transfer.collection_id
            transfer.to_partner_id = account.partner_id

    @api.depends("line_ids.amount", "line_ids.side")
    def _compute_amount(self):
        for transfer in self:
            lines = transfer._side("from")
            transfer.currency_id = lines[:1].currency_id
            transfer.amount = sum(lines.mapped("amount"))
            transfer.amount_company = sum(lines.mapped("amount_company"))

    @api.depends("name", "amount", "currency_id")
    def _compute_display_name(self):
        for transfer in self:
            amount = transfer.currency_id.format(transfer.amount) if transfer.currency_id else ""
            transfer.display_name = f"{transfer.name}: {amount}"

    def _side(self, side):
        return self.line_ids.filtered(lambda line: line.side == side)

    # === ASKING === #
    def _prepare_approval_vals(self):
        self.ensure_one()
        labels = dict(self._fields["kind"]._description_selection(self.env))
        return {
            "collection_id": self.collection_id.id,
            "name": self.env._(
                "Transfer %(number)s: %(amount)s, %(kind)s",
                number=self.name,
                amount=self.currency_id.format(self.amount),
                kind=labels[self.kind].lower(),
            ),
            "amount": self.amount_company,
        }

    def _check_complete(self):
        result = super()._check_complete()
        if not (self.note or "").strip():
            raise UserError(self.env._("Please say why %(transfer)s is made.", transfer=self.name))
        if not self._side("from"):
            raise UserError(
                self.env._("Please choose what %(transfer)s moves.", transfer=self.name)
            )
        if self.kind != "misapplied" and not self._has_file():
            raise UserError(
                self.env._(
                    "Please attach the agreement to %(transfer)s: without it neither debtor nor "
                    "court need accept it.",
                    transfer=self.name,
                )
            )
        getattr(self, f"_check_{self.kind}")()
        self._check_same_book()
        self.line_ids._check_open()
        return result

    def _check_same_book(self):
        items = self.line_ids.line_id.sudo()  # branch items: read only
        if len(items.company_id) > 1 or len(items.currency_id) > 1:
            raise UserError(
                self.env._(
                    "All items of %(transfer)s must be in one company and one currency. Please make "
                    "a transfer for each.",
                    transfer=self.name,
                )
            )

    def _check_group(self):
        source, target = self.collection_id, self.to_collection_id
        if not target or target == source:
            raise UserError(
                self.env._("Please choose the debtor %(transfer)s goes to.", transfer=self.name)
            )
        if not source.group_id or source.sudo().group_id != target.sudo().group_id:  # names only
            raise UserError(
                self.env._(
                    "%(debtor)s and %(other)s are not in one debtor group. Please set the group on "
                    "both, or correct the debtor.",
                    debtor=source.partner_id.display_name,
                    other=target.partner_id.display_name,
                )
            )
        self._check_to_at_most()

    def _check_contra(self):
        if self.to_collection_id and self.to_collection_id != self.collection_id:
            raise UserError(
                self.env._("A contra is with one partner: please leave the other debtor empty.")
            )
        if self.currency_id.compare_amounts(self.amount, sum(self._side("to").mapped("amount"))):
            raise UserError(
                self.env._(
                    "Claims and bills of %(transfer)s must be over the same amount.",
                    transfer=self.name,
                )
            )

    def _check_misapplied(self):
        other = self.to_collection_id and self.to_collection_id != self.collection_id
        if not other and not self._side("to"):
            raise UserError(
                self.env._(
                    "Please choose the items the payment was meant for, or the debtor who paid."
                )
            )
        self._check_to_at_most()

    def _check_to_at_most(self):
        total = sum(self._side("to").mapped("amount"))
        if self.currency_id.compare_amounts(total, self.amount) > 0:
            raise UserError(
                self.env._(
                    "%(transfer)s moves %(amount)s but would settle %(total)s. Please lower what it "
                    "settles.",
                    transfer=self.name,
                    amount=self.currency_id.format(self.amount),
                    total=self.currency_id.format(total),
                )
            )

    # === ACTIONS === #
    def action_open_entry(self):
        """The entry of the transfer."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }


class ArCollection(models.Model):
    _inherit = "ar.collection"

    def action_transfer(self):
        """Open a new transfer of the open credits of the debtor."""
        self.ensure_one()
        self.check_access("read")
        credits_ = self.env["account.move.line"].search(
            [*self._open_items_domain(), ("amount_residual", "<", 0)], order="date, id"
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_transfer_action"
        )
        lines = [(0, 0, {"line_id": line.id, "side": "from"}) for line in credits_]
        action.update(
            views=[(False, "form")],
            context={"default_collection_id": self.id, "default_from_line_ids": lines},
        )
        return action
