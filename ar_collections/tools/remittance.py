"""Remittance advice: what a debtor says that a payment pays.

The bytes of a file or a pasted text go in, plain values come out; every sender is taken as
hostile. A file is either a sheet (CSV, XLSX, a table in a text), whose columns somebody has to
name, or a message whose fields have a fixed meaning (camt.053 and 054, EDI 820). There is one
small parser each, in the modules ``remittance_*``; this one knows what they share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

#: Largest file in bytes, most lines and columns of it, longest text of a cell.
MAX_BYTES, MAX_LINES, MAX_COLUMNS, MAX_TEXT = 10_000_000, 10_000, 60, 500
#: Most lines of the file that are looked at, with empty ones and headings.
MAX_ROWS = 2 * MAX_LINES

#: What a column may mean.
MEANINGS = (
    "reference",
    "amount",
    "gross",
    "discount",
    "deduction",
    "code",
    "date",
    "note",
    "payment_reference",
    "payment_date",
)

ZERO = Decimal(0)
Cell = str | Decimal | date


class RemittanceError(ValueError):
    """A file that cannot be read; ``code`` is rendered in the language of the reader.

    :ivar line: line (of a message: segment) where it went wrong, from 1; None: all of it.
    """

    def __init__(self, code: str, line: int | None = None, value: str = ""):
        super().__init__(code, line, value)
        self.code, self.line, self.value = code, line, value[:80]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that a person should look at; the rest of it was read."""

    code: str
    line: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an advice. ``amount`` was paid for it; negative: a credit was taken.

    ``gross = amount + discount + deduction``; ``row``: line of the file, from 1.
    """

    row: int
    reference: str
    amount: Decimal
    discount: Decimal = ZERO
    deduction: Decimal = ZERO
    code: str = ""
    day: date | None = None
    note: str = ""

    @property
    def gross(self) -> Decimal:
        return self.amount + self.discount + self.deduction


@dataclass(frozen=True, slots=True)
class Advice:
    """What one payment pays; ``amount``: what the file says was paid, None: it does not say."""

    lines: Sequence[Line]
    reference: str = ""
    day: date | None = None
    amount: Decimal | None = None
    currency: str = ""
    sender: str = ""
    problems: Sequence[Problem] = ()

    @property
    def total(self) -> Decimal:
        """What was paid: as stated, else the sum of the lines.

        >>> Advice([Line(1, "A", Decimal(5)), Line(2, "B", Decimal(-2))]).total
        Decimal('3')
        """
        return self.line_total if self.amount is None else self.amount

    @property
    def line_total(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table whose columns have no meaning yet.

    ``rows``: (line of the file, cells), without the header; ``names``: the header, else ``A``,
    ``B`` ...; ``above``: the texts above the header.
    """

    names: Sequence[str]
    rows: Sequence[tuple[int, Sequence[Cell]]]
    above: Sequence[str] = ()
    fixed: Mapping[int, str] = field(default_factory=dict)

    def column(self, index: int) -> list[Cell]:
        return [cells[index] for _row, cells in self.rows if index < len(cells)]


def kind_of(data: bytes) -> str:
    """What a file is, by its first bytes: ``xlsx``, ``xml``, ``edi``, ``text``.

    :raises RemittanceError: empty, too large, or of a kind that nobody reads.

    >>> kind_of(b"ISA*00*"), kind_of(b"<?xml"), kind_of(b"Invoice;Amount")
    ('edi', 'xml', 'text')
    """
    if len(data) > MAX_BYTES:
        raise RemittanceError("too_large", value=f"{len(data) / 1e6:.0f} MB")
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise RemittanceError("empty")
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    for start, code in ((b"%PDF", "pdf"), (b"\xd0\xcf\x11\xe0", "xls"), (b"PK", "zip")):
        if head.startswith(start):
            raise RemittanceError(code)
    if head.startswith(b"ISA"):
        return "edi"
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff") and head[2:4].strip(b"\0") == b"<"
    return "xml" if wide or head.startswith(b"<") else "text"


def shorten(text: str) -> str:
    """The text of a cell: one line, no control characters, of bounded length.

    >>> shorten(" a\\tb\\x00 \\n c ")
    'a b c'
    """
    text = "".join(char if char.isprintable() else " " for char in text[: 4 * MAX_TEXT])
    return " ".join(text.split())[:MAX_TEXT]


def fingerprint(advice: Advice) -> str:
    """What tells that the same advice came before, in whatever file: its payment and lines.

    >>> first = Advice([Line(1, "INV 1", Decimal("5.0")), Line(2, "INV 2", Decimal(3))])
    >>> second = Advice([Line(9, "INV2", Decimal(3)), Line(4, "inv/1", Decimal("5.00"))])
    >>> fingerprint(first) == fingerprint(second)
    True
    """
    lines = sorted(
        f"{bare(line.reference)}|{line.amount.normalize():f}|{line.discount.normalize():f}"
        f"|{line.deduction.normalize():f}"
        for line in advice.lines
    )
    head = (bare(advice.reference), str(advice.day or ""))
    return hashlib.sha256("\n".join([*head, *lines]).encode()).hexdigest()


def bare(reference: str) -> str:
    """Letters and digits only, small.

    >>> bare("INV/2026-0012")
    'inv20260012'
    """
    return "".join(char for char in reference.casefold() if char.isalnum())
