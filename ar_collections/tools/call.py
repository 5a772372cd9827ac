"""What follows a call: the day of the next step, and what the script says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta


def add_working_days(day: date, days: int) -> date:
    """The working day (Monday to Friday) that many working days later; 0: this or the next one.

    >>> friday = date(2026, 11, 20)
    >>> str(add_working_days(friday, 1)), str(add_working_days(friday, 0))
    ('2026-11-23', '2026-11-20')
    >>> str(add_working_days(date(2026, 11, 21), 0)), str(add_working_days(friday, 6))
    ('2026-11-23', '2026-11-30')
    """
    while day.weekday() >= 5:
        day += timedelta(days=1)
    for _step in range(days):
        day += timedelta(days=3 if day.weekday() == 4 else 1)
    return day


def next_day(
    today: date, days: int, callback: date | None = None, promised: Iterable[date] = ()
) -> tuple[date, str]:
    """When the next step is due, and from what it follows: callback, promise or result.

    A call-back counts as it was asked for, weekend or not. After promises one looks the next
    working day at the earliest.

    >>> tuesday, friday = date(2026, 11, 17), date(2026, 11, 20)
    >>> next_day(tuesday, 1)
    (datetime.date(2026, 11, 18), 'result')
    >>> next_day(tuesday, 1, promised=[date(2026, 11, 27), friday])
    (datetime.date(2026, 11, 23), 'promise')
    >>> next_day(tuesday, 1, callback=date(2026, 11, 21), promised=[friday])
    (datetime.date(2026, 11, 21), 'callback')
    """
    if callback:
        return callback, "callback"
    if first := min(promised, default=None):
        return add_working_days(max(first, today), max(days, 1)), "promise"
    return add_working_days(today, days), "result"


def clock(seconds: int) -> str:
    """A duration as minutes and seconds.

    >>> clock(192), clock(0), clock(3725)
    ('3:12', '0:00', '62:05')
    """
    return f"{seconds // 60}:{seconds % 60:02}"


def script_steps(text: str, values: Mapping[str, str]) -> list[str]:
    """The lines of a call script, numbers and bullets taken off, placeholders filled.

    Placeholders nobody knows stay as they are.

    >>> script_steps("1. Ask for %(contact)s.\\n\\n- Say 100% %(what)s", {"contact": "Ms Marsh"})
    ['Ask for Ms Marsh.', 'Say 100% %(what)s']
    """
    steps = []
    for line in text.splitlines():
        if line := re.sub(r"^\s*(?:\d+[.)]|[-*\u2022])\s+", "", line).strip():
            steps.append(
                re.sub(
                    r"%\((\w+)\)s", lambda match: values.get(match.group(1), match.group(0)), line
                )
            )
    return steps


def shorten(text: str, length: int = 300) -> str:
    """The beginning of a text on one line, cut between words.

    >>> shorten("I am\\n checking  it", 30), shorten("one two three", 9)
    ('I am checking it', 'one two …')
    """
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0] + " …"
