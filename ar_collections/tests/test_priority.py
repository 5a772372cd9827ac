import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import ArCollectionsCommon


class PriorityCommon(ArCollectionsCommon):
    """Accounts whose points are worked out by hand, from rules of the test's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["ar.collection.priority.rule"]
        cls.delivered = cls.Rule.search([])
        cls.company.ar_quiet_days = 0

    @classmethod
    def _only(cls, *rules):
        """Leave these rules in force: (kind, scale, from, to, points)."""
        cls.delivered.active = False
        return cls.Rule.create(
            [
                {
                    "name": kind + " {value}",
                    "kind": kind,
                    "scale": scale,
                    "value_from": low,
                    "value_to": high,
                    "points": points,
                }
                for kind, scale, low, high, points in rules
            ]
        )

    def _points(self, account):
        return [row[1] for row in account.priority_reason or []]


@tagged("post_install", "-at_install")
class TestPriority(PriorityCommon):
    """Points of the rules, by hand."""

    def test_delivered_rules(self):
        self._invoice(12000, 60)
        account = self._account()
        # over 10,000: 15; 60 of 120 days: 12 of 25; never contacted, 60 days: all of 15
        self.assertEqual(account.priority, 15 + 12 + 15)
        self.assertEqual(sorted(self._points(account)), [12, 15, 15])
        texts = {text for text, _points in account.priority_why}
        self.assertEqual(
            texts, {"Over $\N{NO-BREAK SPACE}10,000", "60 days overdue", "No contact for 60 days"}
        )

    def test_step_has_bounds(self):
        self._only(("amount", "step", 100, 200, 7))
        account = None
        for amount, points in ((99.99, 0), (100, 7), (199.99, 7), (200, 0)):
            with self.subTest(amount=amount):
                debtor = self._debtor(f"Of {amount}")
                self._invoice(amount, 5, partner=debtor)
                account = self._account(debtor)
                self.assertEqual(account.priority, points)
        self.assertFalse(account.priority_reason)

    def test_growing_points(self):
        self._only(("age", "linear", 10, 40, 20))
        for days, points in ((10, 0), (11, 0), (12, 1), (25, 10), (40, 20), (400, 20)):
            with self.subTest(days=days):
                debtor = self._debtor(f"Since {days}")
                self._invoice(50, days, partner=debtor)
                self.assertEqual(self._account(debtor).priority, points)

    def test_held_part_lowers(self):
        self._only(("amount", "step", 1, 0, 50), ("disputed", "linear", 0, 100, -40))
        move = self._invoice(1000, 5)
        self.assertEqual(self._account().priority, 50)
        self._hold(move, 250)  # a quarter: -10
        account = self._account()
        self.assertEqual(account.priority, 40)
        self.assertEqual(
            account.priority_why, [["amount $\N{NO-BREAK SPACE}750", 50], ["disputed 25", -10]]
        )

    def test_nothing_to_collect_has_no_points(self):
        self._only(("age", "step", 0, 0, 9))
        self._invoice(1000, 5)
        self._credit_note(1000)
        account = self._account()
        self.assertEqual(account.priority, 0)
        self.assertFalse(account.priority_reason)

    def test_figures_of_the_account(self):
        self._only(
            ("broken", "step", 2, 0, 30),
            ("unanswered", "linear", 0, 4, 8),
            ("contact", "step", 3, 0, 5),
            ("level", "step", 2, 3, 11),
            ("reply", "step", 1, 0, 4),
            ("trust", "step", 3, 0, 6),
        )
        move = self._invoice(100, 40)
        account = self._account()
        self.assertEqual(account.priority, 5, "never contacted: 40 days")
        account.sudo().write(
            {
                "broken_promises": 2,
                "unanswered_attempts": 3,
                "last_contact_date": self.today - timedelta(days=2),
                "reply_received_at": fields.Datetime.now(),
            }
        )
        self.assertEqual(sorted(self._points(account)), [4, 6, 30])
        self.debtor.with_company(self.company).trust = "bad"
        self._reach(move, self.second, 1)
        self.Account._refresh(self.debtor.ids)
        account.invalidate_recordset()
        self.assertEqual(sorted(self._points(account)), [4, 6, 6, 11, 30])
        self.assertEqual(account.priority, 57)
        self.assertIn(["level " + self.second.name, 11], account.priority_why)

    def test_missed_call_back(self):
        rule = self.env.ref("ar_collections.priority_rule_callback")
        self._invoice(100, 1)
        account = self._account()
        before = account.priority

        def points(days):
            self.Account.flush_model()
            account.sudo().callback_at = fields.Datetime.now() - timedelta(days=days)
            self.Account._refresh(self.debtor.ids)
            account.invalidate_recordset()
            return account.priority - before

        self.assertEqual(points(-1), 0, "still ahead")
        self.assertEqual(points(3), rule.points)
        self.assertEqual(account.priority_why[0], ["Call-back missed, days: 3", 20])
        rule.active = False
        self.assertEqual(points(3), 0)

    def test_credit_used(self):
        self._only(("credit", "step", 100, 0, 15))
        self.company.account_use_credit_limit = True
        self.debtor.with_company(self.company).credit_limit = 2000
        self._invoice(1500, 5)
        account = self._account()
        self.assertEqual((account.credit_used, account.priority), (75, 0))
        self._invoice(900, -5)
        self.assertEqual((self._account().credit_used, account.priority), (120, 15))
        self.company.account_use_credit_limit = False
        self.Account._refresh()
        self.assertEqual((account.credit_used, account.priority), (0, 0))

    def test_rule_of_another_company(self):
        rule = self._only(("amount", "step", 1, 0, 50))
        self._invoice(100, 5)
        self.assertEqual(self._account().priority, 50)
        rule.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.Account._refresh()
        self.assertEqual(self._account().priority, 0)

    def test_any_rules_by_hand(self):
        """Rules and debtors drawn by lot: SQL gives what the definition says, worked out plainly."""
        dice = random.Random(20261117)
        kinds = ("amount", "age", "disputed", "contact", "unanswered")
        drawn = []
        for _number in range(40):
            low = dice.choice((0, 1, 10, 25, 33.5, 100, 900))
            scale = dice.choice(("step", "linear"))
            high = low + dice.choice((1, 7.5, 60, 1000))
            if scale == "step" and dice.random() < 0.3:
                high = 0
            drawn.append((dice.choice(kinds), scale, low, high, dice.randint(-30, 40)))
        self._only(*drawn)
        for number in range(12):
            debtor = self._debtor(f"Drawn {number}")
            move = self._invoice(
                dice.choice((5, 100, 900, 2500.25)), dice.randint(1, 130), partner=debtor
            )
            account = self._account(debtor)
            if number % 3 == 0:
                self._hold(move, dice.choice((1, 4)))
            account.sudo().write(
                {
                    "unanswered_attempts": dice.randint(0, 12),
                    "last_contact_date": number % 2 and self.today - timedelta(days=number * 5),
                }
            )
            account = self._account(debtor)
            self.Account._refresh(debtor.ids)
            account.invalidate_recordset()
            given = [self._plain(rule, account) for rule in drawn]
            with self.subTest(number=number):
                self.assertEqual(account.priority, sum(given))
                self.assertEqual(
                    sorted(self._points(account)), sorted(points for points in given if points)
                )

    def _plain(self, rule, account):
        """Points of a rule as its definition reads."""
        kind, scale, low, high, points = rule
        last = account.last_contact_date
        value = {
            "amount": account.net_collectable,
            "age": account.days_overdue,
            "disputed": 100 * account.disputed / account.total_overdue,
            "contact": (self.today - last).days if last else account.days_overdue,
            "unanswered": account.unanswered_attempts,
        }[kind]
        if value < low:
            return 0
        if scale == "linear":
            return int(points * min(1, (value - low) / (high - low)))
        return 0 if high and value >= high else points

    def test_both_ways_agree(self):
        """The refresh of all and the update of a few give every debtor the same."""
        for number, days in enumerate((1, 35, 70, 130), 1):
            debtor = self._debtor(f"Debtor {number}")
            self._invoice(3000 * number, days, partner=debtor)
        self.Account._refresh()
        accounts = self.Account.search([("company_id", "=", self.company.id)])
        names = ["credit_used", "priority", "priority_reason", "worklist_group"]
        before = accounts.read(names)
        self.env.cr.execute("UPDATE ar_collection SET priority = -7, worklist_group = NULL")
        accounts.invalidate_recordset()
        accounts._update_priority()
        self.assertEqual(accounts.read(names), before)
        self.assertGreater(len(set(accounts.mapped("priority"))), 3)

    def test_a_changed_rule_asks_for_a_refresh(self):
        cron = self.env.ref("ar_collections.ir_cron_ar_collection_refresh_full")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.delivered[0].points += 1
        found = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual(found, triggers + 1)
        self.delivered[0].name = "Another word"
        found = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual(found, triggers + 1)

    def test_deleted_rule_is_still_told(self):
        rule = self._only(("amount", "step", 1, 0, 50))
        self._invoice(100, 5)
        account = self._account()
        rule.unlink()
        self.assertEqual(account.priority_why, [["A rule deleted since", 50]])

    def test_bad_bounds(self):
        for low, high in ((100, 100), (100, 50)):
            with self.assertRaisesRegex(ValidationError, "must be above the lower"):
                self.Rule.create(
                    {"name": "x", "kind": "amount", "value_from": low, "value_to": high}
                )

    def test_roles(self):
        collector = self.env["res.users"].create(
            {
                "name": "Collector",
                "login": "rule.collector",
                "group_ids": [(6, 0, self.env.ref("ar_collections.group_ar_collection_user").ids)],
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
            }
        )
        self._invoice(12000, 60)
        account = self._account().with_user(collector)
        self.assertTrue(account.priority_why)
        with self.assertRaises(AccessError):
            self.delivered.with_user(collector)[0].points = 99
        for name in ("priority", "priority_reason", "worklist_group", "credit_used"):
            with self.assertRaises(AccessError):
                account.write({name: False})
