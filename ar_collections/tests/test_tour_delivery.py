from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_channel import DELIVERY, MAIL, ChannelCommon


@tagged("post_install", "-at_install")
class TestTourDelivery(ChannelCommon, HttpCase):
    """The ways of a notice in a browser: approved and sent, refused and printed."""

    def _manager(self, login):
        self.env["res.users"].create(
            {
                "name": login.title(),
                "login": login,
                "password": login,
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
                "group_ids": [(4, self.env.ref("ar_collections.group_ar_collection_manager").id)],
            }
        )
        return login

    def _job(self):
        self.env.ref("ar_collections.ir_cron_ar_collection_deliver").method_direct_trigger()

    def test_simulate_run_approve_send(self):
        asks, answers = self._manager("tour-asks"), self._manager("tour-answers")
        self.reminder.automatic = False
        self._invoice(1000, 20)
        self._invoice(500, 10)
        self._account()
        self.start_tour("/odoo", "ar_collections_first_run", login=asks)
        [notice] = self.Notice.search([("company_id", "=", self.company.id)])
        self._job()
        self.assertFalse(self.sink.mails, "not before it is approved")
        self.assertEqual(notice.state, "to_approve")
        self.start_tour("/odoo", "ar_collections_approve", login=answers)
        self.assertEqual(notice.state, "queued")
        self._job()
        self.assertEqual([mail["to"] for mail in self.sink.mails], [["alpha@debtor.example"]])
        self.start_tour("/odoo", "ar_collections_notice_sent", login=answers)

    @mute_logger(MAIL, DELIVERY)
    def test_resolve_a_delivery_problem(self):
        login = self._manager("tour-manager")
        self.debtor.write(self.place)
        move = self._invoice(1000, 10)
        email = self._notices()
        self.sink.refuse = "554 no, thank you"
        self._job()
        self.assertEqual(email.failure, "refused")
        self.start_tour("/odoo", "ar_collections_delivery_problem", login=login)
        letter = self._account().notice_ids - email
        self.assertRecordValues(letter, [{"channel": "letter", "state": "queued"}])
        self._job()
        self.assertEqual(letter.state, "to_print")
        self.start_tour("/odoo", "ar_collections_print", login=login)
        self.assertEqual(letter.state, "sent")
        self.assertTrue(letter.attachment_id.raw.startswith(b"%PDF"))
        self.assertEqual(self._item(move).ar_level_id, self.reminder)
        self.assertFalse(self.sink.mails)
