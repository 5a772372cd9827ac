from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .cash import CashCommon


@tagged("post_install", "-at_install")
class TestCashScreen(CashCommon):
    """What the screen asks of the server, the batch, and what is learned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Credit = cls.env["ar.collection.credit"]
        cls.Batch = cls.env["ar.collection.application.batch"]
        cls.first = cls._invoice(1000, 40)
        cls.second = cls._invoice(500, 20)

    def setUp(self):
        super().setUp()
        self._account()

    def _credit(self, line):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.Credit.browse(line.id)

    # === THE SCREEN === #
    def test_list_and_open(self):
        line = self._suspense(self._bank_line(1000, payment_ref=f"for {self.first.name}"))
        self._payment(777)
        page = self.Credit.cash_list()
        row = next(row for row in page["credits"] if row["id"] == line.id)
        self.assertEqual(
            (row["proposal"], row["exact"], row["debtor"]["name"]), ("match", True, "Alpha")
        )
        self.assertEqual((page["count"], page["may_apply"]), (2, True))
        self.assertEqual(self.Credit.cash_list(search="777.00")["count"], 1)
        self.assertEqual(self.Credit.cash_list(search=self.first.name)["count"], 1)
        self.assertEqual(self.Credit.cash_list(show="nobody")["count"], 1)
        opened = self._credit(line).cash_open()
        self.assertEqual([item["open"] for item in opened["items"]], [1000, 500])
        self.assertEqual([item["named"] for item in opened["items"]], [True, False])
        self.assertEqual([item["days"] for item in opened["items"]], [40, 20])
        self.assertTrue(opened["proposal"]["answers"][0]["text"])
        self.assertTrue(opened["reasons"]["deduction"])

    def test_a_credit_note_is_opened(self):
        """What is proposed for it stands among the items, and is not the note itself."""
        note = self._credit_note(200)
        note.ref = note.name
        opened = self._credit(self._item(note)).cash_open()
        shown = {item["id"] for item in opened["items"]}
        self.assertEqual(shown, set((self._item(self.first) + self._item(self.second)).ids))
        for answer in opened["proposal"]["answers"]:
            self.assertLessEqual({line_id for line_id, _amount in answer["allocations"]}, shown)

    def test_applied_as_proposed_is_assisted_else_manual(self):
        line = self._payment(1000, memo=self.first.name)
        done = self._credit(line).cash_apply([[self._item(self.first).id, 1000]])
        application = self.Application.browse(done["id"])
        self.assertRecordValues(
            application, [{"mode": "assisted", "reason": "reference", "confidence": 98}]
        )
        other = self._payment(100)
        done = self._credit(other).cash_apply([[self._item(self.second).id, 60]])
        self.assertEqual(self.Application.browse(done["id"]).mode, "manual")
        with self.assertRaisesRegex(UserError, "applied meanwhile"):
            self._credit(line).cash_open()
        with self.assertRaisesRegex(UserError, "applied meanwhile"):
            self._credit(line).cash_apply([[self._item(self.second).id, 1]])

    def test_deduction_opens_a_dispute(self):
        reason = self.env["ar.collection.dispute.reason"].search([], limit=1)
        item = self._item(self.first)
        done = self._credit(self._payment(900)).cash_apply(
            [[item.id, 900]],
            [{"kind": "deduction", "line_id": item.id, "amount": 100, "reason_id": reason.id}],
        )
        [line] = self.Application.browse(done["id"]).line_ids.filtered(
            lambda line: line.kind == "deduction"
        )
        dispute = self.env[line.record_model].browse(line.record_id)
        self.assertEqual((dispute.kind, dispute.reason_id), ("deduction", reason))
        self.assertEqual(dispute.item_ids.line_id, item)
        self.assertEqual(item.amount_residual, 100)
        self.assertEqual(self._account().disputed, 100)

    def test_write_off_is_asked_for(self):
        reason = self.env["ar.collection.write.off.reason"]._default_reason("small")
        reason.account_id = self.company_data["default_account_expense"]
        item = self._item(self.first)
        done = self._credit(self._payment(998)).cash_apply(
            [[item.id, 998]],
            [{"kind": "write_off", "line_id": item.id, "amount": 2, "reason_id": reason.id}],
        )
        [line] = self.Application.browse(done["id"]).line_ids.filtered(
            lambda line: line.kind == "write_off"
        )
        request = self.env[line.record_model].browse(line.record_id)
        self.assertEqual(request.line_ids.mapped("amount"), [2])
        self.assertIn(request.state, ("to_approve", "posted"))

    def _applied_short(self, kind, amount, reason):
        """The first item paid but for an amount, which goes there; application, what it opened."""
        item = self._item(self.first)
        done = self._credit(self._payment(1000 - amount)).cash_apply(
            [[item.id, 1000 - amount]],
            [{"kind": kind, "line_id": item.id, "amount": amount, "reason_id": reason.id}],
        )
        application = self.Application.browse(done["id"])
        line = application.line_ids.filtered("record_model")
        return application, self.env[line.record_model].browse(line.record_id)

    def _small(self):
        reason = self.env["ar.collection.write.off.reason"]._default_reason("small")
        reason.account_id = self.company_data["default_account_expense"]
        return reason

    def test_undone_with_the_dispute_it_opened(self):
        reason = self.env["ar.collection.dispute.reason"].search([], limit=1)
        application, dispute = self._applied_short("deduction", 100, reason)
        self.assertIs(application.action_undo(), True)
        self.assertEqual((dispute.state, dispute.outcome), ("resolved", "withdrawn"))
        self.assertEqual(self._open(self.first), [1000])
        self.assertEqual(self._account().disputed, 0)

    def test_undone_but_somebody_works_on_the_dispute(self):
        reason = self.env["ar.collection.dispute.reason"].search([], limit=1)
        application, dispute = self._applied_short("deduction", 100, reason)
        dispute.action_investigate()
        told = application.action_undo()
        self.assertIn(dispute.name, told["params"]["message"])
        self.assertEqual(dispute.state, "investigating")
        self.assertEqual(self._open(self.first), [1000])
        self.assertIn(dispute.name, str(self._account().message_ids.mapped("body")))

    def _other_managers(self):
        return self.env["ar.collection.approval"]._managers(self.company) - self.env.user

    def test_undone_with_the_request_it_made(self):
        second = self._user("second_manager", "manager")
        second.group_ids |= self.env.ref("account.group_account_invoice")
        application, request = self._applied_short("write_off", 2, self._small())
        self.assertEqual(request.state, "to_approve", "four eyes")
        self.assertIs(application.action_undo(), True)
        self.assertEqual(request.state, "cancelled")
        self.assertFalse(request._waiting_approvals())
        self.assertEqual(self._open(self.first), [1000])

    def test_undone_with_what_it_wrote_off_at_once(self):
        self._other_managers().active = False
        application, request = self._applied_short("write_off", 2, self._small())
        self.assertEqual((request.state, self._open(self.first)), ("posted", [0]))
        self.assertIs(application.action_undo(), True)
        self.assertEqual((request.state, self._open(self.first)), ("reversed", [1000]))

    def test_undone_but_somebody_approved_the_write_off(self):
        self._other_managers().active = False
        application, request = self._applied_short("write_off", 2, self._small())
        # as if another had approved it
        request.sudo().answered_by_id = self._user("approver", "manager")
        told = application.action_undo()
        self.assertIn(request.name, told["params"]["message"])
        self.assertEqual(request.state, "posted")
        self.assertEqual(self._open(self.first), [998])

    def test_money_is_conserved(self):
        """Whatever is decided: applied and left on account is what came in."""
        for paid, first, second in ((700, 700, 0), (1500, 1000, 500), (900, 250, 100)):
            with self.subTest(paid=paid), self.env.cr.savepoint() as savepoint:
                line = self._payment(paid)
                chosen = [
                    [self._item(move).id, amount]
                    for move, amount in ((self.first, first), (self.second, second))
                    if amount
                ]
                before = sum(self._open(self.first, self.second))
                done = self._credit(line).cash_apply(chosen)
                applied = self.Application.browse(done["id"]).amount
                self.assertEqual(applied - line.amount_residual, paid)
                self.assertEqual(before - sum(self._open(self.first, self.second)), applied)
                savepoint.rollback()

    # === LEARNING === #
    def test_a_correction_is_learned_and_used(self):
        aliases = self.env["ar.collection.payer.alias"]
        line = self._suspense(
            self._bank_line(1000, partner_name="Payer XY", account_number="BE71 0961 2345 6769")
        )
        self._credit(line).cash_apply(
            [[self._item(self.first).id, 1000]], partner_id=self.debtor.id
        )
        alias = aliases.search([("partner_id", "=", self.debtor.id)])
        self.assertRecordValues(alias, [{"kind": "account", "key": "BE71096123456769"}])
        again = self._suspense(self._bank_line(500, account_number="BE71096123456769"))
        opened = self._credit(again).cash_open()
        self.assertEqual(opened["debtor"]["id"], self.debtor.id)
        self._credit(again).cash_apply([[self._item(self.second).id, 500]])
        self.assertEqual(alias.used, 1)

    def test_prefix_is_learned(self):
        number = int(self.second.name.rsplit("/", 1)[1])
        line = self._payment(500, memo=f"RG{number}")
        self._invoice(500, 5)
        self.assertEqual(self._credit(line).cash_open()["proposal"]["kind"], "ambiguous")
        self._credit(line).cash_apply([[self._item(self.second).id, 499]])
        alias = self.env["ar.collection.payer.alias"].search([("kind", "=", "prefix")])
        self.assertRecordValues(alias, [{"value": "RG", "partner_id": self.debtor.id}])

    # === ALL THAT FIT EXACTLY === #
    def _preview(self):
        self.env.flush_all()
        return self.Batch.browse(self.Batch.action_preview()["res_id"])

    def test_batch_applied_and_undone(self):
        exact = self._payment(1000, memo=self.first.name)
        bank = self._suspense(self._bank_line(500, payment_ref=self.second.name))
        self._payment(77)
        short = self._payment(400, memo=self.second.name)
        batch = self._preview()
        self.assertEqual(batch.line_ids.credit_line_id, exact + bank)
        self.assertEqual(self._open(self.first, self.second), [1000, 500], "only looked at")
        batch.action_apply()
        self.assertEqual(self._open(self.first, self.second), [0, 0])
        self.assertEqual(set(batch.line_ids.application_id.mapped("mode")), {"automatic"})
        self.assertEqual((batch.state, batch.problem_count), ("done", 0))
        with self.assertRaises(UserError):
            batch.action_apply()
        batch.action_undo()
        self.assertEqual(self._open(self.first, self.second), [1000, 500])
        self.assertEqual((exact.amount_residual, short.amount_residual), (-1000, -400))
        self.assertEqual(set(batch.line_ids.application_id.mapped("state")), {"undone"})

    def test_batch_leaves_what_changed_since_the_look(self):
        self._payment(1000, memo=self.first.name)
        self._payment(500, memo=self.second.name)
        batch = self._preview()
        (self._payment(1) + self._item(self.second)).reconcile()
        batch.action_apply()
        self.assertEqual(self._open(self.first, self.second), [0, 499])
        self.assertEqual((batch.applied_count, batch.problem_count), (1, 1))
        self.assertTrue(batch.line_ids[1].problem)

    def test_batch_takes_an_item_once(self):
        self._payment(1000, memo=self.first.name)
        self._payment(1000, memo=self.first.name)
        self.assertEqual(len(self._preview().line_ids), 1)

    def test_batch_of_nothing(self):
        with self.assertRaisesRegex(UserError, "No credit fits"):
            self._preview()

    def test_batch_needs_the_right_to_reconcile(self):
        with self.assertRaises(AccessError):
            self.Batch.with_user(self._user("reader", "all")).action_preview()

    # === THE REPORT === #
    def test_match_rate_per_payment_and_per_line(self):
        third = self._invoice(300, 5)
        self._payment(1000, memo=self.first.name)
        self._preview().action_apply()
        self._credit(self._payment(799)).cash_apply(
            [[self._item(self.second).id, 500], [self._item(third).id, 299]]
        )
        self.env.flush_all()
        [row] = self.env["ar.collection.match.report"]._read_group(
            [("company_id", "=", self.company.id)],
            [],
            ["lines:sum", "payments:sum", "rate_lines:avg", "rate_payments:avg"],
        )
        self.assertEqual([round(float(value), 2) for value in row], [3, 2, 33.33, 50])
