from odoo import Command, models
from odoo.exceptions import UserError

from . import ar_collection_bounce_mixin  # noqa: F401, what is inherited must stand first


class AccountBankStatementLine(models.Model):
    _name = "account.bank.statement.line"
    _inherit = ["account.bank.statement.line", "ar.collection.bounce.mixin"]

    def action_ar_bounce(self, date, reason, fee=0.0):
        """As ``ar.collection.bounce.mixin``; lines matched with payments return those."""
        self.check_access("write")
        by_payment = self.filtered(lambda line: line._ar_payments())
        moves = self.env["account.move"]
        for line in by_payment:
            payments = line._ar_payments()
            moves |= payments.action_ar_bounce(date, reason, fee)
            line._ar_note_bounce(payments[0].ar_bounce_date, reason, fee, moves[-1:])
        others = self - by_payment
        return moves | super(AccountBankStatementLine, others).action_ar_bounce(date, reason, fee)

    def _ar_payments(self):
        """The payments of customers this bank line confirms."""
        _liquidity, _suspense, others = self._seek_for_lines()
        matched = others.matched_debit_ids.debit_move_id | others.matched_credit_ids.credit_move_id
        return matched.payment_id.filtered(
            lambda payment: payment.payment_type == "inbound" and not payment.ar_bounce_date
        )

    def _ar_receivable_lines(self):
        _liquidity, _suspense, others = self._seek_for_lines()
        return others.filtered(
            lambda line: line.account_type == "asset_receivable" and line.balance < 0
        )

    def _ar_check_bounce(self, date, fee):
        result = super()._ar_check_bounce(date, fee)
        if not self._ar_receivable_lines():
            raise UserError(
                self.env._(
                    "%(what)s is not matched with a customer's items or payment; nothing can be "
                    "taken back. Match it first.",
                    what=self.display_name,
                )
            )
        return result

    def _ar_reverse_money(self, date, reason):
        """Take back what was posted on the customer, against the suspense account, where the
        bank line of the return waits: so the balance of the bank stays what the bank says."""
        lines = self._ar_receivable_lines()
        lines.remove_move_reconcile()
        ref = self.env._("Returned: %(line)s, %(reason)s", line=self.name, reason=reason)
        items = [
            {
                "name": ref,
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id,
                "currency_id": line.currency_id.id,
                "amount_currency": -line.amount_currency,
                "balance": -line.balance,
            }
            for line in lines
        ]
        items += [
            {
                **item,
                "account_id": self.journal_id.suspense_account_id.id,
                "amount_currency": -item["amount_currency"],
                "balance": -item["balance"],
            }
            for item in items
        ]
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.journal_id.id,
                "date": date,
                "ref": ref,
                "partner_id": self.partner_id.id,
                "line_ids": [Command.create(item) for item in items],
            }
        )
        move._post(soft=False)
        for line, back in zip(lines, move.line_ids[: len(lines)], strict=True):
            (line + back).reconcile()
        return move
