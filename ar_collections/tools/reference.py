"""Structured creditor references, ISO 11649: ``RF``, two check digits, up to 21 characters."""

from __future__ import annotations

import re

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10


def creditor_reference(*parts: str) -> str:
    """The ISO 11649 reference over the letters and digits of the parts.

    :raises ValueError: nothing is left of the parts, or more than 21 characters.

    >>> creditor_reference("N/2026/02607", "EUR")
    'RF78N202602607EUR'
    >>> is_creditor_reference(creditor_reference("N/2026/02607", "EUR"))
    True
    """
    base = re.sub(r"[^0-9A-Z]", "", "".join(parts).upper())
    if not 1 <= len(base) <= 21:
        raise ValueError(f"a creditor reference takes 1 to 21 letters and digits, not {base!r}")
    return f"RF{mod_97_10.calc_check_digits(base + 'RF')}{base}"


def is_creditor_reference(text: str) -> bool:
    """Whether the text is a valid ISO 11649 reference, spaces ignored.

    >>> is_creditor_reference("RF18 5390 0754 7034"), is_creditor_reference("RF19 5390 0754 7034")
    (True, False)
    """
    return iso11649.is_valid(text)


def in_fours(reference: str) -> str:
    """The reference in groups of four, as printed on a payment slip.

    >>> in_fours("RF18539007547034")
    'RF18 5390 0754 7034'
    """
    return " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))
