from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import LockError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .cash import CashCommon


@tagged("post_install", "-at_install")
class TestCashBadDays(CashCommon):
    """What happens between the look and the key: other people, other rates, other taxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._invoice(1000, 40)

    def setUp(self):
        super().setUp()
        self._account()

    def _credit(self, line):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["ar.collection.credit"].browse(line.id)

    # === CASH-BASIS TAXES === #
    def _on_payment(self):
        """An invoice over 1,000 and 20 % of tax that is owed as it is paid; the tax account."""
        self.company.tax_exigibility = True
        accounts = self.env["account.account"].create(
            [
                {"name": name, "code": code, "account_type": "liability_current", "reconcile": wait}
                for name, code, wait in (("Tax waiting", "251990", True), ("Tax", "251991", False))
            ]
        )
        tax = self.env["account.tax"].create(
            {
                "name": "20 % on payment",
                "amount": 20,
                "company_id": self.company.id,
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": accounts[0].id,
            }
        )
        parts = tax.invoice_repartition_line_ids | tax.refund_repartition_line_ids
        parts.filtered(lambda part: part.repartition_type == "tax").account_id = accounts[1]
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.debtor.id,
                "invoice_date": self.today - timedelta(days=10),
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Goods", "price_unit": 1000, "tax_ids": [Command.set(tax.ids)]}
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice, accounts[1]

    def _owed(self, account):
        domain = [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        return -sum(self.env["account.move.line"].search(domain).mapped("balance"))

    def test_tax_owed_as_it_is_paid(self):
        invoice, account = self._on_payment()
        self.assertEqual((self._open(invoice), self._owed(account)), ([1200], 0))
        credit = self._payment(600)
        application = self.Application._apply(credit, [(self._item(invoice), 600)])
        self.assertEqual((self._open(invoice), self._owed(account)), ([600], 100))
        application.action_undo()
        self.assertEqual((self._open(invoice), self._owed(account)), ([1200], 0))
        self.assertEqual(credit.amount_residual, -600)
        self.Application._apply(credit, [(self._item(invoice), 600)])
        self.assertEqual(self._owed(account), 100, "and again")

    def test_bank_charge_pays_its_share_of_the_tax(self):
        self.company.ar_bank_charge_account_id = self.company_data["default_account_expense"]
        invoice, account = self._on_payment()
        item = self._item(invoice)
        application = self.Application._apply(
            self._payment(1188),
            [(item, 1188)],
            [{"kind": "bank_charge", "line": item, "amount": 12}],
        )
        self.assertEqual(self._owed(account), 200, "all of it: the customer has paid in full")
        application.action_undo()
        self.assertEqual((self._open(invoice), self._owed(account)), ([1200], 0))

    # === TWO SESSIONS === #
    def test_somebody_is_posting_on_it_at_this_moment(self):
        line = self._payment(1000)
        with (
            patch.object(type(line), "lock_for_update", side_effect=LockError("locked")),
            self.assertRaisesRegex(UserError, f"just now posting.*{self.first.name}"),
        ):
            self._credit(line).cash_apply([[self._item(self.first).id, 1000]])
        self.assertEqual(self._open(self.first), [1000])
        self.assertFalse(self.Application.search([("credit_line_id", "=", line.id)]))

    def test_two_sessions_apply_to_one_item(self):
        """Both have the item on their screen; the second is told who was faster, and by what."""
        mine, other = self._payment(1000), self._payment(700)
        item = self._item(self.first)
        opened = [self._credit(line).cash_open()["items"][0]["open"] for line in (mine, other)]
        self.assertEqual(opened, [1000, 1000])
        self._credit(other).cash_apply([[item.id, 700]])
        with self.assertRaisesRegex(
            UserError, f"only .*300.*{other.move_name}.*{self.env.user.name}"
        ):
            self._credit(mine).cash_apply([[item.id, 1000]])
        self.assertEqual((item.amount_residual, mine.amount_residual), (300, -1000))
        self._credit(mine).cash_apply([[item.id, 300]])
        self.assertEqual((item.amount_residual, mine.amount_residual), (0, -700))

    def test_two_sessions_apply_one_credit(self):
        line, second = self._payment(1000), self._invoice(1000, 5)
        self._credit(line).cash_open()
        self._credit(line).cash_apply([[self._item(self.first).id, 1000]])
        with self.assertRaisesRegex(UserError, "applied meanwhile"):
            self._credit(line).cash_apply([[self._item(second).id, 1000]])
        self.assertEqual(self._open(self.first, second), [0, 1000])

    def test_item_set_back_to_draft_meanwhile(self):
        line, item = self._payment(1000), self._item(self.first)
        self._credit(line).cash_open()
        self.first.button_draft()
        with self.assertRaisesRegex(UserError, "not a posted open item"):
            self._credit(line).cash_apply([[item.id, 1000]])

    # === MERGED IN THE MIDDLE === #
    def _merge(self, loser):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.debtor | loser).ids, self.debtor
        )

    def test_debtor_merged_between_look_and_key(self):
        beta = self._debtor("Beta")
        theirs = self._invoice(300, 10, partner=beta)
        self._account(beta)
        line = self._payment(300, partner=beta)
        self.assertEqual(self._credit(line).cash_open()["debtor"]["id"], beta.id)
        self._merge(beta)
        self._credit(line).cash_apply([[self._item(theirs).id, 300]])
        self.assertEqual(self._open(theirs), [0])
        application = self.Application.search([("credit_line_id", "=", line.id)])
        self.assertEqual(application.partner_id, self.debtor)

    def test_chosen_debtor_merged_between_look_and_key(self):
        beta = self._debtor("Beta")
        theirs = self._invoice(300, 10, partner=beta)
        line = self._suspense(self._bank_line(300, payment_ref="by hand"))
        item, chosen = self._item(theirs), beta.id
        self._credit(line).cash_open(chosen)
        self._merge(beta)
        for call in (
            lambda credit: credit.cash_open(chosen),
            lambda credit: credit.cash_apply([[item.id, 300]], partner_id=chosen),
        ):
            with self.assertRaisesRegex(UserError, "merged"):
                call(self._credit(line))
        self._credit(line).cash_apply([[item.id, 300]], partner_id=self.debtor.id)
        self.assertEqual(self._open(theirs), [0])

    def test_merged_after_it_was_applied(self):
        beta = self._debtor("Beta")
        theirs = self._invoice(300, 10, partner=beta)
        self._account(beta)
        bank_line = self._bank_line(300, partner=beta)
        application = self.Application._apply(
            self._suspense(bank_line), [(self._item(theirs), 300)]
        )
        self._merge(beta)
        self.assertEqual(application.collection_id, self._account())
        application.action_undo()
        self.assertEqual(self._open(theirs), [300])
        self.assertFalse(bank_line.is_reconciled)

    # === CURRENCIES === #
    def test_amount_that_matches_in_two_currencies(self):
        """300 of the company are 600 at 2: one item of each fits, neither is chosen."""
        gold = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        here, there = self._invoice(300, 10), self._invoice(600, 20, currency_id=gold.id)
        line = self._payment(300)
        proposal = self._credit(line).cash_open()["proposal"]
        self.assertEqual(proposal["kind"], "ambiguous")
        offered = [{line_id for line_id, _a in one["allocations"]} for one in proposal["answers"]]
        self.assertIn({self._item(here).id}, offered)
        self.assertIn({self._item(there).id}, offered)
        self._credit(line).cash_apply([[self._item(there).id, 600]])
        self.assertEqual(self._open(here, there), [300, 0])

    def test_exchange_difference_goes_with_the_undoing(self):
        gold = self.setup_other_currency(
            "EUR",
            rates=[("2000-01-01", 2.0), (str(self.today - timedelta(days=1)), 4.0)],
        )
        invoice = self._invoice(400, 10, currency_id=gold.id)  # 200 of the company
        credit = self._payment(400, currency_id=gold.id)  # today 100
        application = self.Application._apply(credit, [(self._item(invoice), 400)])
        item = self._item(invoice)
        [part] = item.matched_credit_ids.filtered("exchange_move_id")[:1]
        entry = part.exchange_move_id
        self.assertEqual((item.amount_residual, credit.amount_residual), (0, 0))
        application.action_undo()
        self.assertEqual((item.amount_residual, credit.amount_residual), (200, -100))
        self.assertTrue(not entry.exists() or entry.reversal_move_ids, "core takes it back")

    # === UNDONE BY OTHERS === #
    def test_matching_removed_in_accounting_and_used_again(self):
        """What somebody unmatched and matched anew is not touched by undoing."""
        credit, second = self._payment(1000), self._invoice(1000, 5)
        application = self.Application._apply(credit, [(self._item(self.first), 1000)])
        credit.remove_move_reconcile()
        (credit + self._item(second)).reconcile()
        application.action_undo()
        self.assertEqual(self._open(self.first, second), [1000, 0])
