from datetime import timedelta

from odoo import Command

from .ledger import LedgerCommon


class PromiseCommon(LedgerCommon):
    """Promises of debtors, given today or some days ago; the policy gives no grace and wants
    all of it, unless a test says otherwise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Promise = cls.env["ar.collection.promise"]
        cls.policy.write({"promise_grace_days": 0, "promise_threshold": 100})

    def _promise(self, amount, days, moves=None, ago=0, partner=None, **vals):
        """A promise of ``amount`` for in ``days``, given ``ago`` days before today.

        :param moves: its items, whole; None: the proposed ones.
        """
        account = vals.pop("account", None) or self._account(partner)
        if moves:
            vals["line_ids"] = [
                Command.create({"line_id": item.id, "amount": item.amount_residual_currency})
                for item in self._item(moves)
            ]
        promise = self.Promise.sudo(bool(ago) or days < 0).create(
            {
                "collection_id": account.id,
                "amount": amount,
                "date": self.today + timedelta(days=days),
                "given_on": self.today - timedelta(days=ago),
                **vals,
            }
        )
        return promise.sudo(False)

    def _judge(self, days=0):
        """Judge on today or a later day."""
        self.env.flush_all()
        self.Promise._judge(self.today + timedelta(days=days))

    def _check_states(self, expected):
        """``expected``: list of (promise, state)."""
        self.assertEqual(
            [promise.state for promise, _state in expected], [state for _promise, state in expected]
        )
