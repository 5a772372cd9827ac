from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import ArCollectionsCommon


@tagged("post_install", "-at_install")
class TestKpi(ArCollectionsCommon):
    """Key figures of a company whose figures are worked out by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Kpi = cls.env["ar.collection.kpi"]
        cls.Snapshot = cls.env["ar.collection.snapshot"]
        cls.lena = new_test_user(
            cls.env,
            "lena_kpi",
            "ar_collections.group_ar_collection_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.beta = cls._debtor("Beta", country_id=cls.env.ref("base.fr").id)

    def _scope(self, days=90, **kwargs):
        return self.Kpi._scope(
            self.company, self.today - timedelta(days=days - 1), self.today, **kwargs
        )

    def _value(self, code, **kwargs):
        self._refresh()
        return self.Kpi._values(self._scope(**kwargs), [code])[code]

    def _snapshot(self, days_ago):
        self._refresh()
        self.Snapshot._take(self.company, self.today - timedelta(days=days_ago))

    def test_nothing_sold_nothing_to_tell(self):
        self.assertIsNone(self._value("dso"))
        self.assertIsNone(self._value("overdue_share"))
        self.assertIsNone(self._value("promises_kept"))

    def test_dso(self):
        self._invoice(3000, days=10)
        self._invoice(6000, days=-20)
        paid = self._invoice(9000, days=30)
        self._pay(paid)
        self._invoice(5000, days=200)  # sold before the 90 days
        # (3000 + 6000 + 5000) / (3000 + 6000 + 9000) x 90
        self.assertAlmostEqual(self._value("dso"), 70.0)
        # 6000 / 18000 x 90
        self.assertAlmostEqual(self._value("dso_best"), 30.0)
        self.assertAlmostEqual(self._value("days_delinquent"), 40.0)
        self.assertAlmostEqual(self._value("overdue_share"), 8000 / 14000 * 100)

    def test_credits_lower_receivables_and_sales(self):
        self._invoice(3000, days=10)
        self._credit_note(600, days=10)  # open, not matched
        self.assertAlmostEqual(self._value("dso"), 90.0)  # 2400 / 2400 x 90
        # but no claim is less overdue for it
        self.assertAlmostEqual(self._value("overdue_share"), 100.0)

    def test_cash_sales_and_own_companies_are_no_credit_sales(self):
        self._invoice(3000, days=10)
        self._invoice(1000, days=10, move_type="out_receipt")
        other = self.env["res.company"].create({"name": "Sister"})
        self._invoice(500, days=10, partner=other.partner_id)
        scope = self._scope()
        self.assertEqual(self.Kpi._sales_of(scope), 3000)

    def test_effectiveness_needs_the_beginning(self):
        old = self._invoice(5000, days=200)
        self.assertIsNone(self._value("effectiveness"))
        self._snapshot(90)
        self._invoice(3000, days=-20)
        self._pay(old, 4000)
        # beginning 5000, sales 3000, ending 4000 of which 3000 not due
        self.assertAlmostEqual(self._value("effectiveness"), 4000 / 5000 * 100)
        self.assertAlmostEqual(self._value("turnover"), 3000 / 4500)

    def test_collected_net_of_returns_without_credit_notes(self):
        first, second = self._invoice(1000, days=10), self._invoice(700, days=10)
        self._pay(first, 600)
        returned = self._pay(second)
        self._credit_note(100, days=10)
        self.assertEqual(self._value("collected"), 1300)
        returned.action_ar_bounce(self.today, "AM04")
        self.assertEqual(self._value("collected"), 600)

    def test_collected_by_who_was_in_charge_that_day(self):
        invoice = self._invoice(1000, days=40)
        account = self._account()
        account.user_id = self.lena
        self._snapshot(20)
        self._pay(invoice, 300, date=self.today - timedelta(days=10))
        account.user_id = self.env.user
        self._snapshot(5)
        self._pay(invoice, 200, date=self.today - timedelta(days=2))
        self.assertEqual(
            self.Kpi._collected_by_user(self._scope()),
            {self.lena.id: 300.0, self.env.uid: 200.0},
        )
        self.assertEqual(self._value("collected", user_id=self.lena.id), 300)

    def test_days_to_pay(self):
        early, late = self._invoice(9000, days=30), self._invoice(1000, days=90)
        self._pay(early)  # invoiced 30 days ago
        self._pay(late)
        self.assertAlmostEqual(self._value("days_to_pay"), (9000 * 30 + 1000 * 90) / 10000)

    def test_by_country(self):
        self._invoice(3000, days=10)
        self._invoice(1000, days=10, partner=self.beta)
        france = self.env.ref("base.fr").id
        scope = self._scope(country_id=france)
        self._refresh()
        self.assertEqual(self.Kpi._balances_now(scope)["total_overdue"], 1000)
        self.assertEqual(self.Kpi._sales_of(scope), 1000)

    def test_by_segment(self):
        """A segment is the debtors of a policy; a past day counts who was in it that day."""
        self._invoice(3000, days=40)
        self._invoice(1000, days=40, partner=self.beta)
        alpha, beta = self._account(), self._account(self.beta)
        usual = alpha.policy_id
        beta.own_policy_id = key = usual.copy({"name": "Key accounts"})
        self.env["ar.collection"]._refresh()
        self._snapshot(10)
        alpha.own_policy_id, beta.own_policy_id = key, False
        self.env["ar.collection"]._refresh()
        scope = self._scope(policy_id=key.id)
        self.assertFalse(scope.whole)
        self.assertEqual(self.Kpi._balances_now(scope)["total_overdue"], 3000)
        past = self.Kpi._balances(scope, self.today - timedelta(days=10))
        self.assertEqual(past["total_overdue"], 1000)
        self.assertEqual(self.Kpi._sales_of(scope), 3000)
        data = self.Kpi.dashboard({"company_id": self.company.id, "policy_id": key.id})
        self.assertEqual(data["ageing"]["claims"], 3000)
        self.assertEqual([row["name"] for row in data["largest"]["rows"]], [self.debtor.name])
        names = [row["name"] for row in data["choices"]["policies"]]
        self.assertEqual(names, sorted([usual.name, "Key accounts"]))

    def test_a_collector_gets_figures_of_the_own_debtors_only(self):
        self._invoice(3000, days=10)
        self._invoice(1000, days=10, partner=self.beta)
        self._account().user_id = self.env.user
        self._account(self.beta).user_id = self.lena
        self.env.flush_all()
        kpis = self.Kpi.with_user(self.lena)
        data = kpis.dashboard({"company_id": self.company.id})
        self.assertEqual(data["ageing"]["claims"], 1000)
        self.assertEqual([row["name"] for row in data["largest"]["rows"]], ["Beta"])
        self.assertEqual(data["tiles"][0]["value"], 1000)

    def test_roll_rates(self):
        """In a month 40 of 100 not due became overdue, and all 50 of the first bucket moved on."""
        start = self.today.replace(day=1) - timedelta(days=1)
        before = start.replace(day=1) - timedelta(days=1)
        account = self._account_of_rows()
        self._row(account, before, not_due=100, bucket_1=50)
        self._row(account, start, not_due=300, bucket_1=40, bucket_2=50)
        scope = self._scope()
        balances, moved = self.Kpi._rolled(scope, before, start)
        self.assertEqual(balances[:3], [100, 50, 0])
        self.assertEqual(moved, [40, 50, 0, 0, 0])
        rows = self.Kpi._roll(scope)["rows"]
        self.assertEqual([row["rate"] for row in rows], [40.0, 100.0, None, None, None])

    def _account_of_rows(self):
        self._invoice(1, days=1)
        return self._account()

    def _row(self, account, day, **amounts):
        """A snapshot of a month's end, of the debtor and of the company."""
        for collection in (account.id, None):
            names = ["date", "known_at", "source", "month_end", "company_id", "collection_id"]
            values = [day, day, "reported", True, self.company.id, collection]
            every = dict.fromkeys(("total_due", "not_due", "unapplied_credit"), 0)
            every |= {f"bucket_{number}": 0 for number in range(1, 6)} | amounts
            marks = ", ".join(["%s"] * (len(names) + len(every)))
            self.env.cr.execute(
                f"INSERT INTO ar_collection_snapshot ({', '.join([*names, *every])})"
                f" VALUES ({marks})",
                [*values, *every.values()],
            )

    def test_series_has_twelve_months(self):
        self._invoice(3000, days=10)
        self._refresh()
        series = self.Kpi._series(self._scope(), ["dso"])
        self.assertEqual(len(series), 12)
        self.assertEqual(max(series), self.today.replace(day=1))
        first = self.today.replace(day=1) - relativedelta(months=2)
        days = (self.today - first).days + 1
        self.assertAlmostEqual(series[max(series)]["dso"], days)  # all sold is still open

    def test_dashboard_asks_a_fixed_number_of_queries(self):
        self._invoice(3000, days=10)
        self._refresh()
        self.Kpi.dashboard()
        self.env.invalidate_all()
        with self.assertQueryCount(90):
            self.Kpi.dashboard()
        for number in range(5):
            self._invoice(100, days=10, partner=self._debtor(f"More {number}"))
        self._refresh()
        self.env.invalidate_all()
        with self.assertQueryCount(90):
            self.Kpi.dashboard()

    def test_team_part(self):
        self._invoice(3000, days=10)
        self._account().user_id = self.lena
        self.env["ar.collection.target"].create(
            {"user_id": self.lena.id, "company_id": self.company.id, "amount": 4000}
        )
        self._pay(self._invoice(1000, days=3))
        self._refresh()
        team = self.Kpi.dashboard_team()["collectors"]
        [row] = [row for row in team["rows"] if row["user_id"] == self.lena.id]
        self.assertEqual((row["collectable"], row["collected"], row["of_target"]), (3000, 1000, 25))
        self.assertEqual(team["total"]["collected"], 1000)

    def test_effect_of_actions(self):
        """Two reminders over 1000 and 600: 250 came within 7 days; nothing for the other."""
        first, second = self._invoice(1000, days=10), self._invoice(600, days=10, partner=self.beta)
        self._refresh()
        for move, amount in ((first, 1000), (second, 600)):
            self.Notice.sudo().create(
                {
                    "collection_id": self._account(move.partner_id).id,
                    "level_id": self.reminder.id,
                    "channel": "email",
                    "state": "sent",
                    "amount": amount,
                    "date": self.today - timedelta(days=3),
                    "date_sent": self.company._ar_day_start(self.today - timedelta(days=3)),
                }
            )
        self._pay(first, 250)
        self._refresh()
        [row] = self.Kpi._effects(self._scope())
        self.assertEqual((row["name"], row["number"]), (self.reminder.name, 2))
        self.assertAlmostEqual(row["share"], 250 / 1600 * 100)

    def test_disputes_by_reason(self):
        invoice = self._invoice(1000, days=10)
        reason = self.env["ar.collection.dispute.reason"].search([], limit=1)
        self.env["ar.collection.dispute"]._open(
            self._account(), {self._item(invoice).id: 300}, reason=reason
        )
        found = self.Kpi.dashboard_team()["disputes"]
        self.assertEqual((found["number"], found["total"], found["oldest"]), (1, 300, 0))
        self.assertEqual([row["name"] for row in found["rows"]], [reason.name])
        self.assertIsNone(self._value("dispute_days"))
