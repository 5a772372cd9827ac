"""Key figures of receivables: plain numbers in, a number or None out.

None means "not applicable": a denominator that is zero or negative gives no figure. Amounts
are in one currency, rates in percent, durations in days. Definitions: RULES, section KPIs,
which follow the ones that Credit Research Foundation and most textbooks use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: Share of a target that may be missed before a figure is "off target" and not "close".
CLOSE = 0.10


def ratio(part: float, whole: float, scale: float = 1.0) -> float | None:
    """``part / whole * scale``; None when the whole is zero or negative.

    >>> ratio(1, 4, 100), ratio(1, 0), ratio(1, -5)
    (25.0, None, None)
    """
    return part / whole * scale if whole > 0 else None


def dso(receivables: float, sales: float, days: int) -> float | None:
    """Days sales outstanding: receivables / credit sales x days of the period.

    The textbook case: 150,000 open after a quarter (91 days) with sales of 450,000.

    >>> round(dso(150_000, 450_000, 91), 1)
    30.3
    >>> dso(150_000, 0, 91)
    """
    return ratio(receivables, sales, days)


def countback_dso(receivables: float, months: Iterable[tuple[float, int]]) -> float | None:
    """Count-back DSO: how many days of the newest sales the receivables still are.

    :param months: (credit sales, days) of each month, the newest first. Whole months count
        while the receivables last, then the fraction of the next; a month without sales ends
        the count.
    :return: None when the newest month already has no sales.

    90,000 open; 40,000 sold in June, 30,000 in May, 50,000 in April: all of June and May,
    20,000 / 50,000 of April.

    >>> countback_dso(90_000, [(40_000, 30), (30_000, 31), (50_000, 30)])
    73.0
    >>> countback_dso(10_000, [(40_000, 30)]), countback_dso(0, [(40_000, 30)])
    (7.5, 0.0)
    >>> countback_dso(10_000, [(0, 30), (40_000, 31)])

    Receivables older than all sales known: the days of those.

    >>> countback_dso(100, [(40, 30), (0, 31), (90, 30)])
    30.0
    """
    left, counted = receivables, 0.0
    for number, (sales, days) in enumerate(months):
        if sales <= 0:
            return counted if number else None
        if left <= sales:
            return counted + max(left, 0) / sales * days
        left -= sales
        counted += days
    return counted


def best_possible_dso(current: float, sales: float, days: int) -> float | None:
    """DSO if nobody paid late: receivables that are not overdue / credit sales x days.

    >>> round(best_possible_dso(100_000, 450_000, 91), 1)
    20.2
    """
    return ratio(current, sales, days)


def days_delinquent(dso_: float | None, best: float | None) -> float | None:
    """Average days delinquent: DSO less best possible DSO.

    >>> round(days_delinquent(30.3, 20.2), 1), days_delinquent(None, 20.2)
    (10.1, None)
    """
    return None if dso_ is None or best is None else dso_ - best


def effectiveness(
    beginning: float, sales: float, ending_total: float, ending_current: float
) -> float | None:
    """Collection effectiveness index, percent: what was collected of what could be.

    (beginning + sales - ending total) / (beginning + sales - ending current) x 100, with the
    credit sales of the whole period.

    >>> effectiveness(1_000_000, 2_000_000, 900_000, 700_000)  # 2.1 of 2.3 million
    91.30434782608695
    >>> effectiveness(100, 0, 0, 0)
    100.0
    """
    return ratio(beginning + sales - ending_total, beginning + sales - ending_current, 100)


def turnover(sales: float, beginning: float, ending: float) -> float | None:
    """Receivables turnover of the period: credit sales / average receivables.

    >>> turnover(600_000, 90_000, 110_000)
    6.0
    """
    return ratio(sales, (beginning + ending) / 2)


def days_to_pay(payments: Iterable[tuple[float, float]]) -> float | None:
    """Days from invoice to payment, weighted by amount.

    :param payments: (amount, days) of what was paid.

    >>> days_to_pay([(9_000, 30), (1_000, 90)])
    36.0
    >>> days_to_pay([])
    """
    rows = list(payments)
    return ratio(sum(amount * days for amount, days in rows), sum(amount for amount, _ in rows))


def roll_rates(before: Sequence[float], moved: Sequence[float]) -> list[float | None]:
    """Percent of each bucket's balance that moved to the next bucket.

    :param before: balance of the buckets a month ago, not due first.
    :param moved: what of each is in a later bucket now; one shorter is fine.

    >>> roll_rates([200, 100, 50], [50, 34, 41])
    [25.0, 34.0, 82.0]
    >>> roll_rates([0, 100], [0, 20])
    [None, 20.0]
    """
    return [ratio(after, start, 100) for start, after in zip(before, moved, strict=False)]


def rolled(before: Sequence[float], after: Sequence[float]) -> list[float]:
    """What of one debtor's buckets moved on within a month, at most.

    A debtor's balances do not tell which item is which: as much of a bucket is taken to have
    moved on as the next bucket can hold; what was in the last bucket already stays in it
    before anything moves there.

    :param before: not due, bucket 1, .., last bucket, a month ago. :param after: the same now.
    :return: one shorter: not due to bucket 1, .., last but one to last.

    >>> rolled([100, 50, 20], [300, 40, 60])  # 40 of 100; of 50 all but what the 20 fill
    [40, 40]
    >>> rolled([100, 0, 70], [0, 0, 70])
    [0, 0]
    """
    last = len(before) - 1
    room = [after[n] if n < last else max(0, after[n] - before[n]) for n in range(1, last + 1)]
    return [min(max(0, before[n]), max(0, room[n])) for n in range(last)]


def state(value: float | None, target: float | None, *, low_is_good: bool) -> str | None:
    """Traffic light: ``on``, ``close`` (missed by at most 10 %) or ``off`` target.

    >>> [state(value, 45, low_is_good=True) for value in (44.0, 45.0, 49.5, 49.6)]
    ['on', 'on', 'close', 'off']
    >>> [state(value, 80, low_is_good=False) for value in (81, 72, 71.9)]
    ['on', 'close', 'off']
    >>> state(None, 45, low_is_good=True), state(45, None, low_is_good=True)
    (None, None)
    """
    if value is None or not target:
        return None
    missed = (value - target if low_is_good else target - value) / abs(target)
    if missed <= 0:
        return "on"
    return "close" if round(missed, 6) <= CLOSE else "off"
