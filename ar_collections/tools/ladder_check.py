"""Nonsense in a ladder: levels that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Rung:
    """A level as its policy orders it. ``delay``: days past due, negative = courtesy."""

    delay: int
    min_days: int = 0
    formal: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """``code`` and the places in the ladder of the level concerned and of the one it meets.

    ``same_day``: both stand on one day. ``falls``: ``second`` comes after ``first``, but
    its day is before. ``waits``: ``second`` waits longer after ``first`` than lies between
    their days; ``day`` is the earliest on which it could leave. ``formal_first``: nothing
    that a formal level could demand was noticed before.
    """

    code: str
    second: int
    first: int | None = None
    day: int | None = None


def problems(rungs: Sequence[Rung]) -> list[Problem]:
    """What contradicts itself in a ladder, given in the order its levels shall have.

    >>> problems([Rung(-3), Rung(7, 7), Rung(21, 10), Rung(45, 14, formal=True)])
    []
    >>> problems([Rung(7), Rung(7)])
    [Problem(code='same_day', second=1, first=0, day=7)]
    >>> problems([Rung(21), Rung(7)])
    [Problem(code='falls', second=1, first=0, day=7)]
    >>> problems([Rung(7), Rung(21, 30)])
    [Problem(code='waits', second=1, first=0, day=37)]
    >>> problems([Rung(-3), Rung(30, formal=True)])
    [Problem(code='formal_first', second=1, first=None, day=30)]
    """
    found = [
        problem
        for second, (before, after) in enumerate(pairwise(rungs), start=1)
        if (problem := _compare(before, after, second))
    ]
    after_due = [place for place, rung in enumerate(rungs) if rung.delay >= 0]
    first = min(after_due, key=lambda place: rungs[place].delay, default=None)
    if first is not None and rungs[first].formal:
        found.append(Problem("formal_first", first, day=rungs[first].delay))
    return found


def _compare(before: Rung, after: Rung, place: int) -> Problem | None:
    if after.delay == before.delay:
        return Problem("same_day", place, place - 1, after.delay)
    if after.delay < before.delay:
        return Problem("falls", place, place - 1, after.delay)
    if after.min_days > after.delay - before.delay:
        return Problem("waits", place, place - 1, before.delay + after.min_days)
    return None
