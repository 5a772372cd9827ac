from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .write_off import WriteOffCommon

GOOD, WRONG = "BE68 5390 0754 7034", "BE68 5390 0754 7035"


class RefundCommon(WriteOffCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Refund = cls.env["ar.collection.refund"]
        cls.accountant = cls._accountant()
        # entered by somebody who takes no part
        cls.clerk = cls._user("clerk", "all")
        cls.bank = cls.env["res.partner.bank"].create(
            {"acc_number": GOOD, "partner_id": cls.debtor.id}
        )
        cls._entered_by(cls.bank, cls.clerk)

    @classmethod
    def _entered_by(cls, bank, user):
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE res_partner_bank SET create_uid = %s, write_uid = %s WHERE id = %s",
            (user.id, user.id, bank.id),
        )
        cls.env.invalidate_all()

    def _refund(self, *moves, amount=None, user=None, **vals):
        account = self._account(moves[0].partner_id)
        lines = [
            Command.create(
                {"line_id": self._item(move).id, **({"amount": amount} if amount else {})}
            )
            for move in moves
        ]
        return self.Refund.with_user(user or self.collector).create(
            {
                "collection_id": account.id,
                "line_ids": lines,
                "note": "Paid twice",
                "partner_bank_id": self.bank.id,
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestRefund(RefundCommon):
    """A credit goes back to the debtor, and to nobody else."""

    def test_collector_asks_second_person_verifies_accountant_pays(self):
        first, second = self._credit_note(100), self._credit_note(50)
        refund = self._refund(first, second)
        self.assertEqual(refund.amount, 150)
        refund.action_request()
        self.assertEqual(refund.state, "to_approve")
        approved = refund.with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "not verified"), self.env.cr.savepoint():
            approved.action_approve()
        with self.assertRaisesRegex(UserError, "second person"):
            refund.action_verify("I know it")
        with self.assertRaisesRegex(UserError, "second person"):
            refund.with_user(self.clerk).action_verify("I typed it")
        approved.action_verify("Called back on the number of the contract")
        approved.action_approve()
        self.assertEqual(refund.state, "approved")
        payment = refund.with_env(self.env).payment_id
        self.assertRecordValues(
            payment,
            [
                {
                    "state": "draft",
                    "payment_type": "outbound",
                    "partner_type": "customer",
                    "partner_id": self.debtor.id,
                    "amount": 150,
                    "partner_bank_id": self.bank.id,
                }
            ],
        )
        self.assertEqual(first.amount_residual, 100, "nothing moves before it is posted")
        self.assertEqual(self._account().unapplied_credit, 150)

        payment.action_post()
        self.assertEqual(refund.state, "paid")
        self.assertEqual((first.amount_residual, second.amount_residual), (0, 0))
        self.assertTrue(self._item(payment.move_id).reconciled)
        account = self._account()
        self._check_figures(account)
        self._check_ties()

    def test_part_of_a_credit(self):
        first, second = self._credit_note(100), self._credit_note(50)
        refund = self._refund(first, second, amount=30)
        refund.action_request()
        refund.with_user(self.accountant).action_verify("Called back")
        refund.with_user(self.accountant).action_approve()
        refund.with_env(self.env).payment_id.action_post()
        self.assertEqual((first.amount_residual, second.amount_residual), (70, 20))

    def test_foreign_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        credit = self._credit_note(100, currency_id=euro.id)
        refund = self._refund(credit)
        self.assertRecordValues(refund, [{"amount": 100, "amount_company": 50}])
        refund.action_request()
        refund.with_user(self.accountant).action_verify("Called back")
        refund.with_user(self.accountant).action_approve()
        payment = refund.with_env(self.env).payment_id
        self.assertEqual((payment.amount, payment.currency_id), (100, euro))
        payment.action_post()
        self.assertEqual(self._item(credit).amount_residual_currency, 0)

    def test_two_currencies_are_two_refunds(self):
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        with self.assertRaisesRegex(ValidationError, "one payment"):
            self._refund(self._credit_note(100, currency_id=euro.id), self._credit_note(5))

    # === SET-OFF === #
    def test_set_off_is_offered_first(self):
        credit, claim = self._credit_note(100), self._invoice(60, 10)
        refund = self._refund(credit)
        self.assertEqual(refund.open_claims, 60)
        with self.assertRaisesRegex(UserError, "owes .*60"):
            refund.action_request()
        with self.assertRaises(AccessError):
            refund.action_set_off()
        refund.with_user(self.accountant).action_set_off()
        self.assertEqual((claim.amount_residual, refund.amount), (0, 40))
        refund.action_request()
        self.assertEqual(refund.state, "to_approve")

    def test_set_off_of_all(self):
        credit, claim = self._credit_note(100), self._invoice(160, 10)
        refund = self._refund(credit)
        refund.with_user(self.accountant).action_set_off()
        self.assertEqual((claim.amount_residual, refund.state), (60, "cancelled"))

    def test_paid_back_all_the_same(self):
        credit = self._credit_note(100)
        self._invoice(60, -10)
        refund = self._refund(credit)
        refund.no_set_off = "Their invoice is not due yet"
        refund.action_request()
        self.assertEqual(refund.state, "to_approve")

    def test_reserved_while_it_runs(self):
        """What is about to be paid back pays no claim of ours."""
        credit = self._credit_note(100)
        self._invoice(60, 10)
        self.assertEqual(self._account().net_collectable, 0)
        refund = self._refund(credit, no_set_off="They insist")
        refund.action_request()
        self.assertEqual(self._account().net_collectable, 60)
        refund.action_cancel("No")
        self.assertEqual(self._account().net_collectable, 0)

    # === WHEN NOT === #
    def test_not_while_a_dispute_runs(self):
        move, credit = self._invoice(60, 10), self._credit_note(100)
        reason = self.env["ar.collection.dispute.reason"].create({"name": "Damage"})
        dispute = self.env["ar.collection.dispute"]._open(
            self._account(), {self._item(move).id: None}, reason=reason
        )
        refund = self._refund(credit)
        self.assertTrue(refund.disputed)
        with self.assertRaisesRegex(UserError, dispute.name):
            refund.action_request()
        dispute.action_resolve("withdrawn", note="They were wrong")
        self._pay(move)
        refund.invalidate_recordset()
        refund.action_request()
        approver = refund.with_user(self.accountant)
        approver.action_verify("Called back")
        other = self._invoice(10, 10)
        self.env["ar.collection.dispute"]._open(
            self._account(), {self._item(other).id: None}, reason=reason
        )
        with self.assertRaisesRegex(UserError, "disputes something"):
            approver.action_approve()

    def test_wrong_iban(self):
        self.bank.acc_number = WRONG
        refund = self._refund(self._credit_note(100))
        self.assertEqual(refund.bank_check, "wrong")
        with self.assertRaisesRegex(UserError, "cannot be an IBAN"):
            refund.action_request()

    def test_account_of_somebody_else(self):
        other = self.env["res.partner.bank"].create(
            {"acc_number": "DE89370400440532013000", "partner_id": self._debtor("Beta").id}
        )
        with self.assertRaisesRegex(ValidationError, "belongs to Beta"):
            self._refund(self._credit_note(100), partner_bank_id=other.id)

    def test_account_changed_after_it_was_verified(self):
        """The mail "we have a new account" that comes in the last minute."""
        refund = self._refund(self._credit_note(100))
        refund.action_request()
        approver = refund.with_user(self.accountant)
        approver.action_verify("Called back")
        self.bank.acc_number = "DE89370400440532013000"
        with self.assertRaisesRegex(UserError, "not verified"):
            approver.action_approve()

    def test_verified_earlier(self):
        first = self._refund(self._credit_note(100))
        first.action_request()
        first.with_user(self.accountant).action_verify("Called back")
        first.with_user(self.accountant).action_approve()
        first.with_env(self.env).payment_id.action_post()
        second = self._refund(self._credit_note(50))
        self.assertTrue(second.bank_verified)
        own = self._refund(self._credit_note(50), user=self.accountant)
        self.assertFalse(own.bank_verified, "who asks now had verified it himself")

    def test_more_than_is_open(self):
        credit = self._credit_note(100)
        with self.assertRaisesRegex(UserError, "Of .* can be refunded"):
            self._refund(credit, amount=100.01).action_request()
        self._refund(credit, amount=60).action_request()
        with self.assertRaisesRegex(UserError, "40.00 can be refunded"):
            self._refund(credit, amount=50).action_request()

    def test_applied_before_it_was_approved(self):
        credit = self._credit_note(100)
        refund = self._refund(credit)
        refund.action_request()
        approver = refund.with_user(self.accountant)
        approver.action_verify("Called back")
        claim = self._invoice(80, 10)
        (self._item(credit) | self._item(claim)).reconcile()
        with self.assertRaisesRegex(UserError, "20.00 can be refunded"):
            approver.action_approve()

    def test_a_claim_is_no_credit(self):
        with self.assertRaisesRegex(ValidationError, "no credit of"):
            self._refund(self._invoice(100, 10))

    # === LIMITS === #
    def test_within_the_own_limit(self):
        self._limit("manager", 100, "refund")
        refund = self._refund(self._credit_note(100), user=self.accountant)
        refund.with_env(self.env).action_verify("Called back")
        refund.action_request()
        self.assertEqual(refund.state, "approved", "verified by another, within the limit")
        over = self._refund(self._credit_note(1), user=self.accountant)
        over.with_env(self.env).action_verify("Called back")
        over.action_request()
        self.assertEqual(over.state, "to_approve")

    # === AFTERWARDS === #
    def test_payment_cancelled(self):
        credit = self._credit_note(100)
        refund = self._refund(credit)
        refund.action_request()
        refund.with_user(self.accountant).action_verify("Called back")
        refund.with_user(self.accountant).action_approve()
        refund.with_env(self.env).payment_id.action_cancel()
        self.env["ar.collection.queue"]._add(self.debtor.ids)
        self._refresh()
        self.assertEqual(refund.state, "cancelled")
        self.assertFalse(refund._holds().filtered(lambda hold: hold.state == "active"))

    def test_payment_came_back(self):
        credit = self._credit_note(100)
        refund = self._refund(credit)
        refund.action_request()
        refund.with_user(self.accountant).action_verify("Called back")
        refund.with_user(self.accountant).action_approve()
        payment = refund.with_env(self.env).payment_id
        payment.action_post()
        self._refresh()
        self.assertEqual(refund.state, "paid")
        payment.move_id._reverse_moves(cancel=True)
        self._refresh()
        self.assertEqual(refund.state, "cancelled")
        self.assertEqual(credit.amount_residual, 100)

    # === RIGHTS === #
    def test_states_by_actions_only(self):
        refund = self._refund(self._credit_note(100))
        for vals in (
            {"state": "approved"},
            {"verified_by_id": self.accountant.id},
            {"verified_number": "BE68539007547034"},
            {"payment_id": 1},
        ):
            with self.assertRaises(AccessError):
                refund.write(vals)
        refund.action_request()
        with self.assertRaises(UserError):
            refund.write({"partner_bank_id": False})
        with self.assertRaises(UserError):
            refund.line_ids.write({"amount": 1})
        with self.assertRaises(UserError):
            refund.unlink()

    def test_approver_needs_accounting(self):
        refund = self._refund(self._credit_note(100))
        refund.action_request()
        manager = self._user("manager2", "manager")
        refund.with_user(manager).action_verify("Called back")
        with self.assertRaisesRegex(UserError, "no rights in accounting"):
            refund.with_user(manager).action_approve()
