import smtplib
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.delivery_worker import Sessions
from .ledger import LedgerCommon
from .test_delivery import MAIL, DeliveryCommon

SEND = "odoo.addons.ar_collections.models.ar_collection_notice_send"
#: Statements of a claim and a hand-over, commits and progress included.
QUERIES = 24


@tagged("post_install", "-at_install")
class TestDeliveryBatch(DeliveryCommon, LedgerCommon):
    """What a worker keeps from notice to notice, and what it never keeps."""

    def _notices(self, count):
        """Notices of so many debtors, queued, in the order in which they leave."""
        debtors = [
            self._debtor(f"Debtor {number}", email=f"d{number}@debtor.example")
            for number in range(count)
        ]
        for debtor in debtors:
            self._invoice(100, 10, partner=debtor)
        notices = self._run().notice_ids.sorted("id")
        self.assertEqual(len(notices), count)
        return notices

    def _after_the_first(self, do):
        """Let something happen between the first and the second notice."""
        hand_over, done = self.Notice.__class__._hand_over_mail, []

        def handing_over(notice):
            hand_over(notice)
            if not done:
                done.append(notice)
                do(notice)
                self.env.flush_all()  # the job has an environment of its own

        self.patch(self.registry["ar.collection.notice"], "_hand_over_mail", handing_over)

    # === NEVER KEPT === #
    def test_paid_while_others_are_delivered(self):
        notices = self._notices(2)
        self._after_the_first(lambda first: self._pay((notices - first).line_ids.move_id))
        self._deliver()
        self.assertEqual(sorted(notices.mapped("state")), ["sent", "skipped"])
        self.assertEqual(len(self.sink.mails), 1)

    def test_held_while_others_are_delivered(self):
        notices = self._notices(2)
        self._after_the_first(lambda first: self._hold((notices - first).line_ids.move_id))
        self._deliver()
        self.assertEqual(sorted(notices.mapped("state")), ["sent", "skipped"])
        self.assertEqual(notices.filtered("reason").reason, "all_held")

    def test_blacklisted_while_others_are_delivered(self):
        notices = self._notices(2)
        self._after_the_first(
            lambda first: self.env["mail.blacklist"]._add((notices - first).partner_id.email)
        )
        self._deliver()
        self.assertEqual(sorted(notices.mapped("state")), ["sent", "skipped"])
        self.assertEqual(notices.filtered("reason").reason, "no_address")

    def test_the_next_action_of_somebody_else_is_not_overwritten_unseen(self):
        """An account read for the whole batch is read again before it is written."""
        notices = self._notices(2)

        def meanwhile(first):
            other = notices - first
            self._bank_line(100, other.partner_id)
            self.env.cr.execute(
                "UPDATE ar_collection SET next_action = 'Match the money on its way',"
                " next_action_date = %s WHERE id = %s",
                [self.today, first.collection_id.id],
            )

        self._after_the_first(meanwhile)
        self._deliver()
        self.env.invalidate_all()
        skipped = notices.filtered(lambda notice: notice.state == "skipped")
        self.assertEqual(skipped.reason, "money_on_its_way")
        self.assertEqual(skipped.collection_id.next_action, "Match the money on its way")

    # === SPEED === #
    def test_queries_of_one_more_notice(self):
        self.policy.level_ids.attach_letter = False
        notices, counts = self._notices(8), []
        notices[2:].state = "draft"
        for queued in (notices[:2], notices[2:]):
            queued.state = "queued"
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._deliver()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(self.sink.mails), 8)
        self.assertLessEqual((counts[1] - counts[0]) / 4, QUERIES)

    def test_one_connection_for_all(self):
        notices = self._notices(3)
        connect = IrMail_Server._connect__
        with patch.object(IrMail_Server, "_connect__", autospec=True, side_effect=connect) as calls:
            self._deliver()
        self.assertEqual(set(notices.mapped("state")), {"sent"})
        self.assertEqual(calls.call_count, 1)

    # === CONNECTIONS === #
    def test_dead_connection_is_replaced_before_a_mail_is_given_to_it(self):
        notices = self._notices(3)
        with patch.object(Sessions, "_is_alive", return_value=False):
            self._deliver()
        self.assertEqual(set(notices.mapped("state")), {"sent"})
        self.assertEqual(len(self.sink.mails), 3)

    @mute_logger(SEND, MAIL)
    def test_connection_lost_while_a_mail_is_given_to_it(self):
        """Delivery unknown for that one; the next ones go over a new connection."""
        notices = self._notices(3)
        send, lost = smtplib.SMTP.send_message, []

        def sending(session, *args, **kwargs):
            if not lost:
                lost.append(session)
                session.close()
                raise smtplib.SMTPServerDisconnected("gone")
            return send(session, *args, **kwargs)

        with patch.object(smtplib.SMTP, "send_message", sending):
            self._deliver()
        self.assertEqual(notices.mapped("delivery_unknown"), [True, False, False])
        self.assertEqual(notices.mapped("state"), ["failed", "sent", "sent"])
        self.assertEqual(len(self.sink.mails), 2)

    def test_statements_are_forgotten_with_the_worker(self):
        self._notices(1)
        self._deliver()
        self.env.cr.execute("SELECT count(*) FROM pg_prepared_statements")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    # === MAIL === #
    def test_thread_and_headers(self):
        """What message_post would have written: parent, references, reply to all."""
        [notice] = self._notices(1)
        account = notice.collection_id
        asked = account.message_post(body="A question", message_type="comment")
        account.message_post(body="Logged", message_type="notification")
        self._deliver()
        message = notice.mail_message_id
        self.assertEqual(message.parent_id, asked)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))
        self.assertEqual(message.partner_ids, notice.contact_id)
        self.assertEqual(message.author_id, notice.user_id.partner_id or self.company.partner_id)
        [mail] = self.sink.mails
        references = mail["message"]["References"].split()
        self.assertIn(asked.message_id, references)
        self.assertEqual(references[-1], message.message_id)
        self.assertEqual(message.body, notice.body)
        self.assertEqual(message.notification_ids.mail_mail_id.ids, [], "cleaned up")

    def test_text_of_somebody_else_is_cleaned(self):
        template = self.reminder.mail_template_id
        template.body_html = "<p>Hello <a t-att-href=\"'java' + 'script:alert(1)'\">you</a></p>"
        [notice] = self._notices(1)
        self._deliver()
        self.assertEqual(notice.state, "sent")
        self.assertIn("Hello", notice.mail_message_id.body)
        self.assertNotIn("javascript", notice.mail_message_id.body)
