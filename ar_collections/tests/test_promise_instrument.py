from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestPromiseInstrument(PromiseCommon):
    """Cheques, bills and mandates that come with a promise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.promise_clearing_days = 5
        cls.move = cls._invoice(100, days=30)

    def _cheque(self, days=-1, **vals):
        vals = {"method": "postdated", "instrument_number": "004711", **vals}
        return self._promise(100, days, self.move, ago=20, **vals)

    def test_received(self):
        cheque = self._cheque(days=3)
        self.assertRecordValues(
            cheque,
            [
                {
                    "instrument_state": "received",
                    "instrument_date": cheque.date,
                    "last_date": cheque.date + timedelta(days=5),
                    "is_instrument": True,
                }
            ],
        )
        debit = self._promise(10, 3, method="debit")
        self.assertFalse(debit.instrument_state, "no mandate was named")
        self.assertFalse(self._promise(10, 3).instrument_state)

    def test_no_money_before_it_clears(self):
        cheque = self._cheque(days=-8)
        payment = self._pay(self.move, date=self.today - timedelta(days=9))
        cheque.payment_id = payment
        self._judge()
        self.assertEqual((cheque.state, cheque.paid), ("broken", 0))
        cheque.action_deposit()
        self.assertEqual((cheque.state, cheque.deposited_on), ("broken", self.today))
        cheque.action_clear()
        self.assertEqual((cheque.state, cheque.paid), ("kept", 100))
        self.assertIn("kept after all", "".join(cheque.collection_id.message_ids.mapped("body")))

    def test_a_bank_line_is_money(self):
        cheque = self._cheque()
        self._match(self._bank_line(100, self.debtor, days=2), self.move)
        self._judge()
        self.assertEqual(cheque.state, "kept")

    def test_returned(self):
        self.company.country_id = self.env.ref("base.in")
        cheque = self._cheque(days=20)
        payment = self._pay(self.move, date=self.today - timedelta(days=2))
        cheque.payment_id = payment
        cheque.action_deposit()
        cheque.action_clear()
        self.assertEqual(cheque.state, "kept")
        bounced = self.today - timedelta(days=1)
        payment.action_ar_bounce(bounced, "CHQ1")
        self.assertRecordValues(
            cheque,
            [{"instrument_state": "bounced", "bounced_on": bounced, "state": "broken"}],
        )
        self.assertEqual(cheque._holds().state, "ended")
        notice, pay, complaint = cheque.deadline_ids
        self.assertEqual(notice.date, bounced + timedelta(days=30))
        self.assertFalse(pay.date or complaint.date, "they begin with the receipt of the notice")
        self.assertRecordValues(
            notice.activity_id,
            [{"date_deadline": notice.date, "res_id": cheque.collection_id.id}],
        )
        notice.done_on = date(2027, 1, 10)
        self.assertFalse(notice.activity_id.exists())
        self.assertEqual(pay.date, date(2027, 1, 25))
        self.assertEqual(complaint.date, date(2027, 2, 25))
        self.assertEqual(complaint.activity_id.date_deadline, date(2027, 2, 25))
        self.assertIn("done on", "".join(cheque.collection_id.message_ids.mapped("body")))
        pay.action_done()
        with self.assertRaisesRegex(UserError, "done already"):
            pay.action_done()
        with self.assertRaises(AccessError):
            pay.write({"date": self.today})

    def test_returned_without_a_payment(self):
        cheque = self._cheque(days=20)
        action = cheque.action_bounce()
        bounce = self.env[action["res_model"]].with_context(**action["context"])
        bounce.create({"reason": "Signature wrong"}).action_bounce()
        self.assertRecordValues(
            cheque,
            [
                {
                    "instrument_state": "bounced",
                    "state": "broken",
                    "bounce_reason": "Signature wrong",
                }
            ],
        )
        self.assertFalse(cheque.deadline_ids, "the table is that of India")
        self.assertEqual(cheque.collection_id.next_action_date, self.today)
        cheque.action_deposit()
        self.assertEqual(cheque.state, "open", "presented again")

    def test_only_allowed_steps(self):
        cheque = self._cheque(days=3)
        with self.assertRaisesRegex(UserError, "cannot become"):
            cheque.action_clear()
        cheque.action_give_back()
        with self.assertRaisesRegex(UserError, "cannot become"):
            cheque.action_deposit()
        for vals in ({"instrument_state": "cleared"}, {"bounced_on": self.today}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "evidence"):
                cheque.write(vals)
        cheque.instrument_place = "Safe 2"
