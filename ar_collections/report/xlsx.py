"""Tables as a spreadsheet: values in, the bytes of an XLSX file out."""

import io
import re

import xlsxwriter

from ..tools.table import Money

#: Longest column, in characters; a sheet's name may have 31, and none of these.
WIDEST, SHEET_NAME, FORBIDDEN = 60, 31, re.compile(r"[\[\]:*?/\\']")
#: What a sheet can hold, less the rows above and below the data.
MOST_ROWS = 1_048_576 - 20
#: Texts stay texts, whatever they begin with: no formulas, links or numbers out of them.
OPTIONS = {
    "constant_memory": True,  # rows go to a file as they come
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook(tables, most=MOST_ROWS):
    """A sheet for each ``tools.table.Table``; where one is full, the next goes on.

    :param most: rows of a sheet. :return: bytes of the file. The header is frozen and can be
        filtered; amounts have the decimals of their currency.
    """
    buffer, taken = io.BytesIO(), set()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        formats = _Formats(book)
        for table in tables:
            for first in range(0, max(1, len(table.rows)), most):
                sheet = book.add_worksheet(sheet_name(table.title, taken))
                _write_table(sheet, table, formats, first, first + most)
    return buffer.getvalue()


class _Formats:
    """The cell formats of a workbook, each made once."""

    def __init__(self, book):
        self._book = book
        self._made = {}

    def get(self, kind, digits=2, bold=False):
        key = (kind, digits if kind == "money" else None, bold)
        if key not in self._made:
            number = {
                "money": "#,##0" + ("." + "0" * digits if digits else ""),
                "integer": "#,##0",
                "decimal": "#,##0.0",
                "date": "yyyy-mm-dd",
            }.get(kind)
            options = {"bold": bold, **({"num_format": number} if number else {})}
            if kind == "header":
                options.update(bold=True, bottom=1, text_wrap=True, valign="top")
            self._made[key] = self._book.add_format(options)
        return self._made[key]


def sheet_name(title, taken):
    """A name for a sheet that no other has: without what is forbidden, at most 31 characters.

    :param set taken: the names given so far, in small letters; the new one is added.
    """
    name = FORBIDDEN.sub(" ", title).strip() or "Table"
    fit, number = name[:SHEET_NAME].strip(), 1
    while fit.lower() in taken:
        number += 1
        tail = f" {number}"
        fit = name[: SHEET_NAME - len(tail)].strip() + tail
    taken.add(fit.lower())
    return fit


def _write_table(sheet, table, formats, first, end):
    """The rows ``first`` up to ``end`` of a table; the sums of all follow the last one."""
    top = len(table.notes) + 1 if table.notes else 0
    rows = table.rows[first:end]
    for row, note in enumerate(table.notes):
        sheet.write_string(row, 0, note)
    for index, column in enumerate(table.columns):
        sheet.write_string(top, index, column.title, formats.get("header"))
    for number, row in enumerate(rows, top + 1):
        _write_row(sheet, number, table.columns, row, formats)
    last = top + len(rows)
    if rows and end >= len(table.rows) and any(column.total for column in table.columns):
        _write_row(sheet, last + 1, table.columns, table.totals(), formats, bold=True)
    sheet.freeze_panes(top + 1, 1)
    sheet.autofilter(top, 0, max(last, top), len(table.columns) - 1)
    for index, column in enumerate(table.columns):
        sheet.set_column(index, index, _width(table, index, column))


def _write_row(sheet, number, columns, row, formats, bold=False):
    for index, (column, cell) in enumerate(zip(columns, row, strict=True)):
        if cell is None or cell is False or cell == "":
            continue
        if isinstance(cell, Money):
            sheet.write_number(number, index, cell.amount, formats.get("money", cell.digits, bold))
        elif column.kind == "text":
            # most cells by far; None: xlsxwriter looks for no format
            style = formats.get("text", bold=True) if bold else None
            sheet.write_string(number, index, str(cell), style)
        elif column.kind == "date":
            sheet.write_datetime(number, index, cell, formats.get("date", bold=bold))
        else:
            sheet.write_number(number, index, cell, formats.get(column.kind, bold=bold))


def _width(table, index, column):
    if column.kind != "text":
        return max(12, len(column.title) + 2)
    longest = max((len(str(row[index] or "")) for row in table.rows), default=0)
    return min(WIDEST, max(10, len(column.title) + 2, longest + 1))
