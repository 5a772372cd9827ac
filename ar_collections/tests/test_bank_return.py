from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .cash import CashCommon


@tagged("post_install", "-at_install")
class TestBankReturn(CashCommon):
    """Bank lines that return a payment; payments from the debtor's page."""

    def _paid(self, amount=300, days=5, partner=None, **vals):
        move = self._invoice(amount, 20, partner=partner)
        payment = self._pay(move, date=self.today - timedelta(days=days))
        payment.write(vals)
        return move, payment

    def _bounce(self, line):
        action = line.action_ar_note_return()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(wizard.date, line.date)
        wizard.action_bounce()
        return wizard

    def test_by_reference(self):
        move, payment = self._paid()
        self._paid()  # as large, another payment
        line = self._bank_line(-300, payment_ref=f"RETURN {payment.name} AM04 INSUFFICIENT FUNDS")
        self.assertIn(line, line.search([("ar_is_return", "=", True)]))
        self.assertEqual(line.ar_return_payment_id, payment)
        self.assertEqual(line.ar_return_code_id.code, "AM04")
        self._bounce(line)
        self.assertEqual(payment.ar_bounce_date, line.date)
        self.assertEqual(payment.ar_bounce_code_id.code, "AM04")
        self.assertEqual(self._open(move), [300])
        self.assertNotIn(line, line.search([("ar_is_return", "=", True)]))

    def _waiting(self, move):
        """Lines of the entry that wait for a bank line."""
        return move.line_ids.filtered(lambda item: item.account_type != "asset_receivable")

    def test_bank_line_is_matched_with_the_reversal(self):
        move, payment = self._paid()
        line = self._bank_line(-300, payment_ref=f"Rücklastschrift {payment.name}")
        entry = payment.move_id
        self._bounce(line)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(payment.move_id, entry, "the reversal is another entry")
        self.assertTrue(self._waiting(payment.ar_bounce_move_id).reconciled)
        outstanding = self._waiting(payment.move_id)
        self.assertEqual(outstanding.amount_residual, 300, "its own bank line has not come yet")
        receipt = self._bank_line(300, payment_ref=payment.name, days=5)
        credit = self.env["ar.collection.credit"].search([("line_id", "in", receipt.line_ids.ids)])
        credit.cash_confirm(payment.id)
        self.assertTrue(outstanding.reconciled)
        self.assertTrue(receipt.is_reconciled)
        self.assertEqual(self._open(move), [300], "returned it stays, confirmed or not")

    def test_confirmed_before_it_was_returned(self):
        move, payment = self._paid()
        receipt = self._bank_line(300, payment_ref=payment.name, days=4)
        credit = self.env["ar.collection.credit"].search([("line_id", "in", receipt.line_ids.ids)])
        credit.cash_confirm(payment.id)
        line = self._bank_line(-300, payment_ref=f"RETURN {payment.name}")
        self._bounce(line)
        self.assertTrue(line.is_reconciled)
        self.assertTrue(receipt.is_reconciled, "the money did come")
        self.assertEqual(self._open(move), [300])

    def test_noted_before_the_bank_line_came(self):
        move, payment = self._paid()
        payment.action_ar_bounce(self.today - timedelta(days=2), "AM04")
        self.assertEqual(self._waiting(payment.move_id).amount_residual, 300)
        self.assertEqual(self._waiting(payment.ar_bounce_move_id).amount_residual, -300)
        line = self._bank_line(-300, payment_ref=f"RETURN {payment.name}")
        self.assertEqual(line.ar_return_payment_id, payment)
        self.assertTrue(line.action_ar_note_return())
        self.assertTrue(line.is_reconciled)
        self.assertTrue(self._waiting(payment.ar_bounce_move_id).reconciled)
        self.assertEqual(self._open(move), [300], "taken back once")
        again = self._bank_line(-300, payment_ref=f"RETURN {payment.name}")
        self.assertFalse(again.ar_is_return, "returned and matched already")

    def test_two_fit(self):
        self._paid()
        self._paid()
        line = self._bank_line(-300, payment_ref="Rücklastschrift")
        self.assertTrue(line.ar_is_return)
        self.assertFalse(line.ar_return_payment_id)
        self.assertIn("2 receipts", line.ar_return_why)
        with self.assertRaisesRegex(UserError, "not clear"):
            line.action_ar_note_return()

    def test_by_debtor(self):
        beta = self._debtor("Beta")
        self._paid()
        _move, payment = self._paid(partner=beta)
        line = self._bank_line(-300, partner=beta, payment_ref="Unpaid direct debit")
        self.assertEqual(line.ar_return_why, "customer and amount")
        self.assertEqual(line.ar_return_payment_id, payment)

    def test_what_is_no_return(self):
        _move, payment = self._paid()
        self._paid(400, days=100)
        for amount, text in (
            (-300, "Rent"),
            (-301, f"RETURN {payment.name}"),
            (-400, "RETURN of direct debit"),
            (300, f"RETURN {payment.name}"),
        ):
            with self.subTest(text, amount=amount):
                self.assertFalse(self._bank_line(amount, payment_ref=text).ar_is_return)

    def test_money_that_came_by_a_bank_line(self):
        move = self._invoice(250, 20)
        receipt = self._bank_line(250, self.debtor, days=3, payment_ref="TRANSFER 4711-0815")
        self._match(receipt, move)
        line = self._bank_line(-250, payment_ref="Return of TRANSFER 4711-0815")
        self.assertEqual(line.ar_return_line_id, receipt)
        suspense = self._suspense_balance()
        self._bounce(line)
        self.assertEqual(self._open(move), [250])
        self.assertTrue(line.is_reconciled)
        self.assertTrue(receipt.is_reconciled, "matched with its return")
        self.assertEqual(receipt.ar_bounce_move_id, line.move_id)
        self.assertEqual(line.partner_id, self.debtor)
        self.assertEqual(self._suspense_balance(), suspense - 250, "nothing is left of the two")
        self.assertEqual(self.debtor.credit, 250)

    def _suspense_balance(self):
        account = self.company_data["default_journal_bank"].suspense_account_id
        domain = [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        return sum(self.env["account.move.line"].search(domain).mapped("balance"))

    def test_money_of_two_debtors_on_one_bank_line(self):
        beta = self._debtor("Beta")
        first, second = self._invoice(100, 20), self._invoice(60, 20, partner=beta)
        receipt = self._bank_line(160, self.debtor, days=3, payment_ref="COLLECTIVE 4711-0815")
        credit = self.env["ar.collection.credit"].search([("line_id", "in", receipt.line_ids.ids)])
        self.Application._apply(
            credit.line_id, [(self._item(first), 100), (self._item(second), 60)]
        )
        self.assertEqual(self._open(first, second), [0, 0])
        line = self._bank_line(-160, payment_ref="Return of COLLECTIVE 4711-0815")
        self._bounce(line)
        self.assertEqual(self._open(first, second), [100, 60])
        self.assertTrue(line.is_reconciled)

    def test_money_returned_before_the_bank_line_came(self):
        move = self._invoice(250, 20)
        receipt = self._bank_line(250, self.debtor, days=3, payment_ref="TRANSFER 4711-0815")
        self._match(receipt, move)
        receipt.action_ar_bounce(self.today, "AM04")
        self.assertEqual(self._open(move), [250])
        waiting = self._waiting(receipt.ar_bounce_move_id)
        self.assertEqual(waiting.amount_residual, -250)
        line = self._bank_line(-250, payment_ref="Return of TRANSFER 4711-0815")
        self.assertEqual(line.ar_return_line_id, receipt)
        line.action_ar_note_return()
        self.assertTrue(line.is_reconciled)
        self.assertTrue(waiting.reconciled)
        self.assertEqual(self._open(move), [250])

    def test_few_queries(self):
        lines = self.env["account.bank.statement.line"]
        for number in range(10):
            _move, payment = self._paid(100 + number)
            lines |= self._bank_line(-100 - number, payment_ref=f"RETURN {payment.name}")
        lines.invalidate_recordset()
        lines.mapped("amount"), lines.company_id.mapped("parent_path")
        with self.assertQueryCount(25):
            self.assertEqual(len(lines.ar_return_payment_id), 10)

    # === PAYMENT FROM THE DEBTOR'S PAGE === #
    def test_register_payment_on_ticked_items(self):
        moves = self._invoice(100, 10) | self._invoice(50, 5)
        self._account()
        action = self._item(moves).action_ar_pay()
        self.assertEqual(action["res_model"], "account.payment.register")
        wizard = (
            self.env["account.payment.register"]
            .with_context(**action["context"])
            .create({"group_payment": True})
        )
        self.assertEqual(wizard.amount, 150)
        wizard.action_create_payments()
        self.assertEqual(self._open(*moves), [0, 0])
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            self._item(moves).action_ar_pay()

    def test_register_payment_needs_the_right(self):
        move = self._invoice(100, 10)
        self._account()
        collector = self._user("pay_collector", "user")
        with self.assertRaisesRegex(AccessError, "Billing"):
            self._item(move).with_user(collector).action_ar_pay()
        biller = new_test_user(
            self.env,
            "pay_biller",
            "base.group_user,account.group_account_invoice,ar_collections.group_ar_collection_user",
            company_ids=self.company.ids,
            company_id=self.company.id,
        )
        self.assertTrue(self._item(move).with_user(biller).action_ar_pay())
