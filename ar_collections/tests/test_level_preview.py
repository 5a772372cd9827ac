import io
import re

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from .common import SmtpMixin
from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestLevelPreview(SmtpMixin, LedgerCommon):
    """What a level would say tonight: rendered as it is sent, and never kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.email = "petra@company.example"
        cls.move = cls._invoice(1000, 10)
        cls._invoice(500, 2)
        cls._invoice(300, -20)
        cls._credit_note(100, days=1)

    def _preview(self, level, **kwargs):
        account = self._account()
        shown = level.action_preview(account.id, **kwargs)
        self.assertFalse(shown["error"])
        return shown

    def _text(self, html):
        html = re.sub(r"(?s)<style>.*?</style>", "", html)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace("\N{NO-BREAK SPACE}", " "))

    def _kept(self):
        """What a preview could leave behind: counts, and the next number of a notice."""
        self.env.flush_all()
        names = (
            "ar.collection.notice",
            "ar.collection.notice.line",
            "ar.collection.decision",
            "ar.collection.audit",
            "mail.message",
            "mail.mail",
            "ir.attachment",
        )
        counts = {name: self.env[name].search_count([]) for name in names if name in self.env}
        sequence = self.env.ref("ar_collections.ir_sequence_ar_collection_notice", False)
        item = self._item(self.move)
        return counts, sequence and sequence.number_next_actual, item.ar_level_id, item.write_date

    # === WHAT IT SAYS === #
    def test_the_level_reached_tonight(self):
        self._account()
        before = self._kept()
        shown = self._preview(self.reminder)
        self.assertEqual(self._kept(), before)
        self.assertEqual(shown["note"], "")
        self.assertIn("alpha@debtor.example", shown["to"])
        self.assertEqual(shown["subject"], "Reminder: payment of your open invoices")
        for text in map(self._text, (shown["body"], shown["letter"])):
            self.assertIn("1,400.00", text, "1,000 and 500 overdue, less the credit of 100")
            self.assertIn("500.00", text)
            self.assertNotIn("300.00", text, "not yet due")

    def test_it_says_what_the_notice_says_then(self):
        shown = self._preview(self.reminder)
        notice = self._run().notice_ids
        notice._claim()
        said, shown = self._text(str(notice.body)), self._text(shown["body"])
        # the number of the notice apart, and the reference made of it
        said = re.sub(r"RF\d\d [A-Z\d ]+", "", said.replace(notice.name, ""))
        shown = re.sub(r"RF\d\d [A-Z\d ]+", "", shown.replace(f"TEST{self.env.uid:06d}", ""))
        self.assertEqual(shown, said)

    def test_a_level_not_reached_shows_the_same_items_and_says_so(self):
        shown = self._preview(self.final)
        self.assertIn("Tonight Alpha would get Reminder.", shown["note"])
        self.assertEqual(shown["subject"], "Final request for payment")
        self.assertIn("1,400.00", self._text(shown["body"]))

    def test_a_courtesy_names_what_is_not_due(self):
        shown = self._preview(self.courtesy)
        text = self._text(shown["body"])
        self.assertIn("200.00", text, "300 not due, less the credit of 100")
        self.assertNotIn("1,400.00", text)

    def test_nothing_it_could_name(self):
        other = self._debtor("Beta", email="beta@debtor.example")
        self._invoice(70, 5, partner=other)
        account = self._account(other)
        shown = self.courtesy.action_preview(account.id)
        self.assertIn("Beta has nothing open that Courtesy reminder could name", shown["error"])

    def test_in_the_language_of_the_debtor_or_another(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.reminder.with_context(lang="de_DE").letter_text = "Bitte zahlen Sie."
        self.reminder.with_context(lang="de_DE").call_script = "Guten Tag"
        self.assertIn(
            "have passed their due date", self._text(self._preview(self.reminder)["body"])
        )
        shown = self._preview(self.reminder, lang="de_DE")
        self.assertIn("Bitte zahlen Sie.", self._text(shown["body"]))
        self.assertIn("Bitte zahlen Sie.", self._text(shown["letter"]))
        self.assertEqual(shown["call_script"], "Guten Tag")
        self.debtor.lang = "de_DE"
        self.assertEqual(self._preview(self.reminder)["lang"], "de_DE")

    def test_an_example_is_found(self):
        self._account()
        self.assertEqual(self.reminder.action_preview()["collection_id"], self._account().id)

    def test_an_error_in_the_text_is_shown_with_its_place(self):
        template = self.reminder.mail_template_id.copy()
        self.env.cr.execute(
            "UPDATE mail_template SET body_html = jsonb_build_object('en_US', %s) WHERE id = %s",
            ['<p><t t-out="object.no_such_field"/></p>', template.id],
        )
        template.invalidate_recordset()
        self.reminder.mail_template_id = template
        shown = self.reminder.action_preview(self._account().id)
        self.assertIn("no_such_field", shown["error"])
        self.assertIn("t-out", shown["error"])

    # === A TEST TO ME === #
    def test_a_test_reaches_its_sender_alone(self):
        account = self._account()
        messages = len(account.message_ids)
        before = self._kept()
        self.reminder.action_send_test(account.id)
        self.env["mail.mail"].sudo().process_email_queue()
        [mail] = [mail for mail in self.sink.mails if mail["message"]["subject"].startswith("TEST")]
        self.assertEqual(mail["to"], ["petra@company.example"])
        self.assertFalse([1 for mail in self.sink.mails if "alpha@debtor.example" in mail["to"]])
        message = mail["message"]
        self.assertEqual(message["subject"], "TEST: Reminder: payment of your open invoices")
        html = message.get_body(("html",)).get_content()
        self.assertIn("TEST of level Reminder for Alpha", self._text(html))
        self.assertIn("1,400.00", self._text(html))
        [pdf] = message.iter_attachments()
        self.assertEqual(pdf.get_filename(), "TEST Reminder.pdf")
        text = PdfFileReader(io.BytesIO(pdf.get_content())).pages[0].extract_text()
        self.assertIn("1,400.00", text)
        self.assertRegex(text, r"TEST(?!\d)", "the band, beside the number")
        self.assertEqual(len(account.message_ids), messages)
        counts, *rest = self._kept()
        self.assertEqual(rest, list(before[1:]))
        for name in ("ar.collection.notice", "ar.collection.notice.line"):
            self.assertEqual(counts[name], before[0][name])
        decision = self._decisions()[self.debtor]
        self.assertEqual(decision.level.id, self.reminder.id, "it is still to be sent")

    def test_without_an_address_of_ones_own(self):
        self.env.user.email = False
        with self.assertRaisesRegex(UserError, "You have no e-mail address"):
            self.reminder.action_send_test(self._account().id)

    # === WHO MAY === #
    def test_who_may(self):
        account = self._account()
        auditor = self._user("preview-auditor", "readonly")
        level = self.reminder.with_user(auditor)
        self.assertIn("1,400.00", self._text(level.action_preview(account.id)["body"]))
        with self.assertRaises(AccessError):
            level.action_send_test(account.id)
        account.user_id = self._user("preview-owner", "user")
        stranger = self._user("preview-other", "user")
        with self.assertRaises(AccessError):
            self.reminder.with_user(stranger).action_preview(account.id)

    def test_a_debtor_of_another_company(self):
        company = self._other_company("Elsewhere")
        account = self.Account.sudo().create(
            {"partner_id": self.debtor.id, "company_id": company.id}
        )
        with self.assertRaisesRegex(UserError, "another company"):
            self.reminder.action_preview(account.id)
