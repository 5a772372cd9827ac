from odoo.tests import HttpCase, tagged

from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestTourStatement(HttpCase, LedgerCommon):
    """A statement sent from the page of a debtor, and a run for all, in a browser."""

    def test_statement_sent_and_run_started(self):
        manager = self._user("tour-statements", "manager")
        manager.password = "tour-statements"
        self._invoice(1000, 10)
        account = self._account()
        account.user_id = manager
        self.env.flush_all()
        self.start_tour(
            "/odoo",
            "ar_statements_sent",
            login="tour-statements",
        )
        self.env.invalidate_all()
        self.assertEqual(account.statement_count, 2)
