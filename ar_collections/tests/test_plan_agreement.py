import re
from hashlib import sha256
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools import reference
from .plan_agreement import PlanAgreementCommon


@tagged("post_install", "-at_install")
class TestPlanAgreement(PlanAgreementCommon):
    """What the printed agreement says; figures are worked out by hand."""

    def test_parties_items_schedule_consequences_signature(self):
        one = self._invoice_in("EUR", 7912.4, 63)
        two = self._invoice_in("EUR", 5320, 31)
        self._pay(two, 1000)
        plan = self._offered(
            one + two,
            [(10, 3687.4), (40, 4272.5), (70, 4272.5)],
            first_amount=3687.4,
            grace_days=5,
            missed_limit=2,
        )
        pdf = plan._agreement_pdf()
        text = self._text(pdf)
        self.assertIn(f"Payment plan agreement {plan.name}", text)
        self.assertRegex(text, rf"{one.name} .* 7,912\.40 7,912\.40 63\n")
        self.assertRegex(text, rf"{two.name} .* 5,320\.00 4,320\.00 31\n")
        self.assertRegex(text, r"Total in EUR 12,232\.40")
        # left: 12,232.40 - 3,687.40, less 4,272.50 twice
        self.assertRegex(text, r"1 .* First payment 3,687\.40 8,545\.00 RF")
        self.assertRegex(text, r"2 .* Instalment 4,272\.50 4,272\.50 RF")
        self.assertRegex(text, r"3 .* Instalment 4,272\.50 0\.00 RF")
        self.assertIn("No interest is charged while the plan is kept.", text)
        for words in ("Supplier", "Halden & Roth, Lagerstraße 14", "Customer Alpha"):
            self.assertIn(words, text)
        self.assertIn("A payment may arrive up to 5 days late.", text)
        self.assertIn("If 2 parts are missed, the plan ends", text)
        self.assertIn("For Halden & Roth For Alpha", text)
        self.assertIn("Place, date, signature Place, date, signature", text)
        self.assertIn("EUR 3,687.40", text)
        self.assertIn("DE31 2005 0099 0123 4567 89", text)
        self.assertIn("Page 2 of 2", text)
        self.assertEqual(self._pages(pdf), 2)
        self._check_nothing_overlaps(pdf)

    def test_each_part_has_its_reference(self):
        plan = self._offered(self._invoice(300, 10), [(10, 100), (40, 100), (70, 100)])
        numbers = plan.line_ids.mapped("reference")
        self.assertEqual(len(set(numbers)), 3)
        self.assertTrue(all(map(reference.is_creditor_reference, numbers)))
        text = self._agreement(plan)
        for number in numbers:
            self.assertIn(reference.in_fours(number), text)

    def test_interest_and_fee_stand_apart(self):
        move = self._invoice(1000, 10)
        plan = self._offered(
            move, [(10, 500, 4.11, 25), (40, 500, 2.05)], interest_rate=8.5, first_amount=500
        )
        text = re.sub(r"\s+", " ", self._agreement(plan))
        self.assertIn("Amount Interest Fee To pay Reference", text)
        self.assertRegex(text, r"First payment 500\.00 4\.11 25\.00 529\.11 RF")
        self.assertRegex(text, r"Instalment 500\.00 2\.05 0\.00 502\.05 RF")
        self.assertIn("Total in USD 1,000.00 6.16 25.00 1,031.16", text)
        self.assertIn("8.5 % a year on what is left, USD 6.16 in all", text)
        self.assertIn("Fee: for the plan the customer pays USD 25.00", text)
        self.assertNotIn("charges no interest", text)

    def test_settlement_says_what_is_given_up_and_when_not(self):
        move = self._invoice(1000, 10)
        plan = self._offered(
            move, [(14, 800)], kind="settlement", settlement_amount=800, grace_days=3
        )
        text = re.sub(r"\s+", " ", self._agreement(plan))
        self.assertIn(f"Settlement agreement {plan.name}", text)
        self.assertIn("can be settled with USD 800.00 instead of USD 1,000.00", text)
        self.assertIn("gives up the rest of USD 200.00", text)
        self.assertIn("If it is not paid in full by then, nothing is given up", text)
        self.assertNotIn("Instalment", text)

    def test_extension(self):
        plan = self._offered(self._invoice(1000, 10), [(30, 1000)], kind="extension")
        text = re.sub(r"\s+", " ", self._agreement(plan))
        self.assertIn(f"Extension agreement {plan.name}", text)
        self.assertIn("The customer pays the invoices by the new date in the schedule.", text)

    def test_many_items_and_parts_on_planned_pages(self):
        moves = self.env["account.move"]
        for _index in range(30):
            moves += self._invoice(100, 10)
        plan = self._offered(moves, [(7 * week, 60) for week in range(1, 51)])
        pdf = plan._agreement_pdf()
        text = self._text(pdf)
        self.assertIn("Invoices in this plan, continued", text)
        self.assertIn("Schedule, continued", text)
        for move in moves:
            self.assertIn(move.name, text)
        self.assertEqual(len(re.findall(r"Instalment 60\.00", text)), 50)
        pages = self._pages(pdf)
        self.assertIn(f"Page {pages} of {pages}", text)
        self.assertNotIn(f"Page {pages + 1}", text)
        self._check_nothing_overlaps(pdf)

    def test_in_the_language_of_the_debtor(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.debtor.lang = "fr_FR"
        plan = self._offered(self._invoice(1000, 10), [(30, 1000)])
        text = self._agreement(plan)
        self.assertIn("1\u202f000,00".replace("\u202f", " "), re.sub(r"[\u202f\u00a0]", " ", text))

    def test_decimals_of_the_currency(self):
        plan = self._offered(self._invoice_in("JPY", 876464, 12), [(10, 400000), (40, 476464)])
        text = self._agreement(plan)
        self.assertRegex(text, r"Instalment 400,000 476,464 RF")
        self.assertIn("Total in JPY 876,464", text)

    def test_what_was_offered_is_kept(self):
        plan = self._offered(self._invoice(300, 10), [(10, 300)])
        kept = plan._agreement_pdf()
        self.assertEqual(plan.document_hash, sha256(kept).hexdigest())
        self.company.name = "Another name"
        self.assertEqual(plan._agreement_pdf(), kept)
        plan.action_revise()
        self.assertFalse(plan.document_id)
        self.assertIn("Another name", self._agreement(plan))

    def test_percent_signs_and_tags_in_names(self):
        self.debtor.name = "100 % <b>Alpha</b> & Sons"
        plan = self._offered(self._invoice(300, 10), [(10, 300)])
        self.assertIn("For 100 % <b>Alpha</b> & Sons".replace("<b>", "<b>"), self._agreement(plan))

    def test_without_an_engine_it_says_so(self):
        plan = self._plan(self._invoice(300, 10), [(10, 300)])
        with (
            patch.object(
                type(self.env["ir.actions.report"]),
                "get_wkhtmltopdf_state",
                lambda *args: "install",
            ),
            self.assertRaisesRegex(UserError, "wkhtmltopdf is missing"),
        ):
            plan._agreement_pdf()


@tagged("post_install", "-at_install")
class TestPlanOffer(PlanAgreementCommon):
    """The offer by e-mail."""

    def test_the_debtor_gets_it_and_followers_do_not(self):
        account = self._account() if self._invoice(300, 10) else None
        other = self._debtor("Follower", email="follower@debtor.example")
        account = account or self._account()
        account.message_subscribe(other.ids)
        move = self._invoice(300, 10)
        before = account.message_ids
        plan = self._offered(move, [(10, 300)])
        message = (account.message_ids - before).filtered("partner_ids")
        self.assertEqual(message.notified_partner_ids, self.debtor)
        self.assertIn(plan._page_url(absolute=True).replace("&", "&amp;"), message.body)
        self.assertEqual(message.attachment_ids.raw, plan.document_id.raw)
        self.assertNotEqual(message.attachment_ids, plan.document_id)
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertEqual(mail.state, "outgoing")  # no SMTP within the request

    def test_without_an_address_it_is_offered_all_the_same(self):
        self.debtor.email = False
        plan = self._offered(self._invoice(300, 10), [(10, 300)])
        self.assertEqual(plan.state, "offered")
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            plan.action_send_offer()

    def test_taken_back_the_old_link_is_void(self):
        plan = self._offered(self._invoice(300, 10), [(10, 300)])
        token = plan.access_token
        plan.action_revise()
        self.assertFalse(plan.access_token)
        plan.line_ids = [Command.clear(), self._part(1, 20, 300)]
        plan.action_offer()
        self.assertNotEqual(plan.access_token, token)
