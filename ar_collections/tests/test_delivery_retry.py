from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_delivery import DELIVERY, MAIL, DeliveryCommon


@tagged("post_install", "-at_install")
class TestDeliveryRetry(DeliveryCommon):
    """The mail server is down for a while: nothing is lost, nothing is doubled."""

    def _break(self):
        """Nobody listens; gives the port back to mend it."""
        server = self.env["ir.mail_server"].search([])
        port, server.smtp_port = server.smtp_port, 9
        return server, port

    def _wait(self, notice):
        """Let the pause be over."""
        notice.sudo().retry_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()

    @mute_logger(MAIL, DELIVERY)
    def test_down_for_an_hour(self):
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        server, port = self._break()
        pauses = []
        for _try in range(4):
            self._deliver()
            self.assertEqual(notice.state, "queued")
            pauses.append(round((notice.retry_at - fields.Datetime.now()).total_seconds() / 60))
            self._deliver()  # at once again: it waits
            self._wait(notice)
        self.assertEqual(pauses, [5, 15, 30, 60])
        self.assertEqual((notice.pauses, notice.tries), (4, 4))
        self.assertTrue(notice.error, "the list shows why")
        self.assertFalse(self._item(move).ar_level_id)
        self.assertFalse(self._account().last_notice_date)
        self.assertEqual(self._decisions()[self.debtor].reason, "pending_notice")
        server.smtp_port = port
        self._deliver()
        self._deliver()
        self.assertEqual(len(self.sink.mails), 1)
        self.assertRecordValues(
            notice, [{"state": "sent", "pauses": 0, "retry_at": False, "error": False}]
        )
        self.assertEqual(self._item(move).ar_level_id, self.reminder)
        account = self._account()
        self.assertEqual(len(account.message_ids.filtered("partner_ids")), 1)
        letters = self.env["ir.attachment"].search(
            [("res_model", "=", "ar.collection"), ("res_id", "=", account.id)]
        )
        self.assertEqual(letters, notice.attachment_id, "failed tries leave nothing behind")

    @mute_logger(MAIL, DELIVERY)
    def test_paid_while_the_server_was_down(self):
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        server, port = self._break()
        self._deliver()
        self._pay(move)
        server.smtp_port = port
        self._wait(notice)
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(notice, [{"state": "skipped", "reason": "nothing_overdue"}])

    @mute_logger(MAIL, DELIVERY)
    def test_after_the_last_pause_a_person_decides(self):
        notice = self._queued()
        self._break()
        notice.sudo().pauses = 7
        self._deliver()
        self.assertRecordValues(
            notice, [{"state": "failed", "delivery_unknown": False, "retry_at": False}]
        )

    @mute_logger(MAIL, DELIVERY)
    def test_a_busy_server_is_asked_again(self):
        notice = self._queued()
        self.sink.refuse = "451 busy, come back later"
        self._deliver()
        self.assertRecordValues(notice, [{"state": "queued", "pauses": 1}])
        self.assertIn("451", notice.error)
        self.sink.refuse = None
        self._wait(notice)
        self._deliver()
        self.assertEqual(notice.state, "sent")
        self.assertEqual(len(self.sink.mails), 1)

    @mute_logger(MAIL, DELIVERY)
    def test_an_outage_is_not_tried_with_every_notice(self):
        for number in range(5):
            partner = self._debtor(f"Down {number}", email=f"down{number}@debtor.example")
            self._invoice(100, 10, partner=partner)
        notices = self._run().notice_ids
        server, port = self._break()
        self._deliver()
        self.assertEqual(sorted(notices.mapped("tries")), [0, 0, 1, 1, 1])
        self.assertEqual(set(notices.mapped("state")), {"queued"})
        server.smtp_port = port
        self._wait(notices)
        self._deliver()
        self.assertEqual(set(notices.mapped("state")), {"sent"})
        self.assertEqual(len(self.sink.mails), 5)

    # === WORKERS === #
    def test_as_many_jobs_as_workers(self):
        cron = self.env.ref("ar_collections.ir_cron_ar_collection_deliver")
        self.env["res.config.settings"].create({"ar_delivery_workers": 3}).execute()
        crons = self.Notice._delivery_crons()
        self.assertEqual(len(crons), 3)
        self.assertEqual(crons[0], cron)
        self.assertEqual(set(crons.mapped("code")), {"model._cron_deliver()"})
        self.assertEqual(set(crons.mapped("active")), {True})
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "in", crons.ids)])
        self.Notice._trigger_delivery()
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "in", crons.ids)])
        self.assertEqual(after - before, 3)
        self.env["res.config.settings"].create({"ar_delivery_workers": 1}).execute()
        self.assertEqual(self.Notice._delivery_crons(), cron)
        self.assertEqual(crons.exists(), cron)

    def test_workers_are_at_least_one(self):
        with self.assertRaisesRegex(UserError, "between 1 and"):
            self.Notice._set_delivery_workers(0)
