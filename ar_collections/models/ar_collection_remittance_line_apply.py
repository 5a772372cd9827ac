from odoo import api, models


class ArCollectionRemittanceLine(models.Model):
    """What a line does to its items."""

    _inherit = "ar.collection.remittance.line"

    def _items(self):
        """dict id of the line -> its item, and the later open instalments of the same invoice."""
        all_items = self.item_id.move_id.line_ids.filtered(
            lambda item: item.account_type == "asset_receivable" and not item.reconciled
        ).sorted(lambda item: (item.date_maturity or item.date, item.id))
        by_move = all_items.grouped("move_id")
        return {
            line.id: line.item_id
            | by_move.get(line.item_id.move_id, all_items.browse()).filtered(
                lambda item, first=line.item_id: (
                    (item.date_maturity or item.date) >= (first.date_maturity or first.date)
                )
            )
            for line in self
        }

    def _differences(self, item, part, short):
        """What else happens to an item: dicts as ``ar.collection.application._apply`` takes them.

        :param short: what is left of the item after all lines, a Decimal.
        """
        result = []
        if part.discount > 0:
            result += self._discount_differences(item, float(part.discount))
        if part.deduction > 0 and not self._is_withheld(item, part.deduction):
            result.append(self._deduction(item, part.deduction, note=self._deduction_note()))
        if short > 0 and self.short_as == "deduction":
            result.append(self._deduction(item, short, dispute_kind="short_payment"))
        return result

    def _discount_differences(self, item, discount):
        """Hook: what becomes of a discount that was taken."""
        return [self._difference("discount", item, discount)]

    @api.model
    def _difference(self, kind, item, amount, **vals):
        return {"kind": kind, "line": item, "amount": float(amount), **vals}

    def _deduction(self, item, amount, **vals):
        return self._difference("deduction", item, amount, reason=self._reason(), **vals)

    def _reason(self):
        """The reason of a dispute that the debtor's code stands for, or None."""
        codes = self.env.get("ar.collection.deduction.code")
        if codes is None or not self.code:
            return None
        return codes._reason_for(self.remittance_id.partner_id, self.code)

    def _deduction_note(self):
        return " ".join(filter(None, (self.code, self.note))) or None

    def _is_withheld(self, item, amount):
        """Hook: whether what was deducted is tax withheld, and no dispute."""
        return False
