import re

from odoo import Command
from odoo.tests import tagged

from .letter import LetterCommon


@tagged("post_install", "-at_install")
class TestLetterAmounts(LetterCommon):
    def test_two_currencies_a_credit_and_a_dispute(self):
        one = self._invoice(1000, 19)
        two = self._invoice(500.5, 8)
        self._pay(two, 200)
        new = self._invoice(60, 3)
        credit = self._credit_note(50.25, days=2)
        disputed = self._invoice(700, 30)
        euro = self._invoice_in("EUR", 2000, 12)
        self._hold(disputed)
        text = self._letter()
        self.assertRegex(text, rf"{one.name} .* 1,000\.00 1,000\.00 19 Reminder")
        self.assertRegex(text, rf"{two.name} .* 500\.50 300\.50 8 Reminder")
        self.assertRegex(text, rf"{new.name} .* 60\.00 60\.00 3 New")
        self.assertRegex(text, rf"Less credit note {credit.name} of .*, not yet applied −50\.25")
        # 1,000 + 300.50 + 60 - 50.25
        self.assertRegex(text, r"To pay in USD 1,310\.25")
        self.assertRegex(text, rf"{euro.name} .* 2,000\.00 2,000\.00 12 Reminder")
        self.assertRegex(text, r"To pay in EUR 2,000\.00")
        self.assertIn(
            f"Not included: {disputed.name} (USD 700.00), which you have queried and we are "
            "looking into.",
            text,
        )
        self.assertIn("USD 1,310.25", text)
        self.assertIn("EUR 2,000.00", text)
        self.assertIn("DE55 2005 0099 0123 4568 42", text)
        self.assertIn("DE31 2005 0099 0123 4567 89", text)
        self.assertNotRegex(text, r"3,310\.25")  # no sum over currencies
        self.assertIn("Page 1 of 1", text)

    def test_why_items_are_left_out(self):
        self._invoice(1000, 19)
        wording = {
            "promised": "which you have promised to pay",
            "planned": "which you pay as agreed in your payment plan",
            "other": "which we have set aside for now",
        }
        held = {kind: self._invoice(100, 10) for kind in wording}
        notice = self._claimed()
        for kind, move in held.items():
            line = notice.line_ids.filtered(lambda line, move=move: line.move_id == move)
            line.write({"kind": "held", "held_kind": kind, "amount": 40})
        text = re.sub(r"\s+", " ", self._text(self._print(notice)))
        for kind, move in held.items():
            self.assertIn(f"Not included: {move.name} (USD 40.00), {wording[kind]}.", text)

    def test_many_left_out_are_summed_up(self):
        self._invoice(1000, 19)
        for _index in range(10):
            self._hold(self._invoice(100, 10))
        text = re.sub(r"\s+", " ", self._letter())
        self.assertIn("and 2 more (USD 200.00), which you have queried", text)

    def test_formal_lists_what_is_also_overdue_apart(self):
        claimed = self._invoice(9860, 120)
        self._reach(claimed, self.second, 20)
        young = self._invoice(3415.8, 22)
        text = self._letter()
        self.assertIn("Final request for payment", text)
        total, also, item = (
            text.index("To pay in USD 9,860.00"),
            text.index("Also overdue in USD, not part of the amount to pay"),
            text.index(young.name),
        )
        self.assertLess(text.index(claimed.name), total)
        self.assertLess(total, also)
        self.assertLess(also, item)
        self.assertNotIn("13,275.80", text)

    def test_decimals_of_the_currency(self):
        self._invoice_in("JPY", 876464, 12)
        self._invoice_in("KWD", 2450.75, 12)
        text = self._letter()
        self.assertRegex(text, r"876,464 876,464 12")
        self.assertRegex(text, r"To pay in JPY 876,464\n")
        self.assertRegex(text, r"2,450\.750 2,450\.750 12")
        self.assertRegex(text, r"To pay in KWD 2,450\.750\n")
        self.assertIn("KWD 2,450.750", text)

    def test_instalments_are_named(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Three parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": part, "nb_days": days})
                    for part, days in ((30, 0), (40, 10), (30, 60))
                ],
            }
        )
        move = self._invoice(1000, 20, invoice_payment_term_id=term.id, invoice_date_due=False)
        text = self._letter()
        self.assertRegex(text, rf"{move.name} \(1 of 3\) .* 300\.00 300\.00 20")
        self.assertRegex(text, rf"{move.name} \(2 of 3\) .* 400\.00 400\.00 10")
        self.assertNotIn("(3 of 3)", text)
        self.assertIn("To pay in USD 700.00", text)

    def test_courtesy_has_no_days_overdue(self):
        self._invoice(100, -2)
        text = self._letter()
        self.assertIn("Invoices that fall due soon", text)
        self.assertRegex(text, r"100\.00 100\.00 – Courtesy reminder")
        self.assertIn("Please pay by", text)
        self.assertIn("the due date", text)


@tagged("post_install", "-at_install")
class TestLetterTexts(LetterCommon):
    def test_earlier_notices_are_named(self):
        move = self._invoice(1000, 40)
        self._reach(move, self.reminder, 20)
        account = self._account()
        earlier = self.Notice.sudo().create(
            {"collection_id": account.id, "date": "2026-10-31", "state": "sent"}
        )
        self.env["ar.collection.notice.line"].sudo().create(
            {"notice_id": earlier.id, "kind": "claim", "line_id": self._item(move).id}
        )
        self.assertIn("We wrote to you on 31 October 2026 about invoices", self._letter())

    def test_without_earlier_notices_the_text_still_reads_well(self):
        self._reach(self._invoice(1000, 40), self.reminder, 20)
        text = re.sub(r"\s+", " ", self._letter())
        self.assertNotIn("We wrote to you", text)
        self.assertIn("Dear Sir or Madam, Our records still show the amounts below as open.", text)

    def test_percent_signs_and_line_breaks_of_the_user(self):
        self.reminder.letter_text = "Save 100 %, not 5% (x)s.\nBy %(deadline)s: <b>pay</b>."
        self._invoice(1000, 10)
        notice = self._claimed()
        text = self._text(self._print(notice))
        self.assertIn("Save 100 %, not 5% (x)s.\n", text)
        self.assertRegex(text, r"By \d+ \w+ \d{4}: <b>pay</b>\.")

    def test_hostile_names_stay_text(self):
        hostile = '<b>Evil</b> & "Sons" =1+1'
        self.debtor.write({"name": hostile, "street": "<i>Street</i>", "ref": "<u>9</u>"})
        self.company.name = "Us & <s>Them</s>"
        self._invoice(1000, 10)
        notice = self._claimed()
        text = self._text(self._print(notice))
        self.assertIn(hostile, text)
        self.assertIn("<i>Street</i>", text)
        self.assertIn("<u>9</u>", text)
        self.assertIn("Us & <s>Them</s>", text)
        body = notice.mail_mail_id.body_html
        self.assertNotIn("<s>Them", body)
        self.assertIn("Us &amp; &lt;s&gt;Them&lt;/s&gt;", body)

    def test_contact_and_address(self):
        self.debtor.write(
            {"street": "Harbour 7", "zip": "T12", "city": "Cork", "ref": "C10482",
             "country_id": self.env.ref("base.ie").id}
        )  # fmt: skip
        self._debtor("Eleanor Whitcombe", parent_id=self.debtor.id, is_company=False).write(
            {"type": "ar_collections", "email": "pay@debtor.example"}
        )
        self.company.ar_sender_id = self.env.user
        self.env.user.partner_id.phone = "+49 40 114"
        self._invoice(1000, 10)
        notice = self._claimed()
        recipient = self.report._prepare_letter(notice)["recipient"]
        self.assertEqual(recipient["lines"][:3], ["Alpha", "Eleanor Whitcombe", "Harbour 7"])
        self.assertEqual(recipient["lines"][-1], "IRELAND")
        text = self._text(self._print(notice))
        self.assertIn("Dear Eleanor Whitcombe,", text)
        self.assertRegex(text, r"Customer C10482")
        self.assertRegex(text, rf"Your contact {self.env.user.name}")
        self.assertRegex(text, r"Telephone \+49 40 114")

    def test_dates_in_the_language_and_form(self):
        day = self.env["ar.collection.notice"]._fields["date"].to_date("2026-11-02")
        notice = self.Notice.new({"company_id": self.company.id})
        for lang, form, short in (
            ("en_US", "din", "2 Nov 2026"),
            ("en_US", "us10", "Nov 2, 2026"),
            ("de_DE", "din", "2. Nov. 2026"),
            ("fr_FR", "din", "2 nov. 2026"),
            ("ar_001", "din", "2 نوفمبر 2026"),
        ):
            self.env["res.lang"]._activate_lang(lang)
            self.company.ar_letter_form = form
            translated = notice.with_context(lang=lang)
            with self.subTest(lang=lang, form=form):
                self.assertEqual(translated._format_date(day, short=True), short)

    def test_printed_again_it_says_the_same(self):
        move = self._invoice(1000, 10)
        notice = self._claimed()
        self._pay(move)
        self.assertIn("To pay in USD 1,000.00", self._text(self._print(notice)))

    def test_a_letter_once_made_is_shown_as_it_was(self):
        self._invoice(1000, 10)
        notice = self._claimed()
        notice.attachment_id.raw = pdf = self._print(notice)
        self.reminder.letter_text = "Something else"
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        reference = "ar_collections.action_report_ar_collection_notice"
        self.assertEqual(report._render_qweb_pdf(reference, notice.ids)[0], pdf)
        anew = report.with_context(ar_collections_letter=True)
        text = self._text(anew._render_qweb_pdf(reference, notice.ids)[0])
        self.assertNotIn("Something else", text)
        self.assertIn("The invoices below have passed their due date.", text)
