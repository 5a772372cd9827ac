from datetime import timedelta

from odoo.tests import tagged

from .common import ArCollectionsCommon


@tagged("post_install", "-at_install")
class TestForecast(ArCollectionsCommon):
    """Cash expected by week: each open euro once, when the debtor's habit says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Forecast = cls.env["ar.collection.forecast"]

    def _expected(self):
        """dict (week, kind) -> amount, made anew."""
        self._refresh()
        self.Forecast._remake(self.company)
        rows = self.Forecast.search([("company_id", "=", self.company.id)])
        return {(row.week or None, row.kind): row.amount for row in rows}

    def _week(self, days):
        day = self.today + timedelta(days=days)
        return day - timedelta(days=day.weekday())

    def test_a_claim_comes_on_its_due_date_without_a_habit(self):
        self._invoice(1000, days=-10)
        self.assertEqual(self._expected(), {(self._week(10), "forecast"): 1000})

    def test_the_habit_shifts_it(self):
        paid = self._invoice(500, days=60)
        self._pay(paid, date=self.today - timedelta(days=40))  # 20 days late
        self._invoice(1000, days=5)
        self.assertEqual(self._expected(), {(self._week(15), "forecast"): 1000})
        self.assertEqual(self._account().average_delay, 20)

    def test_later_than_usual_is_in_no_week(self):
        self._invoice(1000, days=5)
        self.assertEqual(self._expected(), {(None, "late"): 1000})

    def test_a_promise_comes_on_its_day_and_counts_once(self):
        invoice = self._invoice(1000, days=5)
        self.env["ar.collection.promise"].create(
            {
                "collection_id": self._account().id,
                "amount": 700,
                "date": self.today + timedelta(days=9),
            }
        )
        self.assertEqual(self._expected(), {(self._week(9), "promise"): 700, (None, "late"): 300})
        self._pay(invoice, 200, date=self.today - timedelta(days=5))  # fills the promise first
        self.assertEqual(self._expected(), {(self._week(9), "promise"): 500, (None, "late"): 300})

    def test_what_is_disputed_stands_apart(self):
        invoice = self._invoice(1000, days=-10)
        self._hold(invoice, amount=250)
        self.assertEqual(
            self._expected(), {(self._week(10), "forecast"): 750, (None, "disputed"): 250}
        )

    def test_the_next_night_makes_it_anew(self):
        self._invoice(1000, days=-10)
        self._expected()
        self.assertEqual(self._expected(), {(self._week(10), "forecast"): 1000})

    def test_currencies_count_in_company_currency(self):
        dollar = self._other_currency()
        self._invoice(1000, days=-10, currency_id=dollar.id)
        self.assertEqual(self._expected(), {(self._week(10), "forecast"): 500})

    def _other_currency(self):
        """Two of them are one of ours."""
        return self.setup_other_currency("EUR", rates=[("1900-01-01", 2.0)])

    def test_the_dashboard_shows_the_weeks(self):
        self._invoice(1000, days=-10)
        self._expected()
        kpis = self.env["ar.collection.kpi"]
        cash = kpis._cash_by_week(kpis._scope(self.company, self.today, self.today))
        self.assertEqual(len(cash["weeks"]), 8)
        self.assertEqual(
            [row["forecast"] for row in cash["weeks"] if row["week"] == str(self._week(10))],
            [1000],
        )
