from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ..tools import call as rules
from .ledger import LedgerCommon


class CallCommon(LedgerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Call = cls.env["ar.collection.call"]
        cls.lena = cls._user("lena", "user")
        cls.tomas = cls._user("tomas", "user")
        cls.boss = cls._user("boss-of-calls", "manager")
        cls.invoice = cls._invoice(1000, 20)
        cls.young = cls._invoice(400, -10)
        cls.env["ar.collection"]._refresh(cls.debtor.ids)
        cls.account = cls.Account.search([("partner_id", "=", cls.debtor.id)])
        cls.account.user_id = cls.lena

    @classmethod
    def _result(cls, name):
        return cls.env.ref(f"ar_collections.call_result_{name}")

    def _log(self, result, user=None, account=None, **vals):
        return (
            self.Call.with_user(user or self.lena)
            .create(
                {
                    "collection_id": (account or self.account).id,
                    "result_id": self._result(result).id,
                    **vals,
                }
            )
            .with_user(user or self.lena)
        )


@tagged("post_install", "-at_install")
class TestCall(CallCommon):
    """Logging a call: what it asks for, counts as, and leaves on the account."""

    def test_no_answer_counts_and_proposes(self):
        call = self._log("no_answer")
        self.assertRecordValues(
            call,
            [
                {
                    "user_id": self.lena.id,
                    "reached": "nobody",
                    "right_party": False,
                    "is_attempt": True,
                    "is_contact": False,
                    "next_action": "Call again",
                    "next_action_date": rules.add_working_days(self.today, 1),
                    "contact_id": self.debtor.id,
                }
            ],
        )
        self.assertRecordValues(
            self.account,
            [
                {
                    "last_call_id": call.id,
                    "last_result_id": self._result("no_answer").id,
                    "unanswered_attempts": 1,
                    "last_contact_date": False,
                    "next_action": "Call again",
                    "next_action_date": rules.add_working_days(self.today, 1),
                }
            ],
        )

    def test_a_conversation_ends_the_attempts_without_answer(self):
        now = fields.Datetime.now()
        self._log("no_answer", date=now - timedelta(hours=3))
        self._log("voicemail", date=now - timedelta(hours=2))
        self._log("busy", date=now - timedelta(hours=1))
        self.assertEqual(self.account.unanswered_attempts, 2, "one that was busy did not connect")
        self._log("refuses", note="No")
        self.assertEqual(self.account.unanswered_attempts, 0)
        self.assertEqual(self.account.last_contact_date, self.today)

    def test_an_incoming_call_is_no_attempt(self):
        call = self._log("refuses", note="No", direction="in")
        self.assertEqual((call.is_attempt, call.is_contact), (False, True))

    def test_a_call_noted_late_is_not_the_last(self):
        last = self._log("refuses", note="No")
        late = self._log("no_answer", date=fields.Datetime.now() - timedelta(days=2))
        self.assertEqual(self.account.last_call_id, last)
        self.assertEqual(self.account.next_action, last.next_action)
        self.assertEqual(late.next_action, "Call again")

    def test_a_changed_result_changes_no_past(self):
        call = self._log("no_answer")
        self._result("no_answer").is_attempt = False
        self.env.flush_all()
        call.invalidate_recordset()
        self.assertTrue(call.is_attempt)

    def test_call_back_with_a_time(self):
        at = fields.Datetime.now() + timedelta(days=3)
        call = self._log("callback", callback_at=at)
        self.assertEqual(self.account.callback_at, call.callback_at)
        self.assertEqual(self.account.next_action, "Call back")
        self.assertEqual(self.account.next_action_date, at.date())
        self._log("no_answer")
        self.assertFalse(self.account.callback_at, "the debtor was called")

    def test_last_contact_is_a_day_of_the_company(self):
        self.company.partner_id.tz = "Asia/Tokyo"
        with freeze_time("2026-03-02 20:00:00"):  # the 3rd in Tokyo
            self._log("refuses", note="No")
        self.assertEqual(str(self.account.last_contact_date), "2026-03-03")

    # === WHAT RESULTS ASK FOR === #
    def test_what_a_result_asks_for_is_missing(self):
        for result, missing in (
            ("callback", "call back"),
            ("paid", "ticked"),
            ("dispute", "ticked"),
            ("refuses", "note"),
            ("cannot_pay", "reason"),
            ("copy", "ticked"),
        ):
            with self.subTest(result=result), self.assertRaisesRegex(UserError, missing):
                self._log(result)
        with self.assertRaisesRegex(UserError, "note"):
            self._log("dispute", line_ids=[Command.set(self._item(self.invoice).ids)])

    def test_times_that_cannot_be(self):
        now = fields.Datetime.now()
        with self.assertRaisesRegex(UserError, "future"):
            self._log("no_answer", date=now + timedelta(hours=1))
        with self.assertRaisesRegex(UserError, "before the call"):
            self._log("callback", callback_at=now - timedelta(days=1))

    def test_items_and_contact_of_another_debtor(self):
        other = self._debtor("Beta")
        move = self._invoice(50, 5, partner=other)
        with self.assertRaisesRegex(ValidationError, "Beta is not a contact of Alpha"):
            self._log("no_answer", contact_id=other.id)
        with self.assertRaisesRegex(ValidationError, "does not belong to Alpha"):
            self._log("no_answer", line_ids=[Command.set(self._item(move).ids)])

    def test_a_call_without_contact(self):
        self.assertFalse(self._log("no_answer", contact_id=False).contact_id)

    # === OUTCOMES === #
    def test_dispute_holds_the_items(self):
        item = self._item(self.invoice)
        reason = self.env.ref("ar_collections.dispute_reason_quality")
        with self.assertRaisesRegex(UserError, "needs the reason of the dispute"):
            self._log("dispute", note="Broken", line_ids=[Command.set(item.ids)])
        call = self._log(
            "dispute",
            note="Broken",
            line_ids=[Command.set(item.ids)],
            dispute_reason_id=reason.id,
            dispute_amount=250,
        )
        self.assertRecordValues(
            call.dispute_ids,
            [{"amount": 250, "reason_id": reason.id, "description": "Broken", "channel": "call"}],
        )
        self.assertRecordValues(
            call.dispute_ids._holds(), [{"line_id": item.id, "kind": "disputed", "amount": 250}]
        )
        self._refresh()
        self.assertEqual(self.account.disputed, 250)
        self.assertIn(call.dispute_ids.name, self.account.message_ids[0].body)

    def test_insolvent_stops_dunning_and_tells_the_manager(self):
        call = self._log("insolvent", note="Administrator appointed")
        self.assertRecordValues(
            call.hold_ids,
            [{"scope": "debtor", "kind": "exclusion", "date_to": False, "state": "active"}],
        )
        self._refresh()
        self.assertEqual(self.account.collectable, 0)
        [activity] = self.account.activity_ids
        self.assertIn("insolvent", activity.summary)
        self.assertNotEqual(activity.user_id, self.lena)

    def test_already_paid_asks_somebody_to_look(self):
        self.company.ar_accountant_id = self.tomas
        self._log("paid", line_ids=[Command.set(self._item(self.invoice).ids)])
        self.assertEqual(self.account.activity_ids.user_id, self.tomas)

    def test_wrong_contact_asks_who_sells_to_the_debtor(self):
        self.debtor.user_id = self.tomas
        self._log("wrong_contact")
        self.assertEqual(self.account.activity_ids.user_id, self.tomas)

    # === TIMELINE === #
    def test_one_line_in_the_timeline_links_everything(self):
        before = self.account.message_ids
        item = self._item(self.invoice)
        call = self._log(
            "refuses", note="<b>No</b>", line_ids=[Command.set(item.ids)], duration=192
        )
        [line] = self.account.message_ids - before
        self.assertIn(f'data-oe-id="{call.id}"', line.body)
        self.assertIn(self.invoice.name, line.body)
        self.assertIn("&lt;b&gt;No", line.body)
        self.assertIn("3:12", line.body)
        self.assertEqual(line.subtype_id, self.env.ref("mail.mt_note"))

    # === SENT TWICE, OR BY TWO === #
    def test_the_same_call_sent_twice_is_one(self):
        first = self._log("no_answer", request_key="form-1")
        again = self._log("no_answer", request_key="form-1")
        self.assertEqual(first, again)
        self.assertEqual(self.account.unanswered_attempts, 1)
        with self.assertRaisesRegex(UserError, "new key"):
            self._log("no_answer", user=self.boss, request_key="form-1")

    def test_two_people_talk_to_the_same_debtor(self):
        self.account.user_id = False
        mine = self._log("no_answer", date=fields.Datetime.now() - timedelta(minutes=5))
        theirs = self._log("refuses", user=self.tomas, note="No")
        self.assertEqual(self.account.call_ids, theirs | mine)
        told = mine.action_save()
        self.assertIn("tomas", told["params"]["message"])
        self.assertEqual(theirs.action_save()["type"], "ir.actions.act_window_close")

    # === API === #
    def test_log(self):
        answer = self.Call.with_user(self.lena).log(
            {
                "partner_id": self.debtor.id,
                "result_id": self._result("refuses").id,
                "note": "No",
                "line_ids": self._item(self.invoice).ids,
                "request_key": "pbx-7",
            }
        )
        call = self.Call.browse(answer["id"])
        self.assertEqual(call.line_ids, self._item(self.invoice))
        self.assertEqual((answer["already"], answer["next_action"]), (False, "Decide how to go on"))
        again = self.Call.with_user(self.lena).log(
            {
                "collection_id": self.account.id,
                "result_id": self._result("refuses").id,
                "request_key": "pbx-7",
            }
        )
        self.assertEqual((again["id"], again["already"]), (call.id, True))

    def test_log_says_what_is_wrong(self):
        log = self.Call.with_user(self.lena).log
        result_id = self._result("no_answer").id
        with self.assertRaisesRegex(UserError, "which debtor"):
            log({"result_id": result_id})
        with self.assertRaisesRegex(UserError, "result_id"):
            log({"collection_id": self.account.id})
        with self.assertRaisesRegex(UserError, "right_party"):
            log({"collection_id": self.account.id, "result_id": result_id, "right_party": True})
        with self.assertRaisesRegex(UserError, "list of ids"):
            log({"collection_id": self.account.id, "result_id": result_id, "line_ids": "all"})
        with self.assertRaises(AccessError):
            self.Call.with_user(self.tomas).log(
                {"collection_id": self.account.id, "result_id": result_id}
            )
        self.assertFalse(self.account.call_ids)

    def test_what_follows_cannot_be_said(self):
        for name in ("right_party", "is_attempt", "is_contact", "former", "hold_ids"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                self._log("no_answer", **{name: False})

    def test_a_collector_logs_in_the_own_name(self):
        self.assertEqual(self._log("no_answer", user_id=self.tomas.id).user_id, self.lena)
        call = self._log("no_answer", user=self.boss, user_id=self.tomas.id)
        self.assertEqual(call.user_id, self.tomas)

    # === FORM === #
    def test_form_begins_with_what_is_known(self):
        self.debtor.phone = "+44 113 496 0142"
        action = self.account.with_user(self.lena).action_log_call()
        context = action["context"]
        self.assertEqual(action["target"], "new")
        self.assertEqual(context["default_number"], "+44 113 496 0142")
        self.assertEqual(context["default_line_ids"], self._item(self.invoice).ids, "overdue only")
        draft = self.Call.with_user(self.lena).with_context(**context).new()
        rows = draft.item_rows["rows"]
        self.assertEqual([row["collectable"] for row in rows], [1000, 0])
        self.assertEqual([row["days"] for row in rows], [20, -10])

    def test_footer_says_what_comes_next(self):
        self.debtor.email = "ap@alpha.example"
        action = self.account.with_user(self.lena).action_log_call()
        draft = self.Call.with_user(self.lena).with_context(**action["context"]).new()
        self.assertEqual(draft.follow_up, "")
        draft.result_id = self._result("copy")
        self.assertIn("Ask whether the copy arrived", draft.follow_up)
        self.assertIn("1 invoices go to ap@alpha.example", draft.follow_up)

    def test_from_partner_and_invoice(self):
        action = self.debtor.with_user(self.lena).action_ar_log_call()
        self.assertEqual(action["context"]["default_collection_id"], self.account.id)
        action = self.young.with_user(self.lena).action_ar_log_call()
        self.assertEqual(action["context"]["default_line_ids"], self._item(self.young).ids)
        with self.assertRaisesRegex(UserError, "no debtor"):
            self._debtor("New").with_user(self.lena).action_ar_log_call()

    def test_next_debtor_of_the_list(self):
        other = self._debtor("Beta")
        self._invoice(50, 5, partner=other)
        following = self._account(other)
        call = self._log("no_answer").with_context(ar_next_ids=[self.account.id, following.id])
        action = call.action_save_next()
        self.assertEqual(action["context"]["default_collection_id"], following.id)
        following.user_id = self.tomas
        self.assertEqual(call.action_save_next()["type"], "ir.actions.act_window_close")
