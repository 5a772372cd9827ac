"""What the demo company consists of, as plain data: no database, no clock.

``build(today)`` reads the tables in ``tables/`` and adds two years of paid history. The
same day gives the same plan, and another day the same plan with other dates: every date is
an offset from today, so names, amounts and what tonight's run decides stay as they are.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

TABLES = Path(__file__).with_name("tables")
#: Decimals of the currencies that do not have two.
DIGITS = {"JPY": 0, "KWD": 3}
#: Days after the invoice date at which the parts of an invoice fall due.
TERMS = {
    "14": (14,),
    "30": (30,),
    "45": (45,),
    "60": (60,),
    "30/60": (30, 60),
    "30/60/90": (30, 60, 90),
}
VAT = Decimal("1.21")
#: Invoices to customers of this country carry its VAT.
HOME = "BE"


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer. ``role``: empty, or ``employee``, ``branch`` (own company), ``insurer``."""

    key: str
    name: str
    country: str
    zip: str
    city: str
    street: str
    lang: str
    tz: str
    currency: str
    email: str
    phone: str
    term: str
    habit: str
    history: int
    typical: Decimal
    role: str


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or a credit note (``kind``: ``invoice``, ``refund``), positive amounts.

    ``net`` without and ``amount`` with VAT. ``corrects``: key of the invoice a credit note
    is applied to, empty when it stands open.
    """

    key: str
    debtor: str
    kind: str
    date: date
    term: str
    net: Decimal
    amount: Decimal
    currency: str
    branch: bool = False
    order: str = ""
    text: str = ""
    corrects: str = ""

    def parts(self) -> list[tuple[date, Decimal]]:
        """Due date and amount of each part; the last one takes the rounding.

        >>> day = date(2026, 1, 1)
        >>> thirds = Document("x", "x", "invoice", day, "30/60/90", 0, Decimal(100), "EUR")
        >>> [(due.isoformat(), str(amount)) for due, amount in thirds.parts()]
        [('2026-01-31', '33.33'), ('2026-03-02', '33.33'), ('2026-04-01', '33.34')]
        """
        days = TERMS[self.term] if self.kind == "invoice" else (0,)
        share = rounded(self.amount / len(days), self.currency)
        amounts = [share] * (len(days) - 1)
        amounts.append(self.amount - sum(amounts))
        return [
            (self.date + timedelta(days=after), amount)
            for after, amount in zip(days, amounts, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in.

    ``kind``: ``payment``; ``bank``, a bank line booked on the customer without a payment;
    ``unmatched``, a bank line nobody has looked at. ``pays``: keys of the documents it is
    matched with; what they do not take stays open as a credit.
    """

    key: str
    debtor: str
    kind: str
    date: date
    amount: Decimal
    currency: str
    branch: bool = False
    pays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry on a receivable account, in EUR.

    ``kind``: ``opening``, taken over from the old books; ``nontrade``; ``unknown``, a
    receipt (negative) nobody can be named for.
    """

    key: str
    debtor: str
    kind: str
    date: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold; without ``item`` on the whole debtor. ``until``: the last day, or None."""

    debtor: str
    item: str
    part: int
    reason: str
    amount: Decimal | None
    since: date
    until: date | None
    ended: date | None
    by: str
    note: str

    def end(self) -> date | None:
        """The first day on which it no longer counts."""
        ends = [self.ended, self.until and self.until + timedelta(days=1)]
        return min(filter(None, ends), default=None)

    def in_force(self, day: date) -> bool:
        end = self.end()
        return self.since <= day and (end is None or day < end)


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """What a past notice said about an item. Levels are told by their delay in days."""

    item: str
    part: int
    kind: str
    days: int
    open: Decimal
    amount: Decimal
    currency: str
    held_kind: str = ""
    level: int | None = None
    previous: int | None = None
    previous_date: date | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    debtor: str
    date: date
    level: int
    state: str
    lines: tuple[NoticeLine, ...]


@dataclass
class Plan:
    """Everything there is to make, each list in the order in which it is made."""

    today: date
    debtors: dict[str, Debtor] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def checksum(self) -> str:
        """Fingerprint of names and amounts; dates do not count."""
        parts = [f"{debtor.key} {debtor.name}" for debtor in self.debtors.values()]
        for row in (*self.documents, *self.receipts, *self.entries):
            parts.append(f"{row.key} {row.debtor} {row.amount}")
        parts += [f"{row.debtor} {row.item} {row.amount}" for row in self.holds]
        for notice in self.notices:
            parts.append(f"{notice.debtor} {notice.level} {notice.state}")
            parts += [f"{line.item} {line.kind} {line.amount}" for line in notice.lines]
        return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount with the decimals of its currency.

    >>> [str(rounded(Decimal("1.2345"), code)) for code in ("EUR", "JPY", "KWD")]
    ['1.23', '1', '1.235']
    """
    unit = Decimal(1).scaleb(-DIGITS.get(currency, 2))
    return Decimal(amount).quantize(unit, ROUND_HALF_UP)


def rows_of(table: str) -> Iterator[dict[str, str]]:
    """The rows of one of the tables."""
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def gross(net: Decimal, debtor: Debtor) -> Decimal:
    """The amount of an invoice: VAT on those to customers at home."""
    return rounded(net * VAT, debtor.currency) if debtor.country == HOME else net


def build(today: date) -> Plan:
    """The plan of the demo company as it is on ``today``."""
    from . import plan_dunning, plan_history, plan_items  # noqa: PLC0415 (they import this)

    plan = Plan(today)
    plan.debtors = {row["key"]: _debtor(row) for row in rows_of("debtors")}
    plan_items.add(plan)
    for debtor in plan.debtors.values():
        plan_history.add(plan, debtor)
    plan.documents.sort(key=lambda row: (row.date, row.key))
    plan.receipts.sort(key=lambda row: (row.date, row.key))
    plan.holds = [_hold(row, today) for row in rows_of("holds")]
    plan_dunning.add(plan)
    plan.receipts = [
        replace(row, date=_bank_day(row.date)) if row.pays else row for row in plan.receipts
    ]
    return plan


def _bank_day(day: date) -> date:
    """The Friday or the Monday beside a weekend: banks book on working days."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _debtor(row):
    return Debtor(**{**row, "history": int(row["history"]), "typical": Decimal(row["typical"])})


def _hold(row, today):
    def ago(days):
        return today - timedelta(days=int(days)) if days else None

    return Hold(
        debtor=row["debtor"],
        item=row["item"],
        part=int(row["part"] or 0),
        reason=row["reason"],
        amount=Decimal(row["amount"]) if row["amount"] else None,
        since=ago(row["since"]),
        until=today + timedelta(days=int(row["until"])) if row["until"] else None,
        ended=ago(row["ended"]),
        by=row["by"],
        note=row["note"],
    )
