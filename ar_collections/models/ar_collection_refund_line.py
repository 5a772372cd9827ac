from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ArCollectionRefundLine(models.Model):
    """So much of this credit is paid back."""

    _name = "ar.collection.refund.line"
    _description = "Credit of a Refund"
    _order = "refund_id, id"

    refund_id = fields.Many2one(
        "ar.collection.refund", required=True, index=True, ondelete="cascade"
    )
    collection_id = fields.Many2one(related="refund_id.collection_id", store=True, index=True)
    company_id = fields.Many2one(related="refund_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    line_id = fields.Many2one(
        "account.move.line", string="Credit", index="btree_not_null", ondelete="set null"
    )
    item_name = fields.Char(string="Number", compute="_compute_item", store=True)
    item_date = fields.Date(string="Date", compute="_compute_item", store=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_item", store=True)
    open_amount = fields.Monetary(string="Open", compute="_compute_open_amount")
    amount = fields.Monetary(
        string="To refund", compute="_compute_amount", store=True, readonly=False
    )
    amount_company = fields.Monetary(
        string="In company currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
    )

    _item_uniq = models.UniqueIndex(
        "(refund_id, line_id)", "This credit is on the request already. Please change its amount."
    )

    # === COMPUTES === #
    @api.depends("line_id")
    def _compute_item(self):
        """Kept, so that an item that vanishes takes no history along."""
        for line in self.filtered("line_id"):
            item = line.line_id.sudo()  # branch items: read only
            line.item_name = item.move_name
            line.item_date = item.date
            line.currency_id = item.currency_id

    @api.depends("line_id.amount_residual_currency")
    def _compute_open_amount(self):
        for line in self:
            line.open_amount = -line.line_id.sudo().amount_residual_currency  # branch items

    @api.depends("line_id")
    def _compute_amount(self):
        for line in self:
            line.amount = -line.line_id.sudo().amount_residual_currency  # branch items

    @api.depends("line_id", "amount")
    def _compute_amount_company(self):
        for line in self:
            item = line.line_id.sudo()  # branch items
            residual = item.amount_residual_currency
            value = item.amount_residual * line.amount / residual if residual else 0
            currency = line.company_currency_id
            line.amount_company = abs(currency.round(value) if currency else value)

    # === CONSTRAINTS === #
    @api.constrains("line_id", "refund_id")
    def _check_item(self):
        for line in self.filtered("line_id"):
            item = line.line_id.sudo()  # branch items: read only
            debtor = line.collection_id.partner_id
            if (
                item.account_id.account_type != "asset_receivable"
                or item.parent_state != "posted"
                or item.partner_id.commercial_partner_id != debtor
                or item.company_id._ar_root() != line.company_id
                or item.balance >= 0
            ):
                raise ValidationError(
                    self.env._(
                        "%(item)s is no credit of %(debtor)s. Please choose open payments or credit "
                        "notes of this debtor and company.",
                        item=item.move_name or item.display_name,
                        debtor=debtor.display_name,
                    )
                )
            of_request = line.refund_id.line_ids.line_id.sudo()  # dito
            if any(
                len(of_request[name]) > 1 for name in ("company_id", "account_id", "currency_id")
            ):
                raise ValidationError(
                    self.env._(
                        "The credits of one refund are in one company, account and currency: it is "
                        "one payment. Please make another request for %(item)s.",
                        item=item.move_name,
                    )
                )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        self._check_draft()

    def _check_draft(self):
        if not self.env.su:
            self.refund_id._check_state("draft")

    # === BUSINESS === #
    def _check_open(self):
        """Refuse more than is open, or promised to another refund."""
        elsewhere = self._waiting_elsewhere()
        for line in self:
            currency, amount = line.currency_id, line.open_amount
            free = amount - elsewhere.get(line.line_id.id, 0.0)
            if currency.compare_amounts(line.amount, 0) <= 0 or (
                currency.compare_amounts(line.amount, free) > 0
            ):
                raise UserError(
                    self.env._(
                        "Of %(item)s %(free)s can be refunded: %(open)s are open, the rest is on "
                        "another request. Please correct the amount.",
                        item=line.item_name,
                        free=currency.format(max(free, 0.0)),
                        open=currency.format(amount),
                    )
                )

    def _waiting_elsewhere(self):
        """dict item id -> amount that other refunds are about to pay."""
        rows = self.sudo()._read_group(  # those of other collectors count
            [
                ("line_id", "in", self.line_id.ids),
                ("refund_id.state", "in", ("to_approve", "approved")),
                ("refund_id", "not in", self.refund_id.ids),
            ],
            ["line_id"],
            ["amount:sum"],
        )
        return {item.id: amount for item, amount in rows}
