"""Which credit pays how much of which claim, when credit notes are used together with money."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal


def pairs(
    claims: Iterable[tuple[int, float, int]], notes: Iterable[tuple[int, float]]
) -> list[tuple[int, int | None, float]]:
    """Allocate claims to credit notes first, in the order given, and the rest to the money.

    :param claims: (id, amount, decimal places). :param notes: (id, amount); all amounts positive.
    :return: list of (claim id, note id or None for the money, amount). The notes are used up
        as far as there are claims.

    >>> pairs([(1, 100.0, 2), (2, 50.0, 2)], [(7, 30.0)])
    [(1, 7, 30.0), (1, None, 70.0), (2, None, 50.0)]
    >>> pairs([(1, 10.0, 2), (2, 50.0, 2)], [(7, 30.0), (8, 5.5)])
    [(1, 7, 10.0), (2, 7, 20.0), (2, 8, 5.5), (2, None, 24.5)]
    """
    left = [[note, Decimal(str(amount))] for note, amount in notes]
    result: list[tuple[int, int | None, float]] = []
    for claim, amount, digits in claims:
        open_amount = round(Decimal(str(amount)), digits)
        while open_amount and left:
            used = min(open_amount, left[0][1])
            result.append((claim, left[0][0], float(used)))
            open_amount -= used
            left[0][1] -= used
            if not left[0][1]:
                left.pop(0)
        if open_amount:
            result.append((claim, None, float(open_amount)))
    return result
