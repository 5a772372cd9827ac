from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .write_off import WriteOffCommon


@tagged("post_install", "-at_install")
class TestWriteOff(WriteOffCommon):
    """A write-off from the request to the entry and back."""

    def test_collector_asks_manager_approves(self):
        move = self._invoice(1000, 10)
        request = self._ask(move, 300, self.collector, note="Left town")
        self.assertRecordValues(
            request,
            [{"state": "to_approve", "amount_company": 300, "written_off": 0, "move_ids": []}],
        )
        self.assertEqual(move.amount_residual, 1000, "nothing is booked before it is approved")
        approval = request.sudo().approval_ids
        self.assertRecordValues(
            approval, [{"kind": "write_off", "amount": 300, "user_id": self.collector.id}]
        )

        approval.with_env(self.env).action_approve()
        self.assertEqual(request.state, "posted")
        entry = request.with_env(self.env).move_ids
        receivable = self.company_data["default_account_receivable"]
        self.assertEqual(
            self._entry_lines(entry), sorted([("659999", 300, 300), (receivable.code, -300, -300)])
        )
        self.assertEqual(entry.state, "posted")
        self.assertEqual(entry.create_uid, self.env.user, "posted by who approved")
        self.assertIn("Left town", entry.ref)
        self.assertEqual(move.amount_residual, 700)
        account = self._account()
        self._check_figures(
            account,
            total_due=700,
            total_overdue=700,
            bucket_1=700,
            collectable=700,
            net_collectable=700,
        )
        self._check_ties()
        self.assertEqual(request.with_env(self.env).written_off, 300)

    def test_who_may_write_off_does_so_at_once(self):
        move = self._invoice(100, 10)
        request = self._ask(move)
        self.assertEqual(request.state, "posted")
        self.assertEqual(move.amount_residual, 0)
        self.assertTrue(request.approval_ids.self_approved, "marked as approved by who asked")
        audit = self.env["ar.collection.audit"].search(
            [("approval_id", "in", request.approval_ids.ids)]
        )
        self.assertEqual(audit.amount, 100)

    def test_two_managers_need_each_other(self):
        accountant = self._accountant()
        request = self._ask(self._invoice(100, 10))
        self.assertEqual(request.state, "to_approve", "no limit was set: four eyes")
        with self.assertRaisesRegex(UserError, "nobody approves an own request"):
            request.action_approve()
        request.with_user(accountant).action_approve()
        self.assertRecordValues(request, [{"state": "posted", "answered_by_id": accountant.id}])

    def test_a_set_limit_needs_nobody(self):
        self._accountant()
        self._limit("manager", 100)
        self.assertEqual(self._ask(self._invoice(100, 10)).state, "posted")
        self.assertEqual(
            self._ask(self._invoice(1, 10)).state, "to_approve", "slices count over 12 months"
        )

    def test_limit_counts_twelve_months_per_debtor(self):
        self._limit("manager", 100)
        first = self._ask(self._invoice(60, 10), user=self.collector)
        first.sudo().approval_ids.with_env(self.env).action_approve()
        second = self._ask(self._invoice(41, 10), user=self.collector)
        with self.assertRaisesRegex(UserError, "over your limit, with .*60"):
            second.sudo().approval_ids.with_env(self.env).action_approve()
        self.assertEqual(second.state, "to_approve")
        other = self._debtor("Beta")
        third = self._ask(self._invoice(100, 10, partner=other), user=self.collector)
        third.sudo().approval_ids.with_env(self.env).action_approve()
        self.assertEqual(third.state, "posted", "another debtor has a limit of its own")
        first.sudo().approval_ids.date_answered -= timedelta(days=366)
        second.sudo().approval_ids.with_env(self.env).action_approve()
        self.assertEqual(second.state, "posted", "what is older counts no more")

    def test_limit_without_accounting_is_not_enough(self):
        manager = self._user("second", "manager")
        move = self._invoice(100, 10)
        request = self._ask(move, user=self.collector)
        approval = request.sudo().approval_ids
        with self.assertRaisesRegex(UserError, "no rights in accounting"):
            approval.with_user(manager).action_approve()
        self.assertFalse(approval.with_user(manager).can_answer)
        self.assertEqual(move.amount_residual, 100)
        approval.with_user(manager).action_refuse("Try once more")
        self.assertRecordValues(request, [{"state": "refused", "answer": "Try once more"}])

    def test_manager_without_accounting_asks(self):
        manager = self._user("second", "manager")
        request = self._ask(self._invoice(100, 10), user=manager)
        self.assertEqual(request.state, "to_approve")

    def test_a_job_never_writes_off_by_itself(self):
        robot = self.env.ref("base.user_root")
        request = self._ask(self._invoice(5, 10), user=robot)
        self.assertEqual(request.state, "to_approve")

    # === MONEY IN BETWEEN === #
    def test_paid_in_part_before_approval(self):
        move = self._invoice(100, 10)
        request = self._ask(move, 80, self.collector)
        self._pay(move, 50)
        request.with_env(self.env).action_approve()
        self.assertEqual(request.with_env(self.env).written_off, 50, "never more than is open")
        self.assertEqual(move.amount_residual, 0)

    def test_paid_before_approval(self):
        move = self._invoice(100, 10)
        request = self._ask(move, None, self.collector)
        self._pay(move)
        request.with_env(self.env).action_approve()
        self.assertEqual(request.state, "cancelled")
        self.assertFalse(request.with_env(self.env).move_ids)
        self.assertIn("nothing is left", request.answer)

    def test_what_cannot_be_asked_for(self):
        move = self._invoice(100, 10)
        with self.assertRaisesRegex(UserError, "100.00 open"):
            self._ask(move, 100.01)
        with self.assertRaisesRegex(UserError, "how much"):
            self._ask(move, 0)
        with self.assertRaisesRegex(UserError, "how much"):
            self._ask(move, -5)
        self._ask(move, 60, self.collector)
        with self.assertRaisesRegex(UserError, "60.00 wait for approval"):
            self._ask(move, 41, self.collector)
        self._ask(move, 40, self.collector)
        self._pay(move)
        with self.assertRaisesRegex(UserError, "nothing is left"):
            self._ask(move, 1)
        other = self._invoice(10, 10, partner=self._debtor("Beta"))
        with self.assertRaisesRegex(UserError, "not an open item of Alpha"):
            self.WriteOff._request(self._account(), {self._item(other).id: None}, self.bad)

    def test_without_an_account(self):
        self.company.ar_write_off_account_id = False
        with self.assertRaisesRegex(UserError, "Write-off reasons"):
            self._ask(self._invoice(100, 10))

    def test_account_and_journal_of_the_reason(self):
        account = self.loss.copy({"code": "659998"})
        journal = self.company_data["default_journal_misc"].copy({"code": "BAD"})
        reason = self.bad.with_company(self.company)
        reason.write({"account_id": account.id, "journal_id": journal.id})
        entry = self._ask(self._invoice(100, 10)).move_ids
        self.assertEqual(entry.journal_id, journal)
        self.assertIn(account, entry.line_ids.account_id)

    def test_evidence(self):
        move = self._invoice(100, 10)
        account = self._account()
        reason = self.env.ref("ar_collections.write_off_reason_insolvency")
        request = self.WriteOff.create(
            {
                "collection_id": account.id,
                "reason_id": reason.id,
                "line_ids": [Command.create({"line_id": self._item(move).id})],
            }
        )
        with self.assertRaisesRegex(UserError, "needs evidence.*court"):
            request.action_request()
        self.env["ir.attachment"].create(
            {"name": "court.pdf", "raw": b"x", "res_model": request._name, "res_id": request.id}
        )
        request.action_request()
        self.assertEqual(request.state, "posted")

    def test_locked_period(self):
        move = self._invoice(100, 10)
        request = self._ask(move, None, self.collector)
        self.company.hard_lock_date = self.today
        request.with_env(self.env).sudo(False).action_approve()
        entry = request.with_env(self.env).move_ids
        self.assertGreater(entry.date, self.today, "core moves it behind the lock, as always")

    # === REVERSAL === #
    def test_reversal_opens_everything_again(self):
        first, second = self._invoice(100, 10), self._invoice(50, 40)
        self._pay(first, 30)
        account = self._account()
        request = self.WriteOff._request(
            account, {self._item(first).id: None, self._item(second).id: 20}, self.bad
        )
        self.assertEqual((first.amount_residual, second.amount_residual), (0, 30))
        entry = request.move_ids
        with self.assertRaisesRegex(UserError, "say why"):
            request.action_reverse()
        request.action_reverse("They have paid after all")
        self.assertEqual((first.amount_residual, second.amount_residual), (70, 50))
        self.assertEqual(request.state, "reversed")
        self.assertEqual(request.written_off, 0)
        self.assertEqual(entry.reversal_move_ids.state, "posted")
        self.assertTrue(
            all(
                line.reconciled for line in self._item(entry) | self._item(entry.reversal_move_ids)
            ),
            "entry and reversal leave nothing open",
        )
        self._refresh()
        self._check_ties()
        audit = self.env["ar.collection.audit"].search([("event", "=", "correction")], limit=1)
        self.assertEqual(audit.reason, "They have paid after all")
        with self.assertRaises(UserError):
            request.action_reverse("Again")

    def test_collector_cannot_reverse(self):
        move = self._invoice(100, 10)
        request = self._ask(move)
        with self.assertRaises(AccessError):
            request.with_user(self.collector).action_reverse("I want to")
        self.assertEqual(move.amount_residual, 0)

    def test_undone_in_accounting(self):
        move = self._invoice(100, 10)
        request = self._ask(move)
        self._refresh()
        self.assertEqual(request.state, "posted")
        entry = request.move_ids
        entry.button_draft()
        entry.unlink()
        self._refresh()
        self.assertEqual(request.state, "reversed")
        self.assertIn("accounting", request.answer)
        self.assertEqual(move.amount_residual, 100)

    def test_taken_off_the_item(self):
        """The entry stays, as a credit: the timeline says what to do."""
        move = self._invoice(100, 10)
        request = self._ask(move)
        self._refresh()
        self._item(move).remove_move_reconcile()
        self._refresh()
        self.assertEqual(request.state, "reversed")
        self.assertIn("stands as a credit", self._account().message_ids[0].body)

    # === CURRENCIES AND COMPANIES === #
    def test_foreign_currency_with_exchange_difference(self):
        """100 euros at 2 to the dollar are worth 50; written off at 4 to the dollar: 25 are
        lost on the debt, 25 on the exchange; half of it is half of both."""
        euro = self.setup_other_currency(
            "EUR", rates=[("1900-01-01", 2.0), (str(self.today - timedelta(days=5)), 4.0)]
        )
        move = self._invoice(100, 10, currency_id=euro.id)
        self.assertEqual(self._item(move).balance, 50)
        request = self._ask(move, 50)
        self.assertEqual(request.amount_company, 25, "its value in the books")
        receivable = self.company_data["default_account_receivable"]
        self.assertEqual(
            self._entry_lines(request.move_ids),
            sorted([("659999", 50, 12.5), (receivable.code, -50, -12.5)]),
        )
        item = self._item(move)
        self.assertEqual((item.amount_residual_currency, item.amount_residual), (50, 25))
        exchange = item.matched_credit_ids.exchange_move_id
        self.assertEqual(
            sum(exchange.line_ids.filtered(lambda line: line.balance > 0).mapped("balance")), 12.5
        )
        request.action_reverse("Wrong")
        self.assertEqual((item.amount_residual_currency, item.amount_residual), (100, 50))
        self._refresh()
        self._check_ties()

    def test_two_currencies_on_one_request(self):
        euro = self.setup_other_currency("EUR", rates=[("1900-01-01", 2.0)])
        home, abroad = self._invoice(10, 10), self._invoice(100, 10, currency_id=euro.id)
        items = self._item(home) | self._item(abroad)
        request = self.WriteOff._request(self._account(), dict.fromkeys(items.ids), self.bad)
        self.assertEqual(request.amount_company, 60)
        self.assertEqual(len(request.move_ids), 1)
        self.assertEqual(items.mapped("amount_residual_currency"), [0, 0])

    def test_branch_item_is_booked_in_its_branch(self):
        branch = self._branch()
        move = self.init_invoice(
            "out_invoice", partner=self.debtor, amounts=[80], taxes=[], company=branch, post=True
        )
        item = self._item(move)
        self._refresh()
        request = self.WriteOff._request(self._account(), {item.id: None}, self.bad)
        self.assertEqual(request.move_ids.company_id, branch)
        self.assertEqual(move.amount_residual, 0)

    def test_other_company_sees_nothing(self):
        other = self._other_company("Other")
        request = self._ask(self._invoice(100, 10), user=self.collector)
        stranger = self._user("stranger", "manager", company_ids=other.ids, company_id=other.id)
        self.assertFalse(self.WriteOff.with_user(stranger).search([("id", "=", request.id)]))
        with self.assertRaises(AccessError):
            request.with_user(stranger).read(["note"])

    # === HOLD === #
    def test_asked_for_is_not_chased(self):
        move = self._invoice(1000, 10)
        self._hold(move, 400)
        request = self._ask(move, 500, self.collector)
        account = self._account()
        self.assertEqual((account.disputed, account.held_other), (400, 100), "not held twice")
        self.assertEqual(account.collectable, 500)
        request.with_user(self.collector).action_cancel("No")
        self.assertEqual(self._account().collectable, 600)

    # === WHAT A PERSON MAY === #
    def test_states_by_actions_only(self):
        request = self._ask(self._invoice(100, 10), user=self.collector)
        with self.assertRaises(AccessError):
            request.write({"state": "posted"})
        with self.assertRaises(UserError):
            request.write({"note": "Other words"})
        with self.assertRaises(UserError):
            request.line_ids.write({"amount": 1})
        with self.assertRaises(UserError):
            request.unlink()
        with self.assertRaises(AccessError):
            self.WriteOff.with_user(self.collector).create(
                {"collection_id": self._account().id, "reason_id": self.bad.id, "state": "posted"}
            )

    def test_own_debtors_only(self):
        move = self._invoice(100, 10)
        request = self._ask(move, user=self.collector)
        self._account().user_id = self._user("other", "user")
        self.assertFalse(self.WriteOff.with_user(self.collector).search([("id", "=", request.id)]))
        auditor = self._user("auditor", "readonly")
        self.assertEqual(request.with_user(auditor).read(["state"])[0]["state"], "to_approve")
        with self.assertRaises(AccessError):
            request.with_user(auditor).action_cancel()

    def test_form(self):
        move = self._invoice(100, 10)
        account = self._account()
        action = self._item(move).action_ar_write_off()
        with Form(self.WriteOff.with_context(**action["context"])) as form:
            form.reason_id = self.small
            self.assertEqual(form.amount_company, 100)
        request = form.save()
        self.assertEqual(request.collection_id, account)
        request.action_request()
        self.assertEqual(move.ar_write_off_count, 1)
        self.assertEqual(request.move_ids.ar_write_off_count, 1)

    def test_source_is_told(self):
        """Whatever asked goes on; here the account itself stands for a dispute."""
        told = []
        account_class = self.registry["ar.collection"]
        account_class._on_write_off = lambda source, row: told.append((source.id, row.state))
        self.addCleanup(delattr, account_class, "_on_write_off")
        account = self._account_of_new()
        request = self.WriteOff._request(
            account, {self._item(self.invoice).id: None}, self.bad, source=account
        )
        request.action_reverse("Wrong")
        self.assertEqual(told, [(account.id, "posted"), (account.id, "reversed")])

    def _account_of_new(self):
        self.invoice = self._invoice(100, 10)
        return self._account()


@tagged("post_install", "-at_install")
class TestWriteOffStatus(WriteOffCommon):
    """What was written off stays visible."""

    def test_invoice(self):
        move = self._invoice(100, 10)
        self._ask(move, 30)
        self.assertEqual(move.ar_status, "partly_written_off")
        paid = self._invoice(100, 10)
        self._pay(paid, 99)
        self._ask(paid)
        self.assertEqual(paid.ar_status, "partly_written_off")
        lost = self._invoice(100, 10)
        request = self._ask(lost)
        self.assertEqual(lost.ar_status, "written_off")
        moves = self.env["account.move"]
        self.assertEqual(moves.search([("ar_status", "=", "written_off")]), lost)
        self.assertEqual(moves.search([("ar_status", "=", "partly_written_off")]), move | paid)
        request.action_reverse("Wrong")
        self.assertEqual(lost.ar_status, "overdue")

    def test_hold_is_graver(self):
        move = self._invoice(100, 10)
        self._ask(move, 30)
        self._hold(move, 10)
        self.assertEqual(move.ar_status, "disputed")

    def test_instalments(self):
        terms = self._terms((50, -20), (50, -10))
        move = self._invoice(100, 30, invoice_payment_term_id=terms.id, invoice_date_due=False)
        first, second = self._item(move).sorted("date_maturity")
        account = self._account()
        self.WriteOff._request(account, {first.id: None}, self.bad)
        self.assertEqual(move.ar_status, "partly_written_off")
        self._pay(move)
        self.assertEqual(move.ar_status, "partly_written_off", "one written off, one paid")
        self.assertEqual(second.amount_residual, 0)

    def test_still_collected_stays_on_the_debtor(self):
        account = self._account_with(100)
        request = account.write_off_ids
        self.assertEqual(account.written_off_collected, 100)
        request.still_collected = False
        self.assertEqual(account.written_off_collected, 0)
        request.still_collected = True
        request.action_reverse("Paid after all")
        self.assertEqual(account.written_off_collected, 0)

    def _account_with(self, amount):
        self._ask(self._invoice(amount, 10))
        return self._account()

    def test_foreign_currency_is_fully_written_off(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("1900-01-01", 2.0), (str(self.today - timedelta(days=5)), 4.0)]
        )
        move = self._invoice(100, 10, currency_id=euro.id)
        self._ask(move)
        self.assertEqual(move.ar_status, "written_off")

    def test_merged_debtors(self):
        self._ask(self._invoice(100, 10))
        other = self._debtor("Beta")
        self._invoice(50, 10, partner=other)
        self._refresh()
        loser = self.debtor
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((loser | other).ids, other)
        self._refresh()
        self.assertEqual(self._account(other).write_off_ids.written_off, 100)
