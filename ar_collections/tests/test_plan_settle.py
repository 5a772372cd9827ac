from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanSettle(PlanCommon):
    """Settlements and what closes their rest; extensions and the due date in the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create(
            {"name": "21 %", "amount": 21, "type_tax_use": "sale", "company_id": cls.company.id}
        )
        cls.taxed = cls._taxed(1000)

    @classmethod
    def _taxed(cls, amount, days=40):
        """An invoice over ``amount`` and 21 % tax."""
        line = {"name": "Goods", "price_unit": amount, "tax_ids": [Command.set(cls.tax.ids)]}
        return cls._invoice(amount, days=days, invoice_line_ids=[Command.create(line)])

    def _settlement(self, moves, amount, **vals):
        return self._active(moves, kind="settlement", settlement_amount=amount, number=1, **vals)

    def _day(self, days):
        return self.today + timedelta(days=days)

    # === SETTLEMENT === #
    def test_paid_in_time(self):
        plan = self._settlement(self.taxed, 968)  # of 1,210: 242 are given up, 20 %
        self.assertEqual((plan.given_up, plan.discount), (242, 20))
        with self._on(13):  # day 10 and three days of grace
            self._pay(self.taxed, 968, date=self._day(13))
            self._refresh()
            self.assertEqual(plan.state, "completed")
        credit = plan.credit_move_ids
        self.assertRecordValues(
            credit,
            [
                {
                    "state": "draft",
                    "move_type": "out_refund",
                    "amount_untaxed": 200,
                    "amount_tax": 42,
                    "amount_total": 242,
                }
            ],
        )
        self.assertEqual(self.taxed.amount_residual, 242, "a person posts it")
        credit.action_post()
        self._refresh()
        self.assertEqual(self.taxed.payment_state, "paid")
        self.assertEqual((plan.state, plan.paid, plan.reduced), ("completed", 968, 0))

    def test_rounding_of_the_credit_note(self):
        lines = [
            Command.create(
                {"name": f"Part {n}", "price_unit": 33.33, "tax_ids": [Command.set(self.tax.ids)]}
            )
            for n in range(3)
        ]
        invoice = self._invoice(0, days=5, invoice_line_ids=lines)  # 99.99 + 21.00
        self.assertEqual(invoice.amount_total, 120.99)
        plan = self._settlement(invoice, 100)
        self._pay(invoice, 100)
        self._refresh()
        self.assertEqual((plan.state, plan.credit_move_ids.amount_total), ("completed", 20.99))

    def test_two_invoices_two_drafts(self):
        other = self._taxed(100, days=3)
        plan = self._settlement(self.taxed | other, 1000)  # 1,331
        self._pay(self.taxed, 1000)
        self._refresh()
        self.assertEqual(plan.state, "completed")
        totals = sorted(plan.credit_move_ids.mapped("amount_total"))
        self.assertEqual([round(total, 2) for total in totals], [121, 210])

    def test_too_late(self):
        plan = self._settlement(self.taxed, 968)
        with self._on(14):
            self.assertEqual(plan.state, "defaulted")
            self._pay(self.taxed, 968, date=self._day(14))
            self._refresh()
            self.assertEqual(plan.state, "defaulted", "nothing is given up")
            self.assertFalse(plan.credit_move_ids)
            self.assertEqual(plan.collection_id.net_collectable, 242)

    def test_paid_in_time_matched_late(self):
        plan = self._settlement(self.taxed, 968)
        with self._on(14):
            self._pay(self.taxed, 968, date=self._day(12))
            self._refresh()
            self.assertEqual(plan.state, "completed")

    def test_paid_too_little(self):
        plan = self._settlement(self.taxed, 968)
        self._pay(self.taxed, 900)
        with self._on(14):
            self.assertEqual((plan.state, plan.paid), ("defaulted", 900))

    def test_credit_note_takes_of_what_is_given_up(self):
        plan = self._settlement(self.taxed, 968)
        credit = self._credit_note(100)
        (self._item(credit) + self._item(self.taxed)).reconcile()
        self._refresh()
        self.assertEqual((plan.open_amount, plan.reduced), (968, 0))
        self._pay(self.taxed, 968)
        self._refresh()
        self.assertEqual(plan.credit_move_ids.amount_total, 142)

    def test_bounce_drops_the_draft(self):
        plan = self._settlement(self.taxed, 968)
        payment = self._pay(self.taxed, 968)
        self._refresh()
        credit = plan.credit_move_ids
        payment.action_ar_bounce(self.today, "Insufficient funds")
        self._refresh()
        self.assertEqual((plan.state, credit.state), ("active", "cancel"))

    def test_bounce_after_the_credit_note_was_posted(self):
        plan = self._settlement(self.taxed, 968)
        payment = self._pay(self.taxed, 968)
        self._refresh()
        credit = plan.credit_move_ids
        credit.action_post()
        payment.action_ar_bounce(self.today, "Insufficient funds")
        self._refresh()
        self.assertEqual((plan.state, plan.open_amount), ("active", 968))
        asked = plan.collection_id.activity_ids.mapped("summary")
        self.assertIn(f"{plan.name} was not paid after all: reverse {credit.name}", asked)

    def test_write_off_fails_and_is_told(self):
        """Without an account for it the rest stays, and the collector is told what to do."""
        self.company.ar_write_off_account_id = False
        plan = self._settlement(self.taxed, 968, close_by="write_off")
        self._pay(self.taxed, 968)
        self._refresh()
        self.assertEqual((plan.state, self.taxed.amount_residual), ("completed", 242))
        self.assertIn("no account for the write-off reason", plan.closing)
        self.assertIn("by hand", plan.collection_id.next_action)

    def test_write_off_request(self):
        self.company.ar_write_off_account_id = self.company_data["default_account_expense"]
        plan = self._settlement(self.taxed, 968, close_by="write_off")
        self._pay(self.taxed, 968)
        self._refresh()
        self.assertEqual(plan.state, "completed")
        self.assertIn("asked for", plan.closing)
        request = self.env["ar.collection.write.off"].search(
            [("source_model", "=", plan._name), ("source_id", "=", plan.id)]
        )
        self.assertEqual(sum(request.line_ids.mapped("amount")), 242)
        self.assertFalse(plan.credit_move_ids)
        self.assertIn(request.display_name, plan.closing)

    def _requests(self, plan):
        return self.env["ar.collection.write.off"].search(
            [("source_model", "=", plan._name), ("source_id", "=", plan.id)]
        )

    def test_opening_balance_is_written_off(self):
        """No credit note can be made of it: its rest is asked to be written off."""
        self.company.ar_write_off_account_id = self.company_data["default_account_expense"]
        entry = self._entry([{"amount": 500, "partner_id": self.debtor.id}], days=20)
        plan = self._settlement(entry, 400)
        bank = self._bank_line(400, self.debtor)
        self._match(bank, entry)
        self._refresh()
        self.assertEqual((plan.state, plan.close_by), ("completed", "credit"))
        self.assertFalse(plan.credit_move_ids)
        request = self._requests(plan)
        self.assertEqual(request.line_ids.mapped("amount"), [100])
        self.assertEqual(request.line_ids.line_id, self._item(entry))
        self.assertIn(request.display_name, plan.closing)

    def test_invoice_and_opening_balance(self):
        """1,210 with tax and 500 without an invoice, settled by 968 + 400: 242 are credited with
        their taxes, 100 are written off."""
        self.company.ar_write_off_account_id = self.company_data["default_account_expense"]
        entry = self._entry([{"amount": 500, "partner_id": self.debtor.id}], days=20)
        plan = self._settlement(self.taxed | entry, 1368)
        self._pay(self.taxed, 968)
        self._match(self._bank_line(400, self.debtor), entry)
        self._refresh()
        self.assertEqual(plan.state, "completed")
        self.assertEqual(plan.credit_move_ids.amount_total, 242)
        self.assertEqual(self._requests(plan).line_ids.mapped("amount"), [100])

    def test_bounce_takes_the_write_off_back(self):
        self.company.ar_write_off_account_id = self.company_data["default_account_expense"]
        plan = self._settlement(self.taxed, 968, close_by="write_off")
        payment = self._pay(self.taxed, 968)
        self._refresh()
        request = self._requests(plan)
        payment.action_ar_bounce(self.today, "Insufficient funds")
        self._refresh()
        self.assertEqual(plan.state, "active")
        if request.state == "posted":  # within the own limit it was written off at once
            asked = plan.collection_id.activity_ids.mapped("summary")
            self.assertIn(f"{plan.name} was not paid after all: reverse {request.name}", asked)
        else:
            self.assertEqual(request.state, "cancelled")

    # === EXTENSION === #
    def test_extension_leaves_the_ledger(self):
        item = self._item(self.taxed)
        due = item.date_maturity
        plan = self._active(self.taxed, kind="extension", days=30)
        self.assertEqual(plan.line_ids.mapped("amount"), [1210])
        self.assertEqual((item.date_maturity, item.ar_original_due_date), (due, False))
        self.assertEqual(self._held(self.taxed), 1210)
        with self._on(33):
            self.assertEqual(plan.state, "active")
        with self._on(34):
            self.assertEqual(plan.state, "defaulted")

    def test_extension_changes_the_due_date_by_setting(self):
        self.policy.plan_change_maturity = True
        item = self._item(self.taxed)
        due = item.date_maturity
        plan = self._active(self.taxed, kind="extension", days=30)
        self.assertEqual((item.date_maturity, item.ar_original_due_date), (self._day(30), due))
        self.assertEqual(plan.item_ids.item_due_date, due)
        self.assertEqual(plan.item_ids.new_due_date, self._day(30))
        account = self._account()
        self.assertEqual((account.total_overdue, account.not_due), (0, 1210))
        self.assertEqual(account.redated_amount, 1210)
        self.assertIn(plan.name, "".join(self.taxed.message_ids.mapped("body")))
        audit = self.env["ar.collection.audit"].search([("res_id", "=", plan.id)], limit=1)
        self.assertIn(self.taxed.name, audit.what)
        # another extension keeps the first date
        self._item(self.taxed)
        plan.action_cancel("Wrong customer")
        self.assertEqual((item.date_maturity, item.ar_original_due_date), (due, False))

    def test_second_extension_keeps_the_original(self):
        self.policy.plan_change_maturity = True
        item = self._item(self.taxed)
        due = item.date_maturity
        plan = self._active(self.taxed, kind="extension", days=30)
        with self._on(34):
            self.assertEqual(plan.state, "defaulted")
            again = self._active(self.taxed, kind="extension", days=60)
            self.assertEqual((item.date_maturity, item.ar_original_due_date), (self._day(60), due))
            self.assertEqual(again.item_ids.item_due_date, due)

    # === INTEREST AND FEE === #
    def test_interest_and_fee_are_asked_for_until_they_are_paid(self):
        """Two parts of 605, with 5 interest each and a fee of 10: the first asks for 620."""
        plan = self._plan(self.taxed, number=2, interval="week", days=7, interest_rate=8, fee=10)
        plan.write({"method": "custom", "interest_billing": "monthly"})
        first, second = plan.line_ids.sorted("date")
        first.interest = second.interest = 5
        plan.action_offer()
        plan.action_accept()
        self.assertEqual((first.open_total, second.open_total, plan.open_total), (620, 610, 1230))
        self._pay(self.taxed, 605)
        self._refresh()
        self.assertEqual((first.state, first.open_amount, first.open_total), ("paid", 0, 15))
        self.assertIn("15.00", first._open_text())
        with self._on(7):
            move = plan._propose_interest(self._day(7))
            self.assertEqual(move.amount_total, 15)
            self.assertEqual(first.open_total, 15, "a draft asks for nothing less")
            move.action_post()
            self._pay(move, 6)
            self.assertEqual((first.extra_open, plan.open_total), (9, 605 + 5 + 9))
            self._pay(move, 9)
            self.assertEqual((first.open_total, plan.open_total), (0, 610))

    def test_interest_alone_breaks_no_plan(self):
        """Its items are paid: the plan is kept; its interest is an invoice like any other."""
        plan = self._plan(self.taxed, number=1, days=7, fee=10)
        plan.action_offer()
        plan.action_accept()
        self._pay(self.taxed)
        with self._on(30):
            self.assertEqual((plan.state, plan.open_amount, plan.open_total), ("completed", 0, 10))
            move = plan._propose_interest(self._day(30))
            move.action_post()
            self._refresh()
            self.assertEqual(plan.state, "completed")
            self.assertEqual(self._item(move).amount_residual, 10)
            self.assertFalse(self._held(move), "it is chased as any invoice")
