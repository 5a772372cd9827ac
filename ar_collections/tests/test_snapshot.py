from datetime import date, datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import RaiseException

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.ar_collection_kpi_scope import Scope
from .common import ArCollectionsCommon


@tagged("post_install", "-at_install")
class TestSnapshot(ArCollectionsCommon):
    """What was known on a day: rows of debtors who changed, and of the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Snapshot = cls.env["ar.collection.snapshot"]
        cls.beta = cls._debtor("Beta")
        # days of one month, of which none is its last
        cls.first_day, cls.second_day = date(2026, 9, 14), date(2026, 9, 15)
        cls.month_end = date(2026, 9, 30)

    def _rows(self, partner, day=None):
        rows = self.Snapshot.search(
            [("collection_id", "=", self._account(partner).id)], order="date, id"
        )
        return rows.filtered(lambda row: row.date == day) if day else rows

    def _take(self, day):
        self._refresh()
        return self.Snapshot._take(self.company, day)

    def test_rows_of_the_first_day(self):
        self._invoice(1000, days=40)
        self._invoice(500, days=-10)
        self._hold(self._invoice(200, days=5, partner=self.beta), amount=150)
        self._take(self.first_day)
        alpha, beta = self._rows(self.debtor), self._rows(self.beta)
        self.assertEqual(alpha.mapped("total_due"), [1500])
        self.assertEqual((alpha.not_due, alpha.total_overdue, alpha.bucket_2), (500, 1000, 1000))
        self.assertEqual((beta.bucket_1, beta.disputed, beta.collectable), (200, 150, 50))
        total = self.Snapshot._total(self.company, self.first_day)
        self.assertEqual((total.total_due, total.disputed, total.collectable), (1700, 150, 1050))
        self.assertEqual(total.source, "reported")

    def test_only_who_changed_has_a_new_row(self):
        invoice = self._invoice(1000, days=40)
        self._invoice(300, days=40, partner=self.beta)
        self._take(self.first_day)
        self._pay(invoice, 400)
        self._take(self.second_day)
        self.assertEqual(self._rows(self.debtor).mapped("total_due"), [1000, 600])
        self.assertEqual(self._rows(self.beta).mapped("date"), [self.first_day])
        self.assertEqual(self.Snapshot._total(self.company, self.second_day).total_due, 900)

    def test_a_paid_debtor_has_a_last_row_of_nothing_and_then_none(self):
        invoice = self._invoice(1000, days=40)
        self._take(self.first_day)
        self._pay(invoice)
        self._take(self.second_day)
        self._take(self.second_day + timedelta(days=1))
        self.assertEqual(self._rows(self.debtor).mapped("total_due"), [1000, 0])

    def test_a_month_ends_with_a_row_for_every_balance(self):
        self._invoice(300, days=40)
        paid = self._invoice(100, days=3, partner=self.beta)
        self._take(self.first_day)
        self._pay(paid)
        self._take(self.month_end)
        self.assertEqual(self._rows(self.debtor).mapped("month_end"), [False, True])
        self._take(self.month_end + timedelta(days=31))
        self.assertEqual(len(self._rows(self.debtor)), 3)
        self.assertEqual(self._rows(self.beta).mapped("total_due"), [100, 0])

    def test_a_month_end_tells_what_moved_on(self):
        """Of 300 not due 200 became overdue; what the debtors' rows say is kept in the total."""
        self._invoice(300, days=-10)
        before = self.month_end.replace(day=1) - timedelta(days=1)
        self._take(before)
        total = self.Snapshot._total(self.company, before)
        self.assertFalse(total.rolled_1)
        self.env.cr.execute(
            "UPDATE ar_collection SET not_due = 100, bucket_1 = 200, total_overdue = 200"
        )
        self.env.invalidate_all()
        self.Snapshot._take(self.company, self.month_end)
        total = self.Snapshot._total(self.company, self.month_end)
        self.assertEqual([total[f"rolled_{number}"] for number in range(1, 6)], [200, 0, 0, 0, 0])
        kpi = self.env["ar.collection.kpi"]
        scope = Scope(self.company, before, self.month_end)
        of_debtors = kpi._rolled_of_debtors(scope, before, self.month_end)
        with patch.object(type(kpi), "_rolled_of_debtors", side_effect=AssertionError):
            balances, moved = kpi._rolled(scope, before, self.month_end)
        self.assertEqual((balances[0], moved), (300, of_debtors))

    def test_the_second_time_nothing_happens(self):
        self._invoice(300, days=40)
        self.assertTrue(self._take(self.first_day))
        before = self.Snapshot.search_count([])
        self._invoice(300, days=40)
        self.assertFalse(self._take(self.first_day))
        self.assertEqual(self.Snapshot.search_count([]), before)

    def test_the_company_row_tells_sales_and_cash_of_the_month(self):
        today = self.today
        invoice = self._invoice(1000, days=-30)  # of today
        self._invoice(250, days=70)  # of a month before
        self._credit_note(100, days=-30)
        self._pay(invoice, 400)
        self._take(today)
        total = self.Snapshot._total(self.company, today)
        self.assertEqual((total.sales_month, total.cash_month), (900, 400))

    def test_other_companies_have_rows_of_their_own(self):
        self._invoice(1000, days=40)
        other = self.env["res.company"].create({"name": "Other"})
        self.Snapshot._take(other, self.first_day)
        self.assertEqual(self.Snapshot._total(other, self.first_day).total_due, 0)
        self.assertFalse(self.Snapshot._total(self.company, self.first_day))

    def test_the_job_waits_for_the_evening(self):
        self._invoice(1000, days=40)
        noon = datetime.combine(self.today, datetime.min.time()).replace(hour=12)
        for hour, taken in ((12, False), (22, False), (23, True)):
            with (
                self.subTest(hour=hour),
                patch.object(fields.Datetime, "now", lambda hour=hour: noon.replace(hour=hour)),
            ):
                self.Snapshot._take_in_the_evening(self.company)
                row = self.Snapshot._total(self.company, self.today, source="reported")
                self.assertEqual(bool(row), taken)

    def test_nobody_rewrites_history(self):
        self._invoice(1000, days=40)
        self._take(self.first_day)
        row = self._rows(self.debtor)
        with self.assertRaises(UserError):
            row.sudo().write({"total_due": 1})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(RaiseException),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("UPDATE ar_collection_snapshot SET total_due = 1")

    def test_a_merge_keeps_the_rows_of_both(self):
        self._invoice(1000, days=40)
        self._invoice(300, days=40, partner=self.beta)
        self._take(self.first_day)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.debtor | self.beta).ids, self.debtor
        )
        self._refresh()
        rows = self.Snapshot.search([("collection_id", "=", self._account().id)])
        self.assertEqual(sorted(rows.mapped("total_due")), [300, 1000])

    # === COMPUTED LATER === #
    def _yesterday(self):
        return self.today - timedelta(days=1)

    def test_a_day_computed_anew_is_the_same(self):
        self._hold(self._invoice(1000, days=40), amount=300, date_from=self.today - timedelta(9))
        self._invoice(200, days=-10, invoice_date=self.today - timedelta(days=3))
        self._take(self._yesterday())
        before = self.Snapshot.search_count([])
        # the cache is of today: nothing of it has aged over a limit since yesterday
        self.assertFalse(self.Snapshot._rebuild(self.company, self._yesterday()))
        self.assertEqual(self.Snapshot.search_count([]), before)

    def test_what_came_later_stands_beside(self):
        invoice = self._invoice(1000, days=40)
        self._take(self._yesterday())
        self._pay(invoice, 400, date=self.today - timedelta(days=5))
        self.assertTrue(self.Snapshot._rebuild(self.company, self._yesterday()))
        reported = self.Snapshot._total(self.company, self._yesterday(), source="reported")
        restated = self.Snapshot._total(self.company, self._yesterday(), source="restated")
        self.assertEqual((reported.total_due, restated.total_due), (1000, 600))
        self.assertEqual(sorted(self._rows(self.debtor).mapped("total_due")), [600, 1000])
        self.assertIn("400.00", restated.explanation)
        # a payment of today says nothing of yesterday
        self._pay(invoice, 100)
        self.assertFalse(self.Snapshot._rebuild(self.company, self._yesterday()))

    def test_days_nobody_noted(self):
        self._invoice(1000, days=100)
        self._refresh()
        while self.Snapshot._missed_days(self.company, self.today):
            self.Snapshot._catch_up(self.company, self.today)
        month_end = self.today.replace(day=1) - timedelta(days=1)
        total = self.Snapshot._total(self.company, month_end)
        self.assertEqual((total.total_due, total.source), (1000, "restated"))
        self.assertEqual(
            self.Snapshot.search_count(
                [
                    ("company_id", "=", self.company.id),
                    ("month_end", "=", True),
                    ("collection_id", "=", False),
                ]
            ),
            13,
        )
        # every debtor has a row at each month end on which something was owed
        ends = self._rows(self.debtor).filtered("month_end").mapped("date")
        self.assertIn(month_end, ends)
        self.assertTrue(all(day >= self.today - timedelta(days=100) for day in ends))

    def test_today_is_not_over(self):
        with self.assertRaises(UserError):
            self.Snapshot._rebuild(self.company, self.today)
