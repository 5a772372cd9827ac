from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestPromise(PromiseCommon):
    def test_oldest_items_first_the_last_partly(self):
        new, old = self._invoice(500, days=5), self._invoice(300, days=40)
        promise = self._promise(400, 7)
        self.assertRecordValues(
            promise.line_ids,
            [
                {"line_id": self._item(old).id, "amount": 300, "item_name": old.name},
                {"line_id": self._item(new).id, "amount": 100, "item_name": new.name},
            ],
        )
        self.assertRecordValues(
            promise, [{"state": "open", "amount_company": 400, "user_id": self.env.uid}]
        )

    def test_what_is_disputed_is_proposed_last(self):
        old, new = self._invoice(300, days=40), self._invoice(500, days=5)
        self._hold(old, 250)
        promise = self._promise(400, 7)
        self.assertEqual(promise.line_ids.mapped("amount"), [50, 350])
        self.assertEqual(promise.line_ids.line_id, self._item(old) + self._item(new))

    def test_it_holds_until_the_last_day(self):
        self.policy.promise_grace_days = 3
        move = self._invoice(1000, days=10)
        promise = self._promise(400, 7)
        hold = promise._holds()
        self.assertRecordValues(
            hold,
            [
                {
                    "line_id": self._item(move).id,
                    "amount": 400,
                    "kind": "promised",
                    "date_from": self.today,
                    "date_to": self.today + timedelta(days=10),
                    "state": "active",
                }
            ],
        )
        account = self._account()
        self.assertRecordValues(
            account,
            [
                {
                    "promised": 400,
                    "collectable": 600,
                    "next_promise_date": self.today + timedelta(days=7),
                    "judged_promises": 0,
                }
            ],
        )
        with self.assertRaisesRegex(AccessError, "belongs to a promise"):
            hold.with_user(self.env.user).sudo(False).action_end()

    def test_cash_consumes_it_first(self):
        move = self._invoice(1000, days=10)
        self._promise(400, 7)
        self._pay(move, 300)
        account = self._account()
        self.assertRecordValues(account, [{"promised": 100, "collectable": 600}])

    def test_cancelled_by_a_person(self):
        self._invoice(1000, days=10)
        promise = self._promise(400, 7)
        promise.action_cancel("Agreed on another day")
        self.assertEqual(promise.state, "cancelled")
        self.assertEqual(promise._holds().state, "ended")
        account = self._account()
        self.assertRecordValues(account, [{"promised": 0, "next_promise_date": False}])
        self.assertIn("Agreed on another day", account.message_ids[:1].body)
        self._judge(30)
        self.assertEqual(promise.state, "cancelled", "what a person cancelled stays so")
        with self.assertRaisesRegex(UserError, "judged already"):
            promise.action_cancel()

    # === BAD INPUT === #
    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        move = self._invoice(100, days=10)
        other = self._invoice(100, days=10, partner=self._debtor("Beta"))
        draft = self._invoice(100, days=10, post=False)
        account = self._account()
        values = {"collection_id": account.id, "amount": 50, "date": self.today}
        cases = [
            ({"date": self.today - timedelta(days=1)}, UserError, "has passed"),
            ({"currency_id": self.env.ref("base.CHF").id}, UserError, "owes nothing in CHF"),
            ({"line_ids": self._lines(other, 50)}, ValidationError, "not an open item"),
            ({"line_ids": self._lines(draft, 50)}, ValidationError, "not an open item"),
            ({"line_ids": self._lines(move, 60)}, ValidationError, "add up to"),
            ({"state": "kept"}, AccessError, "cannot say"),
            ({"paid": 50}, AccessError, "cannot say"),
            ({"approval_state": "granted"}, AccessError, "cannot say"),
        ]
        for vals, error, message in cases:
            with self.subTest(vals), self.assertRaisesRegex(error, message), self.cr.savepoint():
                self.Promise.create({**values, **vals})
        for amount in (0, -5):
            with self.subTest(amount), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.Promise.create({**values, "amount": amount})
        self.assertFalse(self.Promise.search([("collection_id", "=", account.id)]))

    def _lines(self, move, amount):
        return [Command.create({"line_id": self._item(move).id, "amount": amount})]

    def test_evidence_cannot_be_changed(self):
        self._invoice(100, days=10)
        promise = self._promise(50, 3)
        for vals in ({"amount": 10}, {"date": self.today}, {"state": "kept"}, {"line_ids": []}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "evidence"):
                promise.write(vals)
        with self.assertRaisesRegex(UserError, "evidence"):
            promise.line_ids.write({"amount": 1})
        with self.assertRaises(AccessError):
            promise.unlink()
        promise.note = "Said by Mrs Alpha"

    def test_more_than_is_open_is_warned_of(self):
        self._invoice(100, days=10)
        first = self._promise(80, 3)
        self.assertFalse(first.warning)
        second = self._promise(50, 9)
        self.assertIn("130", second.warning)
        self.assertIn("100", second.warning)
        self.assertIn("only", second.collection_id.message_ids[:1].body)

    def test_form(self):
        old, new = self._invoice(300, days=40), self._invoice(500, days=5)
        self._invoice(900, days=-5)
        account = self._account()
        action = account.action_promise()
        with Form(self.Promise.with_context(**action["context"])) as form:
            self.assertEqual(form.amount, 800, "what is overdue and free")
            form.amount = 350
            form.date = self.today + timedelta(days=3)
        promise = form.record
        self.assertEqual(promise.line_ids.line_id, self._item(old) + self._item(new))
        self.assertEqual(promise.line_ids.mapped("amount"), [300, 50])

    def test_amount_of_the_items(self):
        move = self._invoice(300, days=40)
        promise = self.Promise.create(
            {
                "collection_id": self._account().id,
                "date": self.today,
                "line_ids": self._lines(move, 120),
            }
        )
        self.assertEqual(promise.amount, 120)
