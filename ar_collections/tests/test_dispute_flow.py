from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .dispute import DisputeCommon


@tagged("post_install", "-at_install")
class TestDisputeFlow(DisputeCommon):
    """A dispute from the first word to the credit note: collector, resolver, accountant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.price.write({"team_id": cls.team.id, "to_salesperson": False})
        cls.tax = cls.env["account.tax"].create(
            {"name": "21 %", "amount": 21, "company_id": cls.company.id}
        )

    def _write_off_reason(self):
        """A reason for writing off that the company has an account for."""
        self.company.ar_write_off_account_id = self.env["account.account"].create(
            {"name": "Losses", "code": "659999", "account_type": "expense"}
        )
        self.price.outcome_ids = False
        return self.env.ref("ar_collections.write_off_reason_uncollectable")

    def _taxed(self, *prices, days=30, **vals):
        """An invoice of these prices before 21 % tax."""
        return self._invoice(
            0,
            days,
            invoice_line_ids=[
                Command.create(
                    {"name": f"Line {price}", "price_unit": price, "tax_ids": self.tax.ids}
                )
                for price in prices
            ],
            **vals,
        )

    def test_accepted_by_three_people(self):
        invoice = self._taxed(1000)
        self.assertEqual(invoice.amount_total, 1210)
        # the collector notes it on the phone
        dispute = self._dispute(invoice, 363, user=self.collector)
        self.assertEqual((dispute.team_id, dispute.user_id), (self.team, self.resolver))
        self.assertEqual(self._held(invoice), {"disputed": 363})
        # the resolver answers it, and cannot touch the ledger
        as_resolver = dispute.with_user(self.resolver)
        as_resolver.action_investigate()
        as_resolver.action_resolve("accepted", note="The price list was not applied.")
        self.assertEqual((dispute.state, dispute.waiting_for), ("waiting", "credit"))
        credit = dispute.credit_move_ids
        self.assertRecordValues(
            credit,
            [
                {
                    "state": "draft",
                    "move_type": "out_refund",
                    "amount_untaxed": 300,
                    "amount_tax": 63,
                }
            ],
        )
        self.assertEqual(credit.reversed_entry_id, invoice)
        with self.assertRaises(AccessError):
            credit.with_user(self.resolver).action_post()
        self.assertEqual(self._held(invoice), {"disputed": 363}, "held until it is posted")
        # the accountant posts
        self._post(credit)
        self.assertEqual((dispute.state, dispute.outcome), ("resolved", "accepted"))
        self.assertEqual(self._item(invoice).amount_residual, 847)
        self.assertEqual(self._held(invoice), {})
        self.assertEqual(dispute.credited_amount, 363)
        self.assertEqual(dispute.item_ids.credited, 363)

    def test_partly_accepted_holds_only_the_accepted_part(self):
        invoice = self._taxed(1000)
        dispute = self._dispute(invoice, 363)
        dispute.action_resolve("partial", 121, note="Two of six pieces were there.")
        self.assertEqual(self._held(invoice), {"disputed": 121}, "the rest is valid")
        self._post(dispute.credit_move_ids)
        self.assertEqual((dispute.state, dispute.outcome), ("resolved", "partial"))
        self.assertEqual(self._item(invoice).amount_residual, 1089)
        self.assertEqual(self._held(invoice), {})

    def test_rounding_of_the_tax(self):
        """100.03 cannot be net plus 21 % of it: 82.67 and 17.36 make 100.03."""
        invoice = self._taxed(333.33, 666.67)
        dispute = self._dispute(invoice, 100.03)
        dispute.action_resolve("accepted")
        self.assertEqual(dispute.credit_move_ids.amount_total, 100.03)
        self.assertAlmostEqual(dispute.credit_move_ids.amount_tax, 17.36, delta=0.01)
        self._post(dispute.credit_move_ids)
        self.assertAlmostEqual(self._item(invoice).amount_residual, 1109.97)

    def test_only_the_disputed_lines_are_credited(self):
        invoice = self._taxed(100, 200)
        line = invoice.invoice_line_ids[1]
        item = self._item(invoice)
        dispute = self.Dispute._open(
            self._account(),
            {item.id: 121},
            reason=self.price,
            source_line_ids={item.id: line.ids},
        )
        dispute.action_resolve("accepted")
        credit = dispute.credit_move_ids
        self.assertRecordValues(credit.invoice_line_ids, [{"name": "Line 200", "price_unit": 100}])
        self.assertEqual(credit.amount_total, 121)

    def test_the_whole_invoice(self):
        invoice = self._taxed(100, 200)
        dispute = self._dispute(invoice)
        dispute.action_resolve("accepted")
        self.assertEqual(dispute.credit_move_ids.amount_total, 363)
        self._post(dispute.credit_move_ids)
        self.assertEqual((dispute.state, invoice.amount_residual), ("resolved", 0))

    def test_financial_without_tax(self):
        invoice = self._taxed(1000)
        dispute = self._dispute(invoice, 121)
        dispute.action_resolve("financial")
        self.assertRecordValues(dispute.credit_move_ids, [{"amount_untaxed": 121, "amount_tax": 0}])
        self._post(dispute.credit_move_ids)
        self.assertEqual((dispute.state, dispute.outcome), ("resolved", "financial"))

    def test_the_disputed_instalment_is_credited(self):
        terms = self._terms((50, 0), (50, 30))
        invoice = self._invoice(1000, 60, invoice_payment_term_id=terms.id, invoice_date_due=False)
        first, second = self._item(invoice).sorted("date_maturity")
        dispute = self.Dispute._open(self._account(), {second.id: 100}, reason=self.price)
        dispute.action_resolve("accepted")
        self._post(dispute.credit_move_ids)
        self.assertEqual((first.amount_residual, second.amount_residual), (500, 400))
        self.assertEqual(dispute.state, "resolved")

    def test_two_invoices_two_credit_notes(self):
        one, two = self._taxed(100), self._taxed(200)
        items = self._item(one) + self._item(two)
        dispute = self.Dispute._open(
            self._account(), {items[0].id: 60.5, items[1].id: 121}, reason=self.price
        )
        dispute.action_resolve("accepted")
        self.assertEqual(sorted(dispute.credit_move_ids.mapped("amount_total")), [60.5, 121])
        self._post(dispute.credit_move_ids[0])
        self.assertEqual(dispute.state, "waiting", "the other one is a draft still")
        self.assertEqual(len(dispute._holds().filtered(lambda hold: hold.state == "active")), 1)
        self._post(dispute.credit_move_ids - dispute.credit_move_ids[0])
        self.assertEqual(dispute.state, "resolved")

    def test_rejected_tells_the_customer_and_waits_the_resume_days(self):
        self.policy.resume_days = 3
        invoice = self._invoice(1000, 30)
        dispute = self._dispute(invoice)
        with self._refused("The customer is told"):
            dispute.action_resolve("rejected")
        dispute.action_resolve("rejected", note="The order says 12.50.")
        self.assertEqual((dispute.state, self._held(invoice)), ("rejected", {}))
        told = dispute.message_ids.filtered(lambda m: m.partner_ids == self.debtor)
        self.assertIn("The order says 12.50.", str(told.body))
        self.assertIn("1,000.00", str(told.body))
        decision = self._decisions()[self.debtor]
        self.assertEqual(decision.reason, "resume_wait")
        self.assertEqual(decision.date, self.today + timedelta(days=3))

    def test_already_paid_applies_the_credit(self):
        invoice = self._invoice(1000, 30)
        dispute = self._dispute(
            invoice, reason=self.env.ref("ar_collections.dispute_reason_already_paid")
        )
        payment = self.env["account.payment"].create(
            {"payment_type": "inbound", "partner_id": self.debtor.id, "amount": 1000}
        )
        payment.action_post()
        self._refresh()
        with self._refused("needs the accounting right"):
            dispute.with_user(self.collector).action_resolve("paid")
        dispute.action_resolve("paid")
        self.assertEqual((dispute.state, dispute.outcome), ("resolved", "paid"))
        self.assertEqual(invoice.amount_residual, 0)

    def test_new_due_date(self):
        invoice = self._invoice(1000, 30)
        dispute = self._dispute(invoice)
        later = self.today + timedelta(days=20)
        with self._refused("after today"):
            dispute.action_resolve("new_date", date=self.today)
        dispute.action_resolve("new_date", date=later)
        item = self._item(invoice)
        self.assertEqual(item.date_maturity, later)
        self.assertEqual(item.ar_original_due_date, self.today - timedelta(days=30))
        self.assertEqual(self._account().total_overdue, 0)
        self.assertIn(str(later), dispute.resolution)

    def test_outcomes_the_reason_does_not_allow(self):
        invoice = self._invoice(1000, 30)
        dispute = self._dispute(
            invoice, reason=self.env.ref("ar_collections.dispute_reason_portal")
        )
        with self._refused("cannot end so .Accepted.. Possible are: .*New due date agreed"):
            dispute.action_resolve("accepted")
        with self._refused("is no outcome"):
            dispute.action_resolve("merged")
        query = self._dispute(invoice, kind="query")
        with self._refused("is a query"):
            query.action_resolve("accepted")
        query.action_resolve("answered")
        self.assertEqual(query.state, "resolved")
        with self._refused("is closed"):
            query.action_resolve("answered")

    def test_more_than_disputed_is_not_given_up(self):
        dispute = self._dispute(self._invoice(1000, 30), 300)
        with self._refused("300.00 is disputed"):
            dispute.action_resolve("accepted", 301)
        with self._refused("300.00 is disputed"):
            dispute.action_resolve("partial", 0)

    def test_a_decision_can_be_taken_back(self):
        invoice = self._taxed(1000)
        dispute = self._dispute(invoice, 363)
        dispute.action_resolve("partial", 121, note="A part")
        with self._refused("is decided"):
            dispute.with_user(self.collector).priority = "1"
        dispute.action_take_back("A mistake")
        self.assertFalse(dispute.credit_move_ids)
        self.assertEqual((dispute.state, dispute.outcome), ("investigating", False))
        self.assertEqual(self._held(invoice), {"disputed": 363})

    def test_time_in_each_state(self):
        dispute = self._dispute(self._invoice(1000, 30))
        dispute.sudo().write({"state_since": dispute.state_since - timedelta(hours=3)})
        dispute.action_investigate()
        self.assertAlmostEqual(dispute.state_seconds["new"], 3 * 3600, delta=60)
        self.assertIn("3 h", dispute.state_times)

    def test_written_off_through_its_request(self):
        """The request decides: refused, the dispute is open again; posted, it ends."""
        reason = self._write_off_reason()
        invoice = self._invoice(1000, 30)
        dispute = self._dispute(invoice, 300)
        with self._refused("as what"):
            dispute.action_resolve("write_off")
        dispute.action_resolve("write_off", 100, note="Small", write_off_reason_id=reason.id)
        request = dispute.write_off_id
        self.assertEqual(request.line_ids.amount, 100)
        self.assertEqual((dispute.state, dispute.waiting_for), ("waiting", "write_off"))
        # another manager, with accounting rights, approves
        chief = self._user("chief", "manager")
        chief.group_ids |= self.env.ref("account.group_account_invoice")
        request.with_user(chief).action_approve()
        self.assertEqual((dispute.state, dispute.outcome), ("resolved", "write_off"))
        self.assertEqual(self._item(invoice).amount_residual, 900)
        self._refresh()
        self.assertEqual(self._held(invoice), {})
        request.with_user(chief).action_reverse("Found")
        self._refresh()
        self.assertEqual(dispute.state, "investigating")
        self.assertEqual(self._held(invoice), {"disputed": 300})

    def test_a_resolver_asks_for_a_write_off(self):
        reason = self._write_off_reason()
        dispute = self._dispute(self._invoice(1000, 30), 300)
        dispute.with_user(self.resolver).action_resolve(
            "write_off", note="Small", write_off_reason_id=reason.id
        )
        self.assertEqual((dispute.state, dispute.waiting_for), ("waiting", "write_off"))
        self.assertEqual(dispute.write_off_id.state, "to_approve")
        dispute.action_take_back("No")
        self.assertEqual(dispute.state, "investigating")
        self.assertFalse(dispute.write_off_id)
