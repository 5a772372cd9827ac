from odoo.tests import HttpCase, tagged

from .test_portfolio import PortfolioCommon


@tagged("post_install", "-at_install")
class TestTourTeam(HttpCase, PortfolioCommon):
    """Contact rules and portfolios in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._collector("boss", "manager")
        cls.boss.password = "portfolio_boss"

    def test_a_manager_allows_a_call(self):
        self.one.written_only = True
        self.start_tour(
            f"/odoo/action-ar_collections.ar_collection_action/{self.one.id}",
            "ar_rules_override",
            login="portfolio_boss",
        )
        self.assertTrue(self.one._contact_check()[self.one.id]["overridden"])
        entry = self.env["ar.collection.audit"].search([("collection_id", "=", self.one.id)])
        self.assertEqual(entry.reason, "Her director asked for this call")

    def test_a_manager_shares_out(self):
        self._portfolio()
        self.start_tour(
            "/odoo/action-ar_collections.ar_collection_portfolio_action",
            "ar_rules_share",
            login="portfolio_boss",
        )
        self.env.invalidate_all()
        self.assertEqual(self._users(), ["Ann", "Ben", "Ann", "Ben"])
