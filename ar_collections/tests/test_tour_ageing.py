from odoo.tests import HttpCase, new_test_user, tagged

from .ageing import AgeingCommon


class AgeingTourCommon(HttpCase, AgeingCommon):
    """Two debtors of nobody, an entry of nobody, a credit."""

    def setUp(self):
        super().setUp()
        new_test_user(
            self.env,
            "ageing",
            "base.group_user,ar_collections.group_ar_collection_manager",
            password="ageing",
            company_ids=self.company.ids,
            company_id=self.company.id,
        )
        self._invoice(1000, 5)
        self._invoice(250.5, 45)
        self._invoice(70, 20, partner=self._debtor("Beta"))
        self._credit_note(20, days=1, partner=self._debtor("Gamma"))
        self._entry(40, 8)
        self._refresh()


@tagged("post_install", "-at_install")
class TestTourAgeing(AgeingTourCommon):
    """The ageing report in a browser."""

    def test_month_end(self):
        self.start_tour("/odoo", "ar_ageing_month_end", login="ageing")

    def test_difference(self):
        self._entry(60, -7, self.debtor)
        self.start_tour("/odoo", "ar_ageing_difference", login="ageing")


@tagged("post_install", "-at_install")
class TestTourAgeingPhone(AgeingTourCommon):
    """The same on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_phone(self):
        self.start_tour("/odoo", "ar_ageing_phone", login="ageing")
