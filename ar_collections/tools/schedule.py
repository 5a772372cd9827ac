"""Schedules of payment plans: when how much is to be paid.

Rules:

* the amounts of the instalments always sum to the total; the last one absorbs the rounding,
  which is at most half a unit per instalment;
* the dates ascend strictly: months count from the first date, so that a plan that begins on
  the 31st goes on on the last day of shorter months and again on the 31st; a day that is
  closed (weekend, holiday) is shifted, never past the next instalment;
* interest stands apart. With equal, affordable and own rows it is simple interest on what is
  still to be paid, by actual days / 365, since the row before (the first: since ``start``).
  An annuity has equal sums of amount and interest: P r / (1 - (1 + r)^-n) with r the yearly
  rate / periods of a year, the first period taken as whole; a first payment before it bears
  interest by days;
* a fee is charged once, with the first row;
* *afford*: so much each time, interest and fee included, until all is paid.

Amounts are :class:`~decimal.Decimal` in the currency of the plan, ``digits`` its decimals.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import islice, pairwise

ZERO = Decimal(0)
#: More instalments than that are no plan.
MOST = 600
#: Days a closed day is shifted at most; longer closures count as open.
FURTHEST = 31
#: Days of a year that simple interest is counted with.
YEAR_DAYS = 365
PERIODS = {"week": 52, "fortnight": 26, "month": 12, "month_day": 12}
STEP_DAYS = {"week": 7, "fortnight": 14}


class ScheduleError(ValueError):
    """No schedule comes of these terms.

    ``code``: *total* (nothing to pay), *number* (none or too many), *first* (the first payment
    is not less than the total), *small* (less than one unit per instalment), *afford* (what
    they can pay does not cover interest and fee), *date* (no first date), *sum* (own rows do
    not add up to the total), *order* (own rows do not ascend).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Row:
    """An instalment: ``amount`` of the items, interest and fee beside it."""

    date: date
    amount: Decimal
    interest: Decimal = ZERO
    fee: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.amount + self.interest + self.fee


def _never(_day: date) -> bool:
    """Nothing is ever closed."""
    return False


@dataclass(frozen=True, slots=True)
class Terms:
    """What a schedule follows from.

    ``method``: equal, afford, annuity or custom. ``number`` counts the first payment too.
    ``rate``: percent a year. ``shift``: none, next or previous working day. ``rows``: (date,
    amount) of a custom schedule. ``closed``: whether nobody pays on a day.
    """

    total: Decimal
    start: date
    first_date: date | None = None
    method: str = "equal"
    number: int = 1
    each: Decimal = ZERO
    first: Decimal = ZERO
    interval: str = "month"
    month_day: int = 1
    shift: str = "none"
    rate: Decimal = ZERO
    fee: Decimal = ZERO
    digits: int = 2
    rows: Sequence[tuple[date, Decimal]] = ()
    closed: Callable[[date], bool] = _never


def is_weekend(day: date) -> bool:
    """Saturday or Sunday.

    >>> is_weekend(date(2026, 11, 21)), is_weekend(date(2026, 11, 23))
    (True, False)
    """
    return day.weekday() >= 5


# === DATES === #
def in_month(year: int, month: int, day: int) -> date:
    """That day of a month, or its last one. ``month`` may exceed 12.

    >>> in_month(2026, 14, 31), in_month(2028, 2, 31)
    (datetime.date(2027, 2, 28), datetime.date(2028, 2, 29))
    """
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def plain_dates(first: date, interval: str, month_day: int = 1) -> Iterator[date]:
    """The dates of a plan for ever, before weekends and holidays.

    >>> [str(day) for day in islice(plain_dates(date(2027, 12, 31), "month"), 4)]
    ['2027-12-31', '2028-01-31', '2028-02-29', '2028-03-31']
    >>> [str(day) for day in islice(plain_dates(date(2026, 11, 20), "month_day", 15), 2)]
    ['2026-12-15', '2027-01-15']
    """
    if step := STEP_DAYS.get(interval):
        while True:
            yield first
            first += timedelta(days=step)
    anchor = month_day if interval == "month_day" else first.day
    month = first.month
    if in_month(first.year, month, anchor) < first:
        month += 1
    while True:
        yield in_month(first.year, month, anchor)
        month += 1


def shifted(day: date, shift: str, closed: Callable[[date], bool], after: date | None) -> date:
    """A day that is open, later than ``after``.

    >>> shifted(date(2026, 11, 21), "next", is_weekend, None)
    datetime.date(2026, 11, 23)
    >>> shifted(date(2026, 11, 21), "previous", is_weekend, None)
    datetime.date(2026, 11, 20)
    >>> shifted(date(2026, 11, 21), "previous", is_weekend, date(2026, 11, 20))
    datetime.date(2026, 11, 23)
    """
    if shift == "none":
        return day
    for sign in (-1, 1) if shift == "previous" else (1,):
        for days in range(FURTHEST):
            found = day + timedelta(days=sign * days)
            if after and found <= after:
                if sign < 0:
                    break
                continue
            if not closed(found):
                return found
    return max(day, after + timedelta(days=1)) if after else day


def due_dates(terms: Terms) -> Iterator[date]:
    """The days on which instalments are due, ascending strictly, for ever.

    The first is never before ``start``.
    """
    if not terms.first_date:
        raise ScheduleError("date")
    before = terms.start - timedelta(days=1) if terms.first_date >= terms.start else None
    for day in plain_dates(terms.first_date, terms.interval, terms.month_day):
        before = shifted(day, terms.shift, terms.closed, before)
        yield before


# === AMOUNTS === #
def rounded(amount: Decimal, digits: int) -> Decimal:
    """To the smallest unit of a currency, half up.

    >>> rounded(Decimal("0.125"), 2), rounded(Decimal("12.5"), 0)
    (Decimal('0.13'), Decimal('13'))
    """
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def equal_parts(total: Decimal, number: int, digits: int = 2) -> list[Decimal]:
    """``number`` equal parts, the last one absorbing the rounding.

    :raises ScheduleError: *number*, *small*.

    >>> [str(part) for part in equal_parts(Decimal(2000), 3)]
    ['666.67', '666.67', '666.66']
    >>> [str(part) for part in equal_parts(Decimal("0.07"), 4)]
    ['0.02', '0.02', '0.02', '0.01']
    >>> [str(part) for part in equal_parts(Decimal("0.05"), 3)]
    ['0.02', '0.02', '0.01']
    """
    if not 1 <= number <= MOST:
        raise ScheduleError("number")
    unit = Decimal(1).scaleb(-digits)
    if total < unit * number:
        raise ScheduleError("small")
    each = rounded(total / number, digits)
    if each * (number - 1) >= total:  # rounded up so often that nothing is left for the last
        each = (total / number).quantize(unit, ROUND_DOWN)
    return [each] * (number - 1) + [total - each * (number - 1)]


def simple_interest(principal: Decimal, rate: Decimal, days: int, digits: int = 2) -> Decimal:
    """Interest by actual days / 365, rounded.

    >>> simple_interest(Decimal(10000), Decimal(5), 73)
    Decimal('100.00')
    """
    return rounded(principal * rate * max(days, 0) / (100 * YEAR_DAYS), digits)


def annuity_payment(principal: Decimal, number: int, rate: Decimal, digits: int = 2) -> Decimal:
    """The equal sum of amount and interest that pays a principal back in ``number`` periods.

    :param rate: percent per period.

    >>> annuity_payment(Decimal(1000), 3, Decimal(10)), annuity_payment(Decimal(900), 3, ZERO)
    (Decimal('402.11'), Decimal('300.00'))
    """
    share = rate / 100
    if not share:
        return rounded(principal / number, digits)
    return rounded(principal * share / (1 - (1 + share) ** -number), digits)


# === SCHEDULES === #
def schedule(terms: Terms) -> list[Row]:
    """The rows of a plan.

    :raises ScheduleError: no schedule comes of the terms.

    >>> terms = Terms(Decimal(1000), date(2026, 11, 22), date(2026, 12, 31), number=3)
    >>> [(str(row.date), str(row.amount)) for row in schedule(terms)]
    [('2026-12-31', '333.33'), ('2027-01-31', '333.33'), ('2027-02-28', '333.34')]
    """
    if terms.total <= 0:
        raise ScheduleError("total")
    return {
        "equal": _equal,
        "afford": _afford,
        "annuity": _annuity,
        "custom": _custom,
    }[terms.method](terms)


def number_for(terms: Terms) -> int:
    """How many instalments it takes when they pay ``each`` time so much.

    :raises ScheduleError: *afford*: it would take for ever.

    >>> number_for(Terms(Decimal(1000), date(2026, 11, 22), date(2026, 12, 1), each=Decimal(300)))
    4
    """
    return len(_afford(terms))


def _check_first(terms: Terms) -> None:
    if terms.first and terms.first >= terms.total and terms.number > 1:
        raise ScheduleError("first")


def _equal(terms: Terms) -> list[Row]:
    if not 1 <= terms.number <= MOST:
        raise ScheduleError("number")
    _check_first(terms)
    if terms.first and terms.number > 1:
        rest = equal_parts(terms.total - terms.first, terms.number - 1, terms.digits)
        amounts = [terms.first, *rest]
    else:
        amounts = equal_parts(terms.total, terms.number, terms.digits)
    dates = islice(due_dates(terms), len(amounts))
    return _with_interest(terms, list(zip(dates, amounts, strict=True)))


def _custom(terms: Terms) -> list[Row]:
    """Own rows, in the order given."""
    rows = list(terms.rows)
    if not 1 <= len(rows) <= MOST:
        raise ScheduleError("number")
    if any(amount <= 0 for _day, amount in rows):
        raise ScheduleError("small")
    if sum(amount for _day, amount in rows) != terms.total:
        raise ScheduleError("sum")
    if any(later[0] <= row[0] for row, later in pairwise(rows)):
        raise ScheduleError("order")
    return _with_interest(terms, rows)


def _with_interest(terms: Terms, rows: Sequence[tuple[date, Decimal]]) -> list[Row]:
    """Simple interest on what is still to be paid, and the fee."""
    balance, before, fee, result = terms.total, terms.start, terms.fee, []
    for day, amount in rows:
        interest = simple_interest(balance, terms.rate, (day - before).days, terms.digits)
        result.append(Row(day, amount, interest, fee))
        balance, before, fee = balance - amount, max(day, before), ZERO
    return result


def _afford(terms: Terms) -> list[Row]:
    """So much each time, interest and fee included; the last row is what is left."""
    if terms.each <= 0:
        raise ScheduleError("afford")
    _check_first(terms)
    balance, before, fee, rows = terms.total, terms.start, terms.fee, []
    for day in islice(due_dates(terms), MOST):
        interest = simple_interest(balance, terms.rate, (day - before).days, terms.digits)
        if not rows and terms.first:
            amount = terms.first
        else:
            amount = min(balance, terms.each - interest - fee)
        if amount <= 0:
            raise ScheduleError("afford")
        rows.append(Row(day, amount, interest, fee))
        balance, before, fee = balance - amount, max(day, before), ZERO
        if not balance:
            return rows
    raise ScheduleError("number")


def _annuity(terms: Terms) -> list[Row]:
    if not 1 <= terms.number <= MOST:
        raise ScheduleError("number")
    _check_first(terms)
    balance, fee, number, rows = terms.total, terms.fee, terms.number, []
    dates = due_dates(terms)
    if terms.first and number > 1:
        day = next(dates)
        interest = simple_interest(balance, terms.rate, (day - terms.start).days, terms.digits)
        rows.append(Row(day, terms.first, interest, fee))
        balance, fee, number = balance - terms.first, ZERO, number - 1
    if balance < Decimal(1).scaleb(-terms.digits) * number:
        raise ScheduleError("small")
    rate = terms.rate / PERIODS[terms.interval]
    payment = annuity_payment(balance, number, rate, terms.digits)
    for left, day in zip(range(number, 0, -1), dates, strict=False):
        interest = rounded(balance * rate / 100, terms.digits)
        amount = balance if left == 1 else min(payment - interest, balance)
        if amount <= 0:
            raise ScheduleError("small")
        rows.append(Row(day, amount, interest, fee))
        balance, fee = balance - amount, ZERO
    return rows
