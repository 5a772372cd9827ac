"""Who may answer a request for approval: rights, limits, four eyes.

Amounts are in company currency. A limit counts what was approved for the same debtor and
kind within the last ``MONTHS``, so that slices do not slip through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

#: Months of approvals that count towards a limit.
MONTHS = 12

NO_RIGHT, OWN_REQUEST, OVER_LIMIT = "no_right", "own_request", "over_limit"


@dataclass(frozen=True)
class Right:
    """A right to approve: whose it is, and up to how much (None: without limit)."""

    holder: int
    limit: Decimal | None = None

    def covers(self, amount: Decimal) -> bool:
        return self.limit is None or amount <= self.limit


def lent(right: Right, limit: Decimal | None) -> Right:
    """The right as its deputy has it: at most ``limit`` (None: all of it).

    >>> lent(Right(1), Decimal(100)).limit, lent(Right(1, Decimal(50)), Decimal(100)).limit
    (Decimal('100'), Decimal('50'))
    >>> lent(Right(1, Decimal(50)), None).limit
    Decimal('50')
    """
    limits = [value for value in (right.limit, limit) if value is not None]
    return Right(right.holder, min(limits, default=None))


def choose(
    answerer: int,
    asker: int | None,
    rights: Sequence[Right],
    total: Decimal,
    four_eyes: bool,
) -> tuple[Right | None, str]:
    """The right under which ``answerer`` may approve, or None and the reason why not.

    :param rights: own ones and those of whom ``answerer`` is deputy. :param total: the
        amount asked for and what was approved already. :param four_eyes: nobody approves
        what he asked for himself, nor does his deputy in his name.

    >>> anna, boss = Right(1, Decimal(100)), Right(2)
    >>> choose(1, 3, [anna], Decimal(100), True)[0].holder
    1
    >>> choose(1, 3, [anna], Decimal(101), True)
    (None, 'over_limit')
    >>> choose(1, 3, [anna, boss], Decimal(101), True)[0].holder
    2
    >>> choose(1, 1, [anna], Decimal(1), True), choose(1, 2, [boss], Decimal(1), True)
    ((None, 'own_request'), (None, 'own_request'))
    >>> choose(1, 1, [anna], Decimal(1), False)[0].holder
    1
    >>> choose(1, 2, [], Decimal(1), False)
    (None, 'no_right')
    """
    rights = [right for right in rights if right.limit is None or right.limit > 0]
    if not rights:
        return None, NO_RIGHT
    if four_eyes:
        if answerer == asker:
            return None, OWN_REQUEST
        rights = [right for right in rights if right.holder != asker]
        if not rights:
            return None, OWN_REQUEST
    fitting = [right for right in rights if right.covers(total)]
    if not fitting:
        return None, OVER_LIMIT
    return min(fitting, key=lambda right: right.holder != answerer), ""
