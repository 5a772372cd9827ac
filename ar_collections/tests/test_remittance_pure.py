import contextlib
import time
from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools.remittance import MAX_BYTES, MAX_LINES, Advice, RemittanceError, Sheet
from ..tools.remittance_header import guess
from ..tools.remittance_read import read
from ..tools.remittance_sheet import read_sheet
from ..tools.remittance_value import guess_decimal, parse_amount, parse_date
from .remittance import CAMT, EDI, ISA, spreadsheet, with_part

LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><Document>&a9;</Document>"
)
#: text -> amount; None: it is none, or can be read in two ways.
AMOUNTS = {
    "1234": "1234",
    "1.234,56": "1234.56",
    "1,234.56": "1234.56",
    "1 234,56": "1234.56",
    "1\u202f234,56 €": "1234.56",
    "EUR 1'234.50": "1234.50",
    "12,34,56,789.00": "123456789.00",
    "1.234.567": "1234567",
    "-5,5": "-5.5",
    "5,5-": "-5.5",
    "(1,234.56)": "-1234.56",
    "−7.00": "-7.00",
    "12.00 CR": "-12.00",
    "12.00 DR": "12.00",
    "0.500": "0.500",
    ".5": "0.5",
    "¥1,234,567": "1234567",
    "\u0661\u0662\u066c\u0663\u0664\u0665\u066b\u0665": "12345.5",
    "+3.10": "3.10",
    "1.234": None,
    "1,234": None,
    "=1+1": None,
    "1.2.3": None,
    "12,3456,789": None,
    "": None,
    "abc": None,
    "1e9": None,
    "NaN": None,
    "9" * 41: None,
    "1,2,3,4.5.6": None,
}
#: file -> code of the refusal, line.
HOSTILE = {
    "empty": (b"", "empty", None),
    "only spaces": (b" \r\n ", "empty", None),
    "too large": (b"x" * (MAX_BYTES + 1), "too_large", None),
    "a picture of it": (b"%PDF-1.7 ...", "pdf", None),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1", "xls", None),
    "no zip after all": (b"PK\x03\x04" + b"\0" * 40, "broken_zip", None),
    "binary": (b"Invoice;Paid\n\0\0\1\2;3\n", "not_text", None),
    "a line of a megabyte": (b"Invoice;Paid\n" + b"a" * 1_000_000, "long_line", 2),
    "a thousand columns": (b"a;" * 1000 + b"\n" + b"a;" * 1000, "too_many_columns", 1),
    "too many lines": (b"a;1\n" * 20_001, "too_many_lines", None),
    "prose without amounts": (b"Dear all,\nwe paid.", "nothing", None),
    "entities": (LAUGHS.encode(), "doctype", None),
    "entities in UTF-16": (LAUGHS.encode("utf-16"), "doctype", None),
    "a file of ours": (
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Document>&b;</Document>',
        "doctype",
        None,
    ),
    "a deep tree": (b"<a>" * 5000, "too_deep", None),
    "broken XML": (b"<Document>\n<Stmt>\n</Document>", "xml", 3),
    "an unknown encoding": (b'<?xml version="1.0" encoding="x-odd"?><a/>', "xml", None),
    "other XML": (b"<html/>", "no_camt", None),
    "a camt without remittance": (b"<Document><Stmt/></Document>", "nothing", None),
    "half an ISA": (b"ISA*00*", "no_x12", None),
    "no 820": ((ISA + "ST*810*1~SE*1*1~").encode(), "no_820", None),
    "an 820 that breaks off": ((ISA + "ST*820*1~RMR*IV*A**1").encode(), "unclosed", 3),
}


@tagged("post_install", "-at_install")
class TestRemittancePure(BaseCase):
    """Parsers of remittance advice: files of many lands, and of strangers."""

    def _advice(self, data, meanings=None, **kwargs):
        """The one advice of a file; its columns as guessed."""
        _kind, found = read(data)
        if isinstance(found, Sheet):
            found = read_sheet(found, meanings or guess(found), **kwargs)
        [advice] = found
        return advice

    def _lines(self, advice):
        return [(line.row, line.reference, str(line.amount)) for line in advice.lines]

    # === VALUES === #
    def test_amounts(self):
        for text, expected in AMOUNTS.items():
            with self.subTest(text):
                if expected is None:
                    self.assertRaises(ValueError, parse_amount, text)
                else:
                    self.assertEqual(parse_amount(text), Decimal(expected))

    def test_one_clear_amount_decides_for_its_column(self):
        self.assertEqual(guess_decimal(["1.234", "5.678", "9,10"]), ",")
        self.assertEqual(guess_decimal(["1,234", "5,678.00"]), ".")
        self.assertIsNone(guess_decimal(["1,234", "5,678"]), "nothing is chosen")
        self.assertIsNone(guess_decimal(["1,5", "1.5"]), "they contradict each other")
        self.assertRaises(ValueError, parse_amount, "12.34", ",")

    def test_dates(self):
        for text, order, expected in (
            ("2026-11-17", None, date(2026, 11, 17)),
            ("17/11/2026", None, date(2026, 11, 17)),
            ("11/17/2026", None, date(2026, 11, 17)),
            ("05/06/2026", "dmy", date(2026, 6, 5)),
            ("05/06/2026", "mdy", date(2026, 5, 6)),
            ("05.06.26", "mdy", date(2026, 6, 5)),
            ("17. März 2026", None, date(2026, 3, 17)),
            ("1 août 2026", None, date(2026, 8, 1)),
            ("17-DEC-26", None, date(2026, 12, 17)),
            ("2026-11-17 10:00", None, date(2026, 11, 17)),
            ("05/06/2026", None, None),
            ("31/02/2026", None, None),
            ("00/00/0000", "dmy", None),
            ("=TODAY()", None, None),
            ("9" * 50, None, None),
        ):
            with self.subTest(text, order=order):
                if expected is None:
                    self.assertRaises(ValueError, parse_date, text, order)
                else:
                    self.assertEqual(parse_date(text, order), expected)

    # === TEXT === #
    def test_a_german_file(self):
        data = (
            "Zahlungsavis Alpha GmbH;;;\r\n;;;\r\n"
            "Rechnungsnr.;Belegdatum;Skonto;Zahlbetrag\r\n"
            "INV/1;01.10.2026;20,00-;980,00\r\nINV/2;02.10.2026;;1.480,00\r\n"
            "Summe;;;2.460,00\r\n"
        ).encode("cp1252")
        advice = self._advice(data)
        self.assertEqual(self._lines(advice), [(4, "INV/1", "980.00"), (5, "INV/2", "1480.00")])
        self.assertEqual((advice.lines[0].discount, advice.lines[0].gross), (20, 1000))
        self.assertEqual(advice.lines[1].day, date(2026, 10, 2))
        self.assertEqual(advice.amount, Decimal("2460.00"))
        self.assertFalse(advice.problems)

    def test_the_same_in_every_encoding(self):
        text = "Facture\tMontant payé\nINV/1\t1 234,50\nINV/2\t2,00\n"
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"):
            with self.subTest(encoding):
                self.assertEqual(
                    self._lines(self._advice(text.encode(encoding))),
                    [(2, "INV/1", "1234.50"), (3, "INV/2", "2.00")],
                )

    def test_commas_between_columns_and_in_amounts(self):
        american = b'Invoice,Amount\nINV/1,"1,234.50"\nINV/2,2.00\n'
        self.assertEqual(self._advice(american).total, Decimal("1236.50"))
        pasted = b"INV/1  1.234,50\nINV/2  2,00\n"
        self.assertEqual(self._advice(pasted).total, Decimal("1236.50"))

    def test_line_numbers_are_those_of_the_file(self):
        data = b'Invoice;Note;Paid\n"INV/1";"two\nlines";5.00\nINV/2;;x\nINV/3;;=1+1\n;;7.00\n'
        advice = self._advice(data)
        self.assertEqual([line.reference for line in advice.lines], ["INV/1", ""])
        self.assertEqual(advice.lines[0].note, "two lines")
        self.assertEqual(advice.lines[1].row, 6)
        self.assertEqual(
            [(problem.code, problem.line) for problem in advice.problems],
            [("no_amount", 4), ("formula", 5), ("no_reference", 6)],
        )

    def test_problems_name_line_and_cell(self):
        data = (
            b"Invoice;Gross;Discount;Paid;Date\n"
            b"INV/1;100.00;5.00;90.00;03/04/2026\n"
            b"INV/2;100.00;;80.00;x\n"
            b"Total;;;200.00;\n"
        )
        advice = self._advice(data)
        self.assertEqual(
            [(problem.code, problem.line, problem.value) for problem in advice.problems],
            [
                ("add_up", 2, "100.00 / 95.00"),
                ("ambiguous_date", 2, "03/04/2026"),
                ("no_date", 3, "x"),
                ("total", 3, "200.00 / 170.00"),
            ],
        )
        self.assertEqual(advice.lines[1].gross, 80, "short without a word: nothing is made up")

    def test_ambiguous_amounts_are_not_chosen(self):
        data = b"Invoice;Paid\nINV/1;1.234\nINV/2;5.678\n"
        with self.assertRaises(RemittanceError) as caught:
            self._advice(data)
        self.assertEqual((caught.exception.code, caught.exception.line), ("ambiguous_amount", 2))
        self.assertEqual(self._advice(data, decimal=",").total, 6912)
        self.assertEqual(self._advice(data, decimal=".").total, Decimal("6.912"))

    def test_a_credit_note_taken(self):
        data = b"Invoice;Gross;Discount;Paid\nINV/1;100;2;98\nRINV/1;-50;-1;-49\n"
        advice = self._advice(data)
        self.assertEqual([line.gross for line in advice.lines], [100, -50])
        self.assertEqual(advice.total, 49)
        self.assertFalse(advice.problems)

    def test_several_payments_in_a_file(self):
        data = (
            b"Payment reference;Payment date;Invoice;Paid\n"
            b"P1;2026-11-16;INV/1;10.00\nP2;2026-11-17;INV/2;20.00\nP1;2026-11-16;INV/3;5.00\n"
        )
        _kind, sheet = read(data)
        advices = read_sheet(sheet, guess(sheet))
        self.assertEqual(
            [(advice.reference, advice.day, advice.total) for advice in advices],
            [("P1", date(2026, 11, 16), 15), ("P2", date(2026, 11, 17), 20)],
        )

    def test_formulas_stay_texts(self):
        data = b'Invoice;Paid\n=HYPERLINK("http://x");5.00\n@SUM(A1);=1+1\n'
        advice = self._advice(data)
        self.assertEqual(self._lines(advice), [(2, '=HYPERLINK("http://x")', "5.00")])
        self.assertEqual(
            [(problem.code, problem.line) for problem in advice.problems], [("formula", 3)]
        )

    def test_pasted_sentences(self):
        advice = self._advice(
            b"Dear Sir or Madam,\nwe have paid on 16.11.2026:\n"
            b"INV/2026/00012 of 01.10.2026   1.200,00 EUR\n"
            b"credit RINV/7   -200,00\nRegards, tel. +49 30 1234567\n"
        )
        self.assertEqual(
            self._lines(advice), [(3, "INV/2026/00012", "1200.00"), (4, "RINV/7", "-200.00")]
        )

    # === LIMITS === #
    def test_hostile_files_are_refused(self):
        for name, (data, code, line) in HOSTILE.items():
            with self.subTest(name), self.assertRaises(RemittanceError) as caught:
                read(data)
            with self.subTest(name):
                self.assertEqual((caught.exception.code, caught.exception.line), (code, line))

    def test_as_many_lines_as_are_allowed(self):
        rows = "".join(f"INV/{n};1,00\n" for n in range(MAX_LINES))
        start = time.monotonic()
        advice = self._advice(f"Invoice;Paid\n{rows}".encode())
        self.assertEqual((len(advice.lines), advice.total), (MAX_LINES, MAX_LINES))
        self.assertLess(time.monotonic() - start, 10)
        with self.assertRaises(RemittanceError) as caught:
            self._advice(f"Invoice;Paid\n{rows}INV/x;1,00\n".encode())
        self.assertEqual(caught.exception.code, "too_many_lines")

    def test_slow_patterns(self):
        """No pattern takes long on a text made for it."""
        for text in ("1." * 9_000, "1,23" * 4_000, "A1-" * 6_000, "(" * 19_000, "1 " * 9_000):
            start = time.monotonic()
            with contextlib.suppress(RemittanceError):
                self._advice(("Dear\n" + f"{text}\n" * 20).encode())
            self.assertLess(time.monotonic() - start, 3, text[:4])

    # === SPREADSHEETS === #
    def test_a_spreadsheet(self):
        data = spreadsheet(
            [
                ["Alpha", "", "", ""],
                ["Invoice", "Invoice date", "Gross amount", "Amount paid"],
                ["INV/1", date(2026, 10, 1), 1000.1, ("=C3-20", 980.1)],
                [20260012, date(2026, 10, 2), "1.234,50", "1.234,50"],
                ["Total", "", "", ("=SUM(D3:D4)", 2214.6)],
            ],
            dates={(2, 1), (3, 1)},
            formulas={(2, 3), (4, 3)},
        )
        advice = self._advice(data)
        self.assertEqual(self._lines(advice), [(3, "INV/1", "980.1"), (4, "20260012", "1234.50")])
        self.assertEqual(advice.lines[0].day, date(2026, 10, 1))
        self.assertEqual(advice.amount, Decimal("2214.6"))

    def test_hostile_spreadsheets(self):
        data = spreadsheet([["Invoice", "Paid"], ["INV/1", 5]])
        sheet = "xl/worksheets/sheet1.xml"
        far = b'<worksheet><sheetData><row r="1"><c r="ZZZ1"><v>1</v></c></row></sheetData></worksheet>'
        for part, content, code in (
            (sheet, LAUGHS.encode(), "doctype"),
            ("xl/sharedStrings.xml", LAUGHS.encode("utf-16"), "doctype"),
            (sheet, b"<worksheet>" + b" " * 70_000_000, "too_large"),
            (sheet, b"<worksheet", "xml"),
            (sheet, far, "too_many_columns"),
            (sheet, b"<row/>" * 3, "xml"),
            ("xl/workbook.xml", b"<a>" * 100, "too_deep"),
        ):
            with self.subTest(code), self.assertRaises(RemittanceError) as caught:
                read(with_part(data, part, content))
            self.assertEqual(caught.exception.code, code)

    def test_odd_cells(self):
        cells = (
            '<c r="A1" t="s"><v>99</v></c><c r="B1"><v>NaN</v></c><c r="C1"><v>1e30</v></c>'
            '<c r="D1" t="e"><v>#REF!</v></c><c r="E1"><v>0.30000000000000004</v></c>'
            '<c t="inlineStr"><is><t>Invoice</t></is></c><c r="1"><v>x</v></c>'
        )
        data = with_part(
            spreadsheet([["a"]]),
            "xl/worksheets/sheet1.xml",
            f"<worksheet><sheetData><row r='x'>{cells}</row></sheetData></worksheet>",
        )
        _kind, sheet = read(data)
        [(number, values)] = sheet.rows
        self.assertEqual(number, 1)
        self.assertEqual(values, ["", "NaN", "1e30", "", Decimal("0.3"), "Invoice", "x"])

    # === MESSAGES === #
    def test_camt(self):
        kind, [first, second] = read(CAMT.encode())
        self.assertEqual(kind, "camt")
        self.assertEqual(
            (first.reference, first.day, first.amount, first.currency, first.sender),
            ("PAY-77", date(2026, 11, 16), Decimal("1460.00"), "EUR", "Alpha GmbH"),
        )
        self.assertEqual(
            [
                (line.reference, line.amount, line.discount, line.deduction, line.code)
                for line in first.lines
            ],
            [("INV/1", 980, 20, 0, ""), ("INV/2", 480, 0, 20, "FRT")],
        )
        self.assertEqual(
            [(line.reference, line.amount) for line in second.lines], [("RF18539007547034", 500)]
        )

    def test_camt_with_text_only(self):
        texts = {
            "INV/1 980,00 INV": [("INV/1", Decimal("980.00"))],
            "RINV 2026 7 thanks": [("RINV 2026 7 thanks", Decimal("1460.00"))],
        }
        for text, expected in texts.items():
            data = (
                "<Document><Stmt><Ntry><Amt Ccy='EUR'>1460.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
                f"<NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls>"
                "</Ntry></Stmt></Document>"
            )
            with self.subTest(text):
                [advice] = read(data.encode())[1]
                self.assertEqual([(x.reference, x.amount) for x in advice.lines], expected)
                self.assertEqual(advice.amount, 1460)

    def test_edi(self):
        kind, [advice] = read(EDI.encode())
        self.assertEqual(kind, "edi")
        self.assertEqual(
            (advice.reference, advice.day, advice.total, advice.currency, advice.sender),
            ("PAY-77", date(2026, 11, 16), Decimal("1460.00"), "USD", "Alpha Inc"),
        )
        self.assertEqual(
            [
                (line.row, line.reference, line.amount, line.discount, line.deduction, line.code)
                for line in advice.lines
            ],
            [
                (10, "INV/1", 980, 20, 0, ""),
                (12, "INV/2", 530, 0, 20, "06"),
                (14, "RINV/9", -50, 0, 0, ""),
            ],
        )
        self.assertEqual(advice.line_total, advice.total)
        self.assertEqual(advice.lines[0].day, date(2026, 10, 1))

    def test_edi_with_other_signs(self):
        other = EDI.replace("*", "|").replace("~", "\n")
        self.assertEqual(read(other.encode())[1], read(EDI.encode())[1])

    def test_a_file_without_lines(self):
        self.assertEqual(Advice([]).total, 0)
