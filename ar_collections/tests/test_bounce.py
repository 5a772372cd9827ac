from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestBounce(PromiseCommon):
    """Money that came and was returned by the bank."""

    def _paid(self, amount=100, days=30, paid_ago=3, **vals):
        """An invoice, reminded once, and the payment that has paid it."""
        move = self._invoice(amount, days=days, **vals)
        self._reach(move, self.reminder, 20)
        payment = self._pay(move, date=self.today - timedelta(days=paid_ago))
        return move, payment

    def _yesterday(self):
        return self.today - timedelta(days=1)

    def test_payment(self):
        move = self._invoice(100, days=30)
        self._reach(move, self.reminder, 20)
        promise = self._promise(100, -2, move, ago=9)
        payment = self._pay(move, date=self.today - timedelta(days=3))
        account = self._account()
        self.assertEqual((promise.state, account.kept_rate), ("kept", 100))
        account.next_action_date = False
        reversal = payment.action_ar_bounce(self._yesterday(), "AM04", 7.5)
        self.assertRecordValues(
            reversal, [{"state": "posted", "date": self._yesterday(), "move_type": "entry"}]
        )
        self.assertEqual(reversal.reversed_entry_id, payment.move_id)
        self.assertEqual(payment.move_id.state, "posted", "the entry of the day it came stays")
        self.assertRecordValues(
            payment,
            [
                {
                    "state": "rejected",
                    "ar_bounce_date": self._yesterday(),
                    "ar_bounce_reason": "Insufficient funds",
                    "ar_bounce_fee": 7.5,
                    "ar_bounce_move_id": reversal.id,
                }
            ],
        )
        self.assertRecordValues(
            self._item(move),
            [
                {
                    "amount_residual": 100,
                    "date_maturity": self.today - timedelta(days=30),
                    "ar_level_id": self.reminder.id,
                }
            ],
        )
        self.assertEqual(move.payment_state, "not_paid")
        self.assertEqual(promise.state, "broken")
        self.assertRecordValues(
            account,
            [{"next_action_date": self.today, "broken_promises": 1, "total_overdue": 100}],
        )
        self.assertIn("Payment returned", account.next_action)
        self.assertIn("7.5", "".join(account.message_ids.mapped("body")))
        self._check_figures(
            self._account(),
            total_due=100,
            total_overdue=100,
            bucket_1=100,
            collectable=100,
            net_collectable=100,
        )
        self._check_ties()

    def test_before_its_day_the_promise_is_open_again(self):
        move = self._invoice(100, days=30)
        promise = self._promise(100, 5, move)
        payment = self._pay(move, date=self.today)
        self._refresh()
        self.assertEqual(promise.state, "kept")
        payment.action_ar_bounce(self.today, "cheque not covered")
        self.assertEqual(promise.state, "open")
        self.assertEqual(promise._holds().state, "active")

    def test_bank_line_that_confirmed_it_keeps_its_match(self):
        move, payment = self._paid()
        bank_line = self._bank_line(100, self.debtor, days=2)
        outstanding, _counterpart, _rest = payment._seek_for_lines()
        _liquidity, suspense, _other = bank_line._seek_for_lines()
        suspense.account_id = outstanding.account_id
        (suspense + outstanding).reconcile()
        reversal = bank_line.action_ar_bounce(self.today, "MD06")
        self.assertEqual(payment.ar_bounce_move_id, reversal)
        self.assertEqual(bank_line.ar_bounce_date, self.today)
        self.assertTrue(outstanding.reconciled, "the money did come that day")
        waiting = reversal.line_ids.filtered(lambda line: line.account_id == outstanding.account_id)
        self.assertEqual(waiting.amount_residual, -100, "waits for the bank line of the return")
        self.assertEqual(self._item(move).amount_residual, 100)
        self._refresh()
        self._check_ties()

    def test_bank_line_matched_with_items(self):
        """One transfer for two invoices, of which one is paid in part."""
        moves = self._invoice(100, days=30) + self._invoice(50, days=20)
        bank_line = self._bank_line(120, self.debtor, days=4)
        _liquidity, suspense, _other = bank_line._seek_for_lines()
        suspense.write(
            {"account_id": self._item(moves).account_id.id, "partner_id": self.debtor.id}
        )
        (suspense + self._item(moves)).reconcile()
        promise = self._promise(30, -1, moves[1], ago=3)
        account = self._account()
        self.assertEqual(account.total_due, 30)
        move = bank_line.action_ar_bounce(self._yesterday(), "refused", 3)
        self.assertEqual(self._item(moves).mapped("amount_residual"), [100, 50])
        self.assertEqual(move.journal_id, bank_line.journal_id)
        waits = self.env["account.chart.template"].ref("account_journal_payment_credit_account_id")
        self.assertEqual(
            sorted(move.line_ids.mapped(lambda line: (line.account_id.code, line.balance))),
            sorted([(self._item(moves).account_id.code, 120), (waits.code, -120)]),
            "it waits for the bank line of the return",
        )
        self.assertEqual(promise.state, "broken")
        self.assertEqual(account.total_due, 150)
        self._check_ties()
        with self.assertRaisesRegex(UserError, "already"):
            bank_line.action_ar_bounce(self.today, "refused")

    def test_unmatched_bank_line(self):
        with self.assertRaisesRegex(UserError, "not matched"):
            self._bank_line(100, self.debtor).action_ar_bounce(self.today, "AM04")

    def test_foreign_currency(self):
        foreign = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        move, payment = self._paid(300, currency_id=foreign.id)
        self.assertEqual(payment.currency_id, foreign)
        payment.action_ar_bounce(self.today, "AC04")
        self.assertRecordValues(
            self._item(move), [{"amount_residual": 150, "amount_residual_currency": 300}]
        )
        self._refresh()
        self._check_ties()

    def test_bad_input(self):
        _move, payment = self._paid(paid_ago=3)
        supplier = self.env["account.payment"].create(
            {"payment_type": "outbound", "partner_type": "supplier", "amount": 5}
        )
        draft = self.env["account.payment"].create(
            {"payment_type": "inbound", "partner_type": "customer", "amount": 5}
        )
        for record, date, fee, message in (
            (payment, self.today - timedelta(days=4), 0, "cannot be returned before"),
            (payment, self.today + timedelta(days=2), 0, "in the future"),
            (payment, self.today, -1, "negative"),
            (payment, False, 0, "which day"),
            (supplier, self.today, 0, "no payment of a customer"),
            (draft, self.today, 0, "no posted entry"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                record.action_ar_bounce(date, "AM04", fee)
        payment.action_ar_bounce(str(self.today), "AM04")
        with self.assertRaisesRegex(UserError, "was returned on"):
            payment.action_ar_bounce(self.today, "AM04")
        with self.assertRaises(AccessError):
            payment.write({"ar_bounce_date": False})

    def test_rights_are_those_of_accounting(self):
        _move, payment = self._paid()
        collector = self._user("bounce_collector", "manager")
        with self.assertRaises(AccessError):
            payment.with_user(collector).action_ar_bounce(self.today, "AM04")
        biller = self.env["res.users"].create(
            {
                "name": "Biller",
                "login": "bounce_biller",
                "group_ids": [(6, 0, self.env.ref("account.group_account_invoice").ids)],
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
            }
        )
        action = payment.with_user(biller).action_ar_bounce_open()
        with Form(
            self.env[action["res_model"]].with_user(biller).with_context(**action["context"])
        ) as form:
            form.code_id = self.env.ref("ar_collections.return_code_am04")
            self.assertEqual(form.reason, "Insufficient funds")
        form.record.action_bounce()
        self.assertRecordValues(
            payment,
            [
                {
                    "state": "rejected",
                    "ar_bounce_code_id": self.env.ref("ar_collections.return_code_am04").id,
                }
            ],
        )
        self.assertIn("Payment returned", self._account().next_action)

    # === BY HAND === #
    def test_reversed_by_hand(self):
        move = self._invoice(100, days=30)
        promise = self._promise(100, -2, move, ago=9)
        payment = self._pay(move, date=self.today - timedelta(days=3))
        account = self._account()
        account.next_action_date = False
        payment.move_id._reverse_moves([{"date": self.today}], cancel=True)
        self._refresh()
        self.assertEqual(promise.state, "broken")
        self.assertEqual(payment.ar_bounce_date, self.today)
        self.assertEqual(account.next_action_date, self.today)
        count = len(account.message_ids)
        self._judge()
        self.env["account.payment"]._ar_notice_reversals(account)
        self.assertEqual(len(account.message_ids), count, "a second time says nothing")

    def test_booked_back_by_hand(self):
        """The money is taken off the invoice and matched with an entry on the bank account;
        a credit given to the customer, or money moved between accounts, is no return."""
        moves = [self._invoice(100, days=30) for _n in range(2)]
        account = self._account()
        payments = [self._pay(move, date=self.today - timedelta(days=3)) for move in moves]
        account.next_action_date = False
        bank = self.company_data["default_journal_bank"].default_account_id
        for payment, other in zip(payments, (bank, False), strict=True):
            money = self._item(payment.move_id)
            money.remove_move_reconcile()
            back = [{"amount": -100, "account_id": bank.id}] if other else []
            entry = self._entry([{"amount": 100, "partner_id": self.debtor.id}, *back])
            debit = self._item(entry).filtered(lambda line: line.balance > 0)
            (money + debit).reconcile()
        self.env.flush_all()
        self.env["account.payment"]._ar_notice_booked_returns()
        self.assertEqual([payment.ar_bounce_date for payment in payments], [self.today, False])
        self.assertEqual(account.next_action_date, self.today)
        self.assertIn("booked back", account.next_action)
        count = len(account.message_ids)
        self.env["account.payment"]._ar_notice_booked_returns()
        self.assertEqual(len(account.message_ids), count, "a second night says nothing")

    def test_only_rejected_is_a_difference(self):
        _move, payment = self._paid()
        _move2, returned = self._paid()
        payment.action_reject()
        returned.action_ar_bounce(self.today, "AM04")
        action = self.env.ref("ar_collections.account_payment_action_rejected")
        domain = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.account_payment_action_rejected"
        )["domain"]
        found = self.env[action.res_model].search(
            [*__import__("ast").literal_eval(domain), ("partner_id", "=", self.debtor.id)]
        )
        self.assertEqual(found, payment)
        payment.action_ar_bounce(self.today, "AM04")
        self.assertEqual(payment.ar_bounce_date, self.today)

    def test_two_companies(self):
        other = self._other_company("Other Ltd")
        journal = self.env["account.journal"].search(
            [("company_id", "=", other.id), ("type", "=", "bank")], limit=1
        )
        move = self._invoice(80, days=30, company_id=other.id)
        self._invoice(20, days=30)
        payment = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": journal.id})
            ._create_payments()
        )
        home = self._account()
        home.next_action_date = False
        payment.action_ar_bounce(self.today, "AM04")
        abroad = self.Account.search(
            [("partner_id", "=", self.debtor.id), ("company_id", "=", other.id)]
        )
        self.assertEqual((abroad.total_due, abroad.next_action_date), (80, self.today))
        self.assertFalse(home.next_action_date, "the other legal entity has nothing to do")
