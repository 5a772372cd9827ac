import base64
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.modules import get_module_path
from odoo.tests import new_test_user, tagged

from .cash import CashCommon


class WithheldCommon(CashCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Withheld = cls.env["ar.collection.withheld"]
        cls.Certificate = cls.env["ar.collection.withheld.certificate"]
        cls.tax_account = cls.env["account.account"].create(
            {"code": "TDS1", "name": "Withheld tax", "account_type": "asset_current"}
        )
        cls.company.ar_withheld_account_id = cls.tax_account
        cls.company.ar_withheld_days = 45

    def _rated(self, rate=10, base="untaxed", partner=None):
        account = self._account(partner)
        account.write({"withheld_rate": rate, "withheld_base": base})
        return account

    def _records(self, account=None):
        self._refresh()
        return self.Withheld.search([("collection_id", "=", (account or self._account()).id)])

    def _certify(self, records, amount, number="C-1", **vals):
        return self.Certificate.create(
            {
                "collection_id": records.collection_id.id,
                "currency_id": records.currency_id.id,
                "number": number,
                "date": self.today,
                "amount": amount,
                "withheld_ids": [Command.set(records.ids)],
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestWithheld(WithheldCommon):
    """Tax withheld: held while the certificate is missing, then claimed from the tax office."""

    def test_short_payment_is_held(self):
        move = self._invoice(1000, 10)
        account = self._rated()
        self.assertFalse(self._records(), "nothing paid, nothing withheld")
        self._pay(move, 900)
        record = self._records()
        quarter_month = (self.today.month - 1) // 3 * 3 + 1
        self.assertRecordValues(
            record,
            [
                {
                    "state": "expected",
                    "amount": 100,
                    "tax": 100,
                    "rate": 10,
                    "item_name": move.name,
                    "paid_on": self.today,
                    "quarter_start": self.today.replace(month=quarter_month, day=1),
                    "quarter": f"Q{(self.today.month + 2) // 3} {self.today.year}",
                }
            ],
        )
        end = (record.quarter_start + timedelta(days=95)).replace(day=1) - timedelta(days=1)
        self.assertEqual(record.certificate_due, end + timedelta(days=45))
        self.assertRecordValues(record._holds(), [{"kind": "withheld", "amount": 100}])
        self._refresh()
        self._check_figures(
            account,
            total_due=100,
            total_overdue=100,
            bucket_1=100,
            held=100,
            held_other=100,
        )
        self.assertFalse(account.disputed)

    def test_over_it_stays_collectable(self):
        move = self._invoice(1000, 10)
        account = self._rated()
        self._pay(move, 850)
        self.assertEqual(self._records().amount, 100)
        self._refresh()
        self.assertEqual((account.held, account.collectable), (100, 50))
        self._pay(move, 50)
        self.assertEqual(self._records().amount, 100)
        self._refresh()
        self.assertEqual((account.held, account.collectable), (100, 0))

    def test_rounded_by_the_debtor(self):
        move = self._invoice(1004, 10)  # 100.40 of tax, rounded up to 101
        self._rated()
        self._pay(move, 903)
        self.assertEqual(self._records().amount, 101)

    def test_base(self):
        """2 % of 1000 + 15 % tax: 20 of the untaxed amount, 23 of the total."""
        tax = self.company_data["default_tax_sale"]
        self.assertEqual(tax.amount, 15)
        for base, withheld in (("untaxed", 20), ("total", 23)):
            with self.subTest(base):
                partner = self._debtor(base)
                move = self._invoice(1000, 10, partner=partner, post=False)
                move.invoice_line_ids.tax_ids = tax
                move.action_post()
                account = self._rated(2, base, partner)
                self._pay(move, 1150 - withheld)
                self.assertEqual(self._records(account).amount, withheld)

    def test_credit_note_lowers_it(self):
        move = self._invoice(1000, 10)
        self._rated()
        note = self._credit_note(500)
        (self._item(move) + self._item(note)).reconcile()
        self.assertFalse(self._records(), "no money came")
        self._pay(move, 450)
        self.assertEqual(self._records().amount, 50)

    def test_paid_after_all_and_returned(self):
        move = self._invoice(1000, 10)
        account = self._rated()
        self._pay(move, 900)
        record = self._records()
        rest = self._pay(move, 100)
        self._refresh()
        self.assertEqual(record.state, "paid")
        self.assertEqual(record._holds().mapped("state"), ["ended"])
        rest.action_ar_bounce(self.today, "AM04")
        self._refresh()
        self.assertEqual(record.state, "expected")
        self._refresh()
        self.assertEqual((account.held, account.collectable), (100, 0))

    def test_said_not_to_be_withheld(self):
        move = self._invoice(1000, 10)
        account = self._rated()
        self._pay(move, 900)
        record = self._records()
        record.action_not_withheld()
        self._refresh()
        self.assertEqual((record.state, account.collectable), ("refused", 100))
        self.assertEqual(self._records(), record, "not noted again")
        record.action_expect()
        self._refresh()
        self.assertEqual((record.state, account.collectable), ("expected", 0))

    def test_the_payment_goes_back(self):
        move = self._invoice(1000, 10)
        account = self._rated()
        payment = self._pay(move, 900)
        record = self._records()
        payment.action_ar_bounce(self.today, "AM04")
        self._refresh()
        self.assertEqual(record.state, "paid")
        self._refresh()
        self.assertEqual((account.held, account.collectable), (0, 1000))

    def test_the_rate_goes_but_what_was_withheld_stays(self):
        move = self._invoice(1000, 10)
        account = self._rated()
        self._pay(move, 900)
        record = self._records()
        account.withheld_rate = 0
        self._refresh()
        self.assertEqual((record.state, account.held), ("expected", 100))
        self._pay(move, 100)
        self._refresh()
        self.assertEqual(record.state, "paid")

    # === CERTIFICATES === #
    def test_certificate_books_the_tax(self):
        moves = self._invoice(1000, 10) | self._invoice(500, 5)
        self._rated()
        self._pay(moves[0], 900)
        self._pay(moves[1], 450)
        records = self._records().sorted("item_date")
        certificate = self._certify(records, 150, file=base64.b64encode(b"PDF"))
        certificate.action_post()
        self.assertEqual(certificate.state, "posted")
        self.assertEqual(records.mapped("state"), ["certified", "certified"])
        self.assertEqual(self._open(*moves), [0, 0])
        self.assertEqual(moves.mapped("payment_state"), ["paid", "paid"])
        tax = certificate.move_id.line_ids.filtered(
            lambda line: line.account_id == self.tax_account
        )
        self.assertEqual(sum(tax.mapped("balance")), 150)
        self._refresh()
        self._check_ties()
        self.assertFalse(self._records() - records)
        with self.assertRaises(UserError):
            certificate.amount = 1
        with self.assertRaises(UserError):
            certificate.action_post()

    def test_certificate_over_less(self):
        move = self._invoice(1000, 10)
        account = self._rated()
        self._pay(move, 900)
        record = self._records()
        self._certify(record, 60).action_post()
        self.assertRecordValues(record, [{"state": "certified", "amount": 60}])
        rest = self._records() - record
        self.assertRecordValues(rest, [{"state": "expected", "amount": 40}])
        self._refresh()
        self.assertEqual((account.held, account.collectable), (40, 0))

    def test_certificate_over_more(self):
        move = self._invoice(1000, 10)
        self._rated()
        self._pay(move, 900)
        with self.assertRaisesRegex(UserError, "only .*100.00 is withheld"):
            self._certify(self._records(), 100.01).action_post()

    def test_the_same_number_twice(self):
        from psycopg2 import IntegrityError  # noqa: PLC0415

        from odoo.tools import mute_logger  # noqa: PLC0415

        move = self._invoice(1000, 10)
        self._rated()
        self._pay(move, 900)
        self._certify(self._records(), 50)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._certify(self._records(), 50, number="c-1")

    def test_entry_reversed(self):
        move = self._invoice(1000, 10)
        account = self._rated()
        self._pay(move, 900)
        record = self._records()
        certificate = self._certify(record, 100)
        certificate.action_post()
        certificate.move_id._reverse_moves(cancel=True)
        self._refresh()
        self.assertEqual(certificate.state, "reversed")
        self.assertEqual((record.state, record.certificate_id.id), ("expected", False))
        self._refresh()
        self.assertEqual((account.held, account.collectable), (100, 0))

    def test_other_currency(self):
        """100 GBP at 2 to one of ours: 10 withheld are 5."""
        other = self.setup_other_currency("GBP", rates=[("2000-01-01", 2.0)])
        move = self._invoice(100, 10, currency_id=other.id)
        self._rated()
        self._pay(move, 90)
        record = self._records()
        self.assertRecordValues(record, [{"amount": 10, "currency_id": other.id}])
        certificate = self._certify(record, 10)
        certificate.action_post()
        self.assertEqual(self._open(move), [0])
        tax = certificate.move_id.line_ids.filtered(
            lambda line: line.account_id == self.tax_account
        )
        self.assertEqual((tax.balance, tax.amount_currency), (5, 10))

    def test_without_an_account(self):
        move = self._invoice(1000, 10)
        self._rated()
        self._pay(move, 900)
        self.company.ar_withheld_account_id = False
        taxes = self.env["account.tax"]
        if "is_withholding_tax_on_payment" in taxes._fields:
            taxes.search([]).is_withholding_tax_on_payment = False
        with self.assertRaisesRegex(UserError, "choose the account"):
            self._certify(self._records(), 100).action_post()

    # === CORE'S WITHHOLDING TAX === #
    def _booked_by_core(self, payment, amount):
        """As core's addon books it, whether or not it is installed here: a line of the payment."""
        tax = self.env["account.tax"].create({"name": "Withheld 10 %", "amount": -10})
        line = SimpleNamespace(payment_id=payment, amount=amount, tax_id=tax)
        withheld = type(self.env["ar.collection.withheld"])

        def lines(records, accounts, known):
            return [line] if payment not in known else []

        for name, value in (("_core_withholds", lambda records: True), ("_core_lines", lines)):
            patcher = patch.object(withheld, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def test_what_core_books_needs_a_certificate_too(self):
        patcher = patch.object(
            type(self.company), "_ar_core_withheld_account", lambda company: self.tax_account
        )
        patcher.start()
        self.addCleanup(patcher.stop)
        self.company.ar_withheld_account_id = False
        self.assertEqual(self.company._ar_withheld_account(), self.tax_account)
        move = self._invoice(1000, 10)
        self._account()
        payment = self._pay(move)
        self.assertEqual(self._open(move), [0])
        self._booked_by_core(payment, 100)
        record = self._records()
        self.assertRecordValues(
            record,
            [{"payment_id": payment.id, "amount": 100, "rate": 10, "state": "expected"}],
        )
        self.assertFalse(record._holds(), "nothing is open, nothing is held")
        self.assertEqual(self._records(), record, "noted once")
        certificate = self._certify(record, 100)
        certificate.action_post()
        self.assertEqual((certificate.state, record.state), ("posted", "certified"))
        self.assertFalse(certificate.move_id, "core has booked it already")

    def test_core_books_with_the_names_we_read(self):
        """In the checkout, installed or not: the fields of core's addon that are read."""
        path = get_module_path("l10n_account_withholding_tax", display_warning=False)
        if not path:
            return  # a checkout without it: nothing is read
        code = "".join(file.read_text() for file in sorted(Path(path).rglob("*.py")))
        for name in (
            '_name = "account.payment.withholding.line"',
            "payment_id = ",
            "tax_id = ",
            "amount = ",
            "is_withholding_tax_on_payment = ",
        ):
            with self.subTest(name):
                self.assertIn(name, code.replace("'", '"'))

    # === REMITTANCE === #
    def test_a_deduction_in_an_advice_is_no_dispute(self):
        move = self._invoice(1000, 10)
        account = self._rated()
        self._payment(900)
        remittance = self.env["ar.collection.remittance"]._import(
            f"Invoice;Gross;Deduction;Reason code;Paid\n{move.name};1000;100;TDS;900".encode(),
            "advice.csv",
        )
        remittance.action_apply()
        self.assertFalse(
            self.env["ar.collection.dispute"].search([("collection_id", "=", account.id)])
        )
        self.assertEqual(self._records().amount, 100)

    # === ASKING === #
    def test_letters_and_mails(self):
        for name, amount in (("Alpha", 1000), ("Beta", 500)):
            partner = self.debtor if name == "Alpha" else self._debtor(name)
            move = self._invoice(amount, 10, partner=partner)
            self._rated(partner=partner)
            self._pay(move, amount * 0.9)
        self._refresh()
        records = self.Withheld.search([("company_id", "=", self.company.id)], order="id")
        result = records.action_ask()
        self.assertIn("1 debtors", result["params"]["message"])
        self.assertIn("Beta", result["params"]["message"])
        self.assertEqual(records.mapped("asked_on"), [self.today, False])
        message = self._account().message_ids[0]
        self.assertIn("withheld", message.body)
        self.assertEqual(message.partner_ids, self.debtor)
        values = self.env[
            "report.ar_collections.report_ar_collection_withheld_letter"
        ]._get_report_values(records.collection_id.ids)
        self.assertIn(records[0].item_name, values["letters"][0])
        self.assertIn("100.00", values["letters"][0])
        self.assertEqual(records.action_print_letters()["type"], "ir.actions.report")
        records.action_not_withheld()
        with self.assertRaisesRegex(UserError, "no certificate is missing"):
            records.action_ask()

    def test_overdue(self):
        move = self._invoice(1000, 10)
        self._rated()
        self._pay(move, 900)
        record = self._records()
        self.assertNotIn(record, self.Withheld.search([("overdue", "=", True)]))
        record.sudo().certificate_due = date(2020, 1, 1)
        self.assertTrue(record.overdue)
        self.assertIn(record, self.Withheld.search([("overdue", "=", True)]))

    # === ROLES === #
    def test_roles(self):
        collector = self._user("tds_collector", "user")
        reader = self._user("tds_reader", "readonly")
        biller = new_test_user(
            self.env,
            "tds_biller",
            "base.group_user,account.group_account_invoice",
            company_ids=self.company.ids,
            company_id=self.company.id,
        )
        move = self._invoice(1000, 10)
        self._rated()
        self._pay(move, 900)
        record = self._records()
        for user in (reader, collector):
            with self.subTest(user.login), self.assertRaises(AccessError):
                record.with_user(user).write({"amount": 5})
        with self.assertRaises(AccessError):
            record.with_user(reader).action_not_withheld()
        with self.assertRaises(AccessError):
            record.with_user(reader).action_ask()
        own = self.Certificate.with_user(collector).create(
            {
                "collection_id": record.collection_id.id,
                "currency_id": record.currency_id.id,
                "number": "C-9",
                "amount": 100,
                "posted": True,
                "withheld_ids": [Command.set(record.ids)],
            }
        )
        self.assertEqual(own.state, "draft", "booked by booking only")
        with self.assertRaises(AccessError):
            own.action_post()
        with self.assertRaises(AccessError):
            own.write({"posted": True})
        own.with_user(biller).action_post()
        self.assertEqual(own.sudo().state, "posted")
