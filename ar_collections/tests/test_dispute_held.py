from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .dispute import DisputeCommon

STRANGER = """From: Somebody <somebody@elsewhere.example>
To: catchall@office.example
Subject: Re: your reference
Message-ID: <stranger-1@elsewhere.example>
In-Reply-To: {reply}
References: {reply}
Content-Type: text/plain; charset=utf-8

The price was agreed with me on the phone.
"""


@tagged("post_install", "-at_install")
class TestDisputeHeld(DisputeCommon):
    """Nothing leaves an amount held with the dispute closed, nor a contested one chased."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(1000, 30)

    @classmethod
    def _chief(cls):
        chief = cls._user("chief", "manager")
        chief.group_ids |= cls.env.ref("account.group_account_invoice")
        return chief

    def _check_closed(self, dispute, *moves):
        """It is closed, and neither its holds nor anything else holds what it was about."""
        self._refresh()
        self.assertFalse(dispute.is_open)
        self.assertFalse(dispute._holds().filtered(lambda hold: hold.state != "ended"))
        for move in moves:
            self.assertEqual(self._held(move), {})
        self.assertFalse(self.Dispute._release_closed(), "the safety net finds nothing")

    # === HOWEVER IT ENDS === #
    def test_two_instalments_one_of_them_credited(self):
        terms = self._terms((50, 0), (50, 30))
        invoice = self._invoice(1000, 30, invoice_payment_term_id=terms.id)
        first, second = self._item(invoice).sorted("date_maturity")
        dispute = self.Dispute._open(
            self._account(), {first.id: 200, second.id: 100}, reason=self.price
        )
        dispute.action_resolve("partial", 250, note="50 are right")
        self._refresh()
        self.assertEqual(self._held(invoice), {"disputed": 250}, "what is given up")
        self._post(dispute.credit_move_ids)
        self._check_closed(dispute, invoice)
        self.assertEqual(sum(self._item(invoice).mapped("amount_residual")), 750)

    def test_taken_back_then_rejected(self):
        dispute = self._dispute(self.invoice, 300)
        dispute.action_resolve("accepted")
        dispute.action_take_back("Not so fast")
        self.assertEqual(self._held(self.invoice), {"disputed": 300})
        dispute.action_resolve("rejected", note="As ordered")
        self._check_closed(dispute, self.invoice)

    def test_written_off_undone_and_ended_again(self):
        reason = self.env.ref("ar_collections.write_off_reason_goodwill")
        self.company.ar_write_off_account_id = self.company_data["default_account_expense"]
        chief = self._chief()
        dispute = self._dispute(self.invoice, 300)
        dispute.action_resolve("write_off", 100, note="Small", write_off_reason_id=reason.id)
        request = dispute.write_off_id
        if request.state == "to_approve":
            request.with_user(chief).action_approve()
        self._check_closed(dispute, self.invoice)
        request.with_user(chief).action_reverse("Found")
        self._refresh()
        self.assertTrue(dispute.is_open)
        self.assertEqual(self._held(self.invoice), {"disputed": 300})
        dispute.action_resolve("withdrawn")
        self._check_closed(dispute, self.invoice)

    def test_the_credit_note_is_cancelled_then_it_ends_otherwise(self):
        dispute = self._dispute(self.invoice, 300)
        dispute.action_resolve("accepted")
        credit = dispute.credit_move_ids
        self._post(credit)
        credit._reverse_moves(cancel=True)
        self._refresh()
        self.assertEqual((dispute.is_open, self._held(self.invoice)), (True, {"disputed": 300}))
        dispute.action_resolve("settled", note="Credited by hand")
        self._check_closed(dispute, self.invoice)

    def test_becomes_a_query(self):
        dispute = self._dispute(self.invoice, 300)
        dispute.kind = "query"
        self.assertEqual(self._held(self.invoice), {})
        dispute.kind = "dispute"
        self.assertEqual(self._held(self.invoice), {"disputed": 300})

    def test_an_item_is_taken_away(self):
        other = self._invoice(50, 20)
        dispute = self._dispute(self.invoice, 300)
        dispute.item_ids = [Command.create({"line_id": self._item(other).id, "amount": 20})]
        self.assertEqual(self._held(other), {"disputed": 20})
        dispute.item_ids.filtered(lambda item: item.move_id == other).unlink()
        self.assertEqual((self._held(other), self._held(self.invoice)), ({}, {"disputed": 300}))
        dispute.action_resolve("rejected", note="Valid", tell=False)
        with self._refused("is closed"):
            self.env["ar.collection.dispute.item"].create(
                {"dispute_id": dispute.id, "line_id": self._item(other).id, "amount": 20}
            )
        self._check_closed(dispute, self.invoice, other)

    def test_the_invoice_vanishes(self):
        """A hold without its item is none of the whole debtor."""
        other = self._invoice(500, 20)
        dispute = self._dispute(self.invoice, 300)
        self.invoice.button_draft()
        self.invoice.with_context(force_delete=True).unlink()
        self._refresh()
        self.assertEqual(self._held(other), {})
        self.assertEqual(self._account().collectable, 500)
        dispute.action_resolve("settled", note="The invoice is gone")
        self._check_closed(dispute, other)

    def test_safety_net(self):
        """Whoever closed it past every step: the next job lets go."""
        dispute = self._dispute(self.invoice, 300)
        dispute.sudo().write({"state": "resolved"})
        self.assertEqual(self._held(self.invoice), {"disputed": 300})
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_deadlines").method_direct_trigger()
        self.env.invalidate_all()
        self._check_closed(dispute, self.invoice)

    # === TWO OF THEM === #
    def test_a_query_does_not_swallow_a_dispute(self):
        query = self._dispute(self.invoice, kind="query")
        dispute = self._dispute(self.invoice, 300)
        (query | dispute).action_merge()
        self.assertEqual(query.merged_into_id, dispute)
        self.assertEqual(dispute.item_ids.amount, 300, "a question contests nothing")
        self.assertEqual(self._held(self.invoice), {"disputed": 300})
        self._check_closed(query)

    def test_opened_again_beside_another(self):
        """1,000 are open: 600 were rejected, 600 are disputed anew; both cannot be open."""
        first = self._dispute(self.invoice, 600)
        first.action_resolve("rejected", note="Valid")
        second = self._dispute(self.invoice, 600)
        with self._refused(f"disputed already .{second.name}"):
            first.action_reopen("He insists")
        second.item_ids.amount = 400
        first.action_reopen("He insists")
        self._refresh()
        self.assertEqual(self._held(self.invoice), {"disputed": 1000})
        self.assertEqual(self._account().collectable, 0)

    def test_an_opening_balance_cannot_be_credited(self):
        """The error names the item and what to do instead, and nothing has changed."""
        entry = self._entry([{"amount": 500, "partner_id": self.debtor.id}], days=20)
        account = self._account(self.debtor)
        dispute = self.Dispute._open(account, {self._item(entry).id: 200}, reason=self.price)
        for outcome, amount in (("accepted", None), ("partial", 100)):
            with self._refused("is no invoice.*Written off"):
                dispute.action_resolve(outcome, amount)
        self.assertEqual((dispute.state, dispute.outcome), ("new", False))
        self.assertEqual(self._held(entry)["disputed"], 200)

    # === WHO IS TOLD === #
    @contextmanager
    def _managed_by(self, owner, manager):
        """``manager`` leads ``owner``: in the app Employees, or as if it were installed."""
        if "hr.employee" in self.env:
            employees = self.env["hr.employee"].sudo()
            chief = employees.create({"name": manager.name, "user_id": manager.id})
            employees.create({"name": owner.name, "user_id": owner.id, "parent_id": chief.id})
            yield
            return

        def manager_of(dispute, user):
            return manager if user == owner else dispute.env["res.users"]

        with patch.object(self.env.registry["ar.collection.dispute"], "_manager_of", manager_of):
            yield

    def test_escalated_to_the_manager_of_the_owner(self):
        """Before the lead of the team; without one, or when he may not see it, the lead."""
        dispute = self._dispute(self.invoice, 300, team_id=self.team.id)
        dispute.user_id = self.resolver
        self.team.user_id = self.collector
        chief = self._chief()
        self.assertFalse(dispute.sudo()._manager_of(self.resolver))
        self.assertEqual(dispute.sudo()._chief(), self.collector)
        with self._managed_by(self.resolver, chief):
            self.assertEqual(dispute.sudo()._chief(), chief)
            chief.active = False
            self.assertEqual(dispute.sudo()._chief(), self.collector, "archived")

    def test_a_manager_without_rights_is_not_told(self):
        dispute = self._dispute(self.invoice, 300, team_id=self.team.id)
        dispute.user_id = self.resolver
        self.team.user_id = self.collector
        with self._managed_by(self.resolver, self.colleague):
            self.assertEqual(dispute.sudo()._chief(), self.collector)

    # === E-MAIL === #
    def _mails(self, dispute):
        activities = dispute.activity_ids.filtered(lambda a: a.summary.startswith("E-mail about"))
        return [(activity.user_id, activity.summary, str(activity.note)) for activity in activities]

    def _waiting(self):
        """A dispute that waits for the customer, and the mail that asked."""
        dispute = self._dispute(self.invoice, 300)
        dispute.user_id = self.resolver
        self.debtor.email = "buyer@alpha.example"
        dispute.action_wait_customer("Which price was agreed?", send=True)
        return dispute, dispute.message_ids.filtered("subject")[:1]

    def test_an_answer_of_the_customer(self):
        dispute, asked = self._waiting()
        dispute.message_post(
            body="12.50", message_type="email", author_id=self.debtor.id, parent_id=asked.id
        )
        self.assertEqual(dispute.state, "investigating")
        self.assertFalse(self._mails(dispute), "its own activity says that he has answered")
        dispute.message_post(body="Hello?", message_type="email", author_id=self.debtor.id)
        [(user, summary, note)] = self._mails(dispute)
        self.assertEqual((user, summary), (self.resolver, f"E-mail about {dispute.name}"))
        self.assertNotIn("no contact", note)

    def test_a_stranger_answers(self):
        """Who is no contact of the debtor decides nothing: the mail is shown, the owner warned,
        and the dispute goes on waiting for the customer."""
        dispute, asked = self._waiting()
        self.env["mail.thread"].sudo().message_process(
            None, STRANGER.format(reply=asked.message_id)
        )
        self.assertEqual((dispute.state, dispute.waiting_for), ("waiting", "customer"))
        self.assertIn("agreed with me", " ".join(map(str, dispute.message_ids.mapped("body"))))
        [(user, _summary, note)] = self._mails(dispute)
        self.assertEqual(user, self.resolver)
        self.assertIn("somebody@elsewhere.example", note)
        self.assertIn("no contact of Alpha", note)

    def test_a_mail_about_a_closed_one(self):
        dispute = self._dispute(self.invoice, 300)
        dispute.user_id = self.resolver
        dispute.action_resolve("rejected", note="Valid", tell=False)
        dispute.message_post(body="No!", message_type="email", author_id=self.debtor.id)
        [(_user, summary, _note)] = self._mails(dispute)
        self.assertIn("which is closed", summary)
        self._check_closed(dispute, self.invoice)

    def test_a_colleague_writes_by_mail(self):
        dispute = self._dispute(self.invoice, 300)
        dispute.message_post(
            body="FYI", message_type="email", author_id=self.colleague.partner_id.id
        )
        self.assertFalse(self._mails(dispute))
