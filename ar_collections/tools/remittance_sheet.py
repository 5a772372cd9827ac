"""Sheets to advices: the lines that follow from what the columns mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from .remittance import MAX_LINES, ZERO, Advice, Cell, Line, Problem, RemittanceError, Sheet
from .remittance_header import plain
from .remittance_value import AmbiguousError, guess_decimal, guess_order, parse_amount, parse_date

_TOTAL = re.compile(
    r"(?:(?:grand|sub|invoice|payment) ?)?(?:total|totals|sum|summe|gesamt|gesamtsumme|"
    r"gesamtbetrag|totaal|totale|somme|suma|importe total|total general|endbetrag)\b.*"
)


def read_sheet(
    sheet: Sheet,
    meanings: Mapping[int, str],
    decimal: str | None = None,
    order: str | None = None,
) -> list[Advice]:
    """The advices of a sheet: one, or one per payment reference.

    :param meanings: dict column -> one of ``MEANINGS``.
    :param decimal: what stands before decimals; None: as the columns tell.
    :param order: ``dmy`` or ``mdy``; None: as the columns tell.
    :raises RemittanceError: columns without an amount, no lines, or too many.
    """
    if not {"amount", "gross"} & set(meanings.values()) or "reference" not in meanings.values():
        raise RemittanceError("columns")
    reader = _Reader(sheet, meanings, decimal, order)
    payments: dict[tuple[str, date | None], list[Line]] = {}
    total = None
    for number, cells in sheet.rows:
        if _is_total(cells, meanings):
            total = reader.amount(number, cells, "amount") or reader.amount(number, cells, "gross")
        elif line := reader.line(number, cells):
            key = reader.text(cells, "payment_reference"), reader.day(number, cells, "payment_date")
            payments.setdefault(key, []).append(line)
    count = sum(map(len, payments.values()))
    if not count:
        first = reader.problems[0] if reader.problems else Problem("nothing", 0)
        raise RemittanceError(first.code, first.line or None, first.value)
    if count > MAX_LINES:
        raise RemittanceError("too_many_lines")
    if len(payments) > 1:
        total = None  # of several payments
    read = {line.row for lines in payments.values() for line in lines}
    lost = [problem for problem in reader.problems if problem.line not in read]
    advices = []
    for key, lines in payments.items():
        advices.append(_advice(lines, key, total, reader.problems, lost))
        lost = []  # lines that could not be read belong to the file: told once
    return advices


def _advice(lines, key, total, problems, lost) -> Advice:
    rows = {line.row for line in lines}
    own = sorted(
        [*lost, *(problem for problem in problems if problem.line in rows)],
        key=lambda problem: problem.line,
    )
    advice = Advice(lines, *key, amount=total, problems=own)
    if total is not None and total != advice.line_total:
        own = [*own, Problem("total", lines[-1].row, f"{total} / {advice.line_total}")]
    return replace(advice, problems=tuple(own))


class _Reader:
    """Cells to values, with the problems met."""

    def __init__(self, sheet, meanings, decimal, order):
        self.problems: list[Problem] = []
        self.columns = {meaning: index for index, meaning in meanings.items()}
        money = ("amount", "gross", "discount", "deduction")
        self.decimal = decimal or guess_decimal(self._texts(sheet, money))
        self.order = order or guess_order(self._texts(sheet, ("date", "payment_date")))

    def _texts(self, sheet: Sheet, names: Sequence[str]) -> Iterator[str]:
        for name in names:
            if name in self.columns:
                cells = sheet.column(self.columns[name])
                yield from (cell for cell in cells if isinstance(cell, str) and cell)

    def cell(self, cells: Sequence[Cell], name: str) -> Cell:
        index = self.columns.get(name)
        return cells[index] if index is not None and index < len(cells) else ""

    def text(self, cells: Sequence[Cell], name: str) -> str:
        cell = self.cell(cells, name)
        if isinstance(cell, Decimal) and cell == cell.to_integral_value():
            return str(int(cell))
        return str(cell)

    def amount(self, row: int, cells: Sequence[Cell], name: str) -> Decimal | None:
        cell = self.cell(cells, name)
        if isinstance(cell, Decimal):
            return cell
        if isinstance(cell, date) or cell in ("", "-", "–"):
            return None
        try:
            return parse_amount(cell, self.decimal)
        except AmbiguousError:
            self.problems.append(Problem("ambiguous_amount", row, cell))
        except (ValueError, ArithmeticError):
            formula = cell[:1] in "=@"
            self.problems.append(Problem("formula" if formula else "no_amount", row, cell))
        return None

    def day(self, row: int, cells: Sequence[Cell], name: str) -> date | None:
        cell = self.cell(cells, name)
        if isinstance(cell, date):
            return cell
        try:
            return parse_date(self.text(cells, name), self.order) if cell != "" else None
        except AmbiguousError:
            self.problems.append(Problem("ambiguous_date", row, str(cell)))
        except ValueError:
            self.problems.append(Problem("no_date", row, str(cell)))
        return None

    def line(self, row: int, cells: Sequence[Cell]) -> Line | None:
        """The line of a row; None: neither a reference nor an amount."""
        reference = self.text(cells, "reference")
        met = len(self.problems)
        paid, gross = (self.amount(row, cells, name) for name in ("amount", "gross"))
        discount = self.amount(row, cells, "discount") or ZERO
        deduction = self.amount(row, cells, "deduction") or ZERO
        if paid is None and gross is None:
            if len(self.problems) == met and reference:
                self.problems.append(Problem("without_amount", row, reference))
            return None
        paid, discount, deduction = self._add_up(row, paid, gross, discount, deduction)
        if not reference:
            self.problems.append(Problem("no_reference", row, str(paid)))
        return Line(
            row,
            reference,
            paid,
            discount,
            deduction,
            self.text(cells, "code"),
            self.day(row, cells, "date"),
            self.text(cells, "note"),
        )

    def _add_up(self, row, paid, gross, discount, deduction):
        """Parts whose sum is the gross amount; files write what is taken off with either sign."""
        sign = -1 if (gross if gross is not None else paid) < 0 else 1
        off = sign * abs(discount), sign * abs(deduction)
        if gross is None:
            return paid, *off
        if paid is None:
            return gross - off[0] - off[1], *off
        for parts in (off, (discount, deduction)):
            if gross == paid + sum(parts):
                return paid, *parts
        if not discount and not deduction:
            return paid, ZERO, ZERO  # a short payment without a word
        self.problems.append(Problem("add_up", row, f"{gross} / {paid + sum(off)}"))
        return paid, *off


def _is_total(cells: Sequence[Cell], meanings: Mapping[int, str]) -> bool:
    texts = [
        plain(cell)
        for index, cell in enumerate(cells)
        if isinstance(cell, str) and meanings.get(index) not in ("amount", "gross")
    ]
    return any(_TOTAL.fullmatch(text) for text in texts if text)
