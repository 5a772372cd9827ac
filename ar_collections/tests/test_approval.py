from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .approval import ApprovalCommon


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCommon):
    """Who may approve what: roles, limits, slices, four eyes, deputies, companies."""

    # === ROLES AND LIMITS === #
    def test_without_limits_only_managers_approve(self):
        request = self._ask(1000)
        self.assertRecordValues(
            request,
            [
                {
                    "state": "waiting",
                    "kind": "hold",
                    "amount": 1000.0,
                    "user_id": self.collector.id,
                    "reason": "Waits for the court",
                    "company_id": self.company.id,
                }
            ],
        )
        for user in (self.lead, self.collector):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(UserError, "may not approve"),
            ):
                request.with_user(user).action_approve()
            self.assertFalse(request.with_user(user).can_answer)
        self.assertTrue(request.can_answer)
        request.action_approve("He called")
        self.assertRecordValues(
            request,
            [
                {
                    "state": "approved",
                    "answered_by_id": self.env.uid,
                    "answer": "He called",
                    "behalf_id": False,
                    "self_approved": False,
                }
            ],
        )

    def test_limit_of_a_group(self):
        self._limit("all", 1000)
        over = self._ask(1000.01)
        with self.assertRaisesRegex(UserError, "over your limit.*ask"):
            over.with_user(self.lead).action_approve()
        exact = self._ask(1000, partner=self._debtor("Beta"))
        self.assertTrue(exact.with_user(self.lead).can_answer)
        exact.with_user(self.lead).action_approve()
        self.assertEqual(exact.state, "approved")
        with self.assertRaisesRegex(UserError, "may not"):
            self._ask(1, partner=self._debtor("Gamma")).with_user(self.collector).action_approve()

    def test_limit_of_a_kind_overrides_that_of_all(self):
        self._limit("all", 5000, kind=False)
        request = self._ask(1000)
        self.assertTrue(request.with_user(self.lead).can_answer)
        self._limit("all", 0)
        request.invalidate_recordset()
        self.assertFalse(request.with_user(self.lead).can_answer)

    def test_limit_binds_managers_too(self):
        self._limit("manager", 500)
        request = self._ask(1000)
        with self.assertRaisesRegex(UserError, "administrator to raise the limits"):
            request.action_approve()
        request.action_refuse("Too much")

    def test_limits_are_changed_by_administrators_only(self):
        limit = self._limit("all", 1000)
        boss = self._second_manager()
        for user in (self.lead, boss):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                limit.with_user(user).amount = 10**6
        entry = self.Audit.search([("event", "=", "right")], limit=1)
        self.assertIn("up to", entry.what)

    def test_slices_do_not_slip_through(self):
        """Per debtor and 12 months, whoever approved."""
        self._limit("all", 1000)
        first, second, third = (self._ask(400) for _number in range(3))
        with self.assertRaisesRegex(UserError, "over your limit"):
            (first + second + third).with_user(self.lead).action_approve()
        self.assertEqual(set((first + second + third).mapped("state")), {"waiting"}, "all or none")
        (first + second).with_user(self.lead).action_approve()
        with self.assertRaisesRegex(UserError, "800.00 approved for this debtor"):
            third.with_user(self.lead).action_approve()
        other = self._ask(1000, partner=self._debtor("Beta"))
        other.with_user(self.lead).action_approve()
        year_ago = fields.Datetime.now() - relativedelta(months=12, days=1)
        (first + second).sudo().date_answered = year_ago
        third.with_user(self.lead).action_approve()
        self.assertEqual(third.state, "approved")

    # === FOUR EYES === #
    def test_one_manager_approves_the_own_request_and_it_is_marked(self):
        notice = self._notices(1000)
        request = notice.approval_ids
        self.assertEqual(request.user_id, self.env.user)
        notice.action_approve()
        self.assertRecordValues(request, [{"state": "approved", "self_approved": True}])
        self.assertEqual(notice.state, "queued")
        entry = self.Audit.search([("approval_id", "=", request.id)])
        self.assertRecordValues(
            entry,
            [
                {
                    "event": "approval",
                    "self_approved": True,
                    "amount": 1000.0,
                    "user_id": self.env.uid,
                }
            ],
        )

    def test_two_managers_need_each_other(self):
        second = self._second_manager()
        notice = self._notices(1000)
        with self.assertRaisesRegex(UserError, "own request.*ask second"):
            notice.action_approve()
        self.assertEqual(notice.state, "to_approve")
        notice.with_user(second).action_approve()
        self.assertEqual(notice.state, "queued")
        self.assertFalse(notice.approval_ids.self_approved)

    def test_a_second_manager_elsewhere_or_gone_does_not_count(self):
        second = self._second_manager()
        self.assertTrue(self.Approval._four_eyes(self.company))
        elsewhere = self._other_company("Elsewhere")
        second.write({"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id})
        self.assertFalse(self.Approval._four_eyes(self.company))
        second.write({"company_ids": [(6, 0, self.company.ids)], "company_id": self.company.id})
        second.active = False
        self.assertFalse(self.Approval._four_eyes(self.company))

    # === DEPUTIES === #
    def test_deputy_in_and_out_of_time(self):
        request = self._ask(1000)
        lent = self._lend(self.env.user, self.lead, start=1, end=3)
        self.assertEqual(lent.state, "planned")
        self.assertFalse(request.with_user(self.lead).can_answer)
        self._lend(self.env.user, self.lead, start=-5, end=-1)
        request.invalidate_recordset()
        self.assertFalse(request.with_user(self.lead).can_answer)
        self._lend(self.env.user, self.lead, start=0, end=0)
        request.invalidate_recordset()
        request.with_user(self.lead).action_approve()
        self.assertRecordValues(
            request,
            [
                {
                    "state": "approved",
                    "answered_by_id": self.lead.id,
                    "behalf_id": self.env.uid,
                    "self_approved": False,
                }
            ],
        )
        entry = self.Audit.search([("approval_id", "=", request.id)])
        self.assertEqual((entry.user_id, entry.behalf_id), (self.lead, self.env.user))

    def test_rights_are_lent_within_limits(self):
        self._lend(self.env.user, self.lead, amount=500)
        small, big = self._ask(500), self._ask(501, partner=self._debtor("Beta"))
        small.with_user(self.lead).action_approve()
        with self.assertRaisesRegex(UserError, "over your limit"):
            big.with_user(self.lead).action_approve()

    def test_lent_for_one_kind_only(self):
        self._lend(self.env.user, self.lead, kind="notice")
        self.assertFalse(self._ask(10).with_user(self.lead).can_answer)

    def test_the_deputy_of_who_asked_does_not_approve_it_for_him(self):
        self._second_manager()
        self._lend(self.env.user, self.lead)
        notice = self._notices(1000)
        with self.assertRaisesRegex(UserError, "own request"):
            notice.with_user(self.lead).action_approve()

    def test_nobody_takes_the_rights_of_another(self):
        second = self._second_manager()
        deputies = self.env["ar.collection.deputy"].with_user(second)
        vals = {
            "user_id": self.env.uid,
            "date_to": self.today,
            "company_id": self.company.id,
        }
        for deputy in (second, self.lead):
            with self.subTest(deputy=deputy.login), self.assertRaisesRegex(AccessError, "lent by"):
                deputies.create({**vals, "deputy_id": deputy.id})
        with self.assertRaisesRegex(ValidationError, "own debtors"):
            self._lend(self.env.user, self.collector)
        lent = self._lend(self.env.user, self.lead)
        with self.assertRaisesRegex(UserError, "last day"):
            lent.deputy_id = second
        with self.assertRaisesRegex(AccessError, "lent by"):
            lent.with_user(self.lead).date_to = self.today + timedelta(days=99)
        with self.assertRaises(UserError):
            lent.unlink()

    # === ANSWERS === #
    def test_an_answer_is_final_and_a_refusal_has_a_reason(self):
        request = self._ask(100)
        for reason in (False, "", "  "):
            with self.assertRaisesRegex(UserError, "say why"):
                request.action_refuse(reason)
        request.action_refuse("No court is involved")
        with self.assertRaisesRegex(UserError, "refused already"):
            request.action_approve()
        with self.assertRaisesRegex(UserError, "refused already"):
            request.action_refuse("Again")

    def test_only_who_asked_withdraws(self):
        request = self._ask(100)
        with self.assertRaises(AccessError):
            request.action_withdraw()
        request.with_user(self.collector).action_withdraw()
        self.assertEqual(request.state, "withdrawn")

    def test_refusing_many_with_one_reason(self):
        notices = self._notices(100, 200)
        requests = notices.approval_ids
        wizard = self.env["ar.collection.approval.refuse"].with_context(active_ids=requests.ids)
        with Form(wizard) as form:
            form.reason = "They paid by cheque"
        form.record.action_refuse()
        self.assertEqual(set(requests.mapped("state")), {"refused"})
        self.assertRecordValues(
            notices,
            [{"state": "cancelled", "error": "They paid by cheque", "refused": True}] * 2,
        )

    # === COMPANIES === #
    def test_companies_are_apart(self):
        elsewhere = self._other_company("Elsewhere")
        self._limit("all", 10**6, company=elsewhere)
        request = self._ask(100)
        self.assertFalse(request.with_user(self.lead).can_answer, "the limit is the other's")
        stranger = self._user(
            "stranger", "manager", company_ids=elsewhere.ids, company_id=elsewhere.id
        )
        self.assertNotIn(request, self.Approval.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            request.with_user(stranger).action_approve()
        self.assertFalse(
            self.Audit.with_user(stranger).search([("company_id", "=", self.company.id)])
        )

    def test_manager_of_a_branch_approves_for_the_root(self):
        branch = self._branch()
        boss = self._user("till", "manager", company_ids=branch.ids, company_id=branch.id)
        request = self._ask(100)
        request.with_user(boss).with_context(allowed_company_ids=branch.ids).action_approve()
        self.assertEqual(request.state, "approved")
        entry = self.Audit.search([("approval_id", "=", request.id)])
        self.assertEqual(entry.company_id, self.company)
