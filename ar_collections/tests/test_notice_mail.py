import re

from odoo.tests import tagged

from .letter import LetterCommon


@tagged("post_install", "-at_install")
class TestNoticeMail(LetterCommon):
    def test_letter_is_attached_as_pdf(self):
        self._invoice(1000, 10)
        self.env = self.env(context={**self.env.context, "force_report_rendering": True})
        self.Run = self.Run.with_env(self.env)
        notice = self._claimed()
        self.assertEqual(notice.attachment_id.mimetype, "application/pdf")
        self.assertTrue(notice.attachment_id.raw.startswith(b"%PDF"))
        self.assertIn("To pay in USD 1,000.00", self._text(notice.attachment_id.raw))
        self.assertIn(notice.attachment_id, notice.mail_mail_id.attachment_ids)

    def test_mail_says_what_the_letter_says(self):
        one = self._invoice(1000, 19)
        credit = self._credit_note(50.25, days=2)
        disputed = self._invoice(700, 30)
        euro = self._invoice_in("EUR", 2000, 12)
        self._hold(disputed)
        self.debtor.ref = "C10482"
        notice = self._claimed()
        self.assertEqual(notice.subject, "Reminder: payment of your open invoices")
        body = notice.mail_mail_id.body_html
        text = re.sub(r"[\s\u00a0]+", " ", re.sub(r"<[^>]+>|&nbsp;", " ", body))
        self.assertRegex(text, rf"{one.name} \d+ \w+ \d+ 19 1,000\.00")
        self.assertRegex(
            text, rf"Less credit note {credit.name} of [\w ]+, not yet applied −50\.25"
        )
        self.assertIn("To pay in USD 949.75", text)
        self.assertRegex(text, rf"{euro.name} \d+ \w+ \d+ 12 2,000\.00")
        self.assertIn("To pay in EUR 2,000.00", text)
        self.assertIn(f"Not included: {disputed.name} (USD 700.00), which you have queried", text)
        self.assertIn("By bank transfer to Halden &amp; Roth, BIC NRDXDEHHXXX", text)
        self.assertIn("USD: DE55 2005 0099 0123 4568 42, reference", text)
        self.assertIn(
            f"Attached: letter {notice.name} (PDF). Your customer number is C10482.", text
        )
        self.assertIn("USD 949.75 and EUR 2,000.00 to pay: the due date has passed.", text)

    def test_mail_has_nothing_a_customer_cannot_open(self):
        self._invoice(1000, 10)
        notice = self._claimed()
        body = notice.mail_mail_id.body_html
        self.assertNotIn("/mail/view", body)
        self.assertNotIn("Powered by", body)
        self.assertNotIn("<a ", body)
        self.assertNotRegex(body, r"(?i)<style|<script|class=")
        self.assertIn("width:600px", body.replace(" ", ""))

    def test_a_payment_link_becomes_a_button(self):
        self._invoice(1000, 10)
        notice = self._claimed()
        self.patch(type(self.Notice), "_payment_link", lambda notice, row: "https://pay.example/1")
        mail = notice._prepare_mail()
        html = self.env["ir.qweb"]._render(
            "ar_collections.mail_ar_collection_notice", {"mail": mail}
        )
        self.assertIn('href="https://pay.example/1"', html)
        self.assertIn("Pay USD\u00a01,000.00", html)

    def test_in_the_language_of_the_debtor(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.debtor.lang = "de_DE"
        german = self.reminder.with_context(lang="de_DE")
        german.letter_title = "Zahlungserinnerung"
        german.letter_text = "Bitte zahlen Sie bis %(deadline)s."
        self._invoice(1234.5, 10)
        notice = self._claimed()
        self.assertEqual(notice.subject, "Zahlungserinnerung")
        self.assertIn("Bitte zahlen Sie bis", notice.mail_mail_id.body_html)
        self.assertIn("1.234,50", notice.mail_mail_id.body_html)
        self.assertIn("Zahlungserinnerung", self._text(self._print(notice)))
