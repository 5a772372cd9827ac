import base64

from odoo import models
from odoo.tools.image import image_data_uri, image_process

from ..tools import letter, letter_text

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
        enclosed = content["enclosed"]
        enclosed_lines = letter_text.text_lines(enclosed, size=7.8) if enclosed else 0
        title_lines = letter_text.text_lines(content["subject"], size=13)
        return (
            (sum(map(letter_text.text_lines, text)) - 2) * letter.LINE
            + (sum(map(letter_text.text_lines, closing)) - 1) * letter.LINE
            + (len(text) + len(closing) - 2) * letter.GAP
            + (note_lines - 1) * letter.SMALL_LINE
            + (enclosed_lines * letter.SMALL_LINE + letter.GAP if enclosed else 0)
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
        names = [debtor.name, contact.name if contact != debtor else None]
        lines = notice._address_lines(contact._ar_place(), notice.company_id.country_id)
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

    def _render_letter(self, row):
        html = (
            self.with_context(lang=row["notice"].env.lang)
            .env["ir.qweb"]
            ._render("ar_collections.report_ar_collection_notice_letter", {"letter": row})
        )
        return self._boxed(html, row["lang"])

    def _boxed(self, html, lang):
        """The document as engines print it right: see ``ARABIC_SCRIPT``."""
        boxed = lang.partition("-")[0] in ARABIC_SCRIPT
        return type(html)(letter_text.box_words(html)) if boxed else html
