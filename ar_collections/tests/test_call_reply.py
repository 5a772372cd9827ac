from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_call import CallCommon

MAIL = """\
From: Fiona Marsh <fiona@alpha.example>
To: receivables@office.example
Subject: Re: Reminder
Message-Id: <answer-1@alpha.example>
In-Reply-To: %s
References: %s
Content-Type: text/plain; charset=utf-8

I am checking the two older invoices.
"""


@tagged("post_install", "-at_install")
class TestCallReply(CallCommon):
    """A reply of the debtor wakes the account, and becomes an entry."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fiona = cls._debtor(
            "Fiona", email="fiona@alpha.example", parent_id=cls.debtor.id, is_company=False
        )

    def _reply(self):
        sent = self.account.message_post(
            body="Please pay", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.env["mail.thread"].message_process(None, MAIL % (sent.message_id, sent.message_id))
        return self.account.message_ids[0]

    def test_reply_wakes_the_account(self):
        self.account.snoozed_until = fields.Date.add(self.today, days=5)
        self._reply()
        self.assertTrue(self.account.reply_received_at)
        self.assertRecordValues(
            self.account,
            [
                {
                    "next_action": 'Answer "Fiona Marsh" <fiona@alpha.example>',
                    "next_action_date": self.today,
                    "last_contact_date": self.today,
                    "snoozed_until": False,
                }
            ],
        )

    def test_reply_becomes_an_entry(self):
        message = self._reply()
        account = self.account.with_user(self.lena).with_context(ar_message_id=message.id)
        context = account.action_log_call()["context"]
        self.assertEqual(context["default_contact_id"], self.fiona.id)
        self.assertEqual(context["default_number"], "fiona@alpha.example")
        self.assertEqual(context["default_note"], "I am checking the two older invoices.")
        call = self._log(
            "refuses",
            channel="email",
            direction="in",
            note="Checks",
            message_id=context["default_message_id"],
        )
        self.assertEqual(call.message_id, message)
        self.assertFalse(self.account.reply_received_at, "it was answered")
        self.assertEqual(call.is_attempt, False)

    def test_reply_becomes_a_promise(self):
        message = self._reply()
        account = self.account.with_user(self.lena)
        action = account.with_context(ar_message_id=message.id, ar_result="promise")
        context = action.action_log_call()["context"]
        self.assertEqual(context["default_result_id"], self._result("promise").id)

    def test_an_attempt_without_answer_answers_nothing(self):
        self._reply()
        self._log("no_answer")
        self.assertTrue(self.account.reply_received_at)

    def test_writing_to_the_debtor_answers(self):
        self._reply()
        self.account.with_user(self.lena).message_post(
            body="Thanks", message_type="comment", partner_ids=self.fiona.ids
        )
        self.assertFalse(self.account.reply_received_at)

    def test_message_of_another_debtor(self):
        other = self._debtor("Beta")
        self._invoice(50, 5, partner=other)
        message = self._account(other).message_post(body="Hello")
        with self.assertRaisesRegex(UserError, "does not belong"):
            self.account.with_context(ar_message_id=message.id).action_log_call()
