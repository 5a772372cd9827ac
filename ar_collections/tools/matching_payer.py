"""Who paid? Signs that point to debtors, weighed against each other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

#: How far each sign alone is believed, in percent.
WEIGHTS = {
    "alias": 97,  # a person said so
    "account": 95,  # the bank account is the debtor's, or was before
    "reference": 92,  # the text names an open item
    "number": 90,  # the text names the customer number
    "name": 85,  # the same name, legal form aside
    "past": 70,  # a payer of this name was this debtor before
    "similar": 50,  # most words of the name
    "amount": 30,  # one open item, of this debtor only, has the amount
}
#: From here a debtor is proposed, if nobody else comes near.
PROPOSED, LEAD = 60, 15
#: Legal forms and what else tells no two companies apart.
FORMS = frozenset(
    [
        "AB",
        "AG",
        "AS",
        "BV",
        "BVBA",
        "CO",
        "COMPANY",
        "CORP",
        "CV",
        "EURL",
        "GMBH",
        "INC",
        "KFT",
        "KG",
        "LIMITED",
        "LLC",
        "LLP",
        "LTD",
        "MBH",
        "NV",
        "OHG",
        "OY",
        "OYJ",
        "PLC",
        "PTY",
        "PVT",
        "SA",
        "SARL",
        "SAS",
        "SE",
        "SL",
        "SLU",
        "SNC",
        "SP",
        "SPA",
        "SPRL",
        "SRL",
        "SRO",
        "ZOO",
        "THE",
        "AND",
        "UND",
        "ET",
        "DE",
    ]
)


@dataclass(frozen=True, slots=True)
class Payer:
    """A debtor who may have paid: ``score`` in percent, the signs, the strongest first."""

    debtor: int
    score: int
    signs: tuple[str, ...]


def name_key(name: str) -> str:
    """The words of a name that count, in order of the alphabet.

    >>> name_key("Müller & Söhne GmbH & Co. KG"), name_key("SOEHNE MUELLER")
    ('MULLER SOHNE', 'MULLER SOHNE')
    >>> name_key("Ltd.")
    'LTD'
    """
    text = (name or "").upper()
    for umlaut, plain in (("Ä", "A"), ("Ö", "O"), ("Ü", "U"), ("AE", "A"), ("OE", "O")):
        text = text.replace(umlaut, plain)
    text = unicodedata.normalize("NFKD", text.replace("UE", "U"))
    words = re.findall(r"[A-Z0-9]+", "".join(c for c in text if not unicodedata.combining(c)))
    counting = [word for word in words if word not in FORMS and len(word) > 1]
    return " ".join(sorted(set(counting or words)))


def similar(one: str, other: str) -> bool:
    """Whether two name keys share most of their words.

    >>> similar("HALDEN INSTRUMENTS", "HALDEN INSTRUMENTS BRUSSELS"), similar("ACME", "ACME")
    (True, True)
    >>> similar("ACME STEEL", "ACME FOODS")
    False
    """
    a, b = set(one.split()), set(other.split())
    if not a or not b:
        return False
    return len(a & b) / len(a | b) >= 0.6 and len(max(a & b, key=len)) >= 4


def rank(signs: Iterable[tuple[int, str]]) -> list[Payer]:
    """Debtors by how far the signs for them are believed together, the likeliest first.

    Independent signs add up: what one leaves open, the next may close. A sign that points to
    several debtors is worth less for each.

    >>> rank([(1, "amount"), (1, "similar"), (2, "amount")])
    [Payer(debtor=1, score=57, signs=('similar', 'amount')), Payer(debtor=2, score=15, signs=('amount',))]
    """
    pointing: dict[str, set[int]] = {}
    for debtor, sign in signs:
        pointing.setdefault(sign, set()).add(debtor)
    doubt: dict[int, float] = {}
    of_debtor: dict[int, list[str]] = {}
    for sign, debtors in sorted(pointing.items(), key=lambda pair: -WEIGHTS[pair[0]]):
        for debtor in debtors:
            doubt[debtor] = doubt.get(debtor, 1.0) * (1 - WEIGHTS[sign] / 100 / len(debtors))
            of_debtor.setdefault(debtor, []).append(sign)
    payers = [
        Payer(debtor, int((1 - doubt[debtor]) * 100 + 0.5), tuple(of_debtor[debtor]))
        for debtor in doubt
    ]
    return sorted(payers, key=lambda payer: (-payer.score, payer.debtor))


def proposed(payers: list[Payer]) -> Payer | None:
    """The one to propose, or None where two come near each other.

    >>> proposed(rank([(1, "name"), (2, "amount")])).debtor
    1
    >>> proposed(rank([(1, "name"), (2, "name")])), proposed([])
    (None, None)
    """
    if not payers or payers[0].score < PROPOSED:
        return None
    second = payers[1].score if len(payers) > 1 else 0
    return payers[0] if payers[0].score - second >= LEAD else None
