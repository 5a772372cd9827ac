import re
import shutil
import subprocess
import tempfile
from io import BytesIO
from itertools import combinations
from pathlib import Path

from odoo import Command
from odoo.tools.pdf import PdfFileReader

from .common import ArCollectionsCommon

MM = 25.4 / 72
IBAN_EUR, IBAN_USD = "DE31200500990123456789", "DE55200500990123456842"


class LetterCommon(ArCollectionsCommon):
    """Letters really printed, and read back as text.

    The company's currency is USD; amounts in tests are worked out by hand.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "name": "Halden & Roth",
                "street": "Lagerstraße 14",
                "zip": "20357",
                "city": "Hamburg",
                "country_id": cls.env.ref("base.de").id,
                "phone": "+49 40 66969 100",
                "email": "receivables@halden.example",
            }
        )
        cls.company.ar_letter_form = "din"
        cls.report = cls.env["report.ar_collections.report_ar_collection_notice"]
        bank = cls.env["res.bank"].create({"name": "Nordbank", "bic": "NRDXDEHHXXX"})
        for number, currency in ((IBAN_USD, "USD"), (IBAN_EUR, "EUR")):
            cls.env["res.partner.bank"].create(
                {
                    "acc_number": number,
                    "bank_id": bank.id,
                    "partner_id": cls.company.partner_id.id,
                    "currency_id": cls._currency(currency, 2).id,
                }
            )

    @classmethod
    def _currency(cls, code, rate):
        currency = cls.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", code)])
        currency.active = True
        if currency != cls.company.currency_id and not currency.rate_ids:
            currency.rate_ids = [Command.create({"name": "2020-01-01", "rate": rate})]
        return currency

    def _invoice_in(self, code, amount, days, **vals):
        rate = {"USD": 1, "EUR": 2, "JPY": 150, "KWD": 0.3}[code]
        return self._invoice(amount, days, currency_id=self._currency(code, rate).id, **vals)

    def _claimed(self, partner=None):
        """The notice of tonight's run for a debtor, with everything that is to be sent."""
        debtor = partner or self.debtor
        notices = self._run().notice_ids
        notice = notices.filtered(lambda notice: notice.collection_id.partner_id == debtor)
        self.assertTrue(notice._claim(), notice.reason)
        return notice

    def _print(self, notice):
        return self.report._print(notice)[notice.id]

    def _letter(self, partner=None):
        """Text of the letter of tonight's run."""
        return self._text(self._print(self._claimed(partner)))

    def _text(self, pdf, *options):
        """What a PDF says, in lines as on paper; blanks squeezed."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "letter.pdf")
            path.write_bytes(pdf)
            result = subprocess.run(
                [shutil.which("pdftotext"), "-layout", *options, path, "-"],
                capture_output=True, check=True, text=True,
            )  # fmt: skip
        return re.sub(r"[ \u00a0]+", " ", result.stdout)

    def _pages(self, pdf):
        return PdfFileReader(BytesIO(pdf)).numPages

    def _words(self, pdf):
        """(page, left, top, right, bottom, text) of each word, in mm from the edges."""
        text = self._text(pdf, "-bbox")
        words = []
        for page, body in enumerate(text.split("<page ")[1:]):
            for match in re.finditer(
                r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<', body
            ):
                words.append((page, *(float(part) * MM for part in match.groups()[:4]), match[5]))
        return words

    def _position(self, pdf, text):
        """Left and vertical middle of the first word that begins like this."""
        return next(
            (left, (top + bottom) / 2)
            for _page, left, top, _right, bottom, word in self._words(pdf)
            if word.startswith(text)
        )

    def _check_nothing_overlaps(self, pdf):
        for one, other in combinations(self._words(pdf), 2):
            if one[0] != other[0]:
                continue
            wide = min(one[3], other[3]) - max(one[1], other[1])
            high = min(one[4], other[4]) - max(one[2], other[2])
            # lines are set closer than the boxes of their letters are high
            self.assertFalse(wide > 0.4 and high > 1.8, f"{one[5]!r} and {other[5]!r}")
        widths = {210: 210.0}
        self.assertLess(max(word[3] for word in self._words(pdf)), widths[210])
