"""The first sheet of a spreadsheet (Office Open XML, ECMA-376 part 1, 18.3), values only.

Formulas give the value that was saved with them; nothing is evaluated, no link is followed.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from .remittance import MAX_COLUMNS, MAX_ROWS, Cell, RemittanceError, Sheet, shorten
from .remittance_xml import parse

#: Largest part of the file when unpacked, in bytes; most parts.
_MAX_PART, _MAX_PARTS = 60_000_000, 2_000
#: Numbers of the formats built in that are dates.
_DATE_FORMATS = frozenset((*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)))
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_xlsx(data: bytes) -> Sheet:
    """:raises RemittanceError: no spreadsheet, broken, or too large when unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            if len(book.infolist()) > _MAX_PARTS:
                raise RemittanceError("too_large")
            return Sheet((), _read_rows(book))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise RemittanceError("broken_zip") from error
    except KeyError as error:
        raise RemittanceError("no_sheet") from error


def _part(book: zipfile.ZipFile, name: str) -> Element:
    with book.open(name.lstrip("/")) as part:
        # never more than allowed, whatever size the file claims
        content = part.read(_MAX_PART + 1)
    if len(content) > _MAX_PART:
        raise RemittanceError("too_large")
    return parse(content)


def _optional(book: zipfile.ZipFile, name: str) -> Element | None:
    return _part(book, name) if name in book.namelist() else None


def _read_rows(book: zipfile.ZipFile) -> list[tuple[int, list[Cell]]]:
    workbook = _part(book, "xl/workbook.xml")
    properties = workbook.find("workbookPr")
    late = properties is not None and properties.get("date1904") in ("1", "true")
    first = date(1904, 1, 1) if late else date(1899, 12, 30)
    strings = [
        shorten("".join(text.text or "" for text in entry.iter("t")))
        for entry in _optional(book, "xl/sharedStrings.xml") or ()
    ]
    dated = _dated_styles(_optional(book, "xl/styles.xml"))
    rows: list[tuple[int, list[Cell]]] = []
    for index, row in enumerate(_part(book, _sheet_path(book, workbook)).iter("row"), 1):
        number = _whole(row.get("r"), index)
        cells: list[Cell] = []
        for cell in row.iter("c"):
            column = _column(cell.get("r"), len(cells))
            if column >= MAX_COLUMNS:
                raise RemittanceError("too_many_columns", number)
            cells += [""] * (column + 1 - len(cells))
            cells[column] = _value(cell, strings, dated, first)
        if any(value != "" for value in cells):
            rows.append((number, cells))
        if len(rows) > MAX_ROWS:
            raise RemittanceError("too_many_lines")
    return rows


def _sheet_path(book: zipfile.ZipFile, workbook: Element) -> str:
    """The part of the first sheet."""
    sheet = next(workbook.iter("sheet"), None)
    relations = _optional(book, "xl/_rels/workbook.xml.rels")
    if sheet is not None and relations is not None:
        for relation in relations:
            if relation.get("Id") == sheet.get(_RELATION):
                target = relation.get("Target", "")
                return target if target.startswith("/") else f"xl/{target}"
    return "xl/worksheets/sheet1.xml"


def _dated_styles(styles: Element | None) -> set[int]:
    """Indexes of the cell styles that show a number as a date."""
    if styles is None:
        return set()
    own = {
        _whole(form.get("numFmtId"), -1)
        for form in styles.iter("numFmt")
        if re.search(r"[dy]", re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", form.get("formatCode", "")))
    }
    forms = styles.find("cellXfs")
    return {
        index
        for index, form in enumerate(() if forms is None else forms)
        if _whole(form.get("numFmtId"), -1) in own | _DATE_FORMATS
    }


def _value(cell: Element, strings: list[str], dated: set[int], first: date) -> Cell:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return shorten("".join(text.text or "" for text in cell.iter("t")))
    raw = cell.findtext("v") or ""
    if kind == "s":
        index = _whole(raw, -1)
        return strings[index] if 0 <= index < len(strings) else ""
    if kind != "n" or not raw:
        return "" if kind == "e" else shorten(raw)
    try:
        number = Decimal(raw)
        if not abs(number) < 10**15:  # not even "NaN" is
            return shorten(raw)
        if _whole(cell.get("s"), 0) in dated and 0 < number < 300_000:
            return first + timedelta(days=int(number))
    except InvalidOperation:
        return shorten(raw)
    return round(number, 6).normalize() + 0  # what floats leave behind


def _column(name: str | None, following: int) -> int:
    """
    >>> _column("A7", 3), _column("AB1", 0), _column(None, 3)
    (0, 27, 3)
    """
    letters = re.match(r"[A-Z]{1,3}", name or "")
    if not letters:
        return following
    column = 0
    for letter in letters[0]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return column - 1


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,9}", text) else otherwise
