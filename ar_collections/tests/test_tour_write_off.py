from odoo.tests import HttpCase, tagged

from .write_off import WriteOffCommon


@tagged("post_install", "-at_install")
class TestTourWriteOff(HttpCase, WriteOffCommon):
    """A write-off in a browser: asked for, approved and posted, reversed."""

    def test_asked_approved_reversed(self):
        manager = self._accountant("write-off-manager")
        for user in (self.collector, manager):
            user.password = user.login
        invoice = self._invoice(1000, 20)
        account = self._account()
        account.user_id = self.collector
        self.env["ar.collection"].flush_model()
        self.start_tour("/odoo", "ar_write_off_asked", login=self.collector.login)
        self.env.invalidate_all()
        request = self.WriteOff.search([("collection_id", "=", account.id)])
        self.assertRecordValues(
            request,
            [
                {
                    "state": "to_approve",
                    "amount_company": 1000,
                    "user_id": self.collector.id,
                    "reason_id": self.bad.id,
                }
            ],
        )
        self.assertEqual(invoice.amount_residual, 1000, "nothing is booked yet")
        self.start_tour("/odoo", "ar_write_off_approved", login=manager.login)
        self.env.invalidate_all()
        self.assertRecordValues(request, [{"state": "reversed", "answered_by_id": manager.id}])
        self.assertEqual((invoice.amount_residual, invoice.state), (1000, "posted"))
        entry, reversal = request.move_ids | request.move_ids.reversal_move_ids
        self.assertEqual((entry.state, reversal.state), ("posted", "posted"))
        self.assertEqual(reversal.reversed_entry_id, entry)
