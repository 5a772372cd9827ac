from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .dispute import DisputeCommon


@tagged("post_install", "-at_install")
class TestDisputeUse(DisputeCommon):
    """Working disputes: the forms, colleagues, customers, deadlines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.price.write({"team_id": cls.team.id, "to_salesperson": False, "sla_hours": 8})
        cls.debtor.email = "buyer@alpha.example"

    def _open_form(self, **context):
        action = context.pop("action")
        return Form(
            self.env["ar.collection.dispute.open"].with_context(**{**action["context"], **context})
        )

    # === OPENING === #
    def test_ticked_lines_of_the_invoice_propose_the_amount_with_tax(self):
        tax = self.env["account.tax"].create({"name": "10 %", "amount": 10})
        invoice = self._invoice(
            0,
            30,
            invoice_line_ids=[
                Command.create({"name": f"Line {price}", "price_unit": price, "tax_ids": tax.ids})
                for price in (100, 200)
            ],
        )
        self._account()
        form = self._open_form(action=invoice.action_ar_dispute())
        with form.row_ids.edit(0) as row:
            self.assertEqual(row.amount, 330)
        with form.source_ids.edit(1) as line:
            line.ticked = True
        with form.row_ids.edit(0) as row:
            self.assertEqual(row.amount, 220)
        form.reason_id = self.price
        form.save().action_open()
        dispute = self.Dispute.search([("item_ids.move_id", "=", invoice.id)])
        self.assertEqual(dispute.amount, 220)
        self.assertEqual(dispute.item_ids.source_line_ids, invoice.invoice_line_ids[1])
        self.assertEqual(self._account().disputed, 220)
        self.assertEqual(invoice.ar_dispute_count, 1)

    def test_ticked_items_of_the_debtor(self):
        invoices = self._invoice(100, 30) + self._invoice(50, 20)
        self._account()
        form = self._open_form(action=self._item(invoices).action_ar_dispute())
        form.reason_id = self.price
        form.description = "All of it"
        form.save().action_open()
        self.assertEqual(self._account().disputed, 150)

    def test_without_ticks_nothing_is_proposed(self):
        self._invoice(100, 30)
        account = self._account()
        form = self._open_form(action=account.action_dispute())
        form.reason_id = self.price
        with self._refused("Which invoices"):
            form.save().action_open()
        form = self._open_form(action=account.action_dispute())
        form.reason_id = self.price
        with form.row_ids.edit(0) as row:
            row.amount = 40
        form.save().action_open()
        self.assertEqual(self._account().disputed, 40)

    def test_from_an_email_and_its_thread(self):
        self._invoice(100, 30)
        account = self._account()
        first = account.message_post(
            body="The price is wrong",
            message_type="email",
            author_id=self.debtor.id,
            attachments=[("order.pdf", b"%PDF")],
        )
        form = self._open_form(action=account.with_context(ar_message_id=first.id).action_dispute(),
                               ar_message_id=first.id)  # fmt: skip
        self.assertEqual((form.channel, form.description), ("email", "The price is wrong"))
        form.reason_id = self.price
        with form.row_ids.edit(0) as row:
            row.amount = 40
        form.save().action_open()
        dispute = account.dispute_ids
        self.assertEqual(dispute.message_id, first)
        copied = dispute.message_ids.filtered("attachment_ids")
        self.assertEqual(copied.attachment_ids.name, "order.pdf")
        # a further mail of the thread comes along
        account.message_post(
            body="Here is the order again",
            message_type="email",
            author_id=self.debtor.id,
            parent_id=first.id,
        )
        bodies = " ".join(str(body) for body in dispute.message_ids.mapped("body"))
        self.assertIn("Here is the order again", bodies)

    def test_the_evidence_of_the_reason(self):
        self.price.evidence = "- Order\n\nPrice list"
        dispute = self._dispute(self._invoice(100, 30))
        self.assertEqual(dispute.evidence_ids.mapped("name"), ["Order", "Price list"])

    def test_to_the_salesperson(self):
        self.price.to_salesperson = True
        invoice = self._invoice(100, 30, invoice_user_id=self.colleague.id)
        self.assertEqual(self._dispute(invoice, 50).user_id, self.colleague)
        self.colleague.active = False
        self.assertEqual(self._dispute(invoice, 50).user_id, self.resolver, "the lead instead")

    # === ASKING === #
    def test_a_colleague_without_rights_answers(self):
        dispute = self._dispute(self._invoice(100, 30))
        other = self._dispute(self._invoice(70, 30))
        as_colleague = dispute.with_user(self.colleague)
        with self.assertRaises(AccessError):
            as_colleague.read(["name"])
        dispute.with_user(self.resolver).action_ask(self.colleague.id, "Was it 12.50?")
        self.assertEqual((dispute.state, dispute.waiting_for), ("waiting", "internal"))
        [activity] = dispute.activity_ids.filtered(lambda a: a.user_id == self.colleague)
        self.assertIn("12.50", activity.note)
        # he sees this dispute with its items, and nothing else
        self.env.invalidate_all()
        self.assertEqual(as_colleague.item_ids.amount, 100)
        with self.assertRaises(AccessError):
            other.with_user(self.colleague).read(["name"])
        with self.assertRaises(AccessError):
            as_colleague.action_investigate()
        with self.assertRaises(AccessError):
            dispute.collection_id.with_user(self.colleague).read(["total_due"])
        as_colleague.message_post(body="No, 11.00.", message_type="comment")
        self.assertEqual(dispute.state, "investigating")
        self.assertFalse(dispute.activity_ids.filtered(lambda a: a.user_id == self.colleague))
        self.assertIn(
            "has answered",
            dispute.activity_ids.filtered(lambda a: a.user_id == self.resolver).summary,
        )

    def test_colleagues_are_reminded(self):
        dispute = self._dispute(self._invoice(100, 30))
        dispute.action_ask(self.colleague.id, "Was it 12.50?", days=1)
        dispute.sudo()._check_deadlines(dispute.date_opened)
        self.assertEqual(dispute.remind_on, self.today + timedelta(days=1))
        dispute.sudo().remind_on = self.today
        dispute.sudo()._check_deadlines(dispute.date_opened)
        self.assertEqual(dispute.remind_on, self.today + timedelta(days=2))
        mail = self.env["mail.message"].search(
            [("model", "=", dispute._name), ("res_id", "=", dispute.id),
             ("message_type", "=", "user_notification"),
             ("partner_ids", "in", self.colleague.partner_id.ids)], order="id desc", limit=1)  # fmt: skip
        self.assertIn("still waits for your answer", str(mail.body))

    def test_asking_the_customer_stops_the_clock(self):
        with freeze_time("2026-11-02 09:00:00"):
            invoice = self._invoice(100, 30)
            dispute = self._dispute(invoice)
            deadline = dispute.deadline
        with freeze_time("2026-11-02 11:00:00"):
            dispute.action_wait_customer("Which delivery?", send=True)
            self.assertEqual(dispute.sla_state, "stopped")
        told = dispute.message_ids.filtered(lambda m: m.partner_ids == self.debtor)
        self.assertIn("Which delivery?", str(told.body))
        with freeze_time("2026-11-03 11:00:00"):
            dispute.sudo()._check_deadlines(fields.Datetime.to_datetime("2026-11-03 11:00:00"))
            self.assertFalse(dispute.escalated_at, "not while the customer is asked")
            dispute.message_post(
                body="That of October", message_type="email", author_id=self.debtor.id
            )
        self.assertEqual((dispute.state, dispute.clock_stopped_at), ("investigating", False))
        self.assertEqual(dispute.deadline, deadline + timedelta(days=1), "a working day later")

    # === DEADLINE === #
    def test_deadline_in_working_hours(self):
        """8 working hours from Friday 15:00 end on Monday at 15:00, from 8 to 12 and 13 to 17."""
        calendar = self.company.resource_calendar_id
        calendar.tz = "UTC"
        with freeze_time("2026-11-06 15:00:00"):
            self._invoice(100, 30)
            dispute = self._dispute(self._invoice(70, 30))
        self.assertEqual(dispute.deadline, fields.Datetime.to_datetime("2026-11-09 15:00:00"))

    def test_warned_then_escalated_once(self):
        with freeze_time("2026-11-02 08:00:00"):
            dispute = self._dispute(self._invoice(100, 30))
        machine = dispute.sudo()
        self.team.user_id = self.collector
        dispute.user_id = self.resolver
        before = dispute.deadline - timedelta(minutes=30)
        for _again in range(2):
            machine._check_deadlines(before)
        summaries = dispute.activity_ids.mapped("summary")
        self.assertEqual(
            [s for s in summaries if "soon" in s], [f"{dispute.name} has to be answered soon"]
        )
        for _again in range(2):
            machine._check_deadlines(dispute.deadline + timedelta(hours=1))
        late = dispute.activity_ids.filtered(lambda a: "is late" in a.summary)
        self.assertEqual(late.user_id, self.collector, "the lead of the team")
        self.assertEqual(len(late), 1)
        self.assertFalse(dispute.within_sla)

    def test_the_job(self):
        disputes = self._dispute(self._invoice(100, 30)) | self._dispute(self._invoice(70, 30))
        disputes.sudo().write(
            {
                "deadline": fields.Datetime.to_datetime("2020-01-01 00:00:00"),
                "check_at": fields.Datetime.to_datetime("2020-01-01 00:00:00"),
            }
        )
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_deadlines").method_direct_trigger()
        disputes.invalidate_recordset()
        self.assertTrue(all(disputes.mapped("escalated_at")))
        self.assertTrue(
            all(
                when > fields.Datetime.to_datetime("2021-01-01 00:00:00")
                for when in disputes.mapped("check_at")
            )
        )

    # === API === #
    def test_logged_by_a_program(self):
        invoice = self._invoice(100, 30)
        account = self._account()
        result = self.env["ar.collection.call"].log(
            {
                "collection_id": account.id,
                "result_id": self.env.ref("ar_collections.call_result_refuses").id,
                "note": "Not ordered",
                "disputes": [
                    {"reason_id": self.price.id, "line_ids": [[self._item(invoice).id, 60]]}
                ],
            }
        )
        self.assertEqual(self.Dispute.browse(result["dispute_ids"]).amount, 60)
        with self._refused("reason_id is required"):
            self.env["ar.collection.call"].log(
                {
                    "collection_id": account.id,
                    "result_id": self.env.ref("ar_collections.call_result_refuses").id,
                    "note": "Not ordered",
                    "disputes": [{"line_ids": []}],
                }
            )


@tagged("post_install", "-at_install")
class TestDisputeRun(DisputeCommon):
    """What the dunning run claims before, during and after a dispute, to the cent, in two
    currencies (two euros are a dollar, the company's currency)."""

    def test_before_during_after(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        dollars = self._invoice(1000, 40)
        euros = self._invoice(300.30, 40, currency_id=euro.id)
        other = self._invoice(50, 40)
        d, e, o = (self._item(move) for move in (dollars, euros, other))
        self.assertEqual(self._claimed(), {d: 1000, e: 300.30, o: 50})
        first = self._dispute(dollars, 333.33)
        second = self._dispute(euros, 100.10)
        self.assertEqual(self._claimed(), {d: 666.67, e: 200.20, o: 50})
        account = self._account()
        self.assertRecordValues(
            account,
            [{"total_overdue": 1200.15, "disputed": 383.38, "collectable": 816.77}],
        )
        # money takes the undisputed part first
        self._pay(dollars, 600)
        self.assertEqual(self._claimed(), {d: 66.67, e: 200.20, o: 50})
        # accepted: the credit note takes exactly what was held
        first.action_resolve("accepted")
        self.assertEqual(self._claimed(), {d: 66.67, e: 200.20, o: 50})
        self._post(first.credit_move_ids)
        self.assertEqual(d.amount_residual, 66.67)
        # rejected: all is claimed again, after the resume days
        second.action_resolve("rejected", note="Valid")
        self.policy.resume_days = 3
        after = self._claimed(day=4)
        self.assertEqual(after, {d: 66.67, e: 300.30, o: 50})


@tagged("post_install", "-at_install")
class TestDisputeRights(DisputeCommon):
    """Who sees and does what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.price.write({"team_id": cls.team.id, "to_salesperson": False})
        cls.stranger = cls._plain_user("stranger", "ar_collections.group_ar_collection_resolver")

    def test_resolver_sees_the_own_team_only(self):
        mine = self._dispute(self._invoice(100, 30))
        tax = self._dispute(
            self._invoice(70, 30), reason=self.env.ref("ar_collections.dispute_reason_wrong_tax")
        )
        self.env.invalidate_all()
        as_resolver = self.Dispute.with_user(self.resolver)
        self.assertEqual(as_resolver.search([("id", "in", (mine | tax).ids)]), mine)
        found = mine.with_user(self.resolver).read()[0]
        self.assertEqual(found["amount"], 100)
        item = mine.item_ids.with_user(self.resolver)
        self.assertEqual(
            (item.item_name, item.open_amount), (self._item(mine.item_ids.move_id).move_name, 100)
        )
        for record in (
            mine.collection_id,
            mine.item_ids.move_id,
            self._item(tax.item_ids.move_id),
            mine._holds(),
        ):
            with self.assertRaises(AccessError):
                record.sudo(False).with_user(self.resolver).read(["display_name"])
        self.assertFalse(
            as_resolver.with_user(self.stranger).search([("id", "in", (mine | tax).ids)])
        )

    def test_the_document_of_the_own_dispute(self):
        dispute = self._dispute(self._invoice(100, 30))
        item = dispute.item_ids
        action = item.with_user(self.resolver).action_open_document()
        self.assertEqual(action["url"], f"/ar_collections/dispute/{item.id}/document")
        with self.assertRaises(AccessError):
            item.with_user(self.stranger)._document_pdf()
        self.assertEqual(
            item.with_user(self.accountant).sudo().action_open_document()["res_model"],
            "account.move",
        )

    def test_collector_of_another_debtor(self):
        dispute = self._dispute(self._invoice(100, 30))
        other = self._user("other", "user")
        dispute.collection_id.user_id = self.collector
        self.env.invalidate_all()
        self.assertEqual(dispute.collector_id, self.collector)
        with self.assertRaises(AccessError):
            dispute.with_user(other).read(["name"])
        with self.assertRaises(AccessError):
            dispute.with_user(other).action_resolve("withdrawn")
        self.assertEqual(dispute.with_user(self.collector).name, dispute.name)

    def test_auditor_reads_and_changes_nothing(self):
        dispute = self._dispute(self._invoice(100, 30))
        auditor = self._user("auditor", "readonly")
        self.assertEqual(dispute.with_user(auditor).amount, 100)
        for method, args in (
            ("action_investigate", ()),
            ("action_resolve", ("withdrawn",)),
            ("action_ask", (self.colleague.id, "?")),
            ("action_wait_customer", ()),
            ("action_reopen", ("why",)),
            ("action_merge", ()),
        ):
            with self.assertRaises(AccessError):
                getattr(dispute.with_user(auditor), method)(*args)

    def test_an_auditor_posts_nothing(self):
        dispute = self._dispute(self._invoice(100, 30))
        auditor = self._user("auditor", "readonly")
        with self.assertRaises(AccessError):
            dispute.with_user(auditor).message_post(body="Seen", message_type="comment")

    def test_messages_of_others_cannot_be_pulled_in(self):
        self._invoice(100, 30)
        account = self._account()
        secret = self.env.user.partner_id.message_post(body="Secret")
        with self._refused("does not belong to Alpha", ValidationError):
            self.Dispute._open(account, {}, kind="query", message_id=secret.id)
        other = self._invoice(70, 30)
        item = self._item(self._invoice(50, 30))
        with self._refused("Only lines of", ValidationError):
            self.Dispute._open(
                account,
                {item.id: 10},
                reason=self.price,
                source_line_ids={item.id: other.invoice_line_ids.ids},
            )

    def test_judging_many_takes_as_many_queries_as_one(self):
        def count(disputes):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            disputes.sudo()._judge()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        one = self._dispute(self._invoice(100, 30))
        many = one
        for _number in range(12):
            many |= self._dispute(self._invoice(100, 30))
        count(many)  # warm
        few = count(one)
        self.assertLessEqual(count(many), few + 6)

    def test_another_company(self):
        dispute = self._dispute(self._invoice(100, 30))
        company = self._other_company("Elsewhere")
        stranger = self._user(
            "elsewhere", "manager", company_ids=company.ids, company_id=company.id
        )
        with self.assertRaises(AccessError):
            dispute.with_user(stranger).read(["name"])

    def test_approval_needs_the_accounting_right_and_the_limit(self):
        self.env.ref("base.group_user").implied_ids |= self.env.ref(
            "ar_collections.group_ar_collection_approvals"
        )
        chief = self._user("chief", "manager")
        self.env["ar.collection.approval.limit"].search([]).unlink()
        self.env["ar.collection.approval.limit"].create(
            {
                "kind": "credit",
                "group": "manager",
                "amount": 500,
                "company_id": self.company.id,
            }
        )
        invoice = self._invoice(1000, 30)
        dispute = self._dispute(invoice, 400)
        dispute.with_user(self.resolver).action_resolve("accepted", note="Right")
        self.assertEqual((dispute.state, dispute.waiting_for), ("waiting", "approval"))
        self.assertEqual(self._held(invoice), {"disputed": 400})
        request = dispute.sudo().approval_ids.with_user(chief)
        with self._refused("rights in accounting"):
            request.action_approve()
        chief.group_ids |= self.env.ref("account.group_account_invoice")
        request.action_approve()
        self.assertEqual(dispute.waiting_for, "credit")
        # slices do not slip through: 400 and 200 are over 500 for this debtor
        second = self._dispute(invoice, 200)
        second.with_user(self.resolver).action_resolve("accepted", note="Right")
        request = second.sudo().approval_ids.with_user(chief)
        with self._refused("over your limit"):
            request.action_approve()
        request.action_refuse("Too much")
        self.assertEqual((second.state, second.outcome), ("investigating", False))
        self.assertEqual(self._held(invoice), {"disputed": 600})
