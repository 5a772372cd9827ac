from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [("applied", "Applied"), ("undone", "Undone")]
#: How the money found its items: by itself, as proposed after a look, or by hand.
MODES = [("automatic", "Automatic"), ("assisted", "Assisted"), ("manual", "Manual")]


class ArCollectionApplication(models.Model):
    """What was applied of one credit to which items, by whom and why: evidence.

    The ledger holds the money; this tells how it got there, and lets it be undone.
    """

    _name = "ar.collection.application"
    _inherit = ["ar.collection.debtor.mixin", "ar.collection.state.mixin"]
    _description = "Cash Application"
    _order = "id desc"
    _transitions = {"applied": {"undone"}, "undone": set()}

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, help="The head company."
    )
    collection_id = fields.Many2one(
        "ar.collection",
        string="Debtor",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Whose items the larger part was applied to.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Who paid.",
    )
    collector_id = fields.Many2one(
        "res.users",
        readonly=True,
        index="btree_not_null",
        help="In charge of the debtor at that time.",
    )
    credit_line_id = fields.Many2one(
        "account.move.line",
        string="Credit",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Set when this application brought the bank line onto the debtor.",
    )
    former_partner_id = fields.Many2one(
        "res.partner",
        readonly=True,
        index="btree_not_null",
        help="Who stood on the bank line before.",
    )
    credit_name = fields.Char(string="Paid by", readonly=True)
    received_on = fields.Date(readonly=True, help="Accounting date of the credit.")
    date = fields.Datetime(
        string="Applied on", required=True, readonly=True, default=fields.Datetime.now, index=True
    )
    hours = fields.Float(
        string="Hours to apply",
        readonly=True,
        aggregator="avg",
        help="From the moment the credit was recorded.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Applied by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        index=True,
    )
    mode = fields.Selection(MODES, required=True, readonly=True, default="manual")
    reason = fields.Char(readonly=True, help="The rule of the matching that found it.")
    why = fields.Char(string="Because", compute="_compute_why")
    confidence = fields.Integer(readonly=True, aggregator=None)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="Applied to items, in the currency of the credit.")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    amount_company = fields.Monetary(
        string="In company currency", currency_field="company_currency_id", readonly=True
    )
    line_ids = fields.One2many("ar.collection.application.line", "application_id", string="Items")
    state = fields.Selection(STATES, required=True, readonly=True, default="applied", index=True)
    undone_on = fields.Datetime(readonly=True)
    undone_by_id = fields.Many2one("res.users", string="Undone by", readonly=True)
    undone_reason = fields.Char(string="Undone because", readonly=True)
    source_model = fields.Char(readonly=True)
    source_id = fields.Many2oneReference(
        model_field="source_model", readonly=True, help="E.g. a remittance line."
    )

    @api.depends("credit_name", "amount", "currency_id")
    def _compute_display_name(self):
        for application in self:
            application.display_name = (
                f"{application.credit_name or ''} "
                f"{application.currency_id.format(application.amount)}".strip()
            )

    @api.depends("reason")
    def _compute_why(self):
        words = self.env["ar.collection.credit"]._reason_words()
        for application in self:
            application.why = words.get(application.reason, application.reason)

    # === CRUD: evidence, made and changed by the program only === #
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(
                self.env._("Applications are noted by the program when money is applied.")
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise UserError(
                self.env._("What was applied is evidence and cannot be changed. Undo it instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(
                self.env._("What was applied is evidence and cannot be deleted. Undo it instead.")
            )

    # === ACTIONS === #
    def action_undo(self, reason=None):
        """Take applied money back off its items; the credits are open again.

        :param str reason: why.
        :return: True; a notice where disputes or write-offs that were opened stay
        """
        self.check_access("read")
        return self._told(self._undo(reason))

    def _screen_message(self):
        """What was done, in a sentence."""
        self.ensure_one()
        return self.env._(
            "%(amount)s of %(credit)s applied to %(items)s.",
            amount=self.currency_id.format(self.amount),
            credit=self.credit_name or "",
            items=", ".join(line.item_name or "" for line in self.line_ids if line.kind == "item")
            or self.env._("the account"),
        )
