"""Which column of a sheet means what, as far as its heading or its cells tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from .remittance import Cell, Sheet, shorten
from .remittance_value import AmbiguousError, parse_amount

#: Words in a heading, in the order in which they are tried; plain letters, small.
SYNONYMS = {
    "payment_reference": "payment reference|payment number|payment no|cheque number|check number|"
    "trace|transaction id|zahlungsreferenz|zahlungsnummer|reference paiement|betalingskenmerk",
    "payment_date": "payment date|value date|date paid|paid on|zahlungsdatum|valuta|"
    "date de paiement|fecha de pago|data pagamento|betaaldatum",
    "discount": "discount|skonto|escompte|descuento|sconto|korting|desconto|cash discount|disc",
    "deduction": "deduction|adjustment|chargeback|claim|abzug|kurzung|deduccion|deduction|"
    "trattenuta|inhouding|deducao|short paid|withheld",
    "code": "reason code|reason|code|grund|motif|motivo|reden|causale",
    "gross": "gross|invoice amount|document amount|original amount|total amount|brutto|"
    "rechnungsbetrag|montant facture|montant brut|importe factura|bruto|importo fattura|"
    "factuurbedrag|valor bruto",
    "amount": "amount paid|paid amount|net amount|payment amount|net|paid|payment|amount|betrag|"
    "zahlbetrag|zahlung|netto|montant|montant paye|importe|importe pagado|importo|bedrag|betaald|"
    "valor|valor pago|sum|value",
    "reference": "invoice number|invoice no|invoice|document number|document no|document|"
    "your reference|reference|ref|bill|voucher|rechnung|rechnungsnummer|rechnungsnr|belegnummer|"
    "beleg|facture|no facture|numero de facture|factura|numero de factura|fattura|"
    "numero fattura|factuur|factuurnummer|fatura|nota fiscal|doc no|doc",
    "date": "invoice date|document date|date|rechnungsdatum|belegdatum|datum|date facture|fecha|"
    "data|factuurdatum",
    "note": "description|text|note|comment|remark|memo|libelle|descripcion|descrizione|bemerkung|"
    "omschrijving",
}
#: Rows above the header that are looked at.
_PREAMBLE = 30


def plain(text: str) -> str:
    """Small letters without accents, words by single spaces.

    >>> plain("  Nº de Facture: "), plain("Invoice_No.")
    ('no de facture', 'invoice no')
    """
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def with_header(sheet: Sheet) -> Sheet:
    """The sheet with its header found, else with letters as names.

    >>> sheet = with_header(Sheet((), [(1, ["Dear all"]), (3, ["Invoice", "Paid"]), (4, ["A", "1"])]))
    >>> sheet.names, sheet.above, len(sheet.rows)
    (('Invoice', 'Paid'), ('Dear all',), 1)
    """
    if sheet.names:
        return sheet
    width = max((len(cells) for _row, cells in sheet.rows), default=0)
    for index, (_row, cells) in enumerate(sheet.rows[:_PREAMBLE]):
        meanings = _by_names([cell if isinstance(cell, str) else "" for cell in cells])
        if len(meanings) >= 2 and {"reference", "amount", "gross"} & set(meanings.values()):
            return _headed(sheet, index, width)
    if _begins_with_names(sheet, width):
        return _headed(sheet, 0, width)
    return Sheet(tuple(_letter(index) for index in range(width)), sheet.rows)


def _headed(sheet: Sheet, index: int, width: int) -> Sheet:
    cells = sheet.rows[index][1]
    names = [str(cell) for cell in cells] + [""] * (width - len(cells))
    above = tuple(
        shorten(" ".join(str(cell) for cell in row if cell != ""))
        for _number, row in sheet.rows[:index]
    )
    return Sheet(_unique(names), sheet.rows[index + 1 :], above)


def _begins_with_names(sheet: Sheet, width: int) -> bool:
    """Whether the first row is a heading in words nobody knows: different texts in all columns,
    no number among them, and a number below."""
    if len(sheet.rows) < 2 or width < 2:
        return False
    (_one, first), (_two, second) = sheet.rows[:2]
    names = {cell for cell in first if isinstance(cell, str) and re.match(r"[^\W\d_]{2}", cell)}
    return len(names) == width and any(
        _is_number(cell) and not re.match(r"[^\W\d_]", str(cell)) for cell in second
    )


def guess(sheet: Sheet) -> dict[int, str]:
    """dict column -> meaning, as far as names, or without names the cells, tell.

    >>> guess(Sheet(("Invoice no", "Gross amount", "Skonto", "Net"), []))
    {2: 'discount', 1: 'gross', 3: 'amount', 0: 'reference'}
    >>> guess(Sheet(("A", "B"), [(1, ["INV/1", "12,50"]), (2, ["INV/2", "9,00"])]))
    {1: 'amount', 0: 'reference'}
    """
    if sheet.fixed:
        return dict(sheet.fixed)
    return _by_names(sheet.names) or _by_cells(sheet)


def _by_names(names: Sequence[str]) -> dict[int, str]:
    """dict column -> meaning by the words of the heading: the whole name first, then a part."""
    words = {index: plain(name) for index, name in enumerate(names) if name and len(name) <= 60}
    meanings: dict[int, str] = {}
    for whole in (True, False):
        for meaning, synonyms in SYNONYMS.items():
            if meaning in meanings.values():
                continue
            index = _column(words, meanings, synonyms.split("|"), whole)
            if index is not None:
                meanings[index] = meaning
    return {
        index: meanings[index]
        for meaning in SYNONYMS
        for index in meanings
        if meanings[index] == meaning
    }


def _column(words, meanings, synonyms, whole) -> int | None:
    for synonym in synonyms:
        for index, word in words.items():
            fits = word == synonym if whole else re.search(rf"\b{synonym}\b", word)
            if index not in meanings and fits:
                return index
    return None


def _by_cells(sheet: Sheet) -> dict[int, str]:
    """The last column of amounts with decimals, and the first of texts with digits."""
    meanings: dict[int, str] = {}
    sample = Sheet(sheet.names, sheet.rows[:50])
    for index in reversed(range(len(sheet.names))):
        cells = [cell for cell in sample.column(index) if cell != ""]
        if cells and all(_is_money(cell) for cell in cells):
            meanings[index] = "amount"
            break
    for index in range(len(sheet.names)):
        cells = [cell for cell in sample.column(index) if isinstance(cell, str) and cell]
        numbered = [cell for cell in cells if re.search(r"\d", cell) and not _is_money(cell)]
        if index not in meanings and cells and 2 * len(numbered) > len(cells):
            meanings[index] = "reference"
            break
    return meanings


def _is_money(cell: Cell) -> bool:
    if isinstance(cell, Decimal):
        return True
    if isinstance(cell, date) or not re.search(r"[.,]\d{1,2}\D*$", cell):
        return False
    try:
        parse_amount(cell)
    except (ValueError, ArithmeticError):
        return False
    return True


def _is_number(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return True
    try:
        parse_amount(cell)
    except AmbiguousError:
        return True
    except (ValueError, ArithmeticError):
        return False
    return True


def _letter(index: int) -> str:
    """
    >>> _letter(0), _letter(27)
    ('A', 'AB')
    """
    return (_letter(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    unique = []
    for index, name in enumerate(names):
        short = shorten(name) or _letter(index)
        seen[short] = seen.get(short, 0) + 1
        unique.append(short if seen[short] == 1 else f"{short} ({seen[short]})")
    return tuple(unique)
