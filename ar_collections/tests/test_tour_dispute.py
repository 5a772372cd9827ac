from odoo.tests import HttpCase, tagged

from .dispute import DisputeCommon


@tagged("post_install", "-at_install")
class TestTourDispute(HttpCase, DisputeCommon):
    """A dispute in a browser: the collector opens it, the resolver answers it."""

    def test_opened_and_answered(self):
        self.price.write({"team_id": self.team.id, "to_salesperson": False})
        for user in (self.collector, self.resolver):
            user.password = user.login
        invoice = self._invoice(1000, 20)
        self._invoice(500, 10)
        account = self._account()
        account.user_id = self.collector
        self.env["ar.collection"].flush_model()
        self.start_tour("/odoo", "ar_disputes_opened", login=self.collector.login)
        self.env.invalidate_all()
        dispute = account.dispute_ids
        self.assertRecordValues(
            dispute,
            [
                {
                    "amount": 300,
                    "state": "new",
                    "user_id": self.resolver.id,
                    "reason_id": self.price.id,
                }
            ],
        )
        self.assertEqual(self._held(invoice), {"disputed": 300})
        self.start_tour("/odoo", "ar_disputes_answered", login=self.resolver.login)
        self.env.invalidate_all()
        self.assertEqual((dispute.state, dispute.waiting_for), ("waiting", "credit"))
        self.assertEqual(dispute.asked_user_ids, self.colleague)
        self.assertEqual(dispute.credit_move_ids.amount_total, 300)
