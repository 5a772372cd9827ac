from datetime import date

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import ArCollectionsCommon


@tagged("post_install", "-at_install")
class TestToday(ArCollectionsCommon):
    """Midnight and timezones: today is the day where the company is."""

    def test_today_of_the_company(self):
        table = [
            # moment in UTC, timezone of the company, its day
            ("2026-11-21 22:30:00", "Europe/Brussels", date(2026, 11, 21)),
            ("2026-11-21 23:30:00", "Europe/Brussels", date(2026, 11, 22)),
            ("2026-11-21 23:30:00", "UTC", date(2026, 11, 21)),
            ("2026-11-21 10:59:00", "Pacific/Auckland", date(2026, 11, 21)),
            ("2026-11-21 11:00:00", "Pacific/Auckland", date(2026, 11, 22)),
            ("2026-11-22 04:00:00", "America/New_York", date(2026, 11, 21)),
            ("2026-07-01 22:30:00", "Europe/Brussels", date(2026, 7, 2)),
        ]
        for moment, zone, expected in table:
            with self.subTest(moment=moment, zone=zone), freeze_time(moment):
                self.company.partner_id.tz = zone
                self.assertEqual(self.company._ar_today(), expected)

    def test_an_item_becomes_overdue_at_the_companys_midnight(self):
        due = date(2026, 11, 21)
        with freeze_time("2026-11-21 12:00:00"):
            self.company.partner_id.tz = "Europe/Brussels"
            self._invoice(100, invoice_date=due, invoice_date_due=due)
        for moment, overdue in [("2026-11-21 22:30:00", 0), ("2026-11-21 23:30:00", 100)]:
            with self.subTest(moment=moment), freeze_time(moment):
                self.Account._refresh()
                self.assertEqual(self._account().total_overdue, overdue)
                self.assertEqual(self._account().live_figures["total_overdue"], overdue)

    def test_a_run_after_midnight_is_the_new_days(self):
        with freeze_time("2026-11-21 23:30:00"):
            self.company.partner_id.tz = "Europe/Brussels"
            self._invoice(100, invoice_date=date(2026, 10, 1), invoice_date_due=date(2026, 11, 15))
            self.today = self.company._ar_today()
            run = self._run()
            self.assertEqual(run.date, date(2026, 11, 22))
            self.assertEqual(fields.Date.today(), date(2026, 11, 21))
            self.assertEqual(run.notice_ids.level_id, self.reminder, "7 days after the 15th")

    def test_two_companies_have_their_own_day(self):
        other = self.setup_other_company()["company"]
        with freeze_time("2026-11-21 12:00:00"):
            self.company.partner_id.tz = "UTC"
            other.partner_id.tz = "Pacific/Auckland"
            due = date(2026, 11, 21)
            self._invoice(100, invoice_date=due, invoice_date_due=due)
            move = self.init_invoice(
                "out_invoice",
                partner=self.debtor,
                invoice_date=due,
                amounts=[50],
                company=other,
            )
            move.invoice_payment_term_id = False
            move.invoice_date_due = due
            move.action_post()
            self._refresh()
            accounts = self.Account.search([("partner_id", "=", self.debtor.id)])
            overdue = {account.company_id: account.total_overdue for account in accounts}
            self.assertEqual(overdue, {self.company: 0, other: move.amount_total})

    def test_a_missing_rate_stops_nothing(self):
        """Figures and claims come from the ledger: no rate is looked up for them."""
        currency = self.setup_other_currency("CHF", rates=[("2000-01-01", 4.0)])
        self._invoice(400, 10, currency_id=currency.id)
        currency.rate_ids.unlink()
        run = self._run()
        self.assertEqual(run.notice_ids.totals[0]["to_pay"], 400)
        self.assertEqual(run.notice_ids.amount, 100)
