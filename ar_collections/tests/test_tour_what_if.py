from datetime import timedelta

from odoo.tests import HttpCase, new_test_user, tagged

from .common import ArCollectionsCommon


@tagged("post_install", "-at_install")
class TestTourWhatIf(HttpCase, ArCollectionsCommon):
    """Compare and replay policies in a browser."""

    def test_compare_and_replay(self):
        new_test_user(
            self.env,
            "what-if",
            "base.group_user,ar_collections.group_ar_collection_all",
            password="what-if",
            company_ids=self.company.ids,
            company_id=self.company.id,
        )
        other = self.policy.copy({"name": "Other", "sequence": 0, "active": False})
        other.level_ids.filtered(lambda level: level.delay == 7).delay = 2
        posted = self.today - timedelta(days=20)
        self._invoice(1000, 3, invoice_date=posted)  # A: not reached; B: day 2
        beta = self._debtor("Beta", email="beta@debtor.example")
        self._invoice(500, 10, partner=beta, invoice_date=posted)  # both: reminder
        self._account()
        self.start_tour("/odoo", "ar_collections_what_if", login="what-if")
        self.assertFalse(self.Notice.search([("company_id", "=", self.company.id)]))
