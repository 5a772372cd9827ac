from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ArCollectionsCommon, SmtpMixin

DELIVERY = "odoo.addons.ar_collections.models.ar_collection_notice_delivery"
MAIL = "odoo.addons.mail.models.mail_mail"
PLACE = {"street": "Harbour 7", "zip": "T12 X0X0", "city": "Cork"}


class ChannelCommon(SmtpMixin, ArCollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.place = {**PLACE, "country_id": cls.env.ref("base.ie").id}

    def _deliver(self):
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_deliver").method_direct_trigger()

    def _notices(self, partner=None):
        """The notices of tonight's run for a debtor, in the order they were made."""
        debtor = partner or self.debtor
        notices = self._run().notice_ids.filtered(
            lambda notice: notice.collection_id.partner_id == debtor
        )
        return notices.sorted("id")


@tagged("post_install", "-at_install")
class TestChannel(ChannelCommon):
    """Which channels a notice leaves through, and that those of one decision agree."""

    # === DECIDE === #
    def test_channels_of_the_level(self):
        self._invoice(1000, 10)
        for send, address, fallback, expected in (
            (("email",), ("email",), False, ("email",)),
            (("letter",), ("email", "post"), False, ("letter",)),
            (("email", "letter"), ("email", "post"), False, ("email", "letter")),
            (("email", "letter"), ("email",), False, ("email",)),
            (("email",), ("post",), "letter", ("letter",)),
            (("email",), ("post",), False, ()),
            (("letter",), ("email",), "email", ("email",)),
            (("letter",), (), "email", ()),
        ):
            with self.subTest(send=send, address=address, fallback=fallback):
                self.reminder.write(
                    {
                        "send_email": "email" in send,
                        "send_letter": "letter" in send,
                        "fallback_channel": fallback,
                    }
                )
                empty = dict.fromkeys(self.place, False)
                self.debtor.write(
                    {
                        "email": "email" in address and "alpha@debtor.example",
                        **(self.place if "post" in address else empty),
                    }
                )
                decision = self._decisions()[self.debtor]
                self.assertEqual(decision.channels, expected)
                self.assertEqual(decision.reason, None if expected else "no_address")
                [row] = self.Run.simulate(self.today)
                self.assertEqual(row["channels"], list(expected))

    def test_a_postal_address_is_street_city_and_country(self):
        self._invoice(1000, 10)
        self.reminder.write({"send_email": False, "send_letter": True})
        for missing in ("street", "city", "country_id"):
            self.debtor.write({**self.place, missing: False})
            self.assertEqual(self._decisions()[self.debtor].reason, "no_address", missing)
        self.debtor.write({**self.place, "zip": False})
        self.assertEqual(self._decisions()[self.debtor].channels, ("letter",))

    def test_the_address_of_the_contact_else_of_the_company(self):
        contact = self._debtor("Purchase ledger", parent_id=self.debtor.id, is_company=False)
        contact.write({"type": "ar_collections", "email": "pay@debtor.example", "city": "Cobh"})
        self.debtor.write(self.place)
        self.assertEqual(contact._ar_place(), self.debtor)
        contact.write(self.place)
        self.assertEqual(contact._ar_place(), contact)

    def test_a_level_without_channel_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "no channel"):
            self.reminder.send_email = False

    def test_decision_and_notices_name_the_channels(self):
        self.debtor.write(self.place)
        self.reminder.send_letter = True
        self._invoice(1000, 10)
        email, letter = self._notices()
        self.assertEqual((email.channel, letter.channel), ("email", "letter"))
        self.assertEqual(letter.lead_id, email)
        decision = email.run_id.decision_ids.filtered("notice_id")
        self.assertRecordValues(decision, [{"channels": "email,letter", "notice_id": email.id}])

    # === SEND === #
    def test_e_mail_and_letter_make_one_claim(self):
        self.debtor.write(self.place)
        self.reminder.send_letter = True
        move = self._invoice(1000, 10)
        self._credit_note(50, days=1)
        email, letter = self._notices()
        self._deliver()
        self.assertEqual(len(self.sink.mails), 1)
        self.assertRecordValues(
            email + letter,
            [
                {"state": "sent", "amount": 950.0, "email_to": "alpha@debtor.example"},
                {"state": "to_print", "amount": 950.0, "email_to": False},
            ],
        )
        self.assertEqual(letter.postal_address, "Harbour 7, Cork T12 X0X0, Ireland")
        self.assertEqual(letter.totals, email.totals)
        self.assertEqual(
            letter.line_ids.mapped(lambda line: (line.kind, line.amount, line.line_id)),
            email.line_ids.mapped(lambda line: (line.kind, line.amount, line.line_id)),
        )
        self.assertEqual(self._item(move).ar_level_id, self.reminder)
        self.assertEqual(self._item(move).ar_level_date, self.today)

    def test_the_letter_does_not_name_its_own_e_mail_as_an_earlier_notice(self):
        self.debtor.write(self.place)
        self.reminder.write(
            {"send_letter": True, "letter_text": "We wrote on %(notices)s. Please pay."}
        )
        self._invoice(1000, 10)
        email, letter = self._notices()
        self._deliver()
        self.assertEqual((email.state, letter.state), ("sent", "to_print"))
        self.assertEqual(letter._prepare_content()["text"], [[("Please pay.", "")]])

    def test_paid_between_e_mail_and_letter(self):
        self.debtor.write(self.place)
        self.reminder.send_letter = True
        move = self._invoice(1000, 10)
        email, letter = self._notices()
        letter.sudo().state = "to_approve"
        self._deliver()
        self._pay(move, 400)
        letter.sudo().state = "queued"
        self._deliver()
        self.assertRecordValues(
            email + letter,
            [
                {"state": "sent", "amount": 1000.0, "reason": False},
                {"state": "skipped", "amount": 1000.0, "reason": "claim_changed"},
            ],
        )

    @mute_logger(MAIL, DELIVERY)
    def test_refused_e_mail_leaves_the_letter_its_levels(self):
        """The letter takes over the claim; when it is given up too, the items step back."""
        self.debtor.write(self.place)
        self.reminder.send_letter = True
        move = self._invoice(1000, 10)
        email, letter = self._notices()
        self.sink.refuse = "554 no"
        self._deliver()
        self.assertEqual((email.state, email.failure), ("failed", "refused"))
        self.assertEqual(letter.state, "to_print")
        self.assertEqual(self._item(move).ar_level_id, self.reminder)
        self.sink.refuse = None
        email.action_retry()
        self._deliver()
        self.assertEqual(email.state, "sent", "the same claim again, though the level is reached")
        self.assertEqual(email.amount, 1000)
        letter.action_cancel()
        self.assertEqual(self._item(move).ar_level_id, self.reminder, "the e-mail has left")

    def test_letter_given_up_puts_the_items_back(self):
        self.debtor.write(self.place)
        self.reminder.write({"send_email": False, "send_letter": True})
        move = self._invoice(1000, 10)
        self._reach(move, self.courtesy, 20)
        letter = self._notices()
        self._deliver()
        self.assertEqual(letter.state, "to_print")
        self.assertEqual(self._item(move).ar_level_id, self.reminder)
        self.assertEqual(self._decisions()[self.debtor].reason, "pending_notice")
        letter.action_cancel()
        self.assertRecordValues(
            self._item(move),
            [{"ar_level_id": self.courtesy.id, "ar_level_date": self.today - timedelta(days=20)}],
        )

    @mute_logger(DELIVERY)
    def test_delivery_unknown_is_sent_again_on_demand(self):
        move = self._invoice(1000, 10)
        email = self._notices()
        email._claim()
        self._deliver()
        self.assertTrue(email.delivery_unknown)
        email.action_retry()
        self._deliver()
        self.assertEqual((email.state, len(self.sink.mails)), ("sent", 1))
        self.assertEqual(self._item(move).ar_level_id, self.reminder)

    def test_sent_again_after_it_came_back(self):
        """What came back keeps nobody quiet."""
        self._invoice(1000, 10)
        email = self._notices()
        self._deliver()
        self.assertEqual(self._account().last_notice_date, self.today)
        self._bounce(email)
        self.assertEqual((email.state, email.failure), ("failed", "bounce"))
        self.debtor.email = "new@debtor.example"
        email.action_retry()
        self._deliver()
        self.assertEqual(email.state, "sent")
        self.assertEqual([mail["to"] for mail in self.sink.mails][1:], [["new@debtor.example"]])

    # === APPROVAL === #
    def test_a_decision_is_approved_for_all_its_channels(self):
        self.debtor.write(self.place)
        self.reminder.write({"send_letter": True, "automatic": False})
        self._invoice(1000, 10)
        email, letter = self._notices()
        self.assertEqual((email.state, letter.state), ("to_approve", "to_approve"))
        self._deliver()
        self.assertEqual((email.state, letter.state), ("to_approve", "to_approve"))
        email.with_user(self._second_manager()).action_approve()
        self._deliver()
        self.assertEqual((email.state, letter.state), ("sent", "to_print"))

    def test_given_up_before_approval_for_all_its_channels(self):
        self.debtor.write(self.place)
        self.reminder.write({"send_letter": True, "automatic": False})
        self._invoice(1000, 10)
        email, letter = self._notices()
        email.action_cancel()
        self.assertEqual((email.state, letter.state), ("cancelled", "cancelled"))

    def _second_manager(self):
        return self.env["res.users"].create(
            {
                "name": "Second",
                "login": "second-manager",
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
                "group_ids": [(4, self.env.ref("ar_collections.group_ar_collection_manager").id)],
            }
        )
