"""Two years of paid invoices, from how a debtor is used to pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

from .plan import TERMS, Debtor, Document, Plan, Receipt, gross, rounded

SEED = "halden"
#: How many days after the due date a debtor pays, from and to.
HABITS = {"prompt": (-9, 2), "normal": (0, 12), "late": (10, 36), "slow": (26, 64)}
YEARS = 725
#: A debtor orders in bursts of so many invoices and pays each burst in one go ...
BURST = 3
#: ... save one with many invoices, who pays what is due every so many days.
BIG = 60
PAYMENT_RUN = 14
TEXTS = (
    "Pressure transmitter PT-410",
    "Flow meter FM-25, stainless",
    "Temperature probe set TP-3",
    "Calibration on site, one day",
    "Level switch LS-80, ATEX",
    "Valve positioner VP-12",
    "Annual maintenance contract, quarter",
    "Spare parts according to delivery note",
    "Data logger DL-64 with licence",
    "Gas analyser GA-7, exchange unit",
)


def add(plan: Plan, debtor: Debtor) -> None:
    """Add the paid invoices of a debtor and the payments to the plan.

    What is drawn does not depend on the day: only the dates shift with it.
    """
    rng = Random(f"{SEED} {debtor.key}")  # noqa: S311 (the same every time is the point)
    runs = defaultdict(list)
    for index, (ago, paid_ago) in enumerate(_days(debtor, rng)):
        invoice = _invoice(plan, debtor, index, ago, rng)
        plan.documents.append(invoice)
        paid_on = plan.today - timedelta(days=paid_ago)
        event = rng.random()
        if event < 0.05 and paid_ago > 40:
            _pay_in_two(plan, invoice, paid_on)
            continue
        rest = invoice.amount
        if event > 0.95 and ago - paid_ago > 12:
            rest -= _credit(plan, debtor, invoice)
        runs[paid_on].append((invoice.key, rest))
    for number, (day, paid) in enumerate(sorted(runs.items())):
        plan.receipts.append(_payment(debtor, f"{debtor.key}/p{number:03}", day, paid))


def _days(debtor: Debtor, rng: Random) -> Iterator[tuple[int, int]]:
    """How many days ago each invoice was made, and paid."""
    low, high = HABITS[debtor.habit]
    term = TERMS[debtor.term][0]
    big = debtor.history >= BIG
    burst = 1 if big else BURST
    newest = term + high + max(PAYMENT_RUN, 5 * burst) + 3
    bursts = -(-debtor.history // burst)
    for index in range(debtor.history):
        if index % burst == 0:
            gap = (YEARS - newest) / bursts
            ago = newest + int(gap * (bursts - 1 - index // burst) + rng.uniform(0, gap * 0.6))
            paid_ago = ago - term - rng.randint(low, high)
            paid_ago = paid_ago // PAYMENT_RUN * PAYMENT_RUN if big else paid_ago - burst
        else:
            ago -= rng.randint(1, 5)
        yield ago, paid_ago


def _invoice(plan, debtor, index, ago, rng):
    net = _amount(rng, debtor)
    return Document(
        key=f"{debtor.key}/{index:03}",
        debtor=debtor.key,
        kind="invoice",
        date=plan.today - timedelta(days=ago),
        term=debtor.term,
        net=net,
        amount=gross(net, debtor),
        currency=debtor.currency,
        order=order_number(rng),
        text=rng.choice(TEXTS),
    )


def order_number(rng: Random) -> str:
    return f"PO-{rng.randint(10_000, 99_999)}"


def _amount(rng, debtor):
    amount = debtor.typical * Decimal(rng.randint(40, 165)) / 100
    return rounded(amount, debtor.currency)


def _pay_in_two(plan, invoice, day):
    half = rounded(invoice.amount / 2, invoice.currency)
    parts = ((day, half), (day + timedelta(days=21), invoice.amount - half))
    for number, (paid_on, amount) in enumerate(parts):
        key = f"{invoice.key}/{number}"
        plan.receipts.append(
            Receipt(
                key,
                invoice.debtor,
                "payment",
                paid_on,
                amount,
                invoice.currency,
                pays=(invoice.key,),
            )
        )


def _credit(plan, debtor, invoice):
    """A credit note over a fifth of the invoice, applied to it; returns its amount."""
    net = rounded(invoice.net / 5, invoice.currency)
    refund = Document(
        key=f"{invoice.key}/c",
        debtor=debtor.key,
        kind="refund",
        date=invoice.date + timedelta(days=12),
        term=invoice.term,
        net=net,
        amount=gross(net, debtor),
        currency=invoice.currency,
        text=f"Returned: {invoice.text}",
        corrects=invoice.key,
    )
    plan.documents.append(refund)
    return refund.amount


def _payment(debtor, key, day, paid):
    return Receipt(
        key,
        debtor.key,
        "payment",
        day,
        sum(amount for _key, amount in paid),
        debtor.currency,
        pays=tuple(invoice for invoice, _amount in paid),
    )
