"""Holds against one open item: how much of it must not be chased now.

Rules (DESIGN, decision 3):

* held = min(residual, sum of the holds in force);
* cash allocated to the item after a *promised* or *planned* hold was placed consumes
  that hold first (in order of its date; one euro counts once), and only then the free
  part of the item; money that comes in never shrinks the other kinds, they are only
  capped by the residual;
* where the holds exceed the residual they count in the order of ``ORDER``.

Amounts are :class:`~decimal.Decimal` in the currency of the item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

#: Kinds of hold, the ones that count first standing first.
ORDER = ("placed", "withheld", "disputed", "planned", "promised", "other")
#: Kinds that cash allocated to the item consumes.
CONSUMED_BY_CASH = frozenset({"planned", "promised"})
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold in force on an item.

    ``amount`` None holds the whole item. ``baseline`` orders the placing of the hold
    among the allocations of cash: only those with a greater ``number`` consume it.
    """

    kind: str
    amount: Decimal | None = None
    until: date = date.max
    baseline: int = 0


@dataclass(frozen=True, slots=True)
class Cash:
    """Money allocated to the item: its number in the order of allocation, its amount."""

    number: int
    amount: Decimal


def remaining(holds: Sequence[Hold], cash: Iterable[Cash]) -> list[Decimal | None]:
    """What is left of each hold after the cash that came since; None = the whole item.

    >>> d = Decimal
    >>> remaining([Hold("promised", d(400))], [Cash(7, d(300))])
    [Decimal('100')]
    >>> remaining([Hold("disputed", d(300))], [Cash(7, d(700))])
    [Decimal('300')]

    Two promises on one item fill in order of their date, and cash that came before a
    promise was given does not fill it:

    >>> first = Hold("promised", d(400), date(2026, 11, 10))
    >>> second = Hold("promised", d(600), date(2026, 11, 20), baseline=5)
    >>> remaining([second, first], [Cash(3, d(100)), Cash(6, d(500))])
    [Decimal('400'), Decimal('0')]
    """
    left = [hold.amount for hold in holds]
    by_date = sorted(
        (
            index
            for index, hold in enumerate(holds)
            if hold.kind in CONSUMED_BY_CASH and hold.amount is not None
        ),
        key=lambda index: (holds[index].until, index),
    )
    for event in sorted(cash, key=lambda event: event.number):
        money = event.amount
        for index in by_date:
            if event.number > holds[index].baseline:
                used = min(money, left[index])
                left[index] -= used
                money -= used
    return left


def held_by_hold(
    residual: Decimal, holds: Sequence[Hold], cash: Iterable[Cash] = ()
) -> list[Decimal]:
    """The held part of an item by hold, in the order the holds are given.

    Of holds of one kind the one that ends first counts first.

    >>> d = Decimal
    >>> late, early = Hold("other", d(60), date(2026, 12, 1)), Hold("other", d(70), date(2026, 11, 1))
    >>> held_by_hold(d(100), [late, early, Hold("disputed", d(10))])
    [Decimal('20'), Decimal('70'), Decimal('10')]
    """
    amounts = remaining(holds, cash)
    if len(holds) == 1:
        return [residual if amounts[0] is None else min(residual, max(ZERO, amounts[0]))]
    parts = [ZERO] * len(holds)
    free = residual
    in_order = sorted(
        range(len(holds)), key=lambda index: (ORDER.index(holds[index].kind), holds[index].until)
    )
    for index in in_order:
        amount = amounts[index]
        parts[index] = free if amount is None else min(free, max(ZERO, amount))
        free -= parts[index]
    return parts


def held_by_kind(
    residual: Decimal, holds: Sequence[Hold], cash: Iterable[Cash] = ()
) -> dict[str, Decimal]:
    """The held part of an item by kind, in the currency of the item.

    ``residual`` is what is open, positive. The values add up to at most ``residual``.

    >>> d = Decimal
    >>> held_by_kind(d(1000), [Hold("disputed", d(300))])
    {'disputed': Decimal('300')}

    1,000 with 300 disputed and 700 paid: 300 held, nothing collectable.

    >>> held_by_kind(d(300), [Hold("disputed", d(300))], [Cash(1, d(700))])
    {'disputed': Decimal('300')}

    Holds that exceed the residual count in their order:

    >>> held_by_kind(d(500), [Hold("promised", d(400)), Hold("disputed", d(300))])
    {'disputed': Decimal('300'), 'promised': Decimal('200')}
    """
    if len(holds) == 1 and not cash:  # most items
        [hold] = holds
        part = residual if hold.amount is None else min(residual, max(ZERO, hold.amount))
        return {hold.kind: part} if part else {}
    totals: dict[str, Decimal] = {}
    for hold, part in zip(holds, held_by_hold(residual, holds, cash), strict=True):
        totals[hold.kind] = totals.get(hold.kind, ZERO) + part
    return {kind: totals[kind] for kind in ORDER if totals.get(kind)}


def proportion(
    parts: Mapping[str, Decimal], residual_currency: Decimal, residual: Decimal, digits: int
) -> dict[str, Decimal]:
    """The parts of an item in company currency, in proportion to its residuals.

    The running sum is rounded, not each part, so that parts which make up the whole
    item also make up its whole residual in company currency.

    >>> d = Decimal
    >>> proportion({"a": d(1), "b": d(1), "c": d(1)}, d(3), d("100.00"), 2)
    {'a': Decimal('33.33'), 'b': Decimal('33.34'), 'c': Decimal('33.33')}
    """
    if not residual_currency:
        return dict.fromkeys(parts, ZERO)
    unit = Decimal(1).scaleb(-digits)
    result, running, before = {}, ZERO, ZERO
    for kind, amount in parts.items():
        running += amount
        upto = (residual * running / residual_currency).quantize(unit, ROUND_HALF_UP)
        result[kind] = upto - before
        before = upto
    return result
