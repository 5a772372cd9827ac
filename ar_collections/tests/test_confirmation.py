from datetime import timedelta
from io import BytesIO

import openpyxl

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..report.xlsx import workbook
from ..tools.sampling import choose
from .common import SmtpMixin
from .test_statement import StatementCommon


@tagged("post_install", "-at_install")
class TestConfirmation(SmtpMixin, StatementCommon):
    """Balances of a past day confirmed by mail and on paper; answers; figures made by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = cls.env["res.partner"].create(
            {
                "name": "Lindqvist Marr & Partner",
                "email": "confirmations@lindqvist-marr.example",
                "street": "Kontorhaus am Fleet 9",
                "zip": "20459",
                "city": "Hamburg",
                "country_id": cls.env.ref("base.de").id,
            }
        )

    def _round(self, **vals):
        self._refresh()
        return self.env["ar.collection.confirmation.round"].create(
            {
                "company_id": self.company.id,
                "date": self._days(10),
                "auditor_id": self.auditor.id,
                "method": "all",
                **vals,
            }
        )

    def _deliver(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "ar_collections.ir_cron_ar_collection_confirmation"
            ).method_direct_trigger()

    def _asked(self, **vals):
        """A round that was sent; the confirmation of Alpha."""
        run = self._round(**vals)
        run.action_start()
        self._deliver()
        return run.confirmation_ids.filtered(lambda one: one.partner_id == self.debtor)

    def test_letter_of_a_past_day_answered_to_the_auditor(self):
        self.debtor.ref = "C10482"
        old = self._invoice(1240, 50)
        self._pay(old, 240, date=self._days(20))
        self._pay(old, 1000, date=self._days(5))  # after the day: does not matter
        kept = self._invoice(500, 30)
        self._invoice(77, 3)  # after the day
        self._invoice_in("EUR", 300, 15)
        one = self._asked()
        self._deliver()
        [mail] = self.sink.mails
        self.assertIn("confirmations@lindqvist-marr.example", mail["message"]["Reply-To"])
        [pdf] = [part for part in mail["message"].walk() if part.get_filename()]
        content = pdf.get_payload(decode=True)
        text = " ".join(self._text(content).split())  # sentences over several lines
        self.assertIn("Confirmation of your account balance", text)
        self.assertIn("USD 1,500.00", text)  # 1,240 - 240 + 500
        self.assertIn("EUR 300.00", text)
        self.assertIn("This is not a request for payment", text)
        self.assertIn("directly to the auditors", text)
        self.assertIn("Balance in USD 1,500.00", text)
        self.assertIn(old.name, text)
        self.assertIn(kept.name, text)
        self.assertNotIn("77.00", text)
        self.assertNotIn("Payment details", text)
        self.assertIn("Page 2 of 2", text)
        self.assertEqual(self._pages(content), 2)
        self._check_nothing_overlaps(content)
        self.assertRecordValues(
            one.balance_ids.sorted("amount"), [{"amount": 300}, {"amount": 1500}]
        )

    def test_blank_form_tells_no_balance(self):
        self._invoice(1240, 50)
        one = self._asked(form="blank")
        text = self._text(one.attachment_id.raw)
        self.assertNotIn("1,240.00", text)
        self.assertNotIn("agree with our records", text)
        self.assertIn("Our records show", text)
        self.assertEqual(self._pages(one.attachment_id.raw), 1)

    def test_without_auditor_replies_come_to_us(self):
        self._invoice(1240, 50)
        self._asked(auditor_id=False)
        [mail] = self.sink.mails
        self.assertNotIn("lindqvist", str(mail["message"]["Reply-To"]))

    # === ANSWERS === #
    def test_agreed_and_difference(self):
        self._invoice(1240, 50)
        beta = self._debtor("Beta", email="beta@debtor.example")
        self._invoice(100, 50, partner=beta)
        one = self._asked()
        other = one.round_id.confirmation_ids - one
        one.action_agreed()
        self.assertEqual((one.answer, one.balance_ids.their_amount), ("agreed", 1240))
        collector = self._user("cf_own", "user")
        other.collection_id.user_id = collector
        other = other.with_user(collector)
        with self.assertRaises(UserError):
            other.balance_ids.their_amount = 100
            other.action_difference()  # it does not differ
        other.balance_ids.their_amount = 60
        other.answer_note = "INV/1 was returned"
        other.action_difference()
        self.assertEqual((other.answer, other.balance_ids.difference), ("difference", -40))
        task = other.collection_id.activity_ids
        self.assertEqual(task.user_id, collector)
        self.assertIn("40.00", task.note)
        run = one.round_id
        self.assertRecordValues(
            run, [{"total_count": 2, "agreed_count": 1, "difference_count": 1, "waiting_count": 0}]
        )
        _name, tables = run._xlsx()
        sheet = openpyxl.load_workbook(BytesIO(workbook(tables))).active
        rows = [row for row in sheet.iter_rows(values_only=True) if row[1] == "Beta"]
        self.assertEqual(rows[0][4:7], (100, 60, -40))

    def test_no_answer(self):
        self._invoice(1240, 50)
        one = self._asked()
        one.round_id.action_close()
        self.assertEqual(one.answer, "none")
        one.action_agreed()  # it came after all
        self.assertEqual(one.answer, "agreed")

    def test_not_answered_before_it_was_sent(self):
        self._invoice(1240, 50)
        run = self._round()
        run.action_start()
        with self.assertRaises(UserError):
            run.confirmation_ids.action_agreed()

    # === ASKED AGAIN === #
    def _asked_again(self):
        """Alpha agreed, Beta and Gamma have not answered and are asked a second time."""
        self._invoice(1240, 50)
        for name in ("Beta", "Gamma"):
            partner = self._debtor(name, email=f"{name.lower()}@debtor.example")
            self._invoice(100, 50, partner=partner)
        first = self._asked().round_id
        first.confirmation_ids.filtered(lambda one: one.partner_id == self.debtor).action_agreed()
        again = first.browse(first.action_ask_again()["res_id"])
        return first, again

    def test_who_has_not_answered_is_asked_again(self):
        first, again = self._asked_again()
        self.assertEqual(first.action_ask_again()["res_id"], again.id, "one second request")
        self.assertRecordValues(again, [{"state": "draft", "date": first.date, "form": first.form}])
        again.action_start()
        self._deliver()
        letters = again.confirmation_ids.sorted("id")
        self.assertEqual(letters.mapped("partner_id.name"), ["Beta", "Gamma"])
        text = " ".join(self._text(letters[0].attachment_id.raw).split())
        self.assertIn("Reminder: Confirmation of your account balance", text)
        self.assertIn("We wrote to you about this on", text)
        self.assertIn("USD 100.00", text)

    def test_one_answer_answers_both_requests(self):
        first, again = self._asked_again()
        again.action_start()
        self._deliver()
        first.action_close()
        self.assertEqual((first.agreed_count, first.waiting_count), (1, 2))
        [beta] = again.confirmation_ids.filtered(lambda one: one.partner_id.name == "Beta")
        beta.balance_ids.their_amount = 60
        beta.action_difference()
        before = beta.previous_id
        self.assertEqual((before.round_id, before.answer), (first, "difference"))
        self.assertEqual(before.balance_ids.difference, -40)
        self.assertEqual(len(beta.collection_id.activity_ids), 1, "one task, not two")
        self.assertEqual((first.difference_count, again.difference_count), (1, 1))

    def test_answered_before_the_second_letter_left(self):
        first, again = self._asked_again()
        again.action_start()
        beta = first.confirmation_ids.filtered(lambda one: one.partner_id.name == "Beta")
        beta.action_agreed()
        self.assertRecordValues(beta.next_ids, [{"state": "cancelled", "answer": "agreed"}])
        self._deliver()
        sent = again.confirmation_ids.filtered(lambda one: one.state == "sent")
        self.assertEqual(sent.partner_id.mapped("name"), ["Gamma"])

    def test_nobody_to_ask_again(self):
        self._invoice(1240, 50)
        one = self._asked()
        one.action_agreed()
        with self.assertRaises(UserError):
            one.round_id.action_ask_again()
        other = self._round()
        with self.assertRaises(UserError):
            other.action_ask_again()  # a draft has asked nobody
        with self.assertRaises(ValidationError):
            other.write({"previous_id": one.round_id.id, "form": "blank"})

    # === BAD DAYS === #
    def test_crash_after_smtp_is_never_sent_again_by_itself(self):
        self._invoice(1240, 50)
        run = self._round()
        run.action_start()
        one = run.confirmation_ids.sudo()  # as the job does
        one._make()
        self.assertTrue(one._claim())  # here the worker dies
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(one, [{"state": "failed", "delivery_unknown": True}])

    # === SAMPLE === #
    def test_samples(self):
        for number, amount in enumerate((900, 50, 30, 20)):
            partner = self._debtor(f"Debtor {number}", email=f"d{number}@debtor.example")
            self._invoice(amount, 50, partner=partner)
        names = self._round(method="largest", size=2)._drawn().mapped("display_name")
        self.assertEqual(names, ["Debtor 0", "Debtor 1"])
        names = self._round(minimum=40)._drawn().mapped("display_name")
        self.assertEqual(names, ["Debtor 0", "Debtor 1"])

    def test_a_seed_draws_the_same_whatever_the_order_of_the_accounts(self):
        """What is drawn follows from the contacts, not from the ids of their accounts."""
        partners = [self._debtor(f"Debtor {number}") for number in range(6)]
        for partner in reversed(partners):
            self._invoice(100, 50, partner=partner)
            self._refresh()  # the newest contact has the oldest account
        run = self._round()
        self.assertEqual(run._drawn().partner_id.ids, [partner.id for partner in partners])
        run.write({"method": "random", "size": 2, "seed": 5})
        drawn = choose([(partner.id, 100.0) for partner in partners], 2, "random", 5)
        self.assertEqual(run._drawn().partner_id.ids, drawn)

    def test_sane(self):
        with self.assertRaises(UserError):
            self._round(date=self.today + timedelta(days=1))
        with self.assertRaises(UserError):
            self._round(method="largest", size=0)
        with self.assertRaises(UserError):
            self._round().action_start()  # nobody owed anything

    # === WHO MAY === #
    def test_rights(self):
        self._invoice(1240, 50)
        run = self._round()
        user, auditor = self._user("cf_user", "all"), self._user("cf_audit", "readonly")
        for other in (user, auditor):
            for name in ("action_start", "action_ask_again"):
                with self.assertRaises(AccessError):
                    getattr(run.with_user(other), name)()
        run.action_start()
        self._deliver()
        one = run.confirmation_ids
        with self.assertRaises(AccessError):
            one.with_user(auditor).action_agreed()
        with self.assertRaises(AccessError):
            one.with_user(user).write({"answer": "agreed"})
        with self.assertRaises(AccessError):
            one.balance_ids.with_user(user).amount = 5
        one.with_user(user).action_agreed()
        self.assertTrue(one.with_user(auditor).round_id._xlsx())
