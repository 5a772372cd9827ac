import base64
from io import BytesIO

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..report.xlsx import workbook
from .test_statement import StatementCommon


@tagged("post_install", "-at_install")
class TestStatementCompare(StatementCommon):
    """A debtor's own statement against ours; every result worked out by hand."""

    def _comparison(self, text, name="theirs.csv", **vals):
        data = text if isinstance(text, bytes) else text.encode()
        return self.env["ar.collection.statement.comparison"].create(
            {
                "collection_id": self._account().id,
                "file": base64.b64encode(data),
                "file_name": name,
                **vals,
            }
        )

    def _results(self, comparison):
        comparison.action_compare()
        return {
            (line.kind, line.number or line.their_number): (line.our_amount, line.their_amount)
            for line in comparison.line_ids
        }

    def _tail(self, move):
        return move.name.rsplit("/", 1)[1].lstrip("0")

    def test_every_result(self):
        agreed = self._invoice(1240, 50)
        less = self._invoice(4318.50, 15)
        unknown = self._invoice(3076.20, 3)
        paid = self._invoice(500, 40)
        self._pay(paid, date=self._days(2))
        comparison = self._comparison(
            "Document;Date;Open amount\n"
            f"{agreed.name.replace('/', '-')};;1.240,00\n"
            f"{less.name.lower()};;2.318,50\n"
            f"{paid.name};;500,00\n"
            "XX-1;;77,00\n"
            ";Total;4.135,50\n"
        )
        self.assertEqual(
            self._results(comparison),
            {
                ("matched", agreed.name): (1240, 1240),
                ("amount", less.name): (4318.5, 2318.5),
                ("missing_there", unknown.name): (3076.2, 0),
                ("missing_here", paid.name): (0, 500),
                ("missing_here", "XX-1"): (0, 77),
            },
        )
        # ours 8,634.70, theirs 4,135.50
        self.assertRecordValues(
            comparison,
            [
                {
                    "our_total": 8634.7,
                    "their_total": 4135.5,
                    "difference": -4499.2,
                    "matched_count": 1,
                    "different_count": 4,
                }
            ],
        )
        settled = comparison.line_ids.filtered(lambda line: line.their_number == paid.name)
        self.assertIn("settled", settled.remark)
        # a second time: the same, not twice
        self._results(comparison)
        self.assertEqual(len(comparison.line_ids), 5)

    def test_spreadsheet_with_other_signs_and_numbers(self):
        one, two = self._invoice(1000, 10), self._invoice(250, 10)
        two.ref = "PO-4711"
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["Supplier ledger"])
        sheet.append(["Reference", "Posting date", "Amount"])
        sheet.append([one.name, None, -1000])
        sheet.append(["po 4711", None, -250])
        stream = BytesIO()
        book.save(stream)
        results = self._results(self._comparison(stream.getvalue(), "theirs.xlsx"))
        self.assertEqual(
            results,
            {("matched", one.name): (1000, 1000), ("matched", two.name): (250, 250)},
        )

    def test_payment_on_their_side_is_part_of_the_document(self):
        one = self._invoice(1000, 10)
        self._pay(one, 400)
        comparison = self._comparison(
            f"Invoice no,Debit,Credit\n{one.name},1000.00,\n{one.name},,400.00\n"
        )
        self.assertEqual(self._results(comparison), {("matched", one.name): (600, 600)})

    def test_instalments_are_one_document(self):
        terms = self._terms((50, 0), (50, 30))
        move = self._invoice(1000, 10, invoice_payment_term_id=terms.id, invoice_date_due=False)
        self.assertEqual(len(self._item(move)), 2)
        comparison = self._comparison(f"Document;Amount\n{move.name};1000\n")
        self.assertEqual(self._results(comparison), {("matched", move.name): (1000, 1000)})

    def test_tolerance(self):
        one = self._invoice(1000, 10)
        text = f"Document;Amount\n{one.name};1000,02\n"
        self.assertIn(("amount", one.name), self._results(self._comparison(text)))
        self.assertIn(("matched", one.name), self._results(self._comparison(text, tolerance=0.02)))

    def test_as_of_a_past_day_and_in_one_currency(self):
        one = self._invoice(1000, 40)
        self._pay(one, date=self._days(5))
        euro = self._invoice_in("EUR", 300, 40)
        text = f"Document;Amount\n{one.name};1000\n{euro.name};300\n"
        results = self._results(self._comparison(text, date=self._days(10)))
        self.assertEqual(results["matched", one.name], (1000, 1000))
        self.assertEqual(results["missing_here", euro.name], (0, 300))
        results = self._results(
            self._comparison(text, date=self._days(10), currency_id=euro.currency_id.id)
        )
        self.assertEqual(results["matched", euro.name], (300, 300))

    def test_two_documents_with_the_same_last_digits_are_not_guessed(self):
        self._invoice(100, 10)
        entry = self._entry([{"amount": 100, "partner_id": self.debtor.id}], days=10)
        entry.name = "OLD/00001"
        comparison = self._comparison("Document;Amount\n1;100\n")
        kinds = [line.kind for line in comparison.line_ids]
        results = self._results(comparison)
        self.assertNotIn("matched", [kind for kind, _number in results], kinds)

    # === BAD INPUT === #
    def test_files_that_are_no_statement(self):
        self._invoice(1000, 10)
        for text in ("", "Hello\nworld\n", "Document;Amount\n", "Document;Colour\nA;red\n"):
            with self.subTest(text=text), self.assertRaises(UserError):
                self._comparison(text or b" ").action_compare()

    def test_formula_stays_a_text(self):
        self._invoice(1000, 10)
        comparison = self._comparison("Document;Amount\n=HYPERLINK(1);5\n")
        comparison.action_compare()
        _name, tables = comparison._xlsx()
        sheet = openpyxl.load_workbook(BytesIO(workbook(tables))).active
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=HYPERLINK(1)"]
        self.assertEqual([cell.data_type for cell in cells], ["s"])

    # === WHAT FOLLOWS === #
    def test_copies_and_query(self):
        one, two = self._invoice(1000, 10), self._invoice(400, 10)
        comparison = self._comparison(f"Document;Amount\n{one.name};900\n")
        comparison.action_compare()
        missing = comparison.line_ids.filtered(lambda line: line.kind == "missing_there")
        missing.action_send_copies()
        self.assertEqual(
            self.env["ar.collection.copy"].search([("move_ids", "in", two.ids)]).state, "queued"
        )
        different = comparison.line_ids.filtered(lambda line: line.kind == "amount")
        action = different.action_open_query()
        dispute = self.env["ar.collection.dispute"].browse(action["res_id"])
        self.assertEqual((dispute.kind, dispute.amount), ("query", 100))

    def test_rights(self):
        one = self._invoice(1000, 10)
        comparison = self._comparison(f"Document;Amount\n{one.name};900\n")
        comparison.action_compare()
        owner, other = self._user("sc_own", "user"), self._user("sc_other", "user")
        self._account().user_id = owner
        auditor = self._user("sc_audit", "readonly")
        comparison.with_user(owner).action_compare()
        comparison.line_ids.with_user(owner).done = True
        with self.assertRaises(AccessError):
            comparison.line_ids.with_user(owner).our_amount = 5
        for user in (other, auditor):
            with self.assertRaises(AccessError):
                comparison.with_user(user).action_compare()
        self.assertEqual(comparison.with_user(auditor).difference, -100)
        with self.assertRaises(AccessError):
            self.assertFalse(comparison.with_user(other).difference)
