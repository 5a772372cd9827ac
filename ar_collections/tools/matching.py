"""What a credit pays: the values that go in and come out, and the order of the rules.

A result is a *match* with its reason, or *ambiguous* with the answers that fit, or *none*. Two
answers that fit the amount exactly are never chosen between. The rules, in their order
(``RULES``): references in the text; notices, plans and the debtor's number in
the text, which stand for the items they claimed; one set of items, and one only, that comes to
the amount exactly (a single item, one less its early-payment discount, credit notes deducted,
all that is overdue, any other set); an amount off by a bank charge or within tolerance; the
oldest items first, where the policy allows it.

Amounts are :class:`~decimal.Decimal`; those of items in the currency of the item, converted at
the rate of the payment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .matching_amounts import by_amount, by_oldest, by_tolerance
from .matching_references import by_bundle, by_reference
from .matching_values import (
    Answer,
    Bundle,
    Case,
    Credit,
    Difference,
    Item,
    Policy,
    Pool,
    Result,
)

__all__ = ("Answer", "Bundle", "Credit", "Difference", "Item", "Policy", "Pool", "Result", "match")

#: Each looks at a case and answers, or leaves it to the next.
RULES: tuple[Callable[[Case], Result | None], ...] = (
    by_reference,
    by_bundle,
    by_amount,
    by_tolerance,
    by_oldest,
)


def match(
    credit: Credit,
    pool: Pool | Sequence[Item],
    policy: Policy | None = None,
) -> Result:
    """What a credit pays of the items of a pool.

    >>> from decimal import Decimal as d
    >>> from datetime import date
    >>> items = [Item(1, d(100), references=("INV/1001",)), Item(2, d(60)), Item(3, d(40))]
    >>> match(Credit(d(100), date(2026, 11, 22), "inv 1001"), items).answer.allocations
    ((1, Decimal('100')),)
    >>> match(Credit(d(100), date(2026, 11, 22)), items).kind  # 100, or 60 and 40
    'ambiguous'
    >>> match(Credit(d(160), date(2026, 11, 22)), items).answer.allocations
    ((1, Decimal('100')), (2, Decimal('60')))
    """
    case = Case(credit, pool if isinstance(pool, Pool) else Pool(pool), policy or Policy())
    if case.target > 0:
        for rule in RULES:
            if result := rule(case):
                return result
    return Result("none", gave_up=case.gave_up)
