from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BOUNCE
from .ledger import LedgerCommon
from .test_channel import DELIVERY, MAIL, ChannelCommon

GATEWAY = "odoo.addons.mail.models.mail_thread"


@tagged("post_install", "-at_install")
class TestProblem(ChannelCommon, LedgerCommon):
    """One list of what did not arrive, and what can be done about it."""

    def setUp(self):
        super().setUp()
        self.Problem = self.env["ar.collection.problem"]

    def _problems(self, partner=None):
        self.env.flush_all()
        self.Problem.invalidate_model()
        return self.Problem.search([("partner_id", "=", (partner or self.debtor).id)])

    def _sent(self):
        self.move = self._invoice(1000, 10)
        notice = self._notices()
        self._deliver()
        self.assertEqual(notice.state, "sent")
        return notice

    # === BOUNCES === #
    @mute_logger(GATEWAY)
    def test_a_bounce_is_found_by_its_message(self):
        other = self._debtor("Beta", email="beta@debtor.example")
        self._invoice(200, 10, partner=other)
        notice = self._sent()
        bystander = self._account(other).notice_ids
        self._bounce(notice)
        self.assertRecordValues(
            notice,
            [{"state": "failed", "failure": "bounce", "error": "550 5.1.1 No such user"}],
        )
        self.assertEqual(bystander.state, "sent")
        self.assertFalse(self._item(self.move).ar_level_id)
        self.assertEqual(notice.mail_message_id.notification_ids.notification_status, "bounce")
        [problem] = self._problems()
        self.assertRecordValues(
            problem,
            [
                {
                    "kind": "bounce",
                    "notice_id": notice.id,
                    "address": "alpha@debtor.example",
                    "amount": 1000.0,
                    "level_name": "Reminder",
                }
            ],
        )
        self.assertIn("The e-mail to alpha@debtor.example came back", problem.what)

    @mute_logger(GATEWAY)
    def test_what_is_no_bounce(self):
        notice = self._sent()
        for action in ("delayed", "relayed", "delivered"):
            self._bounce(notice, action=action)
            self.assertEqual(notice.state, "sent", action)
        message = self._account().message_post(body="Hello", partner_ids=self.debtor.ids)
        self.env["mail.thread"].message_process(
            None,
            BOUNCE % ("alpha@debtor.example", "failed", "550 gone", message.message_id),
        )
        self.assertEqual(notice.state, "sent", "another message to the address came back")

    @mute_logger(GATEWAY)
    def test_a_bounce_twice(self):
        notice = self._sent()
        self._bounce(notice)
        self._bounce(notice, code="another")
        self.assertEqual(notice.error, "550 5.1.1 No such user")

    @mute_logger(GATEWAY, DELIVERY)
    def test_a_bounce_answers_what_was_unknown(self):
        self._invoice(1000, 10)
        notice = self._notices()
        notice._claim()
        self._deliver()
        self.assertTrue(notice.delivery_unknown)
        self._bounce(notice)
        self.assertRecordValues(notice, [{"failure": "bounce", "delivery_unknown": False}])
        self.assertFalse(notice.line_ids.line_id.ar_level_id)

    @mute_logger(GATEWAY)
    def test_a_bad_address_is_not_used_again(self):
        """The next run takes the fallback, until somebody has mended the address."""
        self.debtor.write(self.place)
        notice = self._sent()
        self._bounce(notice)
        self.assertEqual(self._decisions()[self.debtor].reason, "no_address")
        self.reminder.fallback_channel = "letter"
        self.assertEqual(self._decisions()[self.debtor].channels, ("letter",))
        self.debtor.email = "new@debtor.example"
        self.assertEqual(self._decisions()[self.debtor].channels, ("email",))

    # === THE LIST === #
    def test_no_address_of_the_last_run(self):
        lost = self._debtor("Lost")
        self._invoice(300, 10, partner=lost)
        run = self._run()
        [problem] = self._problems(lost)
        self.assertRecordValues(problem, [{"kind": "no_address", "amount": 300.0}])
        self.assertEqual(problem.action_open()["res_model"], "ar.collection")
        self.env["ar.collection.run"]._action_simulate(self.company)
        self.assertEqual(self._problems(lost), problem, "a simulation is no run")
        with self.assertRaisesRegex(UserError, "Lost"):
            problem.action_retry()
        with self.assertRaisesRegex(UserError, "Lost"):
            problem.action_other_channel()
        lost.email = "found@debtor.example"
        problem.action_retry()
        self.assertFalse(self._problems(lost))
        notice = self._account(lost).notice_ids
        self.assertRecordValues(notice, [{"state": "queued", "run_id": run.id}])
        self._deliver()
        self.assertEqual(notice.state, "sent")
        self.assertEqual([mail["to"] for mail in self.sink.mails], [["found@debtor.example"]])

    def _lost(self):
        """A debtor without an address whose problem was dismissed."""
        lost = self._debtor("Lost")
        self._invoice(300, 10, partner=lost)
        self._run()
        self._dismiss(self._problems(lost), "Pays by cheque")
        self.assertFalse(self._problems(lost))
        self._account(lost).write({"next_action": False, "next_action_date": False})
        return lost

    def test_missing_address_stays_dismissed(self):
        lost = self._lost()
        for _night in range(2):
            self._run()
            self.assertFalse(self._problems(lost))
            self.assertFalse(self._account(lost).next_action, "nobody is asked for it")
        self._invoice(50, -20, partner=lost)
        self._run()
        self.assertFalse(self._problems(lost), "what is not due changes nothing")

    def test_dismissed_until_more_is_overdue(self):
        lost = self._lost()
        self._invoice(1, 2, partner=lost)
        self._run()
        self.assertEqual(self._problems(lost).amount, 301)

    def test_dismissed_until_an_address_changes(self):
        lost = self._lost()
        lost.street = "Half an address 1"
        self._run()
        self.assertTrue(self._problems(lost))

    def _dismiss(self, problems, reason):
        action = problems.action_dismiss()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({"reason": reason}).action_dismiss()

    # === SETTLING === #
    @mute_logger(MAIL, DELIVERY)
    def test_refused_then_sent_as_letter(self):
        self.debtor.write(self.place)
        move = self._invoice(1000, 10)
        notice = self._notices()
        self.sink.refuse = "554 no"
        self._deliver()
        [problem] = self._problems()
        self.assertEqual(problem.kind, "refused")
        self.assertIn("554", problem.error)
        self._pay(move, 400)
        problem.action_other_channel()
        letter = self._account().notice_ids - notice
        self.assertRecordValues(
            notice + letter,
            [
                {"state": "cancelled", "dismiss_reason": f"Sent otherwise: {letter.name}"},
                {"state": "queued", "dismiss_reason": False},
            ],
        )
        self._deliver()
        self.assertRecordValues(
            letter, [{"state": "to_print", "channel": "letter", "amount": 600.0}]
        )
        self.assertEqual(self._item(move).ar_level_id, self.reminder)
        self.assertFalse(self._problems())

    @mute_logger(DELIVERY)
    def test_unknown_sent_otherwise_after_a_fresh_guard(self):
        self.debtor.write(self.place)
        move = self._invoice(1000, 10)
        notice = self._notices()
        notice._claim()
        self._deliver()
        self.assertEqual(self._problems().kind, "unknown")
        self._pay(move)
        self._problems().action_other_channel()
        self._deliver()
        letter = self._account().notice_ids - notice
        self.assertRecordValues(letter, [{"state": "skipped", "reason": "nothing_overdue"}])
        self.assertFalse(self._item(move).ar_level_id)

    @mute_logger(DELIVERY)
    def test_unknown_confirmed_or_dismissed(self):
        other = self._debtor("Beta", email="beta@debtor.example")
        self._invoice(200, 10, partner=other)
        move = self._invoice(1000, 10)
        mine = self._notices()
        theirs = self._account(other).sudo().notice_ids
        for notice in (mine, theirs):
            notice._claim()
        self._deliver()
        problems = self._problems() | self._problems(other)
        self.assertEqual(problems.mapped("kind"), ["unknown", "unknown"])
        self._problems().action_confirm_sent()
        self.assertEqual(mine.state, "sent")
        self.assertEqual(self._item(move).ar_level_id, self.reminder)
        self._dismiss(self._problems(other), "They rang: it is paid")
        self.assertRecordValues(
            theirs, [{"state": "cancelled", "dismiss_reason": "They rang: it is paid"}]
        )
        self.assertFalse(theirs.line_ids.line_id.ar_level_id)
        entry = self.env["ar.collection.audit"].search([("res_id", "=", theirs.id)], limit=1)
        self.assertEqual(entry.reason, "They rang: it is paid")

    @mute_logger(MAIL, DELIVERY)
    def test_only_what_is_unknown_can_be_confirmed(self):
        self._invoice(1000, 10)
        self._notices()
        self.sink.refuse = "554 no"
        self._deliver()
        with self.assertRaisesRegex(UserError, "unknown delivery"):
            self._problems().action_confirm_sent()
        with self.assertRaisesRegex(UserError, "Alpha"):
            self._problems().action_other_channel()  # no postal address

    # === ROLES === #
    @mute_logger(MAIL, DELIVERY)
    def test_who_sees_and_who_settles(self):
        self._invoice(1000, 10)
        bell, cook = self._user("bell-problem", "user"), self._user("cook-problem", "user")
        lead = self._user("lead-problem", "all")
        auditor = self._user("auditor-problem", "readonly")
        self._account().user_id = bell
        self._notices()
        self.sink.refuse = "554 no"
        self._deliver()
        problem = self._problems()
        for user, sees in ((bell, True), (cook, False), (lead, True), (auditor, True)):
            own = self.Problem.with_user(user)
            self.assertEqual(bool(own.search([("id", "=", problem.id)])), sees, user.login)
            self.assertEqual(self.Notice.with_user(user).to_do()["problems"], int(sees))
            for action in (
                "action_retry",
                "action_other_channel",
                "action_confirm_sent",
                "action_dismiss",
            ):
                with self.assertRaises(AccessError):
                    getattr(problem.with_user(user), action)()
        with self.assertRaises(AccessError):
            self.env["ar.collection.problem.dismiss"].with_user(lead).create({"reason": "x"})
