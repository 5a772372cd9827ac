"""Past notices: the ladder itself tells what each would have said on its day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ..tools import ladder
from .plan import Hold, Notice, NoticeLine, Plan, rows_of

#: The ladder of the delivered policy "Standard"; a level's id here is its delay.
LEVELS = (
    ladder.Level(-3, -3),
    ladder.Level(7, 7, min_days=7),
    ladder.Level(21, 21, min_days=10),
    ladder.Level(45, 45, min_days=14, formal=True),
)
FORMAL = {level.delay for level in LEVELS if level.formal}
RESUME_DAYS = 3
#: States after which the items stand at their new level.
COUNTS = ("sent", "unknown")
#: Notices about invoices paid since, per debtor, by how he pays.
OLD_NOTICES = {"late": 1, "slow": 2}
HELD_KINDS = {
    "dispute": "disputed",
    "query": "disputed",
    "promise": "promised",
    "plan": "planned",
}


@dataclass
class Item:
    """A part of a document as it stood over time."""

    key: str
    part: int
    created: date
    due: date
    amount: Decimal
    currency: str
    credit: bool
    paid: list[tuple[date, Decimal]] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    level: int | None = None
    level_date: date | None = None

    def open_on(self, day: date) -> Decimal:
        if self.created > day:
            return Decimal(0)
        return self.amount - sum(amount for paid_on, amount in self.paid if paid_on <= day)

    def held_on(self, day: date) -> tuple[Decimal, str]:
        """The held part on a day and the kind of the hold, as the evidence names it."""
        for hold in self.holds:
            end = hold.end()
            if hold.in_force(day):
                amount = self.open_on(day) if hold.amount is None else hold.amount
                return min(amount, self.open_on(day)), HELD_KINDS.get(hold.reason, "other")
            if end and end <= day < end + timedelta(days=RESUME_DAYS):
                return self.open_on(day), "waiting"
        return Decimal(0), ""

    def reaches(self, day: date) -> int | None:
        """Delay of the level the item reaches on a day, None if none."""
        waited = (day - self.level_date).days if self.level_date else None
        level = ladder.reached(LEVELS, "sequential", (day - self.due).days, self.level, waited)
        return level.delay if level else None


def add(plan: Plan) -> None:
    """Add the past notices, oldest first, so that each finds its items where they stood."""
    items = _items(plan)
    wanted = [
        (plan.today - timedelta(days=int(row["days"])), row["debtor"], row["state"], True)
        for row in rows_of("notices")
    ]
    wanted += _old_notices(plan, items, wanted)
    for day, debtor, state, needed in sorted(wanted):
        notice = _notice(items[debtor], debtor, day, state)
        if notice:
            plan.notices.append(notice)
        elif needed:
            raise ValueError(f"nothing of {debtor} reaches a level on {day}")


def _items(plan):
    """dict debtor -> items, with what was paid on them and their holds."""
    items, by_key = defaultdict(list), {}
    for document in plan.documents:
        for part, (due, amount) in enumerate(document.parts(), start=1):
            item = Item(
                document.key,
                part,
                document.date,
                due,
                amount,
                document.currency,
                document.kind == "refund",
            )
            items[document.debtor].append(item)
            by_key[document.key, part] = item
    for refund in (row for row in plan.documents if row.corrects):
        by_key[refund.corrects, 1].paid.append((refund.date, refund.amount))
        by_key[refund.key, 1].paid.append((refund.date, refund.amount))
    for receipt in plan.receipts:
        rest = receipt.amount
        for key in receipt.pays:
            item = by_key[key, 1]
            part = min(rest, item.open_on(receipt.date))
            item.paid.append((receipt.date, part))
            rest -= part
    for hold in plan.holds:
        if (hold.item, hold.part) in by_key:
            by_key[hold.item, hold.part].holds.append(hold)
    return items


def _old_notices(plan, items, wanted):
    """Notices about invoices that were paid late, well before the others."""
    first = {}
    for day, debtor, _state, _needed in wanted:
        first[debtor] = min(day - timedelta(days=40), first.get(debtor, day))
    for debtor, of_debtor in items.items():
        for item in of_debtor:
            if item.open_on(plan.today) > 0 and not item.credit:
                first[debtor] = min(item.due, first.get(debtor, item.due))
    result = []
    for debtor in plan.debtors.values():
        before = first.get(debtor.key, plan.today)
        chosen = []
        for item in items[debtor.key]:
            day = item.due + timedelta(days=9)
            apart = not chosen or day >= chosen[-1] + timedelta(days=60)
            if day < before and apart and item.open_on(day) > 0 and not item.credit:
                chosen.append(day)
        count = OLD_NOTICES.get(debtor.habit, 0)
        result += [(day, debtor.key, "sent", False) for day in chosen[-count:] if count]
    return result


def _notice(items, debtor, day, state):
    """The notice of a debtor on a day, None when no item reaches a level."""
    open_items = [item for item in items if item.open_on(day) > 0]
    claims = [item for item in open_items if not item.credit]
    reached = {
        (item.key, item.part): item.reaches(day)
        for item in claims
        if item.held_on(day)[0] < item.open_on(day)
    }
    level = max((delay for delay in reached.values() if delay is not None), default=None)
    if level is None:
        return None
    lines = []
    for item in claims:
        lines += _claim_lines(item, day, level, reached.get((item.key, item.part)))
    currencies = {line.currency for line in lines if line.kind == "claim"}
    lines += [
        _line(item, day, "credit", -item.open_on(day))
        for item in open_items
        if item.credit and item.currency in currencies and not item.held_on(day)[0]
    ]
    if state in COUNTS:
        _advance(items, lines, day)
    return Notice(debtor, day, level, state, tuple(lines))


def _claim_lines(item, day, level, reached):
    days = (day - item.due).days
    held, kind = item.held_on(day)
    free = item.open_on(day) - held
    if level < 0:
        return [_line(item, day, "claim", free, reached)] if days <= 0 and reached else []
    if days <= 0:
        return []
    noticed = item.level is not None and item.level >= 0
    lines = []
    if free > 0:
        lines.append(
            _line(item, day, "also" if level in FORMAL and not noticed else "claim", free, reached)
        )
    if held > 0:
        lines.append(_line(item, day, "held", held, held_kind=kind))
    return lines


def _line(item, day, kind, amount, reached=None, held_kind=""):
    return NoticeLine(
        item=item.key,
        part=item.part,
        kind=kind,
        days=max(0, (day - item.due).days),
        open=-item.open_on(day) if item.credit else item.open_on(day),
        amount=amount,
        currency=item.currency,
        held_kind=held_kind,
        level=item.level if reached is None else reached,
        previous=item.level,
        previous_date=item.level_date,
    )


def _advance(items, lines, day):
    by_key = {(item.key, item.part): item for item in items}
    for line in lines:
        if line.kind in ("claim", "also") and line.level != line.previous:
            item = by_key[line.item, line.part]
            item.level, item.level_date = line.level, day
