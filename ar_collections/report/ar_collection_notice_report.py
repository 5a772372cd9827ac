import base64
import io
import logging

from odoo import models
from odoo.tools import split_every
from odoo.tools.image import image_data_uri, image_process
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..tools import letter, letter_text

_logger = logging.getLogger(__name__)

REPORT = "ar_collections.action_report_ar_collection_notice"
#: Letters printed in one call: a call costs a tenth of a second, its memory grows with them.
BATCH = 40
#: Languages of which unpatched engines measure the words wrongly.
ARABIC_SCRIPT = {"ar", "fa", "ur", "ckb", "ps", "ug", "sd"}
#: Widths of the columns of items: number, two dates, two amounts, days, level.
WIDTHS = (38, 20.5, 20.5, 24, 24, 13.5, 24.5)
#: Keys and classes of these columns.
COLUMNS = {
    "number": "latin",
    "date_invoice": "",
    "date_due": "",
    "original": "num",
    "open": "num",
    "days": "num",
    "level": "level",
}
PADDING, LEVEL_PADDING = 1.2, 3.0
#: Of the slip.
AMOUNT_WIDTH = 34
#: How much a print is too small, by engine; measured once per process.
_SCALES = {}


class ReportArCollectionNotice(models.AbstractModel):
    """The letter of a notice: content of the notice on planned pages, printed."""

    _name = "report.ar_collections.report_ar_collection_notice"
    _description = "Letter of a Notice"

    # === VALUES === #
    def _get_report_values(self, docids, data=None):
        """For the preview in the browser; paper goes through ``_print``."""
        notices = self.env["ar.collection.notice"].browse(docids)
        notices.check_access("read")
        return {
            "letters": [self._render_letter(self._prepare_letter(notice)) for notice in notices],
            "zoom": 1,
        }

    def _prepare_letter(self, notice, roomy=False, overflow=0):
        """The content of the notice, laid out on pages.

        :param roomy: page 1 came out too high: slip and items get pages of their own.
        :param overflow: pages by which even so page 1 is too high.
        """
        content = notice._prepare_content()
        form = content["company"].ar_letter_form
        parts = [self._prepare_part(currency) for currency in content["currencies"]]
        pages = letter.plan_pages(
            parts, len(content["payments"]), self._extra_height(content), form, roomy
        )
        env, count = content["notice"].env, len(pages) + overflow
        return {
            **content,
            "form": form,
            "widths": WIDTHS,
            "rtl": content["dir"] == "rtl",
            "logo": self._logo(content["company"]),
            "recipient": self._prepare_recipient(content["notice"]),
            "pages": [
                {
                    "label": env._(
                        "Page %(page)s of %(pages)s", page=index + 1 + overflow, pages=count
                    ),
                    "sums": page.sums,
                    "payments": [
                        self._prepare_slip(content["notice"], payment)
                        for payment in content["payments"][slice(*(page.slip or (0, 0)))]
                    ],
                    "rows": [row for part in page.parts for row in self._page_rows(part, env)],
                }
                for index, page in enumerate(pages)
            ],
            "page_count": count,
            "items": self._prepare_items_note(content, pages, overflow),
        }

    def _prepare_items_note(self, content, pages, overflow):
        """Where the items are listed when page 1 shows only sums; else None."""
        listing = [index + 1 + overflow for index, page in enumerate(pages) if page.parts]
        if not pages[0].sums or not listing:
            return None
        env = content["notice"].env
        count = sum(currency["count"] for currency in content["currencies"])
        if len(listing) == 1:
            return env._("%(count)s, listed on page %(page)s", count=count, page=listing[0])
        return env._(
            "%(count)s, listed on pages %(first)s to %(last)s",
            count=count,
            first=listing[0],
            last=listing[-1],
        )

    def _extra_height(self, content):
        """Millimetres by which the texts are higher than those the plan reckons with."""
        text = [letter_text.plain_text(part) for part in content["text"]]
        closing = [letter_text.plain_text(part) for part in content["closing"]]
        note_lines = sum(letter_text.text_lines(note, size=7.8) for note in content["not_included"])
        title_lines = letter_text.text_lines(content["subject"], size=13)
        return (
            (sum(map(letter_text.text_lines, text)) - 2) * letter.LINE
            + (sum(map(letter_text.text_lines, closing)) - 1) * letter.LINE
            + (len(text) + len(closing) - 2) * letter.GAP
            + (note_lines - 1) * letter.SMALL_LINE
            + (title_lines - 1) * 1.2 * letter.LINE
        )

    # === ROWS === #
    def _prepare_part(self, currency):
        """The rows of a currency, for the plan of the pages."""
        items = currency["items"] + currency["also"]
        # dates and levels in one size for all rows, that of the widest
        widest = {
            key: max((item[key] for item in items), key=len, default="")
            for key in ("date_invoice", "date_due", "level")
        }
        rows = [self._item_row(item, widest) for item in currency["items"]]
        rows += [self._credit_row(credit) for credit in currency["credits"]]
        rows.append(letter.Row("total", 1, currency))
        if currency["also"]:
            rows.append(letter.Row("also", 1, currency))
            rows += [self._item_row(item, widest) for item in currency["also"]]
        return letter.Part(letter.Row("heading", 1, currency), tuple(rows))

    def _item_row(self, item, widest):
        cells = [
            self._cell(item[key], width, css, like=widest.get(key))
            for (key, css), width in zip(COLUMNS.items(), WIDTHS, strict=True)
        ]
        return letter.Row("item", max(cell["lines"] for cell in cells), cells)

    def _credit_row(self, credit):
        cells = [
            self._cell(credit["label"], sum(WIDTHS[:4]), span=4),
            self._cell(credit["amount"], WIDTHS[4], "num"),
        ]
        return letter.Row("less", max(cell["lines"] for cell in cells), cells)

    def _cell(self, text, width, css="", span=None, like=None):
        """A cell of the table, its text in a size in which it, or ``like``, fits."""
        padding = LEVEL_PADDING if css == "level" else PADDING
        size, lines = letter_text.fit(like or text, width - padding)
        return {
            "text": text,
            "css": " ".join(filter(None, (css, size, lines > 1 and "wrap"))),
            "span": span,
            "ltr": css in ("latin", "num"),
            "lines": lines,
        }

    def _prepare_slip(self, notice, payment):
        sizes = (("", 12), ("long", 9.8), ("longer", 7.6))  # stressed: a tenth wider
        size, _lines = letter_text.fit(payment["amount"], AMOUNT_WIDTH, sizes)
        return {**payment, "size": size, "qr": notice._qr_code(payment["row"])}

    def _page_rows(self, part, env):
        heading = {**part.heading.value, "kind": "heading"}
        if part.continued:
            heading["name"] = env._("%(currency)s, continued", currency=heading["name"])
        return [heading] + [
            {"kind": row.kind, "cells": row.value}
            if row.kind in ("item", "less")
            else {**row.value, "kind": row.kind}
            for row in part.rows
        ]

    # === HEAD === #
    def _prepare_recipient(self, notice):
        """``lines`` of the address in the window and ``css``, their size."""
        contact = notice.contact_id or notice.collection_id.contact_id
        debtor = notice.collection_id.partner_id
        place = contact if contact.street or contact.city or contact.zip else debtor
        names = [debtor.name, contact.name if contact != debtor else None]
        lines = notice._address_lines(place, notice.company_id.country_id)
        lines, css = letter_text.address_lines([*names, *lines])
        return {"lines": lines, "css": css}

    def _logo(self, company):
        """The logo as data URI, in a format that engines print; None without one."""
        data = not company.uses_default_logo and company.partner_id.image_256
        if not data:
            return None
        raw = base64.b64decode(data)
        if raw[8:12] == b"WEBP":
            data = base64.b64encode(image_process(raw, output_format="PNG"))
        return image_data_uri(data)

    # === PRINT === #
    def _print(self, notices):
        """Print letters, many in one call.

        :return: dict id of the notice -> PDF.
        """
        notices.check_access("read")
        pdfs = {}
        for form, group in notices.grouped(lambda notice: notice.company_id.ar_letter_form).items():
            report = self.with_context(ar_collections_letter_form=form, ar_collections_letter=True)
            for batch in split_every(BATCH, group):
                letters = [report._prepare_letter(notice) for notice in batch]
                pdfs.update(report._print_letters(letters))
        return pdfs

    def _print_letters(self, letters):
        """Print together; when more pages come out than planned, find the letter and mend it."""
        pdf = self._to_pdf(letters)
        reader = PdfFileReader(io.BytesIO(pdf))
        surplus = reader.numPages - sum(row["page_count"] for row in letters)
        if len(letters) == 1:
            return {letters[0]["notice"].id: self._mend(letters[0], surplus) or pdf}
        if surplus:
            half = len(letters) // 2
            return self._print_letters(letters[:half]) | self._print_letters(letters[half:])
        pdfs, start = {}, 0
        for row in letters:
            pdfs[row["notice"].id] = self._cut(reader, start, start + row["page_count"])
            start += row["page_count"]
        return pdfs

    def _mend(self, planned, surplus):
        """Print a letter that has more pages than planned with more room; None: it is right."""
        if surplus <= 0:
            return None
        pdf = self._to_pdf([planned := self._prepare_letter(planned["notice"], roomy=True)])
        surplus = PdfFileReader(io.BytesIO(pdf)).numPages - planned["page_count"]
        if surplus > 0:
            planned = self._prepare_letter(planned["notice"], roomy=True, overflow=surplus)
            pdf = self._to_pdf([planned])
        return pdf

    def _cut(self, reader, start, stop):
        writer, stream = PdfFileWriter(), io.BytesIO()
        for index in range(start, stop):
            writer.addPage(reader.getPage(index))
        writer.write(stream)
        return stream.getvalue()

    def _to_pdf(self, letters):
        rendered = [self._render_letter(row) for row in letters]
        html = self.env["ir.qweb"]._render(
            "ar_collections.report_ar_collection_notice",
            {"letters": rendered, "zoom": round(1 / self._scale(), 4)},
        )
        return self._run_engine(html)

    def _render_letter(self, row):
        html = (
            self.with_context(lang=row["notice"].env.lang)
            .env["ir.qweb"]
            ._render("ar_collections.report_ar_collection_notice_letter", {"letter": row})
        )
        boxed = row["lang"].partition("-")[0] in ARABIC_SCRIPT
        return type(html)(letter_text.box_words(html)) if boxed else html

    def _run_engine(self, html):
        return self.env["ir.actions.report"]._run_wkhtmltopdf([str(html)], report_ref=REPORT)

    # === SCALE === #
    def _scale(self):
        """How long 100 mm come out on paper, over 100: engines do not agree on it."""
        engine = _wkhtml()
        key = (engine.bin, engine.version, engine.is_patched_qt)
        if key not in _SCALES:
            _SCALES[key] = self._measure_scale() or (1.28 if engine.is_patched_qt else 0.7685)
        return _SCALES[key]

    def _measure_scale(self):
        """Print two marks 100 mm apart and read where they are; None when they cannot be read."""
        html = self.env["ir.qweb"]._render("ar_collections.report_ar_collection_notice_marks")
        distance = self._marks_distance(self._run_engine(html))
        return distance and distance / 100

    def _marks_distance(self, pdf):
        """Millimetres between the texts A and B of a page."""
        places = {}

        def visit(text, matrix, text_matrix, *_font):
            places[text.strip()] = matrix[3] * text_matrix[5] + matrix[5]

        try:
            PdfFileReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=visit)
            return abs(places["A"] - places["B"]) * letter_text.POINT
        except (AttributeError, KeyError, TypeError):
            _logger.warning("The scale of the PDF engine cannot be measured.", exc_info=True)
            return None
