import doctest
from unittest.mock import patch

from freezegun import freeze_time

from odoo.addons.ar_collections.tests.test_channel import ChannelCommon
from odoo.addons.ar_collections_sms.tools import parts
from odoo.addons.sms.tools.sms_api import SmsApi
from odoo.exceptions import ValidationError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSms(ChannelCommon):
    """Notices by SMS; the provider is replaced where core calls it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ar.collection.contact.rule"].search([]).active = False  # at any hour
        cls.debtor.write({"country_id": cls.env.ref("base.be").id, "phone": "+32470123456"})
        cls.reminder.write({"send_email": False, "send_sms": True})
        cls.company.email = "office@halden.example"
        cls._invoice(1000, 10)
        cls.given = []

    def setUp(self):
        super().setUp()
        self.given.clear()
        self.answer = "success"

        def send(_api, messages, delivery_reports_url=False):
            self.given.extend(messages)
            numbers = [number for message in messages for number in message["numbers"]]
            return [{"uuid": number["uuid"], "state": self.answer} for number in numbers]

        self.startPatcher(patch.object(SmsApi, "_send_sms_batch", send))

    def test_sent_once(self):
        notice = self._notices()
        self.assertEqual(notice.channel, "sms")
        self._deliver()
        self._deliver()
        self.assertEqual((notice.state, notice.sms_number), ("sent", "+32470123456"))
        [message] = self.given
        self.assertEqual([number["number"] for number in message["numbers"]], ["+32470123456"])
        self.assertIn("1,000.00", message["content"])
        self.assertTrue(message["content"].endswith("No more SMS: write to office@halden.example."))
        self.assertEqual(notice.sms_parts, parts.size(message["content"]).parts)
        self.assertIn("SMS to +32470123456", notice.mail_message_id.body)
        self.assertFalse(self.sink.mails)

    def test_refused_by_the_provider(self):
        self.answer = "insufficient_credit"
        notice = self._notices()
        self._deliver()
        self.assertEqual((notice.state, notice.failure), ("failed", "refused"))
        self.assertIn("Credit", notice.error)
        self.assertFalse(self._item(notice.line_ids.move_id).ar_level_id)

    def _report(self, status):
        """The provider reports what became of the last message."""
        [message] = self.given[-1:]
        uuid = message["numbers"][0]["uuid"]
        self._tell(self.env["sms.tracker"].sudo().search([("sms_uuid", "=", uuid)]), status)

    def _report_of(self, notice, status):
        """The provider reports what became of a notice."""
        trackers = self.env["sms.tracker"].sudo()
        self._tell(trackers.search([("ar_notice_id", "=", notice.id)]), status)

    def _tell(self, tracker, status):
        if state := self.env["sms.sms"].IAP_TO_SMS_STATE_SUCCESS.get(status):
            tracker._action_update_from_sms_state(state)
        else:
            tracker._action_update_from_provider_error(status)

    def test_not_delivered_later(self):
        notice = self._notices()
        self._deliver()
        item = self._item(notice.line_ids.move_id)
        self.assertEqual(item.ar_level_id, self.reminder)
        self._report("delivered")
        self.assertEqual(notice.state, "sent")
        self._report("invalid_destination")
        self.assertEqual((notice.state, notice.failure), ("failed", "bounce"))
        self.assertTrue(notice.error)
        self.assertFalse(item.ar_level_id, "the item steps back")
        problem = self.env["ar.collection.problem"].search([("notice_id", "=", notice.id)])
        self.assertEqual(len(problem), 1)
        numbers = notice._sms_numbers({self.debtor.id: notice.contact_id.id})
        self.assertFalse(numbers, "not used again until somebody has looked")
        notice._dismiss("The number is right, the phone was off")
        self.assertTrue(notice._sms_numbers({self.debtor.id: notice.contact_id.id}))

    def test_not_delivered_for_another_reason(self):
        notice = self._notices()
        self._deliver()
        self._report("not_delivered")
        self.assertEqual(notice.state, "failed")
        self._report("not_delivered")
        self.assertEqual(notice.state, "failed", "reported twice")

    def test_out_of_reach(self):
        self.env["phone.blacklist"].create({"number": "+32470123456"})
        self.assertEqual(self._decisions()[self.debtor].reason, "no_address")
        self.reminder.fallback_channel = "email"
        self.assertEqual(self._decisions()[self.debtor].channels, ("email",))
        contact = self._debtor("Desk", parent_id=self.debtor.id, is_company=False)
        contact.write(
            {"type": "ar_collections", "email": "desk@debtor.example", "phone": "+32470998877"}
        )
        self.assertEqual(self._decisions()[self.debtor].channels, ("sms",))

    def test_each_address_on_its_own_telephone(self):
        self.policy.notice_per = "address"
        north, south = [
            self._debtor(name, parent_id=self.debtor.id, is_company=False, type="invoice")
            for name in ("North", "South")
        ]
        north.phone = "+32470998877"
        self._invoice(500, 10, partner=north)
        self._invoice(300, 10, partner=south)
        self._notices()
        self._deliver()
        sent = {
            message["numbers"][0]["number"]: message["content"]
            for message in self.given
            if message["numbers"][0]["number"] != "+32470123456"
        }
        self.assertEqual(list(sent), ["+32470998877"])
        self.assertIn("500.00", sent["+32470998877"])
        others = [
            message["content"]
            for message in self.given
            if message["numbers"][0]["number"] == "+32470123456"
        ]
        self.assertEqual(len(others), 2, "South has no telephone: its debtor is told")
        self.assertTrue(any("300.00" in text for text in others))
        self.assertTrue(any("1,000.00" in text for text in others))
        notice = self.Notice.search([("address_id", "=", north.id)])
        self._report_of(notice, "invalid_destination")
        self.assertEqual((notice.state, notice.failure), ("failed", "bounce"))
        reached = self.Notice._reachable([self.debtor.id], ["sms"], [north.id])
        self.assertEqual(reached["sms"], {self.debtor.id, north.id}, "by its debtor's telephone")
        self.assertEqual(
            self.Notice._sms_numbers({self.debtor.id: north.id}),
            {self.debtor.id: "+32470123456"},
        )

    def test_waits_for_the_hours(self):
        rule = self.env.ref("ar_collections.contact_rule_business")
        rule.active = True
        notice = self._notices()
        with freeze_time("2026-11-21 12:00:00"):  # a Saturday
            self._deliver()
        self.assertFalse(self.given)
        self.assertEqual(str(notice.allowed_at), "2026-11-23 07:00:00")

    def test_texts_are_checked(self):
        with self.assertRaisesRegex(ValidationError, "opt out"):
            self.reminder.sms_opt_out = False
        with self.assertRaisesRegex(ValidationError, "means nothing"):
            self.reminder.sms_text = "Pay %(sum)s"
        self.reminder.write({"sms_text": "a" * 150, "sms_opt_out": "Stop: write."})
        self.assertEqual(self.reminder.sms_size, "163 characters, 2 parts")
        self.assertFalse(doctest.testmod(parts).failed)

    def test_named_in_the_sentence_of_the_policy(self):
        self.assertIn("SMS", self.reminder._channel_names())
