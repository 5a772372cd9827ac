from datetime import date, timedelta

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlan(PlanCommon):
    """Building, offering and accepting plans; the states."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = cls._invoice(600, days=40)
        cls.new = cls._invoice(300, days=10)
        cls.invoices = cls.old | cls.new

    # === BUILDER === #
    def test_form_counts_at_once(self):
        account = self._account()
        form = Form(self.Plan.with_context(default_collection_id=account.id))
        self.assertEqual(len(form.item_ids), 2, "all that is overdue is proposed")
        form.shift = "none"
        form.first_date = date(2027, 1, 31)
        form.number = 3
        rows = form.line_ids._records  # only custom rows can be edited
        self.assertEqual([row["amount"] for row in rows], [300, 300, 300])
        self.assertEqual(
            [str(row["date"]) for row in rows], ["2027-01-31", "2027-02-28", "2027-03-31"]
        )
        form.first_amount = 500
        self.assertEqual([row["amount"] for row in form.line_ids._records], [500, 200, 200])
        form.first_amount = 0
        form.method = "afford"
        form.amount_each = 250
        self.assertEqual(form.number, 4)
        plan = form.save()
        self.assertEqual(plan.line_ids.mapped("amount"), [250, 250, 250, 150])
        self.assertEqual((plan.amount_items, plan.amount), (900, 900))

    def test_preview_without_saving(self):
        account = self._account()
        values = {
            "collection_id": account.id,
            "currency_id": self.company.currency_id.id,
            "amount_items": 1000,
            "number": 3,
            "first_date": date(2027, 1, 15),
            "shift": "none",
        }
        preview = self.Plan._schedule_preview(values)
        self.assertEqual([row["amount"] for row in preview["rows"]], [333.33, 333.33, 333.34])
        preview = self.Plan._schedule_preview({**values, "number": 0})
        self.assertIn("1 to 600", preview["problem"])

    def test_interest_stands_apart(self):
        plan = self._plan(
            self.invoices, number=2, interest_rate=7.3, fee=10, date_start=self.today, days=10
        )
        # 900 x 7.3 % x 10 / 365 = 1.80; then 450 for the days of a month
        first, last = plan.line_ids
        days = (last.date - first.date).days
        self.assertEqual((first.amount, first.interest, first.fee), (450, 1.8, 10))
        self.assertEqual((last.amount, last.fee), (450, 0))
        self.assertEqual(last.interest, round(450 * 0.073 * days / 365, 2))
        self.assertEqual(plan.amount, 900)
        self.assertEqual(plan.total, round(910 + 1.8 + last.interest, 2))

    def test_holidays_of_the_debtors_country(self):
        self.debtor.country_id = self.env.ref("base.be")
        plan = self._plan(self.invoices, number=1, shift="next")
        plan.write({"first_date": date(2027, 12, 25)})  # a Saturday, then a Sunday
        self.assertEqual(plan.line_ids.date, date(2027, 12, 27))
        plan.write({"first_date": date(2027, 5, 1)})  # Labour Day, a Saturday
        self.assertEqual(plan.line_ids.date, date(2027, 5, 3))
        plan.write({"first_date": date(2027, 7, 21)})  # Belgian National Day, a Wednesday
        self.assertEqual(plan.line_ids.date, date(2027, 7, 22))

    def test_disputed_part_stays_off(self):
        self._hold(self.old, 100)
        values = self.Plan._propose_items(self._account(), self.company.currency_id)
        self.assertEqual({value["amount"] for value in values}, {500, 300})

    def test_sums_must_match(self):
        plan = self._plan(self.invoices, number=3, method="custom")
        self.assertFalse(plan.line_ids, "own rows are the collector's")
        plan.write({"method": "equal"})
        plan.line_ids[0].amount += 1
        with self.assertRaisesRegex(UserError, "do not add up"):
            plan.action_offer()

    def test_settlement_asks_for_less(self):
        plan = self._plan(self.invoices, kind="settlement", settlement_amount=900, number=1)
        with self.assertRaisesRegex(UserError, "less than the items"):
            plan.action_offer()
        plan.settlement_amount = 630
        self.assertEqual((plan.given_up, plan.discount), (270, 30))
        plan.action_offer()

    # === OFFER, ACCEPTANCE === #
    def test_offer_and_accept(self):
        plan = self._plan(self.invoices)
        plan.action_offer()
        self.assertEqual(plan.state, "offered")
        self.assertEqual(plan.offered_until, self.today + timedelta(days=14))
        self.assertEqual(self._held(self.old), 600, "nobody is chased while an offer is out")
        plan.action_accept("phone")
        self.assertRecordValues(
            plan,
            [{"state": "active", "accepted_how": "phone", "accepted_by_id": self.env.uid}],
        )
        self.assertEqual(self._held(self.old), 600)
        self.assertEqual(len(plan._holds().filtered(lambda hold: hold.state == "active")), 2)
        account = self._account()
        self.assertEqual((account.planned, account.net_collectable), (900, 0))
        self.assertEqual(account.next_instalment_date, self.today + timedelta(days=10))
        self.assertEqual(account.plan_open, 900)

    def test_offer_lapses(self):
        plan = self._plan(self.invoices, days=30)
        plan.action_offer()
        with self._on(14):
            self.assertEqual(plan.state, "offered")
        with self._on(15):
            self.assertRecordValues(plan, [{"state": "cancelled", "lapsed": True}])
            self.assertFalse(self._held(self.old))
            self.assertIn("not accepted in time", self._account().next_action)
            with self.assertRaisesRegex(UserError, "not offered"):
                plan.action_accept()

    def test_too_late_before_the_job(self):
        plan = self._plan(self.invoices, days=30)
        plan.action_offer()
        plan.sudo().offered_until = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "good until"):
            plan.action_accept()

    def test_taken_back(self):
        plan = self._plan(self.invoices)
        plan.action_offer()
        plan.action_revise()
        self.assertEqual(plan.state, "draft")
        self.assertFalse(self._held(self.old))
        plan.number = 2
        plan.action_offer()
        self.assertEqual(len(plan.line_ids), 2)

    def test_no_item_in_two_plans(self):
        first, second = self._plan(self.invoices), self._plan(self.new)
        first.action_offer()
        with self.assertRaisesRegex(UserError, first.name):
            second.action_offer()
        first.action_cancel("Not wanted")
        second.action_offer()
        self.assertEqual(second.state, "offered")

    def test_no_item_in_two_plans_in_the_database(self):
        """The one who built at the same time and did not see it is refused by the index."""
        first, second = self._active(self.invoices), self._plan(self.new)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation) as caught,
            self.cr.savepoint(),
        ):
            second.sudo().item_ids.live = True
            self.env.flush_all()
        self.assertIn("live_once", str(caught.exception))
        self.assertEqual(first.state, "active")

    # === THE ITEMS CHANGE BEFORE IT IS ACCEPTED === #
    def test_paid_meanwhile_counts(self):
        plan = self._plan(self.invoices, number=3)
        plan.action_offer()
        self._pay(self.new, 300)
        plan.action_accept()
        self._check_lines(plan, ("paid", 300), ("upcoming", 0), ("upcoming", 0))

    def test_credited_meanwhile_refused(self):
        plan = self._plan(self.invoices)
        plan.action_offer()
        credit = self._credit_note(100)
        (self._item(credit) + self._item(self.new)).reconcile()
        with self.assertRaisesRegex(UserError, "does not fit any more"):
            plan.action_accept()
        self.assertIn("200.00 can be on a plan", plan.warning.replace("\xa0", " "))

    def test_disputed_meanwhile_refused(self):
        plan = self._plan(self.invoices)
        plan.action_offer()
        self._hold(self.new, 50)
        with self.assertRaisesRegex(UserError, "does not fit any more"):
            plan.action_accept()

    def test_reset_to_draft_meanwhile_refused(self):
        plan = self._plan(self.invoices)
        plan.action_offer()
        self.new.button_draft()
        with self.assertRaisesRegex(UserError, "not posted any more"):
            plan.action_accept()
        self.new.action_post()
        plan.action_accept()
        self.assertEqual(plan.state, "active")

    # === WHAT CANNOT BE DONE === #
    def test_evidence(self):
        plan = self._plan(self.invoices)
        for values in ({"state": "active"}, {"paid": 5}, {"signed_name": "X"}, {"baseline": 1}):
            with self.assertRaises(AccessError):
                plan.write(values)
        plan.action_offer()
        for change in (
            lambda: plan.write({"number": 7}),
            lambda: plan.line_ids[0].write({"amount": 1}),
            plan.item_ids[0].unlink,
            plan.unlink,
        ):
            with self.assertRaises(UserError):
                change()
        with self.assertRaises(UserError):
            plan.line_ids[0].write({"paid": 100})
        plan.note = "Told him again"

    def test_other_debtor_other_currency(self):
        other = self._invoice(100, days=5, partner=self._debtor("Beta"))
        with self.assertRaises(ValidationError):
            self._plan(self.new | other)
        currency = self.setup_other_currency("CHF", rates=[("2020-01-01", 2.0)])
        foreign = self._invoice(100, days=5, currency_id=currency.id)
        with self.assertRaises(ValidationError):
            self._plan(self.new | foreign)

    def test_signature_is_the_debtors(self):
        plan = self._plan(self.invoices)
        plan.action_offer()
        with self.assertRaisesRegex(UserError, "Only the debtor"):
            plan.action_accept("signature", signed_name="X")

    def test_paper_needs_a_file_and_the_call_its_debtor(self):
        plan = self._plan(self.invoices)
        plan.action_offer()
        with self.assertRaisesRegex(UserError, "signed paper"):
            plan.action_accept("paper")
        other = self._invoice(100, days=5, partner=self._debtor("Beta")).partner_id
        call = self.env["ar.collection.call"].create(
            {
                "collection_id": self._account(other).id,
                "result_id": self.env.ref("ar_collections.call_result_no_answer").id,
            }
        )
        with self.assertRaisesRegex(UserError, "another debtor"):
            plan.action_accept("phone", call_id=call.id)
        file = self.env["ir.attachment"].create({"name": "signed.pdf", "raw": b"%PDF"})
        plan.action_accept("paper", attachment_id=file.id)
        self.assertRecordValues(plan, [{"state": "active", "attachment_id": file.id}])

    def test_part_of_an_item_paid_meanwhile(self):
        """600 of which 400 are on the plan: what comes in after the offer is of the plan."""
        plan = self._plan(self.old, amounts={self.old: 400}, number=2)
        plan.action_offer()
        self._pay(self.old, 150)
        plan.action_accept()
        self.assertEqual((plan.paid, plan.open_amount, self._held(self.old)), (150, 250, 250))

    def test_merged_contacts(self):
        plan = self._active(self.invoices)
        other = self._debtor("Alpha again")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.debtor | other).ids, other)
        self.env.invalidate_all()
        self.assertEqual((plan.partner_id, plan.state), (other, "active"))
        self._pay(self.old, 300)
        self._account(other)
        self.assertEqual(plan.paid, 300)

    def test_transitions(self):
        states = dict(self.Plan._fields["state"].selection)
        self.assertEqual(set(self.Plan._transitions), set(states))
        self.assertTrue(set().union(*self.Plan._transitions.values()) <= set(states))
        plan = self._plan(self.invoices)
        self.assertFalse(plan._set_state("completed"))
        self.assertEqual(plan.state, "draft")
