from contextlib import contextmanager
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestPolicy(LedgerCommon):
    """Delivered policies, nonsense refused, history kept."""

    def _policy(self, name="Other", days=(5, 15), **vals):
        return self.env["ar.collection.policy"].create(
            {
                "name": name,
                "company_id": self.company.id,
                "sequence": 50,
                "domain": "[('city', '=', 'Ghent')]",
                "level_ids": [Command.create(self._level(f"Day {day}", day)) for day in days],
                **vals,
            }
        )

    def _level(self, name, delay, **vals):
        return {
            "name": name,
            "delay": delay,
            "letter_text": "Please pay.",
            "mail_template_id": self.reminder.mail_template_id.id,
            **vals,
        }

    # === DELIVERED === #
    def test_delivered_ladder(self):
        self.assertRecordValues(
            self.policy.level_ids,
            [
                {"name": "Courtesy reminder", "delay": -3, "formal": False, "sequence": 1},
                {"name": "Reminder", "delay": 7, "formal": False, "sequence": 2},
                {"name": "Second notice", "delay": 21, "formal": False, "sequence": 3},
                {"name": "Final demand", "delay": 45, "formal": True, "sequence": 4},
            ],
        )
        self.assertFalse(self.policy._problems()[1:], "nobody may fit yet, but nothing else")
        first = self.env["ar.collection.policy"].search([("company_id", "=", self.company.id)])[0]
        self.assertRecordValues(first, [{"name": "Not dunned", "dunned": False}])

    def test_in_words(self):
        self.assertEqual(
            self.policy.sentence,
            "Courtesy reminder 3 days before the due date by e-mail; Reminder 7 days after the due "
            "date by e-mail; Second notice 21 days after the due date by e-mail; Final demand 45 "
            "days after the due date by e-mail, formal. At least 7 days lie between two notices. "
            f"Less than {self.company.currency_id.format(10)} is left alone.",
        )
        self.second.write({"call_task": True, "call_task_days": 4, "automatic": False})
        self.assertIn(
            "by e-mail, once approved, with a call 4 days later; Final", self.policy.sentence
        )

    # === THE POLICY OF A DEBTOR === #
    def test_first_that_fits_unless_chosen_by_hand(self):
        self.debtor.city = "Ghent"
        self._invoice(100, 10)
        account = self._account()
        self.assertEqual(account.policy_id, self.policy)
        ghent = self._policy()
        self.assertEqual(account.policy_id, ghent, "it comes before Standard")
        hand = self._policy("By hand", by_hand=True, sequence=1)
        self.assertEqual(account.policy_id, ghent, "chosen by hand: fits nobody by itself")
        self.debtor.with_company(self.company).ar_policy_id = hand
        self.assertEqual(account.policy_id, hand)
        self.assertEqual(self.debtor.ar_policy_id, hand)
        self._refresh()
        self.assertEqual(account.policy_id, hand, "the refresh keeps the choice")
        self.debtor.ar_policy_id = False
        self.assertEqual(account.policy_id, ghent)

    # === NONSENSE === #
    @contextmanager
    def _refused(self, text):
        with self.assertRaisesRegex(ValidationError, text), self.env.cr.savepoint():
            yield

    def test_two_levels_on_one_day(self):
        twin = self._level("Twin", 21)
        with self._refused("Twin and Second notice both stand on day 21. Give each level its own"):
            self.env["ar.collection.level"].create({**twin, "policy_id": self.policy.id})
        with self._refused("Twin and Second notice both stand on day 21"):
            self.policy.level_ids = [Command.create(twin)]
        with self._refused("B and A both stand on day 9"):
            self.policy.level_ids = [Command.create(self._level(name, 9)) for name in "AB"]
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.second.delay = 7
            self.env.flush_all()

    def test_days_that_fall(self):
        with self._refused("Second notice comes after Reminder, but stands on day 5"):
            self.second.delay = 5
        with self._refused("Give it a day after 7"):
            self.policy.level_ids = [Command.update(self.second.id, {"delay": 5})]

    def test_several_days_moved_at_once_are_checked_at_the_end(self):
        self.policy.level_ids = [
            Command.update(self.reminder.id, {"delay": 25}),
            Command.update(self.second.id, {"delay": 36}),
            Command.update(self.final.id, {"delay": 60}),
        ]
        self.assertEqual(self.policy.level_ids.mapped("delay"), [-3, 25, 36, 60])

    def test_no_client_can_put_the_check_off(self):
        with self._refused("before day 7"):
            self.second.with_context(ar_collections_check="LATER").delay = 5

    def test_a_wait_longer_than_the_days_between(self):
        with self._refused("could never leave before day 37.*at most 14 days"):
            self.second.min_days = 30
        self.second.min_days = 14

    def test_a_formal_level_needs_one_before_it(self):
        with self._refused("Reminder is formal"):
            self.reminder.formal = True

    def test_channel_without_text(self):
        with self._refused("Reminder goes by e-mail but has no e-mail text"):
            self.reminder.mail_template_id = False
        with self._refused("Reminder goes by e-mail but has no e-mail text"):
            self.reminder.write(
                {
                    "send_email": False,
                    "send_letter": True,
                    "fallback_channel": "email",
                    "mail_template_id": False,
                }
            )
        with self._refused("Reminder has no text"):
            self.reminder.letter_text = False
        with self._refused("Reminder .*no channel"):
            self.reminder.write(
                {name: False for name in self.reminder._fields if name.startswith("send_")}
            )

    def test_unknown_placeholder(self):
        with self._refused(r"Text before the items of Reminder, %\(dead line\)s means nothing"):
            self.reminder.letter_text = "Please pay by %(dead line)s."
        self.reminder.letter_text = "Pay 100 % by %(deadline)s; we wrote on %(notices)s."

    def test_template_with_a_syntax_error(self):
        template = self.reminder.mail_template_id.copy()
        # past core's own check, as a template that was stored before there was a notice
        self.env.cr.execute(
            "UPDATE mail_template SET body_html = jsonb_build_object('en_US', %s) WHERE id = %s",
            ['<p><t t-out="object.(" /></p>', template.id],
        )
        template.invalidate_recordset()
        with self._refused("cannot be read"):
            self.reminder.mail_template_id = template
        self.env.cr.execute(
            'UPDATE mail_template SET body_html = \'{"en_US": "<p/>"}\','
            " subject = jsonb_build_object('en_US', '{{ object. }}') WHERE id = %s",
            [template.id],
        )
        template.invalidate_recordset()
        with self._refused("subject, object"):
            self.reminder.mail_template_id = template

    def test_policy_without_levels(self):
        with self._refused("Policy Empty sends notices but has no level"):
            self._policy("Empty", days=())
        policy = self._policy(days=(5,))
        with self._refused("has no level. Add a level"):
            policy.level_ids.unlink()
        with self._refused("has no level. Add a level"):
            policy.level_ids.active = False
        policy.dunned = False
        policy.level_ids.unlink()

    def test_negative_days(self):
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "days_positive"):
            self.reminder.min_days = -1
            self.env.flush_all()

    # === A POLICY THAT CAN NEVER MATCH === #
    def test_behind_a_policy_for_all(self):
        with self._refused("No debtor can ever get policy Other: Standard comes before it"):
            self._policy(sequence=200)
        policy = self._policy()
        with self._refused("Standard comes before it"):
            policy.sequence = 101
        with self._refused("Standard comes before it"):
            self.policy.web_resequence({}, offset=0) and (self.policy + policy).web_resequence(
                {}, offset=0
            )

    def test_reordering_is_judged_at_the_end(self):
        first, second = self._policy("A"), self._policy("B", domain="[('city', '=', 'Genk')]")
        (second + first + self.policy).web_resequence({}, offset=10)
        self.assertEqual((second.sequence, first.sequence, self.policy.sequence), (10, 11, 12))

    def test_behind_one_that_takes_all_of_its_debtors(self):
        self._policy("A", domain="[('city', 'in', ['Ghent', 'Genk'])]")
        with self._refused("No debtor can ever get policy B: A comes before it"):
            self._policy("B", domain="[('city', '=', 'Genk')]")
        self._policy("B", domain="[('city', 'in', ['Genk', 'Hasselt'])]")

    def test_conditions_that_exclude_each_other(self):
        with self._refused("No debtor can ever meet the conditions of policy Other"):
            self._policy(domain="[('city', '=', 'Ghent'), ('city', '=', 'Genk')]")

    def test_conditions_met_by_nobody_now_are_only_a_warning(self):
        policy = self._policy()
        self.assertEqual(policy._problems(), ["Policy Other fits no debtor at present."])
        action = policy.action_check()
        self.assertEqual(action["params"]["type"], "warning")

    def test_a_copy_changes_nothing_by_itself(self):
        self._invoice(100, 10)
        account = self._account()
        copy = self.policy.copy()
        self.assertFalse(copy.active, "or it could never match")
        self.assertEqual(account.policy_id, self.policy)
        self.assertEqual(copy.level_ids.mapped("delay"), [-3, 7, 21, 45])

    def test_other_companies_do_not_matter(self):
        company = self._other_company("Elsewhere")
        policies = self.env["ar.collection.policy"].search([("company_id", "=", company.id)])
        self.assertEqual(policies.mapped("dunned"), [False, True])
        self.assertFalse(policies[1].by_hand)

    # === THE PLACE OF A LEVEL === #
    def test_a_new_level_takes_the_place_of_its_day(self):
        self.policy.level_ids = [Command.create(self._level("Between", 30))]
        self.assertEqual(
            self.policy.level_ids.mapped("name"),
            ["Courtesy reminder", "Reminder", "Second notice", "Between", "Final demand"],
        )

    # === HISTORY === #
    def test_a_level_in_use_is_archived_not_deleted(self):
        move = self._invoice(100, 25)
        self._reach(move, self.second, 12)
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "Second notice.*Archive it instead"):
            self.second.unlink()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.policy.unlink()
        self.second.action_remove()
        self.assertFalse(self.second.active)
        self.assertEqual(self._item(move).ar_level_id, self.second)
        self.assertEqual(self.policy.archived_level_count, 1)
        action = self.policy.action_open_archived_levels()
        self.assertEqual(self.env["ar.collection.level"].search(action["domain"]), self.second)
        self.assertEqual(self.policy.level_ids.mapped("delay"), [-3, 7, 45])
        decision = self._decisions()[self.debtor]
        self.assertEqual(decision.reason, "level_not_reached", "not reminded at day 7 again")
        later = self._decisions(today=self.today + timedelta(days=20))[self.debtor]
        self.assertEqual(later.level.id, self.final.id, "it goes on where the old level stood")

    def test_an_unused_level_is_deleted(self):
        self.second.action_remove()
        self.assertFalse(self.second.exists())

    def test_what_was_sent_is_never_rewritten(self):
        self._invoice(1000, 10)
        notice = self._run().notice_ids
        self.assertTrue(notice._claim())
        before = notice._prepare_content()
        kept = notice.read()[0]
        self.assertEqual(notice.level_tone, "info")
        self.reminder.write(
            {
                "name": "Renamed",
                "delay": 8,
                "formal": False,
                "deadline_days": 99,
                "letter_title": "New title",
                "letter_text": "New text",
                "letter_closing": "New closing",
            }
        )
        self.policy.level_ids = [Command.create(self._level("First", 1))]
        self.assertEqual(self.reminder.tone, "warning", "no longer the first")
        self.env.flush_all()
        notice.invalidate_recordset()
        self.assertEqual(notice.read()[0], {**kept, "level_id": (self.reminder.id, "Renamed")})
        after = notice._prepare_content()
        for name in ("subject", "text", "closing", "currencies", "date"):
            self.assertEqual(after[name], before[name], name)
        self.assertEqual(before["currencies"][0]["items"][0]["level"], "Reminder")
        self.assertRecordValues(
            notice,
            [{"level_name": "Reminder", "level_delay": 7, "level_tone": "info", "formal": False}],
        )
        self.reminder.action_remove()
        self.assertFalse(self.reminder.active)
        self.assertEqual(notice.level_id, self.reminder)

    # === NOT DUNNED === #
    def test_companies_employees_and_walk_in_customers_are_not_dunned(self):
        branch = self._branch()
        employee = self._debtor("Employee", is_company=False, employee=True)
        walk_in = self._debtor("Consumidor final", email="walk@in.example")
        self.env["ir.model.data"].create(
            {
                "module": "l10n_ec",
                "name": "ec_final_consumer",
                "model": "res.partner",
                "res_id": walk_in.id,
            }
        )
        for partner in (branch.partner_id, employee, walk_in, self.debtor):
            self._invoice(100, 10, partner=partner)
        decisions = self._decisions()
        reasons = {partner: decision.reason for partner, decision in decisions.items()}
        self.assertEqual(
            reasons,
            {
                branch.partner_id: "not_dunned",
                employee: "not_dunned",
                walk_in: "not_dunned",
                self.debtor: None,
            },
        )
        self.assertTrue(walk_in.ar_walk_in)
        self.assertFalse(self.debtor.ar_walk_in)
        self.assertNotIn(walk_in, self.env["res.partner"].search([("ar_walk_in", "=", False)]))
