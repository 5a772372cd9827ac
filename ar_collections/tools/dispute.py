"""Arithmetic of disputes: parts of an amount, time in each state.

Amounts are :class:`~decimal.Decimal` in one currency, times naive datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
HOUR, DAY = 3600, 86400


def exact(amount: float) -> Decimal:
    """The amount as it is written.

    >>> exact(0.1) + exact(0.2)
    Decimal('0.3')
    """
    return Decimal(str(amount))


def fill(total: Decimal, caps: Sequence[Decimal]) -> list[Decimal]:
    """Give ``total`` to the first, what is over to the next; none gets more than its cap.

    >>> d = Decimal
    >>> fill(d(250), [d(100), d(200), d(50)])
    [Decimal('100'), Decimal('150'), Decimal('0')]
    """
    parts, left = [], total
    for cap in caps:
        part = max(ZERO, min(left, cap))
        parts.append(part)
        left -= part
    return parts


def share(total: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Parts of ``total`` in proportion to ``weights``; multiples of ``unit`` that sum to it.

    The running sum is rounded, so that no rounding is left over.

    >>> d = Decimal
    >>> share(d("100.00"), [d(1), d(1), d(1)], d("0.01"))
    [Decimal('33.33'), Decimal('33.34'), Decimal('33.33')]
    >>> share(d("10"), [d(0), d(0)], d("1"))
    [Decimal('10'), Decimal('0')]
    """
    whole = sum(weights, ZERO)
    if not whole:
        return [total, *([ZERO] * (len(weights) - 1))] if weights else []
    parts, running, before = [], ZERO, ZERO
    for weight in weights:
        running += weight
        upto = (total * running / whole / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
        parts.append(upto - before)
        before = upto
    return parts


def add_time(
    seconds: Mapping[str, float] | None, state: str, since: datetime | None, now: datetime
) -> dict[str, float]:
    """Seconds per state with those in ``state`` from ``since`` to ``now`` added.

    >>> add_time({"new": 60}, "new", datetime(2026, 11, 2, 9), datetime(2026, 11, 2, 10))
    {'new': 3660.0}
    >>> add_time(None, "waiting", None, datetime(2026, 11, 2))
    {'waiting': 0.0}
    """
    result = dict(seconds or {})
    spent = max(0.0, (now - since).total_seconds()) if since else 0.0
    result[state] = result.get(state, 0) + spent
    return result


def split_time(seconds: float) -> tuple[int, int]:
    """Whole days and whole hours.

    >>> split_time(2 * 86400 + 5 * 3600 + 59)
    (2, 5)
    """
    return int(seconds // DAY), int(seconds % DAY // HOUR)


def checklist(text: str | None) -> list[str]:
    """The lines of a checklist; empty ones and dashes before them do not count.

    >>> checklist("- Delivery note\\n\\n  Photos ")
    ['Delivery note', 'Photos']
    """
    lines = (line.strip().lstrip("-*").strip() for line in (text or "").splitlines())
    return [line for line in lines if line]
