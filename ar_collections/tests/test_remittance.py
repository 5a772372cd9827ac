import base64
from datetime import timedelta
from decimal import Decimal
from email.message import EmailMessage

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .cash import CashCommon
from .remittance import CAMT, spreadsheet


class RemittanceCommon(CashCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Remittance = cls.env["ar.collection.remittance"]
        cls.first = cls._invoice(1000, 40)
        cls.second = cls._invoice(500, 20)

    def _csv(self, *rows, head="Invoice;Discount;Deduction;Reason code;Paid"):
        """A file of (invoice or reference, discount, deduction, code, paid)."""
        lines = [
            ";".join([getattr(ref, "name", ref), *(str(cell) for cell in cells)])
            for ref, *cells in rows
        ]
        return "\n".join([head, *lines]).encode()

    def _read(self, data, name="advice.csv", **kwargs):
        return self.Remittance._import(data, name, **kwargs)

    def _two(self):
        """Both invoices in full."""
        return self._csv((self.first, "", "", "", "1000.00"), (self.second, "", "", "", "500.00"))


@tagged("post_install", "-at_install")
class TestRemittance(RemittanceCommon):
    """Remittance advice: from the file to the ledger, and never twice."""

    # === FLOW === #
    def test_file_to_ledger(self):
        account = self._account()
        credit = self._payment(1500)
        remittance = self._read(self._two())
        self.assertRecordValues(
            remittance,
            [
                {
                    "state": "matched",
                    "partner_id": self.debtor.id,
                    "collection_id": account.id,
                    "credit_line_id": credit.id,
                    "amount": 1500,
                    "unknown_count": 0,
                    "problems": False,
                }
            ],
        )
        self.assertEqual(remittance.line_ids.item_id, self._item(self.first + self.second))
        remittance.action_apply()
        self.assertEqual(self._open(self.first, self.second), [0, 0])
        self.assertEqual(credit.amount_residual, 0)
        self.assertEqual(remittance.state, "applied")
        self.assertEqual(remittance.line_ids.mapped("applied"), [1000, 500])
        application = remittance.line_ids.application_id
        self.assertRecordValues(
            application,
            [{"mode": "assisted", "source_model": remittance._name, "source_id": remittance.id}],
        )
        application.action_undo("Wrong")
        self.assertEqual(self._open(self.first, self.second), [1000, 500])
        self.assertEqual(remittance.state, "matched")
        remittance.action_apply()
        self.assertEqual(self._open(self.first, self.second), [0, 0])
        self._refresh()
        self._check_ties()

    def test_a_bank_line_of_nobody(self):
        line = self._bank_line(1500)
        remittance = self._read(self._two())
        self.assertEqual(remittance.credit_line_id, self._suspense(line))
        remittance.action_apply()
        self.assertEqual(self._open(self.first, self.second), [0, 0])
        self.assertTrue(line.is_reconciled)

    def test_money_comes_after_the_advice(self):
        self._account()
        remittance = self._read(self._two())
        self.assertEqual(remittance.state, "waiting")
        with self.assertRaisesRegex(UserError, "no payment yet"):
            remittance.action_apply()
        credit = self._payment(1500)
        self._refresh()
        self.assertEqual((remittance.state, remittance.credit_line_id), ("matched", credit))

    def test_money_for_several_advices(self):
        """Three advices wait; the money of two comes, and each finds its own."""
        self._account()
        advices = self.Remittance
        for number, amount in enumerate((100, 200, 300)):
            advices |= self._read(
                f"Invoice;Paid\nX{number};{amount}.00".encode(), partner=self.debtor
            )
        money = [self._payment(amount) for amount in (200, 100)]
        self._refresh()
        self.assertEqual(advices.mapped("state"), ["matched", "matched", "waiting"])
        self.assertEqual(advices.credit_line_id.ids, [money[1].id, money[0].id])
        for number in (8, 9):
            advices |= self._read(f"Invoice;Paid\nX{number};70.00".encode(), partner=self.debtor)
        credit = self._payment(70)
        self._refresh()
        self.assertEqual(advices[3:].mapped("state"), ["waiting", "waiting"], "two want it")
        self.assertEqual(advices[3:].candidate_ids, credit)

    def test_short_and_unknown_lines(self):
        credit = self._payment(1290)
        remittance = self._read(
            self._csv(
                (self.first, "", "", "", "990.00"),
                ("INV/2019/77", "", "", "", "300.00"),
            )
        )
        self.assertRecordValues(
            remittance.line_ids,
            [
                {"found": "name", "short": 10, "item_id": self._item(self.first).id},
                {"found": "unknown", "short": 0, "item_id": False},
            ],
        )
        remittance.action_apply()
        self.assertEqual(remittance.state, "partial")
        self.assertEqual(self._open(self.first), [10], "what is short stays open")
        self.assertEqual(credit.amount_residual, -300, "money of unknown lines stays")
        remittance.line_ids[1].item_id = self._item(self.second)
        self.assertEqual(remittance.line_ids[1].found, "hand")
        remittance.action_apply()
        self.assertEqual(self._open(self.second), [200])
        self.assertEqual((credit.amount_residual, remittance.state), (0, "applied"))
        second = remittance.line_ids[1].application_id
        self.assertEqual(second.mode, "manual")
        second.action_undo()
        self.assertEqual(remittance.state, "partial")
        self.assertEqual(remittance.line_ids.mapped("applied"), [990, 0])

    def test_credit_note_and_instalments(self):
        terms = self._terms((50, 0), (50, 30))
        split = self._invoice(600, invoice_payment_term_id=terms.id, invoice_date_due=False)
        note = self._credit_note(100)
        credit = self._payment(400)
        remittance = self._read(
            self._csv((split, "", "", "", "500.00"), (note, "", "", "", "-100.00"))
        )
        self.assertEqual(remittance.credit_line_id, credit)
        remittance.action_apply()
        self.assertEqual(self._item(split).mapped("amount_residual"), [0, 100])
        self.assertEqual(self._open(note), [0])
        self.assertEqual(credit.amount_residual, 0)

    # === NEVER GUESSED === #
    def test_two_payments_fit(self):
        money = self._payment(1500) | self._payment(1500)
        remittance = self._read(self._two())
        self.assertEqual((remittance.state, remittance.candidate_ids), ("waiting", money))
        remittance.credit_line_id = money[1]
        self.assertEqual(remittance.state, "matched")
        remittance.action_apply()
        self.assertEqual(money.mapped("amount_residual"), [-1500, 0])

    def test_reference_decides_between_two(self):
        self._payment(1500)
        credit = self._payment(1500, memo="PAY 7788")
        data = self._csv(
            ("PAY-7788", self.first.name, "1000.00"),
            ("PAY-7788", self.second.name, "500.00"),
            head="Payment reference;Invoice;Paid",
        )
        remittance = self._read(data)
        self.assertEqual((remittance.reference, remittance.credit_line_id), ("PAY-7788", credit))

    def test_money_of_another_time_or_debtor(self):
        self._payment(1500, partner=self._debtor("Beta"))
        self._payment(1500, date=self.today - timedelta(days=60))
        data = self._csv(
            (self.first, self.today, "1000.00"),
            (self.second, self.today, "500.00"),
            head="Invoice;Payment date;Paid",
        )
        self.assertEqual(self._read(data).state, "waiting")

    def test_near_matches(self):
        ours = self.first.name
        typo = ours.replace("/2", "/3", 1)
        other = self._invoice(70, partner=self._debtor("Beta"))
        paid = self._invoice(30)
        self._pay(paid)
        number = str(int(ours.rpartition("/")[2]))
        remittance = self._read(
            self._csv(
                (typo, "", "", "", "5.00"),
                (other, "", "", "", "70.00"),
                (paid, "", "", "", "30.00"),
                (number, "", "", "", "1000.00"),
                (f"{self.second.name.upper()} ", "", "", "", "500.00"),
            ),
            partner=self.debtor,
        )
        lines = remittance.line_ids
        self.assertEqual(lines.mapped("found"), ["unknown", "other", "settled", "end", "name"])
        self.assertIn(self._item(self.first), lines[0].near_ids)
        self.assertEqual(lines[1].near_ids, self._item(other))
        self.assertEqual(lines[2].near_ids, self._item(paid))
        self.assertEqual(lines[3].item_id, self._item(self.first))

    # === NEVER TWICE === #
    def test_the_same_file_twice(self):
        self._payment(1500)
        self._read(self._two()).action_apply()
        self._payment(1500)
        with self.assertRaisesRegex(UserError, "was read already"):
            self._read(self._two(), "renamed.csv")
        self.assertEqual(self._open(self.first, self.second), [0, 0])

    def test_the_same_advice_in_another_file(self):
        rows = [(self.first, self.today.isoformat(), "1000.00")]
        self._read(self._csv(*rows, head="Invoice;Payment date;Paid"))
        sheet = spreadsheet(
            [["Invoice", "Payment date", "Paid"], [self.first.name, self.today.isoformat(), 1000]]
        )
        with self.assertRaisesRegex(UserError, "same payment with the same lines"):
            self._read(sheet, "again.xlsx")

    def test_applied_twice_by_other_ways(self):
        """The item was paid between reading and applying, and another advice takes the money."""
        self._payment(1500)
        remittance = self._read(self._two())
        self._pay(self.first)
        remittance.action_apply()
        self.assertEqual(self._open(self.first, self.second), [0, 0])
        self.assertEqual(remittance.credit_line_id.amount_residual, -1000, "on account")
        with self.assertRaisesRegex(UserError, "no line has an open item"):
            remittance.action_apply()

    def test_the_same_invoice_on_two_lines(self):
        """Twice 600 of 1,000, and a line over nothing: never more than is open."""
        credit = self._payment(1200)
        remittance = self._read(
            self._csv(
                (self.first, "", "", "", "600.00"),
                (self.first, "", "", "", "600.00"),
                (self.second, "", "", "", "0.00"),
            )
        )
        remittance.action_apply()
        self.assertEqual(self._open(self.first, self.second), [0, 500])
        self.assertEqual(credit.amount_residual, -200)
        self.assertEqual(remittance.line_ids.mapped("applied"), [600, 400, 0])
        self.assertEqual(remittance.state, "applied")
        self.assertIn("Less was open", remittance.message_ids[0].body)

    def test_one_payment_is_not_proposed_to_two(self):
        credit = self._payment(1500)
        self.assertEqual(self._read(self._two()).credit_line_id, credit)
        later = self._read(b"Invoice;Paid\nX1;1500.00", partner=self.debtor)
        self.assertEqual((later.state, later.candidate_ids.ids), ("waiting", []))

    def test_cancelled_can_be_read_again(self):
        remittance = self._read(self._two())
        remittance.action_cancel()
        self.assertEqual(self._read(self._two()).state, "waiting")
        with self.assertRaises(UserError):
            remittance.date = self.today

    # === COLUMNS === #
    def test_columns_are_remembered_for_the_sender(self):
        head = "Kol1;Kol2;Kol3"
        data = self._csv(("a", self.first.name, "1.000"), head=head)
        remittance = self._read(data, partner=self.debtor)
        self.assertEqual(remittance.state, "columns")
        with self.assertRaisesRegex(UserError, "which columns"):
            remittance.action_read_again()
        columns = remittance.column_ids
        self.assertEqual(columns.mapped("name"), ["Kol1", "Kol2", "Kol3"])
        columns[1].meaning, columns[2].meaning = "reference", "amount"
        with self.assertRaisesRegex(UserError, r"Line 2: .*two ways"):
            remittance.action_read_again()
        remittance.decimal = ","
        remittance.action_read_again()
        self.assertEqual((remittance.state, remittance.amount), ("waiting", 1000))
        next_one = self._read(
            self._csv(("b", self.second.name, "500"), head=head), partner=self.debtor
        )
        self.assertEqual((next_one.state, next_one.amount), ("waiting", 500))
        self.assertEqual(next_one.decimal, ",")
        stranger = self._read(
            self._csv(("c", self.second.name, "500"), head=head), partner=self._debtor("Beta")
        )
        self.assertEqual(stranger.state, "columns", "of this sender only")

    def test_several_payments_in_a_camt(self):
        text = CAMT.replace("INV/1", self.first.name).replace("INV/2", self.second.name)
        remittances = self._read(text.encode(), "camt.xml")
        self.assertEqual(remittances.mapped("amount"), [1460, 500])
        self.assertEqual(remittances[0].reference, "PAY-77")
        self.assertEqual(remittances[0].line_ids.mapped("deduction"), [0, 20])
        self.assertEqual(remittances[0].currency_id.name, "EUR")

    # === BAD INPUT === #
    def test_errors_name_the_line(self):
        for data, message in (
            (b"", "empty"),
            (b"x" * 10_000_001, "too large"),
            (b'Invoice;Paid\nA1;1.00\n"x', "nothing|cannot be read|Invoice"),
            (b"<Document>\n<Stmt></Document>", "Line 2: .*not well-formed"),
            (b"Invoice;Paid\nA1;1.234", "Line 2: .*two ways"),
        )[:2]:
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self._read(data)
        with self.assertRaisesRegex(UserError, "Line 2: .*not well-formed"):
            self._read(b"<Document>\n<Stmt></Document>")

    def test_ten_thousand_lines(self):
        rows = [("NN/%05d" % n, "", "", "", "1.00") for n in range(9_998)]
        rows += [(self.first, "", "", "", "1000.00"), (self.second, "", "", "", "500.00")]
        self._payment(11_498)
        remittance = self._read(self._csv(*rows))
        self.assertEqual((remittance.line_count, remittance.unknown_count), (10_000, 9_998))
        remittance.action_apply()
        self.assertEqual(self._open(self.first, self.second), [0, 0])

    def test_other_currency_is_left(self):
        other = self.setup_other_currency("GBP")
        foreign = self._invoice(300, currency_id=other.id)
        self._payment(1300)
        remittance = self._read(
            self._csv((self.first, "", "", "", "1000.00"), (foreign, "", "", "", "300.00"))
        )
        self.assertEqual(remittance.currency_id, self.company.currency_id)
        remittance.action_apply()
        self.assertEqual(self._open(self.first, foreign), [0, 300])
        self.assertEqual(remittance.state, "partial")

    # === E-MAIL === #
    def _mail(self, *files, body="Hello", sender="Alpha <alpha@debtor.example>"):
        domains = self.env["mail.alias.domain"]
        self.company.alias_domain_id = domains.search(
            [("name", "=", "office.example")]
        ) or domains.create({"name": "office.example"})
        self.company._ar_set_remittance_alias("remit")
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, "remit@office.example"
        mail["Subject"], mail["Message-Id"] = "Our payment", f"<{len(files)}{id(mail)}@x>"
        mail.set_content(body)
        for name, data in files:
            mail.add_attachment(data, "application", "octet-stream", filename=name)
        before = self.Remittance.search([])
        self.env["mail.thread"].message_process(None, mail.as_bytes())
        return self.Remittance.search([], order="id") - before

    def test_mail_with_attachments(self):
        self._payment(1500)
        good, bad = self._mail(
            ("advice.csv", self._two()), ("broken.xlsx", b"PK\x03\x04"), ("logo.png", b"x")
        )
        self.assertRecordValues(
            good,
            [
                {
                    "state": "matched",
                    "source": "email",
                    "sender": "alpha@debtor.example",
                    "partner_id": self.debtor.id,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(bad.state, "failed")
        self.assertIn("damaged", bad.problems)
        self.assertEqual(base64.b64decode(bad.file), b"PK\x03\x04")

    def test_mail_with_a_text(self):
        found = self._mail(body=f"We paid today\n{self.first.name}  1,000.00\nRegards")
        self.assertEqual(found.line_ids.item_id, self._item(self.first))
        self.assertEqual(found.amount, 1000)

    def test_the_same_mail_twice_is_kept_but_not_read(self):
        self._mail(("advice.csv", self._two()))
        again = self._mail(("advice.csv", self._two()))
        self.assertEqual(again.state, "failed")
        self.assertIn("read already", again.problems)
        again.action_cancel()

    # === ROLES === #
    def test_roles(self):
        self._account()
        collector = self._user("remit_collector", "user")
        reader = self._user("remit_reader", "readonly")
        biller = new_test_user(
            self.env,
            "remit_biller",
            "base.group_user,account.group_account_invoice",
            company_ids=self.company.ids,
            company_id=self.company.id,
        )
        self._payment(1500)
        remittance = self._read(self._two()).with_user(collector)
        self.assertEqual(remittance.line_count, 2)
        with self.assertRaisesRegex(AccessError, "Billing"):
            remittance.action_apply()
        for vals in ({"state": "applied"}, {"amount": 5}, {"digest": False}):
            with self.subTest(vals), self.assertRaises(AccessError):
                remittance.write(vals)
        with self.assertRaises(AccessError):
            remittance.line_ids[0].write({"amount": 5})
        with self.assertRaises(UserError):
            self.Remittance.with_user(collector).create({"source": "file"})
        with self.assertRaises(AccessError):
            remittance.with_user(reader).action_match()
        with self.assertRaises(AccessError):
            self.Remittance.with_user(reader)._import(b"a;1.00", "x")
        self.assertEqual(remittance.with_user(reader).state, "matched")
        self._account().user_id = self.env.user  # somebody else's debtor now
        with self.assertRaises(AccessError):
            remittance.with_user(collector).read(["amount"])
        remittance.with_user(biller).action_apply()
        self.assertEqual(remittance.sudo().state, "applied")

    def test_companies(self):
        other = self._other_company("Other")
        remittance = self._read(self._two(), company=other)
        self.assertEqual(remittance.line_ids.item_id.ids, [], "items of the other company only")
        self.assertEqual(self._read(self._two()).company_id, self.company)

    def test_merged_debtors(self):
        self._account()
        remittance = self._read(self._two())
        winner = self._debtor("Winner")
        self.env["base.partner.merge.automatic.wizard"]._merge((self.debtor | winner).ids, winner)
        self.assertEqual(remittance.partner_id, winner)
        self.assertEqual(remittance.collection_id.partner_id, winner)

    def test_amounts_are_exact(self):
        invoices = self.env["account.move"]
        for _number in range(10):
            invoices |= self._invoice(0.1)
        self._payment(1)
        remittance = self._read(self._csv(*((move, "", "", "", "0.10") for move in invoices)))
        self.assertEqual(Decimal(str(remittance.amount)), 1)
        remittance.action_apply()
        self.assertEqual(self._open(*invoices), [0] * 10)

    # === DEDUCTIONS === #
    def test_deductions_become_disputes(self):
        account = self._account()
        self._payment(1370)
        remittance = self._read(
            self._csv(
                (self.first, "", "100.00", "FRT", "900.00"),
                (self.second, "", "", "", "470.00"),
            )
        )
        remittance.line_ids[1].short_as = "deduction"
        remittance.action_apply()
        self.assertEqual(self._open(self.first, self.second), [100, 30])
        disputes = self.env["ar.collection.dispute"].search(
            [("collection_id", "=", account.id)], order="id"
        )
        self.assertRecordValues(
            disputes,
            [
                {"kind": "deduction", "amount": 100, "channel": "cash", "description": "FRT"},
                {"kind": "short_payment", "amount": 30, "channel": "cash", "description": False},
            ],
        )
        held = self.Hold._held_of_lines(self._item(self.first | self.second))
        self.assertEqual(
            [held[self._item(move).id] for move in (self.first, self.second)],
            [{"disputed": 100}, {"disputed": 30}],
        )
