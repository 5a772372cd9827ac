from contextlib import contextmanager
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command

from .ledger import LedgerCommon


class PlanCommon(LedgerCommon):
    """Plans of debtors; the policy gives three days of grace and defaults with the first missed
    instalment, unless a test says otherwise. Nobody is written to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "ar_collections_plan_silent": True})
        cls.Plan = cls.env["ar.collection.plan"]
        cls.policy.write(
            {
                "plan_grace_days": 3,
                "plan_missed_limit": 1,
                "plan_tolerance": 0,
                "plan_reminder_id": False,
                "plan_missed_id": False,
            }
        )
        cls.policy.plan_limit_ids.unlink()

    def _plan(self, moves, days=10, partner=None, **vals):
        """A draft over what is open of ``moves``; the first instalment is due in ``days``, days
        are not shifted."""
        account = vals.pop("account", None) or self._account(partner)
        vals.setdefault("shift", "none")
        amounts = vals.pop("amounts", {})
        return self.Plan.create(
            {
                "collection_id": account.id,
                "first_date": self.today + timedelta(days=days),
                "item_ids": [
                    Command.create(
                        {
                            "line_id": item.id,
                            "amount": amounts.get(item.move_id, item.amount_residual_currency),
                        }
                    )
                    for item in self._item(moves)
                ],
                **vals,
            }
        )

    def _active(self, moves, **vals):
        """A plan that was offered and accepted today."""
        plan = self._plan(moves, **vals)
        plan.action_offer()
        plan.action_accept("phone")
        return plan

    @contextmanager
    def _on(self, days):
        """Some days later, after the job of the night."""
        with freeze_time(self.today + timedelta(days=days)):
            self._judge()
            yield

    def _judge(self):
        self.env.flush_all()
        self.Plan._judge()

    def _check_lines(self, plan, *expected):
        """``expected``: (state, paid) or (state, paid, credited) of each instalment."""
        width = max(map(len, expected))
        found = [
            (line.state, line.paid, line.reduced)[:width] for line in plan.line_ids.sorted("date")
        ]
        self.assertEqual(found, [tuple(row) for row in expected])

    def _held(self, move, kind="planned"):
        """What of an item is held, by plans unless said otherwise."""
        item = self._item(move)
        return self.Hold._held_of_lines(item).get(item.id, {}).get(kind, 0)
