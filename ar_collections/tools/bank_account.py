"""Whether a bank account number can be right, before money is sent to it."""

import re
from functools import cache
from pathlib import Path
from types import ModuleType

from stdnum import numdb

OK, WRONG, UNKNOWN = "ok", "wrong", "unknown"


@cache
def _iban() -> ModuleType:
    """``stdnum.iban``; its table of countries is read beside it where an import hook, as
    Odoo's is one, hides data files of packages."""
    try:
        numdb.get("iban")
    except FileNotFoundError:
        path = Path(numdb.__file__).with_name("iban.dat")
        with path.open(encoding="utf-8") as file:
            numdb._open_databases["iban"] = numdb.read(file)
    from stdnum import iban  # noqa: PLC0415, its table must be there first

    return iban


def check(number: str | None) -> str:
    """``ok``: an IBAN whose check digits, country and length are right; ``wrong``: it looks like
    one and is not; ``unknown``: another kind of number, of which nothing can be said.

    ISO 13616, through ``python-stdnum``; national check digits and registers of banks, which
    change, are left to the bank.

    >>> check("BE68 5390 0754 7034"), check("BE68 5390 0754 7035"), check("BE68 5390")
    ('ok', 'wrong', 'wrong')
    >>> check("12-345-678"), check(""), check(None)
    ('unknown', 'unknown', 'unknown')
    """
    compact = re.sub(r"\W", "", number or "").upper()
    if not re.match(r"[A-Z]{2}\d\d", compact):
        return UNKNOWN
    return OK if _iban().is_valid(compact, check_country=False) else WRONG
