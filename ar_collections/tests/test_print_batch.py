import io
import re
import time
from datetime import timedelta

from reportlab.pdfgen import canvas

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .ledger import LedgerCommon
from .letter import LetterCommon

BATCH = "odoo.addons.ar_collections.models.ar_collection_print_batch"


class PrintCommon(LetterCommon, LedgerCommon):
    """Letters on the pile, claimed by the delivery job."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.level_ids.write({"send_email": False, "send_letter": True})
        cls.Batch = cls.env["ar.collection.print.batch"]
        cls.printer = cls._user("printer", "all", name="Printer")

    def _place(self, name, zip_code, country="de", **vals):
        return self._debtor(
            name,
            street="Main street 1",
            zip=zip_code,
            city="Town",
            country_id=self.env.ref(f"base.{country}").id,
            **vals,
        )

    def _pile(self, *partners, invoiced=False):
        """The letters of tonight's run for these debtors, claimed, in the order given.

        :param invoiced: the debtors have their invoices already.
        """
        for partner in () if invoiced else partners:
            self._invoice(100, 10, partner=partner)
        notices = self._run().notice_ids.filtered(
            lambda notice: notice.collection_id.partner_id in partners
        )
        for notice in notices:
            self.assertFalse(notice._claim(), "nothing to hand over")
            self.assertEqual(notice.state, "to_print", notice.reason)
        order = {partner: place for place, partner in enumerate(partners)}
        return notices.sorted(lambda notice: order[notice.partner_id])

    def _batch(self, letters):
        action = letters.with_user(self.printer).action_print_letters()
        return self.Batch.browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestPrintBatch(PrintCommon):
    def test_printed_confirmed_sent(self):
        debtor = self._place("Alpha", "20357")
        [letter] = self._pile(debtor)
        item = letter.line_ids.line_id
        self.assertEqual(item.ar_level_id, self.reminder, "advanced when claimed")
        batch = self._batch(letter)
        self.assertRecordValues(
            batch,
            [{"state": "open", "letter_count": 1, "page_count": 1, "user_id": self.printer.id}],
        )
        self.assertEqual(letter.state, "to_print", "not sent before a person says so")
        self.assertFalse(self._account(debtor).last_notice_date)
        text = self._text(batch.attachment_id.raw)
        self.assertIn("To pay in USD 100.00", text)
        self.assertNotIn("Copy", text)
        url = batch.with_user(self.printer).action_print()["url"]
        self.assertEqual(url, f"/web/content/{batch.attachment_id.id}")
        batch.attachment_id.with_user(self.printer).check_access("read")
        batch.with_user(self.printer).action_confirm_printed()
        self.assertEqual((batch.state, batch.confirmed_by), ("done", self.printer))
        self.assertEqual(letter.state, "sent")
        self.assertTrue(letter.date_sent)
        self.assertTrue(letter.attachment_id.raw.startswith(b"%PDF"))
        self.assertEqual(self._account(debtor).last_notice_date, self.today)
        self.assertEqual(item.ar_level_id, self.reminder)
        with self.assertRaisesRegex(UserError, "answered already"):
            batch.with_user(self.printer).action_not_printed()

    def test_in_the_order_of_folding(self):
        names = ("Zeta", "Beta", "Alpha", "Cork", "Nice")
        places = (("Zeta", "10115"), ("Beta", "80331"), ("Alpha", "80331"))
        partners = [self._place(name, zip_code) for name, zip_code in places]
        partners.append(self._place("Cork", "T12", "ie"))
        partners.append(self._place("Nice", "06000", "fr"))
        batch = self._batch(self._pile(*reversed(partners)))
        order = ["Zeta", "Alpha", "Beta", "Nice", "Cork"]
        self.assertEqual(batch._letters().partner_id.mapped("name"), order)
        text = self._text(batch.attachment_id.raw)
        self.assertEqual(batch.page_count, 5)
        first_lines = [
            next(name for name in names if re.search(rf"^\s*{name}\s*$", page, re.M))
            for page in text.split("\f")[:5]
        ]
        self.assertEqual(first_lines, order)

    def test_interrupted_and_printed_again(self):
        letters = self._pile(self._place("Alpha", "1"), self._place("Beta", "2"))
        batch = self._batch(letters)
        before = batch.attachment_id.raw
        self.assertEqual(self._batch_or_none(letters), None, "nothing is left on the pile")
        batch.with_user(self.printer).action_print()
        self.assertEqual(batch.attachment_id.raw, before)
        batch.with_user(self.printer).action_not_printed()
        self.assertEqual(batch.state, "cancelled")
        self.assertEqual(set(letters.mapped("state")), {"to_print"})
        again = self._batch(letters)
        self.assertEqual(again.notice_ids, letters)
        self.assertNotEqual(again, batch)

    def _batch_or_none(self, letters):
        return letters.with_user(self.printer).action_print_letters().get("res_id")

    def test_one_letter_goes_back_on_the_pile(self):
        alpha, beta = self._pile(self._place("Alpha", "1"), self._place("Beta", "2"))
        batch = self._batch(alpha + beta)
        alpha.with_user(self.printer).action_print_again()
        self.assertEqual((batch.notice_ids, batch.page_count), (beta, 1))
        text = self._text(batch.attachment_id.raw)
        self.assertIn("Beta", text)
        self.assertNotIn("Alpha", text)
        batch.with_user(self.printer).action_confirm_printed()
        self.assertEqual((alpha.state, beta.state), ("to_print", "sent"))

    def test_given_up_while_in_a_batch(self):
        alpha, beta = self._pile(self._place("Alpha", "1"), self._place("Beta", "2"))
        batch = self._batch(alpha + beta)
        alpha.action_cancel()
        self.assertEqual(batch.notice_ids, beta)
        self.assertNotIn("Alpha", self._text(batch.attachment_id.raw))
        self.assertFalse(alpha.line_ids.line_id.ar_level_id)
        beta.action_cancel()
        self.assertRecordValues(batch, [{"state": "cancelled", "page_count": 0}])

    def test_copies_say_so(self):
        letters = self._pile(self._place("Alpha", "1"), self._place("Beta", "2"))
        batch = self._batch(letters)
        with self.assertRaisesRegex(UserError, "not confirmed"):
            batch.with_user(self.printer).action_print_copy()
        batch.with_user(self.printer).action_confirm_printed()
        self.reminder.letter_title = "Changed meanwhile"
        url = batch.with_user(self.printer).action_print_copy()["url"]
        copy = self.env["ir.attachment"].browse(int(url.rpartition("/")[2]))
        pages = self._text(copy.raw).split("\f")[:2]
        self.assertEqual(["Copy" in page for page in pages], [True, True])
        self.assertIn("Reminder: payment of your open invoices", pages[0])
        self.assertEqual(batch.copies, 1)
        self.assertNotIn("Copy", self._text(batch.attachment_id.raw), "the original stays")

    def test_invoices_follow_their_letter(self):
        self.reminder.attach_invoices = True
        partners = self._place("Alpha", "1"), self._place("Beta", "2")
        for partner in partners:
            self._legal_pdf(self._invoice(100, 10, partner=partner), partner.name)
        letters = self._pile(*partners, invoiced=True)
        self.reminder.attach_invoices = False
        batch = self._batch(letters)
        self.assertEqual(batch.page_count, 4, "letter, invoice, letter, invoice")
        pages = self._text(batch.attachment_id.raw).split("\f")
        for page, letter in zip((pages[0], pages[2]), letters, strict=True):
            [number] = letter._claimed_invoices().mapped("name")
            self.assertIn(f"Enclosed: copies of {number}", page)
        self.assertIn("Legal invoice of Alpha", pages[1])
        self.assertIn("Legal invoice of Beta", pages[3])
        self.assertEqual(batch.letter_count, 2)

    def _legal_pdf(self, move, name):
        stream = io.BytesIO()
        page = canvas.Canvas(stream)
        page.drawString(50, 500, f"Legal invoice of {name}")
        page.save()
        self.env["ir.attachment"].create(
            {
                "name": f"{name}.pdf",
                "raw": stream.getvalue(),
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        move.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])

    # === BETWEEN CLAIM AND PRINT === #
    def test_what_changed_on_the_pile_is_claimed_anew(self):
        names = ("Paid", "Part", "Held", "Credited", "Bank", "Same")
        partners = {name: self._place(name, "1") for name in names}
        letters = self._pile(*partners.values())
        letter = {notice.partner_id.name: notice for notice in letters}
        move = {name: letter[name].line_ids.move_id for name in names}
        self._pay(move["Paid"])
        self._pay(move["Part"], 40)
        self._hold(move["Held"])
        self._credit_note(30, partner=partners["Credited"])
        self._bank_line(100, partners["Bank"])
        batch = self._batch(letters)
        self.assertEqual(batch.notice_ids, letter["Same"])
        self.assertEqual(batch.taken_back, 5)
        self.assertEqual(
            {name: letter[name].state for name in names},
            {**dict.fromkeys(names, "queued"), "Same": "to_print"},
        )
        self.assertFalse(move["Part"].line_ids.ar_level_id)
        for name in names[:-1]:
            letter[name]._claim()
        self.assertEqual(
            {name: (letter[name].state, letter[name].reason) for name in names[:-1]},
            {
                "Paid": ("skipped", "nothing_overdue"),
                "Part": ("to_print", False),
                "Held": ("skipped", "all_held"),
                "Credited": ("to_print", False),
                "Bank": ("skipped", "money_on_its_way"),
            },
        )
        self.assertEqual(letter["Part"].amount, 60)
        self.assertEqual(letter["Credited"].amount, 70)

    def test_a_letter_that_waited_is_of_the_day_it_is_printed(self):
        [letter] = self._pile(self._place("Alpha", "1"))
        ago = timedelta(days=4)
        letter.sudo().write({"date": self.today - ago, "deadline": letter.deadline - ago})
        letter.line_ids.sudo().days_overdue = 6
        item = letter.line_ids.line_id
        item.ar_level_date = self.today - ago
        batch = self._batch(letter)
        self.assertRecordValues(
            letter, [{"date": self.today, "deadline": self.today + timedelta(days=10)}]
        )
        self.assertEqual(letter.line_ids.days_overdue, 10)
        self.assertEqual(item.ar_level_date, self.today)
        self.assertRegex(self._text(batch.attachment_id.raw), r"100\.00 10 Reminder")

    @mute_logger(BATCH)
    def test_one_letter_that_cannot_be_made_fails_alone(self):
        letters = self._pile(*(self._place(name, "1") for name in ("Alpha", "Bad", "Gamma")))
        bad = letters[1]
        prepare = type(self.report)._prepare_letter

        def fail(report, notice, *args):
            if notice == bad:
                raise ValueError("no such currency")
            return prepare(report, notice, *args)

        self.patch(type(self.report), "_prepare_letter", fail)
        batch = self._batch(letters)
        self.assertEqual(batch.notice_ids, letters - bad)
        self.assertEqual(batch.failed_count, 1)
        self.assertRecordValues(bad, [{"state": "failed", "failure": "error"}])
        self.assertIn("no such currency", bad.error)
        self.assertFalse(bad.line_ids.line_id.ar_level_id)

    def test_each_company_has_its_own_batch(self):
        other = self._other_company("Elsewhere")
        levels = self.env["ar.collection.level"].search([("company_id", "=", other.id)])
        levels.write({"send_email": False, "send_letter": True})
        debtor = self._place("Alpha", "1")
        self._invoice(40, 10, partner=debtor, company_id=other.id)
        [mine] = self._pile(debtor)
        self.Account._refresh(debtor.ids)
        theirs = self.Run.with_company(other)._run(other._ar_today()).notice_ids
        theirs.with_company(other)._claim()
        self.assertEqual(theirs.state, "to_print")
        self.assertEqual(self.Notice.to_do()["to_print"], 1)
        self.assertEqual(self.Notice.with_company(other).to_do()["to_print"], 1)
        (mine + theirs).with_env(self.env).action_print_letters()
        batches = (mine + theirs).print_batch_id
        self.assertEqual(batches.company_id, self.company + other)
        self.assertEqual(batches.mapped("letter_count"), [1, 1])
        for batch in batches:
            with self.subTest(company=batch.company_id.name):
                readable = self.Batch.with_user(self.printer).search([("id", "=", batch.id)])
                self.assertEqual(bool(readable), batch.company_id == self.company)

    # === ROLES === #
    def test_who_may_print(self):
        [letter] = self._pile(self._place("Alpha", "1"))
        own, auditor = self._user("own", "user"), self._user("auditor", "readonly")
        for user in (own, auditor):
            with self.assertRaises(AccessError):
                letter.with_user(user).action_print_letters()
        batch = self._batch(letter)
        for user in (own, auditor):
            for action in (
                "action_print",
                "action_confirm_printed",
                "action_not_printed",
                "action_print_copy",
            ):
                with self.assertRaises(AccessError):
                    getattr(batch.with_user(user), action)()
            with self.assertRaises(AccessError):
                letter.with_user(user).action_print_again()
        with self.assertRaises(AccessError):
            batch.with_user(own).read(["name"])
        self.assertEqual(batch.with_user(auditor).read(["name"])[0]["name"], batch.name)
        for user in (auditor, self.printer):
            with self.assertRaises(AccessError):
                batch.with_user(user).write({"state": "done"})
        with self.assertRaises(AccessError):
            batch.with_user(self.printer).unlink()

    def test_counts_for_the_banner(self):
        letters = self._pile(self._place("Alpha", "1"), self._place("Beta", "2"))
        to_do = self.Notice.with_user(self.printer).to_do
        self.assertEqual(to_do()["to_print"], 2)
        self.assertEqual(self.Notice.with_user(self._user("own", "user")).to_do()["to_print"], 0)
        self._batch(letters)
        self.assertEqual(to_do()["to_print"], 0)


@tagged("post_install", "-at_install", "-standard", "ar_bench")
class TestPrintBatchSpeed(PrintCommon):
    def test_two_hundred_letters(self):
        """In proportion to 500 in half a minute, which ``make bench`` measures."""
        for index in range(200):
            self._invoice(100, 10, partner=self._place(f"Debtor {index}", f"{index:05}"))
        letters = self._run().notice_ids
        for notice in letters:
            notice.sudo().write(notice._prepare_contact_vals())
            notice.sudo().totals = notice._prepare_totals()
        letters.sudo().state = "to_print"
        started = time.monotonic()
        batch = self._batch(letters)
        seconds = time.monotonic() - started
        self.assertEqual(batch.letter_count, 200)
        self.assertLess(seconds, 12)
