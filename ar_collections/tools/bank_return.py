"""Bank lines that take money back: which receipt they return, and why."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: Most days between a receipt and its return: a direct debit may be taken back for 8 weeks.
DAYS = 70
#: Words of banks for a return, without accents, small.
WORDS = (
    "returned",
    "return of",
    "reject",
    "unpaid",
    "bounced",
    "dishonoured",
    "nsf",
    "refer to drawer",
    "insufficient funds",
    "chargeback",
    "rucklastschrift",
    "lastschriftruckgabe",
    "ruckgabe",
    "retoure",
    "impaye",
    "rejet",
    "devuelto",
    "devolucion",
    "insoluto",
    "geweigerd",
    "stornering",
    "terugboeking",
    "devolvido",
)
#: Shortest reference that is looked for in a text.
_SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Debit:
    """A bank line; ``amount`` positive, what left the account."""

    amount: Decimal
    day: date
    text: str
    partner: int | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came; ``key`` tells which, ``names`` are its number and references."""

    key: tuple[str, int]
    amount: Decimal
    day: date
    names: Sequence[str] = ()
    partner: int | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """``key``: the receipt returned, None: none or several fit (``near``); ``why``: ``reference``,
    ``account``, ``partner`` or ``amount``; ``code``: the return code in the text."""

    key: tuple[str, int] | None = None
    why: str = ""
    code: str = ""
    near: tuple[tuple[str, int], ...] = ()


def recognise(debit: Debit, receipts: Iterable[Receipt], codes: Collection[str] = ()) -> Answer:
    """Which receipt a bank line returns; two that fit are never chosen between.

    A receipt fits when it is as large and came within ``DAYS`` before. It is returned when its
    reference stands in the text, or when the text speaks of a return and it is the only one of
    the same bank account, else of the same debtor, else at all.

    >>> day = date(2026, 11, 17)
    >>> money = [Receipt(("payment", 1), Decimal(50), day, ["PBNK1/2026/00012"], 7),
    ...          Receipt(("payment", 2), Decimal(50), day, ["PBNK1/2026/00013"], 8)]
    >>> recognise(Debit(Decimal(50), day, "RETURN PBNK1/2026/00013 AM04"), money, {"AM04"})
    Answer(key=('payment', 2), why='reference', code='AM04', near=())
    >>> recognise(Debit(Decimal(50), day, "Rücklastschrift"), money).near
    (('payment', 1), ('payment', 2))
    >>> recognise(Debit(Decimal(50), day, "Rücklastschrift", partner=7), money).why
    'partner'
    >>> recognise(Debit(Decimal(50), day, "Rent November"), money)
    Answer(key=None, why='', code='', near=())
    """
    fits = [
        receipt
        for receipt in receipts
        if receipt.amount == debit.amount and 0 <= (debit.day - receipt.day).days <= DAYS
    ]
    code = code_in(debit.text, codes)
    text = _bare(debit.text)
    named = [
        receipt
        for receipt in fits
        if any(len(_bare(name)) >= _SHORTEST and _bare(name) in text for name in receipt.names)
    ]
    if named:
        return _one(named, "reference", code)
    if not code and not speaks_of_return(debit.text):
        return Answer()
    same_account = [
        receipt for receipt in fits if debit.account and receipt.account == debit.account
    ]
    if same_account:
        return _one(same_account, "account", code)
    same_partner = [
        receipt for receipt in fits if debit.partner and receipt.partner == debit.partner
    ]
    if same_partner or debit.partner:
        return _one(same_partner, "partner", code)
    return _one(fits, "amount", code)


def _one(receipts: Sequence[Receipt], why: str, code: str) -> Answer:
    keys = tuple(dict.fromkeys(receipt.key for receipt in receipts))
    if len(keys) == 1:
        return Answer(keys[0], why, code)
    return Answer(code=code, near=keys)


def speaks_of_return(text: str) -> bool:
    """
    >>> speaks_of_return("RÜCKLASTSCHRIFT 123"), speaks_of_return("Rent")
    (True, False)
    """
    words = unicodedata.normalize("NFKD", text.casefold())
    words = "".join(char for char in words if not unicodedata.combining(char))
    return any(re.search(rf"\b{word}", words) for word in WORDS)


def code_in(text: str, codes: Collection[str]) -> str:
    """The first of these codes that stands in a text as a word.

    >>> code_in("SEPA AM04 no funds", {"AM04", "R01"}), code_in("ROAM042", {"AM04"})
    ('AM04', '')
    """
    words = re.findall(r"[A-Z0-9]+", text.upper())
    return next((word for word in words if word in codes), "")


def _bare(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
