from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.ar_collection_dispute import CHANNELS, KINDS

#: Context key: ids of the items ticked.
ITEMS_KEY = "ar_collections_dispute_items"
#: Items shown where none is ticked; a debtor may have thousands.
SHOWN = 40


class ArCollectionDisputeOpen(models.TransientModel):
    """Note a dispute: what is said, of which items, how much of each."""

    _name = "ar.collection.dispute.open"
    _description = "New Dispute"

    collection_id = fields.Many2one("ar.collection", string="Debtor", required=True)
    partner_id = fields.Many2one(related="collection_id.partner_id", string="Customer")
    currency_id = fields.Many2one("res.currency", compute="_compute_amount")
    kind = fields.Selection(KINDS, required=True, default="dispute")
    reason_id = fields.Many2one(
        "ar.collection.dispute.reason",
        compute="_compute_reason_id",
        store=True,
        readonly=False,
        domain="[('for_query', '=', kind == 'query')]",
    )
    description = fields.Text(string="What the customer says")
    contact_id = fields.Many2one("res.partner", string="Raised by")
    channel = fields.Selection(CHANNELS, string="Raised through", required=True, default="call")
    customer_reference = fields.Char(string="Customer's reference")
    team_id = fields.Many2one(
        "ar.collection.dispute.team", compute="_compute_team_id", store=True, readonly=False
    )
    priority = fields.Selection([("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="0")
    row_ids = fields.One2many("ar.collection.dispute.open.row", "open_id", string="Items")
    source_ids = fields.One2many(
        "ar.collection.dispute.open.source", "open_id", string="Lines of the invoice"
    )
    amount = fields.Monetary(string="Disputed", compute="_compute_amount")
    message_id = fields.Many2one("mail.message")

    # === COMPUTES === #
    @api.depends("kind")
    def _compute_reason_id(self):
        for wizard in self:
            if wizard.reason_id.for_query != (wizard.kind == "query"):
                wizard.reason_id = False

    @api.depends("reason_id")
    def _compute_team_id(self):
        for wizard in self:
            wizard.team_id = wizard.reason_id.team_id

    @api.depends("row_ids.amount", "row_ids.line_id")
    def _compute_amount(self):
        for wizard in self:
            rows = wizard.row_ids.filtered("amount") or wizard.row_ids[:1]
            wizard.currency_id = rows.line_id.currency_id[:1] or wizard.collection_id.currency_id
            wizard.amount = sum(wizard.row_ids.mapped("amount"))

    # === DEFAULTS === #
    @api.model
    def default_get(self, fields):
        """The ticked items with all that is open of them; without ticks the oldest, with no
        amount; of one invoice its lines, to tick."""
        values = super().default_get(fields)
        account = self.env["ar.collection"].browse(
            values.get("collection_id") or self.env.context.get("default_collection_id")
        )
        if not account:
            return values
        values.update(self._message_values(account))
        values.setdefault("contact_id", account.contact_id.id)
        lines = self.env["account.move.line"].browse(self.env.context.get(ITEMS_KEY))
        ticked = bool(lines)
        if not lines:
            lines = lines.search(
                [*account._open_items_domain(), ("amount_residual", ">", 0)],
                order="date_maturity, id",
                limit=SHOWN,
            )
        free = self.env["ar.collection.dispute.item"]._free_of(lines)
        values["row_ids"] = [
            Command.create({"line_id": line.id, "amount": free[line.id] if ticked else 0})
            for line in lines
        ]
        if ticked and len(lines.move_id) == 1:
            values["source_ids"] = [
                Command.create({"line_id": line.id})
                for line in lines.move_id.invoice_line_ids
                if line.display_type == "product"
            ]
        return values

    def _message_values(self, account):
        message = account._replied_message()
        if not message:
            return {}
        call = account._call_defaults()
        return {
            "message_id": message.id,
            "channel": "email",
            "description": call.get("note"),
            "contact_id": call.get("contact_id"),
        }

    @api.onchange("source_ids")
    def _onchange_source_ids(self):
        """Ticked lines of the invoice propose the amount, tax included, capped by what is open
        and not disputed yet; of instalments the first takes what it can."""
        ticked = self.source_ids.filtered("ticked")
        if not self.source_ids or not ticked:
            return
        left = sum(ticked.mapped("price_total"))
        free = self.env["ar.collection.dispute.item"]._free_of(self.row_ids.line_id)
        for row in self.row_ids:
            row.amount = min(left, free.get(row.line_id.id, 0))
            left = row.currency_id.round(left - row.amount)

    # === ACTIONS === #
    def action_open(self):
        """Open the dispute.

        :raises UserError: no item with an amount, more than is open, no reason.
        :return: the action that shows it; over the API it is its ``res_id``.
        """
        self.ensure_one()
        self.collection_id.check_access("write")
        if not self.reason_id:
            raise UserError(self.env._("Please choose the reason."))
        query = self.kind == "query"
        rows = self.row_ids.filtered(lambda row: row.amount)
        sources = self.source_ids.filtered("ticked").line_id.ids
        dispute = self.env["ar.collection.dispute"]._open(
            self.collection_id,
            {row.line_id.id: row.amount for row in rows},
            kind=self.kind,
            reason=self.reason_id,
            channel=self.channel,
            note=self.description,
            contact_id=self.contact_id.id,
            customer_reference=self.customer_reference,
            team_id=self.team_id.id,
            priority=self.priority,
            message_id=self.message_id.id,
            source_line_ids={row.line_id.id: sources for row in rows if sources},
        )
        if not query:
            # sudo: the figures belong to the machine; they move in front of the person's eyes
            self.env["ar.collection"].sudo()._refresh(self.collection_id.partner_id.ids)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self._opened_text(dispute),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _opened_text(self, dispute):
        owner = dispute.sudo().user_id.name or self.env._("nobody yet")  # a name
        if dispute.kind == "query":
            return self.env._(
                "%(number)s noted; %(owner)s answers.", number=dispute.name, owner=owner
            )
        return self.env._(
            "%(number)s opened: %(amount)s is not chased; %(owner)s answers.",
            number=dispute.name,
            amount=dispute.currency_id.format(dispute.amount),
            owner=owner,
        )


class ArCollectionDisputeOpenRow(models.TransientModel):
    _name = "ar.collection.dispute.open.row"
    _description = "Item of a New Dispute"

    open_id = fields.Many2one(
        "ar.collection.dispute.open", string="Dispute", required=True, ondelete="cascade"
    )
    line_id = fields.Many2one("account.move.line", string="Item", required=True)
    number = fields.Char(related="line_id.ar_number", string="Number")
    currency_id = fields.Many2one(related="line_id.currency_id")
    due_date = fields.Date(related="line_id.ar_due_date")
    open_amount = fields.Monetary(related="line_id.amount_residual_currency", string="Open")
    amount = fields.Monetary(string="Disputed", help="Zero: not disputed.")


class ArCollectionDisputeOpenSource(models.TransientModel):
    _name = "ar.collection.dispute.open.source"
    _description = "Disputed Line of an Invoice"

    open_id = fields.Many2one(
        "ar.collection.dispute.open", string="Dispute", required=True, ondelete="cascade"
    )
    line_id = fields.Many2one("account.move.line", string="Item", required=True)
    ticked = fields.Boolean(string="Disputed")
    name = fields.Char(related="line_id.name", string="Line")
    quantity = fields.Float(related="line_id.quantity")
    currency_id = fields.Many2one(related="line_id.currency_id")
    price_total = fields.Monetary(related="line_id.price_total", string="With tax")
