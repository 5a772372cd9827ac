"""The ladder: which follow-up level an item reaches, and what a debtor is sent.

An item climbs by its own age. ``steps`` says, for an item that stands at a level, on
which days past due it reaches which level next; the database only looks the rows up,
so the rule lives here alone. ``decide`` then concludes for one debtor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)
#: Stands for "no upper limit" and is still a small integer for the database.
FOREVER = 1_000_000


@dataclass(frozen=True, slots=True)
class Level:
    """A follow-up level. ``delay``: days past the due date, negative = courtesy."""

    id: int
    delay: int
    min_days: int = 0
    min_amount: Decimal = ZERO
    formal: bool = False

    @property
    def courtesy(self) -> bool:
        return self.delay < 0


@dataclass(frozen=True, slots=True)
class Step:
    """On the days ``first_day`` .. ``last_day`` past due an item reaches ``level``."""

    first_day: int
    last_day: int
    level: Level


def steps(
    levels: Iterable[Level], current_delay: int | None, escalation: str = "sequential"
) -> list[Step]:
    """The levels an item can reach next.

    :param levels: those of the policy.
    :param current_delay: delay of the level the item stands at (of whatever policy:
        after a change of policy the item goes on where its old level would stand);
        None: not noticed yet.
    :param escalation: ``sequential``, one level after the other, or ``direct``, the
        level the age calls for.

    A courtesy level is only ever reached before the due date, the others only after it.

    >>> ladder = [Level(1, -3), Level(2, 7), Level(3, 21, min_days=7)]
    >>> [(s.first_day, s.last_day, s.level.id) for s in steps(ladder, None)]
    [(-3, -1, 1), (7, 1000000, 2)]
    >>> [(s.first_day, s.last_day, s.level.id) for s in steps(ladder, 7)]
    [(21, 1000000, 3)]
    >>> [(s.first_day, s.last_day, s.level.id) for s in steps(ladder, -3, "direct")]
    [(7, 20, 2), (21, 1000000, 3)]
    >>> steps(ladder, 21)
    []
    """
    above = sorted(
        (level for level in levels if current_delay is None or level.delay > current_delay),
        key=lambda level: level.delay,
    )
    before = [level for level in above if level.courtesy]
    after = [level for level in above if not level.courtesy]
    return [
        *_steps_of(before, escalation, last_day=-1),
        *_steps_of(after, escalation, last_day=FOREVER),
    ]


def _steps_of(levels: Sequence[Level], escalation: str, last_day: int) -> list[Step]:
    if escalation == "sequential":
        levels = levels[:1]
    ends = [level.delay - 1 for level in levels[1:]] + [last_day]
    first = 1 if last_day == FOREVER else -FOREVER
    return [
        Step(max(level.delay, first), end, level) for level, end in zip(levels, ends, strict=False)
    ]


def reached(
    levels: Iterable[Level],
    escalation: str,
    days: int,
    current_delay: int | None = None,
    days_at_level: int | None = None,
) -> Level | None:
    """The level an item reaches now: the plain definition.

    :param days: days past due (negative: before). :param days_at_level: days since the
        item reached its present level.

    >>> ladder = [Level(1, -3), Level(2, 7), Level(3, 21, min_days=7)]
    >>> reached(ladder, "sequential", 30).id
    2
    >>> reached(ladder, "direct", 30).id
    3
    >>> reached(ladder, "sequential", 30, current_delay=7, days_at_level=6) is None
    True
    >>> reached(ladder, "sequential", 30, current_delay=7, days_at_level=7).id
    3
    >>> reached(ladder, "sequential", 0) is None
    True
    """
    for step in steps(levels, current_delay, escalation):
        waited = days_at_level is None or days_at_level >= step.level.min_days
        if step.first_day <= days <= step.last_day and waited:
            return step.level
    return None


class CurrencyRow(NamedTuple):
    """The items of a debtor in one currency; ``_company``: the same in company currency.

    ``overdue``: past due, held or not. ``claimable``: past due, neither held nor waiting
    after a hold. ``noticed``: the claimable part that has had a notice (not a courtesy)
    before. ``courtesy``: not yet due and reaching a courtesy level now. ``credit``:
    available credits, positive.
    """

    currency_id: int
    overdue: Decimal = ZERO
    claimable: Decimal = ZERO
    claimable_company: Decimal = ZERO
    noticed: Decimal = ZERO
    noticed_company: Decimal = ZERO
    courtesy: Decimal = ZERO
    courtesy_company: Decimal = ZERO
    credit: Decimal = ZERO
    credit_company: Decimal = ZERO
    waiting: Decimal = ZERO


class Debtor(NamedTuple):
    """What a run knows of a debtor when it decides.

    ``level``: the highest level one of its items reaches tonight. ``quiet_until`` and
    ``resume_on``: first day on which it may be noticed again. ``others``: of one address of a
    debtor, what may be claimed at its other addresses, in company currency: ``minimum`` is
    one of the whole debtor.
    """

    rows: Sequence[CurrencyRow]
    level: Level | None = None
    has_policy: bool = True
    dunned: bool = True
    paused: bool = False
    minimum: Decimal = ZERO
    quiet_until: date | None = None
    resume_on: date | None = None
    next_on: date | None = None
    has_address: bool = True
    others: Decimal = ZERO


class Claim(NamedTuple):
    """What is to be claimed in one currency: claims less the credits deducted."""

    currency_id: int
    claimed: Decimal
    credit: Decimal
    company: Decimal

    @property
    def to_pay(self) -> Decimal:
        return self.claimed - self.credit


class Decision(NamedTuple):
    """``level`` None: no notice, because of ``reason``; ``date``: when to look again;
    ``channels``: through which the notice leaves, one communication each."""

    level: Level | None
    reason: str | None
    claims: Sequence[Claim] = ()
    date: date | None = None
    channels: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal:
        """The claim less credits, in company currency."""
        return sum((claim.company for claim in self.claims), ZERO)


def claims_of(rows: Iterable[CurrencyRow], level: Level | None) -> list[Claim]:
    """What a notice at the level would claim, per currency with something to pay.

    A courtesy level names what comes due, a formal one demands only what was noticed
    before, any other what is overdue. Credits are deducted within their currency.

    >>> row = CurrencyRow(1, claimable=Decimal(100), claimable_company=Decimal(90),
    ...                   credit=Decimal(40), credit_company=Decimal(36))
    >>> [(c.claimed, c.credit, c.to_pay, c.company) for c in claims_of([row], Level(2, 7))]
    [(Decimal('100'), Decimal('40'), Decimal('60'), Decimal('54'))]
    """
    courtesy, formal = bool(level and level.courtesy), bool(level and level.formal)
    claims = []
    for row in rows:
        if courtesy:
            amount, company = row.courtesy, row.courtesy_company
        elif formal:
            amount, company = row.noticed, row.noticed_company
        else:
            amount, company = row.claimable, row.claimable_company
        if amount > row.credit:
            net = max(ZERO, company - row.credit_company)
            claims.append(Claim(row.currency_id, amount, row.credit, net))
    return claims


def decide(debtor: Debtor, today: date) -> Decision:
    """Conclude for one debtor: a notice at a level, or the reason why not.

    >>> today = date(2026, 11, 21)
    >>> row = CurrencyRow(1, overdue=Decimal(100), claimable=Decimal(100),
    ...                   claimable_company=Decimal(100))
    >>> decide(Debtor([row], Level(2, 7)), today).level.id
    2
    >>> decide(Debtor([row], Level(2, 7), quiet_until=date(2026, 11, 24)), today).reason
    'quiet_period'
    >>> decide(Debtor([row], Level(2, 7), minimum=Decimal(500)), today).reason
    'below_minimum'
    >>> decide(Debtor([row], Level(2, 7), minimum=Decimal(500), others=Decimal(400)), today).amount
    Decimal('100')
    """
    refused = _refusal_of_debtor(debtor)
    if refused:
        return refused
    if not debtor.level and not any(row.overdue for row in debtor.rows):
        return Decision(None, "nothing_overdue", date=debtor.next_on)
    if not debtor.level and not any(row.claimable for row in debtor.rows):
        if any(row.waiting for row in debtor.rows):
            return Decision(None, "resume_wait", date=debtor.resume_on)
        return Decision(None, "all_held")
    return _decide_amount(debtor, today)


def _refusal_of_debtor(debtor: Debtor) -> Decision | None:
    if not debtor.has_policy:
        return Decision(None, "no_policy")
    if not debtor.dunned:
        return Decision(None, "not_dunned")
    if debtor.paused:
        return Decision(None, "debtor_paused")
    return None


def _decide_amount(debtor: Debtor, today: date) -> Decision:
    level, claims = debtor.level, claims_of(debtor.rows, debtor.level)
    if level and level.formal and not any(row.noticed for row in debtor.rows):
        return Decision(None, "level_not_reached", date=debtor.next_on)
    if not claims:
        return Decision(None, "covered_by_credit")
    amount = sum([claim.company for claim in claims], ZERO)
    if amount + debtor.others < debtor.minimum or (level and amount < level.min_amount):
        return Decision(None, "below_minimum")
    if not level:
        return Decision(None, "level_not_reached", date=debtor.next_on)
    if debtor.quiet_until and today < debtor.quiet_until:
        return Decision(None, "quiet_period", date=debtor.quiet_until)
    if not debtor.has_address:
        return Decision(None, "no_address")
    return Decision(level, None, tuple(claims))


def channels_of(
    wanted: Sequence[str],
    fallback: str | None,
    usable: Iterable[str],
    preferred: str | None = None,
) -> tuple[str, ...]:
    """The channels a notice leaves through.

    :param wanted: those of the level. :param fallback: used when none of these can be.
    :param usable: those the debtor has an address for.
    :param preferred: the one the debtor has asked for: it alone, where the level knows it.

    >>> channels_of(["email", "letter"], None, {"email", "letter"})
    ('email', 'letter')
    >>> channels_of(["email"], "letter", {"letter"}), channels_of(["email"], None, {"letter"})
    (('letter',), ())
    >>> channels_of(["email", "letter"], None, {"email", "letter"}, "letter")
    ('letter',)
    >>> channels_of(["email"], "letter", {"email", "letter"}, "letter")
    ('letter',)
    >>> channels_of(["email"], None, {"email", "letter"}, "letter")
    ('email',)
    """
    usable = set(usable)
    if preferred in usable and preferred in {*wanted, fallback}:
        return (preferred,)
    found = tuple(channel for channel in wanted if channel in usable)
    if not found and fallback in usable:
        return (fallback,)
    return found


def quiet_until(last: date | None, quiet_days: int) -> date | None:
    """First day on which a debtor may be noticed again after the notice of ``last``.

    >>> quiet_until(date(2026, 11, 12), 7)
    datetime.date(2026, 11, 19)
    """
    return last + timedelta(days=quiet_days) if last and quiet_days else None
