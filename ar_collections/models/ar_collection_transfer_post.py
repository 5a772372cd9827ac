from odoo import Command, models
from odoo.exceptions import UserError


class ArCollectionTransfer(models.Model):
    """The entry of a transfer, through core and with the caller's rights; and its reversal.

    Amounts move at the value they have in the books: nothing is gained or lost on the way.
    """

    _inherit = "ar.collection.transfer"

    # === CARRYING OUT === #
    def _carry_out(self):
        result = super()._carry_out()
        items = self.line_ids.line_id
        items._ar_check_accounting()
        self._check_same_book()
        self.line_ids._check_open()
        if self.kind == "misapplied":
            self._take_off()
        if self._needs_entry():
            move = self._create_entry()
            move._post(soft=False)
            self.sudo().move_id = move  # sudo: noted by the program only
            self._reconcile_entry(move)
        else:
            self._match_in_turn(self._side("from").line_id, self._side("to"))
        for account in self.collection_id | self.to_collection_id:
            # sudo: the approver writes on the timeline of both debtors
            account.sudo()._message_log(body=self._told_text())
        return result

    def _told_text(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._(
            "Transfer %(number)s, %(kind)s: %(amount)s (%(items)s). %(why)s",
            number=self.name,
            kind=labels[self.kind].lower(),
            amount=self.currency_id.format(self.amount),
            items=", ".join(filter(None, self.line_ids.mapped("item_name"))),
            why=self.note,
        )

    def _needs_entry(self):
        other = self.to_collection_id and self.to_collection_id != self.collection_id
        return self.kind != "misapplied" or bool(other)

    def _take_off(self):
        """Undo the allocations of the payment to the items settled by mistake."""
        parts = self.env["account.partial.reconcile"]
        for line in self._side("from"):
            parts |= line._wrong_parts()
        parts.sudo(False).unlink()

    # === ENTRY === #
    def _create_entry(self):
        company = self.line_ids.line_id.company_id
        journal = self.env["ar.collection.write.off.reason"]._any_journal(company)
        # sudo: a setting
        journal = company._ar_root().sudo().ar_write_off_journal_id or journal
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no journal for miscellaneous entries. Please make one.",
                    company=company.name,
                )
            )
        return (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": journal.id,
                    "company_id": company.id,
                    "date": self.company_id._ar_today(),
                    "ref": f"{self.name}: {self.note}",
                    "line_ids": [Command.create(vals) for vals in self._prepare_entry_lines()],
                }
            )
        )

    def _prepare_entry_lines(self):
        """A line against each item that moves, then what stands against them."""
        moving = self._side("from")
        lines = [self._against(line) for line in moving]
        if self.kind == "contra":
            bills = [self._against(line) for line in self._side("to")]
            # a bill is settled at its own value; what differs by the rate is core's to book
            self._balance(lines, bills)
            return lines + bills
        item = moving[0].line_id
        lines.append(
            {
                "name": self.name,
                "account_id": item.account_id.id,
                "partner_id": self.to_partner_id.id,
                "currency_id": self.currency_id.id,
                "amount_currency": -sum(vals["amount_currency"] for vals in lines),
                "balance": -sum(vals["balance"] for vals in lines),
                "date_maturity": item.date,
            }
        )
        return lines

    def _against(self, line):
        """Values of the journal item that takes so much off an item, at its value in the books."""
        item = line.line_id
        share = line.amount / abs(item.amount_residual_currency)
        sign = -1 if item.balance > 0 else 1
        company = item.company_id.currency_id
        return {
            "name": f"{self.name} {item.move_name}",
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "currency_id": item.currency_id.id,
            "amount_currency": sign * line.amount,
            "balance": sign * company.round(abs(item.amount_residual) * share),
            "date_maturity": item.date_maturity,
        }

    def _balance(self, claims, bills):
        """Let both sides be worth the same; reconciling books the exchange difference."""
        gap = sum(vals["balance"] for vals in claims + bills)
        bills[-1]["balance"] -= gap

    # === MATCHING === #
    def _reconcile_entry(self, move):
        rows = move.line_ids.sorted("id")
        moving = self._side("from")
        against, rest = rows[: len(moving)], rows[len(moving) :]
        pairs = [line.line_id + row for line, row in zip(moving, against, strict=True)]
        if self.kind == "contra":
            bills = self._side("to")
            pairs += [line.line_id + row for line, row in zip(bills, rest, strict=True)]
            self.env["account.move.line"]._reconcile_plan(pairs)
            return
        self.env["account.move.line"]._reconcile_plan(pairs)
        self._match_in_turn(rest, self._side("to"))

    def _match_in_turn(self, credits_, claims):
        """Settle claims with credits, one after the other, each up to its amount."""
        open_of = {credit: -credit.amount_residual_currency for credit in credits_}
        allocations = []
        for claim in claims:
            left = claim.amount
            for credit in credits_:
                part = min(left, open_of[credit])
                if claim.currency_id.compare_amounts(part, 0) > 0:
                    allocations.append((claim.line_id, credit, part))
                    open_of[credit] -= part
                    left -= part
        self.env["account.move.line"]._ar_allocate(allocations)

    # === REVERSAL === #
    def action_reverse(self, reason=None):
        """Undo transfers with an entry by core's reversal: both debtors stand as before, except
        that what was settled by mistake stays open.

        :param str reason: why; required.
        :raises UserError: not done, no entry, no reason, or core refuses.
        :return: True
        """
        self.check_access("read")
        self._check_state("done")
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why, it is kept in the audit list."))
        for transfer in self:
            move = transfer.move_id
            if not move:
                raise UserError(
                    self.env._(
                        "%(transfer)s has no entry: it only matched items anew. Please unmatch them "
                        "where that was wrong.",
                        transfer=transfer.name,
                    )
                )
            move.check_access("write")
            ref = self.env._("Reversal of %(number)s: %(why)s", number=transfer.name, why=reason)
            move._reverse_moves(
                [{"date": transfer.company_id._ar_today(), "ref": ref}], cancel=True
            )
            transfer._set_state("reversed", answer=reason)
        self.env["ar.collection.audit"]._log(
            self,
            "correction",
            lambda transfer: self.env._("Transfer reversed: %(what)s", what=transfer.display_name),
            reason,
        )
        return True
