"""The open items of the plan, out of ``tables/items.csv``.

``days`` is how many days ago an item fell due (its first part, for instalments); for
receipts and credit notes, which have no term, how many days ago they were booked.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

from .plan import TERMS, Debtor, Document, Entry, Plan, Receipt, gross, rows_of
from .plan_history import SEED, TEXTS, order_number

ENTRIES = ("opening", "nontrade", "unknown")
RECEIPTS = ("payment", "bank", "unmatched")


def add(plan: Plan) -> None:
    """Add what is open to the plan, with the part payments on it."""
    for row in rows_of("items"):
        if row["kind"] in ENTRIES:
            plan.entries.append(_entry(plan, row))
        elif row["kind"] in RECEIPTS:
            plan.receipts.append(_receipt(plan, row))
        else:
            plan.documents.append(_document(plan, row))
            if row["paid"]:
                plan.receipts.append(_part_payment(plan, row))


def _day(plan, days):
    return plan.today - timedelta(days=int(days))


def _currency(debtor: Debtor, row) -> str:
    return row["currency"] or debtor.currency


def _entry(plan, row):
    sign = -1 if row["kind"] == "unknown" else 1
    return Entry(
        row["item"],
        row["debtor"],
        row["kind"],
        _day(plan, row["days"]),
        sign * Decimal(row["amount"]),
    )


def _receipt(plan, row):
    debtor = plan.debtors[row["debtor"]]
    return Receipt(
        row["item"],
        debtor.key,
        row["kind"],
        _day(plan, row["days"]),
        Decimal(row["amount"]),
        _currency(debtor, row),
    )


def _part_payment(plan, row):
    debtor = plan.debtors[row["debtor"]]
    return Receipt(
        f"{row['item']}/paid",
        debtor.key,
        "payment",
        _day(plan, row["paid_days"]),
        Decimal(row["paid"]),
        _currency(debtor, row),
        bool(row["branch"]),
        (row["item"],),
    )


def _document(plan, row):
    debtor = plan.debtors[row["debtor"]]
    term = row["term"] or debtor.term
    after = TERMS[term][0] if row["kind"] == "invoice" else 0
    net = Decimal(row["amount"])
    rng = Random(f"{SEED} {row['item']}")  # noqa: S311 (the same every time is the point)
    return Document(
        key=row["item"],
        debtor=debtor.key,
        kind=row["kind"],
        date=_day(plan, int(row["days"]) + after),
        term=term,
        net=net,
        amount=gross(net, debtor),
        currency=_currency(debtor, row),
        branch=bool(row["branch"]),
        order=order_number(rng),
        text=rng.choice(TEXTS),
    )
