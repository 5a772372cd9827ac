import random
from datetime import timedelta

from odoo.tests import tagged

from ..tools import ladder
from .common import ArCollectionsCommon


@tagged("post_install", "-at_install")
class TestLadder(ArCollectionsCommon):
    """The level an item reaches: the table of the issue, and SQL against the definition."""

    def _reached(self, days, at=None, since=None, escalation="sequential"):
        level = ladder.reached(
            self.policy.level_ids._to_ladder(), escalation, days, at and at.delay, since
        )
        return self.env["ar.collection.level"].browse(level.id if level else ())

    def test_delivered_levels(self):
        self.assertEqual(self.policy.level_ids.sorted("delay").mapped("delay"), [-3, 7, 21, 45])
        self.assertEqual(self.final.formal, True)
        none = self.env["ar.collection.level"]
        table = [
            # days past due, level, since days -> reached
            (-4, None, None, none),
            (-3, None, None, self.courtesy),
            (-1, None, None, self.courtesy),
            (0, None, None, none),
            (6, None, None, none),
            (7, None, None, self.reminder),
            (300, None, None, self.reminder),
            (-1, self.courtesy, 2, none),
            (7, self.courtesy, 10, self.reminder),
            (7, self.courtesy, 6, none),
            (21, self.reminder, 10, self.second),
            (21, self.reminder, 9, none),
            (20, self.reminder, 13, none),
            (45, self.second, 14, self.final),
            (45, self.second, 13, none),
            (400, self.final, 300, none),
        ]
        for days, at, since, expected in table:
            with self.subTest(days=days, at=at and at.name, since=since):
                self.assertEqual(self._reached(days, at, since), expected)

    def test_direct_escalation_calls_for_the_age(self):
        for days, expected in [(7, self.reminder), (21, self.second), (44, self.second)]:
            self.assertEqual(self._reached(days, escalation="direct"), expected)
        self.assertEqual(self._reached(45, escalation="direct"), self.final)

    def test_sql_agrees_with_the_definition(self):
        """Random items: the level the database finds is the one ``ladder.reached`` says."""
        rng = random.Random(7)
        levels = self.policy.level_ids.sorted("delay")
        expected = {}
        for number in range(40):
            days = rng.choice([-5, -3, -1, 0, 1, 6, 7, 20, 21, 30, 45, 60, 200])
            at = rng.choice([None, *levels])
            since = rng.choice([0, 6, 7, 10, 13, 14, 40])
            partner = self._debtor(f"Random {number}", email=f"r{number}@debtor.example")
            move = self._invoice(100, days, partner=partner)
            if at:
                self._reach(move, at, since)
            expected[partner] = (days, at, since if at else None)
        self._refresh()
        for escalation in ("sequential", "direct"):
            self.policy.escalation = escalation
            facts = self.Run._facts(self.company, self.today, None, None)
            found = {row["partner_id"]: row["level_delay"] for row in facts.values()}
            for partner, (days, at, since) in expected.items():
                with self.subTest(days=days, at=at and at.name, since=since, kind=escalation):
                    level = self._reached(days, at, since, escalation)
                    self.assertEqual(found[partner.id], level.delay if level else None)

    def test_missed_nights_add_no_levels(self):
        """An item 100 days late that was never noticed starts at the first reminder."""
        self._invoice(100, 100)
        decision = self._decisions()[self.debtor]
        self.assertEqual(decision.level.id, self.reminder.id)

    def test_a_changed_policy_goes_on_where_the_old_level_stands(self):
        other = self.policy.copy({"name": "Other", "sequence": 200})
        self._invoice(100, 30)
        self._reach(self._invoice(100, 30), other.level_ids.sorted("delay")[2], 20)
        self.assertEqual(other.level_ids.sorted("delay")[2].delay, 21)
        decision = self._decisions()[self.debtor]
        self.assertEqual(decision.level.id, self.reminder.id, "only the new item climbs")

    def test_today_is_a_parameter(self):
        self._invoice(100, 5)
        self.assertEqual(self._decisions()[self.debtor].reason, "level_not_reached")
        later = self.today + timedelta(days=2)
        self.assertEqual(self._decisions(today=later)[self.debtor].level.id, self.reminder.id)
