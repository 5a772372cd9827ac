from datetime import timedelta

from odoo.tests import tagged

from .ledger import LedgerCommon


class RefreshCommon(LedgerCommon):
    """A debtor with 1,000, ten days overdue, and an empty queue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._debtor("Beta")
        cls.move = cls._invoice(1000, 10)

    def setUp(self):
        super().setUp()
        self.account = self._account()
        self._check_owes(1000)
        self.assertFalse(self._queued())

    def _check_owes(self, overdue, credit=0, partner=None, held=0):
        """What is due ten days ago, what is held of it, and the credits; nothing else."""
        figures = {"total_due": overdue, "total_overdue": overdue, "bucket_1": overdue}
        figures |= {"held": held, "held_other": held, "collectable": overdue - held}
        figures |= {
            "unapplied_credit": credit,
            "net_collectable": max(0, overdue - held - credit),
        }
        self._check_figures(self._account(partner), **figures)
        self._check_ties()


@tagged("post_install", "-at_install")
class TestRefresh(RefreshCommon):
    """Whatever moves an item brings its debtor into the queue, and the queue alone brings the
    figures right: each hook by itself. The debtor starts with 1,000, ten days overdue."""

    # === POSTING === #
    def test_posting(self):
        draft = self._invoice(500, 10, post=False)
        self._check_owes(1000)
        draft.action_post()
        self._check_owes(1500)

    def test_resetting_to_draft_and_cancelling(self):
        self.move.button_draft()
        self._check_owes(0)
        self.move.action_post()
        self._check_owes(1000)
        self.move.button_draft()
        self.move.button_cancel()
        self._check_owes(0)

    def test_reversing(self):
        reversal = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.move.ids
        )
        reversal = reversal.create({"journal_id": self.move.journal_id.id, "reason": "Wrong"})
        reversal.refund_moves()
        self._check_owes(1000)
        reversal.new_move_ids.action_post()
        self._check_owes(0)
        self.assertEqual(self.move.payment_state, "reversed")

    def test_cancelling_by_a_reversal(self):
        self.move._reverse_moves(cancel=True)
        self._check_owes(0)

    def test_credit_note(self):
        self._credit_note(300, days=1)
        self._check_owes(1000, credit=300)

    def test_miscellaneous_entry(self):
        item = {"partner_id": self.debtor.id, "no_followup": False}
        entry = self._entry([{**item, "amount": 50}], days=10)
        self._check_owes(1050)
        self._entry([{**item, "amount": -20}])
        self._check_owes(1050, credit=20)
        entry.button_draft()
        self._check_owes(1000, credit=20)

    def test_point_of_sale_like_entry_of_many_customers(self):
        parts = [self._debtor(f"Customer {index}") for index in range(5)]
        self._entry(
            [{"partner_id": p.id, "amount": 10, "no_followup": False} for p in parts], days=10
        )
        for partner in parts:
            self._check_owes(10, partner=partner)

    # === MONEY === #
    def test_payment_and_its_cancelling(self):
        """A payment in draft stays matched, in core: only cancelled the claim comes back."""
        payment = self._pay(self.move, 400)
        self._check_owes(600)
        self.assertEqual(self.account.last_payment_date, self.today)
        payment.action_draft()
        self._check_owes(600)
        payment.action_cancel()
        self._check_owes(1000)
        self.assertFalse(self.account.last_payment_date)

    def test_payment_posted_again(self):
        payment = self._pay(self.move, 400)
        self._check_owes(600)
        payment.action_draft()
        payment.action_post()
        self._check_owes(600)
        self.assertEqual(self.account.last_payment_date, self.today)

    def test_payment_on_account(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.debtor.id,
                "amount": 250,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        self._check_owes(1000, credit=250)

    def test_reconciling_and_undoing(self):
        credit = self._credit_note(300, days=1)
        self._check_owes(1000, credit=300)
        items = self._item(self.move) + self._item(credit)
        items.reconcile()
        self._check_owes(700)
        items.remove_move_reconcile()
        self._check_owes(1000, credit=300)

    def test_bank_line(self):
        line = self._bank_line(1000, self.debtor)
        self._check_owes(1000)
        self._match(line, self.move)
        self._check_owes(0)
        line.action_undo_reconciliation()
        self._check_owes(1000)

    def test_bank_line_on_account_and_deleted(self):
        """A deleted bank line takes its posted items along without a draft in between."""
        line = self._bank_line(150, self.debtor)
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.write(
            {"account_id": self._item(self.move).account_id.id, "partner_id": self.debtor.id}
        )
        self._check_owes(1000, credit=150)
        line.unlink()
        self._check_owes(1000)

    # === ITEMS EDITED IN PLACE === #
    def test_due_date_of_a_posted_invoice(self):
        self.move.invoice_date_due = self.today + timedelta(days=5)
        account = self._account()
        self._check_figures(account, total_due=1000, not_due=1000)
        self._item(self.move).date_maturity = self.today - timedelta(days=100)
        self.assertEqual((self._account().bucket_4, account.days_overdue), (1000, 100))
        self._check_ties()

    def test_partner_of_an_item(self):
        entry = self._entry(
            [{"partner_id": self.debtor.id, "amount": 50, "no_followup": False}], days=10
        )
        self._check_owes(1050)
        self._item(entry).partner_id = self.other
        self._check_owes(1000)
        self._check_owes(50, partner=self.other)

    def test_account_of_an_item(self):
        deposits = self.copy_account(self.company_data["default_account_receivable"])
        deposits.non_trade = True
        entry = self._entry(
            [{"partner_id": self.debtor.id, "amount": 50, "no_followup": False}], days=10
        )
        self._check_owes(1050)
        self._item(entry).account_id = deposits
        self._check_owes(1000)

    def test_no_followup(self):
        self._item(self.move).no_followup = True
        self._check_owes(1000, held=1000)
        self.move.no_followup = False
        self._check_owes(1000)

    def test_blocked(self):
        self.move.action_toggle_block_payment()
        self._check_owes(1000, held=1000)
        self.move.action_toggle_block_payment()
        self._check_owes(1000)

    def test_blocked_stays_after_payment_and_holds_nothing(self):
        self.move.action_toggle_block_payment()
        self._pay(self.move)
        self._check_owes(0)

    # === ACCOUNTS COME AND GO === #
    def test_new_debtor_appears_by_itself(self):
        self.assertFalse(self._account(self.other))
        self._invoice(30, 10, partner=self.other, post=False)
        self.assertFalse(self._account(self.other))
        self._invoice(30, 10, partner=self.other)
        self._check_owes(30, partner=self.other)
        account = self._account(self.other)
        self.assertRecordValues(
            account,
            [
                {
                    "policy_id": self.policy.id,
                    "stage_id": self.env.ref("ar_collections.stage_current").id,
                    "fact_kind": "current",
                    "currency_id": self.company.currency_id.id,
                    "user_id": False,
                }
            ],
        )
        self.assertIn(str(account.stage_id.id), account.duration_tracking or {"none": 0})

    def test_account_closes_and_opens_again(self):
        payment = self._pay(self.move)
        self._check_owes(0)
        closed = self.env.ref("ar_collections.stage_closed")
        self.assertRecordValues(
            self.account,
            [
                {
                    "stage_id": closed.id,
                    "fact_kind": "closed",
                    "oldest_due_date": False,
                    "days_overdue": 0,
                    "oldest_bucket": "0",
                    "priority": 0,
                }
            ],
        )
        payment.action_cancel()
        self._check_owes(1000)
        self.assertEqual(self.account.stage_id.kind, "current")
