"""Texts of a letter: how wide they come out, their placeholders, Arabic script.

Lengths are millimetres, sizes points.
"""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence

POINT = 25.4 / 72
#: Font sizes of a table cell by class, widest first.
SIZES = (("", 8.2), ("narrow", 7.2), ("narrower", 6.4))

#: A stretch of text and its kind: "b" stressed, "nb" not to be broken, "br" a new line, or "".
Piece = tuple[str, str]


# === HOW WIDE A TEXT COMES OUT === #
def text_width(text: str, size: float) -> float:
    """About how wide a text is in a sans serif of a size in points; rather too wide.

    >>> round(text_width("INV/2026/01166 (2 of 3)", 8.2), 1)
    33.4
    """
    return sum(map(_em, text)) * size * POINT


def _em(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    if char in " .,:;'!|iIjl/()-\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}":
        return 0.34
    if char in "mwMW@%":
        return 0.92
    if char.isdigit():
        return 0.58
    if "\u0600" <= char <= "\u08ff":  # joined
        return 0.45
    return 0.68 if char.isupper() else 0.55


def fit(text: str, width: float, sizes: Sequence[tuple[str, float]] = SIZES) -> tuple[str, int]:
    """The class of font size, and the lines, in which a text fits a cell of a width.

    :param sizes: of (class, points), widest first.

    >>> fit("INV/2026/01166", 36.8), fit("Second notice", 18.0), fit("X" * 30, 36.8)
    (('', 1), ('narrow', 1), ('narrower', 2))
    """
    for css, size in sizes:
        wide = text_width(text, size)
        if wide <= width:
            return css, 1
    return css, math.ceil(1.1 * wide / width)


def text_lines(text: str, width: float = 165.0, size: float = 9.5) -> int:
    """Lines a paragraph of running text needs, rather too many.

    >>> text_lines("Please pay."), text_lines("Please pay this invoice. " * 10 + "\\nThanks")
    (1, 4)
    """
    wide = [0.95 * text_width(line, size) / width for line in text.splitlines()]
    return max(1, sum(max(1, math.ceil(lines)) for lines in wide))


def address_lines(lines: Iterable[str], limit: int = 48) -> tuple[list[str], str]:
    """The lines of the recipient and their class: never wrapped by the engine, never cut.

    >>> address_lines(["Alpha Ltd", "Dublin"])
    (['Alpha Ltd', 'Dublin'], '')
    >>> address_lines(["Foods and Vegetables of the Northern Provinces and Islands plc", "Cork"])
    (['Foods and Vegetables of the Northern Provinces', 'and Islands plc', 'Cork'], 'tight')
    """
    lines = [line.strip() for line in lines if line and line.strip()]
    fitting = [piece for line in lines for piece in textwrap.wrap(line, limit) or [line]]
    if len(fitting) > 7:
        return fitting, "tighter"
    if len(fitting) > 6 or any(len(line) > 40 for line in fitting):
        return fitting, "tight"
    return fitting, ""


# === TEXTS === #
def is_iban(number: str) -> bool:
    """Whether the number of a bank account is an IBAN, ISO 13616, spaces ignored.

    >>> is_iban("DE31 2005 0099 0123 4567 89"), is_iban("0042 1187 3306")
    (True, False)
    """
    plain = re.sub(r"\s", "", number).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", plain):
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def paragraphs(text: str, **values: str | list[Piece] | None) -> list[list[Piece]]:
    """A text of the user as paragraphs of pieces, its placeholders filled.

    ``%(name)s`` becomes the value of that name: stressed if it is a text, as it is if it
    is a list of pieces. Without a value the sentence that speaks of it is left out. Any
    other percent sign is a percent sign.

    >>> paragraphs("We wrote on %(notices)s. Please pay 100 % by %(deadline)s.",
    ...            notices=None, deadline="2 Nov")
    [[('Please pay 100 % by ', ''), ('2 Nov', 'b'), ('.', '')]]
    >>> paragraphs("On %(days)s.", days=[("1 May", "nb"), (" and ", ""), ("2 May", "nb")])
    [[('On ', ''), ('1 May', 'nb'), (' and ', ''), ('2 May', 'nb'), ('.', '')]]
    >>> paragraphs("One.\\n\\nTwo.\\nThree.")
    [[('One.', '')], [('Two.', ''), ('\\n', 'br'), ('Three.', '')]]
    """
    missing = [f"%({name})s" for name, value in values.items() if not value]
    result = []
    for block in re.split(r"\n\s*\n", text or ""):
        pieces: list[Piece] = []
        for piece in re.split(r"(%\(\w+\)s)", _without(block.strip(), missing)):
            value = values.get(piece[2:-2], piece)
            if value is piece:
                pieces += _lines(piece)
            else:
                pieces += [(value, "b")] if isinstance(value, str) else value
        if pieces:
            result.append(pieces)
    return result


def _lines(text: str) -> list[Piece]:
    return [(part, "br" if part == "\n" else "") for part in re.split(r" *(\n) *", text) if part]


def plain_text(pieces: Iterable[Piece]) -> str:
    return "".join(text for text, _kind in pieces)


def _without(text: str, placeholders: Sequence[str]) -> str:
    """The text without the sentences that hold one of the placeholders."""
    if not any(placeholder in text for placeholder in placeholders):
        return text
    sentences = re.split(r"(?<=[.!?\u061f\u3002])\s*(?=\s|[^\x00-\u2fff])", text)
    return " ".join(
        sentence.strip()
        for sentence in sentences
        if not any(placeholder in sentence for placeholder in placeholders)
    )


# === ARABIC SCRIPT === #
#: Latin text of so many letters is not broken over lines.
UNBROKEN = 40
_ARABIC = "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"
_SIGNS = "\u060c\u061b\u061f\u06d4"
_ENTITY = r"&#?\w+;"
_LATIN = rf"(?:{_ENTITY}|[^\W_{_ARABIC}])"
_RUNS = re.compile(
    rf"(?P<latin>(?:[+]|{_LATIN})(?:[^{_ARABIC}<]*{_LATIN})?)"
    rf"|(?:(?![{_SIGNS}])[{_ARABIC}])+|{_ENTITY}|\S"
)


def box_words(html: str) -> str:
    """The document with each Arabic word, each sign and each run of other text in a box.

    An engine without patched Qt measures Arabic script too short and sets words over
    each other; boxes do not overlap. Latin text keeps its own direction in one box.
    What is marked ``ltr`` already is left alone.

    >>> box_words('<p class="a">\u0627\u0628\u060c a &amp; 12</p>').replace('span class', 's')
    '<p class="a"><s="w">\u0627\u0628</span><s="w">\u060c</span> <s="ltr nb">a &amp; 12</span></p>'
    >>> box_words('<b class="ltr">1, 2</b> (N/7)').replace('span class', 's')
    '<b class="ltr">1, 2</b> <s="w">(</span><s="ltr nb">N/7</span><s="w">)</span>'
    """
    pieces, plain = [], 0
    for piece in re.split(r"(<[^>]*>)", html):
        if piece.startswith("<"):
            plain = _depth(piece, plain)
            pieces.append(piece)
        else:
            pieces.append(piece if plain else _RUNS.sub(_box, piece))
    return "".join(pieces)


def _box(match: re.Match[str]) -> str:
    kind = "w"
    if match["latin"]:
        kind = "ltr nb" if len(match[0]) <= UNBROKEN else "ltr"
    return f'<span class="{kind}">{match[0]}</span>'


def _depth(tag: str, plain: int) -> int:
    """How many elements deep the text after the tag stands in one that is left alone."""
    if tag.startswith("</"):
        return max(0, plain - 1)
    if tag.endswith("/>") or re.match(r"<(!|br|img|col\b|hr|meta)", tag):
        return plain
    return plain + 1 if plain or 'class="ltr' in tag else 0
