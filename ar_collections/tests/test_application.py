from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .cash import CashCommon


@tagged("post_install", "-at_install")
class TestApplication(CashCommon):
    """Applying money: what the ledger says afterwards, and after it was undone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._invoice(1000, 40)
        cls.second = cls._invoice(500, 20)

    # === PAYMENTS === #
    def test_exact_amounts_and_not_as_much_as_there_is(self):
        account = self._account()
        credit = self._payment(1000)
        application = self.Application._apply(
            credit, [(self._item(self.first), 300), (self._item(self.second), 200)]
        )
        self.assertEqual(self._open(self.first, self.second), [700, 300])
        self.assertEqual(credit.amount_residual, -500)
        self.assertRecordValues(
            application,
            [
                {
                    "amount": 500,
                    "amount_company": 500,
                    "mode": "manual",
                    "state": "applied",
                    "collection_id": account.id,
                    "user_id": self.env.uid,
                }
            ],
        )
        self.assertRecordValues(application.line_ids, [{"amount": 300}, {"amount": 200}])
        self.assertEqual(application.line_ids.mapped("partial_ids.amount"), [300, 200])
        self._refresh()
        self._check_ties()

    def test_undone_to_the_cent(self):
        credit = self._payment(1000)
        application = self.Application._apply(
            credit, [(self._item(self.first), 300), (self._item(self.second), 200)]
        )
        application.action_undo("Wrong debtor")
        self.assertEqual(self._open(self.first, self.second), [1000, 500])
        self.assertEqual(credit.amount_residual, -1000)
        self.assertRecordValues(
            application, [{"state": "undone", "undone_reason": "Wrong debtor", "amount": 500}]
        )
        with self.assertRaisesRegex(UserError, "undone already"):
            application.action_undo()

    def test_undoing_leaves_what_others_matched(self):
        credit = self._payment(1000)
        application = self.Application._apply(credit, [(self._item(self.first), 300)])
        (credit + self._item(self.second)).reconcile()
        application.action_undo()
        self.assertEqual(self._open(self.first, self.second), [1000, 0])
        self.assertEqual(credit.amount_residual, -500)

    def test_undone_after_somebody_unmatched_it_in_accounting(self):
        credit = self._payment(300)
        application = self.Application._apply(credit, [(self._item(self.first), 300)])
        credit.remove_move_reconcile()
        application.action_undo()
        self.assertEqual(self._open(self.first), [1000])

    def test_credit_note_is_used_with_the_money(self):
        note = self._item(self._credit_note(150))
        credit = self._payment(850)
        self.Application._apply(credit, [(self._item(self.first), 1000), (note, -150)])
        self.assertEqual(self._open(self.first), [0])
        self.assertEqual(note.amount_residual + credit.amount_residual, 0)

    # === REFUSALS === #
    def test_paid_by_somebody_else_in_between(self):
        credit = self._payment(1000)
        other = self._payment(800)
        (other + self._item(self.first)).reconcile()
        with self.assertRaisesRegex(UserError, r"only .*200\.00 is open now, not .*1,000\.00.*by"):
            self.Application._apply(credit, [(self._item(self.first), 1000)])
        self.assertEqual(credit.amount_residual, -1000)

    def test_never_more_than_came_in(self):
        credit = self._payment(900)
        with self.assertRaisesRegex(UserError, "cannot be applied"):
            self.Application._apply(credit, [(self._item(self.first), 900.01)])

    def test_applied_already(self):
        credit = self._payment(1000)
        self.Application._apply(credit, [(self._item(self.first), 1000)])
        with self.assertRaisesRegex(UserError, "applied already"):
            self.Application._apply(credit, [(self._item(self.second), 500)])

    def test_credit_notes_alone_do_not_bring_money(self):
        note = self._item(self._credit_note(150))
        with self.assertRaisesRegex(UserError, "more than the items"):
            self.Application._apply(self._payment(850), [(note, -150)])

    def test_draft_and_foreign_items(self):
        draft = self._invoice(100, post=False)
        with self.assertRaisesRegex(UserError, "not a posted open item"):
            self.Application._apply(self._payment(100), [(self._item(draft), 100)])
        other = self._other_company("Other")
        with self.assertRaisesRegex(UserError, "not a posted open item"):
            invoice = self._invoice_in(other)
            self.Application._apply(self._payment(100), [(self._item(invoice), 100)])

    def _invoice_in(self, company):
        return (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.debtor.id,
                    "invoice_date": self.today,
                    "invoice_line_ids": [
                        Command.create({"name": "Goods", "price_unit": 100, "tax_ids": False})
                    ],
                }
            )
        )

    def test_same_item_twice_counts_together(self):
        item = self._item(self.second)
        with self.assertRaisesRegex(UserError, "is open now"):
            self.Application._apply(self._payment(1000), [(item, 300), (item, 300)])

    # === BANK LINES === #
    def test_bank_line_goes_to_the_debtor_and_back(self):
        bank_line = self._bank_line(1200)
        credit = self._suspense(bank_line)
        application = self.Application._apply(
            credit, [(self._item(self.first), 1000), (self._item(self.second), 150)]
        )
        self.assertEqual(self._open(self.first, self.second), [0, 350])
        self.assertTrue(bank_line.is_reconciled)
        self.assertEqual(bank_line.partner_id, self.debtor)
        self.assertEqual(credit.amount_residual, -50, "the rest stays on account")
        self._refresh()
        self._check_ties()
        application.action_undo()
        self.assertEqual(self._open(self.first, self.second), [1000, 500])
        self.assertFalse(bank_line.is_reconciled)
        self.assertFalse(bank_line.partner_id)
        self.assertEqual(self._suspense(bank_line), credit)
        self.assertEqual(credit.balance, -1200)
        self._refresh()
        self._check_ties()

    def test_bank_line_put_on_account(self):
        bank_line = self._bank_line(1200)
        self.Application._apply(self._suspense(bank_line), [], partner=self.debtor)
        self.assertTrue(bank_line.is_reconciled)
        self.assertEqual(self._account().unapplied_credit, 1200)

    def test_bank_line_of_nobody_needs_a_name(self):
        with self.assertRaisesRegex(UserError, "which customer"):
            self.Application._apply(self._suspense(self._bank_line(1200)), [])

    def test_one_payer_for_two_debtors(self):
        beta = self._debtor("Beta")
        theirs = self._invoice(700, 10, partner=beta)
        bank_line = self._bank_line(1800, partner=self.debtor)
        application = self.Application._apply(
            self._suspense(bank_line), [(self._item(self.first), 1000), (self._item(theirs), 700)]
        )
        self.assertEqual(self._open(self.first, theirs), [0, 0])
        self.assertEqual(
            {
                line.partner_id: line.balance
                for line in bank_line.move_id.line_ids
                if line.account_type == "asset_receivable"
            },
            {self.debtor: -1100, beta: -700},
        )
        self._refresh()
        self._check_ties()
        application.action_undo()
        self.assertEqual(len(bank_line.move_id.line_ids), 2)
        self.assertEqual(self._suspense(bank_line).balance, -1800)
        self.assertEqual(bank_line.partner_id, self.debtor)

    def test_payment_for_another_debtor_is_transferred(self):
        beta = self._debtor("Beta")
        theirs = self._invoice(700, 10, partner=beta)
        credit = self._payment(1000)
        application = self.Application._apply(credit, [(self._item(theirs), 600)])
        self.assertEqual(self._open(theirs), [100])
        self.assertEqual(credit.amount_residual, -400)
        self.assertEqual(len(application.transfer_move_id.line_ids), 2)
        self._refresh()
        self._check_ties()
        application.action_undo()
        self.assertEqual(self._open(theirs), [700])
        self.assertEqual(credit.amount_residual, -1000)
        self._refresh()
        self._check_ties()

    # === CURRENCIES === #
    def test_other_currency_at_the_rate_of_the_payment(self):
        gold = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        invoice = self._invoice(400, 10, currency_id=gold.id)  # 200 of the company
        credit = self._payment(150)  # 300 in gold at 2
        self.Application._apply(credit, [(self._item(invoice), 300)])
        self.assertEqual(self._item(invoice).amount_residual_currency, 100)
        self.assertEqual(self._item(invoice).amount_residual, 50)
        self.assertEqual(credit.amount_residual, 0)

    def test_part_of_an_item_with_an_exchange_difference(self):
        gold = self.setup_other_currency(
            "EUR",
            rates=[("2000-01-01", 2.0), (str(self.today - timedelta(days=1)), 4.0)],
        )
        invoice = self._invoice(400, 10, currency_id=gold.id)  # 200 of the company
        credit = self._payment(100, currency_id=gold.id)  # today worth 25
        application = self.Application._apply(credit, [(self._item(invoice), 60)])
        item = self._item(invoice)
        self.assertEqual(item.amount_residual_currency, 340)
        self.assertEqual(item.amount_residual, 170, "60 of it cost 30, of which 15 were lost")
        self.assertEqual(credit.amount_residual_currency, -40)
        self.assertEqual(credit.amount_residual, -10)
        application.action_undo()
        self.assertEqual((item.amount_residual, credit.amount_residual), (200, -25))

    # === DIFFERENCES === #
    def test_bank_charge(self):
        expense = self.company_data["default_account_expense"]
        self.company.ar_bank_charge_account_id = expense
        credit = self._payment(990)
        item = self._item(self.first)
        application = self.Application._apply(
            credit, [(item, 990)], [{"kind": "bank_charge", "line": item, "amount": 10}]
        )
        self.assertEqual(self._open(self.first), [0])
        entry = application.line_ids.move_id
        self.assertEqual(
            {line.account_id: line.balance for line in entry.line_ids},
            {expense: 10, item.account_id: -10},
        )
        application.action_undo()
        self.assertEqual(self._open(self.first), [1000])
        self.assertEqual(entry.reversal_move_ids.state, "posted")

    def test_difference_is_not_more_than_what_is_left(self):
        self.company.ar_bank_charge_account_id = self.company_data["default_account_expense"]
        item = self._item(self.first)
        with self.assertRaisesRegex(UserError, "is left"):
            self.Application._apply(
                self._payment(990),
                [(item, 990)],
                [{"kind": "bank_charge", "line": item, "amount": 11}],
            )

    def test_discount_takes_its_tax_along(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "included",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )
        tax = self.company_data["default_tax_sale"]  # 15 %
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.debtor.id,
                "invoice_date": self.today,
                "invoice_payment_term_id": term.id,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Goods", "price_unit": 1000, "tax_ids": [Command.set(tax.ids)]}
                    )
                ],
            }
        )
        invoice.action_post()
        item = self._item(invoice)
        credit = self._payment(1127)
        application = self.Application._apply(
            credit, [(item, 1127)], [{"kind": "discount", "line": item, "amount": 23}]
        )
        self.assertEqual(item.amount_residual, 0)
        entry = application.line_ids.move_id
        self.assertEqual(sorted(entry.line_ids.mapped("balance")), [-23, 3, 20])

    # === RIGHTS AND LOCKED PERIODS === #
    def test_who_may_not_post_may_not_apply(self):
        reader = self._user("reader", "all")
        credit, item = self._payment(100), self._item(self.first)
        with self.assertRaisesRegex(AccessError, "right to reconcile"):
            self.Application.with_user(reader)._apply(
                credit.with_user(reader), [(item.with_user(reader), 100)]
            )

    def _clerk(self, login, group):
        clerk = self._user(login, "all")
        clerk.group_ids |= self.env.ref(f"account.{group}")
        return clerk

    def test_who_invoices_applies_payments_and_books_no_bank_line(self):
        clerk = self._clerk("clerk", "group_account_invoice")
        self._account()
        item = self._item(self.first).with_user(clerk)
        applications = self.Application.with_user(clerk)
        application = applications._apply(self._payment(100).with_user(clerk), [(item, 100)])
        self.assertEqual(application.user_id, clerk)
        self.assertEqual(self._open(self.first), [900])
        application.action_undo()
        self.assertEqual(self._open(self.first), [1000])
        with self.assertRaises(UserError):
            application.write({"amount": 7})
        credit = self._suspense(self._bank_line(100)).with_user(clerk)
        with self.assertRaisesRegex(AccessError, "bank line"):
            applications._apply(credit, [(item, 100)])

    def test_who_keeps_the_bank_books_bank_lines(self):
        clerk = self._clerk("keeper", "group_account_user")
        credit = self._suspense(self._bank_line(100)).with_user(clerk)
        application = self.Application.with_user(clerk)._apply(
            credit, [(self._item(self.first).with_user(clerk), 100)]
        )
        self.assertEqual(self._open(self.first), [900])
        application.action_undo()
        self.assertEqual(self._open(self.first), [1000])

    def test_locked_period(self):
        bank_line = self._bank_line(100, days=40)
        payment = self._payment(100, date=self.today - timedelta(days=40))
        self.env.flush_all()
        # core does not lock a period with open bank lines; an exception for one user ends so
        self.env.cr.execute(
            "UPDATE res_company SET fiscalyear_lock_date = %s WHERE id = %s",
            [self.today - timedelta(days=30), self.company.id],
        )
        self.company.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "(?i)lock"):
            self.Application._apply(self._suspense(bank_line), [(self._item(self.first), 100)])
        self.Application._apply(payment, [(self._item(self.first), 100)])
        self.assertEqual(self._open(self.first), [900], "matching is no posting")
