"""A debtor's own statement read out of a table, whatever its columns are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .remittance import Cell, Sheet
from .remittance_header import plain
from .remittance_value import guess_decimal, guess_order, parse_amount, parse_date

ZERO = Decimal(0)
#: What the columns of a statement are called; plain letters, small.
COLUMNS = {
    "due": "due date|due|falligkeit|fallig am|faelligkeit|echeance|vencimiento|scadenza|vervaldatum",
    "date": "invoice date|document date|posting date|date|datum|rechnungsdatum|belegdatum|fecha|data",
    "open": "open amount|open|outstanding|balance due|amount due|remaining|offen|offener betrag|"
    "restbetrag|solde du|reste|saldo|pendiente|openstaand|residuo|aperto",
    "debit": "debit|invoiced|charged|charges|soll|debe|dare",
    "credit": "credit|paid|payments|haben|haber|avere",
    "amount": "amount|betrag|montant|importe|importo|bedrag|valor|total|value|sum",
    "number": "invoice number|invoice no|invoice|document number|document no|document|"
    "your reference|reference|number|no|ref|rechnungsnummer|rechnung|belegnummer|beleg|facture|"
    "numero|factura|fattura|factuur|factuurnummer|doc no|doc",
    "text": "description|text|type|note|comment|buchungstext|libelle|descripcion|omschrijving",
}


class CompareError(ValueError):
    """The table is no statement; ``code``: ``columns`` or ``empty``."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Theirs:
    """A line of the debtor's statement; ``amount`` positive: the debtor says it owes that."""

    row: int
    number: str
    amount: Decimal
    date: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What could be read, and the rows that could not (no amount in them)."""

    lines: tuple[Theirs, ...]
    unread: tuple[int, ...] = ()


def columns(names: Sequence[str]) -> dict[str, int]:
    """dict meaning -> column, by the words of the heading.

    >>> columns(("Document no.", "Date", "Due", "Open amount"))
    {'due': 2, 'date': 1, 'open': 3, 'number': 0}
    >>> columns(("Beleg", "Soll", "Haben"))
    {'debit': 1, 'credit': 2, 'number': 0}
    """
    found: dict[str, int] = {}
    heads = {index: plain(name) for index, name in enumerate(names) if name}
    for whole in (True, False):
        for meaning, text in COLUMNS.items():
            words = text.split("|")
            for index, head in heads.items():
                if meaning in found or index in found.values():
                    continue
                if head in words if whole else _has_word(head, words):
                    found[meaning] = index
    return {meaning: found[meaning] for meaning in COLUMNS if meaning in found}


def _has_word(head: str, words: Sequence[str]) -> bool:
    return any(re.search(rf"\b{re.escape(word)}\b", head) for word in words if len(word) > 2)


def read(sheet: Sheet) -> Read:
    """The lines of a statement out of a table with a heading.

    :raises CompareError: no column of numbers or of amounts, or no line.

    >>> sheet = Sheet(("No", "Date", "Amount"), [(2, ["INV/1", "17.11.2026", "1.240,00"]),
    ...                                          (3, ["Total", "", "1.240,00"])])
    >>> [(line.number, str(line.amount), line.date.isoformat()) for line in read(sheet).lines]
    [('INV/1', '1240.00', '2026-11-17')]
    """
    of = columns(sheet.names)
    money = [name for name in ("open", "amount", "debit", "credit") if name in of]
    if "number" not in of or not money:
        raise CompareError("columns")
    if "open" in of or "amount" in of:
        money = [money[0]]
    texts = [
        str(cell) for name in money for cell in sheet.column(of[name]) if isinstance(cell, str)
    ]
    decimal = guess_decimal(texts)
    order = guess_order(
        [str(cell) for cell in sheet.column(of["date"]) if isinstance(cell, str)]
        if "date" in of
        else []
    )
    lines, unread = [], []
    for row, cells in sheet.rows:
        get = _getter(cells, of)
        number = str(get("number") or "").strip()
        amount = _amount([get(name) for name in money], money, decimal)
        if (not number and amount is None) or _is_total(cells):
            continue
        if amount is None:
            unread.append(row)
            continue
        day = _day(get("date"), order)
        lines.append(Theirs(row, number, amount, day, str(get("text") or "").strip()))
    if not lines:
        raise CompareError("empty")
    return Read(tuple(lines), tuple(unread))


def _getter(cells, of):
    return lambda name: cells[of[name]] if name in of and of[name] < len(cells) else None


def _is_total(cells: Sequence[Cell]) -> bool:
    words = "total|sum|summe|saldo|balance|gesamt|totaal|totale|carried forward|ubertrag"
    first = next((plain(cell) for cell in cells if isinstance(cell, str) and cell.strip()), "")
    return bool(re.match(rf"(grand )?({words})\b", first))


def _amount(cells, names, decimal) -> Decimal | None:
    total, any_found = ZERO, False
    for name, cell in zip(names, cells, strict=True):
        if cell is None or cell == "":
            continue
        try:
            value = (
                Decimal(str(cell))
                if isinstance(cell, (int, float, Decimal))
                else parse_amount(str(cell), decimal)
            )
        except ValueError:
            continue
        any_found = True
        total += -value if name == "credit" else value
    return total if any_found else None


def _day(cell, order) -> date | None:
    if isinstance(cell, date):
        return cell
    try:
        return parse_date(str(cell), order) if cell else None
    except ValueError:
        return None
