from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestHoldPlace(LedgerCommon):
    """Placing, ending and keeping holds: what is allowed, and who may."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._invoice(1000, 10)
        cls.item = cls._item(cls.move)
        cls.collector = cls._user("collector", "user")

    # === REFUSED === #
    def _check_refused(self, message, move=None, **vals):
        with (
            self.assertRaisesRegex((UserError, ValidationError), message),
            self.env.cr.savepoint(),
        ):
            self._hold(self.move if move is None else move, **vals)

    def test_more_than_is_open(self):
        self._check_refused("1,000.00.open.*1,000.01.*cannot be held", amount=1000.01)
        self._pay(self.move, 400)
        self._check_refused("600.00.open", amount=1000)
        self._hold(self.move, 600)

    @mute_logger("odoo.sql_db")
    def test_negative(self):
        with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            self._hold(self.move, -1)
        self.assertRegex(str(caught.exception), "negative|amount_positive")

    def test_paid_item(self):
        self._refresh()
        self._pay(self.move)
        self._check_refused("is paid; nothing is left to hold")

    def test_draft_item(self):
        draft = self._invoice(10, 10, post=False)
        self._check_refused("not a posted receivable", line_id=self._item(draft).id)

    def test_item_that_is_no_receivable(self):
        sale = self.move.invoice_line_ids
        self._check_refused("not a posted receivable", line_id=sale.id)

    def test_item_of_another_debtor(self):
        other = self._invoice(10, 10, partner=self._debtor("Beta"))
        self._check_refused("does not belong to Alpha", line_id=self._item(other).id)

    def test_item_of_another_company(self):
        elsewhere = self._other_company("Elsewhere")
        other = self._invoice(10, 10, company_id=elsewhere.id)
        self._check_refused("does not belong to Alpha", line_id=self._item(other).id)

    def test_no_item(self):
        self._check_refused("choose the item", line_id=False)

    @mute_logger("odoo.sql_db")
    def test_end_before_begin(self):
        with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            self._hold(self.move, days=-1)
        self.assertRegex(str(caught.exception), "end before it begins|dates_ascend")

    def test_without_end_only_by_a_manager(self):
        account = self._account()
        vals = {"collection_id": account.id, "line_id": self.item.id, "kind": "other"}
        with self.assertRaisesRegex(UserError, "until when"):
            self.Hold.with_user(self.collector).create(vals)
        hold = self.Hold.create(vals)
        self.assertRecordValues(
            hold, [{"state": "active", "date_to": False, "user_id": self.env.uid}]
        )
        hold.date_to = self.today + timedelta(days=5)
        with self.assertRaisesRegex(UserError, "manager"):
            hold.with_user(self.collector).date_to = False

    def test_what_the_machine_notes_cannot_be_claimed_by_a_person(self):
        """Readonly fields can be written over the API: not here."""
        account = self._account()
        claims = {
            "source_model": "ar.collection.promise",
            "source_id": 1,
            "baseline": 10**6,
            "date_ended": self.today + timedelta(days=99),
            "user_id": self.collector.id,
        }
        for name, value in claims.items():
            with self.subTest(field=name), self.assertRaises(UserError):
                self.Hold.with_user(self._user(f"x_{name}", "manager")).create(
                    {"collection_id": account.id, "line_id": self.item.id, name: value}
                )

    # === KEPT === #
    def test_hold_is_evidence(self):
        hold = self._hold(self.move, 300)
        other = self._hold(self._invoice(50, 10))
        changes = {
            "amount": 200,
            "kind": "other",
            "date_from": self.today - timedelta(days=3),
            "line_id": other.line_id.id,
            "collection_id": other.collection_id.id,
            "date_ended": self.today,
            "scope": "debtor",
            "user_id": self.collector.id,
        }
        for name, value in changes.items():
            with self.subTest(field=name), self.assertRaisesRegex(UserError, "evidence"):
                hold.write({name: value})
        with self.assertRaises(AccessError):
            hold.unlink()
        hold.write({"note": "Sent the delivery note", "date_to": self.today + timedelta(days=60)})
        self.assertEqual(self._account().disputed, 350)

    def test_end_can_be_moved_but_not_into_the_past(self):
        hold = self._hold(self.move, 300)
        with self.assertRaisesRegex(UserError, "past"):
            hold.date_to = self.today - timedelta(days=1)
        hold.action_end()
        with self.assertRaisesRegex(UserError, "ended"):
            hold.date_to = self.today + timedelta(days=1)

    # === ENDED === #
    def test_ending_frees_the_item_after_the_resume_days(self):
        hold = self._hold(self.move)
        self.assertEqual(self._decisions()[self.debtor].reason, "all_held")
        hold.action_end()
        self.assertRecordValues(hold, [{"state": "ended", "date_ended": self.today}])
        account = self._account()
        self.assertEqual((account.held, account.collectable), (0, 1000))
        self.assertIn("Hold ended", account.message_ids[0].body)
        self._check_waits(3)
        hold.action_end()
        self.assertEqual(hold.date_ended, self.today, "ended once")

    def _check_waits(self, days):
        """Nothing goes out before so many days from today, and then it does."""
        decision = self._decisions()[self.debtor]
        until = self.today + timedelta(days=days)
        self.assertEqual((decision.reason, decision.date), ("resume_wait", until))
        self.assertEqual(self._decision_on(days - 1).reason, "resume_wait")
        self.assertEqual(self._decision_on(days).level.id, self.reminder.id)

    def _decision_on(self, days):
        return self._decisions(today=self.today + timedelta(days=days))[self.debtor]

    def test_hold_that_ran_out_waits_too(self):
        self._hold(
            self.move,
            date_from=self.today - timedelta(days=8),
            date_to=self.today - timedelta(days=1),
        )
        self._check_waits(3)

    def test_hold_on_the_debtor_that_ended_waits_too(self):
        hold = self._hold(False)
        self.assertEqual(self._decisions()[self.debtor].reason, "debtor_paused")
        hold.action_end()
        self._check_waits(3)

    def test_resume_days_are_the_policys(self):
        self.policy.resume_days = 5
        self._hold(self.move).action_end()
        self._check_waits(5)
        self.policy.resume_days = 0
        self.assertEqual(self._decisions()[self.debtor].level.id, self.reminder.id)

    def test_hold_that_never_began_makes_nobody_wait(self):
        hold = self._hold(self.move, date_from=self.today + timedelta(days=5), days=9)
        hold.action_end()
        self.assertEqual(self._decisions()[self.debtor].level.id, self.reminder.id)

    def test_part_that_was_never_held_waits_with_its_item(self):
        self._hold(self.move, 300).action_end()
        self._invoice(70, 10)
        decision = self._decisions()[self.debtor]
        self.assertEqual([claim.claimed for claim in decision.claims], [70])

    def test_quiet_days_count_after_the_resume_days(self):
        account = self._account()
        account.sudo().last_notice_date = self.today - timedelta(days=2)
        self._hold(self.move).action_end()
        self.assertEqual(self._decision_on(2).reason, "resume_wait")
        decision = self._decision_on(3)
        self.assertEqual(
            (decision.reason, decision.date), ("quiet_period", self.today + timedelta(days=5))
        )

    def test_hold_of_a_promise_ends_with_it(self):
        hold = self._hold(self.move, date_to=False)
        hold.sudo().write({"source_model": "ar.collection.promise", "source_id": 1})
        with self.assertRaisesRegex(AccessError, "ends with it"):
            hold.action_end()
        hold.sudo().action_end()
        self.assertEqual(hold.state, "ended")

    # === ITEMS THAT VANISH === #
    def test_item_that_vanishes_leaves_no_hold_on_the_debtor(self):
        """Another payment term makes one item of two: the second is deleted in draft."""
        move = self._invoice(
            500,
            invoice_date=self.today - timedelta(days=20),
            invoice_payment_term_id=self._terms((60, 0), (40, 5)).id,
        )
        _first, second = self._item(move).sorted("date_maturity")
        hold = self._hold(False, scope="item", line_id=second.id, amount=150)
        self.assertEqual(self._account().held, 150)
        due, name = second.date_maturity, move.name
        move.button_draft()
        move.invoice_payment_term_id = self._terms((100, 0))
        move.action_post()
        self.assertFalse(second.exists())
        self.assertRecordValues(
            hold,
            [
                {
                    "scope": "item",
                    "line_id": False,
                    "item_name": name,
                    "item_due_date": due,
                    "amount": 150.0,
                    "held_now": 0.0,
                }
            ],
        )
        account = self._account()
        self.assertEqual((account.held, account.total_due), (0, 1500))
        self.assertNotEqual(self._decisions()[self.debtor].reason, "debtor_paused")
        hold.action_end()

    def test_item_in_draft_is_not_counted_and_comes_back_held(self):
        self._hold(self.move, 300)
        self.move.button_draft()
        self.assertEqual((self._account().held, self._account().total_due), (0, 0))
        self.move.action_post()
        self.assertEqual(self._account().disputed, 300)
