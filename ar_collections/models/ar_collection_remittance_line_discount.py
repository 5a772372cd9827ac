from odoo import models


class ArCollectionRemittanceLine(models.Model):
    """Discounts that debtors take: in time as agreed, else a deduction."""

    _inherit = "ar.collection.remittance.line"

    def _discount_in_time(self):
        day = (
            self.remittance_id.credit_line_id.date
            or self.remittance_id.date
            or self.company_id._ar_today()
        )
        return self.item_id._ar_discount_allowed(day, self.discount)

    def _discount_differences(self, item, discount):
        """The discount that was agreed as such; what is taken beyond it, or late, or without
        an agreement, as a deduction.

        :param discount: what was taken, positive, in the currency of the item.
        """
        agreed = item._ar_discount()
        currency = item.currency_id
        if not self._discount_in_time() or currency.compare_amounts(discount, agreed) < 0:
            return [self._deduction(item, discount, note=self._discount_note(agreed))]
        result = [self._difference("discount", item, agreed)]
        if currency.compare_amounts(discount, agreed) > 0:
            over = currency.round(discount - agreed)
            result.append(self._deduction(item, over, note=self._discount_note(agreed)))
        return result

    def _discount_note(self, agreed):
        if not agreed:
            return self.env._("Discount taken that was not agreed")
        if self._discount_in_time():
            return self.env._("Another discount taken than agreed")
        return self.env._("Early-payment discount taken after its last day")
