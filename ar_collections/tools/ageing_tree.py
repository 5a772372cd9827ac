"""Rows of a report by several levels, out of the sums of the lowest one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

Key = int | str | None


class Leaf(NamedTuple):
    """Sums by all levels. ``kind``: of items that belong to no debtor; they stand last."""

    kind: str | None
    keys: tuple[Key, ...]
    items: int
    amounts: tuple[float, ...]


@dataclass(slots=True)
class Row:
    """A row as it is printed: ``depth`` from 0, ``below``: how many rows belong to it,
    ``children``: how many of them stand directly below."""

    depth: int
    level: str
    key: Key
    label: str
    items: int
    amounts: list[float]
    below: int = 0
    children: int = 0


def rows(
    leaves: Iterable[Leaf],
    levels: Sequence[str],
    label: Callable[[str, Key], str],
    order: Callable[[Row], object],
    digits: int = 2,
) -> list[Row]:
    """The rows from the top, each followed by those below it, ordered among their like.

    >>> leaves = [Leaf(None, (1, 5), 2, (10.0,)), Leaf(None, (2, 6), 1, (30.0,)),
    ...           Leaf(None, (1, 7), 1, (25.0,)), Leaf("no_partner", (None, None), 1, (-4.0,))]
    >>> for row in rows(leaves, ("collector", "debtor"), lambda level, key: f"{level} {key}",
    ...                 lambda row: -row.amounts[0]):
    ...     print(row.depth, row.label, row.amounts, row.below)
    0 collector 1 [35.0] 2
    1 debtor 7 [25.0] 0
    1 debtor 5 [10.0] 0
    0 collector 2 [30.0] 1
    1 debtor 6 [30.0] 0
    0 kind no_partner [-4.0] 0
    """
    result: list[Row] = []
    for block in _blocks(list(leaves), levels, 0, label, order, digits):
        result += block
    return result


def _blocks(leaves, levels, depth, label, order, digits):
    """Lists of rows, the first of each being the head of the others."""
    # nobody's items have no further levels; under a currency they stand beside its rows
    own = [leaf for leaf in leaves if leaf.kind is None or levels[depth] == "currency"]
    blocks = [
        _block(list(group), levels, depth, label, order, digits)
        for _key, group in groupby(  # pylint: disable=bad-builtin-groupby
            sorted(own, key=lambda leaf: _sortable(leaf.keys[depth])),
            key=lambda leaf: leaf.keys[depth],
        )
    ]
    blocks.sort(key=lambda block: order(block[0]))
    others = [leaf for leaf in leaves if leaf.kind is not None and levels[depth] != "currency"]
    for kind in ("no_partner", "non_trade"):
        if some := [leaf for leaf in others if leaf.kind == kind]:
            blocks.append([_head(some, depth, "kind", kind, label, digits)])
    return blocks


def _block(leaves, levels, depth, label, order, digits):
    head = _head(leaves, depth, levels[depth], leaves[0].keys[depth], label, digits)
    block = [head]
    if depth + 1 < len(levels):
        for child in _blocks(leaves, levels, depth + 1, label, order, digits):
            block += child
            head.children += 1
    head.below = len(block) - 1
    return block


def _head(leaves, depth, level, key, label, digits):
    amounts = [
        round(sum(values), digits) + 0.0
        for values in zip(*(leaf.amounts for leaf in leaves), strict=True)
    ]
    return Row(depth, level, key, label(level, key), sum(leaf.items for leaf in leaves), amounts)


def _sortable(key: Key) -> tuple[bool, str, int]:
    return (key is None, key if isinstance(key, str) else "", key if isinstance(key, int) else 0)
