"""Tax that debtors withhold from what they pay: how much, for which quarter, until when proved."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

#: Debtors round the tax to whole units of the currency: so much more is still tax.
ROUNDED = Decimal(1)


class Quarter(NamedTuple):
    """A quarter of a fiscal year; ``name`` such as ``Q3 2026`` or ``Q3 2026-27``."""

    start: date
    end: date
    name: str


def expected(
    rate: Decimal,
    base: str,
    untaxed: Decimal,
    total: Decimal,
    item: Decimal,
    credited: Decimal = Decimal(0),
) -> Decimal:
    """The tax that is withheld from an item, not rounded.

    :param rate: percent. :param base: ``untaxed`` or ``total``.
    :param untaxed, total: of the invoice. :param item: what the item, maybe one of several
        instalments, was at first. :param credited: by credit notes, of the item.

    >>> expected(Decimal(10), "untaxed", Decimal(1000), Decimal(1180), Decimal(1180))
    Decimal('100')
    >>> float(expected(Decimal(2), "total", Decimal(1000), Decimal(1180), Decimal(590)))
    11.8
    >>> float(
    ...     expected(Decimal(10), "untaxed", Decimal(1000), Decimal(1180), Decimal(1180), Decimal(590))
    ... )
    50.0
    """
    if not total or rate <= 0:
        return Decimal(0)
    share = (item - credited) / total
    return rate * (untaxed if base == "untaxed" else total) * share / 100


def held(short: Decimal, tax: Decimal) -> Decimal:
    """What of a short payment is tax withheld; what is over it stays collectable.

    >>> held(Decimal("100.4"), Decimal("100")), held(Decimal(130), Decimal(100)), held(Decimal(40), Decimal(100))
    (Decimal('100.4'), Decimal('100'), Decimal('40'))
    """
    if tax <= 0 or short <= 0:
        return Decimal(0)
    return short if short <= tax + ROUNDED else tax


def quarter(day: date, last_month: int = 12) -> Quarter:
    """The quarter of a day. :param last_month: the last of the fiscal year.

    >>> quarter(date(2026, 11, 17)).name, quarter(date(2026, 11, 17), 3).name
    ('Q4 2026', 'Q3 2026-27')
    >>> quarter(date(2027, 2, 1), 3)
    Quarter(start=datetime.date(2027, 1, 1), end=datetime.date(2027, 3, 31), name='Q4 2026-27')
    """
    months = (day.month - last_month - 1) % 12  # since the fiscal year began
    number = months // 3
    first = day.year * 12 + day.month - 1 - months % 3
    start = date(first // 12, first % 12 + 1, 1)
    after = date((first + 3) // 12, (first + 3) % 12 + 1, 1)
    begins = first - 3 * number
    year, ends = begins // 12, (begins + 11) // 12
    name = f"Q{number + 1} {year}" if year == ends else f"Q{number + 1} {year}-{ends % 100:02}"
    return Quarter(start, after - timedelta(days=1), name)
