from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestReleased(LedgerCommon):
    """Money taken off an item by hand, without any promise: the collector has to know today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Released = cls.env["ar.collection.released"]
        cls.move = cls._invoice(100, 30)
        cls.payment = cls._pay(cls.move, 60)

    def setUp(self):
        super().setUp()
        self.account = self._account()
        self.account.next_action_date = False

    def _messages(self):
        self.account.invalidate_recordset()
        return self.account.message_ids.filtered(
            lambda message: "Payment taken off" in (message.body or "")
        )

    def _check_told(self, item=None):
        self._refresh()
        self.assertEqual(self.account.next_action_date, self.today)
        self.assertIn("no longer pays", self.account.next_action)
        self.assertIn((item or self.move).name, self.account.next_action)
        self.assertEqual(self._messages().mapped("ar_kind"), ["payment"])
        self._refresh()
        self.assertEqual(len(self._messages()), 1, "told once")
        self.assertFalse(self.Released.search([]))

    def _check_quiet(self):
        self._refresh()
        self.assertFalse(self.account.next_action_date)
        self.assertFalse(self._messages())
        self.assertFalse(self.Released.search([]))

    def test_unreconciled(self):
        self._item(self.move).remove_move_reconcile()
        self._check_told()
        self.assertIn("60.00", self.account.next_action)
        self._check_ties()

    def test_unreconciled_from_the_payment(self):
        self._item(self.payment.move_id).remove_move_reconcile()
        self._check_told()

    def test_payment_cancelled(self):
        self.payment.action_draft()
        self.payment.action_cancel()
        self._check_told()

    def test_a_bank_line_reversed_by_hand(self):
        bank_line = self._bank_line(40, self.debtor)
        self._match(bank_line, self.move)
        self._refresh()
        self.account.next_action_date = False
        bank_line.move_id._reverse_moves([{"date": self.today}], cancel=True)
        self._check_told()

    def test_put_back_at_once(self):
        items = self._item(self.move) | self._item(self.payment.move_id)
        self._item(self.move).remove_move_reconcile()
        items.reconcile()
        self._check_quiet()

    def test_the_money_pays_another_invoice(self):
        other = self._invoice(60, 10)
        self._item(self.move).remove_move_reconcile()
        (self._item(other) | self._item(self.payment.move_id)).reconcile()
        self._check_quiet()

    def test_a_credit_note_is_no_money(self):
        other = self._invoice(70, 10)
        credit = self._credit_note(70)
        (self._item(other) | self._item(credit)).reconcile()
        self._refresh()
        self.account.next_action_date = False
        self._item(credit).remove_move_reconcile()
        self._check_quiet()

    def test_returned_by_the_bank_is_told_by_that(self):
        self.payment.action_ar_bounce(self.today, "AM04")
        self._refresh()
        self.assertIn("Payment returned", self.account.next_action)
        self.assertFalse(self._messages())

    def test_an_earlier_step_stays(self):
        self.account.write(
            {"next_action": "Ask", "next_action_date": self.today - timedelta(days=1)}
        )
        self._item(self.move).remove_move_reconcile()
        self._refresh()
        self.assertEqual(self.account.next_action, "Ask")
        self.assertEqual(len(self._messages()), 1, "the timeline says it")

    def test_of_two_debtors_by_one_query(self):
        other = self._debtor("Beta")
        move = self._invoice(30, 5, partner=other)
        second = self._account(other)
        payment = self._pay(move)
        self._refresh()
        second.next_action_date = False
        (self._item(self.payment.move_id) | self._item(payment.move_id)).remove_move_reconcile()
        self.Account._refresh((self.debtor | other).ids)
        self.assertIn(self.move.name, self.account.next_action)
        self.assertIn(move.name, second.next_action)

    def test_nothing_to_tell_costs_one_query(self):
        self.env.flush_all()
        self.Released._take(self.account)
        with self.assertQueryCount(1):
            self.Released._take(self.account)

    def test_what_nobody_asks_for_goes(self):
        self._item(self.move).remove_move_reconcile()
        row = self.Released.search([])
        self.assertTrue(row)
        self.Released._gc_rows()
        self.assertTrue(row.exists())
        row.sudo().date = fields.Date.today() - timedelta(days=8)
        self.Released._gc_rows()
        self.assertFalse(row.exists())
