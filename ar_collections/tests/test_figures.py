from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestFigures(LedgerCommon):
    """The figures of a debtor, worked out by hand."""

    # === BUCKETS === #
    def test_edges_of_the_buckets(self):
        days = (-1, 0, 1, 30, 31, 60, 61, 90, 91, 120, 121, 400)
        for power, day in enumerate(days):  # each sum tells which items are in it
            self._invoice(2**power, day)
        account = self._account()
        self._check_figures(
            account,
            total_due=4095,
            not_due=1 + 2,
            total_overdue=4092,
            bucket_1=4 + 8,
            bucket_2=16 + 32,
            bucket_3=64 + 128,
            bucket_4=256 + 512,
            bucket_5=1024 + 2048,
            collectable=4092,
            net_collectable=4092,
        )
        self.assertRecordValues(
            account,
            [
                {
                    "days_overdue": 400,
                    "oldest_due_date": self.today - timedelta(days=400),
                    "oldest_bucket": "5",
                }
            ],
        )
        self._check_ties()

    def test_limits_are_those_of_the_company(self):
        other = self._other_company("Other")
        self.company.write(
            {"ar_bucket_1": 10, "ar_bucket_2": 20, "ar_bucket_3": 40, "ar_bucket_4": 80}
        )
        for day, amount in ((10, 1), (11, 2), (20, 4), (21, 8), (40, 16), (80, 32), (81, 64)):
            self._invoice(amount, day)
        self._invoice(128, 25, company_id=other.id)
        account = self._account()
        self.assertEqual([account[f"bucket_{i}"] for i in range(1, 6)], [1, 6, 24, 32, 64])
        elsewhere = self.Account.search(
            [("partner_id", "=", self.debtor.id), ("company_id", "=", other.id)]
        )
        self._check_figures(
            elsewhere,
            total_due=128,
            total_overdue=128,
            bucket_1=128,
            collectable=128,
            net_collectable=128,
        )
        self.assertEqual(
            account.live_figures["bucket_labels"], ["1-10", "11-20", "21-40", "41-80", "81+"]
        )

    def test_bad_limits_are_refused(self):
        for limits in ((0, 60, 90, 120), (30, 30, 90, 120), (30, 60, 50, 120), (-5, 60, 90, 120)):
            with self.subTest(limits=limits), self.assertRaisesRegex(ValidationError, "positive"):
                self.company.write(
                    {f"ar_bucket_{i}": limit for i, limit in enumerate(limits, start=1)}
                )

    def test_today_is_where_the_company_is(self):
        """22 November begins in Auckland while it is still the 21st in New York."""
        with freeze_time("2026-11-21 11:30:00"):
            today = self.company._ar_today()
            self._invoice(100, invoice_date=today, invoice_date_due=today)
            self.assertEqual(self._account().not_due, 100)
            self.company.partner_id.tz = "Pacific/Auckland"
            account = self._account()
            account.action_refresh()
            self._check_figures(
                account,
                total_due=100,
                total_overdue=100,
                bucket_1=100,
                collectable=100,
                net_collectable=100,
            )
            self.company.partner_id.tz = "America/New_York"
            account.action_refresh()
            self.assertEqual((account.not_due, account.days_overdue), (100, 0))

    # === WHAT IS A CLAIM === #
    def test_credits_are_no_claims(self):
        self._invoice(1000, 10)
        self._invoice(400, -10)
        self._credit_note(150, days=3)
        self._bank_credit(50)
        self._check_figures(
            self._account(),
            total_due=1400,
            not_due=400,
            total_overdue=1000,
            bucket_1=1000,
            collectable=1000,
            unapplied_credit=200,
            net_collectable=800,
        )
        self._check_ties()

    def _bank_credit(self, amount):
        return self._entry(
            [{"partner_id": self.debtor.id, "amount": -amount}], journal="bank", days=1
        )

    def test_credit_above_the_claims_leaves_nothing(self):
        self._invoice(100, 10)
        self._credit_note(250, days=3)
        account = self._account()
        self.assertEqual((account.unapplied_credit, account.net_collectable), (250, 0))

    def test_instalments_age_each_by_itself(self):
        move = self._invoice(
            1000,
            invoice_date=self.today - timedelta(days=40),
            invoice_payment_term_id=self._terms((30, 0), (70, 60)).id,
        )
        self.assertEqual(len(self._item(move)), 2)
        account = self._account()
        figures = {
            "total_due": 1000,
            "not_due": 700,
            "total_overdue": 300,
            "bucket_2": 300,
            "collectable": 300,
            "net_collectable": 300,
        }
        self._check_figures(account, **figures)
        self.assertEqual(account.days_overdue, 40)

    def test_items_without_due_date_are_due_on_their_date(self):
        entry = self._entry(
            [{"partner_id": self.debtor.id, "amount": 100, "no_followup": False}], days=5
        )
        self.assertFalse(self._item(entry).date_maturity)
        account = self._account()
        self._check_figures(
            account,
            total_due=100,
            total_overdue=100,
            bucket_1=100,
            collectable=100,
            net_collectable=100,
        )
        self.assertEqual(account.days_overdue, 5)

    def test_only_trade_accounts_and_items_with_a_partner(self):
        deposits = self.copy_account(self.company_data["default_account_receivable"])
        deposits.non_trade = True
        self._invoice(100, 10)
        self._entry(
            [
                {"partner_id": self.debtor.id, "amount": 700, "account_id": deposits.id},
                {"partner_id": False, "amount": 900},
            ],
            days=10,
        )
        self.assertEqual(self._account().total_due, 100)
        self._check_ties()

    def test_contacts_and_addresses_are_one_debtor(self):
        child = self.env["res.partner"].create({"name": "Branch", "parent_id": self.debtor.id})
        self._invoice(100, 10)
        self._invoice(50, 10, partner=child)
        self.assertEqual(self._account().total_due, 150)
        self.assertFalse(self._account(child))

    # === CURRENCIES === #
    def test_credit_never_crosses_currencies(self):
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])  # 1 EUR = 2.00
        self._invoice(1000, 10)
        self._invoice(300, 10, currency_id=euro.id)
        self._credit_note(450, days=1, currency_id=euro.id)
        self._check_figures(
            self._account(),
            total_due=1600,
            total_overdue=1600,
            bucket_1=1600,
            collectable=1600,
            unapplied_credit=900,
            net_collectable=1000,
        )
        self._check_ties()

    def test_decimals_of_the_currency(self):
        """1,000 yen at 150 for 1.00; 100.005 dinars at 0.3 for 1.00."""
        yen = self.setup_other_currency("JPY", rates=[("2000-01-01", 150.0)])
        dinar = self.setup_other_currency("KWD", rates=[("2000-01-01", 0.3)])
        self.assertEqual((yen.decimal_places, dinar.decimal_places), (0, 3))
        self._invoice(1000, 10, currency_id=yen.id)
        self._invoice(100.005, 40, currency_id=dinar.id)
        account = self._account()
        self._check_figures(
            account,
            total_due=340.02,
            total_overdue=340.02,
            bucket_1=6.67,
            bucket_2=333.35,
            collectable=340.02,
            net_collectable=340.02,
        )
        self.assertEqual(
            {
                row["currency_id"]: row["open_currency"]
                for row in account.live_figures["by_currency"]
            },
            {yen.id: 1000, dinar.id: 100.005},
        )

    def test_company_of_three_decimals(self):
        dinar = self.setup_other_currency("KWD", rates=[("2000-01-01", 1.0)])
        self.company = self._other_company("Kuwait", currency_id=dinar.id)
        move = self._invoice(10.125, 10, company_id=self.company.id)
        account = self._account()
        self.assertEqual(account.collectable, 10.125)
        self._hold(move, 3.375)
        self.assertEqual((self._account().disputed, self._account().collectable), (3.375, 6.75))
        self._check_ties()

    def test_company_without_decimals(self):
        """30 dollars are 4,502 yen; a third of it disputed is 1,500.67, so 1,501 yen."""
        yen = self.setup_other_currency("JPY", rates=[("2000-01-01", 1.0)])
        dollar = self.company.currency_id
        self.company = self._other_company("Japan", currency_id=yen.id)
        self.env["res.currency.rate"].create(
            {
                "name": "2000-01-01",
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "rate": 30 / 4502,
            }
        )
        move = self._invoice(30, 10, company_id=self.company.id, currency_id=dollar.id)
        self._hold(move, 10)
        self._check_figures(
            self._account(),
            total_due=4502,
            total_overdue=4502,
            bucket_1=4502,
            held=1501,
            disputed=1501,
            collectable=3001,
            net_collectable=3001,
        )
