import base64
import logging

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext
from odoo.tools.mail import email_normalize

from ..tools.remittance import Advice, RemittanceError, Sheet, bare, fingerprint
from ..tools.remittance_read import digest, read

_logger = logging.getLogger(__name__)


class ArCollectionRemittance(models.Model):
    """Reading files, pasted texts and e-mails."""

    _inherit = "ar.collection.remittance"

    @api.model
    def _import(self, data, file_name, source="file", partner=None, sender=None, company=None):
        """Read the bytes of a file or text.

        :param partner: ``res.partner`` who paid, where known. :param sender: an address.
        :return: an ``ar.collection.remittance`` per payment in it.
        :raises UserError: it cannot be read (with the line), or was read before.
        :raises AccessError: the user works neither in collections nor in accounting.
        """
        self._check_may_import()
        company = (company or self.env.company)._ar_root()
        self._check_new(data, company)
        try:
            kind, found = read(data)
        except RemittanceError as error:
            raise UserError(self._error_text(error)) from error
        vals = {
            "company_id": company.id,
            "partner_id": (partner or self._partner_of(sender)).commercial_partner_id.id,
            "currency_id": company.currency_id.id,
            "source": source,
            "format": kind,
            "sender": sender,
            "file": base64.b64encode(data),
            "file_name": file_name,
            "digest": digest(data),
        }
        # sudo: evidence is written by the program only; the right was checked above
        remittances = self.sudo()
        if isinstance(found, Sheet):
            remittances = remittances.create({**vals, "state": "columns"})
            remittances._take_columns(found)
            if remittances._has_columns():
                remittances |= remittances._read_lines(found)
        else:
            for part, advice in enumerate(found):
                self._check_new_advice(advice, company)
                remittances |= remittances.create(
                    {**vals, "state": "waiting", "part": part, **self._advice_vals(advice)}
                )
                remittances[-1]._take_lines(advice)
        return remittances.with_env(self.env)

    @api.model
    def _check_may_import(self):
        if self.env.su or self.env.user.has_group("ar_collections.group_ar_collection_user"):
            return
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._("Reading remittance advice needs a role in collections or accounting.")
            )

    @api.model
    def _check_new(self, data, company):
        """:raises UserError: the same bytes were read before."""
        # sudo: also what colleagues read
        known = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("digest", "=", digest(data)),
                ("state", "not in", ("cancelled", "failed")),
            ],
            limit=1,
        )
        if known:
            raise UserError(
                self.env._(
                    "This file was read already, on %(date)s by %(user)s: %(name)s. Nothing was "
                    "done. To read it again, cancel that one first.",
                    date=known.create_date.date(),
                    user=known.user_id.name,
                    name=known.name,
                )
            )

    @api.model
    def _partner_of(self, sender):
        """The debtor that an address or a name belongs to, where there is one only."""
        partners = self.env["res.partner"].sudo()  # whoever reads the advice
        if not sender:
            return partners.browse()
        address = email_normalize(sender)
        domain = [("email_normalized", "=", address)] if address else [("name", "=ilike", sender)]
        found = partners.search(domain, limit=20).commercial_partner_id
        return found if len(found) == 1 else partners.browse()

    # === LINES === #
    def _advice_vals(self, advice):
        """What an advice says of its payment."""
        currency = self._currency_named(advice.currency)
        vals = {
            "reference": advice.reference or False,
            "date": advice.day,
            "amount": float(advice.total),
            "stated": advice.amount is not None,
            "fingerprint": self._fingerprint(advice),
            "problems": "\n".join(self._problem_text(problem) for problem in advice.problems)
            or False,
        }
        if currency:
            vals.update(currency_id=currency.id, currency_stated=True)
        if advice.sender and not self.sender:
            vals["sender"] = advice.sender
        if advice.sender and not self.partner_id:
            vals["partner_id"] = self._partner_of(advice.sender).id
        return vals

    @api.model
    def _currency_named(self, code):
        if not code:
            return self.env["res.currency"]
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search([("name", "=", code.upper()[:3])], limit=1)

    def _take_lines(self, advice: Advice):
        """Write the lines of an advice, and look for items and payment."""
        lines = [
            {
                "remittance_id": self.id,
                "row": line.row,
                "reference": line.reference,
                "amount": float(line.amount),
                "discount": float(line.discount),
                "deduction": float(line.deduction),
                "code": line.code or False,
                "date": line.day,
                "note": line.note or False,
                "found": "unknown",
            }
            for line in advice.lines
        ]
        self.env["ar.collection.remittance.line"].create(lines)
        self._match()

    @api.model
    def _fingerprint(self, advice):
        """Of an advice that names its payment or day: others may honestly come twice."""
        return fingerprint(advice) if advice.reference or advice.day else False

    @api.model
    def _check_new_advice(self, advice, company):
        """:raises UserError: another file said the same."""
        mark = self._fingerprint(advice)
        # sudo: also what colleagues read
        known = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("fingerprint", "=", mark),
                ("state", "not in", ("cancelled", "failed")),
            ],
            limit=1,
        )
        if mark and known:
            raise UserError(
                self.env._(
                    "The same payment with the same lines was read already, on %(date)s by "
                    "%(user)s: %(name)s. Nothing was done.",
                    date=known.create_date.date(),
                    user=known.user_id.name,
                    name=known.name,
                )
            )

    # === E-MAIL === #
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """An e-mail to the alias: each attachment that can be read, else its text.

        What cannot be read is kept with the reason, so that a person looks at it; what came
        before is kept as cancelled. The mail is never refused.
        """
        values = custom_values or {}
        company = self.env["res.company"].browse(values.get("company_id")) or self.env.company
        sender = email_normalize(msg_dict.get("email_from") or "") or msg_dict.get("email_from")
        files = [
            (attachment[0], self._bytes(attachment[1]))
            for attachment in msg_dict.get("attachments") or []
        ]
        files = [pair for pair in files if _is_worth_reading(*pair)]
        if not files:
            text = html2plaintext(msg_dict.get("body") or "")
            files = [(f"{msg_dict.get('subject') or 'mail'}.txt"[:80], text.encode())]
        remittances = self.browse()
        for name, data in files:
            remittances |= self._import_mailed(name, data, sender, company)
        return remittances[0]

    @api.model
    def _import_mailed(self, name, data, sender, company):
        try:
            with self.env.cr.savepoint():
                # sudo: the gateway works for whoever wrote
                return self.sudo()._import(data, name, "email", sender=sender, company=company)
        except UserError as error:
            _logger.info("A remittance advice from %s was not read: %s", sender, error)
            root = company._ar_root()
            # sudo: the mail gateway has no rights in collections
            return self.sudo().create(
                {
                    "company_id": root.id,
                    "currency_id": root.currency_id.id,
                    "partner_id": self._partner_of(sender).id,
                    "source": "email",
                    "sender": sender,
                    "file": base64.b64encode(data),
                    "file_name": name,
                    "problems": str(error),
                    "state": "failed",
                }
            )

    @api.model
    def _bytes(self, content):
        return content.encode() if isinstance(content, str) else content

    # === TEXTS === #
    @api.model
    def _problem_text(self, problem):
        return self._error_text(RemittanceError(problem.code, problem.line or None, problem.value))

    @api.model
    def _error_text(self, error):
        """What is wrong and what to do, in the language of the reader."""
        text = self._error_texts().get(error.code) or error.code
        if error.value:
            text = self.env._("%(what)s (%(value)s)", what=text, value=error.value)
        if error.line:
            return self.env._("Line %(line)s: %(what)s", line=error.line, what=text)
        return text

    @api.model
    def _error_texts(self):
        return {
            "empty": self.env._("The file is empty."),
            "too_large": self.env._(
                "The file is too large. Please ask for the lines only, up to 10 MB."
            ),
            "pdf": self.env._("A PDF cannot be read. Please copy its table and paste it as text."),
            "xls": self.env._("This is an old Excel file. Please save it as XLSX or CSV."),
            "zip": self.env._("Please unpack the archive and read the file in it."),
            "broken_zip": self.env._("The spreadsheet is damaged or protected by a password."),
            "no_sheet": self.env._("There is no sheet in the file."),
            "not_text": self.env._(
                "This is not a text in any known encoding. Please save it as UTF-8."
            ),
            "long_line": self.env._("The line is too long."),
            "broken_line": self.env._("The line cannot be read: a quote is not closed?"),
            "too_many_columns": self.env._("There are too many columns."),
            "too_many_lines": self.env._("There are too many lines: at most 10,000 in one file."),
            "nothing": self.env._(
                "Nothing that looks like an invoice number with an amount was found."
            ),
            "doctype": self.env._("The file defines entities, which is not allowed."),
            "too_deep": self.env._("The file is nested too deeply."),
            "xml": self.env._("This is not well-formed XML."),
            "no_camt": self.env._("This is no camt.053 or camt.054 message."),
            "no_x12": self.env._("This is no EDI interchange of ANSI X12."),
            "no_820": self.env._("There is no 820 with open items in the interchange."),
            "unclosed": self.env._("The 820 breaks off before its end."),
            "columns": self.env._(
                "Please say which columns hold the invoice number and the amount."
            ),
            "ambiguous_amount": self.env._(
                "The amount can be read in two ways. Please say what stands before decimals."
            ),
            "ambiguous_date": self.env._("The date can be read in two ways; it was left out."),
            "no_amount": self.env._("This is no amount; the line was left out."),
            "formula": self.env._("This is a formula and not an amount; the line was left out."),
            "without_amount": self.env._("There is no amount; the line was left out."),
            "no_date": self.env._("This is no date; it was left out."),
            "no_reference": self.env._("There is no invoice number."),
            "add_up": self.env._("Invoice, discount, deduction and paid amount do not add up."),
            "total": self.env._("The total is not the sum of the lines."),
        }


def _is_worth_reading(name, data):
    """Logos, signatures and calendars of a mail are not."""
    endings = ("csv", "txt", "tsv", "xlsx", "xlsm", "xml", "edi", "x12", "820", "dat")
    return bool(bare(name)) and name.lower().rpartition(".")[2] in endings and bool(data.strip())
