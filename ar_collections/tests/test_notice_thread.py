from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SmtpMixin
from .letter import LetterCommon

MAIL_THREAD = "odoo.addons.mail.models.mail_thread"


@tagged("post_install", "-at_install")
class TestNoticeThread(SmtpMixin, LetterCommon):
    """Who writes, where answers go, and what follows."""

    def _sent(self):
        notices = self._run().notice_ids
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_deliver").method_direct_trigger()
        [notice] = notices.filtered(lambda n: n.collection_id.partner_id == self.debtor)
        self.assertEqual(notice.state, "sent", notice.error)
        return notice, self.sink.mails[-1]["message"]

    def _may_send_as(self, name):
        self.env["ir.mail_server"].search([]).from_filter = name

    def test_sender_without_an_alias_domain(self):
        self._may_send_as("halden.example")
        self.company.alias_domain_id = False
        self.company.ar_email = "dunning@halden.example"
        self._invoice(1000, 10)
        _notice, mail = self._sent()
        self.assertEqual(mail["From"].addresses[0].addr_spec, "dunning@halden.example")
        self.assertEqual(mail["From"].addresses[0].display_name, "Halden & Roth")
        answers_to = mail["Reply-To"] or mail["From"]
        self.assertEqual(answers_to.addresses[0].addr_spec, "dunning@halden.example")

    def test_sender_with_an_alias_domain(self):
        """The debtor sees the address of the settings; answers come back to the program."""
        domain = self.env["mail.alias.domain"].create(
            {"name": "halden.example", "bounce_alias": "bounce", "catchall_alias": "answers"}
        )
        self._may_send_as("halden.example")
        self.company.alias_domain_id = domain
        self.company.ar_email = "dunning@halden.example"
        self._invoice(1000, 10)
        _notice, mail = self._sent()
        self.assertEqual(mail["From"].addresses[0].addr_spec, "dunning@halden.example")
        self.assertEqual(mail["Reply-To"].addresses[0].addr_spec, "answers@halden.example")

    def test_settings_say_as_whom_mails_really_leave(self):
        self.company.alias_domain_id = self.env["mail.alias.domain"].create(
            {"name": "halden.example", "bounce_alias": "bounce", "catchall_alias": "answers"}
        )
        self.company.ar_email = "dunning@halden.example"
        settings = self.env["res.config.settings"].create({"company_id": self.company.id})
        self.assertEqual(settings.ar_sent_as, "notifications@halden.example")
        self._invoice(1000, 10)
        _notice, mail = self._sent()
        self.assertEqual(mail["From"].addresses[0].addr_spec, settings.ar_sent_as)
        self.assertEqual(mail["From"].addresses[0].display_name, "Halden & Roth")
        self._may_send_as("dunning@halden.example")
        settings = self.env["res.config.settings"].create({"company_id": self.company.id})
        self.assertFalse(settings.ar_sent_as)

    def test_settings_say_what_is_missing(self):
        self.company.alias_domain_id = False
        self.env["fetchmail.server"].search([]).active = False
        settings = self.env["res.config.settings"].create({"company_id": self.company.id})
        self.assertEqual((settings.ar_no_alias_domain, settings.ar_no_incoming), (True, False))
        self.company.alias_domain_id = self.env["mail.alias.domain"].create(
            {"name": "halden.example", "bounce_alias": "bounce", "catchall_alias": "answers"}
        )
        settings = self.env["res.config.settings"].create({"company_id": self.company.id})
        self.assertEqual((settings.ar_no_alias_domain, settings.ar_no_incoming), (False, True))

    @mute_logger(MAIL_THREAD)
    def test_reply_lands_on_the_account(self):
        self._invoice(1000, 10)
        notice, mail = self._sent()
        account = self._account()
        raw = (
            "From: Alpha Payables <alpha@debtor.example>\r\n"
            "To: dunning@halden.example\r\n"
            "Subject: Re: Reminder\r\n"
            "Message-Id: <answer-1@debtor.example>\r\n"
            f"In-Reply-To: {mail['Message-Id']}\r\n"
            f"References: {mail['Message-Id']}\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            "We pay on Friday.\r\n"
        )
        thread_id = self.env["mail.thread"].message_process(False, raw)
        self.assertEqual(thread_id, account.id)
        reply = account.message_ids[0]
        self.assertIn("We pay on Friday.", reply.body)
        self.assertEqual(reply.author_id, self.debtor)
        self.assertEqual(reply.parent_id, notice.mail_message_id)
        self.assertRecordValues(
            account,
            [
                {
                    "next_action": 'Answer "Alpha Payables" <alpha@debtor.example>',
                    "next_action_date": self.today,
                    "last_contact_date": self.today,
                }
            ],
        )

    # === AFTER SENDING === #
    def test_stage_and_call_of_the_level_follow_once(self):
        stage = self.env["ar.collection.stage"].create({"name": "By phone", "kind": "active"})
        self.reminder.write({"stage_id": stage.id, "call_task": True, "call_task_days": 4})
        self._invoice(1000, 10)
        self._sent()
        account = self._account()
        self.assertRecordValues(
            account,
            [
                {
                    "stage_id": stage.id,
                    "next_action": "Call: Reminder was sent",
                    "next_action_date": self.today + timedelta(days=4),
                    "level_id": self.reminder.id,
                    "last_contact_date": self.today,
                }
            ],
        )
        other = self.env["ar.collection.stage"]._by_kind()["current"]
        account.write({"stage_id": other.id})
        self._invoice(5, 1)
        self.assertEqual(self._account().stage_id, other, "a drag by hand stays")


@tagged("post_install", "-at_install")
class TestThanks(SmtpMixin, LetterCommon):
    """A thank-you when all that was claimed is paid, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.thank = True

    def _sent(self):
        notices = self._run().notice_ids
        self._trigger("deliver")
        self.sink.mails.clear()
        return notices.filtered(lambda n: n.collection_id.partner_id == self.debtor)

    def _trigger(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"ar_collections.ir_cron_ar_collection_{name}").method_direct_trigger()

    def _subjects(self):
        self._account()
        self._trigger("thank")
        return [mail["message"]["Subject"] for mail in self.sink.mails]

    def test_thanked_once_when_all_is_paid(self):
        first, second = self._invoice(1000, 10), self._invoice(200, 10)
        notice = self._sent()
        self._pay(first)
        self.assertEqual(self._subjects(), [], "200 are open still")
        self._pay(second)
        self.assertEqual(self._subjects(), ["Thank you for your payment"])
        self.assertEqual(notice.thanks, "sent")
        self.assertEqual(self.sink.mails[0]["to"], ["alpha@debtor.example"])
        text = self.sink.mails[0]["message"].get_body(("html",)).get_content()
        self.assertIn(first.name, text)
        self.assertIn(second.name, text)
        self._invoice(3, -5)
        self.assertEqual(len(self._subjects()), 1, "once")

    def test_nobody_is_thanked_for_a_credit_note(self):
        move = self._invoice(1000, 10)
        self._sent()
        credit = self._credit_note(1000)
        (self._item(move) + self._item(credit)).reconcile()
        self.assertEqual(self._subjects(), [])

    def test_only_if_the_policy_wants_it(self):
        self.policy.thank = False
        move = self._invoice(1000, 10)
        self._sent()
        self._pay(move)
        self.assertEqual(self._subjects(), [])
        self.policy.thank = True
        self.env.cr.execute(
            "UPDATE account_partial_reconcile SET create_date = create_date - interval '8 days'"
        )
        self._invoice(3, -5)
        self.assertEqual(self._subjects(), [], "too late by now")

    def test_payment_taken_back_before_the_thank_you_leaves(self):
        move = self._invoice(1000, 10)
        notice = self._sent()
        self._pay(move)
        self._account()
        self.assertEqual(notice.thanks, "queued")
        self._item(move).remove_move_reconcile()
        self._trigger("thank")
        self.assertFalse(self.sink.mails)
        self.assertFalse(notice.thanks)

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_refused_by_the_server(self):
        move = self._invoice(1000, 10)
        notice = self._sent()
        self._pay(move)
        self._account()
        self.sink.refuse = "554 no"
        self._trigger("thank")
        self.assertEqual(notice.thanks, "queued")
        self.assertIn("554", notice.thanks_error)
        self.assertFalse(notice.collection_id.message_ids.filtered(_thanks), "nothing is kept")
        self.sink.refuse = None
        self._trigger("thank")
        self.assertFalse(self.sink.mails, "not before an hour has passed")
        notice.thanks_at = fields.Datetime.now()
        self._trigger("thank")
        self.assertEqual(len(self.sink.mails), 1)
        self.assertEqual((notice.thanks, notice.thanks_error), ("sent", False))
        self.assertEqual(len(notice.collection_id.message_ids.filtered(_thanks)), 1)

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_given_up_after_some_tries(self):
        move = self._invoice(1000, 10)
        notice = self._sent()
        self._pay(move)
        self._account()
        self.sink.refuse = "554 no"
        for _try in range(5):
            self.assertEqual(notice.thanks, "queued")
            notice.thanks_at = False
            self._trigger("thank")
        self.assertEqual(notice.thanks, "failed")

    def test_in_the_language_of_the_debtor(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.debtor.lang = "de_DE"
        template = self.env.ref("ar_collections.mail_template_ar_collection_thanks")
        template.with_context(lang="de_DE").subject = "Danke für Ihre Zahlung"
        move = self._invoice(1000, 10)
        self._sent()
        self._pay(move)
        self.assertEqual(self._subjects(), ["Danke für Ihre Zahlung"])


def _thanks(message):
    return "ar-thanks" in message.message_id
