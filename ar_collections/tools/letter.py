"""The pages of a letter, planned before it is printed: no engine need break a table.

Lengths are millimetres, sizes points. A letter shows its items on page 1 when they fit
above the payment slip, else a sum per currency there and the items on pages of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
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


def list_pages(
    parts: Iterable[Part], capacity: int = LIST_LINES, first: int | None = None
) -> list[tuple[Part, ...]]:
    """The items on pages of their own.

    :param capacity: table lines of a page.
    :param first: table lines that the first page has left, where other things stand on it.

    A currency that goes on repeats its heading. Neither a heading nor a total stands
    alone on a page: two items stay with it.

    >>> part = Part(Row("heading"), (Row("item"),) * 36 + (Row("total"),))
    >>> [[(p.continued, len(p.rows)) for p in page] for page in list_pages([part])]
    [[(False, 34)], [(True, 3)]]
    >>> short = Part(Row("heading"), (Row("item"),) * 3 + (Row("total"),))
    >>> [[len(p.rows) for p in page] for page in list_pages([short, part])]
    [[4, 31], [6]]
    >>> [[len(p.rows) for p in page] for page in list_pages([short, part], first=9)]
    [[4, 3], [34]]
    """
    pages: list[list[Part]] = [[]]
    free = capacity if first is None else first
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
