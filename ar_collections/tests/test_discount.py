from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .cash import CashCommon


@tagged("post_install", "-at_install")
class TestDiscount(CashCommon):
    """Early-payment discount: in time as core books it, a day late a deduction."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls.env["account.payment.term"].create(
            {
                "name": "2/10 net 30",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "included",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )

    def _discounted(self, age=5, taxed=False):
        """An invoice over 1,000 of ``age`` days ago: 20 of discount for ten days."""
        day = self.today - timedelta(days=age)
        move = self._invoice(
            1000,
            post=False,
            invoice_date=day,
            invoice_date_due=False,
            invoice_payment_term_id=self.terms.id,
        )
        if taxed:
            move.invoice_line_ids.tax_ids = self.company_data["default_tax_sale"]
        move.action_post()
        return move

    def _advice(self, move, discount, paid):
        return self.env["ar.collection.remittance"]._import(
            f"Invoice;Discount;Paid\n{move.name};{discount};{paid}".encode(), "advice.csv"
        )

    def _disputes(self):
        return self.env["ar.collection.dispute"].search([("partner_id", "=", self.debtor.id)])

    def test_in_time(self):
        move = self._discounted()
        self._account()
        self._payment(980)
        remittance = self._advice(move, "20.00", "980.00")
        self.assertFalse(remittance.line_ids.late_discount)
        remittance.action_apply()
        self.assertEqual(self._open(move), [0])
        self.assertFalse(self._disputes())
        lines = remittance.line_ids.application_id.line_ids
        self.assertEqual(lines.filtered(lambda line: line.kind == "discount").amount, 20)

    def test_with_its_tax(self):
        """1,150 with 15 % tax: 2 % are 20 of the goods and 3 of the tax."""
        move = self._discounted(taxed=True)
        self._account()
        self._payment(1127)
        remittance = self._advice(move, "23.00", "1127.00")
        remittance.action_apply()
        self.assertEqual(self._open(move), [0])
        entry = remittance.line_ids.application_id.line_ids.move_id
        tax = entry.line_ids.filtered("tax_repartition_line_id")
        self.assertEqual(sum(tax.mapped("balance")), 3)

    def test_a_day_late_is_a_deduction(self):
        move = self._discounted(age=11)
        self._account()
        self._payment(980)
        remittance = self._advice(move, "20.00", "980.00")
        self.assertTrue(remittance.line_ids.late_discount)
        remittance.action_apply()
        self.assertEqual(self._open(move), [20])
        self.assertRecordValues(
            self._disputes(),
            [
                {
                    "kind": "deduction",
                    "amount": 20,
                    "description": "Early-payment discount taken after its last day",
                }
            ],
        )

    def test_the_last_day_counts(self):
        move = self._discounted(age=10)
        self.assertEqual(self._item(move).discount_date, self.today)
        self.assertTrue(self._item(move)._ar_discount_allowed(self.today, 20))
        self.assertFalse(self._item(move)._ar_discount_allowed(self.today + timedelta(days=1), 20))

    def test_late_within_tolerance(self):
        self.company.ar_cash_tolerance = 20
        move = self._discounted(age=11)
        self._account()
        self._payment(980)
        self._advice(move, "20.00", "980.00").action_apply()
        self.assertEqual(self._open(move), [0])
        self.assertFalse(self._disputes())

    def test_more_than_agreed(self):
        move = self._discounted()
        self._account()
        self._payment(970)
        self._advice(move, "30.00", "970.00").action_apply()
        self.assertEqual(self._open(move), [10])
        self.assertEqual(self._disputes().amount, 10)

    def test_none_agreed(self):
        move = self._invoice(1000, 5)
        self._account()
        self._payment(980)
        self._advice(move, "20.00", "980.00").action_apply()
        self.assertEqual(self._open(move), [20])
        self.assertEqual(self._disputes().description, "Discount taken that was not agreed")

    def test_late_discount_is_refused_elsewhere(self):
        move = self._discounted(age=11)
        credit, item = self._payment(980), self._item(move)
        with self.assertRaisesRegex(UserError, "Note the difference as a deduction"):
            self.Application._apply(
                credit, [(item, 980)], [{"kind": "discount", "line": item, "amount": 20}]
            )
