"""EDI 820 (ANSI X12 Payment Order/Remittance Advice): an advice per transaction set.

Segments read: ``BPR`` amount and date, ``TRN`` and ``REF`` reference, ``CUR`` currency, ``N1``
payer, ``RMR`` open item, ``ADX`` adjustment with its code, ``DTM`` date of the item. The signs
between elements and segments are where ``ISA`` has them: at its places 4 and 106.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from .remittance import MAX_LINES, ZERO, Advice, Line, Problem, RemittanceError, shorten
from .remittance_csv import decode

#: Length of the fixed first segment.
_ISA = 106


def read_edi(data: bytes) -> list[Advice]:
    """:raises RemittanceError: no interchange of X12, or no 820 with open items in it."""
    advices: list[Advice] = []
    current: _Payment | None = None
    count = 0
    for number, parts in _segments(decode(data).lstrip()):
        name = parts[0].upper()
        if name == "ST":
            if current:
                raise RemittanceError("unclosed", number)
            current = _Payment() if _at(parts, 1) == "820" else None
        elif name == "SE":
            if current and current.lines:
                advices.append(current.advice())
            current = None
        elif current:
            current.take(name, parts, number)
            count += name == "RMR"
            if count > MAX_LINES:
                raise RemittanceError("too_many_lines", number)
    if current:
        raise RemittanceError("unclosed", number)
    if not advices:
        raise RemittanceError("no_820")
    return advices


def _segments(text: str):
    """(number from 1, elements) of each segment."""
    if len(text) < _ISA:
        raise RemittanceError("no_x12")
    element, terminator = text[3], text[_ISA - 1]
    if element.isalnum() or terminator.isalnum() or element == terminator:
        raise RemittanceError("no_x12")
    for number, segment in enumerate(text.split(terminator), 1):
        parts = [shorten(part) for part in segment.strip().split(element)[:40]]
        if parts[0]:
            yield number, parts


def _at(parts: list[str], index: int) -> str:
    return parts[index] if index < len(parts) else ""


class _Payment:
    """One transaction set while it is read."""

    def __init__(self):
        self.lines: list[Line] = []
        self.problems: list[Problem] = []
        self.reference = self.currency = self.sender = ""
        self.amount: Decimal | None = None
        self.day: date | None = None

    def advice(self) -> Advice:
        return Advice(
            self.lines,
            self.reference,
            self.day,
            self.amount,
            self.currency,
            self.sender,
            tuple(self.problems),
        )

    def take(self, name: str, parts: list[str], number: int) -> None:
        if name == "BPR":
            self.amount = self._money(parts, 2, number)
            self.day = _date(_at(parts, 16))
        elif name == "TRN":
            self.reference = _at(parts, 2)
        elif name == "CUR":
            self.currency = _at(parts, 2).upper()
        elif name == "N1" and _at(parts, 1) in ("PR", "PE") and not self.sender:
            # the payer; the payee only where no payer is named
            self.sender = _at(parts, 2) if _at(parts, 1) == "PR" else ""
        elif name == "RMR":
            self._read_item(parts, number)
        elif name == "ADX" and self.lines:
            self._adjust(parts, number)
        elif name == "DTM" and self.lines and not self.lines[-1].day:
            self.lines[-1] = replace(self.lines[-1], day=_date(_at(parts, 2)))

    def _read_item(self, parts: list[str], number: int) -> None:
        """``RMR*IV*reference*action*paid*invoice amount*discount``; a credit memo is ``CM``."""
        paid = self._money(parts, 4, number)
        gross = self._money(parts, 5, number)
        discount = self._money(parts, 6, number) or ZERO
        if paid is None:
            paid = (gross or ZERO) - discount
        if _at(parts, 1) == "CM" and paid > 0:
            paid = -paid
        self.lines.append(Line(number, _at(parts, 2), paid, discount))

    def _adjust(self, parts: list[str], number: int) -> None:
        """``ADX*amount*reason code``: a negative amount is taken off what is paid."""
        amount = self._money(parts, 1, number) or ZERO
        line = self.lines[-1]
        code = shorten(f"{line.code} {_at(parts, 2)}")
        self.lines[-1] = replace(line, deduction=line.deduction - amount, code=code)

    def _money(self, parts: list[str], index: int, number: int) -> Decimal | None:
        text = _at(parts, index)
        if not text:
            return None
        with suppress(InvalidOperation):
            amount = Decimal(text[:30])
            if abs(amount) < 10**15:
                return amount
        self.problems.append(Problem("no_amount", number, text))
        return None


def _date(text: str) -> date | None:
    """
    >>> _date("20261117"), _date("261117"), _date("x")
    (datetime.date(2026, 11, 17), datetime.date(2026, 11, 17), None)
    """
    form = {8: "%Y%m%d", 6: "%y%m%d"}.get(len(text))
    try:
        return datetime.strptime(text, form).date() if form else None  # noqa: DTZ007, a day
    except ValueError:
        return None
