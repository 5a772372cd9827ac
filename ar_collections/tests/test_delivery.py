from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ArCollectionsCommon, SmtpMixin

DELIVERY = "odoo.addons.ar_collections.models.ar_collection_notice_delivery"
MAIL = "odoo.addons.mail.models.mail_mail"


class DeliveryCommon(SmtpMixin, ArCollectionsCommon):
    """Notices of tonight's run, delivered by the real job to a real mail server."""

    def _queued(self, *moves):
        """The notice of tonight's run, queued."""
        moves or self._invoice(1000, 10)
        return self._run().notice_ids.filtered(
            lambda notice: notice.collection_id.partner_id == self.debtor
        )

    def _deliver(self):
        """Let the delivery job run once, with commits that stay in the test."""
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_deliver").method_direct_trigger()


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCommon):
    """Claim and hand-over against a real mail server."""

    # === THE NORMAL WAY === #
    def test_sent_once_with_everything_that_follows(self):
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        self._deliver()
        self._deliver()
        [mail] = self.sink.mails
        self.assertEqual(mail["to"], ["alpha@debtor.example"])
        self.assertEqual(mail["message"]["Message-Id"], notice.message_reference)
        [letter] = [part for part in mail["message"].walk() if part.get_filename()]
        self.assertEqual(letter.get_content_type(), "application/pdf")
        self.assertRecordValues(
            notice,
            [{"state": "sent", "email_to": "alpha@debtor.example", "error": False, "tries": 1}],
        )
        self.assertTrue(notice.date_sent)
        self.assertRecordValues(
            self._item(move), [{"ar_level_id": self.reminder.id, "ar_level_date": self.today}]
        )
        account = self._account()
        self.assertRecordValues(
            account,
            [
                {
                    "last_notice_date": self.today,
                    "last_contact_date": self.today,
                    "level_id": self.reminder.id,
                    "fact_kind": "reminder",
                }
            ],
        )
        self.assertEqual(account.stage_id.kind, "reminder")
        message = account.message_ids.filtered("partner_ids")
        self.assertEqual(message.partner_ids, self.debtor)
        self.assertEqual(message.notification_ids.notification_status, "sent")
        self.assertEqual(self._decisions()[self.debtor].reason, "level_not_reached")

    def test_level_without_letter(self):
        self.reminder.attach_letter = False
        notice = self._queued()
        self._deliver()
        [mail] = self.sink.mails
        self.assertEqual([part for part in mail["message"].walk() if part.get_filename()], [])
        body = mail["message"].get_body(("html",)).get_content()
        self.assertIn("1,000.00", body)
        self.assertNotIn("(PDF)", body)
        self.assertFalse(notice.attachment_id)
        self.assertEqual(notice.state, "sent")

    def test_followers_get_no_copy(self):
        notice = self._queued()
        follower = self._debtor("Follower", email="follower@office.example")
        notice.collection_id.message_subscribe(follower.ids)
        self._deliver()
        self.assertEqual([mail["to"] for mail in self.sink.mails], [["alpha@debtor.example"]])

    def test_written_to_the_contact_for_collections(self):
        self._debtor("Paying", parent_id=self.debtor.id, is_company=False).write(
            {"type": "ar_collections", "email": "pay@debtor.example"}
        )
        notice = self._queued()
        self._deliver()
        self.assertEqual(self.sink.mails[0]["to"], ["pay@debtor.example"])
        self.assertEqual(notice.contact_id.name, "Paying")

    def test_core_queue_leaves_our_mail_alone(self):
        notice = self._queued()
        notice._claim()
        self.assertEqual(notice.state, "sending")
        self.env["mail.mail"].process_email_queue()
        self.assertFalse(self.sink.mails)

    # === BETWEEN DECISION AND CLAIM === #
    def test_paid_between_decision_and_claim(self):
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        self._pay(move)
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(notice, [{"state": "skipped", "reason": "nothing_overdue"}])
        self.assertFalse(self._item(move).ar_level_id)

    def test_part_paid_between_decision_and_claim(self):
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        self._pay(move, 400)
        self._deliver()
        self.assertRecordValues(notice, [{"state": "sent", "amount": 600.0}])
        self.assertRecordValues(notice.line_ids, [{"amount": 600.0, "amount_original": 1000.0}])

    def test_disputed_between_decision_and_claim(self):
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        self._hold(move)
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(notice, [{"state": "skipped", "reason": "all_held"}])

    def test_reset_to_draft_between_decision_and_claim(self):
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        move.button_draft()
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(notice, [{"state": "skipped", "reason": "nothing_overdue"}])

    def test_bank_line_that_names_the_debtor_defers(self):
        for vals in (
            {"partner_id": self.debtor.id, "payment_ref": "thanks"},
            {"payment_ref": "PAYMENT of %(number)s"},
            {"payment_ref": "x", "account_number": "BE68 5390 0754 7034"},
        ):
            with self.subTest(vals=vals):
                self.sink.mails.clear()
                debtor = self._debtor("Paying soon", email="soon@debtor.example")
                self.env["res.partner.bank"].create(
                    {"partner_id": debtor.id, "acc_number": "BE68539007547034"}
                )
                move = self._invoice(1000, 10, partner=debtor)
                notice = self._run().notice_ids.filtered(
                    lambda notice, debtor=debtor: notice.collection_id.partner_id == debtor
                )
                if vals.get("partner_id"):
                    vals["partner_id"] = debtor.id
                vals["payment_ref"] = vals["payment_ref"] % {"number": move.name}
                line = self.env["account.bank.statement.line"].create(
                    {
                        "journal_id": self.company_data["default_journal_bank"].id,
                        "date": self.today,
                        "amount": 1000,
                        **vals,
                    }
                )
                self._deliver()
                self.assertFalse(self.sink.mails)
                self.assertRecordValues(
                    notice, [{"state": "skipped", "reason": "money_on_its_way"}]
                )
                self.assertEqual(self._account(debtor).next_action, "Match the money on its way")
                line.unlink()
                self.env["res.partner.bank"].search([("partner_id", "=", debtor.id)]).unlink()

    def test_pending_online_payment_defers(self):
        notice = self._queued()
        provider = self.env["payment.provider"].create({"name": "Provider", "code": "none"})
        method = self.env["payment.method"].create({"name": "Card", "code": "ar-card"})
        self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": 1000,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.debtor.id,
                "reference": "TX-1",
                "state": "pending",
            }
        )
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(notice, [{"state": "skipped", "reason": "money_on_its_way"}])
        self.assertIn("TX-1", notice.error)

    # === BAD DAYS === #
    @mute_logger(MAIL, DELIVERY)
    def test_mail_server_refuses(self):
        move = self._invoice(1000, 10)
        self._reach(move, self.courtesy, 20)
        notice = self._queued(move)
        self.sink.refuse = "554 no, thank you"
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(notice, [{"state": "failed", "delivery_unknown": False}])
        self.assertIn("554", notice.error)
        self.assertRecordValues(
            self._item(move),
            [{"ar_level_id": self.courtesy.id, "ar_level_date": self.today - timedelta(days=20)}],
        )
        self.assertFalse(self._account().last_notice_date)
        self.sink.refuse = None
        notice.action_retry()
        self._deliver()
        self.assertEqual(len(self.sink.mails), 1)
        self.assertRecordValues(notice, [{"state": "sent", "tries": 2}])
        self.assertEqual(self._item(move).ar_level_id, self.reminder)

    @mute_logger(MAIL, DELIVERY)
    def test_connection_breaks_after_the_server_took_it(self):
        """The server has the mail, we do not know it: never again by itself."""
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        self.sink.on_mail = lambda server: server.transport.abort()
        self._deliver()
        self.assertEqual(len(self.sink.mails), 1)
        self.assertRecordValues(notice, [{"state": "failed", "delivery_unknown": True}])
        self.assertEqual(self._item(move).ar_level_id, self.reminder)
        self.sink.on_mail = None
        self._deliver()
        self.assertEqual(len(self.sink.mails), 1)
        self.assertEqual(self._decisions()[self.debtor].reason, "delivery_unknown")
        notice.action_confirm_sent()
        self.assertRecordValues(notice, [{"state": "sent", "delivery_unknown": False}])
        self.assertEqual(self._account().last_notice_date, self.today)

    @mute_logger(DELIVERY)
    def test_killed_between_claim_and_hand_over(self):
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        notice._claim()
        self.assertEqual(notice.state, "sending")
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(notice, [{"state": "failed", "delivery_unknown": True}])
        notice.action_cancel()
        self.assertFalse(self._item(move).ar_level_id, "given up: back to no level")

    @mute_logger(DELIVERY)
    def test_one_bad_notice_never_stops_the_others(self):
        bad = self._debtor("Bad", email="bad@debtor.example", lang="en_US")
        other = self.policy.copy({"name": "Bad", "sequence": 2, "domain": "[('name','=','Bad')]"})
        template = self.reminder.mail_template_id.copy(
            {"body_html": '<p t-out="object.no_such_field"/>'}
        )
        other.level_ids.mail_template_id = template
        self._invoice(100, 10, partner=bad)
        notice = self._queued()
        self._deliver()
        self.assertEqual(notice.state, "sent")
        failed = self._account(bad).notice_ids
        self.assertRecordValues(failed, [{"state": "failed", "delivery_unknown": False}])
        self.assertIn("no_such_field", failed.error)

    def test_bounce_puts_the_items_back(self):
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        self._deliver()
        self._bounce(notice)
        self.assertEqual(notice.state, "failed")
        self.assertFalse(self._item(move).ar_level_id)

    def test_policy_changed_after_sending_rewrites_nothing(self):
        notice = self._queued()
        self._deliver()
        subject, body = notice.subject, notice.body
        self.reminder.write({"name": "Changed", "letter_title": "Changed", "delay": 9})
        self.assertRecordValues(
            notice, [{"level_name": "Reminder", "subject": subject, "body": body}]
        )

    # === STATES AND ROLES === #
    def test_transitions_are_guarded(self):
        notice = self._queued()
        with self.assertRaisesRegex(UserError, notice.name):
            notice.action_confirm_sent()
        self._deliver()
        for action in (notice.action_approve, notice.action_cancel):
            with self.assertRaisesRegex(UserError, "is sent and cannot become"):
                action()
        with self.assertRaises(AccessError):
            notice.with_user(self._collector()).unlink()

    def _collector(self):
        return self.env["res.users"].create(
            {
                "name": "Collector",
                "login": "collector-delivery",
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
                "group_ids": [(4, self.env.ref("ar_collections.group_ar_collection_user").id)],
            }
        )

    def test_a_collector_decides_nothing_about_notices(self):
        self.reminder.automatic = False
        collector = self._collector()
        notice = self._queued().with_user(collector)
        for action in (notice.action_approve, notice.action_cancel, notice.action_retry):
            with self.assertRaises(AccessError):
                action()
        with self.assertRaises(AccessError):
            notice.write({"state": "queued"})
        with self.assertRaises(UserError):
            self.Run.with_user(collector).action_run_now()
