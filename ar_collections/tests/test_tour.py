from odoo.tests import HttpCase, tagged

from .common import ArCollectionsCommon, SmtpMixin


@tagged("post_install", "-at_install")
class TestTour(SmtpMixin, HttpCase, ArCollectionsCommon):
    """The main job in a browser, and the mail it ends in."""

    def test_from_the_worklist_to_the_sent_notice(self):
        self.env["res.users"].create(
            {
                "name": "Petra",
                "login": "tour-manager",
                "password": "tour-manager",
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
                "group_ids": [(4, self.env.ref("ar_collections.group_ar_collection_manager").id)],
            }
        )
        self._invoice(1000, 20)
        self._invoice(500, 10)
        self._account()
        self.start_tour("/odoo", "ar_collections_first_run", login="tour-manager")
        [notice] = self.Notice.search([("company_id", "=", self.company.id)])
        self.assertRecordValues(notice, [{"state": "queued", "amount": 1200.0}])
        self.env.ref("ar_collections.ir_cron_ar_collection_deliver").method_direct_trigger()
        self.assertEqual([mail["to"] for mail in self.sink.mails], [["alpha@debtor.example"]])
        self.start_tour("/odoo", "ar_collections_notice_sent", login="tour-manager")
