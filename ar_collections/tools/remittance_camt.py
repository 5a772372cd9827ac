"""Remittance information of bank statements and notifications: ISO 20022 camt.053 and camt.054.

One advice per transaction that brought money. Structured information gives a line per document
(``RmtInf/Strd``); unstructured text (``Ustrd``) gives what is read in a pasted text.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from .remittance import MAX_LINES, ZERO, Advice, Line, Problem, RemittanceError, shorten
from .remittance_csv import read_text
from .remittance_header import guess
from .remittance_sheet import read_sheet
from .remittance_xml import parse

_STATEMENTS = ("Stmt", "Ntfctn", "Rpt")


def read_camt(data: bytes) -> list[Advice]:
    """:raises RemittanceError: no camt.052 to 054, or no line that says what was paid."""
    root = parse(data)
    statements = [element for name in _STATEMENTS for element in root.iter(name)]
    if not statements:
        raise RemittanceError("no_camt")
    advices: list[Advice] = []
    count = 0
    for statement in statements:
        for entry in statement.iter("Ntry"):
            for details in entry.iter("TxDtls"):
                if advice := _advice(entry, details, count + 1):
                    advices.append(advice)
                    count += len(advice.lines)
                    if count > MAX_LINES:
                        raise RemittanceError("too_many_lines")
    if not advices:
        raise RemittanceError("nothing")
    return advices


def _advice(entry: Element, details: Element, row: int) -> Advice | None:
    indicator = details.findtext("CdtDbtInd") or entry.findtext("CdtDbtInd")
    information = details.find("RmtInf")
    if indicator != "CRDT" or information is None:
        return None
    problems: list[Problem] = []
    lines = [
        line
        for number, structured in enumerate(information.findall("Strd"), row)
        if (line := _line(structured, number, problems))
    ]
    texts = [text.text or "" for text in information.findall("Ustrd")]
    if not lines:
        lines = _unstructured(texts, row)
    if not lines:
        return None
    amount = _amount(details.find("Amt"), problems, row)
    if amount is None:
        amount = _amount(details.find("AmtDtls/TxAmt/Amt"), problems, row)
    if amount is None and len(entry.findall("NtryDtls/TxDtls")) == 1:
        amount = _amount(entry.find("Amt"), problems, row)
    if len(lines) == 1 and not lines[0].amount and amount is not None:
        lines = [Line(row, lines[0].reference, amount, note=lines[0].note)]
    currency = next(
        (e.get("Ccy", "") for e in (details.find("Amt"), entry.find("Amt")) if e is not None), ""
    )
    return Advice(
        lines,
        _reference(details),
        _day(entry),
        amount,
        currency,
        shorten(_sender(details)),
        tuple(problems),
    )


def _line(structured: Element, row: int, problems: list[Problem]) -> Line | None:
    document = structured.find("RfrdDocInf")
    reference = structured.findtext("CdtrRefInf/Ref") or ""
    number = document.findtext("Nb") if document is not None else ""
    amounts = structured.find("RfrdDocAmt")
    note = shorten(" ".join(text.text or "" for text in structured.findall("AddtlRmtInf")))
    if amounts is None:
        name = shorten(number or reference)
        return Line(row, name, ZERO, note=note) if name else None
    due = _amount(amounts.find("DuePyblAmt"), problems, row)
    paid = _amount(amounts.find("RmtdAmt"), problems, row)
    # version 2 has the amount in the element, later ones one level below it
    discount = sum(
        (
            _amount(each, problems, row) or ZERO
            for each in (*amounts.findall("DscntApldAmt"), *amounts.findall("DscntApldAmt/Amt"))
            if each.get("Ccy")
        ),
        ZERO,
    )
    deduction, codes = _adjustments(amounts, problems, row)
    if paid is None:
        paid = (due or ZERO) - discount - deduction
    credit_note = _amount(amounts.find("CdtNoteAmt"), problems, row)
    if credit_note and not paid:
        paid = -credit_note
    return Line(
        row,
        shorten(number or reference),
        paid,
        discount,
        deduction,
        codes,
        _date(document.findtext("RltdDt") if document is not None else None),
        note,
    )


def _adjustments(amounts: Element, problems: list[Problem], row: int) -> tuple[Decimal, str]:
    """What was taken off (a debit adds to what is paid), and the codes of why."""
    total, codes = ZERO, []
    for adjustment in amounts.findall("AdjstmntAmtAndRsn"):
        part = _amount(adjustment.find("Amt"), problems, row) or ZERO
        total += -part if adjustment.findtext("CdtDbtInd") == "DBIT" else part
        codes.append(adjustment.findtext("Rsn") or adjustment.findtext("AddtlInf") or "")
    return total, shorten(" ".join(filter(None, codes)))


def _unstructured(texts: list[str], row: int) -> list[Line]:
    text = "\n".join(texts)
    try:
        sheet = read_text(text)
        [advice] = read_sheet(sheet, guess(sheet))
    except (RemittanceError, ValueError):
        name = shorten(" ".join(texts))
        return [Line(row, name, ZERO, note=name)] if any(map(str.isdigit, name)) else []
    return list(advice.lines)


def _amount(element: Element | None, problems: list[Problem], row: int) -> Decimal | None:
    text = (element.text or "").strip() if element is not None else ""
    if not text:
        return None
    with suppress(InvalidOperation):
        amount = Decimal(text[:30])
        if abs(amount) < 10**15:
            return amount
    problems.append(Problem("no_amount", row, shorten(text)))
    return None


def _reference(details: Element) -> str:
    names = ("EndToEndId", "AcctSvcrRef", "TxId", "InstrId")
    found = (details.findtext(f"Refs/{name}") or "" for name in names)
    return shorten(next((text for text in found if text and text != "NOTPROVIDED"), ""))


def _sender(details: Element) -> str:
    party = details.find("RltdPties/Dbtr")
    if party is None:
        return ""
    return party.findtext("Nm") or party.findtext("Pty/Nm") or ""


def _day(entry: Element) -> date | None:
    for name in ("ValDt/Dt", "ValDt/DtTm", "BookgDt/Dt", "BookgDt/DtTm"):
        if day := _date(entry.findtext(name)):
            return day
    return None


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
