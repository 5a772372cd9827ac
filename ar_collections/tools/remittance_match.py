"""Which items the lines of an advice mean, and which payment the advice is about."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .remittance import bare

#: Most lines without an item for which similar names are looked for, and how similar.
_MOST_NEAR, _SIMILAR = 200, 0.75
#: Most near matches of a line.
_NEAR = 3


@dataclass(frozen=True, slots=True)
class Item:
    """A posted item: ``names`` are its number and references; ``open``: 0 when it is settled.

    ``group``: items of one invoice (instalments) share it; ``due``: their order.
    """

    id: int
    names: Sequence[str]
    open: Decimal
    group: int = 0
    due: date = date.min


@dataclass(frozen=True, slots=True)
class Found:
    """``how``: ``name``, ``number`` (the same numbers in it), ``end`` (its last number, and the
    same amount), ``settled``, ``ambiguous`` (see ``near``), ``unknown``.

    ``items``: ids, of one invoice, by due date; ``near``: ids of what it might be.
    """

    how: str
    items: tuple[int, ...] = ()
    near: tuple[int, ...] = ()


@dataclass
class Index:
    """Items by what their names say.

    >>> index = Index([Item(1, ["INV/2026/00012"], Decimal(5)), Item(2, ["INV/2026/00013"], Decimal(7))])
    >>> index.find("inv 2026-00012", Decimal(1)).items, index.find("2026/12", Decimal(1)).how
    ((1,), 'number')
    >>> index.find("13", Decimal(7)).how, index.find("13", Decimal(6))
    ('end', Found(how='unknown', items=(), near=(2,)))
    >>> index.find("INV/2026/00014", Decimal(6)).near
    (2, 1)
    """

    items: Iterable[Item]
    _by_name: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    _by_numbers: dict[tuple, list[Item]] = field(default_factory=lambda: defaultdict(list))
    _by_end: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    _looked: int = 0

    def __post_init__(self):
        for item in self.items:
            for name in {bare(name): name for name in item.names if name}.values():
                self._by_name[bare(name)].append(item)
                numbers = _numbers(name)
                if numbers:
                    self._by_numbers[numbers].append(item)
                    self._by_end[numbers[-1]].append(item)

    def find(self, reference: str, gross: Decimal) -> Found:
        """What a line means. :param gross: what it settles of it."""
        if not bare(reference):
            return Found("unknown")
        numbers = _numbers(reference)
        named = self._by_name.get(bare(reference))
        if named:
            return self._chosen(named, gross, "name")
        if len(numbers) > 1 and (alike := self._by_numbers.get(numbers)):
            return self._chosen(alike, gross, "number")
        ending = self._by_end.get(numbers[-1], []) if numbers else []
        equal = [item for item in ending if item.open == gross]
        if len({item.id for item in equal}) == 1:
            return Found("end", (equal[0].id,))
        near = _ids(ending)[:_NEAR] or self._similar(reference)
        return Found("ambiguous" if len(equal) > 1 else "unknown", near=near)

    def _chosen(self, items: list[Item], gross: Decimal, how: str) -> Found:
        """The open items of one invoice; of several invoices the one with this amount."""
        still = [item for item in items if item.open]
        if not still:
            return Found("settled", near=_ids(items)[:_NEAR])
        if len({item.group or item.id for item in still}) > 1:
            still_equal = [item for item in still if item.open == gross]
            if len({item.id for item in still_equal}) != 1:
                return Found("ambiguous", near=_ids(still))
            still = still_equal
        equal = [item for item in still if item.open == gross]
        return Found(how, _ids(equal[:1] or sorted(still, key=lambda item: item.due)))

    def _similar(self, reference: str) -> tuple[int, ...]:
        self._looked += 1
        if self._looked > _MOST_NEAR:
            return ()
        names = difflib.get_close_matches(bare(reference), self._by_name, _NEAR, _SIMILAR)
        return _ids(item for name in names for item in self._by_name[name])[:_NEAR]


def _ids(items: Iterable[Item]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(item.id for item in items))


def _numbers(text: str) -> tuple[str, ...]:
    """The numbers in a reference without leading zeros.

    >>> _numbers("INV/2026/00012"), _numbers("RF")
    (('2026', '12'), ())
    """
    return tuple(number.lstrip("0") or "0" for number in re.findall(r"\d+", text))


@dataclass(frozen=True, slots=True)
class Credit:
    """Money that is not applied yet; ``text``: what the bank says about it."""

    id: int
    amount: Decimal
    day: date
    text: str = ""


def find_credits(
    money: Sequence[Credit],
    total: Decimal,
    day: date | None,
    reference: str = "",
    days: int = 10,
) -> tuple[int, ...]:
    """Ids of the credits an advice may be about; only a single one is an answer.

    The amount is the same and the money came within ``days`` of the day of the advice. Where
    the reference of the payment stands in the text of some, only those count.

    >>> day = date(2026, 11, 16)
    >>> money = [Credit(1, Decimal(5), day), Credit(2, Decimal(5), day, "PAY 77"), Credit(3, Decimal(6), day)]
    >>> find_credits(money, Decimal(5), day), find_credits(money, Decimal(5), day, "PAY-77")
    ((1, 2), (2,))
    >>> find_credits(money, Decimal(6), date(2026, 10, 1))
    ()
    """
    fits = [
        credit
        for credit in money
        if credit.amount == total and (day is None or abs((credit.day - day).days) <= days)
    ]
    word = bare(reference)
    if len(word) >= 4:
        fits = [credit for credit in fits if word in bare(credit.text)] or fits
    return tuple(credit.id for credit in fits)
