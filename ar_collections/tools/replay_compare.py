"""Two replays compared: how much one policy reaches earlier than the other, and by how much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .replay import Notice

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Reached:
    """How much was reached, and when, by one side compared with the other.

    Amounts in company currency, of what the first demand of an item claimed. ``earlier``
    and ``later``: reached by both, on an earlier or later day than by the other;
    ``days_earlier``: sum of amount x days; ``only``: never reached by the other.
    """

    amount: Decimal = ZERO
    earlier: Decimal = ZERO
    later: Decimal = ZERO
    only: Decimal = ZERO
    amount_days: Decimal = ZERO

    @property
    def average_days(self) -> Decimal:
        """Days earlier, on average over the money that both reach; negative: later."""
        both = self.amount - self.only
        return self.amount_days / both if both else ZERO


def first_demands(notices: Iterable[Notice]) -> dict[int, tuple[date, Decimal]]:
    """Item -> day and amount of the first notice that demands it; courtesy reminders, which
    come before the due date, do not count."""
    first: dict[int, tuple[date, Decimal]] = {}
    for notice in notices:
        if not notice.level.courtesy:
            for item_id, amount in notice.claimed.items():
                first.setdefault(item_id, (notice.day, amount))
    return first


def reached(own: Iterable[Notice], other: Iterable[Notice]) -> Reached:
    """What one side reaches, compared with the other.

    >>> from types import SimpleNamespace
    >>> level = SimpleNamespace(courtesy=False)
    >>> def on(day, **items):
    ...     return Notice(date(2026, 1, day), 1, level, ZERO, items)
    >>> found = reached([on(5, a=Decimal(100), b=Decimal(50))], [on(9, a=Decimal(100))])
    >>> found.earlier, found.only, found.average_days
    (Decimal('100'), Decimal('50'), Decimal('4'))
    """
    mine, theirs = first_demands(own), first_demands(other)
    earlier = later = only = days = ZERO
    for item_id, (day, amount) in mine.items():
        if item_id not in theirs:
            only += amount
            continue
        ahead = (theirs[item_id][0] - day).days
        days += amount * ahead
        if ahead > 0:
            earlier += amount
        elif ahead < 0:
            later += amount
    return Reached(
        sum((amount for _day, amount in mine.values()), ZERO), earlier, later, only, days
    )
