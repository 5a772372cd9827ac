"""How the lines of an advice settle their items: paid, discount, deduction, what is left over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .remittance import ZERO


@dataclass(frozen=True, slots=True)
class Claim:
    """A line with its items, in the order in which they are paid; amounts of one currency."""

    id: int
    items: Sequence[int]
    amount: Decimal
    discount: Decimal = ZERO
    deduction: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Part:
    """What a line does to one item; all amounts have the sign of the item."""

    line: int
    item: int
    paid: Decimal = ZERO
    discount: Decimal = ZERO
    deduction: Decimal = ZERO
    left: Decimal = ZERO


def settle(claims: Iterable[Claim], open_amounts: Mapping[int, Decimal]) -> list[Part]:
    """What each line does to its items; never more than is open, also over several lines.

    What a line pays beyond its items stays with the credit. ``left`` is what remains open of
    the item after its last part.

    >>> settle([Claim(1, [7], Decimal(90), Decimal(2), Decimal(5))], {7: Decimal(100)})
    [Part(line=1, item=7, paid=Decimal('90'), discount=Decimal('2'), deduction=Decimal('5'), left=Decimal('3'))]
    >>> parts = settle([Claim(1, [7, 8], Decimal(90)), Claim(2, [8], Decimal(90))],
    ...                {7: Decimal(60), 8: Decimal(60)})
    >>> [(part.line, part.item, int(part.paid), int(part.left)) for part in parts]
    [(1, 7, 60, 0), (1, 8, 30, 30), (2, 8, 30, 0)]
    >>> settle([Claim(1, [9], Decimal(-50))], {9: Decimal(-40)})[0].paid
    Decimal('-40')
    """
    left = dict(open_amounts)
    parts = []
    for claim in claims:
        amounts = [claim.amount, claim.discount, claim.deduction]
        for item in claim.items:
            taken = []
            for index, amount in enumerate(amounts):
                part = _within(amount, left.get(item, ZERO))
                amounts[index] -= part
                left[item] = left.get(item, ZERO) - part
                taken.append(part)
            if any(taken):
                parts.append(Part(claim.id, item, *taken, left=left[item]))
    return parts


def _within(amount: Decimal, limit: Decimal) -> Decimal:
    """The part of an amount that a limit of the same sign allows."""
    if amount * limit <= 0:
        return ZERO
    return min(amount, limit) if amount > 0 else max(amount, limit)
