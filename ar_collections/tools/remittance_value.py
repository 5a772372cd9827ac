"""Amounts and dates as people write them, in the ways of many countries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

#: Longest text of an amount or a date.
LONGEST = 40
#: Spaces and apostrophes between thousands: plain, no-break, thin, narrow, Swiss.
_SPACES = re.compile("[\\s\u00a0\u2007\u2009\u202f'\u2019\u066c_]")
_MINUS = re.compile("[\u2212\u2012\u2013\ufe63\uff0d]")
#: A currency before or after: letters or signs.
_CURRENCY = re.compile(r"^[^\W\d_]{1,4}\.?|[^\W\d_]{1,4}\.?$|[$€£¥₹₩₽₺₪₫฿₦₱₴₵₡]")
_NUMBER = re.compile(r"\d[\d.,]*|[.,]\d+")
#: Thousands in threes, or as in India: a last three after twos.
_GROUPS = re.compile(r"\d{1,3}(?:S\d{3})+|\d{1,2}(?:S\d{2})*S\d{3}")

#: Months by their first letters, in English, German, French, Spanish, Italian, Dutch, Portuguese.
_MONTHS = (
    "jan ene gen",
    "feb fev fév",
    "mar mär maa mrt",
    "apr avr abr",
    "may mai mag mei",
    "jun juin giu",
    "jul juil lug",
    "aug aoû aou ago",
    "sep set",
    "oct okt ott out",
    "nov",
    "dec dez déc dic dés",
)


class AmbiguousError(ValueError):
    """It can be read in two ways; nothing is chosen."""


def parse_amount(text: str, decimal: str | None = None) -> Decimal:
    """The amount that a text says.

    Signs before, after, as brackets or ``CR``; a currency before or after; digits of any
    script; thousands by points, commas, spaces, apostrophes, in threes or as in India.

    :param decimal: the sign before the decimals, where the column tells; else it must be clear.
    :raises AmbiguousError: ``1.234`` without ``decimal``. :raises ValueError: no amount.

    >>> [str(parse_amount(text)) for text in ("1.234,56", "1,234.56", "(12.50)", "€ 7,5-")]
    ['1234.56', '1234.56', '-12.50', '-7.5']
    >>> [str(parse_amount(text)) for text in ("12,34,567.80", "1'234.50 CHF", "٣٤٫٥", "5 CR")]
    ['1234567.80', '1234.50', '34.5', '-5']
    >>> str(parse_amount("1.234", ",")), str(parse_amount("1.234", "."))
    ('1234', '1.234')
    """
    if len(text) > LONGEST:
        raise ValueError(text[:LONGEST])
    body, negative = _sign(_digits(text))
    if not _NUMBER.fullmatch(body):
        raise ValueError(text)
    whole, fraction = _split(body, decimal)
    number = Decimal(f"{whole or 0}.{fraction or 0}" if fraction else whole)
    return -number if negative else number


def guess_decimal(texts: Iterable[str]) -> str | None:
    """The sign before the decimals of a column, where its clear amounts agree.

    >>> guess_decimal(["1.234", "12,50", "3"]), guess_decimal(["1.234"]), guess_decimal(["1,5", "1.5"])
    (',', None, None)
    """
    votes = set()
    for text in texts:
        try:
            parse_amount(text)
        except ValueError:
            continue
        body = _sign(_digits(text))[0]
        last = max(body.rfind("."), body.rfind(","))
        if last < 0:
            continue
        sign = body[last]
        other = "," if sign == "." else "."
        if body.count(sign) > 1:
            votes.add(other)
        else:
            votes.add(sign)
    return votes.pop() if len(votes) == 1 else None


def parse_date(text: str, order: str | None = None) -> date:
    """The day that a text says.

    :param order: ``dmy`` or ``mdy``, where the column tells; else it must be clear: a point
        between is ``dmy``, a year first is ``ymd``.
    :raises AmbiguousError: ``03/04/2026`` without ``order``. :raises ValueError: no day.

    >>> [parse_date(text).isoformat() for text in ("2026-11-17", "17.11.26", "20261117", "11/17/2026")]
    ['2026-11-17', '2026-11-17', '2026-11-17', '2026-11-17']
    >>> [parse_date(text).isoformat() for text in ("17 Nov 2026", "Mai 3, 2026", "2026-11-17T09:00:00Z")]
    ['2026-11-17', '2026-05-03', '2026-11-17']
    >>> parse_date("03/04/2026", "mdy").isoformat()
    '2026-03-04'
    """
    if len(text) > LONGEST:
        raise ValueError(text[:LONGEST])
    text = _digits(text).strip().casefold()
    text = re.sub(r"(?<=\d)[t ]\d{1,2}:\d\d.*$", "", text)
    if match := re.fullmatch(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})", text):
        return date(*map(int, match.groups()))
    if match := re.fullmatch(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})", text):
        first, between, second, year = match.groups()
        order = "dmy" if between == "." else order
        return _ordered(int(first), int(second), _year(year), order)
    words = re.findall(r"\d+|[^\W\d_]+", text)
    numbers = [word for word in words if word.isdecimal()]
    months = [number for word in words if (number := _month(word))]
    if len(numbers) != 2 or len(months) != 1 or len(words) > 4:
        raise ValueError(text)
    return date(_year(numbers[1]), months[0], int(numbers[0]))


def guess_order(texts: Iterable[str]) -> str | None:
    """``dmy`` or ``mdy`` for a column, where its clear dates agree.

    >>> guess_order(["03/04/2026", "17/11/2026"]), guess_order(["03/04/2026"])
    ('dmy', None)
    """
    votes = set()
    for text in texts:
        if match := re.match(r"\s*(\d{1,2})[-/ ](\d{1,2})[-/ ]\d{2,4}\b", text[:LONGEST]):
            first, second = map(int, match.groups())
            if first > 12 >= second:
                votes.add("dmy")
            elif second > 12 >= first:
                votes.add("mdy")
    return votes.pop() if len(votes) == 1 else None


def _digits(text: str) -> str:
    """Digits of any script as ours, and its decimal sign."""
    if text.isascii():
        return text
    text = _MINUS.sub("-", unicodedata.normalize("NFKC", text)).replace("\u066b", ".")
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def _sign(text: str) -> tuple[str, bool]:
    text = text.strip()
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1], True
    if match := re.search(r"(?i)\d\s*(cr|dr)\.?$", text):
        negative ^= match[1].lower() == "cr"
        text = text[: match.start(1)]
    text = _SPACES.sub("", _CURRENCY.sub("", text.strip()))
    if text[:1] in "+-" or text[-1:] in "+-":
        negative ^= "-" in text
        text = text.removeprefix("-").removesuffix("-").removeprefix("+").removesuffix("+")
    return _SPACES.sub("", _CURRENCY.sub("", text)), negative


def _split(body: str, decimal: str | None) -> tuple[str, str]:
    """The digits before and after the decimal sign."""
    signs = [char for char in body if char in ".,"]
    if not signs:
        return body, ""
    last = signs[-1]
    if len(signs) == 1:
        whole, fraction = body.split(last)
        thousands = len(fraction) == 3 and 1 <= len(whole) <= 3 and whole.strip("0") != ""
        if decimal is None and thousands:
            raise AmbiguousError(body)
        if decimal in (None, last):
            return whole, fraction
        if not thousands:
            raise ValueError(body)
        return whole + fraction, ""
    if len(set(signs)) == 1:
        return _grouped(body, last), ""
    whole, fraction = body.rsplit(last, 1)
    if decimal not in (None, last) or last in whole:
        raise ValueError(body)
    return _grouped(whole, signs[0]), fraction


def _grouped(whole: str, sign: str) -> str:
    if not re.fullmatch(_GROUPS.pattern.replace("S", re.escape(sign)), whole):
        raise ValueError(whole)
    return whole.replace(sign, "")


def _ordered(first: int, second: int, year: int, order: str | None) -> date:
    if order is None:
        if first <= 12 and second <= 12 and first != second:
            raise AmbiguousError(f"{first}/{second}/{year}")
        order = "mdy" if second > 12 else "dmy"
    day, month = (first, second) if order == "dmy" else (second, first)
    return date(year, month, day)


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) <= 2 else 0)


def _month(word: str) -> int | None:
    for number, starts in enumerate(_MONTHS, 1):
        if len(word) >= 3 and any(word.startswith(start) for start in starts.split()):
            return number
    return None
