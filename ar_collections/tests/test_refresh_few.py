from unittest.mock import patch

from odoo.tests import tagged

from ..models import ar_collection_refresh_few, repeated
from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestRefreshFew(LedgerCommon):
    """The refresh of a few debtors: its statements are planned once in a connection."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._invoice(1000, 10)

    def _prepared(self):
        """Names of the statements that are planned in this connection."""
        self.env.cr.execute("SELECT name FROM pg_prepared_statements ORDER BY name")
        return [name for [name] in self.env.cr.fetchall()]

    def test_statements_are_planned_once(self):
        """For other debtors, amounts and times nothing is prepared anew."""
        self._account()
        others = [self._debtor(f"Customer {index}") for index in range(3)]
        for amount, partners in ((10, others), (20, others[:1]), (30, others[1:])):
            for partner in partners:
                self._invoice(amount, amount, partner=partner)
            before = self._prepared()
            self._refresh()
        self.assertTrue(before)
        self.assertEqual(self._prepared(), before)
        self.assertEqual([self._account(partner).total_due for partner in others], [30, 40, 40])

    def test_statements_lost_on_the_way_are_prepared_again(self):
        account = self._account()
        self.env.cr.execute("DEALLOCATE ALL")
        self._invoice(10, 10)
        self._refresh()
        self.assertEqual(account.total_due, 1010)
        before = len(self._prepared())
        with patch.object(repeated, "KEPT", 0):
            self._invoice(10, 10)
            self._refresh()
        self.assertEqual(account.total_due, 1020)
        self.assertEqual(len(self._prepared()), before, "the old ones are gone")

    def test_many_debtors_are_refreshed_like_few(self):
        account = self._account()
        late, other = self._debtor("Late"), self._debtor("Other")
        with patch.object(ar_collection_refresh_few, "FEW", 1):
            self._invoice(10, 10)
            self._invoice(20, 10, partner=late)
            self._invoice(30, 10, partner=other)
            self._refresh()
        self.assertEqual(account.total_due, 1010)
        self.assertEqual(self._account(late).total_due, 20)
        self.assertEqual(self._account(late).policy_id, account.policy_id)
        self.assertEqual(self._account(other).total_due, 30)

    def test_stage_moves_beside_a_new_debtor(self):
        """The new one takes a second turn, which must not forget what the first has found."""
        account, late = self._account(), self._debtor("Late")
        self._invoice(20, 10, partner=late)
        self._reach(self.move, self.reminder, 1)
        self.Account._refresh([*self.debtor.ids, *late.ids])
        self.assertEqual(account.stage_id, self.env.ref("ar_collections.stage_reminder"))
        new = self._account(late)
        self.assertRecordValues(
            new, [{"total_due": 20.0, "fact_kind": "current", "policy_id": account.policy_id.id}]
        )
        self.assertEqual(new.stage_id, self.env.ref("ar_collections.stage_current"))
