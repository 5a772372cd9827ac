"""Public holidays that are described once and found in every year."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Holiday:
    """``kind``: *once* (``day``), *yearly* (month and day of ``day``), *easter* (``offset``
    days from Easter Sunday) or *weekday* (the ``nth`` ``weekday`` of ``month``, 0 = Monday,
    nth -1 = the last)."""

    kind: str
    name: str = ""
    day: date | None = None
    offset: int = 0
    nth: int = 1
    weekday: int = 0
    month: int = 1


def easter(year: int) -> date:
    """Easter Sunday of the western churches (Butcher's algorithm, Gregorian calendar).

    >>> [easter(year).isoformat() for year in (2024, 2025, 2026, 2038)]
    ['2024-03-31', '2025-04-20', '2026-04-05', '2038-04-25']
    """
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * el) // 433
    month = (h + el - 7 * m + 90) // 25
    return date(year, month, (h + el - 7 * m + 33 * month + 19) % 32)


def falls(holiday: Holiday, year: int) -> date | None:
    """The day of a holiday in a year; None: it has none.

    >>> falls(Holiday("easter", offset=1), 2026)
    datetime.date(2026, 4, 6)
    >>> falls(Holiday("weekday", nth=4, weekday=3, month=11), 2026)
    datetime.date(2026, 11, 26)
    >>> falls(Holiday("weekday", nth=-1, weekday=0, month=5), 2026)
    datetime.date(2026, 5, 25)
    >>> falls(Holiday("yearly", day=date(2024, 2, 29)), 2026) is None
    True
    """
    if holiday.kind == "easter":
        return easter(year) + timedelta(days=holiday.offset)
    if holiday.kind == "weekday":
        return _nth(year, holiday)
    if holiday.kind == "once":
        return holiday.day if holiday.day and holiday.day.year == year else None
    try:
        return holiday.day and holiday.day.replace(year=year)
    except ValueError:  # 29 February
        return None


def _nth(year, holiday):
    days = [
        week[holiday.weekday]
        for week in calendar.Calendar().monthdatescalendar(year, holiday.month)
        if week[holiday.weekday].month == holiday.month
    ]
    try:
        return days[holiday.nth - 1 if holiday.nth > 0 else holiday.nth]
    except IndexError:
        return None
