from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SmtpMixin
from .promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestPromiseRemind(SmtpMixin, PromiseCommon):
    def setUp(self):
        super().setUp()
        self.move = self._invoice(100, days=30)
        # whatever hour it is, the debtor may be written to
        contact_check = type(self.Account)._contact_check
        self.allowed = True

        def check(accounts, channel="phone", now=None):
            found = contact_check(accounts, channel, now)
            return {key: {**row, "allowed": self.allowed} for key, row in found.items()}

        self.patch(type(self.Account), "_contact_check", check)

    def _remind(self):
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_remind").method_direct_trigger()
        return [mail["message"]["Subject"] for mail in self.sink.mails]

    def test_mail_once(self):
        self.policy.write({"promise_remind": "email", "promise_remind_days": 2})
        soon, later = self._promise(60, 2), self._promise(40, 3)
        self.assertEqual(later.remind_on, self.today + timedelta(days=1))
        [subject] = self._remind()
        self.assertIn("60", subject)
        self.assertEqual((soon.reminder, later.reminder), ("done", False))
        [mail] = self.sink.mails
        self.assertEqual(mail["to"], ["alpha@debtor.example"])
        text = mail["message"].get_body(("html",)).get_content()
        self.assertIn(self.move.name, text)
        self.assertEqual(len(self._remind()), 1, "once")

    def test_nobody_is_reminded_of_what_is_paid(self):
        promise = self._promise(60, 1, remind="email")
        self._pay(self.move)
        self._refresh()
        self.assertEqual(promise.state, "kept")
        self.assertEqual(self._remind(), [])

    def test_it_waits_for_the_contact_rules(self):
        promise = self._promise(60, 1, remind="email")
        self.allowed = False
        self.assertEqual((self._remind(), promise.reminder), ([], False))
        self.allowed = True
        self.assertEqual(len(self._remind()), 1)

    @mute_logger("odoo.addons.ar_collections.models.ar_collection_promise_remind")
    def test_no_address(self):
        promise = self._promise(60, 1, remind="email")
        self.debtor.email = False
        self.assertEqual(self._remind(), [])
        self.assertEqual(promise.reminder, "failed")
        self.assertIn("no e-mail address", promise.reminder_error)

    @mute_logger("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")
    def test_refused_by_the_server(self):
        promise = self._promise(60, 1, remind="email")
        self.sink.refuse = "554 no"
        self._remind()
        self.assertEqual(promise.reminder, "failed")
        self.sink.refuse = None
        self.assertEqual(self._remind(), [], "it may have arrived: nobody is reminded twice")

    def test_activity(self):
        promise = self._promise(60, 1, remind="activity")
        self._remind()
        self.assertEqual((self.sink.mails, promise.reminder), ([], "done"))
        activity = promise.collection_id.activity_ids
        self.assertIn("Remind of the promise", activity.summary)
        self._remind()
        self.assertEqual(len(promise.collection_id.activity_ids), 1)
