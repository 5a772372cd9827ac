from contextlib import ExitStack, contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import tagged

from ..models.account_move_line import AccountMoveLine
from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestRefreshRules(LedgerCommon):
    """What the refresh may touch, when stages move, and what it costs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._invoice(1000, 10)

    # === THE QUEUE === #
    def test_rollback_to_a_savepoint_loses_and_invents_nothing(self):
        self._account()
        others = [self._debtor(name) for name in ("Before", "Undone", "After")]
        self._invoice(10, 10, partner=others[0])
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._invoice(10, 10, partner=others[1])
            raise ZeroDivisionError
        self._invoice(10, 10, partner=others[2])
        queued = self._queued()
        self.assertIn(others[0].id, queued)
        self.assertIn(others[2].id, queued)
        self.assertNotIn(others[1].id, queued)
        self.assertFalse(self._account(others[1]))
        self.assertEqual(self._account(others[0]).total_due, 10)
        self.assertEqual(self._account(others[2]).total_due, 10)

    def test_posting_asks_once_for_a_refresh_in_the_next_minute(self):
        self._account()
        self.env["ir.cron.trigger"].search([]).unlink()
        self._invoice(10, 10)
        self._queued()
        self._invoice(20, 10)
        self._queued()
        trigger = self.env["ir.cron.trigger"].search([])
        cron = self.env.ref("ar_collections.ir_cron_ar_collection_refresh")
        self.assertEqual((len(trigger), trigger.cron_id), (1, cron))
        wait = trigger.call_at - fields.Datetime.now()
        self.assertTrue(timedelta(0) < wait <= timedelta(seconds=61), wait)

    def test_job_empties_the_queue(self):
        account = self._account()
        self._invoice(10, 10)
        self.assertTrue(self._queued())
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_refresh").method_direct_trigger()
        self.assertFalse(self._queued())
        self.assertEqual(account.total_due, 1010)

    def test_full_refresh_repairs_what_the_hooks_missed(self):
        account = self._account()
        self.env.cr.execute("UPDATE ar_collection SET total_due = 7, stage_id = NULL")
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_residual = 990, amount_residual_currency = 990"
            " WHERE id = %s",
            [self._item(self.move).id],
        )
        self.env.invalidate_all()
        self.assertFalse(self._queued())
        with self.enter_registry_test_mode():
            cron = self.env.ref("ar_collections.ir_cron_ar_collection_refresh_full")
            cron.method_direct_trigger()
        self.assertEqual(account.total_due, 990)

    def test_queue_knows_partners_that_are_gone(self):
        gone = self._debtor("Gone")
        self.env["ar.collection.queue"]._add(gone.ids)
        self._queued()
        gone.unlink()
        self._refresh()
        self.assertFalse(self._queued())

    # === WHOSE FIELDS === #
    def test_what_belongs_to_the_collector_is_never_touched(self):
        account = self._account()
        own = {
            "user_id": self.env.user.id,
            "next_action": "Ask for Ms Bell",
            "next_action_date": self.today + timedelta(days=3),
            "note": "Pays on Fridays",
        }
        account.write(own)
        self._invoice(500, 50)
        self._refresh()
        self._pay(self.move)
        self._refresh()
        self.Account._refresh()
        account.invalidate_recordset()
        self.assertRecordValues(account, [{**own, "total_due": 500.0}])

    def _versions(self):
        """Place of each row in its table: it changes with every write of the row."""
        self.env.flush_all()
        self.env.cr.execute("SELECT id, ctid::text FROM ar_collection")
        return dict(self.env.cr.fetchall())

    def test_rows_that_do_not_change_are_not_written(self):
        other = self._debtor("Beta")
        self._invoice(30, 10, partner=other)
        account, untouched = self._account(), self._account(other)
        self._hold(self.move, 100)
        self._refresh()
        before = self._versions()
        self.Account._refresh()
        self.assertEqual(self._versions(), before)
        self._invoice(1, 10)
        self._refresh()
        after = self._versions()
        self.assertNotEqual(after[account.id], before[account.id])
        self.assertEqual(after[untouched.id], before[untouched.id])

    # === STAGES === #
    def test_stage_moves_only_when_the_facts_change(self):
        account = self._account()
        chosen = self.env.ref("ar_collections.stage_active")
        account.stage_id = chosen
        self._invoice(10, 10)
        self.assertEqual(self._account().stage_id, chosen, "the kind is still current")
        self._reach(self.move, self.reminder, 1)
        account.action_refresh()
        self.assertEqual(account.stage_id, self.env.ref("ar_collections.stage_reminder"))
        account.stage_id = chosen
        self._reach(self.move, self.second, 0)
        account.action_refresh()
        self.assertEqual(account.stage_id, chosen, "reminded before, reminded now")

    def test_kind_that_follows_from_the_facts(self):
        account = self._account()
        self.assertEqual(account.fact_kind, "current")
        self._reach(self.move, self.courtesy, 1)
        account.action_refresh()
        self.assertEqual(account.fact_kind, "current", "a courtesy reminder is no reminder")
        self._reach(self.move, self.reminder, 1)
        account.action_refresh()
        self.assertEqual(account.fact_kind, "reminder")
        self._hold(self.move, 600, "promised")
        self.assertEqual(self._account().fact_kind, "reminder", "400 can be collected")
        self._hold(self.move, 300, "disputed")
        self.assertEqual(self._account().fact_kind, "reminder", "100 can be collected")
        self._hold(self.move, 100, "planned")
        self.assertEqual(self._account().fact_kind, "promise", "600 of 1,000")
        self._pay(self.move, 450)
        self.assertEqual(self._account().fact_kind, "dispute", "150 promised, 300 disputed")
        self._pay(self.move)
        self.assertEqual(self._account().fact_kind, "closed")

    def test_held_for_other_reasons_moves_no_stage(self):
        self._hold(self.move, 0, "exclusion")
        self.assertEqual(self._account().fact_kind, "current")

    def test_lawyer_and_agency_win_always(self):
        account = self._account()
        for kind in ("legal", "agency", "escalated"):
            account.sudo().fact_kind = kind
            self._reach(self.move, self.reminder, 1)
            account.action_refresh()
            self.assertEqual(account.fact_kind, kind)

    def test_time_in_stage_is_told(self):
        account = self._account()
        before = account.date_last_stage_update
        self._reach(self.move, self.reminder, 1)
        account.sudo().date_last_stage_update = before - timedelta(days=50)
        account.action_refresh()
        self.assertGreater(account.date_last_stage_update, before - timedelta(days=1))
        account.sudo().date_last_stage_update = before - timedelta(days=50)
        self.assertTrue(account.is_rotting, "45 days in Reminder are too long")

    # === WHAT FOLLOWS === #
    def _followed(self):
        """The steps that the next refresh of the debtor takes."""
        taken = []
        with ExitStack() as patches:
            for name in self.Account._refresh_steps():
                patches.enter_context(
                    patch.object(type(self.Account), name, lambda _, name=name: taken.append(name))
                )
            self.Account._refresh(self.debtor.ids, paid_ids=())
        return taken

    def test_only_what_waits_is_looked_at(self):
        account = self._account()
        self.assertEqual(self._followed(), [])
        account.withheld_rate = 5
        account.policy_id.thank = True
        self.env["ar.collection.released"].sudo().create(
            {
                "claim_number": self._item(self.move).id,
                "credit_number": 0,
                "amount": 10,
                "date": self.today,
            }
        )
        self.assertEqual(
            self._followed(), ["_follow_released", "_follow_thanks", "_follow_withheld"]
        )

    def test_reversed_payment_is_looked_at(self):
        """One of the debtor's own, reversed lately, of which no return was noted."""
        self._account()
        payment = self._pay(self.move, 100)
        self._refresh()
        self.assertNotIn("_follow_reversals", self._followed())
        reversal = payment.move_id._reverse_moves([{"date": self.today}])
        self.assertNotIn("_follow_reversals", self._followed(), "a draft reverses nothing")
        reversal.action_post()
        self.assertIn("_follow_reversals", self._followed())
        self.env.cr.execute(
            "UPDATE account_move SET create_date = create_date - interval '6 days' WHERE id = %s",
            [reversal.id],
        )
        self.assertNotIn("_follow_reversals", self._followed(), "long ago")

    def test_companies_are_remembered_and_forgotten(self):
        companies = self.env["res.company"]
        known = companies._ar_every_root()
        late = companies.create({"name": "Founded late"})
        self.assertEqual(companies._ar_every_root() - known, late)
        late.active = False
        self.assertEqual(companies._ar_every_root(), known)

    # === COST === #
    @contextmanager
    def _without_hooks(self):
        with patch.object(AccountMoveLine, "_ar_remember", lambda self: None):
            yield

    def _cost_of_posting(self, lines):
        """Queries of posting an invoice of so many lines, commit included."""
        product = {"quantity": 1, "price_unit": 10, "tax_ids": [Command.clear()]}
        draft = self._invoice(
            0,
            10,
            post=False,
            invoice_line_ids=[
                Command.create({"name": f"Line {index}", **product}) for index in range(lines)
            ],
        )
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        draft.action_post()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def test_posting_costs_the_same_however_many_lines(self):
        self._account()
        self._cost_of_posting(2)  # warm
        extra = []
        for lines in (2, 20):
            with self._without_hooks():
                bare = self._cost_of_posting(lines)
            extra.append(self._cost_of_posting(lines) - bare)
        self.assertEqual(extra[0], extra[1])
        self.assertLessEqual(extra[0], 3, "the queue, and whether a refresh is asked for")

    def test_refresh_costs_the_same_however_many_debtors(self):
        self._account()
        debtors = [self._debtor(f"Customer {index}") for index in range(4)]
        moves = [self._invoice(100, 10, partner=debtor) for debtor in debtors]
        self._refresh()
        ids = [debtor.id for debtor in debtors]
        self._pay(moves[0], 1)
        self.Account._refresh(ids)  # warm
        with self.assertQueryCount(15):
            self.env.invalidate_all()
            self.Account._refresh(ids, paid_ids=())

        def cost(count, amount):
            for move in moves[:count]:
                self._pay(move, amount)
            self.env.flush_all()
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Account._refresh(ids[:count])
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost(1, 1)  # warm
        one, many = cost(1, 2), cost(4, 4)
        self.assertEqual(one, many)
