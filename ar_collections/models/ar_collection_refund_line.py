from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ArCollectionRefundLine(models.Model):
    """So much of this credit is paid back."""

    _name = "ar.collection.refund.line"
    _inherit = "ar.collection.adjustment.line.mixin"
    _description = "Credit of a Refund"
    _order = "refund_id, id"

    _request_field = "refund_id"
    _waiting_states = ("to_approve", "approved")
    _sign = -1

    refund_id = fields.Many2one(
        "ar.collection.refund", required=True, index=True, ondelete="cascade"
    )
    collection_id = fields.Many2one(related="refund_id.collection_id", store=True, index=True)
    company_id = fields.Many2one(related="refund_id.company_id", store=True, index=True)
    line_id = fields.Many2one(string="Credit")
    item_date = fields.Date(string="Date", compute="_compute_item", store=True)
    amount = fields.Monetary(string="To refund")

    _item_uniq = models.UniqueIndex(
        "(refund_id, line_id)", "This credit is on the request already. Please change its amount."
    )

    # === COMPUTES === #
    @api.depends("line_id")
    def _compute_item(self):
        result = super()._compute_item()
        for line in self.filtered("line_id"):
            line.item_date = line.line_id.sudo().date  # branch items
        return result

    # === CONSTRAINTS === #
    @api.constrains("line_id", "refund_id")
    def _check_item(self):
        for line in self.filtered("line_id"):
            item = line.line_id.sudo()  # branch items: read only
            debtor = line.collection_id.partner_id
            if not line._is_of_debtor(debtor) or item.balance >= 0:
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
