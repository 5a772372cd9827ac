import io

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.image import image_data_uri
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from ..tools import letter, letter_text

AGREEMENT = "ar_collections.report_ar_collection_plan_agreement"
#: Widths of the columns of items: number, two dates, two amounts, days.
ITEM_WIDTHS = (38, 25, 25, 29, 29, 19)
#: Of the schedule: without interest and fees, with one of them, with both.
SCHEDULE_WIDTHS = {
    6: (8, 38, 25, 25, 25, 44),
    7: (7, 31, 24, 22, 18, 22, 41),
    8: (7, 29, 21, 21, 17, 15, 21, 34),
}
#: Table lines on page 1 under two lines of text, and on a page that holds nothing else.
FIRST_LINES, LIST_LINES = 25, 41
#: Lines a section takes for its title and the titles of its columns.
HEADING_LINES = 3


class ReportArCollectionPlanAgreement(models.AbstractModel):
    """The agreement of a plan on planned pages: letter, items and schedule, then the terms.

    Engine, scale and letterhead are those of the letters.
    """

    _name = "report.ar_collections.report_ar_collection_plan_agreement"
    _inherit = "report.ar_collections.report_ar_collection_notice"
    _description = "Agreement of a Plan"

    # === VALUES === #
    def _get_report_values(self, docids, data=None):
        """For the preview in the browser; paper goes through ``_print_plan``."""
        plans = self.env["ar.collection.plan"].browse(docids)
        plans.check_access("read")
        return {"letters": [self._render_plan(plan) for plan in plans], "zoom": 1}

    def _prepare_plan(self, plan):
        """What the agreement says, laid out on pages."""
        content = plan._prepare_agreement()
        plan, form = content["plan"], content["company"].ar_letter_form
        parts = [self._items_part(content), self._schedule_part(content)]
        extra = sum(
            letter_text.text_lines(letter_text.plain_text(text)) for text in content["text"]
        )
        first = FIRST_LINES - max(0, extra - 2) - (2 if form == "us10" else 0)
        lists = letter.list_pages(parts, LIST_LINES, first)
        count, env = len(lists) + 1, plan.env
        pages = [{"sections": [self._section(part, env) for part in parts]} for parts in lists]
        pages.append({"sections": [], "terms": True, "payments": content["payments"]})
        for index, page in enumerate(pages):
            page.setdefault("terms", False)
            page["label"] = env._("Page %(page)s of %(pages)s", page=index + 1, pages=count)
        return {
            **content,
            "form": form,
            "rtl": content["dir"] == "rtl",
            "logo": self._logo(content["company"]),
            "recipient": self._recipient_of(plan),
            "pages": pages,
        }

    def _recipient_of(self, plan):
        contact, debtor = plan._agreement_contact(), plan.partner_id
        names = [debtor.name, contact.name if contact != debtor else None]
        lines = plan._address_lines(contact._ar_place(), plan.company_id.country_id)
        lines, css = letter_text.address_lines([*names, *lines])
        return {"lines": lines, "css": css}

    # === TABLES === #
    def _items_part(self, content):
        titles = [
            (title, css, width)
            for (title, css), width in zip(content["item_titles"], ITEM_WIDTHS, strict=True)
        ]
        rows = [self._table_row("item", row, titles) for row in content["items"]]
        total = self._total_row(content, 4, content["items_total"], 1)
        section = {"kind": "covered", "title": content["items_heading"], "columns": titles}
        return letter.Part(
            letter.Row("heading", HEADING_LINES, section),
            (*rows, letter.Row("total", 1, {"cells": total, "notes": []})),
        )

    def _schedule_part(self, content):
        widths = SCHEDULE_WIDTHS[len(content["schedule_titles"])]
        titles = [
            (title, css, width)
            for (title, css), width in zip(content["schedule_titles"], widths, strict=True)
        ]
        rows = [self._table_row("item", row, titles) for row in content["schedule"]]
        notes = content["notes"]
        lines = 1 + sum(letter_text.text_lines(note, size=7.8) for note in notes)
        sums = content["schedule_totals"]
        total = self._total_row(content, 3, sums, len(titles) - 3 - len(sums))
        section = {"kind": "schedule", "title": content["schedule_heading"], "columns": titles}
        return letter.Part(
            letter.Row("heading", HEADING_LINES, section),
            (*rows, letter.Row("total", lines, {"cells": total, "notes": notes})),
        )

    def _table_row(self, kind, texts, titles):
        cells = []
        for text, (_title, css, width) in zip(texts, titles, strict=True):
            cell = self._cell(text, width, css)
            cells.append({**cell, "strong": "last" in css, "ltr": cell["ltr"] or "num" in css})
        return letter.Row(kind, max(cell["lines"] for cell in cells), cells)

    def _total_row(self, content, span, sums, rest):
        cells = [{"text": content["total_label"], "css": "", "span": span, "ltr": False}]
        cells += [{"text": text, "css": "num", "span": None, "ltr": True} for text in sums]
        if rest:
            cells.append({"text": "", "css": "", "span": rest, "ltr": False})
        return cells

    def _section(self, part, env):
        section = part.heading.value
        title = section["title"]
        if part.continued:
            title = env._("%(title)s, continued", title=title)
        totals = [row.value for row in part.rows if row.kind == "total"]
        return {
            "kind": section["kind"],
            "title": title,
            "columns": [
                {"title": title, "css": css, "width": width}
                for title, css, width in section["columns"]
            ],
            "rows": [
                {
                    "kind": row.kind,
                    "cells": row.value["cells"] if row.kind == "total" else row.value,
                }
                for row in part.rows
            ],
            "notes": [note for total in totals for note in total["notes"]],
        }

    # === PAPER === #
    def _print_plan(self, plan):
        """The agreement as it stands now.

        :return: PDF.
        :raises UserError: no engine is there that prints.
        """
        plan.ensure_one()
        plan.check_access("read")
        return self._printer(plan)._to_paper(self._render_plan(plan))

    def _print_signed(self, plan):
        """The document that was offered, as it was, and after it who signed when and where.

        :return: PDF.
        """
        offered = PdfFileReader(io.BytesIO(plan.document_id.raw), strict=False)
        content, count = plan._prepare_agreement(), offered.numPages + 1
        plan = content["plan"]
        content |= {
            "form": content["company"].ar_letter_form,
            "rtl": content["dir"] == "rtl",
            "certificate": plan._prepare_certificate(),
            "signature": plan.signature and image_data_uri(plan.signature),
        }
        label = plan.env._("Page %(page)s of %(pages)s", page=count, pages=count)
        values = {"letter": content, "page": {"label": label}}
        html = self._render_view(content, f"{AGREEMENT}_certificate", values)
        signed = PdfFileReader(io.BytesIO(self._printer(plan)._to_paper(html)), strict=False)
        writer, stream = PdfFileWriter(), io.BytesIO()
        for reader in (offered, signed):
            for index in range(reader.numPages):
                writer.addPage(reader.getPage(index))
        writer.write(stream)
        return stream.getvalue()

    def _printer(self, plan):
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._("Agreements cannot be printed: wkhtmltopdf is missing on the server.")
            )
        return self.with_context(
            ar_collections_letter_form=plan.company_id.ar_letter_form, ar_collections_letter=True
        )

    def _to_paper(self, html):
        zoom = round(1 / self._scale(), 4)
        return self._run_engine(
            self.env["ir.qweb"]._render(AGREEMENT, {"letters": [html], "zoom": zoom})
        )

    def _render_plan(self, plan):
        content = self._prepare_plan(plan)
        return self._render_view(content, f"{AGREEMENT}_letter", {"letter": content})

    def _render_view(self, content, view, values):
        lang = content["plan"].env.lang
        html = self.with_context(lang=lang).env["ir.qweb"]._render(view, values)
        return self._boxed(html, content["lang"])


class IrActionsReport(models.Model):
    _name = "ir.actions.report"
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Agreements plan their pages; what was offered is shown as it was offered."""
        report = self._get_report(report_ref)
        if report.report_name != AGREEMENT or not res_ids:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        plans = self.env[report.model].browse(res_ids)
        plans.check_access("read")
        return {
            plan.id: {
                "stream": io.BytesIO(plan._agreement_pdf()),
                "attachment": None,
            }
            for plan in plans
        }
