from odoo import Command, models


class AccountBankStatementLine(models.Model):
    """Booking the bank line of a return, so that it is settled with what it takes back."""

    _inherit = "account.bank.statement.line"

    def _ar_return_line(self):
        """The bank line the return is noted from, where it can be booked as one of this money."""
        number = self.env.context.get("ar_collections_return_line_id")
        line = self.browse(number).exists()
        line.check_access("write")
        if not line or line.journal_id != self.journal_id or line.is_reconciled:
            return self.browse()
        came, went = self._ar_receivable_lines(), line._seek_for_lines()[1]
        total = sum((came + went).mapped("amount_currency"))
        one = len((came + went).currency_id) == 1
        return line if one and went.currency_id.is_zero(total) else self.browse()

    def _ar_book_return(self, lines):
        """Book this bank line on the customers whose money it takes back, and match the two.

        :param lines: the receivable items of the bank line that brought the money.
        :return: the entry of this bank line.
        """
        self.ensure_one()
        if not self.partner_id and len(lines.partner_id) == 1:
            self.partner_id = lines.partner_id  # first: core books the line anew
        _liquidity, suspense, _others = self._seek_for_lines()
        commands = [Command.delete(line.id) for line in suspense]
        commands += [Command.create(item) for item in self._ar_booked_now(lines)]
        known = self.move_id.line_ids
        self.move_id.with_context(skip_readonly_check=True, force_delete=True).write(
            {"line_ids": commands}
        )
        back = (self.move_id.line_ids - known).sorted("id")
        self._ar_match_taken_back(lines, back)
        return self.move_id

    def _ar_booked_now(self, lines):
        """What takes these items back, at the rate of the day of this bank line: what the rate
        moved meanwhile core books as an exchange difference when the two are matched."""
        liquidity, _suspense, _others = self._seek_for_lines()
        items = self._ar_taken_back(lines)
        whole = sum(item["amount_currency"] for item in items)
        left = all_of_it = -sum(liquidity.mapped("balance"))
        for number, item in enumerate(items, start=1):
            share = item["amount_currency"] / whole if whole else 1.0
            balance = self.company_id.currency_id.round(all_of_it * share)
            item["balance"] = left if number == len(items) else balance
            left -= item["balance"]
        return items

    def _ar_match_return(self, reversals):
        """Match this bank line with the entry that took the money back, so that both are settled.

        Only where core can: the entry waits on an account that is reconciled, over the same
        amount. Else the line is left to the accountant.

        :param reversals: ``account.move``.
        :return: bool, whether it was matched.
        """
        self.ensure_one()
        _liquidity, suspense, _other = self._seek_for_lines()
        waiting = reversals.line_ids.filtered(
            lambda line: (
                line.account_id.reconcile
                and not line.reconciled
                and line.account_type != "asset_receivable"
                and line.currency_id == suspense.currency_id
            )
        )
        total = sum(waiting.mapped("amount_residual_currency"))
        total += sum(suspense.mapped("amount_currency"))
        if (
            len(suspense) != 1
            or len(waiting.account_id) != 1
            or not suspense.currency_id.is_zero(total)
        ):
            return False
        partner = reversals.partner_id[:1]
        suspense.write({"account_id": waiting.account_id.id, "partner_id": partner.id})
        (suspense + waiting).reconcile()
        return True


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _ar_waits_for_bank(self):
        """Whether the item is open, or matched with nothing but the entry it reverses."""
        others = self.matched_debit_ids.debit_move_id | self.matched_credit_ids.credit_move_id
        return not others or others.move_id <= self.move_id.reversed_entry_id
