from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

SIDES = [("from", "What moves"), ("to", "What it settles"), ("wrong", "Settled by mistake")]


class ArCollectionTransferLine(models.Model):
    """An item of a transfer: so much of it moves, is settled, or was settled by mistake."""

    _name = "ar.collection.transfer.line"
    _inherit = "ar.collection.adjustment.line.mixin"
    _description = "Item of a Transfer"
    _order = "transfer_id, side, id"

    _request_field = "transfer_id"

    transfer_id = fields.Many2one(
        "ar.collection.transfer", required=True, index=True, ondelete="cascade"
    )
    side = fields.Selection(SIDES, required=True, default="from")
    collection_id = fields.Many2one(related="transfer_id.collection_id", store=True, index=True)
    company_id = fields.Many2one(related="transfer_id.company_id", store=True, index=True)

    # === COMPUTES === #
    @api.depends("side")
    def _compute_open_amount(self):
        return super()._compute_open_amount()

    @api.depends("side")
    def _compute_amount(self):
        return super()._compute_amount()

    def _usable(self):
        """What of the item can be moved or settled, positive, in its currency.

        A misapplied payment: what it has settled of the wrong items, and what is open of it.
        """
        item = self.line_id.sudo()  # branch items: read only
        amount = abs(item.amount_residual_currency)
        if self.transfer_id.kind != "misapplied":
            return amount
        if self.side == "from":
            return amount + sum(self._wrong_parts().mapped("credit_amount_currency"))
        if self.side == "wrong":
            credits_ = self.transfer_id._side("from").line_id.sudo()  # dito
            parts = item.matched_credit_ids.filtered(lambda part: part.credit_move_id in credits_)
            return sum(parts.mapped("debit_amount_currency"))
        return amount

    def _wrong_parts(self):
        """The allocations of this payment to the items settled by mistake."""
        wrong = self.transfer_id._side("wrong").line_id.sudo()  # branch items
        return self.line_id.sudo().matched_debit_ids.filtered(
            lambda part: part.debit_move_id in wrong
        )

    @api.depends("line_id", "amount")
    def _compute_amount_company(self):
        for line in self:
            item = line.line_id.sudo()  # branch items
            whole = item.amount_currency
            value = abs(item.balance * line.amount / whole) if whole else 0
            currency = line.company_currency_id
            line.amount_company = currency.round(value) if currency else value

    # === CONSTRAINTS === #
    @api.constrains("line_id", "side", "transfer_id")
    def _check_item(self):
        for line in self.filtered("line_id"):
            item = line.line_id.sudo()  # branch items: read only
            kinds, sign, debtor = line._expected()
            if not line._is_of_debtor(debtor, kinds) or (item.balance > 0) != (sign > 0):
                raise ValidationError(
                    self.env._(
                        "%(item)s cannot stand here. Please choose posted items of %(debtor)s in "
                        "this company: %(what)s.",
                        item=item.move_name or item.display_name,
                        debtor=debtor.display_name,
                        what=line._expected_text(),
                    )
                )

    def _expected(self):
        """(types of account, sign of the balance, debtor) of an item on this side."""
        transfer = self.transfer_id
        source, target = transfer.collection_id.partner_id, transfer.to_partner_id
        receivable = ("asset_receivable",)
        if transfer.kind == "contra":
            if self.side == "to":
                return ("liability_payable",), -1, source
            return receivable, 1, source
        if self.side == "from":
            return receivable, -1, source
        return receivable, 1, source if self.side == "wrong" else target

    def _expected_text(self):
        contra = self.transfer_id.kind == "contra"
        if self.side == "from":
            return self.env._("claims") if contra else self.env._("payments or credit notes")
        if contra:
            return self.env._("bills we owe")
        return self.env._("claims")

    # === BUSINESS === #
    def _check_open(self):
        """Refuse amounts that are zero or more than can be used."""
        for line in self:
            currency, usable = line.currency_id, line._usable()
            if (
                currency.compare_amounts(line.amount, 0) <= 0
                or currency.compare_amounts(line.amount, usable) > 0
            ):
                raise UserError(
                    self.env._(
                        "Of %(item)s %(usable)s can be used; %(amount)s is entered. Please correct "
                        "the amount.",
                        item=line.item_name,
                        usable=currency.format(usable),
                        amount=currency.format(line.amount),
                    )
                )
