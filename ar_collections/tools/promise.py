"""Promises to pay: which items a promise is for, and whether it was kept.

Rules (RULES.md, "Promises"):

* judged by the *accounting date* of the money allocated to the items since the promise was
  given, not by the day somebody matched it: dated until the promised date and the grace
  days it counts, later it does not;
* needed = min(promised, what the items could still claim at that time): credit notes and
  other entries lower a promise, and one that is left with nothing is cancelled; they are
  never cash;
* cash >= needed is kept at once; after the last day cash >= needed x threshold % is kept,
  more than nothing is partial, nothing is broken;
* two promises on one item fill in order of their dates, and one euro counts once; money on
  the items beyond what was promised of each makes up for what another item lacks;
* money of an instrument (cheque, bill) counts when it has cleared.

Amounts are :class:`~decimal.Decimal` in the currency of the items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Promise:
    """``lines``: item -> what was promised of it. ``last``: date and grace days.

    ``baseline`` orders the promise among the allocations: only those with a greater number
    came after it. ``pending``: given with an instrument that has not cleared. ``bounced``:
    with one that was returned; nothing is waited for.
    """

    id: int
    date: date
    last: date
    lines: Mapping[int, Decimal]
    baseline: int = 0
    threshold: Decimal = Decimal(100)
    pending: bool = False
    bounced: bool = False


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much was matched with an item: its number in the order of allocation, the accounting
    date of what it was matched with, and whether that was money. ``uncleared``: money that
    the bank has not confirmed."""

    item: int
    number: int
    date: date
    amount: Decimal
    cash: bool = True
    uncleared: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a promise; ``paid_on`` is the date of the last money that counts."""

    state: str
    needed: Decimal
    paid: Decimal
    paid_on: date | None = None


@dataclass(slots=True)
class _Filling:
    """How far a promise is filled."""

    promise: Promise
    needed: Decimal = ZERO
    paid: Decimal = ZERO
    paid_on: date | None = None

    def take(self, index: int, allocations: Sequence[Allocation], left: list, most: Decimal):
        """Take up to ``most`` of what is left of an allocation; the amount taken."""
        amount = min(left[index], most)
        if amount > 0:
            left[index] -= amount
            self.paid += amount
            when = allocations[index].date
            self.paid_on = max(when, self.paid_on or when)
        return max(amount, ZERO)


def judge(
    promises: Iterable[Promise],
    residuals: Mapping[int, Decimal],
    allocations: Iterable[Allocation],
    today: date,
) -> dict[int, Verdict]:
    """What became of promises that share items (at best: all of a debtor).

    :param residuals: item -> what is open now, positive; an item that is missing claims nothing.
    :return: dict id of the promise -> :class:`Verdict`.

    >>> d, day = Decimal, lambda n: date(2026, 11, n)
    >>> promise = Promise(1, day(10), day(12), {7: d(400)})
    >>> def state(*cash, residual=0, today=day(13)):
    ...     return judge([promise], {7: d(residual)}, cash, today)[1].state
    >>> state(Allocation(7, 1, day(12), d(400)))
    'kept'
    >>> state(Allocation(7, 1, day(13), d(400)))
    'broken'
    >>> state(Allocation(7, 1, day(9), d(100)), residual=300)
    'partial'
    >>> state(residual=400), state(residual=400, today=day(12))
    ('broken', 'open')
    >>> state(Allocation(7, 1, day(9), d(400), cash=False))
    'cancelled'
    """
    events = sorted(allocations, key=lambda event: event.number)
    left = [event.amount if event.cash else ZERO for event in events]
    order = sorted(promises, key=lambda promise: (promise.date, promise.id))
    pending = {item for promise in order if promise.pending for item in promise.lines}
    fillings = [_fill(promise, residuals, events, left, pending) for promise in order]
    for filling in fillings:
        _make_up(filling, events, left, pending)
    return {filling.promise.id: _verdict(filling, today) for filling in fillings}


def _counts(promise: Promise, event: Allocation, pending: set[int]) -> bool:
    """Whether money is of the promise: given after it, dated in time, cleared."""
    return (
        event.cash
        and event.number > promise.baseline
        and event.date <= promise.last
        and not (event.uncleared and event.item in pending)
    )


def _fill(promise, residuals, events, left, pending) -> _Filling:
    """Fill a promise item by item with what earlier promises left."""
    filling = _Filling(promise)
    for item, promised in promise.lines.items():
        claim = _claim(promise, item, residuals.get(item, ZERO), events, left)
        need = missing = min(promised, max(ZERO, claim))
        for index, event in enumerate(events):
            if event.item == item and _counts(promise, event, pending):
                missing -= filling.take(index, events, left, missing)
        filling.needed += need
    return filling


def _claim(promise, item, residual, events, left) -> Decimal:
    """What an item could claim for a promise: what is open, what was paid since and not for
    earlier promises, and what entries took only after its last day."""
    claim = residual
    for index, event in enumerate(events):
        if event.item == item and event.number > promise.baseline:
            if event.cash:
                claim += left[index]
            elif event.date > promise.last:
                claim += event.amount
    return claim


def _make_up(filling: _Filling, events, left, pending) -> None:
    """Money on the items of a promise beyond what was promised of each."""
    for index, event in enumerate(events):
        short = filling.needed - filling.paid
        if short <= 0:
            return
        if event.item in filling.promise.lines and _counts(filling.promise, event, pending):
            filling.take(index, events, left, short)


def _verdict(filling: _Filling, today: date) -> Verdict:
    promise, needed, paid = filling.promise, filling.needed, filling.paid
    if not needed:
        state = "cancelled"
    elif paid >= needed:
        state = "kept"
    elif today <= promise.last and not promise.bounced:
        state = "open"
    elif paid * 100 >= needed * promise.threshold:
        state = "kept"
    else:
        state = "partial" if paid else "broken"
    return Verdict(state, needed, paid, filling.paid_on)


@dataclass(frozen=True, slots=True)
class Item:
    """An open item: what is open, and what of it is not held for any reason."""

    id: int
    due: date
    open: Decimal
    free: Decimal


def propose(amount: Decimal, items: Iterable[Item]) -> dict[int, Decimal]:
    """Items for a promise of ``amount``: the oldest first, the last one partly.

    What is free comes first; what is disputed, held or promised already only when that does
    not suffice. More than is open is of no item.

    >>> d, day = Decimal, lambda n: date(2026, 11, n)
    >>> old, new = Item(1, day(1), d(300), d(300)), Item(2, day(5), d(500), d(500))
    >>> propose(d(400), [new, old])
    {1: Decimal('300'), 2: Decimal('100')}
    >>> propose(d(400), [new, Item(1, day(1), d(300), d(50))])
    {1: Decimal('50'), 2: Decimal('350')}
    >>> propose(d(900), [new, Item(1, day(1), d(300), d(50))])
    {1: Decimal('300'), 2: Decimal('500')}
    """
    ordered = sorted(items, key=lambda item: (item.due, item.id))
    result: dict[int, Decimal] = {}
    for part in ("free", "held"):
        for item in ordered:
            most = item.free if part == "free" else item.open - item.free
            take = min(amount, most)
            if take > 0:
                result[item.id] = result.get(item.id, ZERO) + take
                amount -= take
    return {item.id: result[item.id] for item in ordered if item.id in result}
