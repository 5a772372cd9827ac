from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from random import Random

from odoo.tests import BaseCase, tagged

from ..tools import matching, matching_subset, matching_text
from ..tools.matching import Bundle, Credit, Item, Policy, Pool

TODAY = date(2026, 11, 22)


def d(amount):
    return Decimal(str(amount))


def item(number, amount, *references, days=0, **vals):
    """An open item, ``days`` past due."""
    return Item(number, d(amount), due=TODAY - timedelta(days=days), references=references, **vals)


def match(amount, items, text="", policy=None, bundles=(), **vals):
    pool = Pool(items, bundles)
    return matching.match(Credit(d(amount), TODAY, text, **vals), pool, policy)


def used(result):
    """Numbers of the items of a match, or of each answer that fits."""
    if result.kind == "match":
        return {number for number, _amount in result.answer.allocations}
    return [{number for number, _amount in answer.allocations} for answer in result.answers]


@tagged("post_install", "-at_install")
class TestMatchingTable(BaseCase):
    """The engine against tables whose answers were worked out by hand."""

    ITEMS = (
        item(1, 100, "INV/2026/00101", "PO-7781", days=60),
        item(2, 60, "INV/2026/00102", days=30),
        item(3, 45.5, "INV/2026/00103", "PO-9000", days=10),
        item(4, 300, "INV/2026/00104", "PO-9000", days=-20),
    )

    # === REFERENCES === #
    def test_one_reference_however_it_is_written(self):
        for text in (
            "INV/2026/00101",
            "inv 2026 101",
            "INV202600101",
            "Zahlung 2026/00101 danke",
            "payment inv-2026-00101.",
            "ORDER PO7781",
            "po 7781",
            "I N V / 2026 / 00101 / 2026 00101",
        ):
            result = match(100, self.ITEMS, text)
            self.assertEqual((result.kind, used(result)), ("match", {1}), text)
            self.assertTrue(result.exact)
            self.assertEqual(result.answer.reason, "reference")

    def test_texts_that_name_nothing(self):
        for text in ("", "thank you", "2026", "INV/2025/00101", "INV/2026/001011", "PO 77810"):
            result = match(99, self.ITEMS, text)
            self.assertEqual(result.kind, "none", text)

    def test_several_references(self):
        result = match(160, self.ITEMS, "INV/2026/00101, INV/2026/00102")
        self.assertEqual(used(result), {1, 2})
        self.assertEqual(result.answer.confidence, 98)

    def test_reference_wins_over_another_item_of_the_amount(self):
        items = [item(1, 100, "INV/2026/00101"), item(2, 100, "INV/2026/00102")]
        self.assertEqual(used(match(100, items, "inv 2026 102")), {2})
        self.assertEqual(used(match(100, items)), [{1}, {2}])

    def test_structured_references(self):
        rf, belgian, swiss = (
            "RF18539007547034",
            "+++090/9337/55493+++",
            "210000000003139471430009017",
        )
        items = [item(1, 10, rf), item(2, 10, belgian), item(3, 10, swiss)]
        for text, number in (
            ("RF18 5390 0754 7034", 1),
            ("ref rf18-5390-0754-7034", 1),
            ("090933755493", 2),
            ("***090/9337/55493***", 2),
            ("21 00000 00003 13947 14300 09017", 3),
        ):
            self.assertEqual(used(match(10, items, text)), {number}, text)
        result = match(10, items, "RF18 5390 0754 7034")
        self.assertEqual(result.answer.confidence, 100, "its check digits are right")
        wrong = match(10, items, "RF19 5390 0754 7034")
        self.assertEqual(wrong.kind, "ambiguous", "wrong check digits name nothing")

    def test_national_references_as_core_writes_them(self):
        """Each is found however it is written, and mistyped it names nothing: another item of
        the same amount stays as likely."""
        kinds = {
            "be": ("+++000/0123/45672+++", "000012345672", "+++000/0123/45673+++"),
            "ch": (
                "000000000000000000012345676",
                "00 00000 00000 00000 00123 45676",
                "00 00000 00000 00000 00123 45677",
            ),
            "fi": ("202600451" + "9", "20260 04519", "Viite 20260 04518"),
            "kid": ("2026004511", "KID: 2026004511", "KID: 2026004512"),
            "ocr": ("0002345676", "OCR 2345676", "OCR 2345677"),
            "si": ("SI01 7-26-12347", "SI017-26-12347", "SI01 7-26-12348"),
            "rf": ("RF18539007547034", "RF18 5390 0754 7034", "RF18 5390 0754 7043"),
        }
        for kind, (reference, right, wrong) in kinds.items():
            with self.subTest(kind):
                items = [item(1, 10, reference), item(2, 10, "INV/2026/00999")]
                self.assertEqual(used(match(10, items, reference)), {1})
                self.assertEqual(used(match(10, items, right)), {1})
                self.assertTrue(matching_text.mistyped(wrong))
                self.assertEqual(match(10, items, wrong).kind, "ambiguous")

    def test_a_credit_note_never_pays_itself(self):
        """Its number stands in its own text; so it does in the items of the debtor."""
        items = [item(1, -100, "RINV/2026/00009"), item(2, 100, "INV/2026/00451")]
        result = match(100, items, "RINV/2026/00009", own=1)
        self.assertEqual((result.kind, used(result)), ("match", {2}))
        self.assertEqual(match(70, items, "RINV/2026/00009 RINV/2026/00009", own=1).kind, "none")

    def test_a_number_of_ours_by_another_name(self):
        """Banks call any reference OCR or KID: what is ours as it stands is no mistake."""
        items = [item(1, 10, "INV20260456"), item(2, 10, "INV20260457")]
        self.assertEqual(used(match(10, items, "OCR 20260456")), {1})
        known = Pool(items).by_key
        self.assertFalse(matching_text.mistyped("OCR 20260456", known))
        self.assertTrue(matching_text.mistyped("OCR 20260453", known))

    def test_a_mistyped_reference_hides_no_other(self):
        items = [item(1, 10, "INV/2026/00101"), item(2, 10, "1234/56990")]
        self.assertEqual(used(match(10, items, "INV/2026/00101 +++000/0123/45626+++")), {1})
        self.assertEqual(
            match(10, items, "+++001/1234/56990+++").kind, "ambiguous", "nor do its parts name"
        )

    def test_bare_number_only_where_the_amount_confirms_it(self):
        items = [item(1, 100, "INV/2026/00451", days=3), item(2, 60, "INV/2026/00452")]
        self.assertEqual(match(100, items, "Rechnung 451").answer.reason, "number")
        self.assertEqual(match(99, items, "Rechnung 451").kind, "none")

    def test_prefix_learned_of_a_payer(self):
        items = [item(1, 100, "INV/2026/00451"), item(2, 100, "INV/2026/00007")]
        self.assertEqual(match(100, items, "RG 7").kind, "ambiguous")
        learned = Policy(prefixes=("RG",))
        self.assertEqual(used(match(100, items, "RG 7", learned)), {2})

    def test_reference_that_two_items_bear(self):
        self.assertEqual(used(match(45.5, self.ITEMS, "PO 9000")), {3})
        self.assertEqual(used(match(345.5, self.ITEMS, "PO 9000")), {3, 4})
        self.assertEqual(match(120, self.ITEMS, "PO 9000").kind, "ambiguous")
        twins = [item(1, 50, "PO-1234"), item(2, 50, "PO-1234")]
        self.assertEqual(used(match(50, twins, "PO-1234")), [{1}, {2}])
        self.assertEqual(used(match(100, twins, "PO-1234")), {1, 2})

    def test_paid_more_than_was_named(self):
        more = match(160, self.ITEMS, "INV/2026/00101")
        self.assertEqual(used(more), {1, 2}, "60 is the other item, and no other set")
        self.assertFalse(more.exact)
        over = match(120, self.ITEMS, "INV/2026/00101")
        self.assertEqual(over.answer.allocations, ((1, d(100)),))
        self.assertEqual(
            [(row.kind, row.amount) for row in over.answer.differences], [("on_account", d(20))]
        )

    def test_paid_less_than_was_named(self):
        short = match(90, self.ITEMS, "INV/2026/00101")
        self.assertEqual(short.answer.allocations, ((1, d(90)),))
        self.assertEqual(
            [(row.kind, row.item, row.amount) for row in short.answer.differences],
            [("open", 1, d(10))],
        )
        self.assertFalse(short.exact)
        charge = match(90, self.ITEMS, "INV/2026/00101", Policy(charge_limit=d(10)))
        self.assertEqual(charge.answer.differences[0].kind, "bank_charge")
        part = match(60, self.ITEMS, "INV/2026/00101 INV/2026/00102")
        self.assertEqual((part.answer.reason, used(part)), ("reference_part", {2}))
        unclear = match(130, self.ITEMS, "INV/2026/00101 INV/2026/00102")
        self.assertEqual(unclear.kind, "ambiguous", "which of the two is short?")

    # === DISCOUNTS AND CREDIT NOTES === #
    def test_discount_in_time_and_a_day_late(self):
        terms = {"discount": d(2), "discount_until": TODAY}
        items = [item(1, 100, "INV/1001", **terms), item(2, 77)]
        result = match(98, items, "INV 1001")
        self.assertEqual(result.answer.reason, "reference_discount")
        self.assertEqual(result.answer.allocations, ((1, d(98)),))
        self.assertEqual(
            [(row.kind, row.amount) for row in result.answer.differences], [("discount", d(2))]
        )
        self.assertEqual(match(98, items).answer.reason, "discount", "without a reference too")
        late = [item(1, 100, "INV/1001", discount=d(2), discount_until=TODAY - timedelta(days=1))]
        self.assertEqual(match(98, late, "INV 1001").answer.differences[0].kind, "open")
        self.assertEqual(match(98, late).kind, "none")

    def test_credit_note_deducted_by_the_payer(self):
        items = [item(1, 1000, "INV/1001"), item(2, -150, "RINV/1001"), item(3, 640)]
        result = match(850, items, "INV 1001")
        self.assertEqual(result.answer.allocations, ((1, d(1000)), (2, d(-150))))
        self.assertEqual(used(match(490, items)), {2, 3})

    # === NOTICES, PLANS, THE DEBTOR === #
    def test_notice_stands_for_its_items(self):
        notice = Bundle("notice", ("N/2026/00017",), ((1, None), (2, d(40))))
        result = match(140, self.ITEMS, "your letter N/2026/00017", bundles=[notice])
        self.assertEqual(result.answer.allocations, ((1, d(100)), (2, d(40))))
        self.assertEqual(result.answer.reason, "notice")
        part = match(100, self.ITEMS, "N/2026/17", bundles=[notice])
        self.assertEqual((used(part), part.exact), ({1}, False))

    def test_number_of_the_debtor_stands_for_what_is_overdue(self):
        debtor = Bundle("debtor", ("C10400",), ((1, None), (2, None), (3, None)))
        result = match(205.5, self.ITEMS, "Kunde C 10400", bundles=[debtor])
        self.assertEqual((used(result), result.answer.reason), ({1, 2, 3}, "debtor"))

    # === AMOUNTS === #
    def test_all_that_is_overdue(self):
        result = match(205.5, self.ITEMS)
        self.assertEqual((used(result), result.answer.reason), ({1, 2, 3}, "overdue"))

    def test_greedy_would_fail(self):
        """(amount, open amounts, the one set that comes to it): neither the oldest, nor the
        largest, nor the smallest first finds it."""
        for amount, amounts, expected in (
            (80, (50, 40, 40, 10), {2, 3}),
            (100, (75, 60, 30, 10, 5), {2, 3, 4}),
            (33, (30, 20, 13, 5), {2, 3}),
            (24, (20, 15, 9, 6.5), {2, 3}),
            (1000.01, (1000, 999.99, 500.01, 500, 0.03), {3, 4}),
            (55, (31, 29, 26, 17, 8, 4.5), {2, 3}),
        ):
            items = [item(n, value, days=90 - n) for n, value in enumerate(amounts, 1)]
            result = match(amount, items)
            self.assertEqual((result.kind, used(result)), ("match", expected), amounts)
            for order in (items, items[::-1], sorted(items, key=lambda i: -i.amount)):
                self.assertNotEqual(self._greedy(amount, order), expected)

    def _greedy(self, amount, items):
        left, taken = d(amount), set()
        for row in items:
            if row.amount <= left:
                left -= row.amount
                taken.add(row.id)
        return taken

    def test_two_sets_fit(self):
        for amount, amounts in (
            (100, (100, 60, 40)),
            (70, (50, 40, 30, 20)),
            (50, (50, 50)),
            (10, (4, 6, 7, 3)),
            (90, (100, -10, 90)),
        ):
            items = [item(n, value) for n, value in enumerate(amounts, 1)]
            result = match(amount, items)
            self.assertEqual(result.kind, "ambiguous", amounts)
            self.assertGreater(len(result.answers), 1)
            self.assertFalse(result.exact)

    def test_impossible(self):
        for amount, amounts in ((7, (10, 20)), (5, ()), (99, (33, 33.01)), (15, (10, 20, 40))):
            items = [item(n, value) for n, value in enumerate(amounts, 1)]
            self.assertEqual(match(amount, items).kind, "none", amounts)

    def test_zero_and_negative_lines(self):
        items = [item(1, 0), item(2, -30), item(3, 20)]
        self.assertEqual(match(20, items).answer.allocations, ((3, d(20)),))
        self.assertEqual(match(0, items).kind, "none")
        self.assertEqual(match(-30, items).kind, "none", "a credit of less than nothing")

    def test_equal_instalments_of_one_invoice_are_no_riddle(self):
        items = [item(n, 100, "INV/2026/00009", days=90 - 30 * n, document=5) for n in (1, 2, 3)]
        for text in ("", "INV/2026/9"):
            self.assertEqual(used(match(100, items, text)), {1}, text)
            self.assertEqual(used(match(200, items, text)), {1, 2}, text)
            self.assertEqual(used(match(300, items, text)), {1, 2, 3}, text)

    # === NEARLY === #
    def test_tolerance_and_charges(self):
        policy = Policy(tolerance=d(5), charge_limit=d(2))
        items = [item(1, 100), item(2, 300)]
        charge = match(98.5, items, policy=policy)
        self.assertEqual(
            (charge.answer.reason, charge.answer.differences[0].kind), ("charge", "bank_charge")
        )
        short = match(96, items, policy=policy)
        self.assertEqual(short.answer.differences[0].kind, "write_off")
        over = match(304, items, policy=policy)
        self.assertEqual(over.answer.differences[0].kind, "on_account")
        self.assertEqual(match(94, items, policy=policy).kind, "none")
        tight = Policy(tolerance=d(5), tolerance_percent=d(1))
        self.assertEqual(match(96, items, policy=tight).kind, "none", "1 % of 100 is 1")
        near = [item(1, 100), item(2, 103)]
        self.assertEqual(match(101.5, near, policy=Policy(tolerance=d(5))).kind, "ambiguous")

    def test_oldest_first_only_where_allowed(self):
        items = [item(1, 100, days=9), item(2, 60, days=90)]
        self.assertEqual(match(70, items).kind, "none")
        result = match(70, items, policy=Policy(oldest_first=True))
        self.assertEqual(result.answer.allocations, ((2, d(60)), (1, d(10))))
        self.assertLess(result.answer.confidence, 50)

    # === CURRENCIES === #
    def test_other_currency_at_the_rate_of_the_payment(self):
        items = [item(1, 200, "INV/1001", currency=2), item(2, 55)]
        result = match(100, items, "INV 1001", rates={2: d("0.5")})
        self.assertEqual(result.answer.allocations, ((1, d(200)),))
        self.assertEqual(match(100, items).kind, "none", "without a rate it is left out")
        part = match(60, items, "INV 1001", rates={2: d("0.5")})
        self.assertEqual(part.answer.allocations, ((1, d(120)),))

    def test_amount_that_fits_in_two_currencies(self):
        items = [item(1, 100), item(2, 200, currency=2)]
        result = match(100, items, rates={2: d("0.5")})
        self.assertEqual(used(result), [{1}, {2}])


@tagged("post_install", "-at_install")
class TestMatchingProperties(BaseCase):
    """What holds for every pool, tried on thousands."""

    def _pool(self, rng, size):
        items = []
        for number in range(1, size + 1):
            amount = Decimal(rng.randint(1, 60)) * rng.choice((1, 1, 5))
            if rng.random() < 0.12:
                amount = -amount
            more = {}
            if amount > 5 and rng.random() < 0.15:
                more = {"discount": d(rng.randint(1, 3)), "discount_until": TODAY}
            reference = f"INV/{1000 + rng.randint(1, size)}"
            items.append(item(number, amount, reference, days=rng.randint(-20, 90), **more))
        return items

    def _fitting(self, items, amount):
        """Every set of (item, amount) that comes to the amount, found the slow way."""
        choices = []
        for row in items:
            values = {row.amount} | ({row.amount - row.discount} if row.discount else set())
            choices.append([None, *values])
        return {
            tuple((row.id, value) for row, value in zip(items, combo, strict=True) if value)
            for combo in product(*choices)
            if any(combo) and sum(value or 0 for value in combo) == amount
        }

    def test_money_applied_is_money_received(self):
        rng = Random(7)
        policy = Policy(tolerance=d(3), charge_limit=d(1), oldest_first=True)
        kinds = set()
        for _turn in range(1500):
            items = self._pool(rng, rng.randint(1, 8))
            by_id = {row.id: row for row in items}
            amount = d(rng.randint(1, 150))
            text = " ".join(f"INV/{1000 + rng.randint(1, 9)}" for _n in range(rng.randint(0, 2)))
            result = match(amount, items, text, policy)
            kinds.add(result.kind)
            for answer in result.answers:
                applied = sum(value for _number, value in answer.allocations)
                left = sum(row.amount for row in answer.differences if row.kind == "on_account")
                self.assertEqual(applied + left, amount, (items, amount, text, answer))
                given = {row.item: row.amount for row in answer.differences if row.item}
                for number, value in answer.allocations:
                    whole = by_id[number].amount
                    self.assertLessEqual(abs(value) + given.get(number, 0), abs(whole))
                    self.assertGreater(value * whole, 0, "to the side of the item")
        self.assertEqual(kinds, {"match", "ambiguous", "none"} - ({"none"} - kinds))

    def test_without_a_reference_a_match_is_the_only_set(self):
        rng = Random(11)
        matched = ambiguous = 0
        for _turn in range(1500):
            items = self._pool(rng, rng.randint(1, 7))
            amount = d(rng.randint(1, 150))
            fitting = self._fitting(items, amount)
            result = match(amount, items)
            if len(fitting) == 1:
                matched += 1
                self.assertEqual(result.kind, "match")
                self.assertEqual(set(result.answer.allocations), set(next(iter(fitting))))
            elif fitting:
                ambiguous += 1
                self.assertEqual(result.kind, "ambiguous", (items, amount))
            else:
                self.assertEqual(result.kind, "none")
        self.assertGreater(matched, 100)
        self.assertGreater(ambiguous, 20)

    def test_subsets_against_the_slow_way_by_every_method(self):
        rng = Random(3)
        for _turn in range(600):
            values = [[rng.randint(1, 40) * rng.choice((1, -1, 5, 5))] for _n in range(8)]
            target = rng.randint(1, 100)
            slow = {
                tuple((n, v) for n, v in enumerate(combo) if v)
                for combo in product(*[[0, *options] for options in values])
                if any(combo) and sum(combo) == target
            }
            for half in (matching_subset.HALF, 0):
                found = self._search(values, target, half)
                self.assertTrue(found.complete)
                self.assertLessEqual(set(found.answers), slow)
                self.assertEqual(len(set(found.answers)), min(2, len(slow)))

    def _search(self, values, target, half):
        before = matching_subset.HALF
        matching_subset.HALF = half
        try:
            return matching_subset.search(values, target)
        finally:
            matching_subset.HALF = before

    def test_two_thousand_items(self):
        rng = Random(5)
        values = [[2 * rng.randint(100, 500_000)] for _n in range(2000)]
        found = matching_subset.search(values, 3_000_000)
        self.assertEqual((len(found.answers), found.complete), (2, True))
        for answer in found.answers:
            self.assertEqual(sum(value for _n, value in answer), 3_000_000)
        odd = matching_subset.search([*values, [3_000_003]], 3_000_001)
        self.assertEqual(odd.answers, ())
        given_up = matching_subset.search([*values, [1]], 900_000_001, budget=10_000)
        self.assertEqual((given_up.answers, given_up.complete), ((), False))

    def test_gives_up_and_says_so(self):
        items = [item(n, Decimal(n * 7919 % 99_991) / 100 + 1) for n in range(1, 400)]
        before = matching_subset.search.__defaults__
        matching_subset.search.__defaults__ = (2, 1000)
        try:
            result = match(Decimal("100000.01"), items)
            single = match(items[17].amount, items)
        finally:
            matching_subset.search.__defaults__ = before
        self.assertEqual((result.kind, result.gave_up), ("none", True))
        self.assertEqual(single.kind, "ambiguous", "not proved to be the only one")
