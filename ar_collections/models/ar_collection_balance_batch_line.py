from odoo import api, fields, models
from odoo.exceptions import UserError

#: What a person can choose for a credit. None of them is income.
ACTIONS = [
    ("keep", "Leave it to the customer"),
    ("set_off", "Set off against what is owed"),
    ("refund", "Ask for a refund"),
]


class ArCollectionBalanceBatchLine(models.Model):
    """An item with a small balance, chosen or not."""

    _name = "ar.collection.balance.batch.line"
    _description = "Item of a Batch of Small Balances"
    _order = "batch_id, collection_id, id"

    batch_id = fields.Many2one(
        "ar.collection.balance.batch", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(related="batch_id.kind")
    state = fields.Selection(related="batch_id.state")
    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="batch_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    line_id = fields.Many2one(
        "account.move.line", string="Item", index="btree_not_null", ondelete="set null"
    )
    item_name = fields.Char(string="Number", compute="_compute_item", store=True)
    due_date = fields.Date(string="Due on", compute="_compute_item", store=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_item", store=True)
    amount = fields.Monetary(string="Open", readonly=True, help="When it was proposed.")
    amount_company = fields.Monetary(
        string="In company currency", currency_field="company_currency_id", readonly=True
    )
    chosen = fields.Boolean(default=True)
    action = fields.Selection(ACTIONS, default="keep", required=True)
    write_off_id = fields.Many2one(
        "ar.collection.write.off", readonly=True, index="btree_not_null", ondelete="set null"
    )
    refund_id = fields.Many2one(
        "ar.collection.refund", readonly=True, index="btree_not_null", ondelete="set null"
    )
    result = fields.Char(compute="_compute_result")

    @api.depends("line_id")
    def _compute_item(self):
        """Kept, so that an item that vanishes takes no history along."""
        for line in self.filtered("line_id"):
            item = line.line_id.sudo()  # branch items: read only
            line.item_name = item.move_name
            line.due_date = item.date_maturity or item.date
            line.currency_id = item.currency_id

    @api.depends("write_off_id.state", "refund_id.state")
    def _compute_result(self):
        for line in self:
            record = line.write_off_id or line.refund_id
            labels = dict(record._fields["state"]._description_selection(self.env))
            line.result = f"{record.name}: {labels[record.state]}" if record else False

    # === CRUD === #
    def write(self, vals):
        if not self.env.su:
            self.batch_id._check_state("draft")
            if set(vals) - {"chosen", "action"}:
                raise UserError(
                    self.env._("Of a proposed item only the choice can be changed; take it away.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts(self):
        if not self.env.su:
            self.batch_id._check_state("draft")

    # === BUSINESS === #
    def _ask_write_offs(self):
        """One request per debtor, for the amounts that were looked at."""
        requests = self.env["ar.collection.write.off"].with_context(
            ar_collections_balance_batch=self.batch_id.id
        )
        still_open = self.filtered(lambda line: line.line_id.amount_residual > 0)
        for account, lines in still_open.grouped("collection_id").items():
            batch = lines.batch_id
            request = requests._request(
                account,
                {line.line_id.id: line._amount_to_ask() for line in lines},
                batch.reason_id,
                note=batch.note or batch.name,
                source=batch,
            )
            # sudo: noted by the program only
            lines.sudo().write({"write_off_id": request.id})

    def _amount_to_ask(self):
        """What is open, at most what was looked at."""
        return min(self.amount, self.line_id.amount_residual_currency)

    def _settle_credits(self):
        """Do with each credit what was chosen."""
        self.filtered(lambda line: line.action == "set_off")._set_off()
        self.filtered(lambda line: line.action == "refund")._draft_refunds()

    def _set_off(self):
        """Reconcile credits with the oldest claims of the same debtor and currency.

        Core's rights decide: whoever may not reconcile is refused.
        """
        for line in self:
            line.line_id._ar_set_off()

    def _draft_refunds(self):
        """A draft per debtor, company, account and currency; a person completes and asks for it."""
        keys = ("company_id", "account_id", "currency_id")
        groups = self.grouped(
            lambda line: (line.collection_id, *(line.line_id[name] for name in keys))
        )
        for (account, *_same), lines in groups.items():
            refund = self.env["ar.collection.refund"].create(
                {
                    "collection_id": account.id,
                    "note": lines.batch_id.note or lines.batch_id.name,
                    "partner_bank_id": account.partner_id.bank_ids[:1].id,
                    "line_ids": [(0, 0, {"line_id": line.line_id.id}) for line in lines],
                }
            )
            # sudo: noted by the program only
            lines.sudo().write({"refund_id": refund.id})
