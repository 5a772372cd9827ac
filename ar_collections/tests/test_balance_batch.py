from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .write_off import WriteOffCommon


@tagged("post_install", "-at_install")
class TestBalanceBatch(WriteOffCommon):
    """Small balances are proposed; people decide."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Batch = cls.env["ar.collection.balance.batch"]

    def _batch(self, kind, **vals):
        self._refresh()
        batch = self.Batch.create({"kind": kind, "company_id": self.company.id, **vals})
        batch.action_propose()
        return batch

    def _items(self, batch):
        return batch.line_ids.line_id.move_id

    def test_small_debit_balances(self):
        """Under 10 and older than 90 days, of debtors who owe nothing else."""
        small = self._invoice(9.99, 100)
        two = [self._invoice(5, 100, partner=self._debtor("Two"))]
        two.append(self._invoice(5, 91, partner=two[0].partner_id))
        over = [self._invoice(5, 100, partner=self._debtor("Over"))]
        over.append(self._invoice(5.01, 100, partner=over[0].partner_id))
        self._invoice(5, 90, partner=self._debtor("Young"))
        mixed = self._invoice(5, 100, partner=self._debtor("Mixed"))
        self._invoice(1, 0, partner=mixed.partner_id)
        held = self._invoice(5, 100, partner=self._debtor("Held"))
        self._hold(held)
        credit = self._invoice(5, 100, partner=self._debtor("Credit"))
        self._credit_note(1, partner=credit.partner_id)
        batch = self._batch("debit")
        self.assertEqual(self._items(batch), small | two[0] | two[1])
        self.assertEqual((batch.debtor_count, batch.amount), (2, 19.99))
        self.assertEqual(small.amount_residual, 9.99, "a proposal changes nothing")

    def test_small_differences_follow_the_policy(self):
        self.policy.write({"small_amount": 5, "small_percent": 1})
        rest = self._invoice(1000, 10)
        self._pay(rest, 995)
        over = self._invoice(1000, 10)
        self._pay(over, 994.99)
        share = self._invoice(100, 10)
        self._pay(share, 98)
        untouched = self._invoice(5, 10)
        batch = self._batch("difference")
        self.assertEqual(self._items(batch), rest)
        self.assertNotIn(untouched, self._items(batch), "nothing was paid of it")
        self.policy.small_amount = 0
        batch.action_propose()
        self.assertFalse(batch.line_ids)

    def test_small_differences_of_one_debtor_add_up(self):
        """4 + 4 + 4 of which 10 in 12 months: the two oldest; what was given up counts, what was
        longer ago does not, and another debtor has a limit of its own."""
        self.policy.write({"small_amount": 5, "small_percent": 0, "small_total": 10})
        rests = self.env["account.move"]
        for days in (30, 20, 10):
            rests |= self._invoice(100, days)
            self._pay(rests[-1], 96)
        other = self._invoice(100, 10, partner=self._debtor("Beta"))
        self._pay(other, 97)
        batch = self._batch("difference")
        self.assertEqual(self._items(batch), rests[0] | rests[1] | other)
        batch.action_ask()
        again = self._batch("difference")
        self.assertFalse(again.line_ids, "8 are given up or asked for already, 2 are left")
        requests = self.env["ar.collection.write.off"].search(
            [("collection_id", "=", self._account().id)]
        )
        if requests.state == "to_approve":
            requests.action_approve()
        requests.sudo().answered_on = fields.Date.subtract(self.today, months=13)
        again.action_propose()
        self.assertEqual(self._items(again), rests[2])

    def test_from_proposal_to_entry(self):
        accountant = self._accountant()
        keep, lost = self._invoice(5, 100), self._invoice(4, 100, partner=self._debtor("Beta"))
        third = self._invoice(3, 100, partner=self._debtor("Gamma"))
        batch = self._batch("debit")
        batch.line_ids.filtered(lambda line: line.line_id.move_id == keep).chosen = False
        batch.action_ask()
        self.assertEqual(batch.state, "asked")
        requests = batch.line_ids.write_off_id
        self.assertEqual(requests.mapped("state"), ["to_approve"] * 2)
        self.assertEqual(len(requests.sudo().approval_ids.activity_id), 1, "one question, not two")
        batch.with_user(accountant).action_approve()
        self.assertEqual(batch.state, "done")
        self.assertEqual([move.amount_residual for move in (keep, lost, third)], [5, 0, 0])
        self.assertEqual(requests.mapped("reason_id"), self.small)
        again = self._batch("debit")
        self.assertEqual(self._items(again), keep)

    def test_one_that_cannot_be_approved_stops_no_other(self):
        accountant = self._accountant()
        self._limit("manager", 4)
        first, second = self._invoice(5, 100), self._invoice(4, 100, partner=self._debtor("Beta"))
        self._limit_of_nobody = None
        batch = self._batch("debit")
        batch.with_user(self._accountant("asker", "all")).action_ask()
        batch.with_user(accountant).action_approve()
        self.assertEqual([first.amount_residual, second.amount_residual], [5, 0])
        self.assertEqual(batch.state, "asked")
        self.assertIn("over your limit", batch.message_ids[0].body)

    def test_paid_since_it_was_proposed(self):
        move = self._invoice(5, 100)
        other = self._invoice(6, 100, partner=self._debtor("Beta"))
        batch = self._batch("debit")
        self._pay(move)
        self._pay(other, 2)
        batch.action_ask()
        self.assertEqual(batch.state, "done")
        self.assertEqual(other.amount_residual, 0)
        self.assertEqual(batch.line_ids.write_off_id.amount_company, 4)

    def test_what_waits_is_not_proposed_again(self):
        self._accountant()
        self._invoice(5, 100)
        batch = self._batch("debit")
        batch.action_ask()
        self.assertFalse(self._batch("debit").line_ids)
        batch.action_cancel()
        self.assertEqual(batch.line_ids.write_off_id.state, "cancelled")
        self.assertEqual(len(self._batch("debit").line_ids), 1)

    # === CREDITS === #
    def test_credits_never_become_income(self):
        credit = self._credit_note(8)
        self._item(credit).date = self.today
        old = self._credit_note(6, days=100, partner=self._debtor("Beta"))
        batch = self._batch("credit")
        self.assertEqual(self._items(batch), old, "younger ones stay out")
        income = self.env["account.move.line"].search_count(
            [("account_type", "in", ("income", "income_other"))]
        )
        self.assertEqual(batch.line_ids.action, "keep")
        batch.action_ask()
        self.assertEqual(batch.state, "done")
        self.assertEqual(abs(self._item(old).amount_residual), 6, "left to the customer")
        self.assertFalse(batch.line_ids.write_off_id)
        self.assertEqual(
            income,
            self.env["account.move.line"].search_count(
                [("account_type", "in", ("income", "income_other"))]
            ),
        )
        self.assertNotIn("income", dict(batch.line_ids._fields["action"].selection))

    def test_credit_set_off(self):
        credit = self._credit_note(6, days=100)
        claim = self._invoice(10, 10)
        batch = self._batch("credit")
        self.assertEqual(batch.line_ids.action, "set_off", "the debtor owes as well")
        batch.action_ask()
        self.assertEqual((claim.amount_residual, credit.amount_residual), (4, 0))

    def test_credit_to_refund(self):
        self._credit_note(6, days=100)
        batch = self._batch("credit")
        batch.line_ids.action = "refund"
        batch.action_ask()
        refund = batch.line_ids.refund_id
        self.assertRecordValues(refund, [{"state": "draft", "amount": 6}])

    def test_set_off_needs_accounting(self):
        self._credit_note(6, days=100)
        self._invoice(10, 10)
        batch = self._batch("credit")
        lead = self._user("lead", "all")
        with self.assertRaises(AccessError):
            batch.with_user(lead).action_ask()

    # === RIGHTS === #
    def test_who(self):
        batch = self._batch("debit")
        with self.assertRaises(AccessError):
            batch.with_user(self.collector).read(["state"])
        with self.assertRaises(AccessError):
            batch.with_user(self._user("auditor", "readonly")).action_propose()
        with self.assertRaises(AccessError):
            batch.write({"state": "done"})
        with self.assertRaisesRegex(UserError, "at least one"):
            batch.action_ask()

    def test_two_companies(self):
        other = self._other_company("Other")
        self._invoice(5, 100)
        self._refresh()
        batch = self.Batch.create({"kind": "debit", "company_id": other.id})
        batch.action_propose()
        self.assertFalse(batch.line_ids)
