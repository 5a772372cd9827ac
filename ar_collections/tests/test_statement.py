import base64
from datetime import date, timedelta
from io import BytesIO

import openpyxl
from stdnum import iso11649

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..report.xlsx import workbook
from .ledger import LedgerCommon
from .letter import IBAN_USD, LetterCommon


class StatementCommon(LedgerCommon, LetterCommon):
    """Statements of debtors whose history is made by hand; the company's currency is USD."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Statement = cls.env["ar.collection.statement"]
        cls.rows = cls.env["ar.collection.statement.rows"]

    def _wizard(self, *partners, **vals):
        accounts = self.Account.browse()
        for partner in partners or (self.debtor,):
            accounts |= self._account(partner)
        return self.env["ar.collection.statement.print"].create(
            {"collection_ids": [Command.set(accounts.ids)], **vals}
        )

    def _open(self, day=None, partner=None):
        """dict currency -> list of (number, open) on a day."""
        self.env.flush_all()
        found = self.rows._open_items(
            self.company, day or self.today, [(partner or self.debtor).id], with_holds=False
        )
        return {
            self.env["res.currency"].browse(currency).name: [
                (item.number, float(item.open)) for item in items
            ]
            for (_partner, currency), items in found.items()
        }

    def _days(self, count):
        return self.today - timedelta(days=count)


@tagged("post_install", "-at_install")
class TestStatementRows(StatementCommon):
    """What is open at a date, and the movements of a period, against figures made by hand."""

    def test_open_items_at_past_dates(self):
        one = self._invoice(1000, 60)  # due and dated 60 days ago
        two = self._invoice(500, 20)
        self._pay(one, 400, date=self._days(30))
        self._pay(one, 600, date=self._days(10))
        self.assertEqual(self._open(self._days(61)), {})
        self.assertEqual(self._open(self._days(31)), {"USD": [(one.name, 1000)]})
        self.assertEqual(self._open(self._days(30)), {"USD": [(one.name, 600)]})
        self.assertEqual(self._open(self._days(20)), {"USD": [(one.name, 600), (two.name, 500)]})
        self.assertEqual(self._open(), {"USD": [(two.name, 500)]})

    def test_credit_stands_for_itself_until_it_is_applied(self):
        claim = self._invoice(1000, 40)
        credit = self._credit_note(300, days=30)
        (self._item(claim) + self._item(credit)).reconcile()
        self.assertEqual(self._open(self._days(35)), {"USD": [(claim.name, 1000)]})
        self.assertEqual(self._open(), {"USD": [(claim.name, 700)]})
        self._item(claim).remove_move_reconcile()
        # un-reconciled: claim and credit are both open, also for the days between
        self.assertEqual(self._open(), {"USD": [(claim.name, 1000), (credit.name, -300)]})

    def test_activity_in_two_currencies(self):
        start = self._days(30)
        before = self._invoice(1000, 50)
        self._pay(before, 200, date=self._days(40))
        inside = self._invoice(700, 20)
        self._pay(before, 800, date=self._days(10))
        euro = self._invoice_in("EUR", 250, 15)
        self.env.flush_all()
        found = self.rows._activity(self.company, start, self.today, [self.debtor.id])
        dollars = found[self.debtor.id, self.company.currency_id.id]
        # by hand: 1,000 - 200 before; 700 and - 800 in the period
        self.assertEqual(
            (dollars.opening, dollars.charged, dollars.credited, dollars.closing),
            (800, 700, 800, 700),
        )
        self.assertEqual([int(x) for x in dollars.balances()], [1500, 700])
        first = dollars.movements[0]
        self.assertEqual((first.number, first.kind), (inside.name, "invoice"))
        [applied] = dollars.movements[1].applied
        self.assertEqual((applied.number, applied.amount, applied.part), (before.name, 800, True))
        euros = found[self.debtor.id, euro.currency_id.id]
        self.assertEqual((euros.opening, euros.closing), (0, 250))

    def test_payment_in_another_currency_closes_both(self):
        """A claim in euro settled in dollars: nothing is open in either, and the activity says so."""
        euro = self._invoice_in("EUR", 100, 10)  # 50 dollars at rate 2
        payments = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=euro.ids)
            .create({"payment_date": self.today, "currency_id": self.company.currency_id.id})
            ._create_payments()
        )
        self.assertEqual(payments.currency_id, self.company.currency_id)
        self.assertEqual(self._open(), {})
        self.env.flush_all()
        found = self.rows._activity(self.company, self._days(30), self.today, [self.debtor.id])
        closing = {currency: activity.closing for (_p, currency), activity in found.items()}
        self.assertEqual(set(map(int, closing.values())), {0})
        kinds = [m.kind for activity in found.values() for m in activity.movements]
        self.assertIn("conversion", kinds)

    def test_closing_balance_is_what_is_open(self):
        """Whatever happened: at every day the activity closes with the sum of the open items."""
        one, two = self._invoice(1000, 50), self._invoice_in("EUR", 400, 30)
        self._credit_note(120, days=25)
        self._pay(one, 300, date=self._days(35))
        self._pay(two, date=self._days(12))
        self._pay(one, date=self._days(5))
        self.env.flush_all()
        for ago in (60, 45, 35, 30, 25, 12, 5, 0):
            day = self._days(ago)
            moves = self.rows._activity(self.company, self._days(55), day, [self.debtor.id])
            opens = self.rows._open_items(self.company, day, [self.debtor.id])
            for key in {*moves, *opens}:
                closing = moves[key].closing if key in moves else 0
                self.assertEqual(closing, sum(item.open for item in opens.get(key, ())), (ago, key))

    def test_disputed_on_a_past_day(self):
        """In dispute then, paid since: the statement of that day says so."""
        move = self._invoice(1000, 50)
        self._hold(move, date_from=self._days(20))
        self._pay(move, date=self._days(2))
        self.env.flush_all()
        found = self.rows._open_items(self.company, self._days(5), [self.debtor.id])
        [[item]] = found.values()
        self.assertEqual((item.open, item.held), (1000, "disputed"))
        found = self.rows._open_items(self.company, self._days(25), [self.debtor.id])
        self.assertEqual([item.held for [item] in found.values()], [""])

    def test_branches_are_in_the_statement_of_the_root(self):
        branch = self._branch()
        self._invoice(100, 10)
        self._entry([{"amount": 40, "partner_id": self.debtor.id}], days=10, company_id=branch.id)
        self.assertEqual(sorted(amount for _n, amount in self._open()["USD"]), [40, 100])

    def test_many_debtors_are_read_by_the_same_queries(self):
        partners = [self._debtor(f"Debtor {number}") for number in range(6)]
        for partner in partners:
            self._invoice(100, 10, partner=partner)
        self.env.flush_all()
        for some in (partners[:2], partners):
            ids = [partner.id for partner in some]
            self.rows._open_items(self.company, self.today, ids)  # caches of the registry
            with self.assertQueryCount(8):
                found = self.rows._open_items(self.company, self.today, ids)
            self.assertEqual(len(found), len(some))


@tagged("post_install", "-at_install")
class TestStatementPaper(StatementCommon):
    """Statements really printed and read back."""

    def _paper(self, **vals):
        return self._text(self._wizard(**vals)._pdf())

    def test_open_items(self):
        self.debtor.ref = "C10482"
        self._invoice(1240, 50)
        self._invoice(5412.75, -7)
        self._credit_note(452.10, days=16)
        self._invoice_in("EUR", 8250, 18)
        text = self._paper()
        self.assertIn("Statement of account: open items on", text)
        self.assertIn("Balance in USD 6,200.65", text)  # 1,240.00 + 5,412.75 - 452.10
        self.assertIn("Balance in EUR 8,250.00", text)
        self.assertIn("−452.10", text)
        self.assertIn("credit note", text.lower())
        self.assertIn("Of which overdue", text)
        # ageing: not due, 1-30, 31-60, 61-90, 91-120, over 120, credits, balance
        self.assertIn("USD 5,412.75 – 1,240.00 – – – −452.10 6,200.65", text)
        self.assertIn("EUR – 8,250.00 – – – – – 8,250.00", text)
        self.assertIn("DE55 2005 0099 0123 4568 42", text)
        self.assertIn("DE31 2005 0099 0123 4567 89", text)
        month = f"S{self.today:%y%m}"
        self.assertIn(f"C10482{month}USD", text.replace(" ", ""))
        self.assertIn("Page 1 of 1", text)

    def test_never_please_pay_nothing(self):
        move = self._invoice(1000, 50)
        self._credit_note(1500, days=5)
        text = self._paper()
        self.assertIn("Balance in USD −500.00", text)
        self.assertNotIn("Payment details", text)
        self.assertNotIn("0.00\n", text.replace("500.00", "").replace("1,000.00", ""))
        self._pay(move)

    def test_claims_as_large_as_the_credits(self):
        """500 owed and 500 in credit, not yet matched: nothing is asked for."""
        self._invoice(500, 50)
        self._credit_note(500, days=5)
        text = self._paper()
        self.assertIn("Balance in USD 0.00", text)
        self.assertNotIn("Payment details", text)
        statement = self.Statement._queue(self._account())
        statement._address()
        statement._prepare_rows()
        self.assertEqual(statement._prepare_mail()["lines"], ["Settled in USD"])

    def test_code_for_a_banking_app(self):
        """Core makes the code, where the country of the bank has one; over what is owed."""
        asked = []

        def make(bank, amount, free, structured, currency, debtor, *_args, **_kwargs):
            asked.append((bank.acc_number, amount, structured, currency.name, debtor))
            return "data:image/png;base64," + base64.b64encode(code).decode()

        report = self.env["ir.actions.report"].with_context(ar_collections_letter=True)
        code = report.barcode("QR", "RF18539007547034", quiet=0, width=128, height=128)
        self.patch(type(self.env["res.partner.bank"]), "build_qr_code_base64", make)
        self.debtor.ref = "C10482"
        self._invoice(1240, 50)
        self._credit_note(240, days=5)
        wizard = self._wizard()
        self.assertIn("banking", self._text(wizard._pdf()))  # Scan with a banking app
        [[account, amount, number, currency, debtor]] = asked
        self.assertEqual((amount, currency, debtor), (1000, "USD", self.debtor))
        self.assertEqual(account, IBAN_USD)
        self.assertIn(f"C10482S{self.today:%y%m}USD", number)
        self.assertTrue(iso11649.is_valid(number))

    def test_a_failing_code_stops_no_statement(self):
        def fail(*_args, **_kwargs):
            raise ValueError("no code")

        self.patch(type(self.env["res.partner.bank"]), "build_qr_code_base64", fail)
        self._invoice(1240, 50)
        with mute_logger("odoo.addons.ar_collections.models.ar_collection_letterhead"):
            self.assertIn("USD 1,240.00", self._paper())

    def test_a_day_before_the_first_entry(self):
        self._invoice(1240, 50)
        text = self._paper(date=self._days(9000))
        self.assertIn("Nothing is open on your account", text)
        self.assertNotIn("Payment details", text)

    def test_nothing_open(self):
        move = self._invoice(1000, 50)
        self._account()  # it appears with the first open item
        self._pay(move)
        text = self._paper()
        self.assertIn("Nothing is open on your account", text)
        self.assertNotIn("Payment details", text)

    def test_activity_and_detailed(self):
        one = self._invoice(1000, 50)
        two = self._invoice(700, 20)
        self._pay(one, 400, date=self._days(10))
        text = self._paper(kind="activity", date_from=self._days(30))
        self.assertIn("Opening balance 1,000.00", text)
        self.assertIn(f"{two.name} Invoice, due", text)
        self.assertIn(f"part of {one.name}", text)
        self.assertIn("700.00 400.00 1,300.00", text)  # charged, credited, closing
        text = self._paper(kind="detailed", date_from=self._days(30))
        self.assertIn("Every item is listed on the following pages.", text)
        self.assertIn("USD 1,000.00 700.00 400.00 1,300.00", text)
        self.assertIn("Balance in USD 1,300.00", text)

    def test_long_list_and_many_debtors_in_one_print(self):
        other = self._debtor("Beta", lang="en_US")
        for number in range(45):
            self._invoice(10 + number, 10)
        self._invoice(77, 10, partner=other)
        wizard = self._wizard(self.debtor, other)
        pdf = wizard._pdf()
        self.assertEqual(self._pages(pdf), 4)  # sums, 35 + 12 lines, and the other's page
        text = self._text(pdf)
        self.assertIn("Balance in USD 1,440.00", text)  # 45 * 10 + 44 * 45 / 2
        self.assertIn("continued", text)
        self.assertIn("Balance in USD 77.00", text)
        self._check_nothing_overlaps(pdf)

    def test_language_of_the_debtor(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.debtor.lang = "fr_FR"
        self._invoice(1240.50, 50)
        self.assertIn("1 240,50", self._paper().replace("\u202f", " "))

    def test_disputed_items_are_told(self):
        move = self._invoice(1000, 10)
        self._hold(move)
        self.assertIn("In dispute", self._paper())

    # === SPREADSHEET === #
    def test_spreadsheet(self):
        self.debtor.name = "=Alpha"
        move = self._invoice(1000, 10)
        self._invoice_in("EUR", 250.50, 10)
        name, tables = self._wizard(kind="detailed", date_from=self._days(30))._xlsx()
        self.assertIn(str(self.today), name)
        book = openpyxl.load_workbook(BytesIO(workbook(tables)))
        self.assertEqual(book.sheetnames, ["Balances", "Open items", "Movements"])
        rows = list(book["Open items"].iter_rows(values_only=True))
        self.assertEqual(rows[1][0], "=Alpha")
        self.assertEqual(book["Open items"]["A2"].data_type, "s")
        self.assertEqual((rows[1][3], rows[1][7]), (move.name, 1000))
        self.assertEqual(rows[2][7], 250.5)
        self.assertEqual(book["Open items"].freeze_panes, "B2")

    # === WHO MAY === #
    def test_rights(self):
        self._invoice(1000, 10)
        account = self._account()
        other = new_test_user(
            self.env, "st_other", groups="ar_collections.group_ar_collection_user"
        )
        owner = new_test_user(self.env, "st_own", groups="ar_collections.group_ar_collection_user")
        auditor = new_test_user(
            self.env, "st_audit", groups="ar_collections.group_ar_collection_readonly"
        )
        account.user_id = owner
        for user in (owner, auditor):
            wizard = self._wizard().with_user(user)
            wizard = wizard.create({"collection_ids": [Command.set(account.ids)]})
            self.assertTrue(wizard._pdf().startswith(b"%PDF"))
        with self.assertRaises(AccessError):
            wizard.action_send()  # an auditor changes nothing
        with self.assertRaises(AccessError):
            account.with_user(other).action_statement()
        with self.assertRaises(AccessError):
            self.env["ar.collection.statement.print"].with_user(other).create(
                {"collection_ids": [Command.set(account.ids)]}
            )

    def test_period_must_not_end_before_it_begins(self):
        self._invoice(10, 10)
        with self.assertRaises(UserError):
            self._wizard(kind="activity", date_from=date(2030, 1, 1), date=date(2029, 1, 1))
