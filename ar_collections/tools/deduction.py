"""Codes that trading partners write beside what they deduct, and what is small."""

from decimal import Decimal


def normalise(code: str | None) -> str:
    """The code as it is compared: letters and digits only, in capitals, no leading zeros.

    >>> normalise(" 0017-b "), normalise("17B"), normalise("000"), normalise(None)
    ('17B', '17B', '0', '')
    """
    kept = "".join(char for char in (code or "").upper() if char.isalnum())
    return kept.lstrip("0") or ("0" if kept else "")


def is_small(rest: Decimal, total: Decimal, limit: Decimal, percent: Decimal) -> bool:
    """Whether the rest of an item is a small difference.

    :param rest: what is open. :param total: of the item. Both in company currency, positive.
    :param limit: of the policy, the same currency; 0: nothing is small.
    :param percent: of the total; 0: the limit alone decides.

    >>> D = Decimal
    >>> is_small(D("5"), D("1000"), D("5"), D(0)), is_small(D("5.01"), D("1000"), D("5"), D(0))
    (True, False)
    >>> is_small(D("5"), D("100"), D("5"), D("1")), is_small(D("1"), D("100"), D("5"), D("1"))
    (False, True)
    >>> is_small(D("1"), D("100"), D(0), D(0)), is_small(D(0), D("100"), D("5"), D(0))
    (False, False)
    """
    if rest <= 0 or limit <= 0 or rest > limit:
        return False
    return percent <= 0 or rest * 100 <= total * percent
