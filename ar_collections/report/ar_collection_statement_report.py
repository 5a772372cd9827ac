from odoo import models

from ..tools import letter, letter_text, statement

#: Columns: titles are in the template. (key, width in mm, class)
ITEMS = (
    ("number", 38, "latin"),
    ("date", 21, ""),
    ("due", 21, ""),
    ("original", 24, "num"),
    ("open", 24, "num"),
    ("days", 13, "num"),
    ("status", 24, "level"),
)
MOVES = (
    ("date", 21, ""),
    ("number", 33, "latin"),
    ("text", 51, "latin"),
    ("charged", 20, "num"),
    ("credited", 20, "num"),
    ("balance", 20, "num"),
)
DASH = "\N{EN DASH}"


class ReportArCollectionStatement(models.AbstractModel):
    """Statements on paper, many in one call; engine, scale and head are those of the letters."""

    _name = "report.ar_collections.report_ar_collection_statement"
    _inherit = "report.ar_collections.report_ar_collection_notice"
    _description = "Statement on Paper"

    def _get_report_values(self, docids, data=None):
        """For the preview in the browser; paper goes through ``_print``."""
        wizard = self.env["ar.collection.statement.print"].browse(docids[:1])
        wizard.check_access("read")
        documents = wizard._statements()
        report = self.with_context(ar_statement_rows=documents._prepare_rows())
        return {
            "letters": [report._render_letter(report._prepare_letter(one)) for one in documents],
            "zoom": 1,
        }

    def _prepare_letter(self, notice, roomy=False, overflow=0):
        """The content of a statement, laid out on pages."""
        content = notice._prepare_content(self.env.context["ar_statement_rows"][notice.id])
        form, one = content["company"].ar_letter_form, content["notice"]
        sections = self._sections(content)
        plan = statement.plan_pages(
            [parts for _kind, parts in sections],
            len(content["rows"]),
            len(content["payments"]),
            form,
            roomy,
        )
        count = len(plan) + overflow
        return {
            **content,
            "form": form,
            "rtl": content["dir"] == "rtl",
            "logo": self._logo(content["company"]),
            "recipient": self._prepare_recipient(one),
            "references": self._references(content),
            "sum_rows": self._sum_rows(content),
            "item_widths": [width for _key, width, _css in ITEMS],
            "move_widths": [width for _key, width, _css in MOVES],
            "pages": [
                {
                    "kind": sections[index][0],
                    "label": one.env._(
                        "Page %(page)s of %(pages)s", page=number + overflow, pages=count
                    ),
                    "sums": page.sums,
                    "slips": content["payments"][slice(*(page.slip or (0, 0)))],
                    "rows": [row for part in page.parts for row in self._page_rows(part, one.env)],
                }
                for number, (index, page) in enumerate(plan, 1)
            ],
            "page_count": count,
        }

    def _references(self, content):
        env = content["notice"].env
        rows = [
            (env._("Date"), content["date"]),
            (env._("Customer"), content["customer_number"]),
            (env._("Statement"), content["notice"].name),
            (env._("Your contact"), content["signatory"]["name"]),
            (env._("Telephone"), content["signatory"]["phone"]),
        ]
        return [row for row in rows if row[1]]

    # === TABLES === #
    def _sections(self, content):
        """Tables of the statement: list of (``items`` or ``moves``, list of parts)."""
        one, rows = content["notice"], content["rows"]
        sections = []
        if one.kind != "open_item":
            sections.append(("moves", [self._moves_part(one, row) for row in rows]))
        if one.kind != "activity":
            parts = [self._items_part(one, row) for row in rows if row["items"]]
            sections.append(("items", parts))
        return sections

    def _heading(self, one, currency):
        value = {"code": currency.name, "name": one._currency_name(currency)}
        return letter.Row("heading", 1, value)

    def _row(self, kind, columns, values):
        cells = []
        for key, width, css in columns:
            text = values.get(key, "")
            size, lines = letter_text.fit(text, width - 1.5 - 1.5 * (css == "level"))
            cells.append(
                {
                    "text": text,
                    "css": " ".join(filter(None, (css, size, lines > 1 and "wrap"))),
                    "span": None,
                    "ltr": css in ("latin", "num") and key != "text",
                    "lines": lines,
                }
            )
        return letter.Row(kind, max(cell["lines"] for cell in cells), cells)

    def _items_part(self, one, row):
        currency, rows = row["currency"], []
        for item in row["items"]:
            days = (one.date - item.due).days if item.open > 0 else 0
            credit = item.open < 0
            rows.append(
                self._row(
                    "item",
                    ITEMS,
                    {
                        "number": one._numbered(item.number, item.instalment),
                        "date": one._format_date(item.date, short=True),
                        "due": one._kind_text(item.kind)
                        if credit
                        else one._format_date(item.due, short=True),
                        "original": one._format_amount(float(item.original), currency),
                        "open": one._format_amount(float(item.open), currency),
                        "days": str(days) if days > 0 else DASH,
                        "status": one._status_text(statement.status(item, one.date)),
                    },
                )
            )
        total = {
            "label": one.env._("Balance in %(currency)s", currency=currency.name),
            "cells": None,
            "amounts": [(4, one._format_amount(float(row["aged"].balance), currency))],
            "rest": 2,
        }
        rows.append(letter.Row("total", 1, total))
        return letter.Part(self._heading(one, currency), tuple(rows))

    def _moves_part(self, one, row):
        currency, activity = row["currency"], row["activity"]

        def money(amount):
            return one._format_amount(float(amount), currency)

        first = {
            "date": one._format_date(one.date_from, short=True),
            "number": one.env._("Opening balance"),
            "balance": money(activity.opening),
        }
        rows = [self._row("opening", MOVES, first)]
        for move, balance in zip(activity.movements, activity.balances(), strict=True):
            rows.append(
                self._row(
                    "item",
                    MOVES,
                    {
                        "date": one._format_date(move.date, short=True),
                        "number": move.number,
                        "text": one._movement_text(move),
                        "charged": (move.amount > 0 and money(move.amount)) or "",
                        "credited": (move.amount < 0 and money(-move.amount)) or "",
                        "balance": money(balance),
                    },
                )
            )
            if one.kind == "detailed":
                rows += [
                    self._row(
                        "detail",
                        MOVES,
                        {
                            "text": one._numbered(applied.number, applied.instalment),
                            "credited": money(applied.amount),
                        },
                    )
                    for applied in move.applied
                ]
        total = {
            "label": one.env._(
                "Closing balance on %(day)s", day=one._format_date(one.date, short=True)
            ),
            "amounts": [
                (1, money(activity.charged)),
                (1, money(activity.credited)),
                (1, money(activity.closing)),
            ],
            "rest": 0,
        }
        rows.append(letter.Row("total", 1, total))
        return letter.Part(self._heading(one, currency), tuple(rows))

    def _page_rows(self, part, env):
        heading = {**part.heading.value, "kind": "heading"}
        if part.continued:
            heading["name"] = env._("%(currency)s, continued", currency=heading["name"])
        return [heading] + [
            {**row.value, "kind": "total"}
            if row.kind == "total"
            else {"kind": row.kind, "cells": row.value}
            for row in part.rows
        ]

    def _sum_rows(self, content):
        """The movements of each currency in one line, when they stand on pages of their own."""
        one = content["notice"]
        return [
            {
                "code": row["currency"].name,
                "cells": [
                    one._format_amount(float(amount), row["currency"])
                    for amount in (
                        row["activity"].opening,
                        row["activity"].charged,
                        row["activity"].credited,
                        row["activity"].closing,
                    )
                ],
            }
            for row in content["rows"]
            if one.kind != "open_item"
        ]

    def _render_letter(self, row):
        html = (
            self.with_context(lang=row["notice"].env.lang)
            .env["ir.qweb"]
            ._render("ar_collections.report_ar_collection_statement_letter", {"letter": row})
        )
        return self._boxed(html, row["lang"])
