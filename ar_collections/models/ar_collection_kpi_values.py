from datetime import date, timedelta
from functools import cached_property

from dateutil.relativedelta import relativedelta

from odoo import api, models

from ..tools import kpi

#: Months whose sales the count-back looks at.
BACK = 12


class ArCollectionKpi(models.Model):
    """The key figures: gather the facts that are asked for, and hand them to ``tools.kpi``."""

    _inherit = "ar.collection.kpi"

    @api.model
    def _values(self, scope, codes):
        """Key figures of a scope.

        :param codes: those wanted, of ``FIGURES``.
        :return: dict code -> number in the unit of the figure; None: not applicable, or not known
            for want of a snapshot.
        """
        facts = _Facts(self, scope)
        return {code: FIGURES[code](facts) for code in codes}

    @api.model
    def _series(self, scope, codes, months=BACK):
        """Key figures month by month, of the quarter that ends with each.

        :param scope: its last day is in the last month.
        :return: dict month (its first day) -> dict code -> number or None, the oldest first; the
            last one is of the month so far.
        """
        last = scope.date_to.replace(day=1)
        firsts = [last - relativedelta(months=back) for back in reversed(range(months))]
        shared = _Known(self, scope, firsts[0] - relativedelta(months=BACK))
        result = {}
        for first in firsts:
            end = min(month_end(first), scope.date_to)
            quarter = scope.between(first - relativedelta(months=2), end)
            facts = _Facts(self, quarter, shared)
            result[first] = {code: FIGURES[code](facts) for code in codes}
        return result

    @api.model
    def _sales_of_months(self, scope, first, last):
        """dict first day of the month -> credit sales of the months between two days.

        Those of whole months come from the snapshots where the scope is the company; the ledger
        tells the rest.
        """
        known = {}
        if scope.whole:
            rows = self._month_ends(scope, first, last)
            known = {day.replace(day=1): row["sales_month"] for day, row in rows.items()}
        months = list(_months(first, last))
        if missing := [month for month in months if month not in known]:
            span = scope.between(missing[0], min(month_end(missing[-1]), last))
            known = self._sales_by_month(span) | known
        return {month: known.get(month, 0.0) for month in months}


class _Known:
    """Facts of many months, asked for once."""

    def __init__(self, figures, scope, first):
        self.ends = figures._month_ends(scope, first, scope.date_to)
        self.sales = figures._sales_of_months(scope, first.replace(day=1), scope.date_to)


class _Facts:
    """The facts of a scope, each gathered when first needed."""

    def __init__(self, figures, scope, known=None):
        self.figures, self.scope, self.known = figures, scope, known

    def balances(self, day):
        if self.known and day < self.scope.company._ar_today():
            return self.known.ends.get(day)
        return self.figures._balances(self.scope, day)

    @cached_property
    def ending(self):
        return self.balances(self.scope.date_to)

    @cached_property
    def beginning(self):
        return self.balances(self.scope.date_from - timedelta(days=1))

    @cached_property
    def sales(self):
        if self.known and self.scope.date_from.day == 1:
            months = _months(self.scope.date_from, self.scope.date_to)
            return sum(self.known.sales.get(month, 0.0) for month in months)
        return self.figures._sales_of(self.scope)

    @cached_property
    def months(self):
        """(sales, days) of the months, the newest first; the last one as far as it goes."""
        last = self.scope.date_to
        first = last.replace(day=1) - relativedelta(months=BACK - 1)
        sales = (
            self.known.sales
            if self.known
            else self.figures._sales_of_months(self.scope, first, last)
        )
        return [
            (sales.get(month, 0.0), (min(month_end(month), last) - month).days + 1)
            for month in reversed(list(_months(first, last)))
        ]

    @cached_property
    def counts(self):
        """What was done, added up over the collectors."""
        total = {}
        for row in self.figures._counts(self.scope).values():
            for name, value in row.items():
                total[name] = total.get(name, 0) + value
        return total

    @property
    def days(self):
        return self.scope.days

    # === FIGURES === #
    def overdue_share(self):
        end = self.ending
        return end and kpi.ratio(end["total_overdue"], end["total_due"], 100)

    def dso(self):
        return self.ending and kpi.dso(_balance(self.ending), self.sales, self.days)

    def dso_countback(self):
        return self.ending and kpi.countback_dso(_balance(self.ending), self.months)

    def dso_best(self):
        return self.ending and kpi.best_possible_dso(self.ending["not_due"], self.sales, self.days)

    def days_delinquent(self):
        """None where one of the two is not known, as ``tools.kpi`` says."""
        return kpi.days_delinquent(self.dso(), self.dso_best())

    def effectiveness(self):
        start, end = self.beginning, self.ending
        if start is None or end is None:
            return None
        return kpi.effectiveness(_balance(start), self.sales, _balance(end), end["not_due"])

    def turnover(self):
        start, end = self.beginning, self.ending
        if start is None or end is None:
            return None
        return kpi.turnover(self.sales, _balance(start), _balance(end))

    def days_to_pay(self):
        return kpi.days_to_pay(self.figures._payment_days(self.scope))

    def promises_kept(self):
        return kpi.ratio(self.counts.get("kept", 0), self.counts.get("judged", 0), 100)

    def right_party(self):
        return kpi.ratio(self.counts.get("right_party", 0), self.counts.get("attempts", 0), 100)

    def bad_debt(self):
        return kpi.ratio(self.figures._written_off(self.scope), self.sales, 100)

    def dispute_days(self):
        return self.figures._dispute_days(self.scope)

    def collected(self):
        return self.figures._collected_of(self.scope)


#: Code of the key figure -> how it is computed of the facts.
FIGURES = {
    name: getattr(_Facts, name)
    for name in (
        "overdue_share",
        "dso",
        "dso_countback",
        "dso_best",
        "days_delinquent",
        "effectiveness",
        "turnover",
        "days_to_pay",
        "promises_kept",
        "right_party",
        "bad_debt",
        "dispute_days",
        "collected",
    )
}


def _balance(amounts):
    """The trade balance: claims less unapplied credits."""
    return amounts["total_due"] - amounts["unapplied_credit"]


def month_end(day: date) -> date:
    return day.replace(day=1) + relativedelta(months=1, days=-1)


def _months(first: date, last: date):
    """First days of the months from one day to another."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month += relativedelta(months=1)
