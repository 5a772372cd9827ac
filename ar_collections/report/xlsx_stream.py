"""Spreadsheets of any length: rows go to a file as they come, sums are formulas."""

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_range

from .xlsx import MOST_ROWS, OPTIONS, sheet_name
from .xlsx_rows import DAY_0, PlainSheet, plain_columns

PAPER_A4 = 9
#: Most levels of an outline.
DEEPEST = 7


class Book:
    """A workbook written to a path, with its formats; use it in ``with``."""

    def __init__(self, path, title):
        self._book = xlsxwriter.Workbook(path, {**OPTIONS, "default_date_format": "yyyy-mm-dd"})
        self._book.set_properties({"title": title})
        self._formats, self._names = {}, set()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self._book.close()

    def style(self, **options):
        key = tuple(sorted(options.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(options)
        return self._formats[key]

    def add(self, name):
        """A new sheet, its name made fit: at most 31 characters, once in the book.

        :return: (sheet, name).
        """
        fit = sheet_name(name, self._names)
        return self._book.add_worksheet(fit, PlainSheet), fit


class Sheet:
    """Rows under a frozen header; where a sheet is full, the next one goes on.

    ``columns``: list of (title, kind, width), kind one of text, integer, money, date.
    """

    def __init__(self, book, name, columns, notes=(), digits=2, most=MOST_ROWS, frozen=1):
        self.book, self.columns, self.notes = book, columns, notes
        self.digits, self.most, self.frozen, self.wanted = digits, most, frozen, name
        self.parts = []  # (name of the sheet, first row, last row)
        self._kinds, self._styles = [kind for _title, kind, _width in columns], {}
        self._columns = {}
        self._sheet = None
        self._next_sheet()

    # === ROWS === #
    def row(self, values, depth=0, bold=False, below=0, formulas=()):
        """Write a row. ``formulas``: columns whose value is the sum of the ``below`` rows that
        follow, as a formula with that value; plain where they go on in another sheet."""
        if self._line - self._top > self.most:
            self._next_sheet()
        columns = self._plain_columns(bold, depth)
        if below or not self._sheet.plain_row(self._line, columns, values, min(depth, DEEPEST)):
            self._cells(values, depth, bold, below, formulas)
        self._line += 1

    def _cells(self, values, depth, bold, below, formulas):
        """Write a row cell by cell."""
        line = self._line
        if depth:
            self._sheet.set_row(line, None, None, {"level": min(depth, DEEPEST)})
        fits = below and line + below - self._top <= self.most
        text, number = self._sheet.write_string, self._sheet.write_number
        styles = self._row_styles(bold, depth)
        for index, value in enumerate(values):
            if value is None or value is False or value == "":
                continue
            kind = self._kinds[index]
            if fits and index in formulas:
                area = xl_range(line + 1, index, line + below, index)
                formula = f"=SUBTOTAL(9,{area})"
                self._sheet.write_formula(line, index, formula, styles[index], value)
            elif kind == "text":
                text(line, index, str(value), styles[index])
            elif kind == "date":
                number(line, index, (value - DAY_0).days, styles[index])
            else:
                number(line, index, value, styles[index])

    def _row_styles(self, bold, depth):
        """The formats of a row, by column; found once for each kind of row."""
        key = (bold, depth)
        if key not in self._styles:
            self._styles[key] = [
                self._style(kind, bold, 0 if index else depth)
                for index, kind in enumerate(self._kinds)
            ]
        return self._styles[key]

    def _plain_columns(self, bold, depth):
        key = (bold, depth)
        if key not in self._columns:
            self._columns[key] = plain_columns(self._kinds, self._row_styles(bold, depth))
        return self._columns[key]

    def total(self, label, values):
        """The last row: sums of everything above, as formulas that have these values.

        :param values: dict number of the column -> its value.
        """
        self._close_part()
        style = self._style("text", True, 0)
        self._sheet.write_string(self._line, 0, label, style)
        for index, value in values.items():
            column = xl_col_to_name(index)
            sums = "+".join(
                f"SUBTOTAL(9,'{name}'!{column}{first + 1}:{column}{last + 1})"
                for name, first, last in self.parts
                if last >= first
            )
            style = self._style(self.columns[index][1], True, 0, top=1)
            if sums:
                self._sheet.write_formula(self._line, index, f"={sums}", style, value)
            else:
                self._sheet.write_number(self._line, index, value, style)
        self._line += 1

    # === SHEETS === #
    def _next_sheet(self):
        if self._sheet:
            self._close_part()
        self._sheet, self._name = self.book.add(self.wanted)
        sheet = self._sheet
        for line, note in enumerate(self.notes):
            style = self.book.style(bold=True, font_size=14) if line == 0 else None
            sheet.write_string(line, 0, note, style)
        self._top = len(self.notes) + 1 if self.notes else 0
        for index, (title, kind, width) in enumerate(self.columns):
            sheet.set_column(index, index, width)
            header = self.book.style(
                bold=True, bottom=1, text_wrap=True, valign="top",
                align="left" if kind == "text" else "right",
            )  # fmt: skip
            sheet.write_string(self._top, index, title, header)
        self._line = self._top + 1
        sheet.freeze_panes(self._top + 1, self.frozen)
        sheet.outline_settings(True, False, True, False)  # a head stands above its rows
        sheet.set_landscape()
        sheet.set_paper(PAPER_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.repeat_rows(self._top)
        sheet.set_footer("&L&A&R&P / &N")

    def _close_part(self):
        last = self._line - 1
        self.parts.append((self._name, self._top + 1, last))
        self._sheet.autofilter(self._top, 0, max(last, self._top), len(self.columns) - 1)

    def _style(self, kind, bold, depth, **more):
        options = dict(more)
        if bold:
            options["bold"] = True
        if depth:
            options["indent"] = depth
        if kind == "money":
            options["num_format"] = "#,##0" + ("." + "0" * self.digits if self.digits else "")
        elif kind == "integer":
            options["num_format"] = "#,##0"
        elif kind == "date":
            options["num_format"] = "yyyy-mm-dd"
        return self.book.style(**options) if options else None
