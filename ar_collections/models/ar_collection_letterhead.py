import logging
from functools import lru_cache

from babel.dates import format_date, format_skeleton
from werkzeug.exceptions import HTTPException

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import formatLang
from odoo.tools.misc import babel_locale_parse

from ..tools import letter_text, reference
from . import repeated

_logger = logging.getLogger(__name__)


class ArCollectionLetterhead(models.AbstractModel):
    """Who writes, and how dates and amounts are written, in documents for debtors.

    For models with ``company_id`` and ``user_id`` (who signs); the language is that of the
    environment.
    """

    _name = "ar.collection.letterhead"
    _description = "Letterhead"

    # === WHO WRITES === #
    def _prepare_signatory(self):
        key = ("signatory", self.env.lang, self.user_id.id, self.company_id.id)
        return repeated.remember(self.env, key, self._prepare_signatory_anew)

    def _prepare_signatory_anew(self):
        user, company = self.user_id, self.company_id
        return {
            "name": user.name,
            "function": user.partner_id.function or self.env._("Accounts Receivable"),
            "phone": user.partner_id.phone or company.phone,
            "email": company.ar_email or company.email,
        }

    def _prepare_sender(self):
        """What head and foot say of the company."""
        key = ("sender", self.env.lang, self.company_id.id)
        return repeated.remember(self.env, key, self._prepare_sender_anew)

    def _prepare_sender_anew(self):
        company = self.company_id
        address = self._address_lines(company.partner_id)
        country = [company.country_id.name] if company.country_id else []
        website = (company.website or "").partition("://")[2] or company.website or ""
        numbers = []
        if company.company_registry:
            numbers.append(self.env._("Register: %(number)s", number=company.company_registry))
        if company.vat:
            numbers.append(f"{company.country_id.vat_label or self.env._('VAT')}: {company.vat}")
        return {
            "name": company.name,
            "address": ", ".join([*address, *country]),
            "back": " · ".join([company.name, *address]),
            "website": website.rstrip("/"),
            "numbers": numbers,
            "foot": [
                [company.name, ", ".join(address[:-1]), ", ".join([*address[-1:], *country])],
                [company.phone, company.email, website.rstrip("/")],
                numbers,
            ],
        }

    def _address_lines(self, partner, home=None):
        """The lines of an address; given a home country, abroad the country in capitals."""
        country = partner.country_id
        text = partner._display_address(without_company=True)
        lines = [" ".join(line.split()).strip(" ,") for line in text.splitlines()]
        lines = [line for line in lines if line and line != country.name]
        if country and home and country != home:
            lines.append(country.name.upper())
        return lines

    def _imprint(self, sender):
        """The company in one line: name, address, register, tax number."""
        address = ", ".join(part for part in (sender["name"], sender["address"]) if part)
        return ". ".join([address, *sender["numbers"]]) + "."

    # === WHERE TO PAY === #
    def _bank_account_for(self, moves, currency):
        """Where to pay: the account named on the first of these invoices that names one, else
        one of the company in this currency or in none; never one in another currency."""
        if accounts := moves.partner_bank_id:
            return accounts[0]
        banks = self.company_id.partner_id.bank_ids
        own = banks.filtered(lambda bank: bank.currency_id == currency)
        return (own or banks.filtered(lambda bank: not bank.currency_id))[:1]

    def _format_account(self, bank):
        if letter_text.is_iban(bank.acc_number or ""):
            return reference.in_fours(bank.sanitized_acc_number)
        return bank.acc_number or ""

    def _qr_image(self, bank, amount, currency, number, debtor):
        """The code for a banking app as data URI, where the country of the bank has one."""
        bank = bank.with_context(ar_collections_letter=True)
        try:
            return bank and bank.build_qr_code_base64(
                currency.round(amount), number, number, currency, debtor
            )
        except (HTTPException, UserError, OSError, ValueError):
            # the document is right without it, too
            _logger.warning("No QR code for %s", number, exc_info=True)
            return None

    # === FORMATS === #
    def _format_date(self, date, short=False):
        """A date with its month in letters, in the language of the document: 2 Nov 2026."""
        if not date:
            return ""
        british = self.company_id.ar_letter_form != "us10"
        return _write_date(date, self.env.lang, short, british)

    def _format_amount(self, amount, currency):
        """An amount without its currency: decimals of the currency, true minus sign."""
        digits = currency.decimal_places
        lang = self.env["res.lang"]._get_data(code=self.env.lang)
        if lang.grouping != "[3,0]":
            return formatLang(self.env, amount, digits=digits).replace("-", "\N{MINUS SIGN}")
        signs = {",": lang.thousands_sep or "", ".": lang.decimal_point, "-": "\N{MINUS SIGN}"}
        return f"{amount:,.{digits}f}".translate(str.maketrans(signs))

    def _format_money(self, amount, currency):
        return f"{currency.name}\N{NO-BREAK SPACE}{self._format_amount(amount, currency)}"

    def _currency_name(self, currency):
        names = babel_locale_parse(self.env.lang).currencies
        return names.get(currency.name) or currency.full_name or ""


@lru_cache(maxsize=2048)
def _write_date(date, lang, short, british):
    locale = babel_locale_parse(lang)
    if locale.language == "en" and british:
        return format_date(date, "d MMM y" if short else "d MMMM y", locale=locale)
    if short:
        return format_skeleton("yMMMd", date, locale=locale)
    return format_date(date, "long", locale=locale)
