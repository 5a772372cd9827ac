from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SmtpMixin
from .test_call import CallCommon


@tagged("post_install", "-at_install")
class TestCallCopy(SmtpMixin, CallCommon):
    """Copies of invoices: queued by the call, handed over by a job, once."""

    def setUp(self):
        super().setUp()
        self.company.email = "receivables@office.example"

    def _ask(self, **vals):
        item = self._item(self.invoice)
        self._log("copy", line_ids=[Command.set(item.ids)], **vals)
        return self.env["ar.collection.copy"].search([("collection_id", "=", self.account.id)])

    def _send(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_copy").method_direct_trigger()
        self.env.invalidate_all()

    def test_copies_leave_with_the_job_not_with_the_call(self):
        copies = self._ask()
        self.assertRecordValues(copies, [{"state": "queued", "email_to": "alpha@debtor.example"}])
        self.assertFalse(self.sink.mails)
        self._send()
        self.assertEqual(copies.state, "sent")
        [mail] = self.sink.mails
        self.assertEqual(mail["to"], ["alpha@debtor.example"])
        self.assertIn(self.invoice.name, mail["message"]["subject"])
        files = list(mail["message"].iter_attachments())
        self.assertEqual(len(files), 1)
        self._send()
        self.assertEqual(len(self.sink.mails), 1, "once")

    def test_what_did_not_leave_is_the_next_action(self):
        copies = self._ask()
        self.sink.refuse = "550 no such user"
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self._send()
        self.assertEqual(copies.state, "failed")
        self.assertEqual(self.account.next_action, "Send the invoice copies another way")
        self.assertEqual(self.account.next_action_date, self.today)

    # === THE CONTACT RULE === #
    def test_the_contact_rule_forbids(self):
        item = self._item(self.invoice).with_user(self.lena)
        self.account.attorney_id = self._debtor("Studio Legale Conti")
        with self.assertRaisesRegex(UserError, "attorney.*Studio Legale Conti"):
            item.action_ar_copy()
        self.account.attorney_id = False
        self.account.written_only = True
        item.action_ar_copy()
        self.account.written_only = False
        self.account.do_not_contact = True
        self._send()
        [copies] = self.env["ar.collection.copy"].search([])
        self.assertEqual(copies.state, "failed", "forbidden meanwhile")
        self.assertFalse(self.sink.mails)
        self.assertEqual(self.account.next_action, "Send the invoice copies another way")

    def test_copies_wait_for_the_hours(self):
        rule = self.env.ref("ar_collections.contact_rule_business")
        rule.write({"active": True, "hours_email": True})
        with freeze_time("2026-11-21 12:00:00"):  # a Saturday
            action = (
                self._item(self.invoice)
                .with_user(self.lena)
                .with_context(tz="UTC")
                .action_ar_copy()
            )
            self.assertIn("as soon as the contact rule allows it", action["params"]["message"])
            [copies] = self.env["ar.collection.copy"].search([])
            self._send()
            self.assertEqual(copies.state, "queued")
            self.assertGreater(str(copies.allowed_at), "2026-11-22 20:00")
        with freeze_time(copies.allowed_at + timedelta(minutes=1)):
            self._send()
        self.assertEqual(copies.state, "sent")

    def test_an_interrupted_copy_is_never_sent_again_by_itself(self):
        """The job died between the mail server's acceptance and the answer."""
        copies = self._ask()
        copies.sudo().state = "sending"
        self._send()
        self.assertEqual(copies.state, "failed")
        self.assertIn("interrupted", copies.error)
        self.assertFalse(self.sink.mails)
        self.assertEqual(self.account.next_action, "Send the invoice copies another way")

    def test_a_broken_text_stops_no_other(self):
        first = self._ask()
        self._ask()
        copies = self.env["ar.collection.copy"].search([("collection_id", "=", self.account.id)])
        model = type(copies)
        write_mail = model._write_mail

        def broken(copy):
            if copy == first:
                raise ValueError("Broken")
            return write_mail(copy)

        with patch.object(model, "_write_mail", broken), self.assertLogs(level="WARNING"):
            self._send()
        self.assertEqual(first.state, "failed")
        self.assertEqual((copies - first).state, "sent")

    def test_interrupted_copies_are_not_sent_again(self):
        copies = self._ask()
        copies.sudo().state = "sending"
        self._send()
        self.assertFalse(self.sink.mails)

    def test_nobody_to_send_to(self):
        self.debtor.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            self._ask()
        self.debtor.email = "alpha@debtor.example"
        self.env["mail.blacklist"].create({"email": "alpha@debtor.example"})
        with self.assertRaisesRegex(UserError, "no more e-mails"):
            self._ask()
