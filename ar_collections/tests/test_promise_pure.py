import random
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools.promise import Allocation, Promise, judge


def _day(number):
    return date(2026, 11, 1) + timedelta(days=number - 1)


def _cash(item, number, day, amount, **kwargs):
    return Allocation(item, number, _day(day), Decimal(amount), **kwargs)


def _credit(item, number, day, amount):
    return _cash(item, number, day, amount, cash=False)


def _promise(number, day, lines, **kwargs):
    """A promise for a day of November with two grace days."""
    lines = {item: Decimal(amount) for item, amount in lines.items()}
    return Promise(number, _day(day), _day(day + kwargs.pop("grace", 2)), lines, **kwargs)


A, B = 1, 2
ONE = _promise(1, 10, {A: 400})
#: name, promises, what is open, allocations, today -> (state, needed, paid) of each promise
CASES = [
    ("nothing paid, last day", [ONE], {A: 400}, [], 12, [("open", 400, 0)]),
    ("nothing paid, after it", [ONE], {A: 400}, [], 13, [("broken", 400, 0)]),
    ("paid in the grace days", [ONE], {}, [_cash(A, 1, 12, 400)], 13, [("kept", 400, 400)]),
    ("paid a day late", [ONE], {}, [_cash(A, 1, 13, 400)], 13, [("broken", 400, 0)]),
    ("in full before the day: at once", [ONE], {}, [_cash(A, 1, 3, 400)], 4, [("kept", 400, 400)]),
    ("in part before the day", [ONE], {A: 10}, [_cash(A, 1, 3, 390)], 4, [("open", 400, 390)]),
    ("in part after the day", [ONE], {A: 300}, [_cash(A, 1, 9, 100)], 13, [("partial", 400, 100)]),
    (
        "a part in time, the rest late",
        [ONE],
        {},
        [_cash(A, 1, 9, 100), _cash(A, 2, 14, 300)],
        15,
        [("partial", 400, 100)],
    ),
    (
        "95 % suffice once the day has passed",
        [_promise(1, 10, {A: 400}, threshold=Decimal(95))],
        {A: 20},
        [_cash(A, 1, 9, 380)],
        13,
        [("kept", 400, 380)],
    ),
    (
        "a cent below 95 %",
        [_promise(1, 10, {A: 400}, threshold=Decimal(95))],
        {A: "20.01"},
        [_cash(A, 1, 9, "379.99")],
        13,
        [("partial", 400, "379.99")],
    ),
    (
        "money from before the promise",
        [_promise(1, 10, {A: 400}, baseline=5)],
        {A: 400},
        [_cash(A, 5, 1, 600)],
        13,
        [("broken", 400, 0)],
    ),
    (
        "a credit note lowers it",
        [ONE],
        {},
        [_credit(A, 1, 8, 150), _cash(A, 2, 9, 250)],
        13,
        [("kept", 250, 250)],
    ),
    ("a credit note clears it", [ONE], {}, [_credit(A, 1, 8, 400)], 9, [("cancelled", 0, 0)]),
    (
        "a credit note of what was not promised does not lower it",
        [ONE],
        {A: 700},
        [_credit(A, 1, 8, 300)],
        13,
        [("broken", 400, 0)],
    ),
    (
        "what is given up after the day mends nothing",
        [ONE],
        {},
        [_cash(A, 1, 9, 100), _credit(A, 2, 20, 300)],
        21,
        [("partial", 400, 100)],
    ),
    (
        "a credit note is no cash",
        [ONE],
        {A: 100},
        [_credit(A, 1, 8, 300)],
        13,
        [("broken", 100, 0)],
    ),
    (
        "two on one item fill in order of their dates",
        [_promise(1, 20, {A: 600}), _promise(2, 10, {A: 400})],
        {A: 500},
        [_cash(A, 1, 9, 500)],
        13,
        [("open", 600, 100), ("kept", 400, 400)],
    ),
    (
        "one euro counts once",
        [_promise(1, 10, {A: 400}), _promise(2, 10, {A: 400})],
        {A: 400},
        [_cash(A, 1, 9, 400)],
        13,
        [("kept", 400, 400), ("broken", 400, 0)],
    ),
    (
        "promised again after it was broken",
        [ONE, _promise(2, 20, {A: 400}, baseline=0)],
        {},
        [_cash(A, 1, 20, 400)],
        23,
        [("broken", 400, 0), ("kept", 400, 400)],
    ),
    (
        "the same promised again before the day: both wait",
        [ONE, _promise(2, 20, {A: 400})],
        {A: 400},
        [],
        9,
        [("open", 400, 0), ("open", 400, 0)],
    ),
    (
        "promised again: money in time for both is the first one's",
        [ONE, _promise(2, 20, {A: 400})],
        {},
        [_cash(A, 1, 11, 400)],
        23,
        [("kept", 400, 400), ("cancelled", 0, 0)],
    ),
    (
        "a credit note takes from the later of two",
        [_promise(1, 10, {A: 400}), _promise(2, 20, {A: 600})],
        {A: 300},
        [_credit(A, 1, 5, 300), _cash(A, 2, 9, 400)],
        13,
        [("kept", 400, 400), ("open", 300, 0)],
    ),
    (
        "two items, one credited",
        [_promise(1, 10, {A: 600, B: 400})],
        {B: 500},
        [_credit(A, 1, 5, 600), _cash(B, 2, 9, 400)],
        13,
        [("kept", 400, 400)],
    ),
    (
        "more on one item makes up for the other",
        [_promise(1, 10, {A: 600, B: 400})],
        {B: 300},
        [_cash(A, 1, 9, 900), _cash(B, 2, 9, 100)],
        13,
        [("kept", 1000, 1000)],
    ),
    (
        "but only what no other promise claims",
        [_promise(1, 10, {A: 600, B: 400}), _promise(2, 11, {A: 300})],
        {B: 300},
        [_cash(A, 1, 9, 900), _cash(B, 2, 9, 100)],
        14,
        [("partial", 1000, 700), ("kept", 300, 300)],
    ),
    (
        "a cheque is no money before it clears",
        [_promise(1, 10, {A: 400}, pending=True)],
        {},
        [_cash(A, 1, 9, 400, uncleared=True)],
        13,
        [("broken", 400, 0)],
    ),
    (
        "nor for another promise on the item",
        [_promise(1, 10, {A: 400}, pending=True), _promise(2, 12, {A: 400})],
        {},
        [_cash(A, 1, 9, 400, uncleared=True)],
        11,
        [("open", 400, 0), ("open", 400, 0)],
    ),
    (
        "a returned cheque is not waited for",
        [_promise(1, 10, {A: 400}, bounced=True)],
        {A: 400},
        [],
        5,
        [("broken", 400, 0)],
    ),
    ("an item that is gone", [ONE], {}, [], 9, [("cancelled", 0, 0)]),
]


@tagged("post_install", "-at_install")
class TestPromisePure(BaseCase):
    def test_cases(self):
        for name, promises, still_open, allocations, today, wanted in CASES:
            with self.subTest(name):
                residuals = {item: Decimal(amount) for item, amount in still_open.items()}
                verdicts = judge(promises, residuals, allocations, _day(today))
                found = [
                    (verdict.state, verdict.needed, verdict.paid)
                    for verdict in (verdicts[promise.id] for promise in promises)
                ]
                expected = [(state, Decimal(need), Decimal(paid)) for state, need, paid in wanted]
                self.assertEqual(found, expected)

    def test_late_matching_and_bounce(self):
        """The same call with the facts of later days: nothing is remembered."""
        matched = [_cash(A, 9, 11, 400)]
        states = [
            judge([ONE], {A: Decimal(400 * (not cash))}, cash, _day(today))[1].state
            for cash, today in (([], 13), (matched, 30), ([], 31), ([_cash(A, 12, 13, 400)], 40))
        ]
        self.assertEqual(states, ["broken", "kept", "broken", "broken"])

    def test_paid_on(self):
        verdict = judge([ONE], {}, [_cash(A, 2, 7, 100), _cash(A, 1, 9, 300)], _day(13))[1]
        self.assertEqual(verdict.paid_on, _day(9))

    def test_properties(self):
        """Whatever happened: no euro counts twice, nobody pays more than needed, needed never
        exceeds the promise, and the order of the input does not matter."""
        rng = random.Random(4)
        for _round in range(400):
            promises, residuals, allocations = self._random(rng)
            today = _day(rng.randint(1, 30))
            verdicts = judge(promises, residuals, allocations, today)
            paid = sum(verdict.paid for verdict in verdicts.values())
            self.assertLessEqual(paid, sum(event.amount for event in allocations if event.cash))
            for promise in promises:
                verdict = verdicts[promise.id]
                self.assertLessEqual(verdict.paid, verdict.needed)
                self.assertLessEqual(verdict.needed, sum(promise.lines.values()))
                self.assertEqual(verdict.state == "cancelled", not verdict.needed)
                if verdict.paid_on:
                    self.assertLessEqual(verdict.paid_on, promise.last)
            rng.shuffle(promises)
            rng.shuffle(allocations)
            self.assertEqual(judge(promises, residuals, allocations, today), verdicts)

    def _random(self, rng):
        items = list(range(1, rng.randint(2, 4)))
        promises = [
            _promise(
                number,
                rng.randint(1, 20),
                {
                    item: rng.randint(1, 500)
                    for item in rng.sample(items, rng.randint(1, len(items)))
                },
                baseline=rng.randint(0, 5),
                threshold=Decimal(rng.choice((80, 95, 100))),
                pending=rng.random() < 0.2,
            )
            for number in range(1, rng.randint(2, 5))
        ]
        allocations = [
            _cash(
                rng.choice(items),
                number,
                rng.randint(1, 30),
                rng.randint(1, 400),
                cash=rng.random() < 0.7,
                uncleared=rng.random() < 0.2,
            )
            for number in range(1, rng.randint(2, 8))
        ]
        return promises, {item: Decimal(rng.randint(0, 600)) for item in items}, allocations
