from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..models.ar_collection_live import FIGURE_ITEMS
from ..models.ar_collection_refresh import AMOUNTS
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
        self.assertFigures(
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
        self.assertTies()

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
        self.assertFigures(
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
            self.today = self.company._ar_today()
            self._invoice(100, 0)
            self.assertEqual(self._account().not_due, 100)
            self.company.partner_id.tz = "Pacific/Auckland"
            account = self._account()
            account.action_refresh()
            self.assertFigures(
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
        self.assertFigures(
            self._account(),
            total_due=1400,
            not_due=400,
            total_overdue=1000,
            bucket_1=1000,
            collectable=1000,
            unapplied_credit=200,
            net_collectable=800,
        )
        self.assertTies()

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
        self.assertFigures(account, **figures)
        self.assertEqual(account.days_overdue, 40)

    def test_items_without_due_date_are_due_on_their_date(self):
        entry = self._entry(
            [{"partner_id": self.debtor.id, "amount": 100, "no_followup": False}], days=5
        )
        self.assertFalse(self._item(entry).date_maturity)
        account = self._account()
        self.assertFigures(
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
        self.assertTies()

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
        self.assertFigures(
            self._account(),
            total_due=1600,
            total_overdue=1600,
            bucket_1=1600,
            collectable=1600,
            unapplied_credit=900,
            net_collectable=1000,
        )
        self.assertTies()

    def test_decimals_of_the_currency(self):
        """1,000 yen at 150 for 1.00; 100.005 dinars at 0.3 for 1.00."""
        yen = self.setup_other_currency("JPY", rates=[("2000-01-01", 150.0)])
        dinar = self.setup_other_currency("KWD", rates=[("2000-01-01", 0.3)])
        self.assertEqual((yen.decimal_places, dinar.decimal_places), (0, 3))
        self._invoice(1000, 10, currency_id=yen.id)
        self._invoice(100.005, 40, currency_id=dinar.id)
        account = self._account()
        self.assertFigures(
            account,
            total_due=340.02,
            total_overdue=340.02,
            bucket_1=6.67,
            bucket_2=333.35,
            collectable=340.02,
            net_collectable=340.02,
        )
        self.assertEqual(
            {row["currency_id"]: row["open_currency"] for row in account.live_figures["by_currency"]},
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
        self.assertTies()

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
        self.assertFigures(
            self._account(),
            total_due=4502,
            total_overdue=4502,
            bucket_1=4502,
            held=1501,
            disputed=1501,
            collectable=3001,
            net_collectable=3001,
        )

    # === EVERYWHERE THE SAME FIGURES === #
    def _scene(self):
        """Items of every sort; dict name -> item."""
        moves = {
            "later": self._invoice(10, -5),
            "young": self._invoice(20, 10),
            "month": self._invoice(40, 45),
            "disputed": self._invoice(80, 70),
            "promised": self._invoice(160, 100),
            "ancient": self._invoice(320, 500),
            "planned": self._invoice(640, 15),
            "excluded": self._invoice(1280, 20),
            "credit": self._credit_note(5, days=2),
        }
        self._hold(moves["disputed"], 30, "disputed")
        self._hold(moves["promised"], 0, "promised")
        self._hold(moves["planned"], 600, "planned")
        self._item(moves["excluded"]).no_followup = True
        return {name: self._item(move) for name, move in moves.items()}

    def test_every_figure_opens_its_items(self):
        items = self._scene()
        account = self._account()
        self.assertFigures(
            account,
            total_due=2550,
            not_due=10,
            total_overdue=2540,
            bucket_1=20 + 640 + 1280,
            bucket_2=40,
            bucket_3=80,
            bucket_4=160,
            bucket_5=320,
            disputed=30,
            promised=160,
            planned=600,
            held_other=1280,
            held=2070,
            collectable=470,
            unapplied_credit=5,
            net_collectable=465,
        )
        names = {
            "total_due": "later young month disputed promised ancient planned excluded",
            "not_due": "later",
            "total_overdue": "young month disputed promised ancient planned excluded",
            "bucket_1": "young planned excluded",
            "bucket_2": "month",
            "bucket_3": "disputed",
            "bucket_4": "promised",
            "bucket_5": "ancient",
            "held": "disputed promised planned excluded",
            "disputed": "disputed",
            "promised": "promised",
            "planned": "planned",
            "held_other": "excluded",
            "collectable": "young month disputed ancient planned",
            "unapplied_credit": "credit",
            "net_collectable": "young month disputed ancient planned credit",
        }
        self.assertEqual(set(names), set(FIGURE_ITEMS))
        for figure, expected in names.items():
            with self.subTest(figure=figure):
                action = account.action_open_figure(figure)
                found = self.env["account.move.line"].search(action["domain"])
                self.assertEqual(
                    set(found.ids), {items[name].id for name in expected.split()}
                )

    def test_items_behind_a_figure_add_up_to_it(self):
        self._scene()
        account = self._account()
        for figure in AMOUNTS:
            found = self.env["account.move.line"].search(
                account.action_open_figure(figure)["domain"]
            )
            total = abs(sum(found.mapped("amount_residual")))
            held = sum(found.mapped("ar_held"))
            own = {"held", "disputed", "promised", "planned", "held_other"}
            with self.subTest(figure=figure):
                if figure in own:
                    self.assertEqual(held, account[figure])
                elif figure in ("collectable", "net_collectable"):
                    self.assertEqual(total - held, account[figure])
                else:
                    self.assertEqual(total, account[figure])

    def test_unknown_figure(self):
        self._invoice(10, 1)
        with self.assertRaisesRegex((UserError, ValueError), "no figure partner_id"):
            self._account().action_open_figure("partner_id")

    def test_page_and_list_show_the_same(self):
        self._scene()
        account = self._account()
        live = account.live_figures
        self.assertEqual({name: live[name] for name in AMOUNTS}, {n: account[n] for n in AMOUNTS})
        self.assertEqual(live["balance"], 2545)
        self.assertEqual(live["in_other_branches"], 0)
        self.assertEqual(len(account.item_ids), 9)

    def test_page_is_live_and_list_is_the_cache(self):
        self._invoice(100, 10)
        account = self._account()
        self._invoice(50, 10)
        account.invalidate_recordset()
        self.assertEqual((account.total_due, account.live_figures["total_due"]), (100, 150))
        differing = self.Account.search(account.action_check_ledger()["domain"])
        self.assertEqual(differing, account)
        account.action_refresh()
        self.assertEqual(account.total_due, 150)
        self.assertEqual(account.action_check_ledger()["tag"], "display_notification")

    def test_form_opens_for_a_debtor_without_items(self):
        move = self._invoice(100, 10)
        account = self._account()
        self._pay(move)
        with Form(account) as form:
            form.next_action = "Send flowers"
        self.assertEqual(account.live_figures["total_due"], 0)
