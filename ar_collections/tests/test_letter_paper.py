import base64
import re
from io import BytesIO

from markupsafe import Markup
from PIL import Image

from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from .letter import LetterCommon


@tagged("post_install", "-at_install")
class TestLetterPaper(LetterCommon):
    def test_true_to_scale(self):
        marks = Markup(
            '<div class="ar"><div style="position: absolute; left: 20mm; top: 10mm">A</div>'
            '<div style="position: absolute; left: 20mm; top: 110mm">B</div></div>'
        )
        html = self.env["ir.qweb"]._render(
            "ar_collections.report_ar_collection_notice",
            {"letters": [marks], "zoom": 1 / self.report._scale()},
        )
        pdf = self.report.with_context(ar_collections_letter=True)._run_engine(html)
        self.assertAlmostEqual(self.report._marks_distance(pdf), 100, delta=1)

    def test_address_stands_in_the_window(self):
        self.debtor.write({"street": "Harbour 7", "city": "Cork"})
        self._invoice(1000, 10)
        notice = self._claimed()
        pdf = self._print(notice)
        left, middle = self._position(pdf, "Alpha")
        self.assertAlmostEqual(left, 25, delta=1)
        self.assertAlmostEqual(middle, 65, delta=2)
        left, middle = self._position(pdf, "Reminder:")
        self.assertAlmostEqual(left, 25, delta=1)
        self.assertAlmostEqual(middle, 101, delta=2)
        self.company.ar_letter_form = "us10"
        pdf = self._print(notice)
        left, middle = self._position(pdf, "Cork")  # the last line, at the foot of the window
        self.assertAlmostEqual(left, 22.2, delta=1)
        self.assertAlmostEqual(middle, 78, delta=2)

    def test_form_and_paper_follow_the_company(self):
        self._invoice(1000, 10)
        notice = self._claimed()
        for country, form, size in (("de", "din", (595, 842)), ("us", "us10", (612, 792))):
            self.company.country_id = self.env.ref(f"base.{country}")
            self.assertEqual(self.company.ar_letter_form, form)
            page = PdfFileReader(BytesIO(self._print(notice))).getPage(0)
            self.assertEqual((round(page.mediabox.width), round(page.mediabox.height)), size)

    def test_sixty_items_in_three_currencies(self):
        numbers = [
            self._invoice_in(code, amount, 40 - index).name
            for code, amount, count in (("USD", 100, 34), ("EUR", 10.5, 16), ("JPY", 5000, 10))
            for index in range(count)
        ]
        self._credit_note(75, days=2)
        notice = self._claimed()
        pdf = self._print(notice)
        self.assertEqual(self._pages(pdf), 3)
        text = self._text(pdf)
        first, second, third = text.split("\f")[:3]
        for page, total in ((first, 1), (second, 2), (third, 3)):
            self.assertIn(f"Page {total} of 3", page)
        self.assertIn("60, listed on pages 2 to 3", first)
        self.assertRegex(first, r"USD 34 3,400\.00 −75\.00 3,325\.00")
        self.assertRegex(first, r"EUR 16 168\.00 – 168\.00")
        self.assertRegex(first, r"JPY 10 50,000 – 50,000")
        for number in numbers:
            self.assertEqual(len(re.findall(rf"\b{number}\b", second + third)), 1, number)
        self.assertRegex(second, r"To pay in USD 3,325\.00")
        self.assertRegex(third, r"To pay in EUR 168\.00")
        self.assertRegex(third, r"To pay in JPY 50,000")
        self.assertIn(notice.name, third)

    def test_long_names_and_amounts_do_not_overlap(self):
        self.debtor.write(
            {
                "name": "The Amalgamated United Worldwide Grocery Wholesalers and Distributors "
                "of the Northern Hemisphere Incorporated",
                "street": "A street name that goes on and on, Building 12, Floor 3, Room 401",
                "street2": "care of another company with a long name",
                "zip": "T12 X0X0",
                "city": "Cork",
                "country_id": self.env.ref("base.ie").id,
                "ref": "C-1234567890-ABCDEFGHIJ-0987654321",
            }
        )
        self.company.name = "Halden & Roth Supply and Vegetable Distribution GmbH & Co. KG"
        self.reminder.name = "Friendly reminder of the first kind"
        for index, amount in enumerate((1234567890.12, 12)):
            move = self._invoice(amount, 10, post=False)
            move.name = f"THE-LONGEST-NUMBER-OF-ALL-TIMES-{'AB'[index]}/2026/00001"
            move.action_post()
        notice = self._claimed()
        pdf = self._print(notice)
        self._check_nothing_overlaps(pdf)
        text = self._text(pdf)
        self.assertIn("1,234,567,902.12", text)
        self.assertIn("IRELAND", text)
        squeezed = re.sub(r"\s", "", text)
        self.assertIn("Hemisphere", squeezed)

    def test_a_long_text_gets_more_pages(self):
        self.reminder.letter_text = "\n\n".join(["Much to say, and it is said here. " * 12] * 9)
        self._invoice(1000, 10)
        pdf = self._print(self._claimed())
        pages = self._text(pdf).split("\f")[:-1]
        self.assertEqual(len(pages), self._pages(pdf))
        self.assertGreater(len(pages), 3)
        self.assertIn(f"Page {len(pages)} of {len(pages)}", pages[-1])
        self.assertIn("To pay in USD 1,000.00", pages[-1])
        self.assertIn("Payment details", pages[-2])
        self.assertIn(f"1, listed on page {len(pages)}", pages[0])

    def test_nothing_known_of_the_company(self):
        self.company.partner_id.bank_ids.unlink()
        self.company.write(
            dict.fromkeys(("street", "zip", "city", "phone", "email", "vat", "logo"), False)
        )
        self.company.country_id = False
        self.debtor.lang = False
        self._invoice(1000, 10)
        text = self._letter()
        self.assertIn("To pay in USD 1,000.00", text)
        self.assertIn("Payment details", text)
        self.assertNotIn("IBAN", text)
        self.assertNotIn("False", text)
        self.assertNotIn("None", text)

    def test_payment_code(self):
        report = self.env["ir.actions.report"].with_context(ar_collections_letter=True)
        code = report.barcode("QR", "RF18539007547034", quiet=0, width=128, height=128)
        with Image.open(BytesIO(code)) as image:
            self.assertEqual((image.mode, image.size), ("1", (168, 168)))  # 21 modules
        self._invoice(1000, 10)
        notice = self._claimed()
        self.assertNotIn("banking app", self._text(self._print(notice)))
        uri = f"data:image/png;base64,{base64.b64encode(code).decode()}"
        self.patch(type(self.Notice), "_qr_code", lambda notice, row: uri)
        self.assertIn("banking", self._text(self._print(notice)))

    def test_a_failing_payment_code_stops_no_letter(self):
        def fail(*_args, **_kwargs):
            raise ValueError("no code")

        self.patch(type(self.env["res.partner.bank"]), "build_qr_code_base64", fail)
        self._invoice(1000, 10)
        with mute_logger("odoo.addons.ar_collections.models.ar_collection_notice_payment"):
            self.assertIn("USD 1,000.00", self._letter())

    def test_right_to_left(self):
        self.env["res.lang"]._activate_lang("ar_001")
        self.debtor.write({"lang": "ar_001", "name": "شركة النخيل"})
        self.reminder.with_context(lang="ar_001").letter_text = "يرجى السداد قبل %(deadline)s."
        self._invoice_in("KWD", 2450.75, 38)
        self._invoice_in("KWD", 818.5, 28)
        notice = self._claimed()
        self.assertEqual(notice.lang, "ar_001")
        prepared = self.report._prepare_letter(notice)
        html = self.report._render_letter(prepared)
        self.assertIn('lang="ar-001" dir="rtl"', html)
        self.assertIn('<span class="w">السداد</span>', html)
        text = self._text(self._print(notice))
        self.assertIn("2,450.750", text)
        self.assertIn("818.500", text)
        self.assertIn("3,269.250", text)  # the sum of both
        self.assertIn('dir="rtl"', notice.mail_mail_id.body_html)


@tagged("post_install", "-at_install")
class TestLetterBatch(LetterCommon):
    def test_many_letters_in_one_call(self):
        self.env["res.lang"]._activate_lang("de_DE")
        partners = [
            self._debtor(f"Debtor {index}", email=f"d{index}@x.example", lang=lang)
            for index, lang in enumerate(("en_US", "de_DE", "en_US"))
        ]
        for index, partner in enumerate(partners):
            for _item in range(1 if index != 1 else 20):
                self._invoice(100 + index, 10, partner=partner)
        notices = self._run().notice_ids.filtered(
            lambda notice: notice.collection_id.partner_id in partners
        )
        for notice in notices:
            notice._claim()
        pdfs = self.report._print(notices)
        for notice in notices:
            text = self._text(pdfs[notice.id])
            self.assertIn(notice.collection_id.partner_id.name, text)
            pages = 2 if notice.lang == "de_DE" else 1
            self.assertEqual(self._pages(pdfs[notice.id]), pages)
            self.assertIn(f"Page {pages} of {pages}", text)
        self.assertEqual(self._text(pdfs[notices[0].id]), self._text(self._print(notices[0])))
        together, kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf("ar_collections.action_report_ar_collection_notice", notices.ids)
        )
        self.assertEqual((kind, self._pages(together)), ("pdf", 4))

    def test_one_too_long_letter_is_mended_alone(self):
        self.second.letter_text = "\n\n".join(["Much to say, and it is said here. " * 12] * 9)
        other = self._debtor("Other", email="other@x.example")
        self._reach(self._invoice(200, 40, partner=other), self.reminder, 20)
        self._invoice(100, 10)
        notices = self._run().notice_ids
        notices = notices.filtered(
            lambda notice: notice.collection_id.partner_id in (self.debtor, other)
        )
        for notice in notices:
            notice._claim()
        pdfs = self.report._print(notices)
        pages = {
            notice.collection_id.partner_id.name: self._pages(pdfs[notice.id]) for notice in notices
        }
        self.assertEqual(pages["Alpha"], 1)
        self.assertGreater(pages["Other"], 3)
