from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestPromiseUse(PromiseCommon):
    """Roles, limits, companies, rates and the speed of what is used all day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls._user("promise_collector", "user")
        cls.boss = cls._user("promise_boss", "manager")
        cls.move = cls._invoice(1000, days=30)

    def _approvals(self, on=True):
        group = self.env.ref("ar_collections.group_ar_collection_approvals")
        for user in self.collector + self.boss:
            user.group_ids = [(4 if on else 3, group.id)]

    def _note(self, user, amount=100, days=10, **vals):
        return (
            self.Promise.with_user(user)
            .create(
                {
                    "collection_id": self._account().id,
                    "amount": amount,
                    "date": self.today + timedelta(days=days),
                    **vals,
                }
            )
            .with_env(self.env)
        )

    # === LIMITS === #
    def test_over_the_limit_without_approvals(self):
        self.policy.write({"promise_max_days": 14, "promise_max_amount": 500})
        self._note(self.collector, 500, 14)
        for amount, days, message in ((100, 15, "later than"), (501, 3, "more than")):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self._note(self.collector, amount, days)
        promise = self._note(self.boss, 501, 15)
        self.assertFalse(promise.approval_state)
        self.assertTrue(promise._holds())
        self.assertTrue(promise.approval_ids.self_approved, "noted as the own decision")

    def test_asked_for_and_granted(self):
        self._approvals()
        self.policy.promise_max_days = 14
        promise = self._note(self.collector, 100, 20)
        self.assertEqual(promise.approval_state, "waiting")
        self.assertFalse(promise._holds(), "nothing is held before it is granted")
        self.assertEqual(promise.approval_ids.amount, 100)
        promise.approval_ids.with_user(self.boss).action_approve("All right")
        self.assertEqual((promise.approval_state, promise.state), ("granted", "open"))
        self.assertEqual(promise._holds().amount, 100)

    def test_asked_for_and_refused(self):
        self._approvals()
        self.policy.promise_max_amount = 50
        promise = self._note(self.collector)
        promise.approval_ids.with_user(self.boss).action_refuse("Too much")
        self.assertRecordValues(
            promise,
            [{"approval_state": "refused", "state": "cancelled", "cancel_reason": "Too much"}],
        )
        self.assertFalse(promise._holds())
        waiting = self._note(self.collector)
        waiting.with_user(self.collector).action_cancel("Said no")
        self.assertEqual(waiting.approval_ids.state, "withdrawn")

    # === ROLES === #
    def test_a_whole_promise_as_collector(self):
        account = self._account()
        account.user_id = self.collector
        action = account.with_user(self.collector).action_promise()
        promise = self.Promise.with_user(self.collector).with_context(**action["context"])
        promise = promise.create({"amount": 300, "date": self.today + timedelta(days=3)})
        self.assertEqual(account.promised, 300, "the figures moved at once")
        self.assertEqual(promise.user_id, self.collector)
        promise.note = "Said by Mrs Alpha"
        promise.action_cancel("Agreed otherwise")
        self.assertEqual(promise.state, "cancelled")

    def test_from_the_invoice_and_ticked_items(self):
        later = self._invoice(50, days=5)
        self._account()
        action = later.action_ar_promise()
        new = self.Promise.with_context(**action["context"])
        self.assertEqual(new.default_get(["collection_id", "amount"])["amount"], 50)
        promise = new.create({"date": self.today, "amount": 50})
        self.assertEqual(promise.line_ids.line_id, self._item(later), "not the oldest")
        both = self._item(self.move) + self._item(self._invoice(1, partner=self._debtor("Beta")))
        with self.assertRaisesRegex(UserError, "one debtor"):
            both.action_ar_promise()
        self._pay(later)
        with self.assertRaisesRegex(UserError, "nothing open"):
            later.action_ar_promise()

    def test_two_companies(self):
        """The same customer owes two legal entities: a promise is of one of them."""
        other = self._other_company("Other Ltd")
        move = self._invoice(80, days=30, company_id=other.id)
        self._account()
        accounts = self.Account.search([("partner_id", "=", self.debtor.id)])
        home, abroad = accounts.sorted(lambda account: account.company_id == other)
        promise = self._promise(80, -4, ago=9, account=abroad)
        self.assertEqual(promise.line_ids.line_id, self._item(move))
        self._pay(self.move, 80, date=self.today - timedelta(days=5))
        self._judge()
        self.assertEqual(promise.state, "broken", "money of the other entity is none")
        self.assertEqual((home.judged_promises, abroad.judged_promises), (0, 1))
        self.assertFalse(self.Promise.with_user(self.boss).search([("id", "=", promise.id)]))

    def test_in_the_currency_of_what_is_open(self):
        """1,000 in company currency; then 3,000 abroad, which are worth 1,500."""
        foreign = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        account = self._account()
        self.assertEqual(account._promise_currency(), self.company.currency_id)
        abroad = self._invoice(3000, days=9, currency_id=foreign.id)
        promise = self._note(self.env.user, 100)
        self.assertEqual((promise.currency_id, promise.amount_company), (foreign, 50))
        self.assertEqual(promise.line_ids.line_id, self._item(abroad))
        new = self.Promise.with_context(default_collection_id=account.id)
        values = new.default_get(["collection_id", "currency_id", "amount"])
        self.assertEqual((values["currency_id"], values["amount"]), (foreign.id, 2900))
        items = [(0, 0, {"line_id": self._item(self.move).id, "amount": 70})]
        home = self._note(self.env.user, 0, line_ids=items)
        self.assertEqual((home.currency_id, home.amount), (self.company.currency_id, 70))

    def test_debtors_merged(self):
        beta = self._debtor("Beta")
        self._invoice(50, days=20, partner=beta)
        self._account(beta)
        mine, theirs = self._promise(100, 3), self._promise(50, 2, partner=beta)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.debtor + beta).ids, self.debtor)
        account = self._account()
        self.assertEqual(account.promise_ids, mine + theirs)
        self.assertEqual(account.next_promise_date, theirs.date)
        self.assertEqual(theirs._holds().state, "active")
        self._judge(10)
        self.assertEqual(account.broken_promises, 2)

    def test_cancelled_with_a_reason(self):
        promise = self._promise(100, 3)
        action = self.env.ref("ar_collections.ar_collection_promise_cancel_action")
        cancel = self.env[action.res_model].create(
            {"promise_ids": promise.ids, "reason": "Agreed on the 30th"}
        )
        cancel.action_cancel()
        self.assertRecordValues(
            promise, [{"state": "cancelled", "cancel_reason": "Agreed on the 30th"}]
        )

    # === RATES === #
    def test_rates_of_collectors(self):
        """600 kept, 300 of 300 half paid, 100 broken: 1 of 3, 600 of 1,000."""
        moves = [self._invoice(amount, days=20) for amount in (600, 300, 100)]
        promises = [
            self._promise(move.amount_total, -1, move, ago=9, user_id=user.id)
            for move, user in zip(moves, (self.collector, self.collector, self.boss), strict=True)
        ]
        paid_on = self.today - timedelta(days=2)
        self._pay(moves[0], date=paid_on)
        self._pay(moves[1], 150, date=paid_on)
        self._judge()
        self.assertEqual([p.state for p in promises], ["kept", "partial", "broken"])
        self.assertRecordValues(
            self._account(),
            [{"kept_rate": 33.3, "kept_rate_amount": 60, "judged_promises": 3}],
        )
        rows = self.env["ar.collection.promise.report"]._read_group(
            [("company_id", "=", self.company.id)],
            ["user_id"],
            ["judged:sum", "kept_rate:avg", "kept_rate_amount:avg"],
        )
        self.assertEqual(
            {user: (judged, rate, round(amount, 2)) for user, judged, rate, amount in rows},
            {self.collector: (2, 50, 66.67), self.boss: (1, 0, 0)},
        )

    def test_broken_long_ago_counts_no_more(self):
        self._promise(100, -380, ago=400)
        self._judge()
        self.assertRecordValues(
            self._account(), [{"broken_promises": 0, "judged_promises": 0, "kept_rate": 0}]
        )

    # === SPEED === #
    def test_query_count_of_noting(self):
        account = self._account()
        self._invoice(100, days=3)
        self._promise(10, 3)
        self.env.flush_all()
        self.env.invalidate_all()
        vals = {"collection_id": account.id, "amount": 50, "date": self.today + timedelta(days=3)}
        with self.assertQueryCount(60):
            self.Promise.create(vals)
            self.env.flush_all()
