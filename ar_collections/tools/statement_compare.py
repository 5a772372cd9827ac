"""A debtor's own statement against ours, item by item: the account reconciliation of the trade.

Numbers are compared tolerantly, amounts exactly: a program that guesses would hide the very
difference that is looked for.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .statement_read import Theirs

ZERO = Decimal(0)
#: Shortest number that may be found inside another.
SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Ours:
    """An item of ours open at the date; ``references``: other names it may go by."""

    key: int
    number: str
    amount: Decimal
    date: date | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One document as both see it. ``kind``: matched, amount, missing_here, missing_there;
    ``how``: number, similar or amount; ``difference`` = theirs - ours."""

    kind: str
    ours: tuple[Ours, ...] = ()
    theirs: tuple[Theirs, ...] = ()
    how: str = ""

    @property
    def our_amount(self) -> Decimal:
        return sum((item.amount for item in self.ours), ZERO)

    @property
    def their_amount(self) -> Decimal:
        return sum((line.amount for line in self.theirs), ZERO)

    @property
    def difference(self) -> Decimal:
        return self.their_amount - self.our_amount


def bare(number: str) -> str:
    """Letters and digits only, small, without zeros before digits.

    >>> bare("INV/2026/00934"), bare("inv-2026-934"), bare("Rg. Nr. 000934")
    ('inv2026934', 'inv2026934', 'rgnr934')
    """
    parts = re.findall(r"[^\W\d_]+|\d+", number.casefold())
    return "".join(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


def tail(number: str) -> str:
    """The last run of digits, without zeros before.

    >>> tail("INV/2026/00934"), tail("Invoice 934 "), tail("none")
    ('934', '934', '')
    """
    found = re.findall(r"\d+", number)
    return found[-1].lstrip("0") if found else ""


def compare(
    ours: Iterable[Ours], theirs: Iterable[Theirs], tolerance: Decimal = ZERO
) -> list[Result]:
    """Both statements document by document.

    Items of one number (instalments), and lines of one number (an invoice and a payment on
    it), are one document. Numbers are found in this order, each only where it is the only one:
    the same but for signs and zeros; one inside the other; the same last digits and the same
    amount; the same amount and day without a number of ours.

    :param tolerance: differences up to this count as none (rounding of a currency).

    >>> d = date(2026, 11, 1)
    >>> ours = [Ours(1, "INV/2026/00934", Decimal(1240), d), Ours(2, "INV/2026/01203", Decimal(2318)),
    ...         Ours(3, "INV/2026/01231", Decimal(1985))]
    >>> theirs = [Theirs(2, "934", Decimal(1240), d), Theirs(3, "inv-2026-1203", Decimal(4318)),
    ...           Theirs(4, "A-77", Decimal(50))]
    >>> [(r.kind, r.how, int(r.difference)) for r in compare(ours, theirs)]
    [('matched', 'similar', 0), ('amount', 'number', 2000), ('missing_there', '', -1985), ('missing_here', '', 50)]
    """
    ours, theirs = list(ours), _as_we_sign(list(ours), list(theirs))
    documents: dict[str, list[Ours]] = defaultdict(list)
    for item in ours:
        documents[item.number].append(item)
    claims: dict[str, list[Theirs]] = defaultdict(list)
    for line in theirs:
        claims[bare(line.number) or f"row {line.row}"].append(line)
    found = _pair(documents, claims)
    results = [
        _judge(tuple(documents[number]), tuple(claims[key]), how, tolerance)
        for number in documents
        if number in found
        for key, how in [found[number]]
    ]
    taken = {key for key, _how in found.values()}
    results += [
        Result("missing_there", tuple(items))
        for number, items in documents.items()
        if number not in found
    ]
    results += [
        Result("missing_here", (), tuple(lines))
        for key, lines in claims.items()
        if key not in taken
    ]
    return results


def _judge(ours, theirs, how, tolerance) -> Result:
    result = Result("matched", ours, theirs, how)
    if abs(result.difference) <= tolerance:
        return result
    return Result("amount", ours, theirs, how)


def _as_we_sign(ours: list[Ours], theirs: list[Theirs]) -> list[Theirs]:
    """Their amounts with our sign: a payables ledger often shows what it owes as negative.

    >>> lines = _as_we_sign([Ours(1, "INV/1", Decimal(5))], [Theirs(2, "INV/1", Decimal(-5))])
    >>> [int(line.amount) for line in lines]
    [5]
    """
    signs = {bare(item.number): item.amount for item in ours}
    votes = [line.amount * signs[key] for line in theirs if (key := bare(line.number)) in signs]
    score = sum(1 if vote > 0 else -1 for vote in votes if vote)
    if not votes:
        total = sum(line.amount for line in theirs) * sum(item.amount for item in ours)
        score = -1 if total < 0 else 1
    if score >= 0:
        return theirs
    return [Theirs(line.row, line.number, -line.amount, line.date, line.text) for line in theirs]


def _pair(documents, claims) -> dict[str, tuple[str, str]]:
    """dict number of ours -> (key of theirs, how it was found)."""
    found: dict[str, tuple[str, str]] = {}
    for how, find in (
        ("number", _same),
        ("similar", _inside),
        ("similar", _tails),
        ("amount", _sums),
    ):
        taken = {key for key, _how in found.values()}
        pairs = find(
            {number: items for number, items in documents.items() if number not in found},
            {key: lines for key, lines in claims.items() if key not in taken},
        )
        found.update({number: (key, how) for number, key in pairs.items()})
    return found


def _same(documents, claims) -> dict[str, str]:
    return _unique({n: _names(items) for n, items in documents.items()}, {k: {k} for k in claims})


def _tails(documents, claims) -> dict[str, str]:
    """By the last digits and the amount."""

    def names(rows):
        end = tail(rows[0].number)
        return {(end, sum(row.amount for row in rows))} if end else set()

    return _unique(_each(documents, names), _each(claims, names))


def _sums(documents, claims) -> dict[str, str]:
    """By day and amount."""

    def names(rows):
        return {(row.date, row.amount) for row in rows if row.date and len(rows) == 1}

    return _unique(_each(documents, names), _each(claims, names))


def _each(rows_by_key, names):
    return {key: names(rows) for key, rows in rows_by_key.items()}


def _names(items) -> set[str]:
    return {bare(name) for item in items for name in (item.number, *item.references) if name}


def _unique(names_of_ours, names_of_theirs) -> dict[str, str]:
    """dict number of ours -> key of theirs, where a name is that of one document on both sides."""
    by_name = defaultdict(set)
    for number, names in names_of_ours.items():
        for name in names:
            by_name[name].add(number)
    pairs = []
    for key, names in names_of_theirs.items():
        numbers = set().union(*(by_name.get(name, ()) for name in names))
        if len(numbers) == 1:
            pairs.append((numbers.pop(), key))
    return _only(pairs)


def _only(pairs) -> dict[str, str]:
    times = Counter(number for number, _key in pairs)
    return {number: key for number, key in pairs if times[number] == 1}


def _inside(documents, claims) -> dict[str, str]:
    """Pairs of which one number stands inside the other, each the only one."""
    pairs = []
    names = _each(documents, _names)
    for key in claims:
        if len(key) < SHORTEST:
            continue
        numbers = {
            number
            for number, own in names.items()
            if any(
                len(name) >= SHORTEST and (key.endswith(name) or name.endswith(key)) for name in own
            )
        }
        if len(numbers) == 1:
            pairs.append((numbers.pop(), key))
    return _only(pairs)
