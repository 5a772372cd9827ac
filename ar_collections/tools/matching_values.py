"""The values of the matching engine: what goes in, what comes out, and a case at work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from . import matching_structured, matching_text

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Item:
    """An open item: a claim, or a credit note (``amount`` below zero).

    ``references``: all texts that name it. ``document``: id of its invoice; equal instalments
    of one invoice are paid the oldest first. ``discount``: what may be deducted when paid by
    ``discount_until``. ``structured``: a reference whose check digits were verified.
    """

    id: int
    amount: Decimal
    currency: int = 0
    due: date = date.max
    document: int = 0
    references: tuple[str, ...] = ()
    discount: Decimal = ZERO
    discount_until: date | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """What stands for several items: a notice, a plan, the debtor's number.

    ``amounts``: (id of the item, amount claimed of it; None: all that is open).
    """

    kind: str
    references: tuple[str, ...]
    amounts: tuple[tuple[int, Decimal | None], ...]


@dataclass(frozen=True, slots=True)
class Credit:
    """Money that came in. ``rates``: currency of items -> units of the credit's currency for
    one of theirs; items in currencies without a rate are left out. ``own``: a credit note that is
    this credit; it pays others, never itself."""

    amount: Decimal
    date: date
    text: str = ""
    currency: int = 0
    digits: int = 2
    rates: Mapping[int, Decimal] = field(default_factory=dict)
    own: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What may differ. ``tolerance_percent``: of the items; 0: only ``tolerance`` counts."""

    tolerance: Decimal = ZERO
    tolerance_percent: Decimal = ZERO
    charge_limit: Decimal = ZERO
    oldest_first: bool = False
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a difference goes: ``kind`` of ``ar.collection.application.line``; ``amount`` in
    the currency of the item, positive; without an item in that of the credit."""

    kind: str
    item: int | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Answer:
    """Items and amounts (in their own currency) that a credit may pay."""

    reason: str
    allocations: tuple[tuple[int, Decimal], ...]
    differences: tuple[Difference, ...] = ()
    confidence: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """``kind``: ``match`` (one answer), ``ambiguous`` (those that fit, at most five) or
    ``none``. ``exact``: to the cent, by a reference or by the only set that fits.
    ``gave_up``: the search for sets of items was too large to be complete."""

    kind: str
    answers: tuple[Answer, ...] = ()
    exact: bool = False
    gave_up: bool = False

    @property
    def answer(self) -> Answer | None:
        return self.answers[0] if self.kind == "match" else None


class Pool:
    """The open items of a debtor, indexed once for all its credits."""

    def __init__(self, items: Iterable[Item], bundles: Iterable[Bundle] = ()) -> None:
        self.items = sorted(
            (item for item in items if item.amount), key=lambda item: (item.due, item.id)
        )
        self.bundles = list(bundles)
        self.by_key: dict[str, set[int]] = {}
        self.by_tail: dict[str, set[int]] = {}
        self.structured: set[int] = set()
        self.place = {item.id: index for index, item in enumerate(self.items)}
        for index, item in enumerate(self.items):
            for reference in {reference for reference in item.references if reference}:
                self._index(reference, index)
        self.bundles_by_key: dict[str, list[int]] = {}
        for number, bundle in enumerate(self.bundles):
            for reference in bundle.references:
                for key in matching_text.keys(reference):
                    self.bundles_by_key.setdefault(key, []).append(number)

    def named(self, strong: set[str], weak: set[str]) -> set[int]:
        """Ids of the items that the keys of a text point to, by whatever reference."""
        hits = [self.by_key[key] for key in strong & self.by_key.keys()]
        hits += [self.by_tail[key] for key in weak & self.by_tail.keys()]
        return {self.items[index].id for hit in hits for index in hit}

    def _index(self, reference: str, index: int) -> None:
        for key in matching_text.keys(reference):
            self.by_key.setdefault(key, set()).add(index)
        if number := matching_text.number(reference):
            self.by_key.setdefault(f"##{number}", set()).add(index)
            if len(number) >= matching_text.WEAK:
                self.by_tail.setdefault(f"#{number}", set()).add(index)
        if matching_structured.is_formed(reference):
            self.structured.add(index)


class Case:
    """One credit before one pool: amounts in whole units (cents) of the credit's currency."""

    def __init__(self, credit: Credit, pool: Pool, policy: Policy) -> None:
        self.credit, self.pool, self.policy = credit, pool, policy
        self.scale = Decimal(10) ** credit.digits
        self.target = self.units(credit.amount)
        self.gave_up = False
        self.open = [0 if item.id == credit.own else self._open(item) for item in pool.items]
        self.discounted = [self._discounted(index) for index in range(len(pool.items))]
        self.strong, self.weak = matching_text.text_keys(credit.text, policy.prefixes)

    def units(self, amount: Decimal) -> int:
        return int((amount * self.scale).quantize(Decimal(1), ROUND_HALF_UP))

    def rate(self, index: int) -> Decimal | None:
        item = self.pool.items[index]
        if item.currency == self.credit.currency:
            return Decimal(1)
        return self.credit.rates.get(item.currency)

    def _open(self, item: Item) -> int:
        if item.currency == self.credit.currency:
            return self.units(item.amount)
        rate = self.credit.rates.get(item.currency)
        # a credit note in another currency is never deducted by itself
        return self.units(item.amount * rate) if rate and item.amount > 0 else 0

    def _discounted(self, index: int) -> int | None:
        """The open amount less the discount, where it was paid in time."""
        item = self.pool.items[index]
        if not item.discount or not item.discount_until or self.credit.date > item.discount_until:
            return None
        rate = self.rate(index)
        return self.units((item.amount - item.discount) * rate) if rate else None

    def native(self, index: int, units: int) -> Decimal:
        """An amount in units as one in the currency of the item; all of it stays all of it."""
        item = self.pool.items[index]
        if units == self.open[index]:
            return item.amount
        amount = Decimal(units) / self.scale / (self.rate(index) or Decimal(1))
        return amount.quantize(Decimal(1) / self.scale, ROUND_HALF_UP)

    def money(self, units: int) -> Decimal:
        return Decimal(units) / self.scale
