from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime


class AccountMoveLine(models.Model):
    """What is done with ticked open items of a debtor."""

    _inherit = "account.move.line"

    def _ar_account(self, one_currency=False):
        """The collection account of these items.

        :param bool one_currency: they must be in one.
        :raises UserError: they belong to several debtors or companies, or to one that the
            reader may not see.
        """
        self.check_access("read")
        debtors = self.partner_id.commercial_partner_id
        roots = self.company_id._ar_root()
        if len(debtors) != 1 or len(roots) != 1:
            raise UserError(self.env._("Please tick items of one debtor and one company only."))
        if one_currency and len(self.currency_id) != 1:
            raise UserError(
                self.env._("Please tick items of one debtor, one company and one currency only.")
            )
        account = self.env["ar.collection"].search(
            [("partner_id", "=", debtors.id), ("company_id", "=", roots.id)], limit=1
        )
        if not account:
            raise UserError(
                self.env._(
                    "%(debtor)s has no collection account yet, or not one of yours. It appears "
                    "within a minute after the first posted invoice.",
                    debtor=debtors.display_name,
                )
            )
        return account

    def action_ar_log_call(self):
        """Log a call about these items."""
        return self._ar_account().with_context(ar_line_ids=self.ids).action_log_call()

    def action_ar_pay(self):
        """Register a payment on these items with core's form.

        :raises AccessError: the user may not register payments.
        :raises UserError: nothing of them is open, or they belong to several debtors.
        """
        self._ar_account()
        if not self.env["account.payment.register"].has_access("create"):
            raise AccessError(
                self.env._(
                    "Registering payments needs the accounting group Billing. Please ask an "
                    "accountant."
                )
            )
        claims = self.filtered(lambda line: line.amount_residual > 0)
        if not claims:
            raise UserError(self.env._("Nothing is open of the items that are ticked."))
        return claims.action_register_payment()

    def action_ar_copy(self):
        """Send copies of the invoices of these items to the contact of the debtor.

        :return: a notification that says to whom they go.
        :raises UserError: no invoice among them, or no address to send them to.
        """
        account = self._ar_account()
        account.check_access("write")
        copies = self.env["ar.collection.copy"]._queue(account, self.move_id, account.contact_id)
        copies = copies.sudo()  # a mail that the caller has just ordered
        values = {"count": len(self.move_id), "address": copies.email_to}
        message = self.env._(
            "Copies of %(count)s invoices leave for %(address)s in a minute.", **values
        )
        if copies.allowed_at:
            message = self.env._(
                "Copies of %(count)s invoices leave for %(address)s as soon as the contact rule "
                "allows it: %(when)s.",
                when=format_datetime(self.env, copies.allowed_at, dt_format="EEE d MMM HH:mm"),
                **values,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
            },
        }
