from odoo import api, fields, models
from odoo.exceptions import UserError


class ArCollectionApplication(models.Model):
    """A bank line that brings the money of a payment that was registered before."""

    _inherit = "ar.collection.application"

    @api.model
    def _confirm_payment(self, credit_line, payment, mode="manual"):
        """Match a bank line with a registered payment: its items are paid already.

        :param credit_line: the suspense line of the bank line.
        :param payment: ``account.payment`` of the same amount and currency.
        :return: ``ar.collection.application``.
        :raises UserError: the payment is confirmed already, or differs.
        """
        self._check_may_apply(credit_line)
        line = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.outstanding_account_id
        )
        self._lock_and_reread(credit_line | line)
        self._check_credit(credit_line)
        currency = credit_line.currency_id
        if (
            len(line) != 1
            or line.reconciled
            or line.currency_id != currency
            or currency.compare_amounts(line.amount_currency, -credit_line.amount_currency)
        ):
            raise UserError(
                self.env._(
                    "%(payment)s is confirmed already, or over another amount than the bank line.",
                    payment=payment.display_name,
                )
            )
        vals = self._prepare_application_vals(credit_line, [], mode, None, payment.partner_id)
        vals |= {
            "reason": "payment",
            "amount": -credit_line.amount_currency,
            "amount_company": -credit_line.balance,
        }
        bank_line = credit_line.statement_line_id
        if bank_line.partner_id.commercial_partner_id != payment.partner_id.commercial_partner_id:
            bank_line.partner_id = payment.partner_id
        credit_line.write({"account_id": line.account_id.id, "partner_id": payment.partner_id.id})
        (credit_line + line).reconcile()
        # sudo: evidence is written by the program only; rights were checked above
        application = self.sudo().create(
            {
                **vals,
                "line_ids": [
                    fields.Command.create(
                        {
                            "line_id": line.id,
                            "item_name": payment.name,
                            "currency_id": currency.id,
                            "amount": line.amount_currency,
                            "partial_ids": [fields.Command.set(credit_line.matched_debit_ids.ids)],
                        }
                    )
                ],
            }
        )
        application = application.with_env(self.env)
        application._announce()
        return application
