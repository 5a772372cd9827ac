from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ArCollectionWriteOffLine(models.Model):
    """So much of this open item is given up."""

    _name = "ar.collection.write.off.line"
    _inherit = "ar.collection.adjustment.line.mixin"
    _description = "Item of a Write-off"
    _order = "write_off_id, id"

    _request_field = "write_off_id"

    write_off_id = fields.Many2one(
        "ar.collection.write.off", required=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(related="write_off_id.state")
    collection_id = fields.Many2one(related="write_off_id.collection_id", store=True, index=True)
    company_id = fields.Many2one(related="write_off_id.company_id", store=True, index=True)
    item_due_date = fields.Date(string="Due on", compute="_compute_item", store=True)
    amount = fields.Monetary(string="To write off")
    amount_company = fields.Monetary(
        help="The part of the item's value in the books; the entry takes the rate of its day."
    )
    entry_line_id = fields.Many2one(
        "account.move.line",
        string="Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    written_off = fields.Monetary(
        compute="_compute_written_off",
        help="What the entry takes off the item now, in its currency.",
    )
    written_off_company = fields.Monetary(
        currency_field="company_currency_id", compute="_compute_written_off"
    )

    _item_uniq = models.UniqueIndex(
        "(write_off_id, line_id)", "This item is on the request already. Please change its amount."
    )

    # === COMPUTES === #
    @api.depends("line_id")
    def _compute_item(self):
        result = super()._compute_item()
        for line in self.filtered("line_id"):
            item = line.line_id.sudo()  # branch items: read only
            line.item_due_date = item.date_maturity or item.date
        return result

    @api.depends("entry_line_id", "line_id.amount_residual")
    def _compute_written_off(self):
        """From the allocations between item and entry: the ledger is the only truth."""
        rows = (
            self.env["account.partial.reconcile"]
            .sudo()
            ._read_group(  # amounts of own requests
                [
                    ("debit_move_id", "in", self.line_id.ids),
                    ("credit_move_id", "in", self.entry_line_id.ids),
                ],
                ["debit_move_id", "credit_move_id"],
                ["debit_amount_currency:sum", "amount:sum"],
            )
        )
        found = {(debit.id, credit.id): amounts for debit, credit, *amounts in rows}
        for line in self:
            amounts = found.get((line.line_id.id, line.entry_line_id.id), (0.0, 0.0))
            line.written_off, line.written_off_company = amounts

    # === CONSTRAINTS === #
    @api.constrains("line_id", "write_off_id")
    def _check_item(self):
        for line in self.filtered("line_id"):
            item = line.line_id.sudo()  # branch items: read only
            debtor = line.collection_id.partner_id
            if not line._is_of_debtor(debtor):
                raise ValidationError(
                    self.env._(
                        "%(item)s is not an open item of %(debtor)s. Please choose posted items of "
                        "this debtor and company.",
                        item=item.move_name or item.display_name,
                        debtor=debtor.display_name,
                    )
                )

    # === BUSINESS === #
    def _check_open(self):
        """Refuse what cannot be written off: nothing, or more than is open and not asked for
        elsewhere."""
        waiting = self._waiting_elsewhere()
        for line in self:
            item = line.line_id.sudo()  # branch items
            currency, residual = line.currency_id, item.amount_residual_currency
            values = {"item": line.item_name, "open": currency.format(residual)}
            if (
                not item
                or item.parent_state != "posted"
                or currency.compare_amounts(residual, 0) <= 0
            ):
                raise UserError(
                    self.env._(
                        "%(item)s is paid or no longer posted; nothing is left to write off. "
                        "Please take it off the request.",
                        **values,
                    )
                )
            if currency.compare_amounts(line.amount, 0) <= 0:
                raise UserError(
                    self.env._(
                        "Please enter how much of %(item)s is written off; %(open)s are open.",
                        **values,
                    )
                )
            other = waiting.get(item.id, 0.0)
            if currency.compare_amounts(line.amount + other, residual) > 0:
                raise UserError(
                    self.env._(
                        "%(item)s has %(open)s open, of which %(other)s wait for approval on "
                        "another request; %(amount)s cannot be written off. Please lower the amount.",
                        other=currency.format(other),
                        amount=currency.format(line.amount),
                        **values,
                    )
                )
