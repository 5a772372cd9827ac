"""How a payment plan is kept: instalments filled by the money on its items.

Rules (README, "Payment plans"):

* money allocated to the covered items since the plan was offered fills the instalments in
  order, however it was matched; of each item at most what is covered, and at most by how much
  less is open than at the start (money taken off and matched again is no new money);
* what credit notes and other entries take off the items shortens the plan: from its end, all
  instalments in proportion, or the next ones first. A settlement asks for less only when
  less than its sum is left;
* an instalment is paid when nothing of it is open; on its day it is due, then late, and after
  the grace days missed. What is open within the tolerance is not missed;
* so many missed instalments, or the last one missed, default the plan; a settlement and an
  extension default with the first. To a settlement money dated after its last day does not
  count;
* with nothing open the plan is completed; with nothing to pay and nothing paid it is cleared.

Nothing is remembered: a payment that bounces un-fills, one matched late fills.
Amounts are :class:`~decimal.Decimal` in the currency of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Item:
    """``covered`` by the plan, of ``open_then`` when it was offered; ``residual`` is open now
    (zero: paid, vanished, or in draft)."""

    id: int
    covered: Decimal
    open_then: Decimal
    residual: Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """Money matched with an item since: its number in the order of allocation, its accounting
    date."""

    item: int
    number: int
    date: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Instalment:
    """``last``: its date and the grace days."""

    id: int
    date: date
    last: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """``lines`` in the order in which they are filled. ``shorten``: end, pro_rata or next.
    ``tolerance``: percent of an instalment. ``strict``: one missed instalment defaults it, and
    money dated after its last day does not count (a settlement)."""

    lines: Sequence[Instalment]
    items: Sequence[Item]
    shorten: str = "end"
    missed_limit: int = 1
    tolerance: Decimal = ZERO
    strict: bool = False
    digits: int = 2


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What became of an instalment."""

    id: int
    state: str
    paid: Decimal
    reduced: Decimal
    paid_on: date | None = None
    open: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Verdict:
    """``state``: active, completed, defaulted or cleared. ``item_paid``: item -> money."""

    state: str
    paid: Decimal
    reduced: Decimal
    missed: int
    lines: tuple[LineVerdict, ...]
    item_paid: dict[int, Decimal]
    paid_on: date | None = None

    @property
    def next(self) -> LineVerdict | None:
        """The first instalment with something open."""
        return next((line for line in self.lines if line.open > 0), None)


def judge(plan: Plan, money: Iterable[Money], today: date, until: date | None = None) -> Verdict:
    """How the plan stands.

    :param until: only money dated until then counts; what came later is taken as still open.

    >>> d, day = Decimal, lambda month: date(2026, month, 1)
    >>> lines = [Instalment(n, day(n), day(n), d(100)) for n in (1, 2, 3)]
    >>> def state(residual, *paid, today=day(2), **terms):
    ...     plan = Plan(lines, [Item(7, d(300), d(300), d(residual))], **terms)
    ...     verdict = judge(plan, [Money(7, n, day(1), d(a)) for n, a in enumerate(paid)], today)
    ...     return verdict.state, *(line.state for line in verdict.lines)
    >>> state(150, 150)
    ('active', 'paid', 'partial', 'upcoming')
    >>> state(150, 150, today=day(3)), state(150, 150, today=day(3), missed_limit=2)
    (('defaulted', 'paid', 'missed', 'due'), ('active', 'paid', 'missed', 'due'))
    >>> state(0, 300)
    ('completed', 'paid', 'paid', 'paid')

    A credit note of 120 shortens it from the end, in proportion, or the next ones first:

    >>> state(80, 100)
    ('active', 'paid', 'due', 'credited')
    >>> state(80, 100, shorten="pro_rata")
    ('active', 'paid', 'partial', 'upcoming')
    >>> state(80, 100, shorten="next")
    ('active', 'paid', 'credited', 'upcoming')
    >>> state(0)
    ('cleared', 'credited', 'credited', 'credited')
    """
    events, items = _counted(plan, list(money), until)
    taken, needed = _of_items(items, events)
    paid_total = sum((amount for amounts in taken.values() for _e, amount in amounts), ZERO)
    asked = sum((line.amount for line in plan.lines), ZERO)
    reduced = max(ZERO, asked - needed)
    lines = _fill(plan, taken, reduced, today)
    missed = sum(line.state == "missed" for line in lines)
    paid = sum((line.paid for line in lines), ZERO)
    return Verdict(
        state=_state(plan, lines, missed, paid_total, today),
        paid=paid,
        reduced=reduced,
        missed=missed,
        lines=tuple(lines),
        item_paid={
            item: sum((amount for _e, amount in amounts), ZERO) for item, amounts in taken.items()
        },
        paid_on=max((line.paid_on for line in lines if line.paid_on), default=None),
    )


def _counted(plan: Plan, money: list[Money], until: date | None):
    """The money that counts, and the items as if the rest had not come."""
    if plan.strict and plan.lines:
        last = max(line.last for line in plan.lines)
        until = min(until, last) if until else last
    if until is None:
        return money, plan.items
    late: dict[int, Decimal] = {}
    for event in money:
        if event.date > until:
            late[event.item] = late.get(event.item, ZERO) + event.amount
    items = [
        Item(item.id, item.covered, item.open_then, item.residual + late.get(item.id, ZERO))
        for item in plan.items
    ]
    return [event for event in money if event.date <= until], items


def _of_items(items: Sequence[Item], events: Sequence[Money]):
    """Dict item -> [(event, amount that counts)], and what all items could claim."""
    taken: dict[int, list[tuple[Money, Decimal]]] = {}
    needed = ZERO
    by_item: dict[int, list[Money]] = {}
    for event in sorted(events, key=lambda event: event.number):
        by_item.setdefault(event.item, []).append(event)
    for item in items:
        sunk = max(ZERO, item.open_then - item.residual)
        came = sum((event.amount for event in by_item.get(item.id, ())), ZERO)
        needed += min(item.covered, item.residual + min(came, sunk))
        left = min(item.covered, sunk)
        taken[item.id] = []
        for event in by_item.get(item.id, ()):
            if amount := min(event.amount, left):
                taken[item.id].append((event, amount))
                left -= amount
    return taken, needed


def shortened(
    amounts: Sequence[Decimal], reduced: Decimal, how: str, digits: int = 2
) -> list[Decimal]:
    """What is left of instalments that are shortened by ``reduced``; for *next*, see ``judge``.

    >>> d = Decimal
    >>> shortened([d(100), d(100), d(100)], d(150), "end")
    [Decimal('100'), Decimal('50'), Decimal('0')]
    >>> [str(part) for part in shortened([d(100), d(100), d(100)], d(100), "pro_rata")]
    ['66.67', '66.66', '66.67']
    """
    keep = max(ZERO, sum(amounts, ZERO) - reduced)
    if how != "pro_rata" or not reduced:
        result = []
        for amount in amounts:
            result.append(min(amount, keep))
            keep -= result[-1]
        return result
    total, running, before, result = sum(amounts, ZERO), ZERO, ZERO, []
    unit = Decimal(1).scaleb(-digits)
    for amount in amounts:
        running += amount
        upto = (keep * running / total).quantize(unit, ROUND_HALF_UP)
        result.append(upto - before)
        before = upto
    return result


def _fill(plan: Plan, taken, reduced: Decimal, today: date) -> list[LineVerdict]:
    """Fill the instalments in order."""
    amounts = [line.amount for line in plan.lines]
    next_first = plan.shorten == "next"
    targets = amounts if next_first else shortened(amounts, reduced, plan.shorten, plan.digits)
    money = sorted(
        (pair for pairs in taken.values() for pair in pairs),
        key=lambda pair: (pair[0].date, pair[0].number),
    )
    left = [amount for _event, amount in money]
    credit, at, result = reduced, 0, []
    for line, wanted in zip(plan.lines, targets, strict=True):
        target, paid, paid_on = wanted, ZERO, None
        while at < len(money) and paid < target:
            amount = min(left[at], target - paid)
            paid += amount
            left[at] -= amount
            paid_on = money[at][0].date
            at += not left[at]
        if next_first:
            off = min(credit, target - paid)
            credit -= off
            target -= off
        result.append(
            LineVerdict(
                line.id,
                _line_state(plan, line, target, paid, today),
                paid,
                line.amount - target,
                paid_on,
                target - paid,
            )
        )
    return result


def _line_state(plan: Plan, line: Instalment, target: Decimal, paid: Decimal, today: date) -> str:
    still = target - paid
    if still <= 0:
        return "paid" if paid else "credited"
    if today > line.last and still * 100 > line.amount * plan.tolerance:
        return "missed"
    if today > line.date and still * 100 > line.amount * plan.tolerance:
        return "late"
    if paid:
        return "partial"
    return "upcoming" if today < line.date else "due"


def _state(plan: Plan, lines, missed: int, paid: Decimal, today: date) -> str:
    if not plan.lines:
        return "active"
    still = [line for line in lines if line.open > 0]
    if not still:
        return "completed" if paid else "cleared"
    over = today > max(line.last for line in plan.lines)
    if over and not missed:
        return "completed"  # what is open is within the tolerance
    if over or missed >= (1 if plan.strict else plan.missed_limit):
        return "defaulted"
    return "active"
