"""What somebody may have typed who looks for a debtor: a phone number, an amount, a word."""

from __future__ import annotations

import re

#: Digits of a phone number that are compared: its end, without country and trunk prefix.
DIGITS = 9
#: Fewer digits than this are no phone number.
SHORTEST = 5


def phone_digits(text: str) -> str | None:
    """The end of a phone number, or None when the text is none.

    >>> phone_digits("+44 (0)113 496 0142"), phone_digits("0113 4960142")
    ('134960142', '134960142')
    >>> phone_digits("INV/2026/00451"), phone_digits("1200"), phone_digits("no 1234567")
    (None, None, None)
    """
    if not re.fullmatch(r"[\d\s()+./-]+", text.strip()):
        return None
    digits = re.sub(r"\D", "", text)
    return digits[-DIGITS:] if len(digits) >= SHORTEST else None


def amount(text: str) -> float | None:
    """The amount meant, whichever way thousands and decimals are marked; None: no amount.

    >>> [amount(text) for text in ("1,234.50", "1.234,50", "1 234,5", "9240", "-12.00")]
    [1234.5, 1234.5, 1234.5, 9240.0, 12.0]
    >>> [amount(text) for text in ("12,345", "12.345.678", "0,5")]
    [12345.0, 12345678.0, 0.5]
    >>> amount("12-34"), amount("INV 12"), amount(""), amount("1,2,3.4.5")
    (None, None, None, None)
    """
    plain = re.sub(r"[\s\u00a0\u202f']", "", text).lstrip("-\u2212")
    if not re.fullmatch(r"[\d.,]*\d", plain):
        return None
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return float(plain)
    mark, decimals = plain[last], plain[last + 1 :]
    # One mark with three digits behind it, or the same mark twice: thousands.
    thousands = plain.count(mark) > 1 or (len(decimals) == 3 and plain[:last] != "0")
    whole = plain if thousands else plain[:last]
    groups = re.split(r"[.,]", whole)
    if any(len(group) != 3 for group in groups[1:]) or not all(groups):
        return None
    return float("".join(groups) + ("" if thousands else f".{decimals}"))
