from urllib.parse import urlencode

from odoo import models

from ..tools import letter_text, reference
from . import repeated


class ArCollectionNotice(models.Model):
    """How to pay what a notice claims."""

    _inherit = "ar.collection.notice"

    def _content_totals(self):
        """The totals to pay, the company's own currency first."""
        totals = self.totals or []
        if any("reference" not in row for row in totals):  # not claimed yet: a preview
            totals = self._prepare_totals()
        own = self.currency_id.id
        names = {row["currency_id"]: self._currency(row).name for row in totals}
        return sorted(
            totals, key=lambda row: (row["currency_id"] != own, names[row["currency_id"]])
        )

    def _currency(self, row):
        return self.env["res.currency"].browse(row["currency_id"])

    def _prepare_payment(self, row):
        """How to pay what is to be paid in one currency."""
        currency = self._currency(row)
        bank = self._paid_into(row)
        number = row.get("reference") or ""
        structured = reference.is_creditor_reference(number)
        return {
            "code": currency.name,
            "amount": self._format_money(row["to_pay"], currency),
            "deadline": (
                self.env._("the due date") if self.courtesy else self._format_date(self.deadline)
            ),
            "payee": bank.acc_holder_name or self.company_id.name,
            "account": self._format_account(bank),
            "iban": letter_text.is_iban(bank.acc_number or ""),
            "bank": bank.bank_name,
            "bic": bank.bank_bic,
            "clearing_number": bank.clearing_number,
            "reference": reference.in_fours(number) if structured else number,
            "row": row,
            "link": self._payment_link(row),
            "link_label": self.env._(
                "Pay %(amount)s", amount=self._format_money(row["to_pay"], currency)
            ),
        }

    def _payment_link(self, row):
        """Address of the page where the debtor can pay the currency online; False: none.

        Core's own link: to the invoice where the notice claims exactly what is open of one,
        else to a payment of the debtor over the amount, with our reference.
        """
        currency = self._currency(row)
        amount = currency.round(row["to_pay"])
        if amount <= 0 or not self._pays_online(currency, amount):
            return False
        target = self._single_invoice(currency, amount) or self.collection_id
        wizard = self.env["payment.link.wizard"].new(
            {
                "res_model": target._name,
                "res_id": target.id,
                "amount": amount,
                "currency_id": currency.id,
                "partner_id": self.collection_id.partner_id.id,
            }
        )
        if target == self.collection_id:
            return f"{wizard.link}&{urlencode({'reference': row.get('reference') or self.name})}"
        return wizard.link

    def _pays_online(self, currency, amount):
        """Whether an active provider takes this currency from the debtor."""
        debtor, company = self.collection_id.partner_id, self.company_id
        if not repeated.remember(self.env, ("providers", company.id), self._has_providers):
            return False
        # sudo: providers are read only to know whether there is one
        providers = (
            self.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(company.id, debtor.id, amount, currency_id=currency.id)
            .filtered(
                lambda provider: (
                    provider.state == "enabled"
                    and provider.is_published
                    and provider.code != "custom"  # a wire transfer is on the slip already
                )
            )
        )
        if not providers:
            return False
        methods = self.env["payment.method"].sudo()  # dito
        return bool(
            methods._get_compatible_payment_methods(
                providers.ids, debtor.id, currency_id=currency.id
            )
        )

    def _has_providers(self):
        """Whether any provider of the company is active."""
        # sudo: providers are read only to know whether there is one
        return bool(
            self.env["payment.provider"]
            .sudo()  # dito
            .search_count([("state", "=", "enabled"), ("is_published", "=", True)], limit=1)
        )

    def _single_invoice(self, currency, amount):
        """The invoice the amount is all of, if the portal lets it be paid there."""
        claimed = self.line_ids.filtered(
            lambda line: line.kind in ("claim", "credit") and line.currency_id == currency
        )
        move = claimed.move_id
        fits = len(move) == 1 and not currency.compare_amounts(move.amount_residual, amount)
        return move if fits and move._has_to_be_paid() else None

    def _qr_code(self, row):
        """The code for a banking app as data URI, where the country of the bank has one."""
        return self._qr_image(
            self._paid_into(row),
            row["to_pay"],
            self._currency(row),
            row.get("reference") or "",
            self.collection_id.partner_id,
        )

    def _paid_into(self, row):
        return self.env["res.partner.bank"].browse(row.get("bank_account_id") or []).exists()
