"""Interest of a payment plan: how much of what was agreed is earned on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


def earned(
    parts: Sequence[tuple[date, Decimal]], start: date, until: date, digits: int = 2
) -> list[Decimal]:
    """The interest earned of each part of a schedule until a day.

    The interest of a part is that of the time since the part before; of a time that is not
    over, the share of its days. So nobody who pays early pays for time not taken.

    :param parts: (day, interest) by day.
    :param start: the day from which the first part bears interest.
    :return: amounts in the order of the parts.

    >>> parts = [(date(2026, 1, 31), Decimal("31")), (date(2026, 3, 2), Decimal("30"))]
    >>> [str(part) for part in earned(parts, date(2025, 12, 31), date(2026, 2, 10))]
    ['31.00', '10.00']
    >>> [str(part) for part in earned(parts, date(2025, 12, 31), date(2026, 1, 1))]
    ['1.00', '0.00']
    >>> [str(part) for part in earned(parts, date(2025, 12, 31), date(2027, 1, 1))]
    ['31.00', '30.00']
    """
    unit = Decimal(1).scaleb(-digits)
    result, before = [], start
    for day, interest in parts:
        days, passed = (day - before).days, (min(day, until) - before).days
        share = Decimal(1) if days <= 0 else Decimal(max(passed, 0)) / days
        if days <= 0 and day > until:
            share = Decimal(0)
        result.append((interest * share).quantize(unit, ROUND_HALF_UP))
        before = max(before, day)
    return result
