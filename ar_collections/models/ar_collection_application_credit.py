from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class ArCollectionApplication(models.Model):
    """Bringing money to where its items are: from the bank's suspense account onto the debtor, or
    from one debtor (or receivable account) to another."""

    _inherit = "ar.collection.application"

    transfer_move_id = fields.Many2one(
        "account.move",
        string="Transfer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The entry that moved the credit to the debtor or account of the items.",
    )

    @api.model
    def _place_credit(self, credit, pairs, partner):
        """Bring a credit onto the debtors and accounts of the items it pays.

        :param pairs: list of (item, amount in the currency of the item) paid by this credit.
        :param partner: the debtor where nothing tells; may be None.
        :return: dict item -> the credit line that pays it; the transfer entry or None.
        """
        shares, keys = {}, {}
        for item, amount in pairs:
            key = (item.partner_id.commercial_partner_id, item.account_id)
            keys[item] = key
            shares[key] = shares.get(key, 0.0) + self._in_credit_currency(credit, item, amount)
        if self._is_bank_line(credit):
            lines, move = self._book_bank_line(credit, shares, partner), None
        else:
            lines, move = self._transfer(credit, shares)
        return {item: lines[key] for item, key in keys.items()}, move

    # === BANK LINES === #
    @api.model
    def _book_bank_line(self, credit, shares, partner):
        """Turn the suspense line into receivable lines, one per debtor and account; what is not
        shared out stays on account of the payer. The first keeps the id of the suspense line.

        :return: dict (debtor, account) -> line.
        """
        bank_line = credit.statement_line_id
        payer = (partner or bank_line.partner_id or next(iter(shares), [None])[0]) or None
        if not payer:
            raise UserError(
                self.env._(
                    "Please say which customer paid %(name)s.",
                    name=bank_line.payment_ref or bank_line.display_name,
                )
            )
        shares = self._with_rest(credit, shares, payer.commercial_partner_id)
        if bank_line.partner_id.commercial_partner_id != payer.commercial_partner_id:
            bank_line.partner_id = payer
        amounts = self._split(credit, shares.values())
        commands, before = [], bank_line.move_id.line_ids
        for index, ((debtor, account), values) in enumerate(zip(shares, amounts, strict=True)):
            vals = {**values, "account_id": account.id, "partner_id": debtor.id}
            if index:
                extra = {"name": credit.name, "currency_id": credit.currency_id.id}
                commands.append(Command.create({**vals, **extra}))
            else:
                commands.append(Command.update(credit.id, vals))
        bank_line.move_id.with_context(skip_readonly_check=True).write({"line_ids": commands})
        lines = credit + (bank_line.move_id.line_ids - before).sorted("id")
        return dict(zip(shares, lines, strict=True))

    @api.model
    def _with_rest(self, credit, shares, payer):
        """The shares, and what is left for the payer."""
        shares = dict(shares)
        rest = self._open_amount(credit) - sum(shares.values())
        if credit.currency_id.is_zero(rest) and shares:
            return shares
        own = next((key for key in shares if key[0] == payer), None)
        if not own:
            account = payer.with_company(credit.company_id).property_account_receivable_id
            own = (payer, account)
        shares[own] = shares.get(own, 0.0) + rest
        return shares

    @api.model
    def _split(self, credit, amounts):
        """The amounts of a credit line in parts, as values; they add up to the line."""
        currency, company_currency = credit.currency_id, credit.company_currency_id
        whole, whole_balance = credit.amount_currency, credit.balance
        amounts, result = list(amounts), []
        left, left_balance = whole, whole_balance
        for amount in amounts[:-1]:
            part = -currency.round(amount)
            balance = company_currency.round(whole_balance * part / whole)
            result.append({"amount_currency": part, "balance": balance})
            left, left_balance = left - part, left_balance - balance
        last = {
            "amount_currency": currency.round(left),
            "balance": company_currency.round(left_balance),
        }
        return [*result, last]

    def _unbook_bank_line(self):
        """Give the bank line back to the suspense account, if nothing else uses its money.

        :return: whether it went back.
        """
        self.ensure_one()
        bank_line = self.statement_line_id
        liquidity, _suspense, others = bank_line._seek_for_lines()
        if not others or others.matched_debit_ids or others.matched_credit_ids:
            return False
        keep = others.filtered(lambda line: line == self.credit_line_id) or others[0]
        commands = [Command.delete(line.id) for line in others - keep]
        vals = {
            "account_id": bank_line.journal_id.suspense_account_id.id,
            "amount_currency": sum(others.mapped("amount_currency")),
            "balance": -sum(liquidity.mapped("balance")),
            "partner_id": self.former_partner_id.id,
        }
        bank_line.move_id.with_context(skip_readonly_check=True, force_delete=True).write(
            {"line_ids": [Command.update(keep.id, vals), *commands]}
        )
        if bank_line.partner_id != self.former_partner_id:
            bank_line.partner_id = self.former_partner_id
        return True

    # === TRANSFERS === #
    @api.model
    def _transfer(self, credit, shares):
        """Move shares of a posted credit to other debtors or accounts by an entry.

        :return: dict (debtor, account) -> line; the entry or None.
        """
        own = (credit.partner_id.commercial_partner_id, credit.account_id)
        lines = {own: credit}
        foreign = {key: amount for key, amount in shares.items() if key != own}
        if not foreign:
            return lines, None
        rate = credit.balance / credit.amount_currency
        commands = []
        for (debtor, account), share in foreign.items():
            amount = credit.currency_id.round(share)
            for sign, partner, of_account in (
                (1, credit.partner_id, credit.account_id),
                (-1, debtor, account),
            ):
                vals = {
                    "name": credit.move_name,
                    "account_id": of_account.id,
                    "partner_id": partner.id,
                    "currency_id": credit.currency_id.id,
                    "amount_currency": sign * amount,
                    "balance": sign * credit.company_currency_id.round(amount * rate),
                }
                commands.append(Command.create(vals))
        move = self._post_entry(
            credit, commands, self.env._("Transfer of %(credit)s", credit=credit.move_name)
        )
        new = move.line_ids.sorted("id")
        for index, key in enumerate(foreign):
            debit, lines[key] = new[2 * index], new[2 * index + 1]
            self.env["account.move.line"]._ar_allocate([(debit, credit, debit.amount_currency)])
        return lines, move

    @api.model
    def _post_entry(self, credit, commands, ref):
        """Post an entry on the day of the credit, or the first day that is not locked."""
        company = credit.company_id
        journal = self._entry_journal(company)
        date = credit.date
        lock = company._get_user_fiscal_lock_date(journal)
        if date <= lock:
            date = max(company._ar_root()._ar_today(), fields.Date.add(lock, days=1))
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "company_id": company.id,
                "date": date,
                "ref": ref,
                "line_ids": commands,
            }
        )
        move._post(soft=False)
        return move

    @api.model
    def _entry_journal(self, company):
        root = company._ar_root()
        journal = root.ar_cash_journal_id or self.env["account.journal"].search(
            [*self.env["account.journal"]._check_company_domain(company), ("type", "=", "general")],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no journal for miscellaneous entries. Please make one, or "
                    "choose one in the settings of cash application.",
                    company=company.display_name,
                )
            )
        return journal
