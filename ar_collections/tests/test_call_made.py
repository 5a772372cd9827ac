from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_call import CallCommon


@tagged("post_install", "-at_install")
class TestCallMade(CallCommon):
    """What leaves while somebody is on the phone, and the reminder to call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.ar_catch_up_done = True
        cls.own = cls.account.with_user(cls.lena)

    def _during(self, key):
        return {"ar_collections_call_key": key}

    # === LINKS === #
    def test_the_call_names_its_notices_and_copies(self):
        key = self.own.action_log_call()["context"]["default_request_key"]
        self.own.with_context(**self._during(key)).action_send_notice()
        item = self._item(self.invoice).with_user(self.lena)
        item.with_context(**self._during(key)).action_ar_copy()
        notice = self.account.notice_ids
        self.assertEqual(len(notice), 1)
        call = self._log("refuses", note="No", request_key=key)
        self.assertEqual(call.notice_ids, notice)
        self.assertEqual(call.copy_ids.move_ids, self.invoice)
        body = self.account.message_ids[0].body
        self.assertIn(notice.name, body)
        self.assertIn(self.invoice.name, body)
        other = self._log("refuses", note="Still no", request_key="another")
        self.assertFalse(other.notice_ids)
        self.assertFalse(other.copy_ids)

    def test_an_earlier_notice_is_not_of_the_call(self):
        self.own.action_send_notice()
        self.own.with_context(**self._during("k")).action_send_notice()
        call = self._log("refuses", note="No", request_key="k")
        self.assertFalse(call.notice_ids, "it had one today already")

    def test_a_result_that_sends_copies_is_listed_once(self):
        call = self._log("copy", line_ids=[(6, 0, self._item(self.invoice).ids)], request_key="k")
        self.assertEqual(len(call.copy_ids), 1)
        self.assertNotIn("meanwhile", self.account.message_ids[0].body)

    def test_form(self):
        context = self.own.action_log_call()["context"]
        new = self.Call.with_user(self.lena).with_context(**context).new({})
        self.assertTrue(new.brief["also"])
        self.assertFalse(self._log("refuses", note="No").brief["also"], "it is over")

    # === REMINDER === #
    def test_reminder_is_a_call_back(self):
        at = fields.Datetime.now() + timedelta(days=2)
        self.own.write({"snoozed_until": self.today + timedelta(days=9), "snooze_reason": "x"})
        self.own.action_remind(fields.Datetime.to_string(at))
        self.assertEqual(self.account.callback_at, at.replace(microsecond=0))
        self.assertFalse(self.account.snoozed_until)
        self.assertEqual(self.account.next_action, "Call")
        self.account.sudo()._recount_calls()
        self.assertEqual(self.account.callback_at, at.replace(microsecond=0), "a reply keeps it")
        self._log("no_answer")
        self.assertFalse(self.account.remind_at, "the debtor was called")
        self.assertFalse(self.account.callback_at)

    def test_reminder_is_no_consent(self):
        """What the debtor asked for is allowed against attempts and quiet days; a reminder not."""
        account = self.account.sudo()
        at = fields.Datetime.now() + timedelta(hours=1)
        self._log("callback", callback_at=at)
        [row] = account._contact_rows()
        self.assertEqual(row["callback_at"], self.account.callback_at)
        self.own.action_remind(at + timedelta(hours=1))
        [row] = account._contact_rows()
        self.assertFalse(row["callback_at"])

    def test_reminder_refused(self):
        with self.assertRaisesRegex(UserError, "still ahead"):
            self.own.action_remind(fields.Datetime.now() - timedelta(minutes=1))
        with self.assertRaises(AccessError):
            self.account.with_user(self.tomas).action_remind(
                fields.Datetime.now() + timedelta(hours=1)
            )

    # === THE NEXT === #
    def test_next_on_the_page(self):
        beta = self._debtor("Beta")
        self._invoice(10, 5, partner=beta)
        other = self._account(beta)
        other.user_id = self.lena
        ids = (self.account | other).ids
        account = self.own.with_context(ar_next_ids=ids, ar_next_on_page=True)
        self.assertTrue(account.action_log_call()["context"]["ar_next_on_page"])
        self.assertEqual(
            account._action_next(),
            {"type": "ir.actions.act_window_close", "infos": {"ar_next_id": other.id}},
        )
        self.assertEqual(other.in_use_by, self.lena, "the mark is left on it")
        last = other.with_user(self.lena).with_context(ar_next_ids=ids, ar_next_on_page=True)
        self.assertNotIn("infos", last._action_next())
