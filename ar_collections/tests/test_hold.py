from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestHold(LedgerCommon):
    """How much of an item is held (DESIGN, decision 3). The item is 1,000, ten days overdue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._invoice(1000, 10)
        cls.item = cls._item(cls.move)

    def _check_held(self, overdue=1000, credit=0, **held):
        """The figures of the debtor: what is held by kind, and the rest collectable."""
        total = sum(held.values())
        self._check_figures(
            self._account(),
            total_due=overdue,
            total_overdue=overdue,
            bucket_1=overdue,
            held=total,
            collectable=overdue - total,
            unapplied_credit=credit,
            net_collectable=max(0, overdue - total - credit),
            **held,
        )
        self._check_ties()

    # === ITEM, PART, DEBTOR === #
    def test_part_of_an_item(self):
        self._hold(self.move, 300)
        self._check_held(disputed=300)
        self.assertEqual((self.item.ar_held, self.item.ar_held_reason), (300, "Disputed"))

    def test_whole_item(self):
        self._hold(self.move)
        self._check_held(disputed=1000)
        self._pay(self.move, 100)
        self._check_held(overdue=900, disputed=900)

    def test_whole_debtor_with_what_comes_later(self):
        hold = self._hold(False)
        self._invoice(40, 5)
        self._check_held(overdue=1040, disputed=1040)
        self.assertEqual(self._decisions()[self.debtor].reason, "debtor_paused")
        self.assertFalse(hold.line_id)

    def test_what_is_not_due_is_not_held(self):
        later = self._invoice(500, -10)
        self._hold(later)
        self._check_figures(
            self._account(),
            total_due=1500,
            not_due=500,
            total_overdue=1000,
            bucket_1=1000,
            collectable=1000,
            net_collectable=1000,
        )
        self.assertEqual(self._item(later).ar_held, 500)

    def test_one_instalment(self):
        move = self._invoice(
            200,
            invoice_date=self.today - timedelta(days=20),
            invoice_payment_term_id=self._terms((50, 0), (50, 10)).id,
        )
        first = self._item(move).sorted("date_maturity")[0]
        self._hold(False, scope="item", line_id=first.id)
        self._check_held(overdue=1200, disputed=100)

    def test_each_kind_has_its_column(self):
        kinds = ("placed", "withheld", "disputed", "planned", "promised", "debit", "exclusion")
        for kind in kinds:
            self._hold(self.move, 10, kind)
        self._hold(self.move, 10, "other")
        self._check_held(disputed=10, planned=10, promised=10, held_other=50)

    # === CASH === #
    def test_disputed_part_is_not_paid_by_cash(self):
        self._hold(self.move, 300)
        self._pay(self.move, 700)
        self._check_held(overdue=300, disputed=300)
        self._pay(self.move, 100)
        self._check_held(overdue=200, disputed=200)

    def test_cash_fills_the_promise_first_then_the_free_part(self):
        for kind in ("promised", "planned"):
            with self.subTest(kind=kind), self.env.cr.savepoint() as savepoint:
                self._hold(self.move, 400, kind)
                self._pay(self.move, 300)
                self._check_held(overdue=700, **{kind: 100})
                self._pay(self.move, 200)
                self._check_held(overdue=500)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_money_taken_back_revives_the_promise(self):
        self._hold(self.move, 400, "promised")
        payment = self._pay(self.move, 300)
        self._check_held(overdue=700, promised=100)
        payment.action_draft()
        payment.action_cancel()
        self._check_held(promised=400)

    def test_cash_from_a_bank_line_counts(self):
        self._hold(self.move, 400, "promised")
        self._match(self._bank_line(300, self.debtor), self.move)
        self._check_held(overdue=700, promised=100)

    def test_cash_before_the_promise_does_not_fill_it(self):
        self._pay(self.move, 200)
        self._hold(self.move, 400, "promised")
        self._check_held(overdue=800, promised=400)

    def test_credit_note_is_no_cash(self):
        self._hold(self.move, 400, "promised")
        credit = self._credit_note(300, days=1)
        (self.item + self._item(credit)).reconcile()
        self._check_held(overdue=700, promised=400)
        credit = self._credit_note(500, days=1)
        (self.item + self._item(credit)).reconcile()
        self._check_held(overdue=200, promised=200)

    def test_two_promises_fill_in_order_of_their_date(self):
        late = self._hold(self.move, 600, "promised", days=20)
        early = self._hold(self.move, 400, "promised", days=10)
        self._check_held(promised=1000)
        self._pay(self.move, 100)
        self._check_held(overdue=900, promised=900)
        self.assertEqual((early.held_now, late.held_now), (300, 600))
        self._pay(self.move, 400)
        self._check_held(overdue=500, promised=500)
        self.env.invalidate_all()
        self.assertEqual((early.held_now, late.held_now), (0, 500))

    def test_overdue_promise_and_dispute_side_by_side(self):
        self._hold(self.move, 300, "disputed")
        self._hold(self.move, 500, "promised")
        self._pay(self.move, 600)
        self._check_held(overdue=400, disputed=300)

    # === ORDER === #
    def test_order_of_kinds_when_holds_exceed_the_residual(self):
        holds = {
            kind: self._hold(self.move, amount, kind)
            for kind, amount in (
                ("other", 400),
                ("promised", 300),
                ("planned", 250),
                ("disputed", 200),
                ("withheld", 150),
                ("placed", 100),
            )
        }
        self._check_held(held_other=250, disputed=200, planned=250, promised=300)
        credit = self._credit_note(400, days=1)
        (self.item + self._item(credit)).reconcile()
        self._check_held(overdue=600, held_other=250, disputed=200, planned=150)
        self.assertEqual(
            {kind: hold.held_now for kind, hold in holds.items()},
            {
                "placed": 100,
                "withheld": 150,
                "disputed": 200,
                "planned": 150,
                "promised": 0,
                "other": 0,
            },
        )

    def test_hold_on_the_debtor_takes_what_the_item_leaves(self):
        self._hold(self.move, 300, "disputed")
        self._hold(False, kind="promised")
        self._check_held(disputed=300, promised=700)

    # === CURRENCIES === #
    def test_parts_in_company_currency_add_up(self):
        """3 euros are 1.00: a third each makes 0.33 + 0.34 + 0.33, never 0.99."""
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 3.0)])
        move = self._invoice(3, 10, currency_id=euro.id)
        for kind in ("disputed", "promised", "planned"):
            self._hold(move, 1, kind)
        self._check_held(overdue=1001, disputed=0.33, promised=0.34, planned=0.33)

    def test_part_of_a_partly_paid_item_in_foreign_currency(self):
        """300 EUR at 3.00 are 100; 100 EUR paid leave 200 EUR = 66.67, of which 50 are held."""
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 3.0)])
        move = self._invoice(300, 10, currency_id=euro.id)
        self._pay(move, 100)
        self.assertAlmostEqual(self._item(move).amount_residual, 66.67)
        self._hold(move, 50)
        self._check_held(overdue=1066.67, disputed=16.67)
        self.assertEqual(self._item(move).ar_held, 50)

    # === CREDITS === #
    def test_hold_on_a_credit_reserves_it(self):
        credit = self._credit_note(300, days=1)
        self._hold(credit, 100, "other")
        figures = {"total_due": 1000, "total_overdue": 1000, "bucket_1": 1000}
        figures |= {"collectable": 1000, "unapplied_credit": 300}
        self._check_figures(self._account(), **figures, net_collectable=800)
        self._hold(credit, 0, "other")
        self._check_figures(self._account(), **figures, net_collectable=1000)

    # === CORE'S OWN EXCLUSIONS === #
    def test_no_followup_and_blocked_count_as_excluded(self):
        other = self._invoice(50, 5)
        self.item.no_followup = True
        other.action_toggle_block_payment()
        self._hold(self.move, 300)
        self._check_held(overdue=1050, disputed=300, held_other=750)
        self.assertEqual(self.item.ar_held_reason, "Disputed, Other")
        self.assertEqual(self._decisions()[self.debtor].reason, "all_held")
        self.item.no_followup = False
        other.action_toggle_block_payment()
        self._check_held(overdue=1050, disputed=300)

    # === DAYS === #
    def _on(self, days):
        return freeze_time(f"{self.today + timedelta(days=days)} 12:00:00")

    def _held_on(self, days):
        held = self.Hold._allocate(self.item.ids, self.today + timedelta(days=days))
        return {kind: float(amount) for kind, amount in held.get(self.item.id, {}).items()}

    def test_first_and_last_day(self):
        hold = self._hold(
            self.move,
            300,
            date_from=self.today + timedelta(days=2),
            date_to=self.today + timedelta(days=4),
        )
        self._check_held()
        self.assertEqual(hold.state, "planned")
        for days, held, state in ((1, 0, "planned"), (2, 300, "active"), (4, 300, "active")):
            with self.subTest(days=days), self._on(days):
                hold.invalidate_recordset()
                self.Account._refresh()
                self.assertEqual(self._account().held, held)
                self.assertEqual(hold.state, state)
                self.assertEqual(self.Hold.search([("state", "=", state)]), hold)
        with self._on(5):
            hold.invalidate_recordset()
            self.Account._refresh()
            self.assertEqual((self._account().held, hold.state), (0, "ended"))
            self.assertFalse(self.Hold.search([("state", "in", ("planned", "active"))]))
            self.assertEqual(self.Hold.search([("state", "=", "ended")]), hold)

    def test_hold_on_a_debtor_keeps_all_that_is_overdue(self):
        """1,000 and 500, of which 300 are disputed; what is not due is not chased anyway."""
        self._invoice(500, 3)
        self._invoice(70, -5)
        disputed = self._hold(self.move, 300)
        hold = self._hold(False, kind="other")
        self.assertEqual(hold.currency_id, self.company.currency_id)
        self.assertEqual((disputed.held_now, hold.held_now), (300, 1200))
        self.assertEqual(self._account().held, 1500)
        hold.action_end()
        hold.invalidate_recordset()
        self.assertEqual(hold.held_now, 0)

    def test_hold_until_today_still_counts_today(self):
        self._hold(self.move, 300, days=0)
        self._check_held(disputed=300)

    def test_ended_holds_tell_what_was_held_on_a_past_day(self):
        past = {"date_from": self.today - timedelta(days=9)}
        self._hold(self.move, 300, date_to=self.today - timedelta(days=5), **past)
        ended = self._hold(self.move, 200, "planned", days=30, **past)
        ended.sudo().date_ended = self.today - timedelta(days=2)
        self._hold(self.move, 0, "other", date_from=self.today + timedelta(days=1))
        expected = {
            -10: {},
            -9: {"disputed": 300, "planned": 200},
            -5: {"disputed": 300, "planned": 200},
            -4: {"planned": 200},
            -3: {"planned": 200},
            -2: {},
            0: {},
            1: {"other": 1000},
        }
        self.assertEqual({day: self._held_on(day) for day in expected}, expected)
