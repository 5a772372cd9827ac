"""Whether a bank account number can be right, before money is sent to it."""

import re

from stdnum import iban

OK, WRONG, UNKNOWN = "ok", "wrong", "unknown"


def check(number: str | None) -> str:
    """``ok``: an IBAN whose check digits, country and length are right; ``wrong``: it looks like
    one and is not; ``unknown``: another kind of number, of which nothing can be said.

    ISO 13616, through ``python-stdnum``.

    >>> check("BE68 5390 0754 7034"), check("BE68 5390 0754 7035"), check("BE68 5390")
    ('ok', 'wrong', 'wrong')
    >>> check("12-345-678"), check(""), check(None)
    ('unknown', 'unknown', 'unknown')
    """
    compact = re.sub(r"\W", "", number or "").upper()
    if not re.match(r"[A-Z]{2}\d\d", compact):
        return UNKNOWN
    return OK if iban.is_valid(compact) else WRONG
