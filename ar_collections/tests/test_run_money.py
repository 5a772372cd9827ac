from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .ledger import LedgerCommon

RUN = "odoo.addons.ar_collections.models.ar_collection_run"


@tagged("post_install", "-at_install")
class TestRunMoney(LedgerCommon):
    """Decisions that wait for money on its way, and runs that wait for the bank."""

    def _reason(self, **kwargs):
        return self._decisions(**kwargs)[self.debtor].reason

    def _payment(self, code="manual", **vals):
        """A payment in process without an entry, as a bank's file on its way leaves it."""
        journal = self.company_data["default_journal_bank"]
        method = self.env["account.payment.method"].search(
            [("code", "=", code), ("payment_type", "=", "inbound")], limit=1
        ) or self.env["account.payment.method"].sudo().create(
            {"name": code, "code": code, "payment_type": "inbound"}
        )
        line = self.env["account.payment.method.line"].create(
            {"name": code, "payment_method_id": method.id, "journal_id": journal.id}
        )
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.debtor.id,
                "payment_type": "inbound",
                "amount": 1000,
                "journal_id": journal.id,
                "payment_method_line_id": line.id,
                **vals,
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_payment SET state = 'in_process', move_id = NULL WHERE id = %s",
            [payment.id],
        )
        payment.invalidate_recordset()
        return payment

    def test_payment_in_process(self):
        self._invoice(1000, 10)
        self._payment()
        self.assertEqual(self._reason(), "money_on_its_way")
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertIn("please match", run.decision_ids.why)
        self.assertEqual(self._account().next_action, "Match the money on its way")

    def test_direct_debit_has_its_day(self):
        self._invoice(1000, 10)
        day = self.today + timedelta(days=2)
        self._payment("sepa_direct_debit", date=day)
        decision = self._decisions()[self.debtor]
        self.assertEqual((decision.reason, decision.date), ("direct_debit", day))
        self.assertIn("Collected by direct debit on", self._run().decision_ids.why)

    def test_held_for_direct_debit(self):
        move = self._invoice(1000, 10)
        self._hold(move, kind="debit", days=5)
        decision = self._decisions()[self.debtor]
        self.assertEqual(
            (decision.reason, decision.date), ("direct_debit", self.today + timedelta(days=5))
        )
        other = self._invoice(200, 10)
        self._hold(other, kind="disputed")
        self.assertEqual(self._reason(), "all_held", "not by direct debits alone")

    def test_online_payment_pending(self):
        self._invoice(1000, 10)
        provider = self.env["payment.provider"].create({"name": "Provider", "code": "none"})
        method = self.env["payment.method"].create({"name": "Card", "code": "ar-card"})
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": 1000,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.debtor.id,
                "reference": "TX-decide",
                "state": "pending",
            }
        )
        self.assertEqual(self._reason(), "money_on_its_way")
        transaction.state = "cancel"
        self.assertFalse(self._reason())

    def test_bank_line_names_the_debtor(self):
        move = self._invoice(1000, 10)
        other = self._debtor("Other", email="other@debtor.example")
        self._invoice(500, 10, partner=other)
        self.env["res.partner.bank"].create(
            {"partner_id": self.debtor.id, "acc_number": "BE68539007547034"}
        )
        for partner, vals in (
            (self.debtor, {"payment_ref": "thanks"}),
            (None, {"payment_ref": f"Invoice {move.name.lower()}, thanks"}),
            (None, {"payment_ref": "x", "account_number": "be68 5390 0754 7034"}),
        ):
            with self.subTest(vals=vals):
                line = self._bank_line(1000, partner, **vals)
                decisions = self._decisions()
                self.assertEqual(decisions[self.debtor].reason, "money_on_its_way")
                self.assertFalse(decisions[other].reason)
                line.unlink()
        self._bank_line(-1000, self.debtor)
        self._match(self._bank_line(300, self.debtor), move)
        self.assertFalse(self._reason(), "money that goes out, or is matched, says nothing")

    def test_another_companys_money_says_nothing(self):
        self._invoice(1000, 10)
        foreign = self._other_company("Foreign")
        journal = self.env["account.journal"].search(
            [("company_id", "=", foreign.id), ("type", "=", "bank")], limit=1
        )
        self.env["account.bank.statement.line"].with_company(foreign).create(
            {
                "journal_id": journal.id,
                "date": self.today,
                "payment_ref": "thanks",
                "partner_id": self.debtor.id,
                "amount": 1000,
            }
        )
        self.assertFalse(self._reason())

    # === THE RUN === #
    def test_waiting_run_is_tried_again(self):
        self._invoice(1000, 10)
        self._bank_line(5, self._debtor("Somebody"), days=30)
        self.company.write({"ar_automatic": True, "ar_bank_line_wait": True})
        self._refresh()
        cron = self.env.ref("ar_collections.ir_cron_ar_collection_run")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        run = self.Run.search([("company_id", "=", self.company.id)])
        self.assertEqual(run.state, "waiting")
        self.assertFalse(run.notice_ids)
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self._bank_line(5, self._debtor("Somebody else"))
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(run.state, "done")
        self.assertEqual(len(run.notice_ids), 1)

    @mute_logger(RUN)
    def test_one_companys_trouble_does_not_stop_the_others(self):
        self._invoice(1000, 10)
        self._refresh()
        foreign = self._other_company("A foreign one, first by name")
        (self.company | foreign).ar_automatic = True
        done = []

        def failing(runs, *args):
            if runs.env.company == foreign:
                raise ValueError("broken")
            done.append(runs.env.company)

        self.patch(type(self.Run), "_decide_and_queue", failing)
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_run").method_direct_trigger()
        self.assertIn(self.company, done)

    def test_a_week_without_the_job(self):
        """Missed nights never add levels: the first run after them writes one reminder."""
        move = self._invoice(1000, 3)
        self._refresh()
        self.company.ar_automatic = True
        later = self.today + timedelta(days=40)
        self.assertEqual(self._decisions(today=later)[self.debtor].level.id, self.reminder.id)
        self._reach(move, self.reminder, 1)
        self.assertEqual(
            self._decisions(today=later)[self.debtor].level.id, self.second.id, "one step on"
        )
