from odoo.tests import HttpCase, tagged

from .common import ArCollectionsCommon, SmtpMixin


@tagged("post_install", "-at_install")
class TestTour(SmtpMixin, HttpCase, ArCollectionsCommon):
    """The main job in a browser, and the mail it ends in."""

    def _manager(self):
        return self.env["res.users"].create(
            {
                "name": "Petra",
                "login": "tour-manager",
                "password": "tour-manager",
                "email": "petra@company.example",
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
                "group_ids": [(4, self.env.ref("ar_collections.group_ar_collection_manager").id)],
            }
        )

    def test_from_the_worklist_to_the_sent_notice(self):
        self._manager()
        self._invoice(1000, 20)
        self._invoice(500, 10)
        self._account()
        self.start_tour("/odoo", "ar_collections_first_run", login="tour-manager")
        [notice] = self.Notice.search([("company_id", "=", self.company.id)])
        self.assertRecordValues(notice, [{"state": "queued", "amount": 1200.0}])
        self.env.ref("ar_collections.ir_cron_ar_collection_deliver").method_direct_trigger()
        self.assertEqual([mail["to"] for mail in self.sink.mails], [["alpha@debtor.example"]])
        self.start_tour("/odoo", "ar_collections_notice_sent", login="tour-manager")

    def test_configure_a_level_and_preview_it(self):
        self._manager()
        self._invoice(1000, 20)
        self._invoice(500, 10)
        self._account()
        self.start_tour("/odoo", "ar_collections_policy", login="tour-manager")
        self.policy.invalidate_recordset()
        self.assertEqual(self.policy.level_ids.mapped("delay"), [-3, 7, 21, 31, 45])
        self.assertEqual(self.policy.level_ids[3].name, "Third notice")
        self.env["mail.mail"].sudo().process_email_queue()
        tests = [mail for mail in self.sink.mails if mail["message"]["subject"].startswith("TEST")]
        self.assertEqual([mail["to"] for mail in tests], [["petra@company.example"]])
        self.assertFalse(self.Notice.search([("company_id", "=", self.company.id)]))

    def test_start_with_old_debt(self):
        self._manager()
        move = self._invoice(1000, 60)
        self._account()
        self.start_tour("/odoo", "ar_collections_catch_up", login="tour-manager")
        item = self._item(move)
        item.invalidate_recordset()
        self.assertEqual(item.ar_level_id, self.second)
        self.assertTrue(self.company.ar_catch_up_done)
        self.assertFalse(self.Notice.search([("company_id", "=", self.company.id)]))
