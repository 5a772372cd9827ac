from odoo import models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    """Early-payment discount of an item: how much, and until when."""

    _inherit = "account.move.line"

    def _ar_discount(self):
        """The whole early-payment discount of an item in its currency; 0: there is none."""
        self.ensure_one()
        if not self.discount_date or not self.move_id.invoice_payment_term_id.early_discount:
            return 0.0
        return self.currency_id.round(self.amount_currency - self.discount_amount_currency)

    def _ar_discount_allowed(self, day, amount):
        """Whether a discount may be given for money of a day: by its last day, or when it is
        so small that nobody asks (the tolerance of cash application).

        :param day: date the money came. :param amount: in the currency of the item.
        """
        self.ensure_one()
        if not self._ar_discount():
            return False
        root = self.company_id._ar_root()
        value = self.currency_id._convert(amount, root.currency_id, root, day)
        small = root.currency_id.compare_amounts(value, root.ar_cash_tolerance or 0.0) <= 0
        return day <= self.discount_date or small


class ArCollectionApplication(models.Model):
    _inherit = "ar.collection.application"

    def _settle_discount(self, item, amount, difference):
        """A discount taken after its last day is a deduction: never given by itself."""
        credit = self.credit_line_id
        day = self.received_on or credit.date
        if item._ar_discount() and day and not item._ar_discount_allowed(day, amount):
            raise UserError(
                self.env._(
                    "The early-payment discount of %(item)s ended on %(date)s; the money came on "
                    "%(day)s. Note the difference as a deduction.",
                    item=item.move_name or item.display_name,
                    date=item.discount_date,
                    day=day,
                )
            )
        return super()._settle_discount(item, amount, difference)
