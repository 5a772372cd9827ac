"""Replay: which notices a policy would have sent over past days of the real ledger.

Items come with what was settled on them and held of them, day by day, as it really
happened. Nobody pays sooner here because a letter came sooner: a replay does not guess.

Nothing changes between two *events* (an item is posted, falls due, is paid, reaches a
level, a hold begins or ends, a quiet period is over), so only their days are looked at;
the decision on each of them is ``ladder.decide``, the rule of the real run.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from . import addresses, ladder

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Settled:
    """On ``day`` this much of the item was settled, positive, in its and company currency."""

    day: date
    amount: Decimal
    company: Decimal


@dataclass(frozen=True, slots=True)
class Held:
    """From ``first`` until before ``end`` (None: still) ``amount`` is held (None: all)."""

    first: date
    end: date | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A receivable item; ``amount`` negative: a credit. ``level_delay``, ``level_date``: the
    level it stood at when the replay begins. ``address``: whom it is addressed to; None: a
    credit of no invoice, or nobody asks."""

    id: int
    currency_id: int
    posted: date
    due: date
    amount: Decimal
    company: Decimal
    settled: Sequence[Settled] = ()
    held: Sequence[Held] = ()
    level_delay: int | None = None
    level_date: date | None = None
    address: int | None = None


@dataclass(frozen=True, slots=True)
class Debtor:
    """``paused``: holds on the whole debtor. ``last_notice``: before the replay begins."""

    id: int
    items: Sequence[Item]
    paused: Sequence[Held] = ()
    last_notice: date | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of a follow-up policy as a run reads them."""

    levels: Sequence[ladder.Level]
    escalation: str = "sequential"
    minimum: Decimal = ZERO
    quiet_days: int = 0
    resume_days: int = 0
    dunned: bool = True
    per_address: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that would have left; ``claimed``: item -> what was claimed of it, in company
    currency, credits not deducted. ``amount``: the claim, credits deducted."""

    day: date
    debtor_id: int
    level: ladder.Level
    amount: Decimal
    claimed: Mapping[int, Decimal]


@dataclass(slots=True)
class _Standing:
    """An open item on a day."""

    item: Item
    open: Decimal
    company: Decimal
    free: Decimal
    waiting: bool
    reached: ladder.Level | None
    noticed: bool


@dataclass
class _Replay:
    """One debtor, or one address of a debtor, under one policy. ``at``: item -> (delay, day) of
    its level."""

    debtor: Debtor
    policy: Policy
    address: int | None = None
    at: dict[int, tuple[int, date | None]] = field(default_factory=dict)
    last_notice: date | None = None

    def __post_init__(self):
        self.last_notice = self.debtor.last_notice
        self._closed = {item.id: _closing_day(item) for item in self.debtor.items}
        for item in self.debtor.items:
            if item.level_delay is not None:
                self.at[item.id] = (item.level_delay, item.level_date)
        self._steps: dict[int | None, list[ladder.Step]] = {}

    def notices(self, first: date, last: date) -> Iterator[Notice]:
        days = [first, *self._events(first, last)]
        heapq.heapify(days)
        done = None
        while days:
            day = heapq.heappop(days)
            if day == done or day > last:
                continue
            done = day
            notice = self._decide(day)
            if notice:
                yield notice
                waits = {self.policy.quiet_days, *(lev.min_days for lev in self.policy.levels)}
                for wait in waits:
                    heapq.heappush(days, day + timedelta(days=wait or 1))

    def _events(self, first: date, last: date) -> set[date]:
        """The days in the window on which something changes by itself."""
        days = {ladder.quiet_until(self.last_notice, self.policy.quiet_days)}
        for held in self.debtor.paused:
            days |= self._held_events(held)
        delays = [1, *(level.delay for level in self.policy.levels)]
        for item in self.debtor.items:
            days.add(item.posted)
            days.update(settled.day for settled in item.settled)
            days.update(item.due + timedelta(days=delay) for delay in delays)
            for held in item.held:
                days |= self._held_events(held)
            if item.level_date:
                days.update(
                    item.level_date + timedelta(days=lev.min_days) for lev in self.policy.levels
                )
        return {day for day in days if day and first < day <= last}

    def _held_events(self, held: Held) -> set[date]:
        if not held.end:
            return {held.first}
        return {held.first, held.end, held.end + timedelta(days=self.policy.resume_days)}

    def _decide(self, day: date) -> Notice | None:
        if self._is_silent(day):
            return None
        standings = [
            standing
            for item in self.debtor.items
            if item.posted <= day < self._closed[item.id] and (standing := self._stand(item, day))
        ]
        rows, others = list(_currency_rows(standings, day)), ZERO
        if self.address is not None:
            by_address = _address_rows(standings, day)
            rows = by_address.pop(self.address, [])
            others = sum((_claimable(other) for other in by_address.values()), ZERO)
            standings = [row for row in standings if row.item.address == self.address]
        reached = [row.reached for row in standings if row.reached and row.free]
        if not reached:
            return None
        level = max(reached, key=lambda level: level.delay)
        decision = ladder.decide(
            ladder.Debtor(
                rows=rows,
                others=others,
                level=level,
                dunned=self.policy.dunned,
                minimum=self.policy.minimum,
                quiet_until=ladder.quiet_until(self.last_notice, self.policy.quiet_days),
            ),
            day,
        )
        return self._send(decision, standings, day) if decision.level else None

    def _is_silent(self, day: date) -> bool:
        """Whether no notice can leave, seen without adding up: most days end here."""
        quiet = ladder.quiet_until(self.last_notice, self.policy.quiet_days)
        if (quiet and day < quiet) or any(_in_force(held, day) for held in self.debtor.paused):
            return True
        return not any(
            item.posted <= day < self._closed[item.id]
            and item.amount > 0
            and self.address in (None, item.address)
            and self._reached(item, day, *self.at.get(item.id, (None, None)))
            for item in self.debtor.items
        )

    def _send(self, decision: ladder.Decision, standings: list[_Standing], day: date) -> Notice:
        level, claimed = decision.level, {}
        currencies = {claim.currency_id for claim in decision.claims}
        for row in standings:
            named = row.free and row.item.currency_id in currencies and row.open > 0
            if not named or level.courtesy != (row.item.due >= day):
                continue
            if level.courtesy and not (row.reached and row.reached.courtesy):
                continue
            if not level.formal or row.noticed:
                claimed[row.item.id] = _share(row)
            if row.reached:
                self.at[row.item.id] = (row.reached.delay, day)
        self.last_notice = day
        return Notice(day, self.debtor.id, level, decision.amount, claimed)

    def _stand(self, item: Item, day: date) -> _Standing | None:
        paid = [settled for settled in item.settled if settled.day <= day]
        sign = 1 if item.amount > 0 else -1
        left = item.amount - sign * sum((settled.amount for settled in paid), ZERO)
        company = item.company - sign * sum((settled.company for settled in paid), ZERO)
        if not left or not company or (left > 0) != (item.amount > 0):
            return None
        held = _held_part(item.held, abs(left), day)
        waiting = left > 0 and self._waits(item, day)
        free = ZERO if waiting else abs(left) - held
        delay, since = self.at.get(item.id, (None, None))
        reached = self._reached(item, day, delay, since) if left > 0 else None
        noticed = delay is not None and delay >= 0
        return _Standing(item, left, company, free, waiting, reached, noticed)

    def _waits(self, item: Item, day: date) -> bool:
        """Whether a hold of the item or of the debtor ended less than the resume days ago."""
        pause = timedelta(days=self.policy.resume_days)
        return any(
            held.end and held.first <= held.end <= day < held.end + pause
            for held in (*item.held, *self.debtor.paused)
        )

    def _reached(self, item: Item, day: date, delay: int | None, since: date | None):
        if delay not in self._steps:
            self._steps[delay] = ladder.steps(self.policy.levels, delay, self.policy.escalation)
        days = (day - item.due).days
        for step in self._steps[delay]:
            if step.first_day <= days <= step.last_day:
                waited = since is None or (day - since).days >= step.level.min_days
                if waited:
                    return step.level
        return None


def _closing_day(item: Item) -> date:
    """The first day on which nothing is open any more; the last day there is: it stays open.

    >>> _closing_day(Item(1, 1, date(2026, 1, 1), date(2026, 2, 1), Decimal(9), Decimal(9),
    ...                   [Settled(date(2026, 3, 1), Decimal(9), Decimal(9))]))
    datetime.date(2026, 3, 1)
    """
    left = abs(item.amount)
    for settled in sorted(item.settled, key=lambda settled: settled.day):
        left -= settled.amount
        if left <= 0:
            return settled.day
    return date.max


def _in_force(held: Held, day: date) -> bool:
    return held.first <= day and (held.end is None or day < held.end)


def _held_part(holds: Sequence[Held], left: Decimal, day: date) -> Decimal:
    """What is held of what is left on a day.

    >>> _held_part([Held(date(2026, 1, 1), None, Decimal(30))], Decimal(100), date(2026, 2, 1))
    Decimal('30')
    """
    part = ZERO
    for held in holds:
        if _in_force(held, day):
            part += left if held.amount is None else held.amount
    return min(part, left)


def _share(row: _Standing) -> Decimal:
    """The free part of what is open, in company currency."""
    return row.company * row.free / abs(row.open)


def _currency_rows(standings: Iterable[_Standing], day: date) -> Iterator[ladder.CurrencyRow]:
    """What ``ladder.decide`` wants to know, per currency."""
    sums: dict[int, dict[str, Decimal]] = {}
    for row in standings:
        own = sums.setdefault(row.item.currency_id, {})

        def add(name, amount, company=None, own=own):
            own[name] = own.get(name, ZERO) + amount
            if company is not None:
                own[f"{name}_company"] = own.get(f"{name}_company", ZERO) + company

        if row.open < 0:
            add("credit", row.free, abs(_share(row)))
        elif day > row.item.due:
            add("overdue", row.open)
            add("claimable", row.free, _share(row))
            if row.noticed:
                add("noticed", row.free, _share(row))
        elif row.reached and row.reached.courtesy:
            add("courtesy", row.free, _share(row))
    for currency_id, amounts in sorted(sums.items()):
        yield ladder.CurrencyRow(currency_id, **amounts)


def _address_rows(standings: Sequence[_Standing], day: date) -> dict[int, list[ladder.CurrencyRow]]:
    """What ``ladder.decide`` wants to know of each address with claims: dict of its rows.

    Credits are shared out as ``addresses.shares`` says.
    """
    claims = [row for row in standings if row.open > 0]
    rows: dict[int, list[ladder.CurrencyRow]] = {}
    for currency_id in sorted({row.item.currency_id for row in claims}):
        own = [row for row in claims if row.item.currency_id == currency_id]
        credits_ = [
            row for row in standings if row.open < 0 and row.item.currency_id == currency_id
        ]
        shares = addresses.shares(
            [addresses.Claim(row.item.address, row.item.due, row.item.id, row.free) for row in own],
            [addresses.Credit(row.item.address, row.free) for row in credits_],
            day,
        )
        free = sum((row.free for row in credits_), ZERO)
        company = sum((abs(_share(row)) for row in credits_), ZERO)
        for address in {row.item.address for row in own}:
            of_address = [row for row in own if row.item.address == address]
            [found] = list(_currency_rows(of_address, day)) or [ladder.CurrencyRow(currency_id)]
            credit = shares.get(address, ZERO)
            found = found._replace(
                credit=credit, credit_company=company * credit / free if free else ZERO
            )
            rows.setdefault(address, []).append(found)
    return rows


def _claimable(rows: Iterable[ladder.CurrencyRow]) -> Decimal:
    return sum((claim.company for claim in ladder.claims_of(rows, None)), ZERO)


def replay(debtor: Debtor, policy: Policy | None, first: date, last: date) -> list[Notice]:
    """The notices that would have left from ``first`` to ``last``, with a run every night.

    :param policy: None: no policy fits the debtor; nothing leaves. Where it writes to each
        invoice address, each has its notices.

    >>> rules = Policy([ladder.Level(1, 7), ladder.Level(2, 21, min_days=7)], quiet_days=7)
    >>> item = Item(1, 1, date(2026, 1, 1), date(2026, 2, 1), Decimal(100), Decimal(100),
    ...             [Settled(date(2026, 3, 1), Decimal(100), Decimal(100))])
    >>> [(notice.day.isoformat(), notice.level.id, notice.amount)
    ...  for notice in replay(Debtor(1, [item]), rules, date(2026, 1, 1), date(2026, 6, 30))]
    [('2026-02-08', 1, Decimal('100')), ('2026-02-22', 2, Decimal('100'))]
    """
    if policy is None or not policy.dunned:
        return []
    if not policy.per_address:
        return list(_Replay(debtor, policy).notices(first, last))
    found = {item.address for item in debtor.items if item.amount > 0}
    notices = [
        notice
        for address in sorted(found)
        for notice in _Replay(debtor, policy, address=address).notices(first, last)
    ]
    return sorted(notices, key=lambda notice: notice.day)
