"""Work spread over working days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

SATURDAY = 5


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend.

    >>> working_day(date(2026, 11, 20)), working_day(date(2026, 11, 21))
    (datetime.date(2026, 11, 20), datetime.date(2026, 11, 23))
    """
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def spread(ids: Sequence[int], start: date, per_day: int) -> Iterator[tuple[date, list[int]]]:
    """Give each working day from ``start`` so many of ``ids``, in their order.

    :param per_day: 0: all on the first day, which is then taken as it is.

    >>> [(str(day), some) for day, some in spread([5, 6, 7], date(2026, 11, 20), 2)]
    [('2026-11-20', [5, 6]), ('2026-11-23', [7])]
    >>> list(spread([5, 6], date(2026, 11, 21), 0))
    [(datetime.date(2026, 11, 21), [5, 6])]
    """
    if not per_day:
        yield start, list(ids)
        return
    day = start
    for index in range(0, len(ids), per_day):
        day = working_day(day)
        yield day, list(ids[index : index + per_day])
        day += timedelta(days=1)


def working_days(day: date) -> int:
    """Weekdays of the month up to a day, that day included.

    >>> working_days(date(2026, 11, 17)), working_days(date(2026, 11, 30))
    (12, 21)
    >>> working_days(date(2026, 11, 1))
    0
    """
    return sum(day.replace(day=number).weekday() < SATURDAY for number in range(1, day.day + 1))
