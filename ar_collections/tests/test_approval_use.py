from datetime import timedelta

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .approval import ApprovalCommon
from .common import SmtpMixin

DELIVERY = "odoo.addons.ar_collections.models.ar_collection_notice_delivery"


@tagged("post_install", "-at_install")
class TestApprovalOfHolds(ApprovalCommon):
    """A hold without end is in force only when granted."""

    def _hold_of(self, request):
        return self.Hold.browse(request.res_id)

    def test_asked_granted(self):
        request = self._ask(1000)
        hold = self._hold_of(request)
        account = self._account()
        self.assertRecordValues(hold, [{"state": "to_approve", "held_now": 0.0}])
        self.assertEqual((account.held, account.collectable), (0, 1000))
        self.assertEqual(self._decisions()[self.debtor].level.id, self.reminder.id)
        self.assertIn(hold, self.Hold.search([("state", "=", "to_approve")]))
        self.assertNotIn(hold, self.Hold.search([("state", "=", "active")]))
        request.action_approve()
        hold.invalidate_recordset()
        self.assertRecordValues(
            hold, [{"state": "active", "held_now": 1000.0, "date_from": self.today}]
        )
        self.assertEqual((self._account().held, self._account().collectable), (1000, 0))
        self.assertEqual(self._decisions()[self.debtor].reason, "all_held")
        self.assertIn("granted", self._account().message_ids[0].body)

    def test_whole_debtor_asked(self):
        self._invoice(300, 10)
        self._invoice(200, -5)
        account = self._account()
        hold = self.Hold.with_user(self.collector).create(
            {"collection_id": account.id, "scope": "debtor", "kind": "other"}
        )
        self.assertEqual(hold.sudo().approval_ids.amount, 500)
        self.assertNotEqual(self._decisions()[self.debtor].reason, "debtor_paused")
        hold.sudo().approval_ids.with_env(self.env).action_approve()
        self.assertEqual(self._decisions()[self.debtor].reason, "debtor_paused")

    def test_refused_was_never_in_force(self):
        request = self._ask(1000)
        request.action_refuse("No")
        hold = self._hold_of(request)
        hold.invalidate_recordset()
        self.assertEqual((hold.state, self._account().held), ("refused", 0))
        self.assertEqual(
            self._decisions()[self.debtor].level.id, self.reminder.id, "no resume days either"
        )
        with self.assertRaisesRegex(UserError, "not in force|ended"):
            hold.date_to = self.today + timedelta(days=3)

    def test_ending_what_was_only_asked_for_withdraws_it(self):
        request = self._ask(1000)
        self._hold_of(request).with_user(self.collector).action_end()
        self.assertEqual(request.state, "withdrawn")
        self.assertEqual(self._hold_of(request).state, "refused")

    def test_a_waiting_hold_cannot_be_given_an_end(self):
        hold = self._hold_of(self._ask(1000)).with_user(self.collector)
        with self.assertRaisesRegex(UserError, "not in force"):
            hold.date_to = self.today + timedelta(days=3)
        for vals in ({"approval_state": "granted"}, {"approval_state": False}):
            with self.assertRaises(UserError):
                hold.write(vals)
        with self.assertRaises(UserError):
            self.Hold.with_user(self.collector).create(
                {
                    "collection_id": hold.collection_id.id,
                    "scope": "debtor",
                    "approval_state": "granted",
                }
            )

    def test_manager_places_within_the_limit(self):
        self._limit("manager", 1000)
        move = self._invoice(1500, 10)
        hold = self._hold(move, 1000, kind="other", date_to=False)
        self.assertEqual((hold.state, self._account().held), ("active", 1000))
        self.assertRecordValues(
            hold.approval_ids, [{"state": "approved", "amount": 1000.0, "self_approved": True}]
        )
        over = self._hold(move, 1, kind="other", date_to=False)
        self.assertEqual(over.state, "to_approve", "with the 1,000 of before it is over the limit")

    def test_without_the_checkbox_a_collector_is_refused(self):
        self.env.ref("ar_collections.group_ar_collection_user").implied_ids -= self.env.ref(
            "ar_collections.group_ar_collection_approvals"
        )
        self.collector.group_ids -= self.env.ref("ar_collections.group_ar_collection_approvals")
        with self.assertRaisesRegex(UserError, "until when"):
            self._ask(1000)

    def test_the_approver_is_asked_by_an_activity(self):
        request = self._ask(1000)
        activity = request.activity_id
        self.assertRecordValues(
            activity,
            [{"user_id": self.env.uid, "res_model": "ar.collection", "res_id": self._account().id}],
        )
        self.assertIn("Hold without end", activity.summary)
        request.action_approve()
        self.assertFalse(activity.exists())
        self.company.ar_approver_id = self._second_manager()
        self.assertEqual(self._ask(5).activity_id.user_id, self.company.ar_approver_id)

    def test_form_asks(self):
        move = self._invoice(1000, 10)
        self._account()
        place = (
            self.env["ar.collection.hold.place"]
            .with_user(self.collector)
            .create(
                {
                    "line_ids": self._item(move).ids,
                    "reason_id": self.env.ref("ar_collections.hold_reason_query").id,
                    "date_to": False,
                }
            )
        )
        place.action_place()
        self.assertEqual(self._account().hold_ids.state, "to_approve")
        self.assertIn("asked for", self._account().message_ids[0].body)


@tagged("post_install", "-at_install")
class TestApprovalOfNotices(SmtpMixin, ApprovalCommon):
    """Notices of levels that are not automatic; what is overridden is in the audit list."""

    def _deliver(self):
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_deliver").method_direct_trigger()

    def test_all_wait_and_leave_when_approved(self):
        notices = self._notices(100, 200, 300)
        self.assertEqual(set(notices.mapped("state")), {"to_approve"})
        self._deliver()
        self.assertFalse(self.sink.mails)
        requests = notices.approval_ids
        self.assertEqual(sorted(requests.mapped("amount")), [100, 200, 300])
        self.assertEqual(len(requests.activity_id), 1, "one activity for all")
        activity = requests.activity_id
        requests[0].action_approve()
        self.assertTrue(activity.exists())
        (requests[1:]).action_approve()
        self.assertFalse(activity.exists())
        self._deliver()
        self.assertEqual(len(self.sink.mails), 3)

    def test_refused_is_not_proposed_again_the_next_day(self):
        notice = self._notices(100)
        debtor = notice.collection_id.partner_id
        notice.approval_ids.action_refuse("The visit is on Monday")
        self._refresh()
        self.assertEqual(self._decisions()[debtor].reason, "quiet_period")
        after = self.today + timedelta(days=self.policy.quiet_days)
        self.assertEqual(self._decisions(today=after)[debtor].level.id, self.reminder.id)

    def test_cancelling_withdraws_the_request(self):
        notice = self._notices(100)
        notice.action_cancel()
        self.assertEqual(notice.approval_ids.state, "withdrawn")
        with self.assertRaisesRegex(UserError, "is cancelled and cannot become"):
            notice.action_approve()

    def test_a_claim_that_has_grown_is_asked_again(self):
        """A limit is not passed by what falls due between approval and delivery."""
        self._limit("all", 250, kind="notice")
        notice = self._notices(100)
        notice.with_user(self.lead).action_approve()
        self._invoice(400, 10, partner=notice.collection_id.partner_id)
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(notice, [{"state": "to_approve", "amount": 500.0}])
        again = notice.approval_ids.filtered(lambda request: request.state == "waiting")
        self.assertRecordValues(again, [{"amount": 500.0, "user_id": self.env.uid}])
        self.assertIn("grown from", again.reason)
        with self.assertRaisesRegex(UserError, "over your limit"):
            notice.with_user(self.lead).action_approve()
        notice.action_approve()
        self._deliver()
        self.assertEqual((len(self.sink.mails), notice.state), (1, "sent"))

    def test_limits_of_a_team_lead(self):
        self._limit("all", 250, kind="notice")
        notices = self._notices(100, 300)
        small = notices.filtered(lambda notice: notice.amount == 100)
        with self.assertRaisesRegex(UserError, "over your limit"):
            notices.with_user(self.lead).action_approve()
        small.with_user(self.lead).action_approve()
        self.assertEqual(sorted(notices.mapped("state")), ["queued", "to_approve"])

    def test_steps_cannot_be_skipped(self):
        request = self._notices(100).approval_ids
        for user in (self.collector, self.lead, self.env.user):
            records = request.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    records.write({"state": "approved"})
                with self.assertRaises(AccessError):
                    records.write({"amount": 1})
                with self.assertRaises(AccessError):
                    records.create({"name": "x", "kind": "notice", "state": "approved"})
                with self.assertRaises(UserError):
                    records.unlink()

    @mute_logger(DELIVERY)
    def test_overrides_are_noted(self):
        for action, text in (
            ("action_confirm_sent", "it was sent"),
            ("action_retry", "send again"),
            ("action_cancel", "given up"),
        ):
            debtor = self._debtor(action, email="x@debtor.example")
            self._invoice(100, 10, partner=debtor)
            notice = self._run().notice_ids.filtered(
                lambda notice, debtor=debtor: notice.collection_id.partner_id == debtor
            )
            notice._set_state("sending")
            notice._set_unknown("Interrupted")
            getattr(notice, action)()
            entry = self.Audit.search([("collection_id", "=", notice.collection_id.id)])
            self.assertRecordValues(
                entry,
                [{"event": "override", "user_id": self.env.uid, "company_id": self.company.id}],
            )
            self.assertIn(text, entry.what)

    def test_holds_ended_early_and_merges_are_noted(self):
        hold = self._hold(self._invoice(100, 10), days=14)
        hold.action_end()
        self.assertIn("Hold ended early", self.Audit.search([], limit=1).what)
        last = self._hold(self._invoice(100, 10), days=0)
        last.action_end()
        self.assertEqual(len(self.Audit.search([("event", "=", "override")])), 1)
        loser = self._debtor("Loser")
        self._ask(50, partner=loser).action_approve()
        account, gone = self._account(), self._account(loser)
        noted = self.Audit.search([("collection_id", "=", gone.id)])
        self.assertTrue(noted)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.debtor + loser).ids, self.debtor)
        self.env.invalidate_all()
        entry = self.Audit.search([("event", "=", "merge")])
        self.assertEqual(entry.collection_id, account)
        self.assertEqual(noted.collection_id, account, "history follows")

    @mute_logger("odoo.sql_db")
    def test_audit_list_is_append_only(self):
        self._ask(50).action_approve()
        entry = self.Audit.search([], limit=1)
        for user in (self.env.user, self._user("auditor", "readonly")):
            self.assertTrue(self.Audit.with_user(user).search([]))
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self.Audit.with_user(user).has_access(operation))
        for user in (self.collector, self.lead):
            self.assertFalse(self.Audit.with_user(user).has_access("read"))
        for function in (lambda: entry.sudo().write({"what": "x"}), entry.sudo().unlink):
            with self.assertRaises(UserError):
                function()
        self.env.flush_all()
        for statement in (
            "UPDATE ar_collection_audit SET what = 'x'",
            "UPDATE ar_collection_audit SET collection_id = NULL",
            "DELETE FROM ar_collection_audit",
        ):
            with self.assertRaisesRegex(psycopg2.Error, "cannot be changed"), self.cr.savepoint():
                self.cr.execute(statement)
