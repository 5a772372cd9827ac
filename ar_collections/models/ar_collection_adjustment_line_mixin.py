from odoo import api, fields, models


class ArCollectionAdjustmentLineMixin(models.AbstractModel):
    """So much of this item is written off, refunded, transferred.

    A model names its request and gives ``_waiting_states`` and the checks of its items. What is
    known of the item is kept, so that an item that vanishes takes no history along.
    """

    _name = "ar.collection.adjustment.line.mixin"
    _description = "Item of an Adjustment"

    #: Name of the field that holds the request.
    _request_field = ""
    #: States of a request that reserve the amount.
    _waiting_states = ("to_approve",)
    #: Of the residuals it takes: 1 claims, -1 credits.
    _sign = 1

    collection_id = fields.Many2one("ar.collection", string="Debtor")
    company_id = fields.Many2one("res.company")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    line_id = fields.Many2one(
        "account.move.line", string="Item", index="btree_not_null", ondelete="set null"
    )
    item_name = fields.Char(string="Number", compute="_compute_item", store=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_item", store=True)
    open_amount = fields.Monetary(string="Open", compute="_compute_open_amount")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="In the currency of the item; all that is open is proposed.",
    )
    amount_company = fields.Monetary(
        string="In company currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
    )

    # === COMPUTES === #
    @api.depends("line_id")
    def _compute_item(self):
        for line in self.filtered("line_id"):
            item = line.line_id.sudo()  # branch items: read only
            line.item_name = item.move_name
            line.currency_id = item.currency_id

    @api.depends("line_id.amount_residual_currency")
    def _compute_open_amount(self):
        for line in self:
            line.open_amount = line._usable()

    @api.depends("line_id")
    def _compute_amount(self):
        for line in self:
            line.amount = line._usable()

    def _usable(self):
        """What of the item is open, in its currency; positive on the right side."""
        return self._sign * self.line_id.sudo().amount_residual_currency  # branch items

    @api.depends("line_id", "amount")
    def _compute_amount_company(self):
        """The part of the item's value in the books."""
        for line in self:
            item = line.line_id.sudo()  # branch items
            residual = item.amount_residual_currency
            value = item.amount_residual * line.amount / residual if residual else 0
            currency = line.company_currency_id
            line.amount_company = currency.round(value) if currency else value

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines[self._request_field]._check_draft()
        return lines

    def write(self, vals):
        self[self._request_field]._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        self[self._request_field]._check_draft()

    # === BUSINESS === #
    def _is_of_debtor(self, debtor, account_types=("asset_receivable",)):
        """Whether the item is a posted one of this debtor, in the company of the request."""
        item = self.line_id.sudo()  # branch items: read only
        return (
            item.account_id.account_type in account_types
            and item.parent_state == "posted"
            and item.partner_id.commercial_partner_id == debtor
            and item.company_id._ar_root() == self.company_id
        )

    def _waiting_elsewhere(self):
        """dict item id -> amount that other requests of this kind are about to take."""
        rows = self.sudo()._read_group(  # those of other collectors count
            [
                ("line_id", "in", self.line_id.ids),
                (f"{self._request_field}.state", "in", self._waiting_states),
                (self._request_field, "not in", self[self._request_field].ids),
            ],
            ["line_id"],
            ["amount:sum"],
        )
        return {item.id: amount for item, amount in rows}
