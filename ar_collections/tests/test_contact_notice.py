from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import tagged

from ..tools import ladder
from .test_channel import ChannelCommon


@tagged("post_install", "-at_install")
class TestContactNotice(ChannelCommon):
    """Notices keep to the contact rule; a manager may allow otherwise, and it is noted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(1000, 10)
        cls.debtor.write({"country_id": cls.env.ref("base.be").id, "tz": False})
        cls.Account._refresh()
        cls.account = cls.debtor._ar_account()
        cls.rule = cls.env.ref("ar_collections.contact_rule_business")
        # open for one hour that is not now: the next one begins tomorrow at the latest
        cls.rule.write(
            {
                **dict.fromkeys(("saturday", "sunday", "hours_email"), True),
                "holidays": False,
                **cls._another_hour(),
            }
        )

    @classmethod
    def _another_hour(cls):
        verdict = cls.account._contact_check("letter")[cls.account.id]
        assert verdict["tz"] == "Europe/Brussels"
        now = Datetime.context_timestamp(
            cls.env.user.with_context(tz=verdict["tz"]), Datetime.now()
        )
        start = (now.hour + 2) % 22
        return {"hour_from": start, "hour_to": start + 1}

    def test_a_notice_waits_for_the_hours(self):
        notice = self._notices()
        self._deliver()
        self.assertEqual((notice.state, len(self.sink.mails)), ("queued", 0))
        self.assertGreater(notice.allowed_at, Datetime.now())
        self.assertIn("Please wait until", notice.error)
        self._deliver()  # still too early
        self.assertEqual((notice.state, notice.tries), ("queued", 0))
        with freeze_time(notice.allowed_at + timedelta(minutes=1)):
            self._deliver()
        self.assertEqual((notice.state, len(self.sink.mails)), ("sent", 1))
        self.assertFalse(notice.allowed_at)

    def test_e_mails_do_not_wait_unless_the_rule_says_so(self):
        self.rule.hours_email = False
        notice = self._notices()
        self._deliver()
        self.assertEqual(notice.state, "sent")

    def test_one_that_must_not_be_contacted_gets_no_notice(self):
        for field in ("do_not_contact", "deceased", "insolvent", "legal_stop"):
            with self.subTest(field=field):
                self.account[field] = True
                self.assertEqual(self._decisions()[self.debtor].reason, "contact_rule")
                self.account[field] = False
        self.account.attorney_id = self._debtor("Attorney")
        self.assertEqual(self._decisions()[self.debtor].reason, "contact_rule")
        self.assertIn("write to the attorney", self._why())
        self.account.attorney_id = False
        self.account.written_only = True
        self.assertEqual(self._decisions()[self.debtor].channels, ("email",))

    def _why(self):
        run = self.Run._simulate(self.company, self.today)
        return run.decision_ids.filtered(lambda row: row.collection_id == self.account).why

    def test_the_preferred_channel_where_there_is_a_choice(self):
        self.debtor.write(self.place)
        self.reminder.fallback_channel = "letter"

        def channels():
            return self._decisions()[self.debtor].channels

        self.assertEqual(channels(), ("email",))
        self.account.preferred_channel = "letter"
        self.assertEqual(channels(), ("letter",))
        self.reminder.fallback_channel = False
        self.assertEqual(channels(), ("email",), "the level leaves no choice")
        self.reminder.send_letter = True
        self.assertEqual(channels(), ("letter",))
        self.account.preferred_channel = "phone"
        self.assertEqual(channels(), ("email", "letter"), "no channel of a notice")
        self.account.preferred_channel = "email"
        self.debtor.email = False
        self.assertEqual(channels(), ("letter",), "no address for the one that is preferred")

    def test_a_final_demand_leaves_through_all_its_channels(self):
        self.account.preferred_channel = "letter"
        plans = {1: (["email", "letter"], None)}

        def preferred(formal):
            decision = ladder.Decision(ladder.Level(1, 30, formal=formal), None)
            row = {"account": {"account_id": self.account.id}, "decision": decision}
            return self.Run._preferred_channels([row], plans)

        self.assertEqual(preferred(formal=False), {self.account.id: "letter"})
        self.assertEqual(preferred(formal=True), {})

    def test_stopped_between_run_and_delivery(self):
        self.rule.hours_email = False
        notice = self._notices()
        self.account.legal_stop = True
        self._deliver()
        self.assertEqual((notice.state, notice.reason), ("skipped", "contact_rule"))
        self.assertIn("legal stop", notice.error)
        self.assertFalse(self.sink.mails)

    def test_a_channel_the_rule_forbids_falls_back(self):
        self.debtor.write(self.place)
        self.rule.write({"hours_email": False, "allow_email": False})
        self.assertEqual(self._decisions()[self.debtor].reason, "contact_rule")
        self.reminder.fallback_channel = "letter"
        self.assertEqual(self._decisions()[self.debtor].channels, ("letter",))

    # === OVERRIDE === #
    def test_a_manager_lets_it_go(self):
        notice = self._notices()
        self._deliver()
        until = Datetime.now() + timedelta(hours=1)
        self.account._override_contact("email", until, "Asked for on the phone")
        self.assertTrue(self.account._contact_check("email")[self.account.id]["overridden"])
        self.assertFalse(self.account._contact_check("phone")[self.account.id]["allowed"])
        self._deliver()
        self.assertEqual(notice.state, "sent")
        entry = self.env["ar.collection.audit"].search([("event", "=", "override")], limit=1)
        self.assertRecordValues(
            entry,
            [
                {
                    "collection_id": self.account.id,
                    "reason": "Asked for on the phone",
                    "user_id": self.env.uid,
                }
            ],
        )
        self.assertIn("Please wait until", entry.what)
        log = self.env["ar.collection.contact.log"].search(
            [("collection_id", "=", self.account.id)], order="kind"
        )
        self.assertEqual(log.mapped("kind"), ["notice", "override"])

    def test_what_is_no_override(self):
        soon = Datetime.now() + timedelta(hours=1)
        for channel, until, reason, message in (
            ("letter", soon, "Why not", "nothing to override"),
            ("phone", soon, "  ", "say why"),
            ("phone", soon - timedelta(hours=2), "Late", "within a day"),
            ("phone", soon + timedelta(days=1), "Long", "within a day"),
        ):
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message):
                self.account._override_contact(channel, until, reason)
        with self.assertRaises(AccessError):
            self.account.with_user(self._collector()).contact_override_until = soon

    def test_a_collector_asks(self):
        collector = self._collector()
        account = self.account.with_user(collector)
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            account._override_contact("phone", Datetime.now() + timedelta(hours=1), "Now")
        form = (
            self.env["ar.collection.contact.override"]
            .with_user(collector)
            .create({"collection_id": account.id, "reason": "He leaves at noon"})
        )
        self.assertFalse(form.may_override)
        form.action_ask()
        activity = self.account.activity_ids
        self.assertIn("He leaves at noon", activity.note)
        self.assertTrue(activity.user_id.has_group("ar_collections.group_ar_collection_manager"))

    def _collector(self):
        return self.env["res.users"].create(
            {
                "name": "Collector",
                "login": "override_collector",
                "group_ids": [(6, 0, [self.env.ref("ar_collections.group_ar_collection_user").id])],
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
            }
        )

    # === CALLS === #
    def test_a_call_remembers_what_the_rule_said(self):
        values = {
            "collection_id": self.account.id,
            "result_id": self.env.ref("ar_collections.call_result_no_answer").id,
        }
        refused = self.env["ar.collection.call"].create(values)
        self.assertEqual((refused.rule_code, refused.overridden), ("hours", False))
        self.account._override_contact("phone", Datetime.now() + timedelta(hours=1), "Agreed")
        allowed = self.env["ar.collection.call"].create(values)
        self.assertEqual((allowed.rule_code, allowed.overridden), ("", True))
        inbound = self.env["ar.collection.call"].create({**values, "direction": "in"})
        self.assertFalse(inbound.rule_code)
        self.assertEqual(
            self.env["ar.collection.contact.log"].search_count([("rule_code", "=", "hours")]), 1
        )
