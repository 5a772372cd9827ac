import re
import tempfile
from datetime import date
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import openpyxl
from openpyxl.utils import range_boundaries
from PyPDF2 import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models import ar_collection_ageing_screen
from ..report import xlsx_rows, xlsx_stream
from ..report.xlsx import workbook
from ..tools.table import Column, Money, Table
from .ageing import AgeingCommon


class AgeingFilesCommon(AgeingCommon):
    """Three debtors, one whose name begins like a formula; two collectors."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.formula = cls._debtor("=1+1")
        cls.beta = cls._debtor("Beta")
        cls._invoice(1000, 5)
        cls._invoice(250.5, 45)
        cls._invoice(70, 200, partner=cls.formula, ref='=HYPERLINK("x")')
        cls._credit_note(20, days=1, partner=cls.beta)
        cls._entry(40, 8)
        cls.lena = cls._user("lena-files", "user", name="Lena")
        cls.env["ar.collection.queue"]._add(cls.debtor.ids)
        cls.env.flush_all()
        cls.Account._refresh()
        accounts = cls.Account.search([("company_id", "=", cls.company.id)])
        accounts.filtered(lambda row: row.partner_id == cls.beta).user_id = cls.lena
        accounts.filtered(lambda row: row.partner_id == cls.debtor).user_id = cls.env.user

    def _xlsx(self, **raw):
        """(values, formulas) of the spreadsheet: dict name of the sheet -> rows."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "x")
            self.Ageing._write_xlsx(str(path), self._options(0, **raw))
            content = path.read_bytes()
        return [
            {
                sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
                for sheet in openpyxl.load_workbook(BytesIO(content), data_only=only)
            }
            for only in (True, False)
        ]

    def _evaluate(self, formula, sheets, formulas):
        """The sum that SUBTOTAL(9, ...) gives: it leaves out cells that are SUBTOTALs."""
        total = 0
        for name, area in re.findall(r"SUBTOTAL\(9,(?:'([^']+)'!)?([A-Z0-9:]+)\)", formula):
            first, top, _last, bottom = range_boundaries(area)
            for line in range(top - 1, bottom):
                text = formulas[name or self.sheet][line][first - 1]
                if not (isinstance(text, str) and "SUBTOTAL" in text):
                    total += sheets[name or self.sheet][line][first - 1] or 0
        return total


@tagged("post_install", "-at_install")
class TestAgeingFiles(AgeingFilesCommon):
    """Spreadsheet and paper say what the screen says."""

    def test_spreadsheet(self):
        sheets, formulas = self._xlsx(rows=["collector", "debtor"])
        self.assertEqual(list(sheets), ["Aged receivables", "Items", "Check"])
        rows = sheets["Aged receivables"]
        head = next(number for number, row in enumerate(rows) if row[0] == "Debtor")
        self.assertEqual(
            rows[head],
            [
                "Debtor",
                "Not due",
                "1-30",
                "31-60",
                "61-90",
                "91-120",
                "121+",
                "Credits",
                "Total",
                "In dispute",
                "Promised",
                "On plan",
                "Held otherwise",
                "Items",
            ],
        )
        body = {row[0]: row for row in rows[head + 1 :]}
        self.assertEqual(body["Alpha"][1:9], [0, 1000, 250.5, 0, 0, 0, 0, 1250.5])
        self.assertEqual(body["=1+1"][8], 70, "a text, whatever it begins with")
        self.assertEqual(body["Lena"][7:9], [-20, -20])
        self.assertEqual(body["Entries without a partner"][8], 40)
        self.assertEqual(body["Total"][1:9], [0, 1040, 250.5, 0, 0, 70, -20, 1340.5])
        self.assertTrue(any("Agrees with the ledger" in str(row[0]) for row in rows))
        self.sheet = "Aged receivables"
        checked = 0
        for line, row in enumerate(formulas[self.sheet]):
            for index, text in enumerate(row):
                if isinstance(text, str) and "SUBTOTAL" in text:
                    checked += 1
                    self.assertAlmostEqual(
                        self._evaluate(text, sheets, formulas), rows[line][index], 2, msg=text
                    )
        self.assertGreater(checked, 40)
        items = sheets["Items"]
        self.assertEqual(items[0][:3], ["Debtor", "Number", "Reference"])
        self.assertEqual(len(items), 1 + 5 + 1)
        self.assertEqual(items[-1][9], 1340.5)
        self.assertTrue(any(row[2] == '=HYPERLINK("x")' for row in items))
        self.sheet = "Items"
        self.assertEqual(self._evaluate(formulas["Items"][-1][9], sheets, formulas), 1340.5)
        check = sheets["Check"]
        self.assertEqual(check[-1][2:5], [1340.5, 1340.5, 0])

    def test_print_setup(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "x.xlsx")
            self.Ageing._write_xlsx(str(path), self._options(0))
            book = openpyxl.load_workbook(path)
        sheet = book["Aged receivables"]
        head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Debtor")
        self.assertEqual(sheet.freeze_panes, f"B{head + 1}")
        self.assertEqual(sheet.print_title_rows, f"${head}:${head}")
        self.assertEqual(sheet.page_setup.orientation, "landscape")
        self.assertEqual(sheet.page_setup.fitToHeight, 0)
        self.assertTrue(sheet.auto_filter.ref)
        self.assertEqual(sheet.cell(head + 1, 2).number_format, "#,##0.00")

    def test_full_sheets_go_on(self):
        """A sheet takes so many rows; the sums are of all of them."""
        with patch.object(xlsx_stream, "MOST_ROWS", 2), tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "x.xlsx")
            with xlsx_stream.Book(str(path), "Long") as book:
                columns = [("Name", "text", 10), ("Amount", "money", 10)]
                sheet = xlsx_stream.Sheet(
                    book, "A name [of] more/than 31 characters", columns, most=2
                )
                for number in range(5):
                    sheet.row([f"={number}", float(number)])
                sheet.total("Total", {1: 10.0})
            formulas = openpyxl.load_workbook(path)
        names = formulas.sheetnames
        self.assertEqual(
            names,
            [
                "A name  of  more than 31 charac",
                "A name  of  more than 31 char 2",
                "A name  of  more than 31 char 3",
            ],
        )
        self.assertTrue(all(len(name) <= 31 for name in names))
        last = formulas[names[-1]]
        self.assertEqual(last.cell(2, 1).value, "=4")
        formula = last.cell(3, 2).value
        self.assertEqual(formula.count("SUBTOTAL"), 3)

    def test_rows_as_a_whole_and_cell_by_cell_are_the_same(self):
        """A row of common texts is written in one piece, one with a special text as usual."""
        day = date(2026, 2, 28)
        columns = [(kind.title(), kind, 10) for kind in ("text", "integer", "money", "date")]
        rows = [
            ["=1+1 & <more>", 7, -1234.05, day],
            [" with a space", 7, 0.1 + 0.2, day],
            [None, 0, 0.0, False],
            ["control \x07 and _x0041_", None, 1e15, day],
            ["last", 1, 2.0, day],
            ["deeper", 1, 2.0, day],
        ]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "x.xlsx")
            with xlsx_stream.Book(str(path), "Rows") as book:
                sheet = xlsx_stream.Sheet(book, "Whole", columns)
                for row in rows:
                    sheet.row(row, int(row[0] == "deeper"), bold=row[0] == "last")
                slow = xlsx_stream.Sheet(book, "Cells", columns)
                with patch.object(xlsx_rows.PlainSheet, "plain_row", return_value=False):
                    for row in rows:
                        slow.row(row, int(row[0] == "deeper"), bold=row[0] == "last")
                sheet.total("Total", {2: 1e15})
                slow.total("Total", {2: 1e15})
            found = openpyxl.load_workbook(path)

        def cells(name):
            return [
                [(cell.value, cell.data_type, cell.number_format, cell.font.b) for cell in row]
                for row in found[name].iter_rows(max_row=1 + len(rows))
            ]

        self.assertEqual(cells("Whole"), cells("Cells"))
        self.assertEqual(found["Whole"]["A2"].value, "=1+1 & <more>")
        self.assertEqual(found["Whole"]["A2"].data_type, "s")
        self.assertEqual(found["Whole"]["D2"].value.date(), day)
        self.assertEqual(found["Whole"]["C3"].value, 0.3)
        self.assertTrue(found["Whole"]["A6"].font.b)
        for name in ("Whole", "Cells"):
            self.assertEqual(found[name].row_dimensions[7].outlineLevel, 1)
            self.assertEqual(found[name].sheet_format.outlineLevelRow, 1)

    def test_tables_go_on_and_have_names_of_their_own(self):
        """Five rows where a sheet takes two; a second table whose title begins the same."""
        columns = [Column("Name"), Column("Amount", "money", total=True)]
        rows = [[f"={number}", Money(float(number))] for number in range(5)]
        title = "A name [of] more/than 31 characters"
        tables = [Table(title, columns, rows), Table(title + ", too", columns, [])]
        book = openpyxl.load_workbook(BytesIO(workbook(tables, most=2)))
        self.assertEqual(
            book.sheetnames,
            [
                "A name  of  more than 31 charac",
                "A name  of  more than 31 char 2",
                "A name  of  more than 31 char 3",
                "A name  of  more than 31 char 4",
            ],
        )
        found = [list(sheet.iter_rows(values_only=True)) for sheet in book]
        self.assertEqual([len(sheet) for sheet in found], [3, 3, 3, 1])
        self.assertEqual(found[1][1:], [("=2", 2), ("=3", 3)])
        self.assertEqual(found[2][1:], [("=4", 4), (None, 10)], "the sum of all, once")

    def test_currencies_are_not_added(self):
        gold = self.setup_other_currency("GBP", rounding=0.01, rates=[(self._ago(400), 2.0)])
        self._invoice(120, 5, partner=self.beta, currency_id=gold.id)
        table = self.Ageing._report(self._options(0, amounts="currency"))
        labels = [(row.depth, row.label, row.amounts[7]) for row in table.rows if row.depth == 0]
        own = self.company.currency_id.name
        self.assertEqual(labels, [(0, own, 1340.5), (0, "GBP", 120)])
        names = [column["name"] for column in table.columns]
        totals = dict(zip(names, table.totals, strict=True))
        self.assertIsNone(totals["total"])
        self.assertEqual(totals["company_total"], 1400.5)
        sheets, _formulas = self._xlsx(amounts="currency")
        self.assertEqual(sheets["Aged receivables"][-1][8:10], [None, 1400.5])

    def test_paper(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "x.pdf")
            self.Ageing._write_pdf(str(path), self._options(0, rows=["collector", "debtor"]))
            reader = PdfReader(str(path))
            text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
            width, height = reader.pages[0].mediabox[2:]
        self.assertGreater(width, height)
        for words in (
            "Aged receivables",
            "Alpha",
            "1,250.50",
            "=1+1",
            "Lena (1)",
            "1,340.50",
            "Entries without a partner",
            "Agrees with the ledger",
            "Share of claims",
        ):
            self.assertIn(words, text)

    def test_too_long_for_paper(self):
        with (
            patch("odoo.addons.ar_collections.report.ar_collection_ageing_report.MOST_ROWS", 1),
            self.assertRaisesRegex(UserError, "spreadsheet"),
        ):
            self.Ageing._write_pdf("/dev/null", self._options(0))

    # === EXPORTS === #
    def test_small_file_at_once(self):
        action = self.Ageing.action_export("xlsx", {})
        self.assertEqual(action["type"], "ir.actions.act_url")
        export = self.env["ar.collection.export"].search([], limit=1)
        self.assertEqual((export.state, export.user_id), ("done", self.env.user))
        self.assertTrue(export.attachment_id.raw.startswith(b"PK"))
        action = self.Ageing.action_export("send", {})
        self.assertEqual(action["res_model"], "mail.compose.message")

    def test_large_file_by_a_job(self):
        with patch.object(ar_collection_ageing_screen, "AT_ONCE", 3):
            action = self.Ageing.action_export("xlsx", {})
        self.assertEqual(action["tag"], "display_notification")
        export = self.env["ar.collection.export"].search([("state", "=", "waiting")])
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_export").method_direct_trigger()
        export.invalidate_recordset()
        self.assertEqual(export.state, "done")
        message = self.env["mail.message"].search(
            [("model", "=", export._name), ("res_id", "=", export.id)], limit=1
        )
        self.assertEqual(message.attachment_ids, export.attachment_id)
        self.assertIn(self.env.user.partner_id, message.notified_partner_ids)

    def test_failed_file(self):
        export = self.env["ar.collection.export"]._ask("ageing", "pdf", {}, at_once=False)
        with (
            patch("odoo.addons.ar_collections.report.ar_collection_ageing_report.MOST_ROWS", 1),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("ar_collections.ir_cron_ar_collection_export").method_direct_trigger()
        export.invalidate_recordset()
        self.assertEqual(export.state, "failed")
        self.assertIn("spreadsheet", export.error)
        with self.assertRaises(UserError):
            export.action_download()
        export.action_retry()
        self.assertEqual(export.state, "waiting")

    def test_files_are_ones_own(self):
        export = self.env["ar.collection.export"]._ask("ageing", "xlsx", {}, at_once=True)
        theirs = export.with_user(self.lena)
        with self.assertRaises(AccessError):
            theirs.read(["name"])
        with self.assertRaises(AccessError):
            theirs.attachment_id.with_user(self.lena).read(["raw"])
        with self.assertRaises(UserError):
            export.with_user(self.env.user).with_env(self.env(su=False)).write({"state": "failed"})

    # === ROLES === #
    def test_collector_sees_own(self):
        """Lena: her own debtor and that of nobody; no check, nothing of nobody's entries."""
        ageing = self.Ageing.with_user(self.lena)
        table = ageing.table({"rows": ["debtor"]})
        self.assertEqual({row["label"] for row in table["rows"]}, {"Beta", "=1+1"})
        self.assertEqual(table["total"]["total"], 50)
        self.assertIsNone(ageing.check({}))
        items = self.env["ar.collection.ageing.item"].with_user(self.lena)
        self.assertEqual(set(items.search([]).mapped("open")), {70, -20})
        asked = {"options": {}, "path": [["debtor", self.debtor.id]]}
        self.assertFalse(items.with_context(ar_ageing=asked).search([]))
        differences = self.env["ar.collection.ageing.difference"].with_user(self.lena)
        self.assertFalse(differences.search([]))

    def test_others_see_all_or_nothing(self):
        for group in ("all", "manager", "readonly"):
            user = self._user(f"files-{group}", group)
            table = self.Ageing.with_user(user).table({})
            self.assertEqual(table["total"]["total"], 1340.5)
            self.assertEqual(self.Ageing.with_user(user).check({})["difference"], 0)
            action = self.Ageing.with_user(user).action_export("xlsx", {})
            self.assertEqual(action["type"], "ir.actions.act_url")
        stranger = self.env["res.users"].create({"name": "S", "login": "files-stranger"})
        for name, *arguments in (
            ("table",),
            ("children", []),
            ("check",),
            ("action_export", "xlsx"),
            ("action_items", [], "total"),
            ("action_differences",),
        ):
            with self.assertRaises(AccessError):
                getattr(self.Ageing.with_user(stranger), name)(*arguments)

    def test_other_company(self):
        """Another company's debtors are not in this one's report."""
        other = self._other_company("Elsewhere")
        elsewhere = self.Ageing.with_company(other)
        self.assertEqual(elsewhere._ageing_groups(self._options(0)), [])
        self.assertEqual(self._total(0), 1340.5)

    # === SCREEN === #
    def test_screen(self):
        table = self.Ageing.table({"rows": ["collector", "debtor"]})
        self.assertEqual(table["levels"], ("collector", "debtor", "item"))
        self.assertEqual(
            [(row["label"], row["amounts"]["total"]) for row in table["rows"]],
            [
                (self.env.user.name, 1250.5),
                ("No collector", 70),
                ("Lena", -20),
                ("Entries without a partner", 40),
            ],
        )
        page = self.Ageing.children([["collector", self.env.uid]], table["options"])
        self.assertEqual([row["label"] for row in page["rows"]], ["Alpha"])
        self.assertFalse(page["more"])
        page = self.Ageing.children(page["rows"][0]["path"], table["options"])
        self.assertEqual([row["amounts"]["total"] for row in page["rows"]], [250.5, 1000])
        page = self.Ageing.children([["kind", "no_partner"]], table["options"])
        self.assertEqual([row["amounts"]["bucket_1"] for row in page["rows"]], [40])

    def test_every_amount_has_its_items(self):
        """The items behind an amount add up to it, on any day."""
        for options in ({"rows": ["collector", "debtor"]}, {"day": self._ago(4).isoformat()}):
            table = self.Ageing.table(options)
            for row in [*table["rows"], {"path": [], "amounts": table["total"]}]:
                for name, amount in row["amounts"].items():
                    action = self.Ageing.action_items(row["path"], name, table["options"])
                    items = self.env["ar.collection.ageing.item"].with_context(**action["context"])
                    field = (
                        name
                        if name in ("disputed", "promised", "planned", "held_other")
                        else "open"
                    )
                    found = sum(items.search(action["domain"]).mapped(field))
                    self.assertAlmostEqual(found, amount, 2, msg=f"{row['path']} {name}")

    def test_bad_input(self):
        for options in (
            {"day": "yesterday"},
            {"basis": "x"},
            {"rows": ["x"]},
            {"rows": ["debtor", "debtor"]},
            {"amounts": "x"},
            {"credits": "x"},
            {"sort": "x"},
            {"domain": "x"},
        ):
            with self.assertRaises(UserError):
                self.Ageing.table(options)
        with self.assertRaises(UserError):
            self.Ageing.children([["debtor", 1], ["debtor", 2]], {})
        with self.assertRaises(UserError):
            self.Ageing.action_items([], "id); DROP", {})
