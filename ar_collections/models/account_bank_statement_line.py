from odoo import Command, api, models
from odoo.exceptions import UserError


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
        """Take back what was posted on the customer.

        Noted from the bank line of the return, that line is booked on the customer and matched
        with the money it returns. Before that line is there, an entry waits for it on the account
        of outstanding payments.
        """
        lines = self._ar_receivable_lines()
        lines.remove_move_reconcile()
        if back := self._ar_return_line():
            return back._ar_book_return(lines)
        ref = self.env._("Returned: %(line)s, %(reason)s", line=self.name, reason=reason)
        # sudo: the account of outstanding payments is found over the data of the chart
        outstanding = self.env["account.payment"].new({"company_id": self.company_id.id})
        account = outstanding.sudo()._get_outstanding_account("outbound")
        items = [{**item, "name": ref} for item in self._ar_taken_back(lines)]
        items += [
            {
                **item,
                "account_id": account.id,
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
        self._ar_match_taken_back(lines, move.line_ids[: len(lines)])
        return move

    @api.model
    def _ar_taken_back(self, lines):
        """Values of journal items that take these back."""
        return [
            {
                "name": line.name,
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id,
                "currency_id": line.currency_id.id,
                "amount_currency": -line.amount_currency,
                "balance": -line.balance,
            }
            for line in lines
        ]

    @api.model
    def _ar_match_taken_back(self, lines, back):
        for line, other in zip(lines, back, strict=True):
            (line + other).reconcile()
