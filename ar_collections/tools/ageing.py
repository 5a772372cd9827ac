"""Ageing: how late an item is, and in which bucket it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

DEFAULT_LIMITS = (30, 60, 90, 120)


def days_overdue(due: date, today: date) -> int:
    """Days past the due date; negative while the item is not yet due.

    >>> days_overdue(date(2026, 11, 1), date(2026, 11, 21))
    20
    >>> days_overdue(date(2026, 11, 24), date(2026, 11, 21))
    -3
    """
    return (today - due).days


def bucket(due: date, today: date, limits: Sequence[int] = DEFAULT_LIMITS) -> int:
    """The bucket of an item: 0 = not overdue, 1 .. len(limits) + 1 = older and older.

    An item is overdue from the day **after** its due date; each limit is the last
    day of its bucket.

    >>> today = date(2026, 11, 21)
    >>> [bucket(date(2026, 11, day), today) for day in (22, 21, 20)]
    [0, 0, 1]
    >>> bucket(date(2026, 10, 22), today), bucket(date(2026, 10, 21), today)
    (1, 2)
    >>> bucket(date(2020, 1, 1), today)
    5
    """
    days = days_overdue(due, today)
    if days <= 0:
        return 0
    for index, limit in enumerate(limits, start=1):
        if days <= limit:
            return index
    return len(limits) + 1


def check_limits(limits: Sequence[int]) -> bool:
    """Whether the bucket limits are positive and strictly ascending.

    >>> check_limits((30, 60, 90, 120)), check_limits((30, 30, 90, 120)), check_limits((0, 1, 2, 3))
    (True, False, False)
    """
    return all(low < high for low, high in zip((0, *limits), limits, strict=False))


def bucket_labels(limits: Sequence[int] = DEFAULT_LIMITS) -> list[str]:
    """Day ranges of the overdue buckets, as printed.

    >>> bucket_labels()
    ['1-30', '31-60', '61-90', '91-120', '121+']
    """
    starts = [1, *(limit + 1 for limit in limits)]
    return [f"{start}-{end}" for start, end in zip(starts, limits, strict=False)] + [
        f"{starts[-1]}+"
    ]
