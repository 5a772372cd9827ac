"""Structured payment references: their check digits, and those in a text that are mistyped.

Verified by python-stdnum, or where it has none by the published rule: ISO 11649 (``RF``), Belgium
(``+++123/1234/12345+++``), the Swiss QR reference and ESR, Finland and Estonia (weights 7-3-1),
Norway's KID (modulo 10 or 11), Sweden's OCR and Denmark's FIK (modulo 10), Slovenia (``SI01``,
``SI12``), the Netherlands (16 digits). These are what Odoo writes on invoices, and what banks of
these countries hand on.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from stdnum import iso11649, luhn
from stdnum.ch import esr

_PIECE = re.compile(r"[^\W\d_]+|\d+")
_DIGITS = re.compile(r"\d+")

#: Forms that only a structured reference has: what is written so and does not check is mistyped.
_BELGIAN = re.compile(r"(\+\+\+|\*\*\*)\s*(\d{3}\s*/?\s*\d{4}\s*/?\s*\d{5})\s*\1")
_SWISS = re.compile(r"(?<!\d)(\d{2}(?: ?\d{5}){5})(?!\d)")
_SLOVENIAN = re.compile(r"\bSI(?:01|12)\s?(\d[\d-]{2,21}\d)(?!\d)")
#: Words that say which kind of number follows.
_LABEL = re.compile(r"\b(KID|OCR|VIITENUMERO|VIITENUMBER|VIITE)\b[^\w\n]{0,3}(\d[\d ]{2,30}\d)")


def kind_of(reference: str) -> str | None:
    """The kind of a structured reference whose check digits are right, else None.

    ``iso11649``, ``be``, ``ch``, ``si``, ``nl``, ``fi`` (Finland, Estonia), ``luhn`` (Norway,
    Sweden, Denmark), ``no`` (Norway, modulo 11). One number may fit several rules: the first
    that fits is told.

    >>> kind_of("RF18539007547034"), kind_of("+++090/9337/55493+++")
    ('iso11649', 'be')
    >>> kind_of("21 00000 00003 13947 14300 09017"), kind_of("1234561"), kind_of("2345676")
    ('ch', 'fi', 'luhn')
    >>> kind_of("SI01 7-26-12347"), kind_of("SI01 7-26-12340")
    ('si', None)
    >>> kind_of("5000056789012345"), kind_of("12345678903"), kind_of("INV/2026/4")
    ('nl', 'luhn', None)
    >>> kind_of("+++090/9337/55494+++"), kind_of("RF19539007547034")
    (None, None)
    """
    if mistyped(reference.upper()):
        return None
    whole = "".join(_PIECE.findall(reference.upper()))
    if whole.startswith("RF") and iso11649.is_valid(whole):
        return "iso11649"
    if whole.startswith(("SI01", "SI12")) and whole[4:].isdigit():
        return "si" if is_slovenian(whole[4:]) else None
    if not whole.isdigit():
        return None
    return next((kind for kind, fits in _BY_DIGITS.items() if fits(whole)), None)


def is_formed(reference: str) -> bool:
    """Whether a reference is right and of a kind that nothing else looks like.

    >>> is_formed("+++090/9337/55493+++"), is_formed("090933755493"), is_formed("INV/2026/4")
    (True, False, False)
    """
    start = reference.lstrip()[:3].upper()
    long = len(reference) > 26
    return (start[:2] in ("RF", "SI") or start in ("+++", "***") or long) and kind_of(
        reference
    ) in ("iso11649", "be", "ch", "si")


# === CHECK DIGITS === #
def is_belgian(digits: str) -> bool:
    """Twelve digits, the last two the first ten modulo 97, 97 for 0.

    >>> is_belgian("090933755493"), is_belgian("000000000097"), is_belgian("090933755494")
    (True, True, False)
    """
    return len(digits) == 12 and (int(digits[:10]) % 97 or 97) == int(digits[10:])


def is_finnish(digits: str) -> bool:
    """Four to twenty digits, the last by weights 7, 3, 1 from the right, up to the next ten.

    >>> is_finnish("1234561"), is_finnish("1234562")
    (True, False)
    """
    if not 4 <= len(digits) <= 20:
        return False
    total = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(digits[-2::-1]))
    return -total % 10 == int(digits[-1])


def is_slovenian(digits: str) -> bool:
    """The last digit by weights 2, 3, 4 ... from the right, modulo 11; 10 and 11 are 0.

    >>> is_slovenian("72612347"), is_slovenian("72612348"), is_slovenian("1")
    (True, False, False)
    """
    if not 4 <= len(digits) <= 14:
        return False
    return _mod_11(digits[:-1], range(2, 15)) % 10 == int(digits[-1])


def is_kid_11(digits: str) -> bool:
    """Norway's KID with modulo 11: weights 2 to 7 from the right, over and over.

    >>> is_kid_11("12345678911"), is_kid_11("12345678912")
    (True, False)
    """
    if not 4 <= len(digits) <= 25:
        return False
    check = _mod_11(digits[:-1], (2, 3, 4, 5, 6, 7))
    return check != 10 and check % 11 == int(digits[-1])


def is_dutch(digits: str) -> bool:
    """Sixteen digits, the first by weights 2, 4, 8, 5, 10, 9, 7, 3, 6, 1 from the right, modulo 11;
    10 is 1, 11 is 0.

    >>> is_dutch("5000056789012345"), is_dutch("4000056789012345")
    (True, False)
    """
    if len(digits) != 16:
        return False
    check = _mod_11(digits[1:], (2, 4, 8, 5, 10, 9, 7, 3, 6, 1))
    return {10: 1, 11: 0}.get(check, check) == int(digits[0])


def _mod_11(digits: str, weights) -> int:
    """11 less the weighted sum from the right modulo 11: 1 to 11."""
    weights = list(weights)
    total = sum(
        int(digit) * weights[place % len(weights)] for place, digit in enumerate(reversed(digits))
    )
    return 11 - total % 11


def _is_luhn(digits: str) -> bool:
    return 4 <= len(digits) <= 25 and luhn.is_valid(digits)


def _is_swiss(digits: str) -> bool:
    return len(digits) == 27 and esr.is_valid(digits)


_BY_DIGITS = {
    "be": is_belgian,
    "ch": _is_swiss,
    "nl": is_dutch,
    "fi": is_finnish,
    "luhn": _is_luhn,
    "no": is_kid_11,
}
_BY_LABEL = {
    "KID": (_is_luhn, is_kid_11),
    "OCR": (_is_luhn,),
    "VIITE": (is_finnish,),
    "VIITENUMERO": (is_finnish,),
    "VIITENUMBER": (is_finnish,),
}


# === MISTYPED === #
def mistyped(text: str) -> list[tuple[int, int]]:
    """Where in a text, in capitals, stands what has the form of a structured reference and wrong
    check digits.

    >>> text = "INV 7, RF19 5390 0754 7034 THANKS +++090/9337/55494+++"
    >>> [text[start:end] for start, end in mistyped(text)]
    ['RF19 5390 0754 7034', '+++090/9337/55494+++']
    >>> mistyped("RF18 5390 0754 7034 +++090/9337/55493+++ RF 7")
    []
    """
    if not _DIGITS.search(text):
        return []
    spans = [
        match.span()
        for pattern, fits in (
            (_BELGIAN, lambda match: is_belgian(_digits(match[2]))),
            (_SWISS, lambda match: _is_swiss(_digits(match[1]))),
            (_SLOVENIAN, lambda match: is_slovenian(_digits(match[1]))),
        )
        for match in pattern.finditer(text)
        if not fits(match)
    ]
    return sorted([*spans, *_creditor(text)])


def _digits(text: str) -> str:
    return "".join(_DIGITS.findall(text))


def mislabelled(text: str, known: Container[str] = ()) -> list[tuple[int, int]]:
    """Where in a text, in capitals, stands a word that says the kind of a number (KID, OCR, viite)
    and a number with wrong check digits. More numbers may follow behind a space.

    :param known: numbers that are ours as they are, whatever the payer calls them.

    >>> text = "KID 2345677, OCR 12345674 2026"
    >>> [text[start:end] for start, end in mislabelled(text)], mislabelled(text, {"2345677"})
    (['KID 2345677'], [])
    """
    spans = []
    for match in _LABEL.finditer(text):
        whole, start = "", match.start(2)
        for part in _DIGITS.finditer(match[2]):
            whole += part[0]
            if whole in known or any(fits(whole) for fits in _BY_LABEL[match[1]]):
                break
        else:
            first = _DIGITS.match(match[2])
            if len(first[0]) >= 4:
                spans.append((match.start(), start + first.end()))
    return spans


def _creditor(text: str) -> Iterator[tuple[int, int]]:
    """What begins with RF and two digits, and is not right at any length."""
    for match in re.finditer(r"\bRF ?\d{2}[A-Z\d ]{2,40}", text):
        parts = list(_PIECE.finditer(match[0]))
        whole, right = "", False
        for part in parts:
            whole += part[0]
            right = right or (len(whole) > 5 and iso11649.is_valid(whole))
        end = 0
        for part in parts[1:]:  # digits that follow belong to it
            if not part[0].isdigit():
                break
            end = part.end()
        if not right and end > 5:
            yield match.start(), match.start() + end
