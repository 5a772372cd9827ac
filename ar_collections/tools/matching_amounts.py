"""Rules that look at the amount alone, strictest first."""

from __future__ import annotations

from .matching_answers import (
    SHOWN,
    answer_of,
    oldest,
    one,
    sets_of,
    several,
    short_answer,
    tolerance,
    total,
    whole,
)
from .matching_values import Answer, Case, Result


# === THE AMOUNT === #
def by_amount(case: Case) -> Result | None:
    """The only set of items that comes to the amount, to the cent."""
    everything = range(len(case.open))
    sets, complete = sets_of(case, everything, case.target)
    case.gave_up |= not complete
    if complete and len(sets) == 1:
        return one(_by_amount_answer(case, sets[0]), exact=True)
    if not sets and not _natural(case):
        return None
    answers = {tuple(sorted(chosen)): chosen for chosen in [*_natural(case), *sets]}
    return several(case, [_by_amount_answer(case, chosen) for chosen in answers.values()])


def _by_amount_answer(case: Case, chosen: list) -> Answer:
    if len(chosen) == 1:
        [(index, units)] = chosen
        if units != case.open[index]:
            return answer_of(case, "discount", chosen, 93)
        foreign = case.pool.items[index].currency != case.credit.currency
        return answer_of(case, "amount_converted" if foreign else "amount", chosen, 94)
    if sorted(chosen) == _overdue(case):
        return answer_of(case, "overdue", chosen, 93)
    return answer_of(case, "subset", chosen, 91)


def _natural(case: Case) -> list[list[tuple[int, int]]]:
    """What a person would think of first: single items, all that is overdue, everything."""
    sets = [
        [(index, units)]
        for index, full in enumerate(case.open)
        for units in {full, case.discounted[index] or full}
        if units == case.target
    ]
    for used in (_overdue(case), whole(case, range(len(case.open)))):
        if used and total(used) == case.target:
            sets.append(used)
    return sets[:SHOWN]


def _overdue(case: Case) -> list[tuple[int, int]]:
    return [
        (index, units)
        for index, units in enumerate(case.open)
        if units > 0 and case.pool.items[index].due < case.credit.date
    ]


# === NEARLY === #
def by_tolerance(case: Case) -> Result | None:
    """One item, or all that is overdue, off by a bank charge or within tolerance."""
    answers = []
    for index, units in enumerate(case.open):
        if units > 0:
            answers += _nearly(case, [(index, units)])
    overdue = _overdue(case)
    if len(overdue) > 1:
        answers += _nearly(case, overdue)
    if len(answers) == 1:
        return one(answers[0])
    return several(case, answers) if answers else None


def _nearly(case: Case, used: list[tuple[int, int]]) -> list[Answer]:
    missing = total(used) - case.target
    largest = max(used, key=lambda pair: pair[1])
    if 0 < missing < largest[1]:
        if missing <= case.units(case.policy.charge_limit):
            return [short_answer(case, "charge", used, largest[0], missing, "bank_charge", 70)]
        if missing <= tolerance(case, total(used)):
            return [short_answer(case, "tolerance", used, largest[0], missing, "write_off", 65)]
    if 0 < -missing <= tolerance(case, total(used)):
        return [answer_of(case, "tolerance", used, 65)]
    return []


# === LAST RESORT === #
def by_oldest(case: Case) -> Result | None:
    """The oldest items first, if the policy allows it."""
    if not case.policy.oldest_first:
        return None
    used = oldest(case, range(len(case.open)))
    return one(answer_of(case, "oldest", used, 30)) if used else None
