"""One report table, many renderers: the screen, a spreadsheet, paper.

A table is plain values with the kind of each column; a renderer never asks where they
come from, so the figures cannot diverge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

#: What a column may hold; ``number``: any of integer, decimal and money, row by row.
KINDS = ("text", "integer", "decimal", "money", "number", "date")


class Money(NamedTuple):
    """An amount with the decimals of its currency; ``currency_id`` for the screen."""

    amount: float
    digits: int = 2
    currency_id: int | None = None


Cell = str | int | float | date | Money | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``kind`` one of ``KINDS``, ``total``: its sum stands below the table.

    Only money of one currency may have a total.
    """

    title: str
    kind: str = "text"
    total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; ``notes`` are sentences that stand above it."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    def totals(self) -> list[Cell]:
        """The sums below the columns that have one, None below the others.

        >>> table = Table("Sums", [Column("Name"), Column("Due", "money", total=True)],
        ...               [["a", Money(1.1, 2, 7)], ["b", Money(2.2, 2, 7)]])
        >>> table.totals()
        [None, Money(amount=3.3, digits=2, currency_id=7)]
        """
        return [
            _sum([row[index] for row in self.rows]) if column.total else None
            for index, column in enumerate(self.columns)
        ]

    def without(self, index: int) -> Table:
        """The table without a column.

        >>> Table("T", [Column("A"), Column("B")], [["a", "b"]]).without(0).rows
        [['b']]
        """
        return Table(
            self.title,
            [*self.columns[:index], *self.columns[index + 1 :]],
            [[*row[:index], *row[index + 1 :]] for row in self.rows],
            self.notes,
        )

    def to_screen(self) -> dict:
        """JSON for the table widget: columns, rows and totals as plain values.

        >>> Table("T", [Column("Due", "date")], [[date(2026, 11, 21)]]).to_screen()["rows"]
        [['2026-11-21']]
        """
        return {
            "title": self.title,
            "notes": list(self.notes),
            "columns": [{"title": column.title, "kind": column.kind} for column in self.columns],
            "rows": [[_plain(cell) for cell in row] for row in self.rows],
            "totals": [_plain(cell) for cell in self.totals()]
            if any(column.total for column in self.columns)
            else None,
        }


def _sum(cells: Sequence[Cell]) -> Cell:
    filled = [cell for cell in cells if cell is not None]
    if not filled or not isinstance(filled[0], Money):
        return sum(filled)
    digits = filled[0].digits
    total = round(sum(cell.amount for cell in filled), digits)
    return Money(total, digits, filled[0].currency_id)


def _plain(cell: Cell):
    if isinstance(cell, Money):
        return {"amount": cell.amount, "currency_id": cell.currency_id}
    return cell.isoformat() if isinstance(cell, date) else cell
