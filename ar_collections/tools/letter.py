"""The pages of a letter, planned before it is printed: no engine need break a table.

Lengths are millimetres, sizes points. A letter shows its items on page 1 when they fit
above the payment slip, else a sum per currency there and the items on pages of their own.
"""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

ROW = 5.3
LINE = 4.66
SMALL_LINE = 3.74
GAP = 2.4
SLIP_ROW = 19.5

#: Table lines that fit on page 1 above a slip of so many rows, with short standard texts.
FRONT_LINES = {0: 19, 1: 16, 2: 13, 3: 9}
#: Table lines of a page that holds nothing else.
LIST_LINES = 37
#: Rows of a payment slip that has a page to itself.
SLIP_ROWS = 10
#: A sheet of US Letter is shorter, but its address zone too: so much less for the text.
SHORTER = {"din": 0.0, "us10": 9.5}
#: Left on page 1, A4, for sums and slip beneath short standard texts.
FRONT_ROOM = 118.0
#: Head of the table of sums, head of the slip, and the white around them.
SUMS_AND_SLIP = 16.0

#: Font sizes of a table cell by class, widest first.
SIZES = (("", 8.2), ("narrow", 7.2), ("narrower", 6.4))
POINT = 25.4 / 72


# === WHAT STANDS ON WHICH PAGE === #
@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table; ``kind``: ``heading``, ``item``, ``less``, ``total`` or
    ``also``, the heading of what is overdue besides."""

    kind: str
    lines: int = 1
    value: object = None


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the rows of one currency on one page, under its heading."""

    heading: Row
    rows: tuple[Row, ...]
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """``sums``: a line per currency instead of the items. ``slip``: its rows from, to."""

    parts: tuple[Part, ...] = ()
    sums: bool = False
    slip: tuple[int, int] | None = None


def plan_pages(
    parts: Sequence[Part],
    slips: int,
    extra: float = 0.0,
    form: str = "din",
    roomy: bool = False,
) -> list[Page]:
    """The pages of a letter; the first also carries address, text and signature.

    :param parts: all items, a part per currency.
    :param slips: rows of the payment slip.
    :param extra: what the texts are higher than two lines of text, one of closing and
        one of small print.
    :param form: ``din`` (A4) or ``us10`` (US Letter).
    :param roomy: page 1 came out too high: slip and items get pages of their own.

    >>> eur = Part(Row("heading"), (Row("item"),) * 4 + (Row("total"),))
    >>> [page.slip for page in plan_pages([eur, eur], 2)]
    [(0, 2)]
    >>> many = Part(Row("heading"), (Row("item"),) * 60 + (Row("total"),))
    >>> [(page.sums, page.slip, len(page.parts)) for page in plan_pages([many], 1)]
    [(True, (0, 1), 0), (False, None, 1), (False, None, 1)]
    >>> [page.slip for page in plan_pages([eur], 1, roomy=True)]
    [None, (0, 1), None]
    """
    slip = (0, slips) if slips else None
    if not roomy and _height(parts) <= front_lines(slips, extra, form):
        return [Page(parts=tuple(parts), slip=slip)]
    if not roomy and sums_fit(slips, extra, form):
        pages = [Page(sums=True, slip=slip)]
    else:
        cuts = range(0, slips, SLIP_ROWS)
        pages = [Page(sums=True)]
        pages += [Page(slip=(start, min(slips, start + SLIP_ROWS))) for start in cuts]
    return pages + [Page(parts=parts) for parts in list_pages(parts)]


def front_lines(slips: int, extra: float = 0.0, form: str = "din") -> int:
    """Table lines that fit on page 1 above the slip.

    >>> front_lines(1), front_lines(2, extra=3 * LINE), front_lines(4)
    (16, 10, 0)
    """
    taken = max(0.0, extra) + SHORTER[form]
    return max(0, FRONT_LINES.get(slips, 0) - math.ceil(taken / ROW))


def sums_fit(slips: int, extra: float = 0.0, form: str = "din") -> bool:
    """Whether sums and slip, a row per currency each, fit beneath the texts of page 1.

    >>> sums_fit(4), sums_fit(5), sums_fit(4, form="us10")
    (True, False, False)
    """
    free = FRONT_ROOM - SHORTER[form] - max(0.0, extra)
    return slips * (ROW + SLIP_ROW) + SUMS_AND_SLIP <= free


def list_pages(parts: Iterable[Part], capacity: int = LIST_LINES) -> list[tuple[Part, ...]]:
    """The items on pages of their own.

    A currency that goes on repeats its heading. Neither a heading nor a total stands
    alone on a page: two items stay with it.

    >>> part = Part(Row("heading"), (Row("item"),) * 36 + (Row("total"),))
    >>> [[(p.continued, len(p.rows)) for p in page] for page in list_pages([part])]
    [[(False, 34)], [(True, 3)]]
    >>> short = Part(Row("heading"), (Row("item"),) * 3 + (Row("total"),))
    >>> [[len(p.rows) for p in page] for page in list_pages([short, part])]
    [[4, 31], [6]]
    """
    pages: list[list[Part]] = [[]]
    free = capacity
    for part in parts:
        rows: list[Row] = []
        started = continued = False
        for group in _groups(part.rows):
            needed = _lines(group) + (0 if started else part.heading.lines)
            if needed > free and (pages[-1] or rows):
                if rows:
                    pages[-1].append(Part(part.heading, tuple(rows), continued))
                    continued = True
                pages.append([])
                rows, free = [], capacity
                needed = _lines(group) + part.heading.lines
            rows += group
            started = True
            free -= needed
        pages[-1].append(Part(part.heading, tuple(rows), continued))
    return [tuple(page) for page in pages if page]


def _groups(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that stay together: the first two, a total with the two before it, and the
    heading of what is overdue besides with its first row."""
    groups: list[list[Row]] = []
    for row in rows:
        if row.kind == "total":
            tail: list[Row] = []
            while groups and len(tail) < 2:
                tail = groups.pop() + tail
            groups.append([*tail, row])
        elif groups and (len(groups[0]) == 1 or groups[-1][-1].kind == "also"):
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _lines(rows: Iterable[Row]) -> int:
    return sum(row.lines for row in rows)


def _height(parts: Iterable[Part]) -> int:
    return sum(part.heading.lines + _lines(part.rows) for part in parts)


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
    return 0.68 if char.isupper() else 0.55


def fit(text: str, width: float) -> tuple[str, int]:
    """The class of font size, and the lines, in which a text fits a cell of a width.

    >>> fit("INV/2026/01166", 36.8), fit("Second notice", 18.0), fit("X" * 30, 36.8)
    (('', 1), ('narrow', 1), ('narrower', 2))
    """
    for css, size in SIZES:
        wide = text_width(text, size)
        if wide <= width:
            return css, 1
    return css, math.ceil(1.1 * wide / width)


def text_lines(text: str, width: float = 165.0, size: float = 9.5) -> int:
    """Lines a paragraph of running text needs, rather too many.

    >>> text_lines("Please pay."), text_lines("Please pay this invoice. " * 10)
    (1, 3)
    """
    return max(1, math.ceil(0.95 * text_width(text, size) / width))


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


def paragraphs(text: str, **values: str | None) -> list[list[tuple[str, bool]]]:
    """A text of the user as paragraphs of (piece, stressed), its placeholders filled.

    ``%(name)s`` becomes the stressed value of that name; without a value the sentence
    that speaks of it is left out. Any other percent sign is a percent sign.

    >>> paragraphs("We wrote on %(notices)s. Please pay 100 % by %(deadline)s.",
    ...            notices=None, deadline="2 Nov")
    [[('Please pay 100 % by ', False), ('2 Nov', True), ('.', False)]]
    >>> paragraphs("One.\\n\\nTwo.")
    [[('One.', False)], [('Two.', False)]]
    """
    result = []
    for block in re.split(r"\n\s*\n", text or ""):
        missing = [f"%({name})s" for name, value in values.items() if not value]
        pieces = [
            (values[piece[2:-2]], True) if piece[2:-2] in values else (piece, False)
            for piece in re.split(r"(%\(\w+\)s)", _without(block.strip(), missing))
            if piece
        ]
        if pieces:
            result.append(pieces)
    return result


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
_WORDS = re.compile(r"[\w\u0640\u064b-\u0655\u0670]+|[^\w\s]+")


def box_words(html: str) -> str:
    """The document with each word, and punctuation, in a box of its own.

    An engine without patched Qt measures Arabic script too short and sets words over
    each other; boxes do not overlap. Text already marked ``ltr`` is left alone.

    >>> box_words('<p class="a">\u0627\u0628\u060c x</p>')
    '<p class="a"><span class="w">\u0627\u0628</span><span class="w">\u060c</span> <span class="w">x</span></p>'
    >>> box_words('<b class="ltr">1, 2</b> &amp;')
    '<b class="ltr">1, 2</b> <span class="w">&amp;</span>'
    """
    pieces, plain = [], 0
    for piece in re.split(r"(<[^>]*>)", html):
        if piece.startswith("<"):
            plain = _depth(piece, plain)
            pieces.append(piece)
        else:
            pieces.append(piece if plain else _boxed(piece))
    return "".join(pieces)


def _depth(tag: str, plain: int) -> int:
    """How many elements deep the text after the tag stands in one that is left alone."""
    if tag.startswith("</"):
        return max(0, plain - 1)
    if tag.endswith("/>") or re.match(r"<(!|br|img|col\b|hr|meta)", tag):
        return plain
    return plain + 1 if plain or 'class="ltr' in tag else 0


def _boxed(text: str) -> str:
    def box(match: re.Match[str]) -> str:
        return f'<span class="w">{match[0]}</span>'

    parts: list[Callable[[re.Match[str]], str] | str] = re.split(r"(&\w+;|&#\w+;)", text)
    return "".join(
        f'<span class="w">{part}</span>' if index % 2 else _WORDS.sub(box, part)
        for index, part in enumerate(parts)
    )
