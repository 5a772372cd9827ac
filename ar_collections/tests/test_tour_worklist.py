from odoo.tests import HttpCase, tagged

from .common import ArCollectionsCommon


class WorklistTourCommon(HttpCase, ArCollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.env["res.users"].create(
            {
                "name": "Lena",
                "login": "tour-collector",
                "password": "tour-collector",
                "company_ids": [(6, 0, cls.company.ids)],
                "company_id": cls.company.id,
                "group_ids": [(4, cls.env.ref("ar_collections.group_ar_collection_user").id)],
            }
        )
        cls.debtor.phone = "+44 113 496 0142"
        for name, amount, days in (("Alpha", 9000, 40), ("Beta", 4000, 30), ("Gamma", 500, 20)):
            partner = cls.debtor if name == "Alpha" else cls._debtor(name)
            cls._invoice(amount, days, partner=partner)
        cls.Account._refresh()

    def _of(self, name):
        accounts = self.Account.search([("company_id", "=", self.company.id)])
        accounts.invalidate_recordset()
        return accounts.filtered(lambda account: account.display_name == name)


@tagged("post_install", "-at_install")
class TestTourWorklist(WorklistTourCommon):
    def test_a_day_by_keys(self):
        self.start_tour("/odoo/collections-worklist", "ar_worklist_day", login="tour-collector")
        beta = self._of("Beta")
        self.assertRecordValues(
            beta,
            [{"pinned": True, "snooze_reason": "Back on Monday", "worklist_group": "snoozed"}],
        )

    def test_an_inbound_call(self):
        self.start_tour("/odoo/collections-worklist", "ar_worklist_inbound", login="tour-collector")


@tagged("post_install", "-at_install")
class TestTourWorklistPhone(WorklistTourCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_on_a_phone(self):
        self.start_tour("/odoo/collections-worklist", "ar_worklist_phone", login="tour-collector")
        self.assertEqual(self._of("Gamma").worklist_group, "snoozed")
        self.assertRecordValues(
            self._of("Beta"), [{"snooze_reason": "Swiped away", "worklist_group": "snoozed"}]
        )


@tagged("post_install", "-at_install")
class TestTourDebtorPage(WorklistTourCommon):
    """The page of a debtor: aged bar, timeline, and the next debtor after a call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(111, 10)
        cls.young = cls._invoice(50, 2)
        cls.Account._refresh()

    def setUp(self):
        super().setUp()
        self._hold(self.young, 20)
        self.Account._refresh()

    def test_at_the_desk(self):
        self.start_tour("/odoo", "ar_debtor_page_desk", login="tour-collector")
        alpha = self._of("Alpha")
        self.assertEqual(len(alpha.call_ids), 1)
        self.assertTrue(alpha.call_ids.copy_ids, "sent while on the phone")
        self.assertFalse(self._of("Beta").call_ids)

    def test_on_a_phone(self):
        self.browser_size = "390x844"
        self.touch_enabled = True
        page = f"/odoo/debtors/{self._of('Alpha').id}"
        self.start_tour(page, "ar_debtor_page_phone", login="tour-collector")
