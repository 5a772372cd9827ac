from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools import ageing_options
from .plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanFlow(PlanCommon):
    """Months of a plan: paid, missed, defaulted, planned again, bounced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = cls._invoice(600, days=40)
        cls.new = cls._invoice(300, days=10)
        cls.invoices = cls.old | cls.new
        cls.account = cls.Account.browse()

    def _weekly(self, number=3, **vals):
        """900 in three instalments on the days 7, 14 and 21."""
        return self._active(self.invoices, number=number, interval="week", days=7, **vals)

    def _day(self, days):
        return self.today + timedelta(days=days)

    # === KEPT === #
    def test_completed_over_weeks(self):
        plan = self._weekly()
        with self._on(6):
            self._check_lines(plan, ("upcoming", 0), ("upcoming", 0), ("upcoming", 0))
            self.assertFalse(plan.collection_id.next_action)
        with self._on(7):
            self._check_lines(plan, ("due", 0), ("upcoming", 0), ("upcoming", 0))
            account = plan.collection_id
            self.assertIn(f"{plan.name}: ", account.next_action)
            self.assertEqual(account.next_action_date, self._day(7))
            self._pay(self.old, 300, date=self._day(7))
            self._refresh()
            self._check_lines(plan, ("paid", 300), ("upcoming", 0), ("upcoming", 0))
            self.assertFalse(account.next_action, "what was asked for is settled")
            self.assertEqual(account.next_instalment_date, self._day(14))
        with self._on(13):
            self._pay(self.new, 300, date=self._day(13))
            self._refresh()
            self._check_lines(plan, ("paid", 300), ("paid", 300), ("upcoming", 0))
        with self._on(21):
            bank = self._bank_line(300, self.debtor, days=-21)
            self._match(bank, self.old)
            self._refresh()
            self.assertRecordValues(
                plan, [{"state": "completed", "paid": 900, "completed_on": self._day(21)}]
            )
            self.assertFalse(plan._holds().filtered(lambda hold: hold.state == "active"))
            self.assertFalse(plan.item_ids.filtered("live"))
            self.assertEqual(plan.collection_id.plan_open, 0)

    def test_payment_too_large_and_too_early(self):
        plan = self._weekly()
        self._pay(self.old, 450)
        self._refresh()
        self._check_lines(plan, ("paid", 300), ("partial", 150), ("upcoming", 0))
        self.assertEqual(plan.next_date, self._day(14))
        self.assertEqual(self._held(self.old), 150, "the hold shrinks with the money")
        self._pay(self.invoices)  # all that is open
        self._refresh()
        self.assertEqual((plan.state, plan.paid), ("completed", 900))

    def test_other_item_does_not_count(self):
        plan = self._weekly()
        other = self._invoice(300, days=1)
        self._pay(other, 300)
        self._refresh()
        self._check_lines(plan, ("upcoming", 0), ("upcoming", 0), ("upcoming", 0))

    def test_unmatched_money_is_told(self):
        plan = self._weekly()
        self._credit_note(120)
        plan.invalidate_recordset(["warning"])
        self.assertIn("matched with nothing", plan.warning)

    def test_other_currency(self):
        currency = self.setup_other_currency("CHF", rates=[("2020-01-01", 2.0)])
        foreign = self._invoice(1000, days=5, currency_id=currency.id)
        plan = self._active(foreign, number=2, days=7)
        self.assertEqual(
            (plan.currency_id, plan.amount, plan.amount_company), (currency, 1000, 500)
        )
        # 250 of the company's currency are 500 francs
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=foreign.ids
        )
        wizard.create(
            {"currency_id": self.company.currency_id.id, "amount": 250}
        )._create_payments()
        self._refresh()
        self._check_lines(plan, ("paid", 500), ("upcoming", 0))
        self.assertEqual(plan.collection_id.plan_open, 250)

    # === MISSED === #
    def test_grace_then_default(self):
        self._reach(self.old, self.second, 5)
        plan = self._weekly()
        with self._on(8):
            self._check_lines(plan, ("late", 0), ("upcoming", 0), ("upcoming", 0))
            self._refresh()
            account = plan.collection_id
            self.assertEqual(account.late_instalments, 1)
            self.assertEqual((account.net_collectable, account.worklist_group), (0, "follow_up"))
            self.assertIn(("Instalments late: 1", 25), self._reasons(account))
            self.assertEqual(plan.state, "active")
        with self._on(10):
            self.assertEqual(plan.state, "active", "the last day of grace")
        with self._on(11):
            self._check_lines(plan, ("missed", 0), ("upcoming", 0), ("upcoming", 0))
            self.assertRecordValues(
                plan, [{"state": "defaulted", "defaulted_on": self._day(11), "missed": 1}]
            )
            self._refresh()
            account = plan.collection_id
            self.assertEqual((account.planned, account.net_collectable), (0, 900))
            self.assertIn("defaulted", account.next_action)
            self.assertEqual((account.broken_plans, account.late_instalments), (1, 0))
            self.assertEqual(self._item(self.old).ar_level_id, self.second, "never lower")
            self.assertIn(
                "Plans broken: 1", [text for text, _points in self._reasons(account)], account
            )
            activity = account.activity_ids.filtered(lambda a: plan.name in (a.summary or ""))
            self.assertEqual(activity.user_id, self.env.user)

    def _reasons(self, account):
        """[(reason, points)] of the priority."""
        rules = self.env["ar.collection.priority.rule"]
        return [
            (rules.browse(rule)._text(value, account), points)
            for rule, points, value in account.priority_reason or []
        ]

    def test_no_letter_at_once(self):
        """After the default the items wait the resume days of the policy."""
        self._reach(self.old, self.courtesy, 60)
        self._weekly()
        with self._on(11):
            decision = self._decisions(today=self._day(11))[self.debtor]
            self.assertEqual(decision.reason, "resume_wait", decision)

    def test_second_missed(self):
        plan = self._weekly()
        plan.sudo().missed_limit = 2
        with self._on(11):
            self.assertEqual((plan.state, plan.missed), ("active", 1))
        with self._on(17):
            self.assertEqual((plan.state, plan.missed), ("active", 1))
        with self._on(18):
            self.assertEqual((plan.state, plan.missed), ("defaulted", 2))

    def test_last_one_missed_is_the_end(self):
        plan = self._weekly()
        plan.sudo().missed_limit = 3
        with self._on(1):
            self._pay(self.old, 600, date=self._day(1))
        with self._on(25):
            self.assertEqual((plan.state, plan.missed), ("defaulted", 1))

    def test_bank_charges_break_nothing(self):
        plan = self._weekly()
        plan.sudo().tolerance = 2
        with self._on(7):
            self._pay(self.old, 295, date=self._day(7))
        with self._on(12):
            self._check_lines(plan, ("partial", 295), ("upcoming", 0), ("upcoming", 0))
            self.assertEqual(plan.state, "active")
        with self._on(13):
            self._pay(self.old, 305, date=self._day(13))
            self._refresh()
            self._check_lines(plan, ("paid", 300), ("paid", 300), ("upcoming", 0))

    def test_matched_late(self):
        """Money of the seventh day, matched after the default: the plan runs again."""
        plan = self._weekly()
        with self._on(11):
            self.assertEqual(plan.state, "defaulted")
            self._pay(self.old, 300, date=self._day(7))
            self._refresh()
            self.assertEqual((plan.state, plan.paid), ("active", 300))
            self.assertEqual(self._held(self.old), 300)
            self.assertFalse(plan.defaulted_on)

    def test_paid_after_the_default(self):
        plan = self._weekly()
        with self._on(12):
            self._pay(self.old, 300, date=self._day(12))
            self._refresh()
            self.assertEqual((plan.state, plan.paid), ("defaulted", 300))

    # === MONEY GOES BACK === #
    def test_bounce(self):
        plan = self._weekly()
        with self._on(7):
            payment = self._pay(self.invoices)
            self._refresh()
            self.assertEqual(plan.state, "completed")
        with self._on(9):
            payment.action_ar_bounce(self._day(9), "Insufficient funds")
            self._refresh()
            self.assertEqual((plan.state, plan.paid), ("active", 0))
            self._check_lines(plan, ("late", 0), ("upcoming", 0), ("upcoming", 0))
            self.assertEqual(self._held(self.old), 600)
        with self._on(11):
            self.assertEqual(plan.state, "defaulted")

    # === CREDIT NOTES === #
    def test_credit_note_from_the_end(self):
        plan = self._weekly()
        credit = self._credit_note(350)
        (self._item(credit) + self._item(self.old)).reconcile()
        self._refresh()
        self._check_lines(plan, ("upcoming", 0, 0), ("upcoming", 0, 50), ("credited", 0, 300))
        self.assertEqual((plan.reduced, plan.open_amount), (350, 550))

    def test_credit_note_in_proportion(self):
        plan = self._weekly()
        plan.sudo().shorten = "pro_rata"
        credit = self._credit_note(90)
        (self._item(credit) + self._item(self.old)).reconcile()
        self._refresh()
        self._check_lines(plan, ("upcoming", 0, 30), ("upcoming", 0, 30), ("upcoming", 0, 30))

    def test_credit_note_next_first(self):
        plan = self._weekly()
        plan.sudo().shorten = "next"
        credit = self._credit_note(350)
        (self._item(credit) + self._item(self.old)).reconcile()
        self._refresh()
        self._check_lines(plan, ("credited", 0, 300), ("upcoming", 0, 50), ("upcoming", 0, 0))

    def test_credited_whole_and_back(self):
        plan = self._active(self.new, number=2, days=7)
        credit = self._credit_note(300)
        (self._item(credit) + self._item(self.new)).reconcile()
        self._refresh()
        self.assertRecordValues(plan, [{"state": "cancelled", "cleared": True}])
        self._item(self.new).remove_move_reconcile()
        self._refresh()
        self.assertRecordValues(plan, [{"state": "active", "cleared": False}])

    def test_reset_to_draft_while_it_runs(self):
        plan = self._weekly()
        self.new.button_draft()
        self.env["ar.collection.queue"]._add(self.debtor.ids)
        self._refresh()
        self.assertEqual((plan.state, plan.reduced), ("active", 300))
        self.assertIn("300", str(plan.item_ids.mapped("amount")), "evidence stays")
        self.new.action_post()
        self._refresh()
        self.assertEqual((plan.state, plan.reduced), ("active", 0))

    # === AGAIN === #
    def test_replan(self):
        plan = self._weekly()
        with self._on(7):
            self._pay(self.old, 100, date=self._day(7))
        with self._on(11):
            self.assertEqual(plan.state, "defaulted")
            action = plan.action_replan()
            again = self.Plan.browse(action["res_id"])
            self.assertRecordValues(
                again, [{"state": "draft", "amount_items": 800, "number": 3, "interval": "week"}]
            )
            self.assertEqual(again.replan_of_id, plan)
            self.assertEqual(plan.action_replan()["res_id"], again.id, "one click, one plan")
            again.action_offer()
            again.action_accept()
            self.assertEqual((again.state, plan.state), ("active", "defaulted"))
            self.assertEqual(self._held(self.old), 500)
            self.assertEqual(again.collection_id.broken_plans, 1)
        with self._on(12):
            # matched late or not: what was planned again is of the new plan
            self._pay(self.old, 200, date=self._day(7))
            self._refresh()
            self.assertEqual((again.state, plan.state), ("active", "defaulted"))
            self.assertEqual(again.paid, 200)

    def test_new_version(self):
        plan = self._weekly()
        self._pay(self.old, 300)
        self._refresh()
        new = self.Plan.browse(plan.action_new_version()["res_id"])
        self.assertRecordValues(
            new, [{"version": 2, "previous_id": plan.id, "amount_items": 600, "number": 2}]
        )
        new.number = 4
        new.action_offer()
        self.assertEqual((plan.state, new.state), ("active", "offered"), "the old one counts")
        new.action_accept()
        self.assertEqual((plan.state, new.state), ("cancelled", "active"))
        self.assertIn(new.name, plan.cancel_reason)
        self.assertEqual(self._held(self.old) + self._held(self.new), 600)
        self._pay(self.new, 150)
        self._refresh()
        self._check_lines(new, ("paid", 150), ("upcoming", 0), ("upcoming", 0), ("upcoming", 0))
        with self.assertRaisesRegex(UserError, "does not run"):
            plan.action_new_version()

    # === AGREED DATES === #
    def _aged(self):
        """The row of the debtor in the ageing by agreement, as of the day the clock shows."""
        today = self.company._ar_today()
        options = ageing_options.read({"day": today.isoformat(), "basis": "agreed"}, today)
        rows = self.env["ar.collection.ageing"]._ageing_groups(options, ())
        return next(row for row in rows if row["key"] == self.debtor.id)

    def test_ageing_by_agreement(self):
        plan = self._weekly()
        rows = self.Plan._agreed_parts()
        old, new = self._item(self.old).id, self._item(self.new).id
        found = [(row["line_id"], row["date"], float(row["amount"])) for row in rows]
        self.assertEqual(
            found, [(old, self._day(7), 300), (old, self._day(14), 300), (new, self._day(21), 300)]
        )
        row = self._aged()
        self.assertEqual((row["not_due"], row["total"]), (900, 900))
        self.assertEqual((row["items"], row["planned"]), (2, 900))
        with self._on(8):  # of the oldest item the half that the first instalment pays is late
            row = self._aged()
            self.assertEqual((row["not_due"], row["bucket_1"], row["total"]), (600, 300, 900))
        self._pay(self.old, 450)
        self._refresh()
        found = [
            (row["line_id"], row["date"], float(row["amount"]))
            for row in self.Plan._agreed_parts(plan.item_ids.line_id.ids)
        ]
        self.assertEqual(found, [(old, self._day(14), 150), (new, self._day(21), 300)])

    def test_ageing_by_agreement_of_what_is_partly_covered(self):
        """Of 600, 40 days late, 450 are paid in three parts; 100 of the rest are disputed."""
        plan = self._plan(self.old, amounts={self.old: 450}, number=3, interval="week", days=7)
        plan.action_offer()
        plan.action_accept()
        reason = self.env.ref("ar_collections.dispute_reason_price")
        item = self._item(self.old)
        self.env["ar.collection.dispute"]._open(
            self._account(), {item.id: 100}, kind="dispute", reason=reason
        )
        self._refresh()
        ageing = self.env["ar.collection.ageing"]
        today = self.company._ar_today()
        options = ageing_options.read(
            {"day": today.isoformat(), "basis": "agreed", "rows": ["debtor"]}, today
        )
        path = (("debtor", self.debtor.id),)
        rows = [row for row in ageing._ageing_items(options, path) if row["line_id"] == item.id]
        self.assertEqual(
            [(row["due_date"], row["open"], row["disputed"], row["planned"]) for row in rows],
            [
                (self._day(-40), 150, 100, 50),
                (self._day(7), 150, 0, 150),
                (self._day(14), 150, 0, 150),
                (self._day(21), 150, 0, 100),
            ],
        )
        row = self._aged()
        # 150 of this item and the other, ten days late, are as invoiced
        self.assertEqual((row["not_due"], row["bucket_1"], row["bucket_2"]), (450, 300, 150))
        self.assertEqual((row["items"], row["disputed"]), (2, 100))
        checked = ageing._tie_out(options)
        self.assertEqual((checked["agreed"], checked["difference"]), (450, 0))
        shown = ageing._ageing_notes(options, checked)
        self.assertIn("450.00", " ".join(shown))
        action = ageing.action_items([["debtor", self.debtor.id]], "not_due", {"basis": "agreed"})
        behind = self.env[action["res_model"]].with_context(**action["context"])
        self.assertEqual(behind.search(action["domain"]).mapped("open"), [150, 150, 150])

    def test_ageing_by_agreement_of_another_day(self):
        """What was paid since stood on the first instalment that is open."""
        self._weekly()
        self._pay(self.old, 300)  # today
        self._refresh()
        ageing = self.env["ar.collection.ageing"]
        today = self.company._ar_today()
        options = ageing_options.read(
            {"day": self._day(-1).isoformat(), "basis": "agreed", "rows": ["debtor"]}, today
        )
        rows = ageing._ageing_items(options, (("debtor", self.debtor.id),))
        self.assertEqual(
            [(row["due_date"], row["open"]) for row in rows],
            [(self._day(14), 600), (self._day(21), 300)],
        )
