from odoo import models

from ..tools import letter

# what it inherits from must be known before
from . import ar_collection_notice_report, ar_collection_statement_report  # noqa: F401

#: Columns of the enclosed list. (key, width in mm, class)
COLUMNS = (("number", 50, "latin"), ("date", 35, ""), ("due", 35, ""), ("open", 45, "num"))


class ReportArCollectionConfirmation(models.AbstractModel):
    """Balance confirmations on paper: letter with its reply, then the list of items."""

    _name = "report.ar_collections.report_ar_collection_confirmation"
    _inherit = "report.ar_collections.report_ar_collection_statement"
    _description = "Balance Confirmation on Paper"

    def _get_report_values(self, docids, data=None):
        """For the preview in the browser; paper goes through ``_print``."""
        documents = self.env["ar.collection.confirmation"].browse(docids)
        documents.check_access("read")
        report = self.with_context(ar_statement_rows=documents._prepare_rows())
        return {
            "letters": [report._render_letter(report._prepare_letter(one)) for one in documents],
            "zoom": 1,
        }

    def _prepare_letter(self, notice, roomy=False, overflow=0):
        content = notice._prepare_content(self.env.context["ar_statement_rows"][notice.id])
        one = content["notice"]
        lists = letter.list_pages([self._part(one, row) for row in content["rows"]])
        count = 1 + len(lists) + overflow
        pages = [{"rows": []}]
        pages += [
            {"rows": [row for part in parts for row in self._page_rows(part, one.env)]}
            for parts in lists
        ]
        for number, page in enumerate(pages, 1):
            page["label"] = one.env._(
                "Page %(page)s of %(pages)s",
                page=number + (overflow if number > 1 else 0),
                pages=count,
            )
        return {
            **content,
            "form": content["company"].ar_letter_form,
            "rtl": content["dir"] == "rtl",
            "logo": self._logo(content["company"]),
            "recipient": self._prepare_recipient(one),
            "references": self._references(content),
            "widths": [width for _key, width, _css in COLUMNS],
            "enclosed": bool(lists),
            "pages": pages,
            "page_count": count,
        }

    def _references(self, content):
        env = content["notice"].env
        rows = [
            (env._("Date"), content["date"]),
            (env._("Customer"), content["customer_number"]),
            (env._("Our reference"), content["notice"].name),
            (env._("Your contact"), content["signatory"]["name"]),
            (env._("Telephone"), content["signatory"]["phone"]),
            (env._("Please reply by"), content["reply_by"]),
        ]
        return [row for row in rows if row[1]]

    def _part(self, one, row):
        currency = row["currency"]
        rows = [
            self._row(
                "item",
                COLUMNS,
                {
                    "number": one._numbered(item.number, item.instalment),
                    "date": one._format_date(item.date, short=True),
                    "due": one._format_date(item.due, short=True) if item.open > 0 else "",
                    "open": one._format_amount(float(item.open), currency),
                },
            )
            for item in row["items"]
        ]
        total = {
            "label": one.env._("Balance in %(currency)s", currency=currency.name),
            "amounts": [(1, one._format_amount(float(row["balance"]), currency))],
        }
        rows.append(letter.Row("total", 1, total))
        return letter.Part(self._heading(one, currency), tuple(rows))

    def _render_letter(self, row):
        html = (
            self.with_context(lang=row["notice"].env.lang)
            .env["ir.qweb"]
            ._render("ar_collections.report_ar_collection_confirmation_letter", {"letter": row})
        )
        return self._boxed(html, row["lang"])
