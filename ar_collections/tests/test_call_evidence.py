from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .test_call import CallCommon


@tagged("post_install", "-at_install")
class TestCallEvidence(CallCommon):
    """After its day an entry is changed by a manager only, and the old text stays."""

    def _old(self, **vals):
        """A call that Lena logged yesterday."""
        call = self._log("refuses", note="Will not pay", **vals)
        self.env.flush_all()
        yesterday = fields.Datetime.now() - timedelta(days=1)
        self.env.cr.execute(
            "UPDATE ar_collection_call SET create_date = %s WHERE id = %s", [yesterday, call.id]
        )
        call.invalidate_recordset()
        return call

    def test_on_its_day_who_logged_it_corrects_it(self):
        call = self._log("refuses", note="Will not pay")
        call.note = "Will pay half"
        self.assertFalse(call.former)
        reason = self.env.ref("ar_collections.nonpayment_reason_cash")
        call.write({"result_id": self._result("cannot_pay"), "nonpayment_reason_id": reason.id})
        self.assertEqual(self.account.next_action, "Offer a payment plan")
        call.unlink()
        self.assertFalse(self.account.last_call_id)

    def test_a_correction_must_still_have_what_the_result_asks_for(self):
        call = self._log("refuses", note="Will not pay")
        with self.assertRaisesRegex(UserError, "needs the reason"):
            call.result_id = self._result("cannot_pay")

    def test_nobody_else_does(self):
        self.account.user_id = False
        call = self._log("refuses", note="Will not pay")
        with self.assertRaisesRegex(UserError, "logged by lena"):
            call.with_user(self.tomas).note = "Other"
        with self.assertRaisesRegex(UserError, "logged by lena"):
            call.with_user(self.tomas).unlink()

    def test_after_its_day_only_a_manager_and_the_old_text_stays(self):
        call = self._old()
        self.assertFalse(call.can_edit)
        with self.assertRaisesRegex(UserError, "evidence"):
            call.note = "Other"
        with self.assertRaisesRegex(UserError, "evidence"):
            call.unlink()
        boss = call.with_user(self.boss)
        boss.write({"note": "Will pay half", "reached": "other"})
        self.assertIn("Will not pay", call.former)
        self.assertIn("Right person reached was: Yes", call.former)
        boss.note = "Will pay all"
        self.assertIn("Will pay half", call.former)
        entries = self.env["ar.collection.audit"].search([("res_model", "=", "ar.collection.call")])
        self.assertEqual(entries.mapped("event"), ["correction"] * 2)
        self.assertEqual(entries.user_id, self.boss)

    def test_what_a_manager_deletes_stays_readable(self):
        call = self._old()
        call.with_user(self.boss).unlink()
        self.assertIn("Will not pay", self.account.message_ids[0].body)
        self.assertFalse(self.account.last_call_id)

    def test_yesterday_is_a_day_of_the_company(self):
        self.company.partner_id.tz = "Asia/Tokyo"
        with freeze_time("2026-03-02 14:30:00"):  # 23:30 in Tokyo
            call = self._log("refuses", note="No")
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE ar_collection_call SET create_date = '2026-03-02 14:30:00' WHERE id = %s",
                [call.id],
            )
            call.invalidate_recordset()
            self.assertTrue(call.can_edit)
        call.invalidate_recordset()
        with freeze_time("2026-03-02 15:30:00"):  # the next day in Tokyo
            self.assertFalse(call.can_edit)

    def test_auditor_reads_and_changes_nothing(self):
        auditor = self._user("auditor-of-calls", "readonly")
        call = self._log("refuses", note="No").with_user(auditor)
        self.assertEqual(call.note, "No")
        for change in (lambda: call.write({"note": "x"}), call.unlink):
            with self.assertRaises(AccessError):
                change()

    # === PROMISES === #
    def test_promises_made_on_the_call(self):
        due = fields.Date.add(self.today, days=7)
        call = self._log(
            "promise",
            line_ids=[Command.set(self._item(self.invoice).ids)],
            promise_ids=[Command.create({"amount": 600, "date": due})],
        )
        promise = call.promise_ids
        self.assertRecordValues(
            promise, [{"amount": 600, "collection_id": self.account.id, "state": "open"}]
        )
        self.assertEqual(promise.line_ids.line_id, self._item(self.invoice))
        line = self.account.message_ids[0].body
        self.assertIn("600.00", line)
        self.assertGreater(call.next_action_date, due)
        self.assertEqual(self.account.next_action, "Check payment")

    def test_a_promise_result_needs_a_promise(self):
        with self.assertRaisesRegex(UserError, "at least one promise line"):
            self._log("promise")

    def test_a_promise_of_an_earlier_call_cannot_be_taken(self):
        due = fields.Date.add(self.today, days=7)
        first = self._log("promise", promise_ids=[Command.create({"amount": 5, "date": due})])
        with self.assertRaisesRegex(UserError, "changes no earlier one"):
            self._log("promise", promise_ids=[Command.link(first.promise_ids.id)])
        with self.assertRaisesRegex(UserError, "evidence"):
            first.write({"promise_ids": [Command.delete(first.promise_ids.id)]})

    def test_promise_in_the_past_and_of_nothing(self):
        past = fields.Date.subtract(self.today, days=1)
        with self.assertRaisesRegex(UserError, "has passed"):
            self._log("promise", promise_ids=[Command.create({"amount": 5, "date": past})])

    def test_log_with_promises(self):
        due = str(fields.Date.add(self.today, days=7))
        answer = self.Call.with_user(self.lena).log(
            {
                "collection_id": self.account.id,
                "result_id": self._result("promise").id,
                "promises": [{"amount": 600, "date": due}],
            }
        )
        promise = self.env["ar.collection.promise"].browse(answer["promise_ids"])
        self.assertRecordValues(promise, [{"amount": 600, "call_id": answer["id"]}])
        for wrong in ([{"amount": 600}], ["600"], [{"amount": 6, "date": due, "state": "kept"}]):
            with self.subTest(wrong=wrong), self.assertRaises(UserError):
                self.Call.with_user(self.lena).log(
                    {
                        "collection_id": self.account.id,
                        "result_id": self._result("promise").id,
                        "promises": wrong,
                    }
                )
