"""Answers of the matching engine, and sets of items that come to an amount.

Confidence: 100 nothing can be said against it; 90 and more only one answer fits to the cent;
70 to 89 a reference names the items, the amount differs; below, a person should look twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .matching_subset import search
from .matching_values import Answer, Case, Difference, Result

#: Answers shown of those that fit.
SHOWN = 5


# === ANSWERS === #
def answer_of(
    case: Case, reason: str, used: Iterable[tuple[int, int]], confidence: int, rest: bool = True
) -> Answer:
    """An answer from (index of the item, units used of it).

    What a discount takes is said; with ``rest`` also what stays of the money.
    """
    used = sorted(used)
    allocations, differences = [], []
    for index, units in used:
        item = case.pool.items[index]
        if units == case.discounted[index] and units != case.open[index]:
            allocations.append((item.id, item.amount - item.discount))
            differences.append(Difference("discount", item.id, item.discount))
        else:
            allocations.append((item.id, case.native(index, units)))
    left = case.target - sum(units for _index, units in used)
    if rest and left > 0:
        differences.append(Difference("on_account", None, case.money(left)))
    return Answer(reason, tuple(allocations), tuple(differences), confidence)


def short_answer(
    case: Case, reason: str, used, index: int, missing: int, kind: str, confidence: int
):
    """An answer whose item ``index`` is short by ``missing`` units, which go to ``kind``."""
    used = [(i, units - missing if i == index else units) for i, units in used]
    answer = answer_of(case, reason, used, confidence)
    item = case.pool.items[index]
    amount = item.amount - dict(answer.allocations)[item.id]
    differences = (*answer.differences, Difference(kind, item.id, amount))
    return Answer(reason, answer.allocations, differences, confidence)


def one(answer: Answer, exact: bool = False) -> Result:
    return Result("match", (answer,), exact=exact)


def several(case: Case, answers: Sequence[Answer]) -> Result:
    return Result("ambiguous", tuple(answers[:SHOWN]), gave_up=case.gave_up)


# === SETS OF ITEMS === #
def sets_of(
    case: Case, indexes: Iterable[int], target: int, limit: int = 2, discounts: bool = True
):
    """Sets of these items that come to ``target``, as lists of (index, units), and whether
    there are no others.

    Equal instalments of one invoice count as one item of which the oldest are paid first.
    """
    groups: dict[tuple, list[int]] = {}
    for index in indexes:
        item, units = case.pool.items[index], case.open[index]
        if units:
            alike = (item.document, units) if item.document else (0, index)
            groups.setdefault(alike, []).append(index)
    members = [sorted(group) for group in groups.values()]
    values = []
    for group in members:
        units = case.open[group[0]]
        options = [units * count for count in range(1, len(group) + 1)]
        less = case.discounted[group[0]]
        if discounts and less and len(group) == 1:
            options.append(less)
        values.append(options)
    found = search(values, target, limit)
    sets = []
    for answer in found.answers:
        chosen = []
        for number, value in answer:
            group, units = members[number], case.open[members[number][0]]
            if value == case.discounted[group[0]] and value != units:
                chosen.append((group[0], value))
            else:
                chosen += [(index, units) for index in group[: value // units]]
        sets.append(chosen)
    return sets, found.complete


def total(used: Iterable[tuple[int, int]]) -> int:
    return sum(units for _index, units in used)


def whole(case: Case, indexes: Iterable[int]) -> list[tuple[int, int]]:
    return [(index, case.open[index]) for index in sorted(indexes) if case.open[index]]


def tolerance(case: Case, total: int) -> int:
    """Units that may be missing or too much of items that come to ``total``."""
    limit = case.units(case.policy.tolerance)
    if case.policy.tolerance_percent:
        limit = min(limit, int(total * case.policy.tolerance_percent / 100))
    return limit


def oldest(case: Case, indexes: Iterable[int]) -> list[tuple[int, int]]:
    """The money laid on claims by age, the last one in part."""
    left, used = case.target, []
    for index in sorted(indexes):
        if case.open[index] > 0 and left > 0:
            used.append((index, min(left, case.open[index])))
            left -= used[-1][1]
    return used
