from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .write_off import WriteOffCommon


@tagged("post_install", "-at_install")
class TestTransfer(WriteOffCommon):
    """Value moves where it belongs; nothing is gained on the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Transfer = cls.env["ar.collection.transfer"]
        cls.sister = cls._debtor("Sister")

    def _transfer(self, kind, sides, to=None, file=True, user=None, **vals):
        """``sides``: list of (side, item, amount or None)."""
        self._refresh()
        account = self._account()
        lines = [
            Command.create(
                {"side": side, "line_id": item.id, **({"amount": amount} if amount else {})}
            )
            for side, item, amount in sides
        ]
        transfer = self.Transfer.with_user(user or self.env.user).create(
            {
                "kind": kind,
                "collection_id": account.id,
                "to_collection_id": to and self._account(to).id,
                "note": "As agreed on 3 May",
                "line_ids": lines,
                **vals,
            }
        )
        if file:
            self.env["ir.attachment"].create(
                {
                    "name": "agreement.pdf",
                    "raw": b"x",
                    "res_model": transfer._name,
                    "res_id": transfer.id,
                }
            )
        return transfer

    def _group(self):
        group = self.env["ar.collection.group"].create(
            {"name": "Family", "company_id": self.company.id}
        )
        self._invoice(1, 10)
        self._invoice(1, 10, partner=self.sister)
        (self._account() | self._account(self.sister)).group_id = group

    # === GROUP === #
    def test_credit_of_a_sister_company(self):
        self._group()
        credit, claim = self._credit_note(100), self._invoice(80, 10, partner=self.sister)
        transfer = self._transfer(
            "group",
            [("from", self._item(credit), 90), ("to", self._item(claim), 50)],
            to=self.sister,
        )
        transfer.action_request()
        self.assertEqual(transfer.state, "done")
        self.assertEqual((credit.amount_residual, claim.amount_residual), (10, 30))
        rows = [
            (line.partner_id, line.balance, line.amount_residual)
            for line in transfer.move_id.line_ids
        ]
        self.assertEqual(
            sorted(rows, key=lambda row: row[1]), [(self.sister, -90, -40), (self.debtor, 90, 0)]
        )
        self.assertEqual(
            set(transfer.move_id.line_ids.mapped("account_type")),
            {"asset_receivable"},
            "no income",
        )
        self.assertEqual(self._account().unapplied_credit, 10)
        self.assertEqual(self._account(self.sister).unapplied_credit, 40)
        self._check_ties()

        transfer.action_reverse("The sister objects")
        self.assertEqual((credit.amount_residual, claim.amount_residual), (100, 80))
        self._refresh()
        self._check_ties()

    def test_not_of_one_group(self):
        credit, claim = self._credit_note(100), self._invoice(80, 10, partner=self.sister)
        transfer = self._transfer(
            "group",
            [("from", self._item(credit), None), ("to", self._item(claim), None)],
            to=self.sister,
        )
        with self.assertRaisesRegex(UserError, "not in one debtor group"):
            transfer.action_request()

    def test_without_agreement(self):
        self._group()
        credit = self._credit_note(100)
        transfer = self._transfer(
            "group", [("from", self._item(credit), None)], to=self.sister, file=False
        )
        with self.assertRaisesRegex(UserError, "attach the agreement"):
            transfer.action_request()

    def test_foreign_currency_moves_at_its_value(self):
        self._group()
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0), (str(self.today), 4.0)])
        credit = self._credit_note(100, days=10, currency_id=euro.id)
        self.assertEqual(self._item(credit).balance, -50)
        transfer = self._transfer("group", [("from", self._item(credit), 60)], to=self.sister)
        transfer.action_request()
        line = transfer.move_id.line_ids.filtered(lambda row: row.partner_id == self.sister)
        self.assertEqual((line.amount_currency, line.balance), (-60, -30))
        self.assertFalse(
            self._item(credit).matched_debit_ids.exchange_move_id, "nothing gained or lost"
        )

    # === CONTRA === #
    def _bill(self, amount, partner=None):
        return self._invoice(amount, 5, partner=partner, move_type="in_invoice")

    def _payable(self, move):
        return move.line_ids.filtered(lambda line: line.account_type == "liability_payable")

    def test_contra_with_what_we_owe(self):
        claim, bill = self._invoice(100, 10), self._bill(70)
        transfer = self._transfer(
            "contra", [("from", self._item(claim), 70), ("to", self._payable(bill), None)]
        )
        transfer.action_request()
        self.assertEqual(transfer.state, "done")
        self.assertEqual((claim.amount_residual, bill.amount_residual), (30, 0))
        self.assertEqual(
            sorted(transfer.move_id.line_ids.mapped("account_type")),
            ["asset_receivable", "liability_payable"],
        )
        self._refresh()
        self._check_ties()
        transfer.action_reverse("Wrong bill")
        self.assertEqual((claim.amount_residual, bill.amount_residual), (100, 70))

    def test_contra_must_balance(self):
        claim, bill = self._invoice(100, 10), self._bill(70)
        transfer = self._transfer(
            "contra", [("from", self._item(claim), None), ("to", self._payable(bill), None)]
        )
        with self.assertRaisesRegex(UserError, "same amount"):
            transfer.action_request()

    def test_contra_with_somebody_elses_bill(self):
        claim, bill = self._invoice(100, 10), self._bill(100, partner=self.sister)
        with self.assertRaisesRegex(ValidationError, "cannot stand here"):
            self._transfer(
                "contra", [("from", self._item(claim), None), ("to", self._payable(bill), None)]
            )

    def test_contra_in_foreign_currency(self):
        """Claim at 2, bill at 4 to the dollar: both are settled, core books the difference."""
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0), (str(self.today), 4.0)])
        claim = self._invoice(100, 10, currency_id=euro.id)
        bill = self._invoice(100, 0, move_type="in_invoice", currency_id=euro.id)
        self.assertEqual((self._item(claim).balance, self._payable(bill).balance), (50, -25))
        transfer = self._transfer(
            "contra", [("from", self._item(claim), None), ("to", self._payable(bill), None)]
        )
        transfer.action_request()
        self.assertEqual((claim.amount_residual, bill.amount_residual), (0, 0))
        self.assertTrue(self._item(claim).reconciled and self._payable(bill).reconciled)

    # === MISAPPLIED === #
    def test_payment_on_the_wrong_item(self):
        wrong, right = self._invoice(100, 30), self._invoice(100, 10)
        payment = self._pay(wrong)
        credit = self._item(payment.move_id)
        transfer = self._transfer(
            "misapplied",
            [
                ("wrong", self._item(wrong), None),
                ("from", credit, None),
                ("to", self._item(right), None),
            ],
            file=False,
        )
        self.assertEqual(transfer.amount, 100)
        transfer.action_request()
        self.assertEqual((wrong.amount_residual, right.amount_residual), (100, 0))
        self.assertFalse(transfer.move_id, "no entry within one debtor")
        with self.assertRaisesRegex(UserError, "has no entry"):
            transfer.action_reverse("No")
        self._refresh()
        self._check_ties()

    def test_payment_of_another_debtor(self):
        wrong = self._invoice(100, 30)
        right = self._invoice(150, 10, partner=self.sister)
        self._refresh()
        payment = self._pay(wrong)
        transfer = self._transfer(
            "misapplied",
            [
                ("wrong", self._item(wrong), None),
                ("from", self._item(payment.move_id), None),
                ("to", self._item(right), 100),
            ],
            to=self.sister,
            file=False,
        )
        transfer.action_request()
        self.assertEqual((wrong.amount_residual, right.amount_residual), (100, 50))
        self.assertEqual(self._account().total_overdue, 100)
        self.assertEqual(self._account(self.sister).total_overdue, 50)
        self._check_ties()

    def test_only_the_wrong_part(self):
        good, wrong = self._invoice(40, 40), self._invoice(60, 30)
        right = self._invoice(60, 10)
        payment = self._pay(good | wrong, 100)
        credits_ = self._item(payment.move_id)
        transfer = self._transfer(
            "misapplied",
            [
                ("wrong", self._item(wrong), None),
                *(
                    ("from", credit, None)
                    for credit in credits_
                    if self._item(wrong) in credit.matched_debit_ids.debit_move_id
                ),
                ("to", self._item(right), None),
            ],
            file=False,
        )
        transfer.action_request()
        self.assertEqual([move.amount_residual for move in (good, wrong, right)], [0, 60, 0])

    def test_more_than_was_paid(self):
        wrong, right = self._invoice(100, 30), self._invoice(200, 10)
        payment = self._pay(wrong)
        transfer = self._transfer(
            "misapplied",
            [
                ("wrong", self._item(wrong), None),
                ("from", self._item(payment.move_id), 100.01),
                ("to", self._item(right), 100),
            ],
            file=False,
        )
        with self.assertRaisesRegex(UserError, "100.00 can be used"):
            transfer.action_request()

    def test_reason_is_needed(self):
        credit = self._credit_note(100)
        claim = self._invoice(100, 10)
        transfer = self._transfer(
            "misapplied",
            [("from", self._item(credit), None), ("to", self._item(claim), None)],
            note=False,
        )
        with self.assertRaisesRegex(UserError, "say why"):
            transfer.action_request()

    # === RIGHTS === #
    def test_collector_asks_accountant_approves(self):
        self._group()
        accountant = self._accountant()
        credit = self._credit_note(100)
        transfer = self._transfer(
            "group", [("from", self._item(credit), None)], to=self.sister, user=self.collector
        )
        transfer.action_request()
        self.assertEqual(transfer.state, "to_approve")
        self.assertFalse(transfer.move_id)
        with self.assertRaises(UserError):
            transfer.action_approve()
        transfer.with_user(accountant).action_approve()
        self.assertEqual(transfer.state, "done")
        self.assertEqual(transfer.sudo().move_id.create_uid, accountant)
        with self.assertRaises(AccessError):
            transfer.action_reverse("I want to")

    def test_other_company(self):
        other = self._other_company("Other")
        credit = self._credit_note(100)
        transfer = self._transfer("group", [("from", self._item(credit), None)], to=None)
        stranger = self._user("stranger", "manager", company_ids=other.ids, company_id=other.id)
        self.assertFalse(self.Transfer.with_user(stranger).search([("id", "=", transfer.id)]))
