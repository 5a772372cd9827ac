from odoo.tests import HttpCase, tagged

from .write_off import WriteOffCommon


@tagged("post_install", "-at_install")
class TestTourWriteOff(HttpCase, WriteOffCommon):
    """A write-off in a browser: asked for by a collector, approved by an accountant."""

    def test_asked_and_approved(self):
        move = self._invoice(1000, 20)
        account = self._account()
        account.user_id = self.collector
        self.collector.password = "collector"
        accountant = self._accountant("tour-accountant")
        accountant.password = "tour-accountant"
        self.env.flush_all()
        self.start_tour("/odoo", "ar_writeoffs_asked", login="collector")
        self.env.invalidate_all()
        request = account.write_off_ids
        self.assertRecordValues(
            request, [{"state": "to_approve", "amount_company": 300, "note": "Left town"}]
        )
        self.start_tour("/odoo", "ar_writeoffs_approved", login="tour-accountant")
        self.env.invalidate_all()
        self.assertEqual(request.state, "posted")
        self.assertEqual(move.amount_residual, 700)
