"""Contact rules: may this debtor be contacted now, and if not, when again.

All moments are aware datetimes; hours, days and holidays are those of the debtor's own
timezone. Days are counted as Regulation F counts them (12 CFR 1006.14(b)): the day of a
conversation, or of an attempt, is day 1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

#: Somebody speaks with the debtor: attempts are counted, quiet days are kept.
LIVE = frozenset({"phone", "visit"})
#: Somebody writes: what is left to a debtor who asked for writing only.
WRITTEN = frozenset({"email", "sms", "letter"})
#: A window is looked for so many days ahead; a rule that opens on no day ends there.
HORIZON = 60


@dataclass(frozen=True)
class Rule:
    """When a debtor may be contacted.

    ``hours``: from and to, in hours of the day there, 24.0 is midnight at its end.
    ``weekdays``: 0 = Monday. ``channels``: those the rule allows at all. ``timed``: those
    bound to the hours. ``max_attempts`` within ``attempt_days`` consecutive days, and
    ``quiet_days`` after a conversation, its own day included; 0: no such limit.
    """

    hours: tuple[float, float] = (8.0, 19.0)
    weekdays: frozenset[int] = frozenset(range(5))
    channels: frozenset[str] = LIVE | WRITTEN
    timed: frozenset[str] = LIVE | {"sms"}
    max_attempts: int = 0
    attempt_days: int = 7
    quiet_days: int = 0


@dataclass(frozen=True)
class Past:
    """What has happened: attempts that count, the last conversation, and a consent.

    ``consent``: from when on the debtor has asked to be called back. Given in a
    conversation, it lasts seven days from then: such a call is not counted, and no quiet
    day forbids it.
    """

    attempts: Sequence[datetime] = ()
    conversation: datetime | None = None
    consent: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """``reason``: empty when allowed. ``at``: when it is allowed again, None: not by itself.
    ``until``: the end of today's window. ``used``: attempts in the days that count."""

    allowed: bool
    reason: str = ""
    at: datetime | None = None
    until: datetime | None = None
    used: int = 0


@dataclass(frozen=True)
class Debtor:
    """What forbids contact whatever the hour: codes, the gravest first, see ``stop``."""

    stops: Collection[str] = field(default_factory=frozenset)
    opted_out: Collection[str] = field(default_factory=frozenset)


#: The gravest first. The channels that each leaves open.
STOPS = {
    "legal_stop": frozenset(),
    "do_not_contact": frozenset(),
    "deceased": frozenset(),
    "insolvent": frozenset(),
    "attorney": frozenset(),
    "written_only": WRITTEN,
}


def stop(debtor: Debtor, rule: Rule, channel: str) -> str:
    """Why the debtor is not contacted through the channel at any time; empty: it may be.

    >>> stop(Debtor({"written_only"}), Rule(), "phone"), stop(Debtor({"written_only"}), Rule(), "email")
    ('written_only', '')
    >>> stop(Debtor({"attorney", "deceased"}), Rule(), "letter")
    'deceased'
    >>> stop(Debtor(opted_out={"email"}), Rule(), "email")
    'opted_out'
    """
    for reason, still in STOPS.items():
        if reason in debtor.stops and channel not in still:
            return reason
    if channel in debtor.opted_out:
        return "opted_out"
    return "channel" if channel in (LIVE | WRITTEN) - rule.channels else ""


def moment(day: date, hour: float, zone: tzinfo, *, opens: bool) -> datetime:
    """The moment of an hour of a day there, in UTC; where clocks change, the stricter one.

    An hour that comes twice opens the second time and closes the first time; one that does
    not come opens, and closes, as much later as the clock jumps.

    >>> from zoneinfo import ZoneInfo
    >>> moment(date(2026, 7, 1), 8, ZoneInfo("Europe/Brussels"), opens=True).isoformat()
    '2026-07-01T06:00:00+00:00'
    >>> moment(date(2026, 7, 1), 24, ZoneInfo("Europe/Brussels"), opens=False).isoformat()
    '2026-07-01T22:00:00+00:00'
    """
    minutes = round(hour * 60)
    day += timedelta(days=minutes // 1440)
    wall = datetime.combine(day, time(minutes % 1440 // 60, minutes % 60), zone)
    both = [wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    if both[1] < both[0]:  # does not come on this day
        return both[0]
    return both[1] if opens else both[0]


def window(
    rule: Rule, day: date, zone: tzinfo, is_holiday: Callable[[date], bool]
) -> tuple[datetime, datetime] | None:
    """From when to when the debtor may be contacted on a day there; None: not at all."""
    if day.weekday() not in rule.weekdays or is_holiday(day):
        return None
    opens = moment(day, rule.hours[0], zone, opens=True)
    closes = moment(day, rule.hours[1], zone, opens=False)
    return (opens, closes) if opens < closes else None


def used(rule: Rule, past: Past, zone: tzinfo, day: date) -> int:
    """Attempts in the consecutive days that end with a day there."""
    first = day - timedelta(days=rule.attempt_days - 1)
    return sum(first <= at.astimezone(zone).date() <= day for at in past.attempts)


def limit(rule: Rule, past: Past, zone: tzinfo, day: date) -> str:
    """Why no call is allowed on a day there, by what has happened before it.

    >>> from zoneinfo import ZoneInfo
    >>> rule, zone = Rule(quiet_days=7), ZoneInfo("America/New_York")
    >>> past = Past(conversation=datetime(2026, 6, 1, 15, 0, tzinfo=zone))
    >>> [limit(rule, past, zone, date(2026, 6, day)) for day in (1, 7, 8)]
    ['quiet', 'quiet', '']
    """
    if rule.quiet_days and past.conversation:
        spoke = past.conversation.astimezone(zone).date()
        if day < spoke + timedelta(days=rule.quiet_days):
            return "quiet"
    if rule.max_attempts and used(rule, past, zone, day) >= rule.max_attempts:
        return "attempts"
    return ""


def consented(past: Past, at: datetime, zone: tzinfo) -> bool:
    """Whether the debtor has asked, in a conversation of the last seven days, for a call
    now or earlier."""
    if not (past.consent and past.conversation) or at < past.consent:
        return False
    days = at.astimezone(zone).date() - past.conversation.astimezone(zone).date()
    return days <= timedelta(days=7)


def check(
    rule: Rule,
    zone: tzinfo,
    now: datetime,
    *,
    channel: str = "phone",
    debtor: Debtor | None = None,
    past: Past | None = None,
    is_holiday: Callable[[date], bool] = lambda _day: False,
) -> Verdict:
    """Whether a debtor may be contacted now through a channel.

    :param zone: of the debtor. :param now: aware. :param is_holiday: of a day there.
    :return: a verdict; its reason is a code of ``STOPS``, ``opted_out``, ``channel``,
        ``quiet``, ``attempts``, ``hours``, ``weekday`` or ``holiday``.

    >>> from zoneinfo import ZoneInfo
    >>> zone = ZoneInfo("America/New_York")
    >>> night = datetime(2026, 11, 17, 3, 42, tzinfo=zone)
    >>> check(Rule(), zone, night).at.astimezone(zone).isoformat()
    '2026-11-17T08:00:00-05:00'
    """
    past = past or Past()
    today = now.astimezone(zone).date()
    count = used(rule, past, zone, today)
    if reason := stop(debtor or Debtor(), rule, channel):
        return Verdict(False, reason, used=count)
    timed, live = channel in rule.timed, channel in LIVE

    def free(at: datetime, day: date) -> str:
        return limit(rule, past, zone, day) if live and not consented(past, at, zone) else ""

    reason = free(now, today)
    span = window(rule, today, zone, is_holiday) if timed else None
    if not reason and timed and not (span and span[0] <= now < span[1]):
        reason = _outside(rule, today, is_holiday)
    if not reason:
        return Verdict(True, until=span and span[1], used=count)
    for ahead in range(HORIZON):
        day = today + timedelta(days=ahead)
        opens = _opening(rule, day, zone, is_holiday, timed=timed)
        if opens and (at := _first(opens, now, past, day, free)):
            return Verdict(False, reason, at=at, used=count)
    return Verdict(False, reason, used=count)


def _opening(rule, day, zone, is_holiday, *, timed):
    if timed:
        return window(rule, day, zone, is_holiday)
    start = moment(day, 0, zone, opens=True)
    return start, moment(day, 24, zone, opens=False)


def _first(span, now, past, day, free):
    """The first moment of a window, now or later, at which nothing forbids the contact."""
    starts = [max(span[0], now)]
    if past.consent:
        starts.append(max(span[0], now, past.consent))
    return next((at.astimezone(UTC) for at in starts if at < span[1] and not free(at, day)), None)


def _outside(rule, day, is_holiday):
    if day.weekday() not in rule.weekdays:
        return "weekday"
    return "holiday" if is_holiday(day) else "hours"
