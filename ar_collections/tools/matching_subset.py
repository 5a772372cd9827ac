"""Which items make up an amount exactly: all answers up to a few, and whether the search was
complete.

Amounts are whole numbers of the smallest unit (cents). Each item is used with one of its
values, or not at all; a value below zero is a credit note. Three ways, by size:

* few items: both halves are listed, and met in the middle;
* many items: sets of reachable sums as bits of one large number, with a second one for sums
  that are reached in two ways or more. It ends as soon as the amount is reached twice;
* beyond the budget: single items and pairs only, and the answer says that it gave up.

The budget counts work, not seconds, so that the same question always gets the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd, prod

#: Ways to choose from one half of the items, at most.
HALF = 1 << 13
#: Sums worked out, at most: about a quarter of a second, as a person waits for the screen.
BUDGET = 700_000_000
#: Items between two kept sets of sums.
STEP = 32

#: One answer: (index of the item, value used), in the order of the items.
Answer = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Answers, at most as many as asked for; ``complete``: there are no others, or there are at
    least as many as asked for."""

    answers: tuple[Answer, ...]
    complete: bool


def search(
    values: Sequence[Sequence[int]], target: int, limit: int = 2, budget: int = BUDGET
) -> Found:
    """The sets of items that come to ``target``, at most ``limit`` of them.

    :param values: for each item the values it may be used with; zeros are ignored.

    >>> search([[100], [60], [40]], 100)
    Found(answers=(((0, 100),), ((1, 60), (2, 40))), complete=True)
    >>> search([[700], [550], [300], [-50]], 1200).answers  # less a credit note
    (((0, 700), (1, 550), (3, -50)),)
    >>> search([[1000, 980], [500]], 1480).answers  # 980: less a discount
    (((0, 980), (1, 500)),)
    >>> search([[30], [30]], 50)
    Found(answers=(), complete=True)
    """
    items = _usable(values, target)
    if target <= 0 or not items:
        return Found((), complete=True)
    unit = reduce(gcd, (value for _index, options in items for value in options), 0)
    if target % unit:
        return Found((), complete=True)
    items = [(index, [value // unit for value in options]) for index, options in items]
    goal = target // unit
    if prod(1 + len(options) for _index, options in items[: len(items) // 2 + 1]) <= HALF:
        answers, complete = _meet(items, goal, limit), True
    elif (found := _by_bits(items, goal, limit, budget)) is not None:
        answers, complete = found, True
    else:
        answers = _pairs(items, goal, limit)
        complete = len(answers) >= limit
    return Found(
        tuple(tuple((index, value * unit) for index, value in sorted(a)) for a in answers),
        complete,
    )


def _usable(values, target):
    """(index, values) of the items that can be part of an answer at all."""
    owed = -sum(min((v for v in options if v < 0), default=0) for options in values)
    items = []
    for index, options in enumerate(values):
        fitting = sorted({value for value in options if value and value <= target + owed})
        if fitting:
            items.append((index, fitting))
    return items


# === FEW ITEMS === #
def _meet(items, goal: int, limit: int) -> list[Answer]:
    half = len(items) // 2
    by_sum: dict[int, list[Answer]] = {}
    for total, chosen in _choices(items[:half]):
        kept = by_sum.setdefault(total, [])
        if len(kept) < limit:
            kept.append(chosen)
    answers: list[Answer] = []
    for total, chosen in _choices(items[half:]):
        for other in by_sum.get(goal - total, ()):
            answers.append((*other, *chosen))
    return sorted(answers, key=lambda answer: (len(answer), answer))[:limit]


def _choices(items) -> Iterator[tuple[int, Answer]]:
    """Every way to choose from the items: its sum and what was chosen."""
    ways: list[tuple[int, Answer]] = [(0, ())]
    for index, options in items:
        ways += [
            (total + value, (*chosen, (index, value)))
            for total, chosen in ways
            for value in options
        ]
    return iter(ways)


# === MANY ITEMS === #
def _by_bits(items, goal: int, limit: int, budget: int) -> list[Answer] | None:
    """Bit n of ``once``: n can be reached; of ``twice``: in two ways or more. None: gave up.

    A credit note is turned round: using it is the same as not adding it to a goal that is
    higher by it.
    """
    turned = [(index, options, -min(0, *options)) for index, options in items]
    goal += sum(shift for _index, _options, shift in turned)
    # credit notes first, then small items: the amount is soon reached twice, if it is
    turned.sort(key=lambda item: (not item[2], max(map(abs, item[1])), item[0]))
    notes = sum(bool(shift) for _index, _options, shift in turned)
    steps = [(index, _steps(options, shift)) for index, options, shift in turned]
    work, within_reach = _work(steps, goal)
    if not within_reach:
        return []
    if work > budget:
        return None
    mask = (1 << (goal + 1)) - 1
    once, twice, kept = 1, 0, [1]
    for number, (_index, ways) in enumerate(steps, 1):
        budget -= once.bit_length()
        if budget < 0:
            return None
        once, twice = _add(once, twice, [step for step, _value in ways], mask)
        if number % STEP == 0:
            kept.append(once)
        if limit <= 2 and number >= notes and twice >> goal & 1:
            steps = steps[:number]
            break
    if not once >> goal & 1:
        return []
    walk = _walk(_Prefixes(steps, kept, mask), len(steps), goal)
    return [tuple(sorted(answer)) for answer, _none in zip(walk, range(limit), strict=False)]


def _work(steps, goal: int) -> tuple[int, bool]:
    """Sums to be worked out before the goal can be reached at all; whether it ever can."""
    work = reach = 0
    for _index, ways in steps:
        work += reach
        reach += max(step for step, _value in ways)
        if reach >= goal:
            return work, True
    return work, False


def _steps(options, shift) -> list[tuple[int, int]]:
    """(what is added to the sum, value used or 0) of an item, turned round by ``shift``."""
    return [(shift, 0), *((value + shift, value) for value in options)]


def _add(once: int, twice: int, steps, mask: int) -> tuple[int, int]:
    """The sums with one more item, of which just one of ``steps`` is added."""
    new_once = new_twice = 0
    for step in steps:
        shifted = once << step & mask
        new_twice |= twice << step & mask | new_once & shifted
        new_once |= shifted
    return new_once, new_twice


class _Prefixes:
    """The reachable sums of the first n items, worked out again from every 32nd."""

    def __init__(self, steps, kept, mask) -> None:
        self.steps, self.kept, self.mask = steps, kept, mask
        self.segments: dict[int, list[int]] = {}

    def __getitem__(self, count: int) -> int:
        number = count // STEP
        if number not in self.segments:
            sums = [self.kept[number]]
            for _index, ways in self.steps[number * STEP : (number + 1) * STEP]:
                sums.append(_add(sums[-1], 0, [step for step, _value in ways], self.mask)[0])
            self.segments = {number: sums}  # the walk goes down: the others are not needed
        return self.segments[number][count - number * STEP]


def _walk(prefixes: _Prefixes, count: int, goal: int) -> Iterator[list[tuple[int, int]]]:
    """Every answer among the first ``count`` items, without recursion."""
    stack: list[tuple[int, int, list[tuple[int, int]]]] = [(count, goal, [])]
    while stack:
        number, left, chosen = stack.pop()
        if not number:
            yield chosen
            continue
        index, ways = prefixes.steps[number - 1]
        before = prefixes[number - 1]
        for step, value in ways:
            if left >= step and before >> (left - step) & 1:
                part = [*chosen, (index, value)] if value else chosen
                stack.append((number - 1, left - step, part))


# === TOO MANY === #
def _pairs(items, goal: int, limit: int) -> list[Answer]:
    answers: list[Answer] = []
    seen: dict[int, list[tuple[int, int]]] = {}
    for index, options in items:
        answers += [((index, value),) for value in options if value == goal]
        for value in options:
            answers += [(other, (index, value)) for other in seen.get(goal - value, ())[:limit]]
        for value in options:
            seen.setdefault(value, []).append((index, value))
        if len(answers) >= limit:
            break
    return sorted(answers, key=lambda answer: (len(answer), answer))[:limit]
