from babel.lists import format_list

from odoo import models
from odoo.tools import get_lang
from odoo.tools.misc import babel_locale_parse

from ..tools import letter_text
from . import repeated

#: So many items are named in a sentence; of further ones their number and sum.
NAMED = 8


class ArCollectionNotice(models.Model):
    """What the letter and the e-mail of a notice say, as plain values.

    Items and amounts come from the frozen lines alone: a notice printed again says what
    it said before, whatever became of its invoices.
    """

    _name = "ar.collection.notice"
    _inherit = ["ar.collection.notice", "ar.collection.letterhead"]

    def _prepare_content(self):
        """Everything both letter and e-mail say, in the language of the debtor.

        :return: dict of texts, already formatted, not escaped. Paragraphs are lists of
            ``letter_text.Piece``.
        """
        self.ensure_one()
        # letter and e-mail of one claim, which a worker makes once, say the same
        key = ("content", self.id, self._content_lang())
        return repeated.remember(self.env, key, self._prepare_content_anew, of_notice=True)

    def _prepare_content_anew(self):
        # sudo: banks, addresses and logo of the company are printed for whoever may
        # read the notice
        notice = self.sudo().with_context(lang=self._content_lang())
        texts = notice._content_texts()
        said = f"{texts['letter_text']}{texts['letter_closing']}"
        dates = {
            "deadline": notice._format_date(notice.deadline),
            "notices": "%(notices)s" in said and notice._format_earlier_notices(),
        }
        currencies = notice._prepare_currencies()
        return {
            "notice": notice,
            "company": notice.company_id,
            "lang": notice.env.lang.replace("_", "-").partition("@")[0],
            "dir": notice.env["res.lang"]._get_data(code=notice.env.lang).direction or "ltr",
            "date": notice._format_date(notice.date),
            "subject": texts["letter_title"] or notice.subject or notice.level_name or notice.name,
            "greeting": notice._greeting(),
            "text": notice._about_address() + letter_text.paragraphs(texts["letter_text"], **dates),
            "closing": letter_text.paragraphs(texts["letter_closing"], **dates),
            "currencies": currencies,
            "not_included": notice._not_included(),
            "enclosed": notice._enclosed_text(),
            "payments": [notice._prepare_payment(row) for row in notice._content_totals()],
            "signatory": notice._prepare_signatory(),
            "sender": notice._prepare_sender(),
            "customer_number": notice.collection_id.partner_id.ref,
        }

    def _content_texts(self):
        """The texts as they were said; of a notice that was not made yet, those of its level."""
        if self.letter_text:
            return {name: self[name] for name in ("letter_title", "letter_text", "letter_closing")}
        return self._prepare_text_vals(self.level_id, self.env.lang)

    def _kept_letters(self):
        """The letters as they were made: dict id of the notice -> PDF, of those that have one."""
        self.check_access("read")
        # sudo: the letter belongs to the notice, which the reader may read
        raws = {notice.id: notice.sudo().attachment_id.raw for notice in self}
        return {key: raw for key, raw in raws.items() if raw and raw.startswith(b"%PDF")}

    def _content_lang(self, lang=None):
        """The language of the notice, or this one, where it is installed, else the company's."""
        installed = repeated.remember(
            self.env, "languages", lambda: dict(self.env["res.lang"].get_installed())
        )
        wanted = (
            lang or self.lang,
            self.collection_id.partner_id.lang,
            self.company_id.partner_id.lang,
        )
        return next((code for code in wanted if code in installed), None) or get_lang(self.env).code

    # === TEXTS === #
    def _greeting(self):
        """By name where the name is a person's, or the one given for collections."""
        contact = self.contact_id or self.collection_id.contact_id
        debtor = self.collection_id.partner_id
        named = contact.type == "ar_collections" if contact != debtor else not debtor.is_company
        if named and contact.name:
            return self.env._("Dear %(name)s,", name=contact.name)
        return self.env._("Dear Sir or Madam,")

    def _format_earlier_notices(self):
        """The dates of up to three notices before this one as pieces of a sentence."""
        dates = self._earlier_dates()[-3:]
        if not dates:
            return []
        days = {f"day_{index}": [(self._format_date(day), "nb")] for index, day in enumerate(dates)}
        text = format_list([f"%({key})s" for key in days], locale=babel_locale_parse(self.env.lang))
        return letter_text.paragraphs(text, **days)[0]

    def _not_included(self):
        """A sentence per reason: which parts of which items are left out, and why."""
        held = self.line_ids.filtered(lambda line: line.kind == "held")
        sentences = {
            "disputed": self.env._(
                "Not included: %(items)s, which you have queried and we are looking into."
            ),
            "promised": self.env._("Not included: %(items)s, which you have promised to pay."),
            "planned": self.env._(
                "Not included: %(items)s, which you pay as agreed in your payment plan."
            ),
            "waiting": self.env._(
                "Not included: %(items)s, about which we have just been in touch."
            ),
            "other": self.env._("Not included: %(items)s, which we have set aside for now."),
        }
        by_kind = held.grouped(
            lambda line: line.held_kind if line.held_kind in sentences else "other"
        )
        # Amounts and numbers may hold percent signs: fill in at last, and only the items.
        return [
            sentence.replace("%(items)s", self._name_items(by_kind[kind]))
            for kind, sentence in sentences.items()
            if kind in by_kind
        ]

    def _name_items(self, lines):
        names = [
            f"{self._item_number(line)} ({self._format_money(line.amount, line.currency_id)})"
            for line in lines[:NAMED]
        ]
        rest = lines[NAMED:]
        if rest:
            sums = [
                self._format_money(sum(part.mapped("amount")), currency)
                for currency, part in rest.grouped("currency_id").items()
            ]
            names.append(
                self.env._("%(count)s more (%(amounts)s)", count=len(rest), amounts=", ".join(sums))
            )
        return format_list(names, locale=babel_locale_parse(self.env.lang))

    # === ITEMS === #
    def _prepare_currencies(self):
        """Per currency: its items, credits and total, formatted."""
        by_currency = self.line_ids.grouped("currency_id")
        result = []
        for row in self._content_totals():
            currency = self._currency(row)
            by_kind = by_currency.get(currency, self.line_ids.browse()).grouped("kind")
            claims = by_kind.get("claim", [])
            result.append(
                {
                    "code": currency.name,
                    "name": self._currency_name(currency),
                    "count": len(claims),
                    "items": [self._prepare_item(line) for line in claims],
                    "credits": [
                        {
                            "label": self._credit_label(line),
                            "amount": self._format_amount(line.amount, currency),
                        }
                        for line in by_kind.get("credit", [])
                    ],
                    "also": [self._prepare_item(line) for line in by_kind.get("also", [])],
                    "to_pay_label": self.env._("To pay in %(currency)s", currency=currency.name),
                    "also_label": self.env._(
                        "Also overdue in %(currency)s, not part of the amount to pay",
                        currency=currency.name,
                    ),
                    "claimed": self._format_amount(row["claimed"], currency),
                    "credit": row["credit"] and self._format_amount(-row["credit"], currency),
                    "to_pay": self._format_amount(row["to_pay"], currency),
                }
            )
        return result

    def _prepare_item(self, line):
        return {
            "number": self._item_number(line),
            "date_invoice": self._format_date(line.date_invoice, short=True),
            "date_due": self._format_date(line.date_due, short=True),
            "original": self._format_amount(line.amount_original, line.currency_id),
            "open": self._format_amount(line.amount, line.currency_id),
            "days": str(line.days_overdue or "\N{EN DASH}"),
            "level": line.level_name or line.level_id.name or self.env._("New"),
        }

    def _item_number(self, line):
        name = line.move_name or ""
        part, _slash, parts = (line.instalment or "").partition("/")
        if not parts:
            return name
        return self.env._("%(number)s (%(part)s of %(parts)s)", number=name, part=part, parts=parts)

    def _credit_label(self, line):
        values = {
            "number": line.move_name or "",
            "day": self._format_date(line.date_invoice, short=True),
        }
        if line.move_id.move_type == "out_refund":
            return self.env._("Less credit note %(number)s of %(day)s, not yet applied", **values)
        if line.move_id.origin_payment_id or line.move_id.statement_line_id:
            return self.env._("Less payment of %(day)s, not yet applied", **values)
        return self.env._("Less credit %(number)s of %(day)s, not yet applied", **values)
