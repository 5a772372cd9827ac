"""Which items an auditor looks at: chosen so that anybody can choose them again."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

#: How items are chosen.
METHODS = ("amount", "random", "largest")


def choose(
    items: Sequence[tuple[int, float]], count: int, method: str = "amount", seed: int = 1
) -> list[int]:
    """Ids of the chosen items, in the order they are given.

    ``items``: pairs of id and amount. ``amount`` is monetary-unit sampling: every unit of
    money has the same chance, so an item larger than the interval (whole / count) is always
    chosen [ISA 530, appendix 4]; credits have no unit. ``random``: every item has the same
    chance. The same ``seed`` chooses the same items.

    >>> choose([(1, 10.0), (2, 900.0), (3, 90.0)], 2, "amount", seed=3)
    [2]
    >>> choose([(1, 10.0), (2, 900.0), (3, -95.0)], 2, "largest")
    [2, 3]
    >>> sorted(choose([(n, 1.0) for n in range(50)], 5, "random")) == \\
    ...     sorted(choose([(n, 1.0) for n in range(50)], 5, "random"))
    True
    >>> choose([(1, 5.0)], 10, "random"), choose([], 3)
    ([1], [])
    """
    if count <= 0 or not items:
        return []
    if method == "largest":
        largest = sorted(items, key=lambda item: (-abs(item[1]), item[0]))[:count]
        chosen = {item_id for item_id, _amount in largest}
    elif method == "random":
        ids = [item_id for item_id, _amount in items]
        # drawn to be drawn again: no secret
        chosen = set(Random(seed).sample(ids, min(count, len(ids))))  # noqa: S311
    else:
        chosen = _by_unit(items, count, seed)
    return [item_id for item_id, _amount in items if item_id in chosen]


def _by_unit(items: Sequence[tuple[int, float]], count: int, seed: int) -> set[int]:
    """Every interval-th unit of money, from a start drawn in the first interval."""
    whole = sum(amount for _item_id, amount in items if amount > 0)
    interval = whole / count
    chosen: set[int] = set()
    if not interval:
        return chosen
    next_unit, passed = Random(seed).random() * interval, 0.0  # noqa: S311
    for item_id, amount in items:
        if amount <= 0:
            continue
        passed += amount
        while next_unit < passed:
            chosen.add(item_id)
            next_unit += interval
    return chosen
