import base64
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .plan_agreement import PlanAgreementCommon


@tagged("post_install", "-at_install")
class TestPlanUse(PlanAgreementCommon):
    """Where plans begin, how they are accepted, what is seen of them."""

    # === BUILDER === #
    def test_the_rest_follows_at_once(self):
        item = self._item(self._invoice(1000, 20))
        self._account()
        action = item.action_ar_plan()
        form = Form(self.Plan.with_context(**action["context"]))
        self.assertEqual(form.amount_items, 1000)
        form.number = 4
        self.assertEqual([line["amount"] for line in form.line_ids._records], [250] * 4)
        form.first_amount = 400
        self.assertEqual([line["amount"] for line in form.line_ids._records], [400, 200, 200, 200])
        form.method = "afford"
        form.amount_each = 100
        self.assertEqual(form.number, 7)
        self.assertEqual(len(form.line_ids._records), 7)
        plan = form.save()
        self.assertEqual(plan.line_ids.mapped("amount"), [400] + 6 * [100])
        self.assertIn("6 times", plan.summary)

    def test_the_sentence_adds_up(self):
        """1,000.00 in three: 333.33, 333.33 and 333.34, never "2 times 333.33"."""
        invoice = self._invoice(1000, 20)
        plan = self._plan(invoice, [(10, 333.33), (40, 333.33), (70, 333.34)])
        self.assertIn("333.33", plan.summary)
        self.assertIn("333.34", plan.summary)
        self.assertNotIn("times", plan.summary)
        plan = self._plan(invoice, [(10, 250), (40, 249.99), (70, 249.99), (100, 250.02)])
        self.assertIn("2 times", plan.summary)
        self.assertIn("250.02", plan.summary)
        plan = self._plan(invoice, [(10, 100), (40, 200), (70, 300), (100, 400)])
        self.assertIn("3 payments", plan.summary)
        self.assertIn("400.00", plan.summary)

    def test_chart_shows_interest_apart(self):
        plan = self._plan(self._invoice(1000, 20), [(10, 500, 4.11), (40, 500, 2.05)])
        self.assertEqual(
            [(series["name"], series["values"]) for series in plan.schedule_chart["series"]],
            [("Items", [500, 500]), ("Interest", [4.11, 2.05])],
        )

    # === ACCEPTED === #
    def _accept(self, plan, **vals):
        action = plan.action_accepted()
        wizard = self.env["ar.collection.plan.accept"].with_context(**action["context"])
        return wizard.create({"signed_name": "Giulia Tessari", **vals}).action_accept()

    def test_on_the_phone_is_logged_as_a_call(self):
        move = self._invoice(300, 10)
        plan = self._offered(move, [(10, 300)])
        self._accept(plan, note="Will pay on the first")
        self.assertRecordValues(
            plan, [{"state": "active", "accepted_how": "phone", "accepted_by_id": self.env.uid}]
        )
        call = plan.call_id
        self.assertEqual(call.collection_id, plan.collection_id)
        self.assertEqual(call.line_ids, self._item(move))
        self.assertIn("Will pay on the first", call.note)

    def test_on_the_phone_always_has_a_call(self):
        """Over the API, too: the call is logged, and the instalments give the next action."""
        plan = self._offered(self._invoice(300, 10), [(10, 300)])
        account = plan.collection_id
        plan.action_accept("phone", signed_name="Giulia Tessari", note="Till then")
        call = plan.call_id
        self.assertEqual((call.collection_id, account.last_call_id), (plan.collection_id, call))
        self.assertEqual(call.line_ids, plan.item_ids.line_id)
        self.assertIn("Giulia Tessari agreed", call.note)
        self.assertIn("Till then", call.note)
        self.assertFalse(account.next_action)
        # a call that was logged already is linked, and no other one is made
        other = self._offered(self._invoice(200, 10), [(10, 200)])
        other.action_accept("phone", call_id=call.id)
        self.assertEqual((other.call_id, account.last_call_id), (call, call))

    def test_accepted_at_once_moves_the_figures(self):
        """Who accepts sees the debtor's figures follow at once, not after the job."""
        plan = self._offered(self._invoice(300, 10), [(10, 300)])
        account = plan.collection_id
        plan.action_accept("phone")
        self.assertEqual((account.planned, account.net_collectable), (300, 0))
        plan.action_cancel("A mistake")
        self.assertEqual((account.planned, account.collectable), (0, 300))

    def test_by_paper(self):
        plan = self._offered(self._invoice(300, 10), [(10, 300)])
        with self.assertRaisesRegex(UserError, "add the signed paper"):
            self._accept(plan, how="paper")
        with self.assertRaisesRegex(UserError, "neither a PDF nor a picture"):
            self._accept(plan, how="paper", paper=base64.b64encode(b"<html>"), paper_name="x.html")
        self.assertEqual(plan.state, "offered")
        scan = base64.b64encode(b"%PDF-1.4 scan")
        self._accept(plan, how="paper", paper=scan, paper_name="scan.pdf")
        self.assertEqual(plan.state, "active")
        self.assertEqual(plan.attachment_id.raw, b"%PDF-1.4 scan")
        self.assertEqual(plan._agreement_pdf(), b"%PDF-1.4 scan")

    def test_evidence_is_not_written_by_people(self):
        plan = self._offered(self._invoice(300, 10), [(10, 300)])
        for name, value in (
            ("document_hash", "x"),
            ("access_token", "x"),
            ("signed_position", "x"),
            ("document_id", False),
        ):
            with self.assertRaises(AccessError, msg=name):
                plan.write({name: value})

    # === ENTRY POINTS === #
    def _cannot_pay(self, move):
        result = self.env.ref("ar_collections.call_result_cannot_pay")
        result.outcome = "plan"  # as delivered
        return self.env["ar.collection.call"].create(
            {
                "collection_id": self._account().id,
                "result_id": result.id,
                "nonpayment_reason_id": self.env["ar.collection.nonpayment.reason"]
                .search([], limit=1)
                .id,
                "line_ids": [(6, 0, self._item(move).ids)],
                "note": "No money until spring",
            }
        )

    def test_saved_and_planned_while_on_the_phone(self):
        one = self._invoice(600, 20)
        self._invoice(100, 10)  # not talked about
        call = self.env["ar.collection.call"].create(
            {
                "collection_id": self._account().id,
                "result_id": self.env.ref("ar_collections.call_result_no_answer").id,
                "line_ids": self._item(one).ids,
            }
        )
        action = call.action_save_plan()
        plan = self._account().plan_ids
        self.assertEqual((action["res_model"], action["res_id"]), (plan._name, plan.id))
        self.assertEqual(plan.item_ids.mapped("amount"), [600])
        call.action_save_plan()
        self.assertEqual(self._account().plan_ids, plan, "the one under way is gone on with")

    def test_cannot_pay_leaves_a_draft(self):
        one, _other = self._invoice(300, 10), self._invoice(500, 10)
        self._cannot_pay(one)
        plan = self._account().plan_ids
        self.assertEqual(plan.state, "draft")
        self.assertEqual(plan.item_ids.line_id, self._item(one))
        self.assertEqual(plan.amount_items, 300)
        self._cannot_pay(one)
        self.assertEqual(self._account().plan_ids, plan)  # one is enough

    def test_without_plans_the_call_only_says_so(self):
        self.env.user.group_ids -= self.env.ref("ar_collections.group_ar_collection_plans")
        self._cannot_pay(self._invoice(300, 10))
        self.assertFalse(self._account().plan_ids)

    def test_smart_buttons(self):
        move, other = self._invoice(300, 10), self._invoice(500, 10)
        plan = self._offered(move, [(10, 300)])
        self.assertEqual(move.ar_plan_count, 1)
        self.assertEqual(other.ar_plan_count, 0)
        self.assertEqual(self.debtor.ar_plan_count, 1)
        self.assertEqual(plan.collection_id.plan_count, 1)
        for record in (move, self.debtor):
            self.assertEqual(record.action_open_ar_plans()["res_id"], plan.id)
        with self.assertRaisesRegex(UserError, "nothing open"):
            self._pay(other)
            other.action_ar_plan()

    # === REPORT === #
    def test_expected_by_week_in_company_currency(self):
        # 2 EUR to the dollar
        plan = self._offered(self._invoice_in("EUR", 1000, 10), [(10, 400, 6), (40, 600)])
        report = self.env["ar.collection.plan.report"]
        self.assertFalse(report.search([("plan_id", "=", plan.id)]))  # not agreed yet
        plan.action_accept()
        self.env.flush_all()
        rows = report.search([("plan_id", "=", plan.id)])
        self.assertEqual(rows.mapped("expected"), [203, 300])
        self.assertEqual(rows.mapped("amount"), [200, 300])

    def test_adherence_of_a_group_is_of_its_sums(self):
        plan = self._offered(self._invoice(900, 10), [(10, 300), (20, 300), (30, 300)])
        plan.action_accept()
        one, two, three = plan.line_ids
        one.sudo().write({"state": "paid", "paid": 300, "paid_on": one.date})
        two.sudo().write(
            {"state": "paid", "paid": 300, "paid_on": two.last_date + timedelta(days=1)}
        )
        three.sudo().state = "missed"
        self.env.flush_all()
        [[rate, judged, kept]] = self.env["ar.collection.plan.report"]._read_group(
            [("plan_id", "=", plan.id)], [], ["adherence:avg", "judged:sum", "kept:sum"]
        )
        self.assertEqual((judged, kept), (3, 1))
        self.assertAlmostEqual(rate, 100 / 3, 2)


@tagged("post_install", "-at_install")
class TestPlanInterest(PlanAgreementCommon):
    """Interest and fees of plans as draft invoices."""

    def _running(self, billing, **vals):
        plan = self._plan(
            self._invoice(1000, 10),
            [(30, 500, 6, 25), (60, 500, 3)],
            interest_rate=7,
            interest_billing=billing,
            date_start=self.today,
            **vals,
        )
        plan.action_accept()
        return plan

    def _propose(self, days):
        day = self.today + timedelta(days=days)
        return self.Plan._to_bill(day)._propose_interest(day)

    def test_as_instalments_fall_due(self):
        plan = self._running("monthly")
        self.assertFalse(self._propose(29))
        first = self._propose(30)
        self.assertRecordValues(
            first, [{"state": "draft", "move_type": "out_invoice", "amount_total": 31}]
        )
        self.assertEqual(first.invoice_line_ids.mapped("price_unit"), [6, 25])
        self.assertFalse(first.invoice_line_ids.tax_ids)
        self.assertFalse(self._propose(30))  # the second run
        self.assertEqual(self._propose(60).amount_total, 3)
        self.assertEqual(plan.interest_move_count, 2)
        first.unlink()
        self.assertEqual(self._propose(60).amount_total, 31)  # a deleted draft is proposed again

    def test_at_the_end_what_was_earned(self):
        plan = self._running("completion")
        self.assertFalse(self._propose(90))
        # paid on day 40: the first part, and 10 of 30 days of the second
        plan.sudo().write({"state": "completed", "completed_on": self.today + timedelta(days=40)})
        self.assertEqual(self._propose(41).amount_total, 6 + 25 + 1)

    def test_of_a_defaulted_plan_until_it_ended(self):
        plan = self._running("completion")
        plan.sudo().write({"state": "defaulted", "defaulted_on": self.today + timedelta(days=33)})
        self.assertAlmostEqual(self._propose(34).amount_total, 6 + 25 + 0.3)

    def test_by_hand_nothing_is_proposed(self):
        self._running("none")
        self.assertFalse(self._propose(90))

    def test_the_job(self):
        plan = self._running("monthly")
        plan.line_ids.sudo()[:1].date = self.today
        with self.enter_registry_test_mode():
            self.env.ref(
                "ar_collections.ir_cron_ar_collection_propose_interest"
            ).method_direct_trigger()
        self.assertEqual(plan.interest_move_count, 1)
