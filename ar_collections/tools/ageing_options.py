"""What an ageing report is asked for: read from plain JSON, checked, then never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import floor

#: By which date an item ages: the due date as invoiced, as an extension has changed it, the
#: date of the invoice, or the day of the instalment agreed for it.
BASES = ("original", "due", "invoice", "agreed")
#: What rows can stand for, besides the items themselves.
DIMENSIONS = (
    "debtor",
    "collector",
    "salesperson",
    "country",
    "portfolio",
    "policy",
    "level",
    "stage",
    "dispute",
    "currency",
)
#: Unapplied credits: in a column of their own, aged like claims, or left out.
CREDITS = ("column", "aged", "without")
#: Levels of rows above the items; the first is that of the currency where amounts are in it.
MOST_LEVELS = 3
#: Amounts of a row, in the order of the columns.
BUCKETS = ("not_due", "bucket_1", "bucket_2", "bucket_3", "bucket_4", "bucket_5")
HELD = ("disputed", "promised", "planned", "held_other")
AMOUNTS = (*BUCKETS, "credits", "total", *HELD)


@dataclass(frozen=True, slots=True)
class Options:
    """A report asked for. ``live``: today's figures, as every other screen shows them.

    ``amounts``: ``company``, ``currency`` (a first level of rows per currency), or the id of
    the only currency wanted. ``domain``: of debtors' accounts, as plain JSON.
    """

    day: date
    live: bool = False
    basis: str = "due"
    rows: tuple[str, ...] = ("debtor",)
    amounts: str | int = "company"
    credits: str = "column"
    domain: tuple = ()
    sort: str = "total"
    descending: bool = True

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of rows, from the top; the last are the items.

        >>> Options(date(2026, 11, 17), rows=("collector", "debtor")).levels
        ('collector', 'debtor', 'item')
        >>> Options(date(2026, 11, 17), rows=("debtor",), amounts="currency").levels
        ('currency', 'debtor', 'item')
        """
        first = ("currency",) if self.amounts == "currency" and "currency" not in self.rows else ()
        return (*first, *self.rows, "item")

    @property
    def in_currency(self) -> bool:
        """Whether amounts are those of the items' own currency."""
        return self.amounts != "company"

    def with_rows(self, *rows: str) -> Options:
        """The same report by other rows.

        >>> Options(date(2026, 11, 17)).with_rows("country").rows
        ('country',)
        """
        return replace(self, rows=rows)


def read(raw: Mapping | None, today: date) -> Options:
    """The options out of what a screen or a schedule says; what is missing is the default.

    >>> read({"day": "2026-10-31", "rows": ["country"]}, date(2026, 11, 17)).day
    datetime.date(2026, 10, 31)
    >>> read({}, date(2026, 11, 17)).live
    True

    :raises ValueError: naming what cannot be understood.

    >>> read({"basis": "moon"}, date(2026, 11, 17))
    Traceback (most recent call last):
    ...
    ValueError: basis
    """
    raw = raw or {}
    given = raw.get("day")
    try:
        day = date.fromisoformat(given) if given else today
    except (TypeError, ValueError) as error:
        raise ValueError("day") from error
    return Options(
        day=day,
        live=day == today,
        basis=_one_of(raw, "basis", BASES),
        rows=_rows(raw.get("rows")),
        amounts=_amounts(raw.get("amounts")),
        credits=_one_of(raw, "credits", CREDITS),
        domain=_domain(raw.get("domain")),
        sort=_one_of(raw, "sort", ("total", "name", *AMOUNTS)),
        descending=bool(raw.get("descending", True)),
    )


def read_path(
    raw: Sequence | None, levels: Sequence[str]
) -> tuple[tuple[str, int | str | None], ...]:
    """Which rows were opened, from the top: pairs of a level and the id of its row.

    Items without debtor and those of other accounts stand under ``kind``.

    >>> read_path([["collector", 7]], ("collector", "debtor", "item"))
    (('collector', 7),)
    >>> read_path([["collector", False], ["debtor", 3]], ("collector", "debtor", "item"))
    (('collector', None), ('debtor', 3))

    :raises ValueError: it does not follow the levels.
    """
    path = []
    names = [name for name in levels if name != "item"]
    for entry in raw or ():
        name, value = entry
        if name == "kind" and value in ("non_trade", "no_partner"):
            path.append((name, value))
            continue
        known = names.pop(0) if names else None
        if name != known or not (value is None or isinstance(value, int | str)):
            raise ValueError("path")
        path.append((name, value or None))
    return tuple(path)


def shares(amounts: Sequence[float]) -> list[float]:
    """Each amount in percent of the sum, to one decimal; they add up to 100.

    The tenths that rounding down leaves go to the largest remainders.

    >>> shares([280454, 293180.47, 202249.30, 89594.65, 47244.10, 68777.20])
    [28.6, 29.9, 20.6, 9.1, 4.8, 7.0]
    >>> shares([1, 1, 1]), shares([0, 0])
    ([33.4, 33.3, 33.3], [0.0, 0.0])
    """
    whole = sum(amounts)
    if not whole:
        return [0.0 for _amount in amounts]
    exact = [1000 * amount / whole for amount in amounts]
    tenths = [floor(value) for value in exact]
    largest = sorted(range(len(exact)), key=lambda n: (tenths[n] - exact[n], n))
    for number in largest[: 1000 - sum(tenths)]:
        tenths[number] += 1
    return [value / 10 for value in tenths]


def _one_of(raw: Mapping, name: str, known: Sequence[str]) -> str:
    value = raw.get(name) or known[0]
    if value not in known:
        raise ValueError(name)
    return value


def _rows(raw: Sequence[str] | None) -> tuple[str, ...]:
    rows = tuple(raw or ("debtor",))
    if len(set(rows)) < len(rows) or len(rows) > MOST_LEVELS or set(rows) - set(DIMENSIONS):
        raise ValueError("rows")
    return rows


def _amounts(raw: str | int | None) -> str | int:
    if raw in (None, False, "", "company"):
        return "company"
    if raw == "currency" or (isinstance(raw, int) and raw > 0):
        return raw
    raise ValueError("amounts")


def _domain(raw: Sequence | None) -> tuple:
    if raw is not None and not isinstance(raw, list | tuple):
        raise ValueError("domain")
    return tuple(raw or ())
