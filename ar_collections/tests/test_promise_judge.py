from datetime import timedelta

from odoo.tests import tagged

from .promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestPromiseJudge(PromiseCommon):
    """Promises against a real ledger. Dates are days from today."""

    def _pay_on(self, move, amount, days):
        return self._pay(move, amount, date=self.today + timedelta(days=days))

    def test_outcomes(self):
        moves = [self._invoice(100, days=30) for _n in range(4)]
        promises = [self._promise(100, -1, move, ago=9) for move in moves]
        self._pay_on(moves[0], 100, -1)
        self._pay_on(moves[1], 40, -2)
        self._pay_on(moves[2], 100, 0)
        self._judge()
        states = ["kept", "partial", "broken", "broken"]
        self.assertEqual([promise.state for promise in promises], states)
        self.assertRecordValues(
            promises[0] + promises[1],
            [
                {"needed": 100, "paid": 100, "paid_on": self.today - timedelta(days=1)},
                {"needed": 100, "paid": 40, "paid_on": self.today - timedelta(days=2)},
            ],
        )
        self.assertRecordValues(
            self._account(),
            [
                {
                    "judged_promises": 4,
                    "broken_promises": 2,
                    "kept_rate": 25,
                    "kept_rate_amount": 25,
                    "next_promise_date": False,
                }
            ],
        )

    def test_broken_gives_the_collector_a_next_step(self):
        self._invoice(100, days=30)
        promise = self._promise(100, 3)
        self._judge(3)
        self.assertEqual(promise.state, "open", "its day is not over")
        account = promise.collection_id
        account.next_action_date = self.today + timedelta(days=30)
        self._judge(4)
        self.assertEqual(promise.state, "broken")
        self.assertEqual(promise._holds().state, "ended")
        self.assertRecordValues(
            account, [{"next_action_date": self.today, "broken_promises": 1, "kept_rate": 0}]
        )
        self.assertIn("Promise broken", account.next_action)
        self.assertIn("Promise broken", account.message_ids[:1].body)
        count = len(account.message_ids)
        self._judge(5)
        self.assertEqual(len(account.message_ids), count, "a second run says nothing")

    def test_matched_late_but_dated_in_time(self):
        """The payment lay unmatched: broken, then kept after all, with a trace."""
        move = self._invoice(100, days=30)
        promise = self._promise(100, -2, ago=9)
        bank_line = self._bank_line(100, self.debtor, days=3)
        self._judge()
        self.assertEqual(promise.state, "broken")
        self._match(bank_line, move)
        account = self._account()  # what the refresh does a minute after the matching
        self.assertRecordValues(
            promise, [{"state": "kept", "paid_on": self.today - timedelta(days=3)}]
        )
        self.assertEqual((account.broken_promises, account.kept_rate), (0, 100))
        # the line of the payment is written by a job of its own, before or after it
        self.assertIn("kept after all", "".join(account.message_ids[:2].mapped("body")))

    def test_money_goes_back(self):
        move = self._invoice(100, days=30)
        past, coming = self._promise(50, -2, ago=9), self._promise(50, 5, ago=9)
        payments = self._pay_on(move, 50, -3) + self._pay_on(move, 50, -1)
        self._refresh()
        self._check_states([(past, "kept"), (coming, "kept")])
        self._item(payments.move_id).remove_move_reconcile()
        account = self._account()
        self._check_states([(past, "broken"), (coming, "open")])
        self.assertEqual(coming._holds().state, "active", "it holds its item again")
        self.assertEqual(account.next_action_date, self.today)
        self.assertIn("went back", "".join(account.message_ids.mapped("body")))

    def test_credit_note_lowers_and_clears(self):
        low, gone = self._invoice(100, days=30), self._invoice(70, days=20)
        lowered = self._promise(100, -1, low, ago=9)
        cleared = self._promise(70, 4, gone)
        for move, amount in ((low, 60), (gone, 70)):
            credit = self._credit_note(amount, days=3)
            (self._item(move) + self._item(credit)).reconcile()
        self._pay_on(low, 40, -1)
        account = self._account()
        self.assertRecordValues(
            lowered + cleared,
            [
                {"state": "kept", "needed": 40, "paid": 40},
                {"state": "cancelled", "needed": 0, "paid": 0},
            ],
        )
        self.assertTrue(cleared.cleared)
        self.assertEqual((account.judged_promises, account.kept_rate), (1, 100))
        self._item(gone).remove_move_reconcile()
        self._refresh()
        self.assertEqual(cleared.state, "open", "the credit note was taken back")

    def test_two_promises_on_one_item(self):
        move = self._invoice(1000, days=30)
        second = self._promise(600, -1, ago=20)
        first = self._promise(400, -5, ago=20)
        self._pay_on(move, 500, -6)
        self._judge()
        self.assertRecordValues(
            first + second,
            [{"state": "kept", "paid": 400}, {"state": "partial", "paid": 100}],
        )

    def test_money_before_the_promise(self):
        move = self._invoice(1000, days=30)
        self._pay_on(move, 600, -10)
        promise = self._promise(400, -1, ago=5)
        self._judge()
        self.assertRecordValues(promise, [{"state": "broken", "needed": 400, "paid": 0}])

    def test_matched_again_is_no_new_money(self):
        """An earlier payment is taken off the item and matched with it again."""
        move = self._invoice(1000, days=30)
        early = self._pay_on(move, 600, -10)
        promise = self._promise(400, -1, ago=5)
        item, money = self._item(move), self._item(early.move_id)
        money.remove_move_reconcile()
        self._judge()
        self.assertEqual((promise.state, promise.paid), ("broken", 0))
        (item + money).reconcile()
        self._judge()
        self.assertRecordValues(promise, [{"state": "broken", "needed": 400, "paid": 0}])
        self._pay_on(move, 400, -1)
        self._judge()
        self.assertRecordValues(promise, [{"state": "kept", "needed": 400, "paid": 400}])

    def test_threshold_and_grace_of_the_policy_when_given(self):
        self.policy.write({"promise_grace_days": 2, "promise_threshold": 95})
        moves = [self._invoice(100, days=30) for _n in range(2)]
        promises = [self._promise(100, -3, move, ago=9) for move in moves]
        self.policy.write({"promise_grace_days": 0, "promise_threshold": 100})
        self._pay_on(moves[0], 95, -1)
        self._pay_on(moves[1], 94.99, -1)
        self._judge()
        self._check_states([(promises[0], "kept"), (promises[1], "partial")])

    def test_two_currencies(self):
        """The same debtor, 100 in company currency and 300 in another: a promise each."""
        foreign = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        home, abroad = (
            self._invoice(100, days=9),
            self._invoice(300, days=9, currency_id=foreign.id),
        )
        promises = self._promise(100, -1, ago=5, currency_id=self.company.currency_id.id)
        promises += self._promise(200, -1, ago=5, currency_id=foreign.id)
        self.assertEqual(promises.line_ids.line_id, self._item(home) + self._item(abroad))
        self.assertRecordValues(promises, [{"amount_company": 100}, {"amount_company": 100}])
        self._pay_on(abroad, 200, -1)
        self._judge()
        self._check_states([(promises[0], "broken"), (promises[1], "kept")])
        self.assertRecordValues(
            promises[1], [{"needed": 200, "paid": 200, "currency_id": foreign.id}]
        )
        self.assertRecordValues(
            self._account(), [{"kept_rate": 50, "kept_rate_amount": 50, "judged_promises": 2}]
        )

    def test_draft_and_vanished_items(self):
        move = self._invoice(100, days=30)
        promise = self._promise(100, 5)
        move.button_draft()
        self._judge()
        self.assertTrue(promise.cleared)
        move.action_post()
        self._judge()
        self.assertEqual((promise.state, promise.needed), ("open", 100))
        self.assertEqual(promise._holds().state, "active")

    def test_set_based(self):
        """Ten debtors take as many queries as one, save those of what changed."""
        for number in range(10):
            partner = self._debtor(f"Debtor {number}")
            self._invoice(100, days=30, partner=partner)
            self._refresh()
            self._promise(100, 5, partner=partner)
        self._judge()
        self.env.invalidate_all()
        with self.assertQueryCount(8):
            self.Promise._judge(self.today)
