"""How long an SMS is, and in how many parts it leaves (3GPP TS 23.038)."""

from __future__ import annotations

from typing import NamedTuple

#: The basic character set: one place each.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Two places each.
EXTENDED = frozenset("^{}\\[~]|€\f")


class Size(NamedTuple):
    """``length``: places used; ``parts``: messages that leave; ``plain``: no character needs
    Unicode, which makes parts less than half as long."""

    length: int
    parts: int
    plain: bool


def size(text: str) -> Size:
    """The size of a text.

    >>> size("a" * 160), size("a" * 161)
    (Size(length=160, parts=1, plain=True), Size(length=161, parts=2, plain=True))
    >>> size("€" * 80).length, size("€" * 80).parts, size("€" * 81).parts
    (160, 1, 2)
    >>> size("ł" * 70).parts, size("ł" * 71).parts
    (1, 2)
    >>> size("")
    Size(length=0, parts=0, plain=True)
    """
    plain = all(char in BASIC or char in EXTENDED for char in text)
    if plain:
        length = sum(2 if char in EXTENDED else 1 for char in text)
        single, joined = 160, 153
    else:
        length = len(text.encode("utf-16-be")) // 2
        single, joined = 70, 67
    if length <= single:
        return Size(length, int(bool(length)), plain)
    return Size(length, -(-length // joined), plain)
