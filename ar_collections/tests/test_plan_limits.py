from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .approval import ApprovalCommon
from .plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanLimits(PlanCommon, ApprovalCommon):
    """Limits of the policy per group, approval by a manager, who sees and does what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(1000, days=20)
        cls.Limit = cls.env["ar.collection.plan.limit"]

    def _limits(self, group=False, **vals):
        vals.setdefault("discount", 100)
        return self.Limit.create({"policy_id": self.policy.id, "group": group, **vals})

    def _mine(self, user=None, **vals):
        """A draft built by the collector."""
        plan = self._plan(self.invoice, **vals)
        plan.sudo().user_id = user or self.collector
        return plan.with_user(user or self.collector)

    def test_within_the_limits(self):
        self._limits(number=3, months=6, first_percent=20, amount=1000)
        plan = self._mine(number=3)
        plan.action_offer()
        self.assertEqual(plan.state, "offered")
        self.assertFalse(plan.sudo().approval_ids)

    def test_over_each_limit(self):
        for limits, vals, text in (
            ({"number": 3}, {"number": 4}, "More than 3 instalments"),
            ({"months": 2}, {"number": 4}, "Instalments after"),
            ({"first_percent": 30}, {"number": 4}, "first payment"),
            ({"amount": 999.99}, {}, "Plans over more than"),
            (
                {"discount": 20},
                {"kind": "settlement", "settlement_amount": 799, "number": 1},
                "more than 20",
            ),
            (
                {"discount": 0},
                {"kind": "settlement", "settlement_amount": 999, "number": 1},
                "settlement needs a manager",
            ),
        ):
            with self.subTest(text):
                limit = self._limits(**limits)
                plan = self._mine(**vals)
                plan.action_offer("He is honest")
                self.assertEqual(plan.state, "to_approve")
                request = plan.sudo().approval_ids
                self.assertRecordValues(request, [{"kind": "plan", "state": "waiting"}])
                self.assertIn("He is honest", request.reason)
                self.assertIn(text, request.reason)
                self.assertIn("plans were broken", request.reason)
                plan.action_cancel("Next")
                self.assertEqual(request.state, "withdrawn")
                limit.unlink()

    def test_amounts_asked_for(self):
        self._limits(discount=0)
        plan = self._mine(kind="settlement", settlement_amount=700, number=1)
        plan.action_offer()
        self.assertEqual(plan.sudo().approval_ids.amount, 300, "what is given up")

    def test_group_before_everybody(self):
        self._limits(number=3)
        self._limits("user", number=6)
        plan = self._mine(number=6)
        self.assertFalse(plan.over_limits)
        self.assertTrue(plan.with_user(self.lead)._over_limits() is not None)

    def test_granted_refused(self):
        self._limits(number=2)
        plan = self._mine(number=3)
        plan.action_offer()
        plan.sudo().approval_ids.with_env(self.env).action_refuse("Two at most")
        self.assertRecordValues(plan, [{"state": "draft", "approval_state": "refused"}])
        self.assertFalse(plan.sudo().item_ids.live)
        self.assertIn("Two at most", self._account().message_ids[0].body)
        plan.action_offer()
        plan.sudo().approval_ids.filtered(lambda r: r.state == "waiting").with_env(
            self.env
        ).action_approve("All right")
        self.assertRecordValues(plan, [{"state": "offered", "approval_state": "granted"}])
        plan.action_accept()
        self.assertEqual(plan.state, "active")

    def test_granted_terms_only(self):
        self._limits(number=2)
        plan = self._mine(number=3)
        plan.action_offer()
        plan.sudo().approval_ids.with_env(self.env).action_approve()
        plan.action_revise()
        plan.action_offer()
        self.assertEqual(plan.state, "offered", "the same terms need no second answer")
        plan.action_revise()
        plan.number = 5
        plan.action_offer()
        self.assertEqual(plan.state, "to_approve")

    def test_items_changed_while_waiting(self):
        self._limits(number=2)
        plan = self._mine(number=3)
        plan.action_offer()
        self._pay(self.invoice, 400)
        plan.sudo().approval_ids.with_env(self.env).action_approve()
        self.assertEqual(plan.state, "draft")
        bodies = "".join(self._account().message_ids.mapped("body"))
        self.assertIn("600.00 can be on a plan", bodies.replace("\xa0", " ").replace("&nbsp;", " "))

    def test_without_approvals(self):
        self.env.ref("ar_collections.group_ar_collection_user").implied_ids -= self.env.ref(
            "ar_collections.group_ar_collection_approvals"
        )
        self._limits(number=2)
        plan = self._mine(number=3)
        with self.assertRaisesRegex(UserError, "More than 2 instalments"):
            plan.action_offer()

    def test_manager_does_it_himself(self):
        self._limits(number=2)
        plan = self._plan(self.invoice, number=3)
        plan.action_offer()
        self.assertEqual(plan.state, "offered")
        self.assertRecordValues(plan.approval_ids, [{"state": "approved", "self_approved": True}])

    def test_who_sees_and_changes(self):
        account = self._account()
        account.user_id = self.lead
        plan = self._plan(self.invoice)
        with self.assertRaises(AccessError):
            plan.with_user(self.collector).action_offer()
        self.assertFalse(self.Plan.with_user(self.collector).search([("id", "=", plan.id)]))
        auditor = self._user("auditor", "readonly")
        self.assertEqual(plan.with_user(auditor).amount, 1000)
        for action in ("action_offer", "action_accept", "action_cancel", "action_replan"):
            with self.assertRaises(AccessError):
                getattr(plan.with_user(auditor), action)()
        plan.with_user(self.lead).action_offer()
        with self.assertRaises(AccessError):
            self.Limit.with_user(self.lead).create({"policy_id": self.policy.id})

    def test_other_company_does_not_see_it(self):
        plan = self._plan(self.invoice)
        other = self._other_company("Other")
        user = self._user("there", "all", company_ids=other.ids, company_id=other.id)
        self.assertFalse(self.Plan.with_user(user).search([("id", "=", plan.id)]))

    def test_queries_do_not_grow(self):
        """Judging twenty debtors takes no more queries than judging one."""
        plans = self.Plan
        for number in range(20):
            partner = self._debtor(f"Debtor {number}")
            invoice = self._invoice(100, days=5, partner=partner)
            plans |= self._active(invoice, partner=partner)
        counts = []
        for some in (plans[:1], plans):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.Plan._judge_accounts(some.collection_id)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 4, counts)

    def test_softer_terms(self):
        self._limits(number=12)
        self.assertFalse(self._mine().over_limits)
        self.assertIn("softer", self._mine(grace_days=30).over_limits)
        self.assertIn("softer", self._mine(missed_limit=9).over_limits)
