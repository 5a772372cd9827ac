from odoo.tests import HttpCase, tagged

from .approval import ApprovalCommon
from .common import SmtpMixin


@tagged("post_install", "-at_install")
class TestTourApproval(SmtpMixin, HttpCase, ApprovalCommon):
    """Four eyes in a browser, and the one mail that leaves."""

    def test_one_approved_one_refused(self):
        second = self._second_manager()
        second.password = "second"
        self.reminder.automatic = False
        beta = self._debtor("Beta", email="beta@debtor.example")
        self._invoice(1000, 10)
        self._invoice(500, 10, partner=beta)
        notices = self._run().notice_ids
        self.assertEqual(set(notices.mapped("state")), {"to_approve"})
        self.start_tour("/odoo", "ar_collections_to_approve", login="second")
        self.env.invalidate_all()
        self.assertEqual(
            {notice.partner_id.name: notice.state for notice in notices},
            {"Alpha": "queued", "Beta": "cancelled"},
        )
        self.env.ref("ar_collections.ir_cron_ar_collection_deliver").method_direct_trigger()
        addresses = [address for mail in self.sink.mails for address in mail["to"]]
        self.assertEqual(
            [address for address in addresses if address.endswith("@debtor.example")],
            ["alpha@debtor.example"],
        )
