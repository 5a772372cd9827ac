import random
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools import ladder, replay

START, END = date(2026, 1, 1), date(2026, 6, 30)


class EveryNight(replay._Replay):
    """The plain definition: decide every night, whether something happened or not."""

    def _events(self, first, last):
        return {first + timedelta(days=day) for day in range(1, (last - first).days + 1)}


@tagged("post_install", "-at_install")
class TestReplayPure(BaseCase):
    """Replays of past days: rules worked out by hand, and against the plain definition."""

    LEVELS = (
        ladder.Level(1, -3),
        ladder.Level(2, 7),
        ladder.Level(3, 21, min_days=7),
        ladder.Level(4, 45, min_days=7, formal=True),
    )

    def _item(self, amount=100, due=date(2026, 2, 1), number=1, **vals):
        vals.setdefault("posted", due - timedelta(days=30))
        amount = Decimal(amount)
        return replay.Item(number, 1, due=due, amount=amount, company=amount, **vals)

    def _replay(self, *items, first=START, paused=(), **rules):
        rules.setdefault("quiet_days", 7)
        policy = replay.Policy(self.LEVELS, **rules)
        debtor = replay.Debtor(1, items, paused)
        return [
            (notice.day.isoformat(), notice.level.id, notice.amount)
            for notice in replay.replay(debtor, policy, first, END)
        ]

    def _settled(self, day, amount):
        return replay.Settled(day, Decimal(amount), Decimal(amount))

    def test_climbs_level_by_level(self):
        self.assertEqual(
            self._replay(self._item()),
            [
                ("2026-01-29", 1, 100),
                ("2026-02-08", 2, 100),
                ("2026-02-22", 3, 100),
                ("2026-03-18", 4, 100),
            ],
        )

    def test_each_address_climbs_by_itself(self):
        """A payment on account of 120 covers North's 100, and 20 of South's 50."""
        north = self._item(address=6)
        south = self._item(50, due=date(2026, 2, 5), number=2, address=7)
        rules = {"per_address": True}
        by_day = self._replay(north, south, **rules)
        self.assertEqual(
            by_day[2:6],
            [
                ("2026-02-08", 2, 100),
                ("2026-02-12", 2, 50),
                ("2026-02-22", 3, 100),
                ("2026-02-26", 3, 50),
            ],
        )
        money = self._item(-120, due=date(2026, 2, 1), number=3)
        self.assertEqual(
            self._replay(north, south, money, **rules)[-3:],
            [("2026-02-12", 2, 30), ("2026-02-26", 3, 30), ("2026-03-22", 4, 30)],
        )
        with self.subTest("the minimum is one of the debtor"):
            small = {**rules, "minimum": Decimal(120)}
            self.assertEqual(self._replay(north, south, **small)[-1][1:], (4, 50))
            small["minimum"] = Decimal(160)
            self.assertFalse(self._replay(north, south, **small))

    def test_part_paid_and_paid(self):
        item = self._item(
            settled=[self._settled(date(2026, 2, 15), 40), self._settled(date(2026, 3, 1), 60)]
        )
        self.assertEqual(self._replay(item)[1:], [("2026-02-08", 2, 100), ("2026-02-22", 3, 60)])

    def test_credit_is_deducted_from_its_day_on(self):
        credit = self._item(-30, date(2026, 2, 20), 2, posted=date(2026, 2, 20))
        self.assertEqual(
            self._replay(self._item(), credit)[1:3], [("2026-02-08", 2, 100), ("2026-02-22", 3, 70)]
        )

    def test_held_and_resumed(self):
        held = [replay.Held(date(2026, 2, 1), date(2026, 3, 1))]
        self.assertEqual(
            self._replay(self._item(held=held), resume_days=3)[1:],
            [("2026-03-04", 2, 100), ("2026-03-11", 3, 100), ("2026-03-18", 4, 100)],
        )
        part = [replay.Held(date(2026, 2, 1), None, Decimal(25))]
        self.assertEqual(self._replay(self._item(held=part))[1], ("2026-02-08", 2, 75))

    def test_paused_debtor(self):
        paused = [replay.Held(date(2026, 1, 1))]
        self.assertEqual(self._replay(self._item(), paused=paused), [])

    def test_starts_where_the_debtor_stood(self):
        item = self._item(level_delay=7, level_date=date(2026, 2, 8))
        self.assertEqual(self._replay(item, first=date(2026, 2, 10))[0], ("2026-02-22", 3, 100))

    def test_minimum_is_reached_when_more_falls_due(self):
        young = self._item(60, date(2026, 2, 20), 2)
        self.assertEqual(
            self._replay(self._item(), young, minimum=Decimal(150))[0], ("2026-02-21", 2, 160)
        )

    def test_direct_escalation(self):
        late = self._item(posted=date(2026, 3, 1))
        self.assertEqual(
            self._replay(late, escalation="direct"),
            [("2026-03-01", 3, 100), ("2026-03-18", 4, 100)],
        )

    def test_not_dunned_and_no_policy(self):
        self.assertEqual(self._replay(self._item(), dunned=False), [])
        self.assertEqual(replay.replay(replay.Debtor(1, [self._item()]), None, START, END), [])

    def _random_debtor(self, rng):
        def some(days=200):
            return date(2025, 11, 1) + timedelta(days=rng.randrange(days))

        items = []
        for number in range(rng.randrange(1, 6)):
            due, amount = some(), rng.choice((20, 100, 300, -50))
            posted = due - timedelta(days=rng.choice((0, 10, 30)))
            day = posted + timedelta(days=rng.randrange(100))
            settled = [self._settled(day, rng.choice((10, abs(amount))))] * rng.randrange(2)
            held = []
            if rng.random() < 0.3:
                end = rng.choice((None, day + timedelta(days=20)))
                held = [replay.Held(day, end, rng.choice((None, Decimal(15))))]
            items.append(
                replay.Item(
                    number, rng.choice((1, 2)), posted, due, Decimal(amount), Decimal(amount),
                    settled, held,
                )
            )  # fmt: skip
        return replay.Debtor(1, items, last_notice=rng.choice((None, date(2025, 12, 28))))

    def test_events_miss_no_night(self):
        rng, sent = random.Random(7), 0
        for _number in range(150):
            debtor = self._random_debtor(rng)
            policy = replay.Policy(
                self.LEVELS,
                rng.choice(("sequential", "direct")),
                Decimal(rng.choice((0, 80))),
                rng.choice((0, 7)),
                rng.choice((0, 3)),
            )
            plain = list(EveryNight(debtor, policy).notices(START, END))
            self.assertEqual(replay.replay(debtor, policy, START, END), plain)
            sent += len(plain)
        self.assertGreater(sent, 150)
