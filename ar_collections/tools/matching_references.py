"""Rules that read the text of a payment: references of items, and what stands for several."""

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
from .matching_subset import search
from .matching_values import Answer, Case, Result


# === REFERENCES === #
def by_reference(case: Case) -> Result | None:
    """Items named in the text by number, customer's or structured reference."""
    named, groups = _named(case, case.strong, case.pool.by_key)
    if not named and not groups:
        return _by_weak(case)
    if groups:
        return _by_shared(case, named, groups)
    used = whole(case, named)
    left = case.target - total(used)
    if not left:
        structured = named <= case.pool.structured
        return one(answer_of(case, "reference", used, 100 if structured else 98), exact=True)
    if left > 0:
        return _paid_more(case, named, used, left)
    return _paid_less(case, named, used, -left)


def _named(case: Case, keys: set[str], index: dict[str, set[int]]):
    """Items that some key names alone, and the sets of those that share one."""
    hits = [index[key] for key in sorted(keys & index.keys())]
    hits = [found for hit in hits if (found := {i for i in hit if case.open[i]})]
    named = {next(iter(hit)) for hit in hits if len(hit) == 1}
    groups = {frozenset(hit) for hit in hits if len(hit) > 1 and not hit & named}
    # of a wide and a narrow meaning of the text the narrow one counts
    return named, [group for group in groups if not any(other < group for other in groups)]


def _by_weak(case: Case) -> Result | None:
    """Numbers without their prefix: only where the amount confirms them to the cent."""
    named, groups = _named(case, case.weak, case.pool.by_tail)
    if not named or groups:
        return None
    used = whole(case, named)
    if total(used) == case.target:
        return one(answer_of(case, "number", used, 90), exact=True)
    return None


def _by_shared(case: Case, named: set[int], groups: list) -> Result:
    """A reference that several items bear: which of them, the amount must tell."""
    shared = frozenset().union(*groups)
    fixed = whole(case, named)
    sets, complete = sets_of(case, shared, case.target - total(fixed), limit=SHOWN)
    fitting = [
        fixed + chosen
        for chosen in sets
        if all(group & {index for index, _units in chosen} for group in groups)
    ]
    answers = [answer_of(case, "shared_reference", used, 92) for used in fitting]
    if len(answers) == 1 and complete:
        return one(answers[0], exact=True)
    if not answers:
        case.gave_up |= not complete
        nearest = answer_of(case, "shared_reference", oldest(case, named | shared), 40)
        answers = [nearest]
    return several(case, answers)


def _paid_more(case: Case, named: set[int], used: list, left: int) -> Result:
    """More came than the named items claim: other items that make up the rest, or on account."""
    others = [index for index in range(len(case.open)) if index not in named]
    sets, complete = sets_of(case, others, left)
    if len(sets) == 1 and complete:
        return one(answer_of(case, "reference_and_amount", used + sets[0], 80))
    if left <= tolerance(case, total(used)):
        return one(answer_of(case, "reference_over", used, 85))
    return one(answer_of(case, "reference_over", used, 75))


def _paid_less(case: Case, named: set[int], used: list, missing: int) -> Result:
    """Less came: discounts, credit notes, a bank charge, tolerance, a short payment, or only
    some of the items that were named."""
    offers = [
        _discounts(case, used, missing),
        _credit_notes(case, named, used, missing),
    ]
    answers = [answer for found in offers for answer in found]
    if len(answers) == 1:
        return one(answers[0], exact=True)
    if answers:
        return several(case, answers)
    claims = [(index, units) for index, units in used if units > 0]
    largest = max(claims, key=lambda pair: pair[1], default=None)
    if largest and missing < largest[1]:
        if missing <= case.units(case.policy.charge_limit):
            return one(
                short_answer(case, "reference_charge", used, largest[0], missing, "bank_charge", 85)
            )
        if missing <= tolerance(case, total(used)):
            return one(
                short_answer(
                    case, "reference_tolerance", used, largest[0], missing, "write_off", 85
                )
            )
    sets, complete = sets_of(case, named, case.target)
    if len(sets) == 1 and complete:
        return one(answer_of(case, "reference_part", sets[0], 70))
    if len(claims) == 1 and largest:
        return one(short_answer(case, "reference_short", used, largest[0], missing, "open", 75))
    if sets:
        return several(case, [answer_of(case, "reference_part", chosen, 50) for chosen in sets])
    return several(case, [answer_of(case, "reference_short", oldest(case, named), 40)])


def _discounts(case: Case, used: list, missing: int) -> list[Answer]:
    """What is missing is the discount of one or several of the items, taken in time."""
    possible = [index for index, _units in used if case.discounted[index]]
    values = [[case.open[index] - case.discounted[index]] for index in possible]
    found = search(values, missing)
    answers = []
    for answer in found.answers:
        taken = {possible[number] for number, _value in answer}
        pairs = [(i, case.discounted[i] if i in taken else units) for i, units in used]
        answers.append(answer_of(case, "reference_discount", pairs, 97))
    return answers


def _credit_notes(case: Case, named: set[int], used: list, missing: int) -> list[Answer]:
    """What is missing is what credit notes come to that were not named."""
    notes = [i for i, units in enumerate(case.open) if units < 0 and i not in named]
    found = search([[-case.open[index]] for index in notes], missing)
    return [
        answer_of(
            case,
            "reference_credit",
            [*used, *((notes[number], case.open[notes[number]]) for number, _value in answer)],
            90,
        )
        for answer in found.answers
    ]


# === NOTICES, PLANS, THE DEBTOR'S NUMBER === #
def by_bundle(case: Case) -> Result | None:
    """A notice, a plan or the debtor's number stands for the items it claimed."""
    numbers = {
        number
        for key in sorted(case.strong & case.pool.bundles_by_key.keys())
        for number in case.pool.bundles_by_key[key]
    }
    exact, other = {}, []
    for number in sorted(numbers):
        bundle = case.pool.bundles[number]
        used = _claimed(case, bundle)
        if not used:
            continue
        if total(used) == case.target:
            exact.setdefault(tuple(used), answer_of(case, bundle.kind, used, 95))
        else:
            sets, complete = sets_of(case, [index for index, _units in used], case.target)
            if len(sets) == 1 and complete:
                other.append(answer_of(case, f"{bundle.kind}_part", sets[0], 80))
    if len(exact) == 1:
        return one(next(iter(exact.values())), exact=True)
    if exact:
        return several(case, list(exact.values()))
    if len({answer.allocations for answer in other}) == 1:
        return one(other[0])
    return None


def _claimed(case: Case, bundle) -> list[tuple[int, int]]:
    """(index, units) of what a bundle claimed, as far as it is open still."""
    used = []
    for item_id, amount in bundle.amounts:
        index = case.pool.place.get(item_id)
        if index is None or not case.open[index]:
            continue
        units = case.open[index]
        if amount is not None and case.pool.items[index].amount != amount:
            claimed = case.units(amount * (case.rate(index) or 0))
            units = min(units, claimed) if units > 0 else units
        used.append((index, units))
    return sorted(used)
