from odoo import Command, models
from odoo.exceptions import UserError


class ArCollectionApplication(models.Model):
    """Where the difference between the money and the items goes."""

    _inherit = "ar.collection.application"

    def _settle_differences(self, differences):
        """Settle what was not paid, or was paid too much; see ``_settle_difference``."""
        lines = self.env["ar.collection.application.line"]
        for difference in differences:
            item = difference.get("line") or lines.line_id
            currency = item.currency_id or self.currency_id
            amount = currency.round(difference.get("amount") or 0.0)
            if currency.is_zero(amount):
                continue
            # a person chose it and may do it: the methods below check rights of their own
            vals = self._settle_difference(difference["kind"], item, amount, difference)
            # sudo: evidence is written by the program only
            lines.sudo().create(
                {
                    "application_id": self.id,
                    "kind": difference["kind"],
                    "line_id": item.id,
                    "item_name": item.ar_number or item.name,
                    "currency_id": currency.id,
                    "amount": amount,
                    "reason": self._reason_text(difference.get("reason")),
                    **vals,
                }
            )

    def _settle_difference(self, kind, item, amount, difference):
        """Settle one difference.

        :param kind: ``open`` and ``on_account`` leave it on the item or the credit;
            ``deduction`` opens a dispute of this kind; ``write_off`` asks for a write-off;
            ``bank_charge`` and ``discount`` post an entry.
        :param amount: in the currency of the item, positive.
        :param dict difference: as given, with ``reason`` and ``note``.
        :return: values of the application line.
        """
        if kind in ("open", "on_account"):
            return {}
        if not item:
            raise UserError(self.env._("Please say which item the difference belongs to."))
        if item.currency_id.compare_amounts(item.amount_residual_currency, amount) < 0:
            raise UserError(
                self.env._(
                    "Of %(name)s only %(open)s is left, not %(amount)s.",
                    name=item.move_name or item.display_name,
                    open=item.currency_id.format(item.amount_residual_currency),
                    amount=item.currency_id.format(amount),
                )
            )
        return getattr(self, f"_settle_{kind}")(item, amount, difference)

    def _reason_text(self, reason):
        """A reason as text, be it a record or words."""
        return reason.display_name if isinstance(reason, models.BaseModel) else reason

    def _item_account(self, item):
        account = self.env["ar.collection"].search(
            [
                ("partner_id", "=", item.partner_id.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            limit=1,
        )
        if not account:
            raise UserError(
                self.env._(
                    "%(debtor)s has no collection account yet, or not one of yours.",
                    debtor=item.partner_id.display_name,
                )
            )
        return account

    # === KINDS === #
    def _settle_deduction(self, item, amount, difference):
        reason = difference.get("reason")
        dispute = self.env["ar.collection.dispute"]._open(
            self._item_account(item),
            {item.id: amount},
            kind=difference.get("dispute_kind") or "deduction",
            reason=reason if isinstance(reason, models.BaseModel) else None,
            channel="cash",
            note=difference.get("note") or (reason if isinstance(reason, str) else None),
        )
        return {"record_model": dispute._name, "record_id": dispute.id}

    def _settle_write_off(self, item, amount, difference):
        request = self.env["ar.collection.write.off"]._request(
            self._item_account(item),
            {item.id: amount},
            difference.get("reason"),
            note=difference.get("note"),
            source=self,
        )
        return {"record_model": request._name, "record_id": request.id}

    def _settle_bank_charge(self, item, amount, difference):
        """Charges the bank kept: an expense of ours, the item is paid."""
        account = self.company_id.ar_bank_charge_account_id
        if not account:
            raise UserError(
                self.env._(
                    "Please choose the account for bank charges in the settings of cash "
                    "application first."
                )
            )
        balance = self._share_of(item, amount)
        commands = [
            self._difference_command(item, item.account_id, -amount, -balance),
            self._difference_command(item, account, amount, balance),
        ]
        return self._post_difference(item, amount, commands, self.env._("Bank charge"))

    def _settle_discount(self, item, amount, difference):
        """An early-payment discount, with its tax as core takes it back."""
        values = item.move_id._get_invoice_counterpart_amls_for_early_payment_discount(
            [{"aml": item, "amount_currency": -amount, "balance": -self._share_of(item, amount)}],
            self._share_of(item, amount),
        )
        rows = [row for kind in values.values() for row in kind]
        if item.currency_id.compare_amounts(sum(row["amount_currency"] for row in rows), amount):
            raise UserError(
                self.env._(
                    "%(name)s has no early-payment discount of %(amount)s.",
                    name=item.move_name or item.display_name,
                    amount=item.currency_id.format(amount),
                )
            )
        balance = sum(row["balance"] for row in rows)
        commands = [self._difference_command(item, item.account_id, -amount, -balance)]
        commands += [Command.create({"currency_id": item.currency_id.id, **row}) for row in rows]
        return self._post_difference(item, amount, commands, self.env._("Early-payment discount"))

    # === ENTRIES === #
    def _share_of(self, item, amount):
        """An amount of an item in company currency, at the rate of what is open of it."""
        whole = item.amount_residual_currency
        return item.company_currency_id.round(item.amount_residual * amount / whole)

    def _difference_command(self, item, account, amount, balance):
        return Command.create(
            {
                "name": item.move_name or item.name,
                "account_id": account.id,
                "partner_id": item.partner_id.id,
                "currency_id": item.currency_id.id,
                "amount_currency": amount,
                "balance": balance,
            }
        )

    def _post_difference(self, item, amount, commands, what):
        """Post an entry that pays the rest of an item, and match the two."""
        ref = self.env._(
            "%(what)s, %(item)s, %(credit)s",
            what=what,
            item=item.move_name or item.name,
            credit=self.credit_name,
        )
        move = self._post_entry(self._booking_line(item), commands, ref)
        line = move.line_ids.filtered(lambda line: line.account_id == item.account_id)[:1]
        partials = self.env["account.move.line"]._ar_allocate([(item, line, amount)])
        return {"move_id": move.id, "partial_ids": partials.ids}

    def _booking_line(self, item):
        """The line that gives company and date of an entry: the credit, in its company the item's."""
        credit = self.credit_line_id
        return credit if credit and credit.company_id == item.company_id else item
