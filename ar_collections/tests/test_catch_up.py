from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestCatchUp(LedgerCommon):
    """Old debt starts where the accountant says; what other programs sent counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = cls._invoice(1000, 100)
        cls.middle = cls._invoice(200, 40)
        cls.young = cls._invoice(50, 10)

    def setUp(self):
        super().setUp()
        self._account()

    def _wizard(self, level=None, **vals):
        wizard = self.env["ar.collection.policy.catch.up"].create(vals)
        wizard.line_ids.filtered(lambda line: line.policy_id == self.policy).level_id = level
        return wizard

    def _standing(self):
        self.env.flush_all()
        return {
            move: (self._item(move).ar_level_id, self._item(move).ar_level_date)
            for move in (self.old, self.middle, self.young)
        }

    def _sizes(self, summary):
        return [(row["name"], row["count"], row["claim"]) for row in summary["levels"]]

    # === THE CHOICE === #
    def test_old_debt_stands_at_most_where_it_was_said(self):
        wizard = self._wizard(self.final)
        wizard.action_apply()
        self.assertEqual(
            self._standing(),
            {
                self.old: (self.final, self.today),
                self.middle: (self.second, self.today),
                self.young: (self.env["ar.collection.level"], False),
            },
            "100 days: final demand; 40 days: second notice; 10 days: not old",
        )
        self.assertEqual(self.policy.catch_up_level_id, self.final)
        self.assertTrue(self.company.ar_catch_up_done)

    def test_the_choice_is_a_cap(self):
        self._wizard(self.reminder, noticed_on=self.today - timedelta(days=10)).action_apply()
        day = self.today - timedelta(days=10)
        standing = self._standing()
        self.assertEqual(standing[self.old], (self.reminder, day))
        self.assertEqual(standing[self.middle], (self.reminder, day))
        decision = self._decisions()[self.debtor]
        self.assertEqual(decision.level.id, self.second.id, "nobody gets the reminder twice")

    def test_nothing_chosen_places_nothing(self):
        self._wizard().action_apply()
        self.assertEqual(
            {level for level, _date in self._standing().values()}, {self.Account.level_id}
        )

    def test_what_has_a_level_of_ours_keeps_it(self):
        self._reach(self.old, self.reminder, 5)
        self.env.flush_all()
        self._wizard(self.final).action_apply()
        self.assertEqual(
            self._standing()[self.old], (self.reminder, self.today - timedelta(days=5))
        )

    def test_no_future_notice(self):
        with self.assertRaisesRegex(UserError, "in the future"):
            self._wizard(self.reminder, noticed_on=self.today + timedelta(days=1)).action_apply()

    # === THE SIZE === #
    def test_the_size_is_shown_before_anything_changes(self):
        other = self._debtor("Beta", email="beta@debtor.example")
        self._invoice(300, 60, partner=other)
        self._account(other)
        before = self._standing()
        wizard = self._wizard(self.second)
        action = wizard.action_compare()
        self.assertEqual((action["res_model"], action["res_id"]), (wizard._name, wizard.id))
        self.assertEqual(self._sizes(wizard.before), [("Reminder", 2, 1550.0)])
        self.assertEqual(
            self._sizes(wizard.after),
            [("Reminder", 1, 1250.0)],
            "Beta waits for the final demand; Alpha's young item reaches the reminder tonight",
        )
        self.assertEqual(wizard.placed_count, 3)
        self.assertEqual(self._standing(), before)
        self.assertFalse(self.company.ar_catch_up_done)
        self.assertFalse(self.Notice.search([("company_id", "=", self.company.id)]))

    def test_tonight_asks_for_it_until_it_is_settled(self):
        self.assertTrue(self.Run.tonight()["catch_up"])
        self.company.ar_first_run_seen = True
        settings = self.env["res.config.settings"]
        with self.assertRaisesRegex(UserError, "where old debt starts"):
            settings.create({"ar_automatic": True})
        self.assertFalse(self.company.ar_automatic)
        self.assertEqual(
            self.Run.action_run_now()["res_model"],
            "ar.collection.policy.catch.up",
            "nothing leaves",
        )
        self.assertFalse(self.Notice.search([("company_id", "=", self.company.id)]))
        action = self._wizard().action_skip()
        self.assertEqual(action["res_model"], "ar.collection.decision", "the next step is to look")
        self.assertFalse(self.Run.tonight()["catch_up"])
        settings.create({"ar_automatic": True}).set_values()
        self.assertTrue(self.company.ar_automatic)

    def test_not_asked_where_nothing_is_old(self):
        self._pay(self.old + self.middle)
        self._account()
        self.assertFalse(self.Run.tonight()["catch_up"])

    def test_managers_only(self):
        user = self._user("catch-up-all", "all")
        with self.assertRaises(AccessError):
            self.env["ar.collection.policy.catch.up"].with_user(user).create({})

    def test_other_companies_are_left_alone(self):
        company = self._other_company("Elsewhere")
        account = self.env["account.account"].search(
            [("account_type", "=", "asset_receivable"), ("company_ids", "in", company.id)], limit=1
        )
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", company.id)], limit=1
        )
        theirs = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "date": self.today - timedelta(days=100),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.debtor.id,
                            "balance": balance,
                            "date_maturity": self.today - timedelta(days=days),
                            "no_followup": False,
                        }
                    )
                    for balance, days in ((70, 100), (-70, 0))
                ],
            }
        )
        theirs.action_post()
        self._refresh()
        self._wizard(self.final).action_apply()
        self.assertEqual(self._standing()[self.old][0], self.final)
        self.assertFalse(theirs.line_ids.ar_level_id)
        self.assertFalse(company.ar_catch_up_done)

    # === OTHER PROGRAMS === #
    def _sql(self, query, *args):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *args))

    def _oca(self, rows):
        """Tables of OCA credit control with sent and other lines: (move, level, state, date)."""
        self._sql(
            "CREATE TABLE credit_control_policy_level (id serial, policy_id int, level int, name text)"
        )
        self._sql(
            "INSERT INTO credit_control_policy_level (policy_id, level) VALUES (1,1),(1,2),(1,3)"
        )
        self._sql(
            "CREATE TABLE credit_control_line (move_line_id int, policy_level_id int, state text,"
            " date date)"
        )
        for move, level, state, day in rows:
            self._sql(
                "INSERT INTO credit_control_line VALUES (%s, %s, %s, %s)",
                self._item(move).id,
                level,
                state,
                day,
            )

    def test_levels_of_oca_credit_control(self):
        day = self.today - timedelta(days=20)
        self._oca(
            [
                (self.old, 1, "sent", day - timedelta(days=20)),
                (self.old, 2, "sent", day),
                (self.old, 3, "draft", self.today),
                (self.young, 1, "sent", day),
            ]
        )
        wizard = self._wizard(self.reminder)
        self.assertIn("OCA credit control: 2 open items have a level.", wizard.found)
        wizard.action_apply()
        self.assertEqual(
            self._standing(),
            {
                self.old: (self.second, day),
                self.middle: (self.reminder, self.today),
                self.young: (self.reminder, day),
            },
        )
        decision = self._decisions()[self.debtor]
        self.assertNotEqual(decision.level and decision.level.id, self.reminder.id)

    def test_levels_are_left_where_they_are_not_wanted(self):
        self._oca([(self.young, 1, "sent", self.today)])
        self._wizard(take_over=False).action_apply()
        self.assertFalse(self._standing()[self.young][0])

    def test_debtors_that_oca_sends_nothing(self):
        self._oca([])
        self._sql("CREATE TABLE credit_control_policy (id int, do_nothing bool)")
        self._sql("INSERT INTO credit_control_policy VALUES (7, TRUE), (8, FALSE)")
        self._sql("ALTER TABLE res_partner ADD credit_policy_id int")
        self._sql("UPDATE res_partner SET credit_policy_id = 7 WHERE id = %s", self.debtor.id)
        wizard = self._wizard()
        self.assertIn("1 debtors are sent nothing", wizard.found)
        wizard.action_apply()
        self.assertEqual(self._decisions()[self.debtor].reason, "not_dunned")

    def _enterprise(self):
        self._sql("CREATE TABLE account_followup_followup_line (id int, company_id int, delay int)")
        for line_id, delay in ((11, 15), (12, 30), (13, 60), (14, 90)):
            self._sql(
                "INSERT INTO account_followup_followup_line VALUES (%s, %s, %s)",
                line_id,
                self.company.id,
                delay,
            )
        self._sql(
            "ALTER TABLE account_move_line ADD followup_line_id int, ADD last_followup_date date"
        )

    def test_levels_of_enterprise(self):
        self._enterprise()
        day = self.today - timedelta(days=9)
        for move, line_id in ((self.old, 14), (self.middle, 12)):
            self._sql(
                "UPDATE account_move_line SET followup_line_id = %s, last_followup_date = %s"
                " WHERE id = %s",
                line_id,
                day,
                self._item(move).id,
            )
        wizard = self._wizard()
        self.assertIn("Enterprise follow-up: 2 open items have a level.", wizard.found)
        wizard.action_apply()
        self.assertEqual(
            self._standing(),
            {
                self.old: (self.final, day),
                self.middle: (self.second, day),
                self.young: (self.env["ar.collection.level"], False),
            },
            "their fourth level is our last, their second our second",
        )

    def test_levels_on_the_partner_and_a_date_to_wait_for(self):
        self._enterprise()
        until = self.today + timedelta(days=12)
        self._sql(
            "ALTER TABLE res_partner ADD followup_line_id int, ADD followup_next_action_date jsonb"
        )
        self._sql(
            "UPDATE res_partner SET followup_line_id = 12,"
            " followup_next_action_date = jsonb_build_object(%s::text, %s::text) WHERE id = %s",
            str(self.company.id),
            str(until),
            self.debtor.id,
        )
        wizard = self._wizard()
        self.assertIn("1 debtors are postponed", wizard.found)
        wizard.action_apply()
        standing = self._standing()
        self.assertEqual(standing[self.old][0], self.second)
        self.assertEqual(standing[self.middle][0], self.second)
        self.assertFalse(standing[self.young][0], "10 days: not old enough for 30")
        [hold] = self.Hold.search([("collection_id", "=", self._account().id)])
        self.assertRecordValues(hold, [{"scope": "debtor", "date_to": until}])
        self.assertEqual(self._decisions()[self.debtor].reason, "debtor_paused")

    def test_no_followup_stays_held(self):
        self._item(self.old).no_followup = True
        self._account()
        wizard = self._wizard()
        self.assertIn("1 open items are marked No follow-up", wizard.found)
        decision = self._decisions()[self.debtor]
        self.assertEqual(decision.amount, 250)
