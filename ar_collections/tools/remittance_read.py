"""The one entrance: the bytes of a file, whatever it is."""

from __future__ import annotations

import hashlib

from .remittance import Advice, Sheet, kind_of
from .remittance_camt import read_camt
from .remittance_csv import decode, read_text
from .remittance_edi import read_edi
from .remittance_header import with_header
from .remittance_xlsx import read_xlsx


def read(data: bytes) -> tuple[str, Sheet | list[Advice]]:
    """(kind, what it holds): a sheet of which the columns are to be named, or advices.

    :raises RemittanceError: it cannot be read.

    >>> kind, sheet = read(b"Invoice;Paid\\nINV/1;12,50")
    >>> kind, sheet.names, sheet.rows
    ('text', ('Invoice', 'Paid'), [(2, ['INV/1', '12,50'])])
    """
    kind = kind_of(data)
    if kind == "xlsx":
        return kind, with_header(read_xlsx(data))
    if kind == "xml":
        return "camt", read_camt(data)
    if kind == "edi":
        return kind, read_edi(data)
    return kind, with_header(read_text(decode(data)))


def digest(data: bytes) -> str:
    """What tells that the same bytes came before."""
    return hashlib.sha256(data).hexdigest()
