"""Credits of a debtor that is written to by invoice address: which address they help.

What credits cover is asked of nobody, wherever it is addressed to: for all addresses
together no more is asked than for the debtor as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)


class Claim(NamedTuple):
    """What may be claimed of an item: neither held nor waiting; in one currency."""

    address: Hashable
    due: date
    id: int
    amount: Decimal


class Credit(NamedTuple):
    """An available credit, positive. ``address``: of a credit note; None: of no invoice."""

    address: Hashable | None
    amount: Decimal


def shares(
    claims: Iterable[Claim], credits_: Iterable[Credit], today: date
) -> dict[Hashable, Decimal]:
    """What credits cover at each address.

    A credit note covers what is overdue at its own address first. What is left of it and
    every other credit covers all claims in the order of due dates.

    >>> today = date(2026, 11, 22)
    >>> claims = [Claim("north", date(2026, 10, 1), 1, Decimal(100)),
    ...           Claim("south", date(2026, 11, 1), 2, Decimal(200))]
    >>> sorted(shares(claims, [Credit(None, Decimal(120))], today).items())
    [('north', Decimal('100')), ('south', Decimal('20'))]
    >>> sorted(shares(claims, [Credit("south", Decimal(50))], today).items())
    [('north', Decimal('0')), ('south', Decimal('50'))]
    >>> sorted(shares(claims, [Credit("south", Decimal(230))], today).items())
    [('north', Decimal('30')), ('south', Decimal('200'))]
    """
    own, pool = defaultdict(lambda: ZERO), ZERO
    for credit in credits_:
        if credit.address is None:
            pool += credit.amount
        else:
            own[credit.address] += credit.amount
    covered, left = defaultdict(lambda: ZERO), []
    for claim in sorted(claims, key=lambda claim: (claim.due, claim.id)):
        part = min(own[claim.address], claim.amount) if claim.due < today else ZERO
        own[claim.address] -= part
        covered[claim.address] += part
        left.append((claim.address, claim.amount - part))
    pool += sum(own.values(), ZERO)
    for address, amount in left:
        part = min(pool, amount)
        pool -= part
        covered[address] += part
    return dict(covered)
