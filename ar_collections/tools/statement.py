"""Statements of account: what is open by age, movements with their balance, pages.

Amounts are ``Decimal`` in the currency of the items; claims are positive, credits negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from . import letter
from .ageing import DEFAULT_LIMITS, bucket, days_overdue

ZERO = Decimal(0)


# === WHAT IS OPEN === #
@dataclass(frozen=True, slots=True)
class Item:
    """An item open at the date of the statement. ``held``: kind of the hold on it, or ""."""

    number: str
    date: date
    due: date
    original: Decimal
    open: Decimal
    kind: str = "invoice"
    instalment: str = ""
    held: str = ""
    line_id: int = 0
    move_id: int = 0


@dataclass(frozen=True, slots=True)
class Aged:
    """Open items by age: ``buckets`` from not due to the oldest, ``credits`` (negative)."""

    buckets: tuple[Decimal, ...]
    credits: Decimal = ZERO

    @property
    def overdue(self) -> Decimal:
        return sum(self.buckets[1:], ZERO)

    @property
    def balance(self) -> Decimal:
        return sum(self.buckets, self.credits)


def aged(items: Iterable[Item], day: date, limits: Sequence[int] = DEFAULT_LIMITS) -> Aged:
    """The open items of one currency by age on a day.

    >>> d = date(2026, 11, 21)
    >>> items = [Item("A", d, date(2026, 11, 28), Decimal(5), Decimal(5)),
    ...          Item("B", d, date(2026, 10, 2), Decimal(9), Decimal(7)),
    ...          Item("C", d, d, Decimal(-2), Decimal(-2))]
    >>> sums = aged(items, d)
    >>> [int(x) for x in sums.buckets], int(sums.credits), int(sums.overdue), int(sums.balance)
    ([5, 0, 7, 0, 0, 0], -2, 7, 10)
    """
    buckets = [ZERO] * (len(limits) + 2)
    credit = ZERO
    for item in items:
        if item.open < 0:
            credit += item.open
        else:
            buckets[bucket(item.due, day, limits)] += item.open
    return Aged(tuple(buckets), credit)


def status(item: Item, day: date) -> str:
    """What is said of an item: ``credit``, the kind of its hold, ``overdue`` or ``not_due``.

    >>> d = date(2026, 11, 21)
    >>> status(Item("A", d, date(2026, 11, 20), Decimal(5), Decimal(5)), d)
    'overdue'
    >>> status(Item("A", d, d, Decimal(5), Decimal(5), held="disputed"), d)
    'disputed'
    """
    if item.open < 0:
        return "credit"
    if item.held:
        return item.held
    return "overdue" if days_overdue(item.due, day) > 0 else "not_due"


# === MOVEMENTS === #
@dataclass(frozen=True, slots=True)
class Applied:
    """What of a payment or credit went to an item; ``part``: not all of the item."""

    number: str
    amount: Decimal
    instalment: str = ""
    part: bool = False


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement of an account. ``kind``: invoice, credit_note, payment, returned, refund,
    conversion or entry; ``due``: of its first instalment, ``parts`` how many it has."""

    date: date
    number: str
    kind: str
    amount: Decimal
    due: date | None = None
    parts: int = 1
    reference: str = ""
    applied: tuple[Applied, ...] = ()


@dataclass(frozen=True, slots=True)
class Activity:
    """The movements of one currency between two balances."""

    opening: Decimal = ZERO
    movements: tuple[Movement, ...] = field(default=())

    @property
    def charged(self) -> Decimal:
        return sum((row.amount for row in self.movements if row.amount > 0), ZERO)

    @property
    def credited(self) -> Decimal:
        return -sum((row.amount for row in self.movements if row.amount < 0), ZERO)

    @property
    def closing(self) -> Decimal:
        return self.opening + self.charged - self.credited

    def balances(self) -> list[Decimal]:
        """The balance after each movement.

        >>> d = date(2026, 11, 1)
        >>> rows = (Movement(d, "INV/1", "invoice", Decimal(30)),
        ...         Movement(d, "BNK/1", "payment", Decimal(-12)))
        >>> account = Activity(Decimal(100), rows)
        >>> [int(x) for x in account.balances()], int(account.closing)
        ([130, 118], 118)
        """
        balance, result = self.opening, []
        for row in self.movements:
            balance += row.amount
            result.append(balance)
        return result


# === PAGES === #
#: Height of page 1 below the address zone and above the foot, A4; title and one line of text.
ROOM, TITLE = 174.0, 22.0
#: Head of the table; head, row and surroundings of the ageing, of the slip, of the sums.
TABLE_HEAD, AGED_ROW, AGED_HEAD, SLIP_HEAD, CLOSING = 9.0, 5.6, 9.0, 9.0, 8.0


def plan_pages(
    sections: Sequence[Sequence[letter.Part]],
    aged_rows: int,
    slips: int,
    form: str = "din",
    roomy: bool = False,
) -> list[tuple[int, letter.Page]]:
    """The pages of a statement as (index of the section, page).

    Page 1 holds the rows, their ageing and the slip when all fit and there is one section;
    else a sum per currency stands there and the rows follow on pages of their own.

    :param sections: tables of different columns, each a part per currency.
    :param aged_rows: rows of the ageing; :param slips: rows of the slip.
    :param roomy: page 1 came out too high: the slip gets a page of its own.

    >>> eur = letter.Part(letter.Row("heading"), (letter.Row("item"),) * 8)
    >>> [(n, page.sums, page.slip, len(page.parts)) for n, page in plan_pages([[eur]], 1, 1)]
    [(0, False, (0, 1), 1)]
    >>> long = letter.Part(letter.Row("heading"), (letter.Row("item"),) * 50)
    >>> [(n, page.sums, page.slip, len(page.parts)) for n, page in plan_pages([[long], [eur]], 1, 1)]
    [(0, True, (0, 1), 0), (0, False, None, 1), (0, False, None, 1), (1, False, None, 1)]
    """
    slip = (0, slips) if slips else None
    free = ROOM - TITLE - letter.SHORTER[form] - CLOSING
    free -= AGED_HEAD + aged_rows * AGED_ROW if aged_rows else 0
    free -= SLIP_HEAD + slips * letter.SLIP_ROW if slips else 0
    filled = [section for section in sections if section]
    if len(filled) <= 1 and not roomy:
        rows = filled[0] if filled else ()
        height = sum(part.heading.lines + sum(row.lines for row in part.rows) for part in rows)
        if TABLE_HEAD + height * letter.ROW <= free:
            return [(sections.index(rows) if filled else 0, letter.Page(tuple(rows), slip=slip))]
    pages = [(0, letter.Page(sums=True, slip=slip))]
    sums = TABLE_HEAD + aged_rows * letter.ROW
    if roomy or sums > free:
        cuts = [(n, min(slips, n + letter.SLIP_ROWS)) for n in range(0, slips, letter.SLIP_ROWS)]
        pages = [(0, letter.Page(sums=True)), *((0, letter.Page(slip=cut)) for cut in cuts)]
    for index, section in enumerate(sections):
        pages += [(index, letter.Page(parts=parts)) for parts in letter.list_pages(section)]
    return pages
