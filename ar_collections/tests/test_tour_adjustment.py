from odoo import Command
from odoo.tests import HttpCase, tagged

from .test_refund import RefundCommon


@tagged("post_install", "-at_install")
class TestTourAdjustment(HttpCase, RefundCommon):
    """A refund and a transfer in a browser: who asks, who verifies and approves, what is posted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cash = cls.env.ref("ar_collections.group_ar_collection_cash")
        for user in (cls.collector, cls.accountant):
            user.group_ids |= cash
            user.password = user.login
        cls.sister = cls._debtor("Sister")

    def _tour(self, name, user):
        self.env.flush_all()
        self.start_tour("/odoo", name, login=user.login)
        self.env.invalidate_all()

    def test_refund(self):
        claim, credit = self._invoice(40, 10), self._credit_note(100)
        refund = self._refund(credit)
        self._tour("ar_refund_asked", self.collector)
        self.assertEqual(
            (refund.state, refund.no_set_off), ("to_approve", "Our invoice is not due")
        )
        self._tour("ar_refund_paid", self.accountant)
        self.assertEqual(refund.state, "paid")
        self.assertEqual((credit.amount_residual, claim.amount_residual), (0, 40))
        payment = refund.with_env(self.env).payment_id
        self.assertRecordValues(
            payment, [{"payment_type": "outbound", "amount": 100, "partner_bank_id": self.bank.id}]
        )
        self.assertTrue(self._item(payment.move_id).reconciled, "matched with the credit")

    def test_transfer(self):
        credit = self._credit_note(100)
        claim = self._invoice(80, 10, partner=self.sister)
        self._refresh()
        group = self.env["ar.collection.group"].create(
            {"name": "Family", "company_id": self.company.id}
        )
        (self._account() | self._account(self.sister)).group_id = group
        transfer = (
            self.env["ar.collection.transfer"]
            .with_user(self.accountant)
            .create(
                {
                    "kind": "group",
                    "collection_id": self._account().id,
                    "to_collection_id": self._account(self.sister).id,
                    "note": "As agreed on 3 May",
                    "line_ids": [
                        Command.create({"side": side, "line_id": self._item(move).id, "amount": 80})
                        for side, move in (("from", credit), ("to", claim))
                    ],
                }
            )
        )
        self.env["ar.collection.approval.limit"].create(
            {
                "group": "manager",
                "amount": 1000,
                "kind": "transfer",
                "company_id": self.company.id,
            }
        )
        self.env["ir.attachment"].create(
            {
                "name": "agreement.pdf",
                "raw": b"x",
                "res_model": transfer._name,
                "res_id": transfer.id,
            }
        )
        self._tour("ar_transfer_and_back", self.accountant)
        self.assertEqual(transfer.state, "reversed")
        self.assertEqual((credit.amount_residual, claim.amount_residual), (100, 80))
        self._refresh()
        self._check_ties()
