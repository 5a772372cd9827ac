from babel.dates import format_date, format_skeleton

from odoo import models
from odoo.tools import get_lang
from odoo.tools.misc import babel_locale_parse

from ..tools import letter_text, reference


class ArCollectionPlan(models.Model):
    """What the agreement, the offer and the page for the debtor say, as plain values."""

    _name = "ar.collection.plan"
    _inherit = ["ar.collection.plan", "ar.collection.letterhead"]

    def _agreement_contact(self):
        """Whom the agreement is written to."""
        return self.collection_id.contact_id or self.partner_id

    def _content_lang(self):
        """The language of the debtor where it is installed, else the company's."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        wanted = (self._agreement_contact().lang, self.partner_id.lang)
        wanted += (self.company_id.partner_id.lang,)
        return next((code for code in wanted if code in installed), get_lang(self.env).code)

    def _prepare_agreement(self):
        """Everything the agreement says, in the language of the debtor.

        :return: dict of texts, formatted, not escaped. Paragraphs are lists of
            ``letter_text.Piece``. Rows are lists of texts, one per title.
        """
        self.ensure_one()
        # sudo: banks, addresses and logo of the company are printed for whoever may read
        # the plan, and for the debtor who has its link
        plan = self.sudo().with_context(lang=self._content_lang())
        until = plan._format_date(plan.offered_until)
        return {
            "plan": plan,
            "company": plan.company_id,
            "lang": plan.env.lang.replace("_", "-").partition("@")[0],
            "dir": plan.env["res.lang"]._get_data(code=plan.env.lang).direction or "ltr",
            "date": plan._format_date(plan.company_id._ar_today()),
            "until": until,
            "subject": plan._agreement_title(),
            "greeting": plan._agreement_greeting(),
            "text": letter_text.paragraphs(plan._agreement_text(), until=until),
            "references": plan._agreement_references(until),
            "customer_number": plan.partner_id.ref,
            "customer": plan._prepare_party(plan.partner_id, plan.env._("Customer")),
            "sender": plan._prepare_sender(),
            "signatory": plan._prepare_signatory(),
            "payments": plan._prepare_first_payment(),
            **plan._prepare_items(),
            **plan._prepare_schedule(),
            **plan._prepare_terms(),
        }

    # === HEAD === #
    def _agreement_references(self, until):
        signatory = self._prepare_signatory()
        rows = [
            (self.env._("Date"), self._format_date(self.company_id._ar_today())),
            (self.env._("Customer"), self.partner_id.ref),
            (self.env._("Number"), self._agreement_number()),
            (self.env._("Offer open until"), until),
            (self.env._("Your contact"), signatory["name"]),
            (self.env._("Telephone"), signatory["phone"]),
        ]
        return [row for row in rows if row[1]]

    def _agreement_number(self):
        """Number and, after the first one, version."""
        if self.version > 1:
            return self.env._(
                "%(number)s, version %(version)s", number=self.name, version=self.version
            )
        return self.name

    def _agreement_greeting(self):
        contact = self._agreement_contact()
        named = (
            contact.type == "ar_collections"
            if contact != self.partner_id
            else not (contact.is_company)
        )
        if named and contact.name:
            return self.env._("Dear %(name)s,", name=contact.name)
        return self.env._("Dear Sir or Madam,")

    # === ITEMS === #
    def _prepare_items(self):
        """The covered items: titles, rows and total."""
        today = self.company_id._ar_today()
        titles = [
            (self.env._("Number"), "latin"),
            (self.env._("Invoice date"), ""),
            (self.env._("Due date"), ""),
            (self.env._("Original"), "num"),
            (self.env._("In this plan"), "num"),
            (self.env._("Days overdue"), "num"),
        ]
        currency = self.currency_id
        return {
            "items_heading": self.env._("Invoices in this plan"),
            "item_titles": titles,
            "items": [self._item_row(item, today) for item in self.item_ids],
            "items_total": [self._format_amount(self.amount_items, currency)],
            "total_label": self.env._("Total in %(currency)s", currency=currency.name),
        }

    def _item_row(self, item, today):
        line, currency = item.line_id, self.currency_id
        due = item.item_due_date
        days = (today - due).days if due and due < today else 0
        return [
            item.item_name or "",
            self._format_date(line.move_id.invoice_date or line.date, short=True),
            self._format_date(due, short=True),
            self._format_amount(line.amount_currency, currency) if line else "",
            self._format_amount(item.amount, currency),
            str(days or "\N{EN DASH}"),
        ]

    # === SCHEDULE === #
    def _prepare_schedule(self):
        """The parts: titles, rows, totals and what is to be known of them."""
        lines, currency = self.line_ids, self.currency_id
        sums = {"amount": self.amount, "interest": self.interest, "fee": self.fee_total}
        extras = [name for name in ("interest", "fee") if not currency.is_zero(sums[name])]
        titles = [("", ""), (self.env._("Pay by"), ""), (self.env._("Part"), "")]
        shown = [self._format_amount(sums["amount"], currency)]
        titles.append((self.env._("Amount"), "num"))
        for name in extras:
            titles.append((self._extra_title(name), "num"))
            shown.append(self._format_amount(sums[name], currency))
        if extras:
            titles.append((self.env._("To pay"), "num"))
            shown.append(self._format_amount(self.total, currency))
        else:
            titles.append((self.env._("Left to pay"), "num"))
        titles.append((self.env._("Reference"), "last"))
        return {
            "schedule_heading": self.env._("Schedule"),
            "schedule_titles": titles,
            "schedule": self._schedule_rows(lines, extras),
            "schedule_totals": shown,
            "notes": self._schedule_notes(extras),
        }

    def _extra_title(self, name):
        return {"interest": self.env._("Interest"), "fee": self.env._("Fee")}[name]

    def _schedule_rows(self, lines, extras):
        rows, left = [], self.amount
        for number, line in enumerate(lines, 1):
            left = abs(self.currency_id.round(left - line.amount))  # no zero below zero
            amounts = [line.amount, *(line[name] for name in extras)]
            amounts.append(line.total if extras else left)
            rows.append(
                [
                    str(number),
                    self._format_day(line.date),
                    self._part_name(line),
                    *(self._format_amount(amount, self.currency_id) for amount in amounts),
                    reference.in_fours(line.reference or ""),
                ]
            )
        return rows

    def _format_day(self, date):
        """A date with its weekday: Tue, 1 Dec 2026."""
        locale = babel_locale_parse(self.env.lang)
        if locale.language == "en" and self.company_id.ar_letter_form != "us10":
            return format_date(date, "EEE, d MMM y", locale=locale)
        return format_skeleton("yMMMEd", date, locale=locale)

    # === PAYMENT === #
    def _prepare_first_payment(self):
        """How to pay the next part: a list of one slip, see the letter of a notice."""
        line = self.line_ids.filtered(lambda part: part.state != "paid")[:1]
        if not line:
            return []
        bank = self._bank_account_for(self.item_ids.line_id.move_id, self.currency_id)
        number, left = line.reference or "", line.total - line.paid
        amount = self._format_money(left, self.currency_id)
        sizes = (("", 12), ("long", 9.8), ("longer", 7.6))
        return [
            {
                "amount": amount,
                "size": letter_text.fit(amount, 34, sizes)[0],
                "deadline": self._format_date(line.date),
                "payee": bank.acc_holder_name or self.company_id.name,
                "account": self._format_account(bank),
                "iban": letter_text.is_iban(bank.acc_number or ""),
                "bank": bank.bank_name,
                "bic": bank.bank_bic,
                "clearing_number": bank.clearing_number,
                "reference": reference.in_fours(number),
                "qr": self._qr_image(bank, left, self.currency_id, number, self.partner_id),
            }
        ]

    def _next_part(self):
        """The first instalment that is not paid."""
        return self.line_ids.filtered(
            lambda line: not line.currency_id.is_zero(line.open_amount) or not line.amount
        )[:1]

    # === PARTIES === #
    def _prepare_party(self, partner, label):
        address = self._address_lines(partner)
        country = [partner.country_id.name] if partner.country_id else []
        vat_label = partner.country_id.vat_label or self.env._("VAT")
        return {
            "label": label,
            "name": partner.name,
            "text": ", ".join([partner.name or "", *address, *country]),
            "number": f"{vat_label} {partner.vat}" if partner.vat else "",
        }
