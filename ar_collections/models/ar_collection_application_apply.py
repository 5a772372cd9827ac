from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError

from ..tools import matching_pairs


class ArCollectionApplication(models.Model):
    """Applying a credit: read anew under lock, checked, reconciled by core, noted."""

    _inherit = "ar.collection.application"

    @api.model
    def _apply(self, credit_line, allocations, differences=(), mode="manual", source=None, **noted):
        """Apply a credit to open items.

        :param credit_line: ``account.move.line``: an open credit on a receivable account, or the
            line of a bank statement line on the suspense account.
        :param allocations: list of (``account.move.line``, amount in the currency of the item);
            an amount below zero uses a credit note together with the credit.
        :param differences: dicts with ``kind`` (``open``, ``deduction``, ``write_off``,
            ``bank_charge``, ``discount``, ``on_account``), ``line`` (item or None), ``amount``
            (currency of the item) and ``reason``; see ``_settle_difference``.
        :param mode: ``automatic``, ``assisted`` or ``manual``.
        :param source: record this was done for.
        :param noted: further fields of the application, e.g. ``reason``, ``confidence``,
            ``partner`` (``res.partner``: the debtor, where nothing is allocated).
        :return: ``ar.collection.application``.
        :raises UserError: something was paid, changed or is being changed by somebody else; the
            amounts do not fit; a period is locked.
        :raises AccessError: the user may not reconcile.
        """
        self._check_may_apply(credit_line)
        partner = noted.pop("partner", None)
        items = self.env["account.move.line"].concat(*(item for item, _amount in allocations))
        self._lock_and_reread(credit_line | items)
        allocations = self._merged(allocations)
        self._check_credit(credit_line)
        self._check_items(credit_line, allocations)
        self._check_total(credit_line, allocations)
        vals = self._prepare_application_vals(credit_line, allocations, mode, source, partner)
        # sudo: evidence is written by the program only; rights were checked above
        application = self.sudo().create({**vals, **noted}).with_env(self.env)
        # core works a discount out of the whole item: before money is matched with it
        early = [row for row in differences if row["kind"] == "discount"]
        application._settle_differences(early)
        partials = application._reconcile(credit_line, allocations, partner)
        application._note_items(allocations, partials)
        application._settle_differences([row for row in differences if row not in early])
        application._announce()
        return application

    # === CHECKS === #
    @api.model
    def _may_apply(self):
        """Whether the user's accounting groups let him match items; core's groups decide."""
        return self.env["account.partial.reconcile"].has_access("create") and self.env[
            "account.move.line"
        ].has_access("write")

    @api.model
    def _check_may_apply(self, lines=()):
        """:raises AccessError: the user may not match, or not book these bank lines."""
        if any(self._is_bank_line(line) for line in lines) and not self.env[
            "account.bank.statement.line"
        ].has_access("write"):
            raise AccessError(
                self.env._(
                    "Booking a bank line on a customer needs an accounting group that may change "
                    "bank lines. Please ask an accountant."
                )
            )
        if not self._may_apply():
            raise AccessError(
                self.env._(
                    "Applying money needs the right to reconcile: the accounting group Billing. "
                    "Please ask an accountant."
                )
            )

    @api.model
    def _lock_and_reread(self, lines):
        """Lock items for this transaction and forget what was read of them before."""
        lines.check_access("read")
        self.env.flush_all()
        try:
            lines.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else is just now posting on one of these items: %(names)s. Please "
                    "try again in a moment.",
                    names=", ".join(lines.mapped(lambda line: line.move_name or line.name or "")),
                )
            ) from error
        lines.invalidate_recordset()
        lines.move_id.invalidate_recordset(["payment_state", "state", "amount_residual"])

    @api.model
    def _merged(self, allocations):
        """One amount per item, zero ones left out."""
        amounts = {}
        for item, amount in allocations:
            amounts[item] = amounts.get(item, 0.0) + amount
        return [
            (item, item.currency_id.round(amount))
            for item, amount in amounts.items()
            if not item.currency_id.is_zero(amount)
        ]

    @api.model
    def _is_bank_line(self, line):
        """Whether a line is that of a bank statement line not matched yet."""
        return bool(
            line.statement_line_id
            and line.account_id == line.statement_line_id.journal_id.suspense_account_id
        )

    @api.model
    def _open_amount(self, credit):
        """What is open of a credit, positive, in its currency."""
        if self._is_bank_line(credit):
            return -credit.amount_currency
        return -credit.amount_residual_currency

    @api.model
    def _check_credit(self, credit):
        credit.ensure_one()
        if credit.parent_state != "posted" or (
            not self._is_bank_line(credit) and credit.account_type != "asset_receivable"
        ):
            raise UserError(
                self.env._(
                    "%(name)s is not a posted receipt or credit of a customer any more.",
                    name=credit.move_name or credit.display_name,
                )
            )
        if credit.currency_id.compare_amounts(self._open_amount(credit), 0) <= 0:
            raise UserError(
                self.env._(
                    "%(name)s is applied already%(by)s. Please open the list again.",
                    name=credit.move_name or credit.display_name,
                    by=self._paid_by(credit),
                )
            )

    @api.model
    def _check_items(self, credit, allocations):
        root = credit.company_id._ar_root()
        for item, amount in allocations:
            name = item.move_name or item.display_name
            if (
                item.parent_state != "posted"
                or item.account_type != "asset_receivable"
                or item.company_id._ar_root() != root
                or item == credit
            ):
                raise UserError(
                    self.env._("%(name)s is not a posted open item of this company.", name=name)
                )
            left = item.amount_residual_currency
            sign = 1 if amount > 0 else -1
            if item.currency_id.compare_amounts(sign * left, sign * amount) < 0:
                raise UserError(
                    self.env._(
                        "Of %(name)s only %(open)s is open now, not %(amount)s%(by)s.",
                        name=name,
                        open=item.currency_id.format(left),
                        amount=item.currency_id.format(amount),
                        by=self._paid_by(item),
                    )
                )
            if amount < 0 and item.currency_id != credit.currency_id:
                raise UserError(
                    self.env._(
                        "%(name)s is in another currency than the money; apply the two one after "
                        "the other.",
                        name=name,
                    )
                )

    @api.model
    def _paid_by(self, line):
        """`` (matched with ..., by ...)`` of the last matching of an item, or nothing."""
        parts = (line.matched_credit_ids | line.matched_debit_ids).sorted("id")
        if not parts:
            return ""
        part = parts[-1]
        other = part.credit_move_id if part.debit_move_id == line else part.debit_move_id
        return self.env._(
            " (matched with %(other)s by %(user)s)",
            other=other.move_name or other.name or "",
            user=part.create_uid.sudo().name,  # sudo: a name
        )

    @api.model
    def _check_total(self, credit, allocations):
        total = sum(self._in_credit_currency(credit, item, amount) for item, amount in allocations)
        left = self._open_amount(credit)
        if credit.currency_id.compare_amounts(total, 0) < 0:
            raise UserError(
                self.env._("The credit notes come to more than the items they are applied to.")
            )
        # of items in other currencies each amount is rounded once
        slack = credit.currency_id.rounding * sum(
            item.currency_id != credit.currency_id for item, _amount in allocations
        )
        if credit.currency_id.compare_amounts(total, left + slack) > 0:
            raise UserError(
                self.env._(
                    "%(total)s cannot be applied: of %(name)s only %(open)s is open.",
                    total=credit.currency_id.format(total),
                    name=credit.move_name or credit.display_name,
                    open=credit.currency_id.format(left),
                )
            )

    @api.model
    def _in_credit_currency(self, credit, item, amount):
        """An amount of an item in the currency of the credit, at the rate of the payment: as
        core's reconciliation converts it."""
        company_currency = credit.company_currency_id
        if item.currency_id == credit.currency_id:
            return amount
        if credit.currency_id == company_currency:
            return item.currency_id._convert(
                amount, company_currency, credit.company_id, credit.date
            )
        rate = abs(credit.amount_currency / credit.balance) if credit.balance else 0.0
        if item.currency_id != company_currency:
            amount = amount * item.balance / item.amount_currency
        return credit.currency_id.round(amount * rate)

    # === APPLYING === #
    def _reconcile(self, credit, allocations, partner):
        """Bring the money onto the debtors and match it; the credit notes among the allocations
        are used up first.

        :return: the new ``account.partial.reconcile``.
        """
        self.ensure_one()
        lines = self.env["account.move.line"]
        pairs = matching_pairs.pairs(
            [
                (item.id, amount, item.currency_id.decimal_places)
                for item, amount in allocations
                if amount > 0
            ],
            [(item.id, -amount) for item, amount in allocations if amount < 0],
        )
        by_money = [(lines.browse(item_id), amount) for item_id, note, amount in pairs if not note]
        payers, move = self._place_credit(credit, by_money, partner)
        self._note_transfer(move)
        return lines._ar_allocate(
            [
                (item, lines.browse(note_id) if note_id else payers[item], amount)
                for item_id, note_id, amount in pairs
                for item in lines.browse(item_id)
            ]
        )

    @api.model
    def _prepare_application_vals(self, credit, allocations, mode, source, partner):
        main = max(allocations, key=lambda allocation: abs(allocation[1]), default=(credit, 0))[0]
        debtor = (main.partner_id if allocations else partner or credit.partner_id).sudo()
        root = credit.company_id._ar_root()
        # sudo: the account of the debtor, to note who is in charge
        account = (
            self.env["ar.collection"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", debtor.commercial_partner_id.id),
                    ("company_id", "=", root.id),
                ],
                limit=1,
            )
        )
        total = sum(self._in_credit_currency(credit, item, amount) for item, amount in allocations)
        rate = credit.balance / credit.amount_currency if credit.amount_currency else 1.0
        recorded = credit.create_date or fields.Datetime.now()
        return {
            "company_id": root.id,
            "collection_id": account.id,
            "partner_id": (credit.partner_id.commercial_partner_id or debtor).id,
            "collector_id": account.user_id.id,
            "credit_line_id": credit.id,
            "credit_name": credit.move_name or credit.name,
            "received_on": credit.date,
            "hours": (fields.Datetime.now() - recorded).total_seconds() / 3600,
            "mode": mode,
            "currency_id": credit.currency_id.id,
            "amount": total,
            "amount_company": credit.company_currency_id.round(total * rate),
            "source_model": source and source._name,
            "source_id": source and source.id,
            "user_id": self.env.uid,
            **self._bank_line_vals(credit),
        }

    @api.model
    def _bank_line_vals(self, credit):
        if not self._is_bank_line(credit):
            return {}
        bank_line = credit.statement_line_id
        return {"statement_line_id": bank_line.id, "former_partner_id": bank_line.partner_id.id}

    # === NOTING === #
    def _note_transfer(self, move):
        if move:
            # sudo: evidence is written by the program only
            self.sudo().transfer_move_id = move

    def _note_items(self, allocations, partials):
        """A line per item, with the matchings that belong to it."""
        self.ensure_one()
        lines = self.env["ar.collection.application.line"].sudo()  # evidence, see _apply
        lines.create(
            [
                {
                    "application_id": self.id,
                    "line_id": item.id,
                    "item_name": item.ar_number or item.name,
                    "currency_id": item.currency_id.id,
                    "amount": amount,
                    "partial_ids": partials.filtered(
                        lambda part, item=item: item in part.debit_move_id | part.credit_move_id
                    ).ids,
                }
                for item, amount in allocations
            ]
        )

    def _announce(self):
        """One line in the timeline of the debtor."""
        self.ensure_one()
        account = self.sudo().collection_id  # whoever may apply writes on the timeline
        if not account:
            return
        account._message_log(body=self._screen_message())
