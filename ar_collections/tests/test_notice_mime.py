from email import message_from_bytes, policy
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_delivery import DeliveryCommon

SMTP = "odoo.addons.ar_collections.models.ar_collection_notice_smtp"
#: What two e-mails of one mail may differ in: when they were made, how their parts are divided;
#: and Python forgets to quote some names.
OWN = {"date", "content-type", "to"}


@tagged("post_install", "-at_install")
class TestNoticeMime(DeliveryCommon):
    """The e-mail that is written down at once is the one that core would build."""

    def setUp(self):
        super().setUp()
        self.policy.level_ids.attach_letter = False
        self.company.email = "accounts@seller.example"
        self.patch(self.registry["ar.collection.notice"], "_gc_mails", lambda _notices: None)

    def _built_by_core(self, mail):
        [email] = mail._prepare_outgoing_list()
        names = ("email_from", "email_to", "subject", "body", "body_alternative", "reply_to")
        names += ("message_id", "references", "object_id", "headers")
        return self.env["ir.mail_server"]._build_email__(
            subtype="html", subtype_alternative="plain", **{name: email[name] for name in names}
        )

    def _read(self, message):
        """Headers and HTML as a mail program reads them."""
        read = message_from_bytes(message.as_bytes(), policy=policy.default)
        headers = {name.lower(): str(value) for name, value in read.items() if str(value)}
        html = read.get_body(("html",)).get_content()
        return {name: headers[name] for name in headers.keys() - OWN}, html.split()

    def test_the_same_as_by_core(self):
        self.debtor.name = 'Söhne, Zoë "Bär" & Co'
        self.reminder.letter_title = "Zahlungserinnerung über fällige Rechnungen: " + "ä" * 60
        notice = self._queued()
        self._deliver()
        self.assertEqual(notice.state, "sent")
        mail = notice.mail_mail_id
        ours, to = self.env["ar.collection.notice"]._write_email(mail)
        self.assertEqual(to, ["alpha@debtor.example"])
        self.assertEqual(self._read(ours), self._read(self._built_by_core(mail)))
        [sent] = self.sink.mails
        self.assertEqual(sent["to"], to)
        self.assertEqual(sent["message"]["Subject"], self.reminder.letter_title)
        self.assertEqual(sent["message"]["To"].addresses[0].display_name, self.debtor.name)

    def test_text_for_programs_without_html(self):
        move = self._invoice(1000, 10)
        self._queued(move)
        self._deliver()
        text = self.sink.mails[0]["message"].get_body(("plain",)).get_content()
        [row] = [line for line in text.splitlines() if line.startswith(move.name)]
        self.assertTrue(row.endswith("  10  1,000.00"), row)
        self.assertNotIn("<", text)
        self.assertNotIn("  \n", text)

    def test_links_into_the_database_are_absolute(self):
        """The logo stands in the mail by its path."""
        self.company.logo = self._picture()
        notice = self._queued()
        self._deliver()
        html = self.sink.mails[0]["message"].get_body(("html",)).get_content()
        self.assertIn(f'src="{notice.get_base_url()}/logo.png?company=', html)

    def _picture(self):
        return (
            b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
            b"RU5ErkJggg=="
        )

    def test_another_addon_has_its_part_in_it(self):
        """One that overrides how core makes an e-mail is asked, whatever it does."""
        body = patch.object(
            self.registry["mail.mail"],
            "_personalize_outgoing_body",
            lambda mail, body, *args, **kwargs: body + "<p>tracked</p>",
            create=True,
        )
        with body:
            self._queued()
            self._deliver()
        [mail] = self.sink.mails
        self.assertIn("tracked", mail["message"].get_body(("html",)).get_content())
        notices = self.env["ar.collection.notice"]
        self.assertTrue(notices._is_made_as_core_does())
        with patch.object(self.registry["ir.mail_server"], "_build_email__", create=True):
            self.assertFalse(notices._is_made_as_core_does())

    @mute_logger(SMTP)
    def test_a_line_break_in_a_header_is_that_notices_problem(self):
        """Nothing leaves with headers that somebody has smuggled into a name."""
        second = self._debtor("Beta", email="beta@debtor.example")
        self._invoice(500, 10, partner=second)
        self.debtor.name = "Alpha\r\nBcc: thief@elsewhere.example"
        notice = self._queued()
        self._deliver()
        self.assertEqual([mail["to"] for mail in self.sink.mails], [["beta@debtor.example"]])
        self.assertEqual((notice.state, notice.failure), ("failed", "refused"))
