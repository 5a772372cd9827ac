from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .ar_collection_dispute_outcome import OUTCOMES

KINDS = [
    ("dispute", "Dispute"),
    ("deduction", "Deduction"),
    ("short_payment", "Short payment"),
    ("query", "Query"),
]
CHANNELS = [
    ("call", "Call"),
    ("email", "E-mail"),
    ("letter", "Letter"),
    ("portal", "Portal"),
    ("cash", "Cash application"),
    ("other", "Other"),
]
STATES = [
    ("new", "New"),
    ("investigating", "Investigating"),
    ("waiting", "Waiting"),
    ("resolved", "Resolved"),
    ("rejected", "Rejected"),
]
#: States in which it is not decided for good.
OPEN = ("new", "investigating", "waiting")
WAITING = [
    ("customer", "The customer"),
    ("internal", "A colleague"),
    ("approval", "Approval"),
    ("credit", "The credit note to be posted"),
    ("write_off", "The write-off"),
]
#: What a person may say of a new dispute, and change while it is open.
SAYABLE = frozenset(
    {
        "kind",
        "reason_id",
        "root_cause_id",
        "description",
        "contact_id",
        "customer_reference",
        "channel",
        "user_id",
        "team_id",
        "priority",
        "item_ids",
        "evidence_ids",
        "related_ids",
    }
)
#: Said once, with the dispute.
ONCE = frozenset({"collection_id", "currency_id", "message_id", "call_id"})


class ArCollectionDispute(models.Model):
    """A customer says "this is wrong", pays less, or asks.

    Holds what is disputed of its items, not more (``_sync_holds``), until it ends; a query
    holds nothing. In the currency of its items: one dispute per currency.
    """

    _name = "ar.collection.dispute"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "ar.collection.debtor.mixin",
        "ar.collection.state.mixin",
        "ar.collection.hold.source.mixin",
    ]
    _description = "Dispute"
    _order = "priority desc, deadline, id desc"
    # a colleague who was asked may read, and answers
    _mail_post_access = "read"

    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        related="collection_id.partner_id", string="Customer", store=True, index=True
    )
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    currency_id = fields.Many2one("res.currency", required=True)
    kind = fields.Selection(KINDS, required=True, default="dispute", tracking=True)
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="new",
        index=True,
        copy=False,
        tracking=True,
        group_expand="_expand_states",
    )
    is_open = fields.Boolean(compute="_compute_is_open", search="_search_is_open")
    item_ids = fields.One2many(
        "ar.collection.dispute.item", "dispute_id", string="Items", copy=False
    )
    amount = fields.Monetary(
        string="Disputed", compute="_compute_amount", store=True, help="Sum of its items."
    )
    amount_company = fields.Monetary(
        string="In company currency",
        currency_field="company_currency_id",
        compute="_compute_amount",
        store=True,
        help="At the rate of the day it was opened.",
    )
    reason_id = fields.Many2one(
        "ar.collection.dispute.reason", tracking=True, index=True, ondelete="restrict"
    )
    root_cause_id = fields.Many2one(
        "ar.collection.dispute.cause", tracking=True, index="btree_not_null", ondelete="restrict"
    )
    description = fields.Text(help="What the customer says, in his words.")
    channel = fields.Selection(CHANNELS, string="Raised through", required=True, default="call")
    contact_id = fields.Many2one(
        "res.partner", string="Raised by", index="btree_not_null", ondelete="restrict"
    )
    customer_reference = fields.Char(
        string="Customer's reference", help="The number the customer gave it: claim, debit note."
    )
    team_id = fields.Many2one(
        "ar.collection.dispute.team", tracking=True, index="btree_not_null", ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        tracking=True,
        index="btree_not_null",
        domain=[("share", "=", False)],
        help="Who answers it.",
    )
    collector_id = fields.Many2one(
        "res.users",
        string="Coordinator",
        compute="_compute_collector_id",
        store=True,
        index="btree_not_null",
        help="The collector of the debtor; without one, who opened the dispute.",
    )
    priority = fields.Selection([("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="0")
    evidence_ids = fields.One2many("ar.collection.dispute.evidence", "dispute_id", copy=False)
    related_ids = fields.Many2many(
        "ar.collection.dispute",
        "ar_collection_dispute_related_rel",
        "dispute_id",
        "related_id",
        string="Related disputes",
        copy=False,
    )
    date_opened = fields.Datetime(
        string="Opened", readonly=True, required=True, default=fields.Datetime.now, copy=False
    )
    date_closed = fields.Datetime(string="Closed", readonly=True, copy=False)
    waiting_for = fields.Selection(WAITING, readonly=True, copy=False, tracking=True)
    outcome = fields.Selection(OUTCOMES, readonly=True, copy=False, tracking=True)
    resolution = fields.Text(readonly=True, copy=False, help="Why it ended so.")

    _open_idx = models.Index("(collection_id) WHERE state IN ('new', 'investigating', 'waiting')")

    # === COMPUTES === #
    @api.model
    def _expand_states(self, states, domain):
        """The board shows the open states always, the others where something is in them."""
        labels = dict(STATES)
        return [state for state in labels if state in OPEN or state in states]

    @api.depends("state")
    def _compute_is_open(self):
        for dispute in self:
            dispute.is_open = dispute.state in OPEN

    @api.model
    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "in" if True in value else "not in", OPEN)]

    @api.depends("item_ids.amount", "currency_id", "company_id", "date_opened")
    def _compute_amount(self):
        for dispute in self:
            dispute.amount = sum(dispute.item_ids.mapped("amount"))
            company, currency = dispute.company_id, dispute.currency_id
            if not company or not currency:
                dispute.amount_company = dispute.amount
                continue
            day = (dispute.date_opened or fields.Datetime.now()).date()
            dispute.amount_company = currency._convert(
                dispute.amount, company.currency_id, company, day
            )

    @api.depends("collection_id.user_id")
    def _compute_collector_id(self):
        for dispute in self:
            dispute.collector_id = (
                dispute.collection_id.user_id or dispute.collector_id or self.env.user
            )

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = dispute.name or self.env._("New dispute")

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            if not self.env.su:
                self._check_sayable(vals, SAYABLE | ONCE)
            self._complete_vals(vals)
        disputes = super(
            ArCollectionDispute,
            self.with_context(mail_create_nosubscribe=True, ar_collections_settling=True),
        ).create(vals_list)
        disputes = disputes.with_env(self.env)
        disputes._check_has_items()
        disputes._after_open()
        return disputes

    def write(self, vals):
        if not self.env.su:
            self._check_sayable(vals, self._changeable_fields())
            if set(vals) & SAYABLE:
                self._check_open_state()
        kinds = "kind" in vals
        result = super().write(vals)
        if kinds:
            self.item_ids._check_amounts()
            self._check_has_items()
            self._sync_holds()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "%(dispute)s is evidence and cannot be deleted. Close it instead.",
                    dispute=self[:1].name,
                )
            )

    @api.model
    def _changeable_fields(self):
        """Names of the fields a person may write: those of the thread are the mixins'."""
        mixins = {*self.env["mail.thread"]._fields, *self.env["mail.activity.mixin"]._fields}
        return SAYABLE | mixins

    @api.model
    def _check_sayable(self, vals, sayable):
        if forbidden := set(vals) - sayable:
            raise AccessError(
                self.env._(
                    "A person cannot say this of a dispute, it follows from its steps: %(names)s.",
                    names=", ".join(
                        sorted(
                            self._fields[name].string if name in self._fields else name
                            for name in forbidden
                        )
                    ),
                )
            )

    @api.model
    def _complete_vals(self, vals):
        """Number and currency, where nothing is said."""
        account = self.env["ar.collection"].browse(vals.get("collection_id"))
        # sudo: the numbers belong to nobody
        vals.setdefault("name", self.env["ir.sequence"].sudo().next_by_code(self._name))
        if vals.get("currency_id"):
            return
        items = [command[2] for command in vals.get("item_ids") or [] if command[0] == 0]
        line = self.env["account.move.line"].browse(items[0].get("line_id") if items else None)
        # sudo: an item of a branch: its currency
        vals["currency_id"] = (line.sudo().currency_id or account.currency_id).id

    def _check_has_items(self):
        for dispute in self:
            if dispute.kind != "query" and not dispute.item_ids:
                raise UserError(
                    self.env._(
                        "Which invoices does the dispute concern? Please add at least one, or note "
                        "it as a query: that needs none and holds nothing.",
                    )
                )

    # === BUSINESS === #
    @api.model
    def _open(
        self, collection, amounts, kind="dispute", reason=None, channel="call", note=None, **vals
    ):
        """Open a dispute of a debtor; what is disputed is held from now on.

        :param collection: the ``ar.collection``.
        :param dict amounts: id of the item -> disputed amount in its currency; None: all that
            is open and not disputed yet. A query may be without items.
        :param str kind: of ``KINDS``. :param reason: ``ar.collection.dispute.reason``.
        :param str channel: of ``CHANNELS``. :param str note: what the customer says.
        :param vals: further fields, also ``source_line_ids``: dict id of the item -> ids of the
            lines of its invoice that are disputed.
        :return: the dispute.
        :raises UserError: nothing is open, more than is open, items of two currencies.
        """
        sources = vals.pop("source_line_ids", None) or {}
        items = [
            fields.Command.create(
                {
                    "line_id": line_id,
                    **({} if amount is None else {"amount": amount}),
                    **(
                        {"source_line_ids": [fields.Command.set(sources[line_id])]}
                        if sources.get(line_id)
                        else {}
                    ),
                }
            )
            for line_id, amount in amounts.items()
        ]
        return self.create(
            {
                "collection_id": collection.id,
                "kind": kind,
                "reason_id": reason.id if reason else False,
                "channel": channel,
                "description": note,
                "item_ids": items,
                **vals,
            }
        )

    def _after_open(self):
        """Hook: these disputes were just opened, with their items."""
        self._sync_holds()

    # Hooks of the state stand here: the other parts of the model extend them.
    def _close_vals(self, state, now):
        """Hook: what is noted when it ends in ``state``, or opens again."""
        return {"date_closed": now if state in ("resolved", "rejected") else False}

    def _on_state(self, state, before):
        self.env["ar.collection.queue"]._add(self.partner_id.ids)
        return super()._on_state(state, before)

    def _is_decided(self):
        """Whether an outcome is chosen that only waits to be carried out."""
        self.ensure_one()
        return self.is_open and self.waiting_for in ("approval", "credit", "write_off")
