import io

from odoo import models

from ..models.ar_collection_withheld_ask import LETTER
from ..tools import letter_text

#: Rows on page 1, and on a page that holds nothing else.
FIRST_LINES, LIST_LINES = 22, 42


class ReportArCollectionWithheldLetter(models.AbstractModel):
    """The letter that asks a debtor for certificates of the tax withheld.

    Engine, scale and letterhead are those of the letters.
    """

    _name = "report.ar_collections.report_ar_collection_withheld_letter"
    _inherit = "report.ar_collections.report_ar_collection_notice"
    _description = "Letter about Certificates of Withheld Tax"

    def _get_report_values(self, docids, data=None):
        """For the preview in the browser; paper goes through ``_print_account``."""
        accounts = self.env["ar.collection"].browse(docids)
        accounts.check_access("read")
        return {"letters": [self._render_account(account) for account in accounts], "zoom": 1}

    def _print_account(self, account):
        """:return: PDF."""
        form = account.company_id.ar_letter_form
        printer = self.with_context(ar_collections_letter_form=form, ar_collections_letter=True)
        zoom = round(1 / printer._scale(), 4)
        letters = [self._render_account(account)]
        return printer._run_engine(
            printer.env["ir.qweb"]._render(LETTER, {"letters": letters, "zoom": zoom})
        )

    def _render_account(self, account):
        # sudo: addresses and logo of the company are printed for whoever may read the account
        account = account.sudo().with_context(lang=account._letter_lang())
        content = self._prepare(account)
        html = (
            self.with_context(lang=account.env.lang)
            .env["ir.qweb"]
            ._render(f"{LETTER}_letter", {"letter": content})
        )
        return self._boxed(html, content["lang"])

    def _prepare(self, account):
        env, company = account.env, account.company_id
        records = account._missing_certificates()
        direction = env["res.lang"]._get_data(code=env.lang).direction or "ltr"
        signatory = account._prepare_signatory()
        rows = [self._row(account, record) for record in records]
        rows += self._totals(account, records)
        chunks = [rows[:FIRST_LINES]]
        chunks += [
            rows[start : start + LIST_LINES] for start in range(FIRST_LINES, len(rows), LIST_LINES)
        ]
        return {
            "form": company.ar_letter_form,
            "lang": env.lang.replace("_", "-").partition("@")[0],
            "dir": direction,
            "rtl": direction == "rtl",
            "logo": self._logo(company),
            "sender": account._prepare_sender(),
            "signatory": signatory,
            "recipient": self._recipient_of(account),
            "references": self._references(account, signatory),
            "customer": account.partner_id,
            "customer_number": account.partner_id.ref,
            "date": account._format_date(company._ar_today()),
            "pages": [
                {
                    "rows": chunk,
                    "last": index == len(chunks),
                    "label": env._("Page %(page)s of %(pages)s", page=index, pages=len(chunks)),
                }
                for index, chunk in enumerate(chunks, 1)
            ],
        }

    def _references(self, account, signatory):
        env = account.env
        rows = [
            (env._("Date"), account._format_date(account.company_id._ar_today())),
            (env._("Customer"), account.partner_id.ref),
            (env._("Your contact"), signatory["name"]),
            (env._("Telephone"), signatory["phone"]),
        ]
        return [(key, value) for key, value in rows if value]

    def _recipient_of(self, account):
        contact, debtor = account.contact_id or account.partner_id, account.partner_id
        names = [debtor.name, contact.name if contact != debtor else None]
        lines = account._address_lines(contact._ar_place(), account.company_id.country_id)
        lines, css = letter_text.address_lines([*names, *lines])
        return {"lines": lines, "css": css}

    def _row(self, account, record):
        return {
            "quarter": record.quarter,
            "number": record.item_name,
            "date": account._format_date(record.item_date, short=True),
            "paid": account._format_date(record.paid_on, short=True),
            "amount": account._format_money(record.amount, record.currency_id),
        }

    def _totals(self, account, records):
        """A row per currency; no sum over currencies."""
        return [
            {
                "total": True,
                "quarter": account.env._("Total"),
                "amount": account._format_money(sum(group.mapped("amount")), currency),
            }
            for currency, group in records.grouped("currency_id").items()
        ]


class IrActionsReport(models.Model):
    _name = "ir.actions.report"
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """These letters plan their pages themselves."""
        report = self._get_report(report_ref)
        if report.report_name != LETTER or not res_ids:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        accounts = self.env[report.model].browse(res_ids)
        if not self.env.user.has_group("account.group_account_invoice"):
            accounts.check_access("read")
        printer = self.env[f"report.{LETTER}"]
        return {
            # sudo: the accountant need not be the collector; rights are those of the ledger
            account.id: {
                "stream": io.BytesIO(printer._print_account(account.sudo())),
                "attachment": None,
            }
            for account in accounts
        }
