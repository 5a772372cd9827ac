"""Sheets from texts: CSV in any encoding and with any separator, and what people paste."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from .remittance import MAX_COLUMNS, MAX_ROWS, RemittanceError, Sheet, shorten
from .remittance_value import parse_amount, parse_date

_SEPARATORS = ";\t|,"
#: Longest line of a text, and how much of one without columns is looked at.
_MAX_LINE, _MAX_PROSE = 20_000, 1_000
#: An amount with decimals, as it stands in a sentence.
_AMOUNT = re.compile(
    r"(?<![\w/.,-])[-+(]?\d{1,3}(?:([ .,'\u00a0\u202f])\d{2,3})*[.,]\d{2}(?:-|\)| ?CR)?(?![\w/.,])"
    r"|(?<![\w/.,-])[-+(]?\d+[.,]\d{2}(?:-|\)| ?CR)?(?![\w/.,])"
)
#: A word with a digit in it: what a reference looks like.
_REFERENCE = re.compile(r"[\w#][\w/#.\-]*\d[\w/#.\-]*")
#: A dated word is no reference.
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


def decode(data: bytes) -> str:
    """The text of a file: by its mark, as UTF-8, as UTF-16, else in Western Europe's code page.

    :raises RemittanceError: it is no text.

    >>> decode("Müller".encode("cp1252")), decode("Müller".encode("utf-16")), decode(b"a\\n")
    ('Müller', 'Müller', 'a\\n')
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    elif data[:400].count(0) > len(data[:400]) // 4:  # UTF-16 without a mark
        text = data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    if "\0" in text or text.count("\ufffd") > max(10, len(text) // 100):
        raise RemittanceError("not_text")
    return text


def read_text(text: str) -> Sheet:
    """The sheet of a CSV or of a pasted text.

    A text without columns is read line by line: the last amount with decimals, and the first
    word with a digit before it that is no date.

    >>> read_text("Invoice;Paid\\nA/1;1,50\\nA/2;2,50").rows
    [(1, ['Invoice', 'Paid']), (2, ['A/1', '1,50']), (3, ['A/2', '2,50'])]
    >>> read_text("we pay today INV/26/12 of 3.4.2026 with 1.200,00 EUR, thanks").rows
    [(1, ['INV/26/12', '1.200,00', 'we pay today INV/26/12 of 3.4.2026 with 1.200,00 EUR, thanks'])]
    """
    lines = text.splitlines()
    if sum(map(bool, lines)) > MAX_ROWS:
        raise RemittanceError("too_many_lines")
    for number, line in enumerate(lines, 1):
        if len(line) > _MAX_LINE:
            raise RemittanceError("long_line", number)
    if separator := _separator(lines):
        return Sheet((), _read_rows(text, separator))
    return _read_prose(lines)


def _separator(lines: list[str]) -> str | None:
    """The separator of the columns: what stands equally often in most lines."""
    sample = [line for line in lines if line.strip()][:60]
    best, most = None, 0.0
    for separator in _SEPARATORS:
        counts = Counter(_count(line, separator) for line in sample)
        counts.pop(0, None)
        if not counts:
            continue
        columns, times = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
        if separator == "," and not _commas_separate(sample, columns):
            continue
        share = times / len(sample)
        if share > 0.5 and (share, columns) > (most, 0):
            best, most = separator, share
    return best


def _count(line: str, separator: str) -> int:
    """How often it stands outside of quotes."""
    return "".join(line.split('"')[::2]).count(separator) if '"' in line else line.count(separator)


def _commas_separate(sample: list[str], columns: int) -> bool:
    """Whether commas stand between columns, and not in amounts and sentences."""
    if columns >= 2:
        return not all(re.search(r",\s", line) for line in sample)
    plain = [line for line in sample if _count(line, ",") == columns]
    return not any(re.fullmatch(r".*\d,\d{2}\b.*", line) for line in plain) and not all(
        ", " in line for line in plain
    )


def _read_rows(text: str, separator: str) -> list[tuple[int, list[str]]]:
    rows, before = [], 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            row, before = before + 1, reader.line_num
            if len(cells) > MAX_COLUMNS:
                raise RemittanceError("too_many_columns", row)
            short = [shorten(cell) for cell in cells]
            if any(short):
                rows.append((row, short))
    except csv.Error as error:
        raise RemittanceError("broken_line", before + 1) from error
    return rows


def _read_prose(lines: list[str]) -> Sheet:
    rows = []
    for number, whole in enumerate(lines, 1):
        line = whole[:_MAX_PROSE]
        amounts = [match for match in _AMOUNT.finditer(line) if _is_amount(match[0])]
        if not amounts:
            continue
        before = line[: amounts[-1].start()]
        words = [word for word in _REFERENCE.findall(before) if not _is_day(word)]
        words = [word for word in words if not _is_amount(word)] or words
        rows.append((number, [words[0] if words else "", amounts[-1][0], shorten(line)]))
    if not rows:
        raise RemittanceError("nothing")
    return Sheet(("", "", ""), rows, fixed={0: "reference", 1: "amount", 2: "note"})


def _is_amount(text: str) -> bool:
    try:
        parse_amount(text)
    except ValueError:
        return False
    return bool(re.search(r"[.,]\d{2}\b", text))


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text.rstrip(".")):
        return False
    try:
        parse_date(text.rstrip("."), "dmy")
    except ValueError:
        return False
    return True
