"""References in the text of a payment, as people and banks write them.

Spaces, slashes, dots, capitals and leading zeros do not matter, nor does a prefix that is left
out, where enough digits remain. Structured references (ISO 11649 and national ones) are read only
if their check digits are right, see ``matching_structured``: a mistyped one names nothing, nor do
its parts.

A reference is known by *keys*: its letters and digits without anything between, and its words
and numbers without leading zeros, joined by ``|``. The keys of a text are those of every run
of its words.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

from . import matching_structured

#: Words of a text that one reference may be split into, at most.
RUN = 12
#: Letters and digits that a reference has at least, and at most.
SHORTEST, LONGEST = 4, 35
#: Digits that suffice without their prefix.
DIGITS = 6
#: Digits that suffice alone where an amount confirms them.
WEAK = 3
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_NUMBER = re.compile(r"\d+")


def pieces(text: str) -> list[str]:
    """The words and numbers of a text, in capitals.

    >>> pieces("Inv/2026-00451 thanks")
    ['INV', '2026', '00451', 'THANKS']
    """
    return _PIECE.findall((text or "").upper())


def _plain(piece: str) -> str:
    return piece.lstrip("0") or "0" if piece.isdigit() else piece


@lru_cache(maxsize=1 << 16)
def keys(reference: str) -> frozenset[str]:
    """The strong keys of a reference: any one of them in a text names it.

    >>> sorted(keys("INV/2026/00451"))
    ['202600451', '2026|451', 'INV202600451', 'INV|2026|451']
    >>> sorted(keys("PO") | keys("12"))
    []
    >>> sorted(keys("RF18 5390 0754 7034"))
    ['539007547034', 'RF18539007547034']
    """
    parts = pieces(reference)
    whole = "".join(parts)
    if structured := _iso11649(whole):
        return frozenset(structured)
    if not SHORTEST <= len(whole) <= LONGEST or not any(part.isdigit() for part in parts):
        return frozenset()
    result = {whole}
    if len(parts) > 1:
        result.add("|".join(map(_plain, parts)))
    numbers = parts
    while numbers and not numbers[0].isdigit():
        numbers = numbers[1:]
    if len("".join(numbers)) >= DIGITS:
        result.add("".join(numbers))
        if len(numbers) > 1:
            result.add("|".join(map(_plain, numbers)))
        if len(bare := "".join(numbers).lstrip("0")) >= DIGITS:
            result.add(bare)
    return frozenset(result)


def number(reference: str) -> str | None:
    """The last number of a reference without leading zeros, however short: what a known prefix
    stands before, and what names an item alone where the amount confirms it.

    >>> number("INV/2026/0007"), number("INV/2026/00451"), number("ABC")
    ('7', '451', None)
    """
    numbers = _NUMBER.findall(reference or "")
    return _plain(numbers[-1]) if numbers else None


def prefix_before(text: str, reference: str) -> str | None:
    """The word that stands before the last number of a reference in a text.

    >>> prefix_before("Zahlung RG 451 danke", "INV/2026/00451"), prefix_before("451", "INV/451")
    ('RG', None)
    """
    wanted, parts = number(reference), pieces(text)
    for word, digits in pairwise(parts):
        if wanted and digits.isdigit() and _plain(digits) == wanted and not word.isdigit():
            return word
    return None


def _iso11649(whole: str) -> set[str]:
    """The keys of a reference that begins like ISO 11649: itself and what it is made of."""
    if re.match(r"RF\d\d", whole) and iso11649.is_valid(whole):
        return {whole} | ({whole[4:].lstrip("0")} if len(whole) >= 4 + DIGITS else set())
    return set()


def text_keys(text: str, prefixes: Mapping[str, str] | Iterable[str] = ()) -> tuple[set, set]:
    """The keys of a text: strong ones, and weak ones (``#number``).

    :param prefixes: words in capitals that stand before the number of an item in the texts of
        this payer; a number behind one is a strong key (``##number``).

    >>> strong, weak = text_keys("Ihre RG 451, inv 2026/451")
    >>> "2026|451" in strong, "INV|2026|451" in strong, "#451" in weak, "##451" in strong
    (True, True, True, False)
    >>> "##451" in text_keys("Ihre RG 00451", ["RG"])[0]
    True

    A structured reference with wrong check digits names nothing:

    >>> "539007547034" in text_keys("RF19539007547034")[0]
    False
    >>> text_keys("+++090/9337/55494+++")
    (set(), set())
    >>> sorted(keys("+++000/0123/45625+++") & text_keys("000012345625")[0])
    ['000012345625', '12345625']
    """
    parts = pieces(text)
    strong: set[str] = set()
    wrong = _wrong(text)
    weak = {
        f"#{_plain(part)}"
        for place, part in enumerate(parts)
        if place not in wrong and part.isdigit() and len(_plain(part)) >= WEAK
    }
    known = set(prefixes)
    for start, first in enumerate(parts):
        if start in wrong:
            continue
        whole, plain = "", []
        for place, part in enumerate(parts[start : start + RUN], start):
            if place in wrong:
                break
            whole += part
            if len(whole) > LONGEST:
                break
            plain.append(_plain(part))
            strong.add(whole)
            if len(plain) > 1:
                strong.add("|".join(plain))
        if first.isdigit() and len(_plain(first)) >= DIGITS:
            strong.add(_plain(first))
        if first in known and start + 1 < len(parts) and parts[start + 1].isdigit():
            strong.add(f"##{_plain(parts[start + 1])}")
    return strong, weak


def mistyped(text: str, known: Container[str] = ()) -> list[str]:
    """The structured references of a text whose check digits are wrong, as they are written.

    :param known: keys of references that are ours as they are.

    >>> mistyped("inv 7 +++090/9337/55494+++"), mistyped("inv 7 +++090/9337/55493+++")
    (['+++090/9337/55494+++'], [])
    >>> mistyped("ocr 2345677"), mistyped("ocr 2345677", keys("2345677"))
    (['OCR 2345677'], [])
    """
    text = (text or "").upper()
    spans = matching_structured.mistyped(text) + matching_structured.mislabelled(text, known)
    return [text[start:end].strip() for start, end in sorted(spans)]


def _wrong(text: str) -> set[int]:
    """Places of the pieces of a text that belong to mistyped structured references."""
    text = (text or "").upper()
    if not (spans := matching_structured.mistyped(text)):
        return set()
    return {
        place
        for place, piece in enumerate(_PIECE.finditer(text))
        if any(start <= piece.start() < end for start, end in spans)
    }


def creditor_keys(*parts: str) -> set[str]:
    """The keys of what is printed as ISO 11649 over these parts (see ``tools.reference``).

    >>> sorted(creditor_keys("N/2026/02607", "EUR"))
    ['N202602607EUR', 'RF78N202602607EUR']
    """
    base = re.sub(r"[^0-9A-Z]", "", "".join(parts).upper())
    if not 1 <= len(base) <= 21:
        return set()
    return {base, f"RF{mod_97_10.calc_check_digits(base + 'RF')}{base}"}
