import random
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools import adherence, schedule
from ..tools.schedule import PERIODS, ScheduleError, Terms, is_weekend

ZERO = Decimal(0)


def _closed_long(day):
    """Weekends, every third day, and all of December."""
    return is_weekend(day) or day.day % 3 == 0 or day.month == 12


@tagged("post_install", "-at_install")
class TestSchedule(BaseCase):
    """Schedules of payment plans."""

    def _random_terms(self, rng):
        digits = rng.choice([0, 2, 2, 3])
        unit = Decimal(1).scaleb(-digits)
        start = date(2024, 1, 1) + timedelta(days=rng.randint(0, 1500))
        return Terms(
            total=rng.randint(1, 10 ** rng.randint(1, 8)) * unit,
            start=start,
            first_date=start + timedelta(days=rng.randint(0, 60)),
            method=rng.choice(["equal", "afford", "annuity"]),
            number=rng.randint(1, 40),
            each=rng.randint(1, 10**6) * unit,
            first=rng.choice([ZERO, ZERO, rng.randint(0, 10**4) * unit]),
            interval=rng.choice(list(PERIODS)),
            month_day=rng.randint(1, 31),
            shift=rng.choice(["none", "next", "previous"]),
            rate=Decimal(rng.choice(["0", "0", "5", "12.5"])),
            fee=rng.choice([ZERO, 10 * unit]),
            digits=digits,
            closed=rng.choice([is_weekend, _closed_long]),
        )

    def test_parts_sum_and_dates_ascend(self):
        """For any terms of which a schedule comes at all."""
        rng, found = random.Random(20261122), 0
        for _round in range(4000):
            terms = self._random_terms(rng)
            try:
                rows = schedule.schedule(terms)
            except ScheduleError:
                continue
            found += 1
            unit = Decimal(1).scaleb(-terms.digits)
            self.assertEqual(sum(row.amount for row in rows), terms.total, terms)
            self.assertEqual(sum(row.fee for row in rows), terms.fee, terms)
            dates = [row.date for row in rows]
            self.assertEqual(dates, sorted(set(dates)), terms)
            self.assertGreaterEqual(dates[0], terms.start, terms)
            self.assertTrue(all(row.amount > 0 and row.interest >= 0 for row in rows), terms)
            self.assertTrue(all(row.amount % unit == 0 for row in rows), terms)
            if terms.method == "equal" and not terms.first:
                self.assertLessEqual(abs(rows[-1].amount - rows[0].amount), unit * len(rows))
            if terms.method == "afford":
                later = rows[1:] if terms.first else rows
                self.assertTrue(all(row.total <= terms.each for row in later), terms)
        self.assertGreater(found, 2500)

    def test_month_ends_and_leap_days(self):
        terms = Terms(Decimal(400), date(2027, 12, 1), date(2027, 12, 31), number=4)
        self.assertEqual(
            [str(row.date) for row in schedule.schedule(terms)],
            ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31"],
        )
        terms = Terms(Decimal(300), date(2028, 2, 1), date(2028, 2, 29), number=3)
        self.assertEqual(
            [str(row.date) for row in schedule.schedule(terms)],
            ["2028-02-29", "2028-03-29", "2028-04-29"],
        )
        terms = Terms(
            Decimal(300),
            date(2027, 1, 20),
            date(2027, 1, 20),
            number=3,
            interval="month_day",
            month_day=31,
        )
        self.assertEqual(
            [str(row.date) for row in schedule.schedule(terms)],
            ["2027-01-31", "2027-02-28", "2027-03-31"],
        )

    def test_annuity_by_hand(self):
        # 1,000 at 12 % a year in 3 months: 1 % a month, 1000 x 0.01 / (1 - 1.01^-3) = 340.02
        terms = Terms(
            Decimal(1000),
            date(2026, 12, 1),
            date(2027, 1, 1),
            method="annuity",
            number=3,
            rate=Decimal(12),
        )
        self.assertEqual(
            [(str(row.amount), str(row.interest)) for row in schedule.schedule(terms)],
            [("330.02", "10.00"), ("333.32", "6.70"), ("336.66", "3.37")],
        )

    def test_what_they_can_pay(self):
        terms = Terms(
            Decimal(1000),
            date(2026, 12, 1),
            date(2026, 12, 31),
            method="afford",
            each=Decimal(350),
            rate=Decimal("36.5"),
            fee=Decimal(5),
        )
        # 30 days at 0.1 % a day: 30.00; 350 - 30 - 5 = 315, and so on with what is left
        rows = schedule.schedule(terms)
        self.assertEqual((rows[0].amount, rows[0].interest), (Decimal(315), Decimal(30)))
        self.assertEqual([row.total for row in rows[:-1]], [Decimal(350)] * (len(rows) - 1))
        with self.assertRaisesRegex(ScheduleError, "afford"):
            schedule.number_for(Terms(Decimal(1000), date(2026, 12, 1), date(2027, 12, 1),
                                      each=Decimal(10), rate=Decimal(20)))  # fmt: skip

    def test_own_rows(self):
        days = [date(2027, 1, day) for day in (1, 9)]
        terms = {"start": date(2026, 12, 1), "method": "custom"}
        rows = [(days[0], Decimal(60)), (days[1], Decimal(40))]
        self.assertEqual(len(schedule.schedule(Terms(Decimal(100), rows=rows, **terms))), 2)
        for total, wrong, code in (
            (Decimal(101), rows, "sum"),
            (Decimal(100), rows[::-1], "order"),
            (Decimal(60), [rows[0], (days[1], ZERO)], "small"),
        ):
            with self.assertRaisesRegex(ScheduleError, code):
                schedule.schedule(Terms(total, rows=wrong, **terms))


@tagged("post_install", "-at_install")
class TestAdherence(BaseCase):
    """How a plan is kept: properties that hold for whatever happens to its items."""

    def test_properties(self):
        rng = random.Random(7)
        for _round in range(4000):
            plan, money, today = self._random_plan(rng)
            verdict = adherence.judge(plan, money, today)
            asked = sum(line.amount for line in plan.lines)
            paid = sum(line.paid for line in verdict.lines)
            reduced = sum(line.reduced for line in verdict.lines)
            still = sum(line.open for line in verdict.lines)
            self.assertEqual(paid + reduced + still, asked)
            self.assertEqual(verdict.reduced, reduced)
            self.assertEqual(verdict.paid, paid)
            self.assertLessEqual(paid, sum(event.amount for event in money))
            self.assertTrue(all(line.open >= 0 and line.paid >= 0 for line in verdict.lines))
            states = [line.open > 0 for line in verdict.lines if line.state != "credited"]
            if plan.shorten != "pro_rata":
                self.assertEqual(states, sorted(states), "filled in order")
            if verdict.state in ("completed", "cleared"):
                self.assertTrue(not still or plan.tolerance)

    def _random_plan(self, rng):
        first = date(2027, 1, 1)
        items, money, number = [], [], 0
        for item_id in range(1, rng.randint(2, 4)):
            open_then = Decimal(rng.randint(1, 500))
            covered = Decimal(rng.randint(1, int(open_then)))
            residual = open_then
            for _event in range(rng.randint(0, 3)):
                amount = min(residual, Decimal(rng.randint(0, 200)))
                residual -= amount
                number += 1
                if amount and rng.random() < 0.7:  # else a credit note
                    day = first + timedelta(days=rng.randint(-20, 120))
                    money.append(adherence.Money(item_id, number, day, amount))
            items.append(adherence.Item(item_id, covered, open_then, residual))
        total = sum(item.covered for item in items)
        strict = rng.random() < 0.3
        if strict and total > 1:
            total = Decimal(rng.randint(1, int(total)))
        parts = schedule.equal_parts(total, rng.randint(1, 5), 2)
        lines = []
        for number, part in enumerate(parts):
            day = first + timedelta(days=30 * number)
            lines.append(adherence.Instalment(number, day, day + timedelta(days=3), part))
        plan = adherence.Plan(
            lines,
            items,
            shorten=rng.choice(["end", "pro_rata", "next"]),
            missed_limit=rng.randint(1, 3),
            tolerance=rng.choice([ZERO, Decimal(2)]),
            strict=strict,
        )
        return plan, money, first + timedelta(days=rng.randint(-30, 200))

    def test_matched_again_is_no_new_money(self):
        """300 of 1,000 were paid before the plan; taken off and matched again they are no
        instalment."""
        day = date(2027, 1, 1)
        plan = adherence.Plan(
            [adherence.Instalment(1, day, day, Decimal(700))],
            [adherence.Item(9, Decimal(700), Decimal(700), Decimal(700))],
        )
        again = adherence.Money(9, 5, date(2026, 11, 1), Decimal(300))
        verdict = adherence.judge(plan, [again], day)
        self.assertEqual((verdict.paid, verdict.reduced, verdict.state), (0, 0, "active"))

    def test_late_money_of_a_settlement(self):
        day = date(2027, 1, 10)
        lines = [adherence.Instalment(1, day, date(2027, 1, 13), Decimal(700))]
        for paid_on, state in ((13, "completed"), (14, "defaulted")):
            plan = adherence.Plan(
                lines, [adherence.Item(9, Decimal(1000), Decimal(1000), Decimal(300))], strict=True
            )
            money = [adherence.Money(9, 1, date(2027, 1, paid_on), Decimal(700))]
            self.assertEqual(adherence.judge(plan, money, date(2027, 1, 20)).state, state)
