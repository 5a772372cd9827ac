from odoo import Command
from odoo.tests import tagged

from .dispute import DisputeCommon


@tagged("post_install", "-at_install")
class TestDisputeBadDays(DisputeCommon):
    """What happens to invoice, credit note and people while a dispute runs, and after it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(1000, 30)

    def setUp(self):
        super().setUp()
        self.dispute = self._dispute(self.invoice, 300)

    def _accept(self):
        self.dispute.action_resolve("accepted")
        credit = self.dispute.credit_move_ids
        self._post(credit)
        self.assertEqual(self.dispute.state, "resolved")
        return credit

    def _asked(self):
        return self.dispute.activity_ids.mapped("summary")

    def test_the_credit_note_is_cancelled_after_closing(self):
        credit = self._accept()
        credit.button_draft()
        self._refresh()
        self.assertEqual((self.dispute.state, self.dispute.waiting_for), ("waiting", "credit"))
        # core keeps a draft matched: nothing more is open that could be held
        self.assertEqual(self._item(self.invoice).amount_residual, 700)
        self.assertEqual(self._held(self.invoice), {})
        credit.button_cancel()
        self.dispute.sudo()._check_deadlines(self.dispute.date_opened)
        self.assertEqual((self.dispute.state, self.dispute.outcome), ("investigating", False))
        self.assertEqual(self._held(self.invoice), {"disputed": 300})
        self.assertIn("stands no longer", " ".join(self._asked()))

    def test_the_credit_note_is_posted_again(self):
        credit = self._accept()
        credit.button_draft()
        self._refresh()
        self._post(credit)
        self.assertEqual((self.dispute.state, self.dispute.outcome), ("resolved", "accepted"))
        self.assertEqual(self._held(self.invoice), {})

    def test_the_credit_note_is_reversed_after_closing(self):
        credit = self._accept()
        credit._reverse_moves(cancel=True)
        self._refresh()
        self.assertEqual((self.dispute.state, self.dispute.outcome), ("investigating", False))
        self.assertEqual(self._item(self.invoice).amount_residual, 1000)
        self.assertEqual(self._held(self.invoice), {"disputed": 300})

    def test_the_draft_is_deleted(self):
        self.dispute.action_resolve("accepted")
        self.dispute.credit_move_ids.unlink()
        self.dispute.sudo()._check_deadlines(self.dispute.date_opened)
        self.assertEqual((self.dispute.state, self.dispute.outcome), ("investigating", False))
        self.assertEqual(self._held(self.invoice), {"disputed": 300})

    def test_the_accountant_posts_less(self):
        self.dispute.action_resolve("accepted")
        credit = self.dispute.credit_move_ids
        credit.invoice_line_ids.price_unit = 250
        self._post(credit)
        self.assertRecordValues(
            self.dispute, [{"state": "resolved", "outcome": "partial", "credited_amount": 250}]
        )
        self.assertEqual(self._held(self.invoice), {}, "closed: nothing is held")

    def test_paid_in_full(self):
        payment = self._pay(self.invoice)
        self._refresh()
        self.assertEqual(self.dispute.state, "new", "money does not end it")
        self.assertTrue(self.dispute.nothing_open)
        self.assertIn("Nothing of", " ".join(self._asked()))
        asked = len(self._asked())
        self._account()
        self.assertEqual(len(self._asked()), asked, "said once")
        # the money goes back: the dispute holds as before
        payment.action_draft()
        payment.action_cancel()
        self._refresh()
        self.assertEqual(self._item(self.invoice).amount_residual, 1000)
        self.assertEqual(self._held(self.invoice), {"disputed": 300})
        self.assertFalse(self.dispute.nothing_open)

    def test_reversed_elsewhere(self):
        refund = self.invoice._reverse_moves(cancel=True)
        self._refresh()
        self.assertTrue(self.dispute.nothing_open)
        notes = " ".join(str(note) for note in self.dispute.activity_ids.mapped("note"))
        self.assertIn(f"was credited by {refund.name}", notes)
        self.dispute.action_resolve("settled", note="Credited in full")
        self.assertEqual((self.dispute.state, self._held(self.invoice)), ("resolved", {}))

    def test_reset_to_draft_and_posted_again(self):
        self.invoice.button_draft()
        self._refresh()
        self.assertTrue(self.dispute.nothing_open)
        with self._refused("not posted at the moment"):
            self.dispute.action_resolve("accepted")
        self.invoice.action_post()
        self._refresh()
        self.assertEqual(self._held(self.invoice), {"disputed": 300})

    def test_other_items_after_draft(self):
        """A changed payment term makes new items: the dispute follows by the due date."""
        terms = self._terms((50, 0), (50, 30))
        self.invoice.button_draft()
        self.invoice.invoice_payment_term_id = terms
        self.invoice.action_post()
        self._refresh()
        self.assertTrue(self.dispute.item_ids.line_id)
        self.assertEqual(self._held(self.invoice), {"disputed": 300})

    def test_the_invoice_becomes_smaller(self):
        self.invoice.button_draft()
        self.invoice.invoice_line_ids.price_unit = 200
        self.invoice.action_post()
        self._refresh()
        self.assertEqual(self._held(self.invoice), {"disputed": 200}, "capped by what is open")

    def test_opened_again_with_a_reason(self):
        self.dispute.action_resolve("rejected", note="Valid")
        self.assertEqual(self._held(self.invoice), {})
        with self._refused("say why"):
            self.dispute.action_reopen(" ")
        self.dispute.action_reopen("New delivery note")
        self.assertEqual((self.dispute.state, self.dispute.reopened), ("investigating", 1))
        self.assertEqual(self._held(self.invoice), {"disputed": 300})
        self.assertIn("Valid", str(self.dispute.message_ids[0].body))

    def test_opened_again_after_its_credit_note_holds_nothing_twice(self):
        self._accept()
        self.dispute.action_reopen("More is wrong")
        self.assertEqual(self._held(self.invoice), {}, "300 are credited")
        self.dispute.item_ids.amount = 500
        self.assertEqual(self._held(self.invoice), {"disputed": 200})

    def test_the_owner_is_archived(self):
        self.dispute.write({"user_id": self.resolver.id, "team_id": self.team.id})
        self.team.user_id = self.collector
        self.resolver.active = False
        self.dispute.sudo()._check_deadlines(self.dispute.date_opened)
        self.assertEqual(self.dispute.user_id, self.collector)
        bodies = " ".join(str(body) for body in self.dispute.message_ids.mapped("body"))
        self.assertIn("is archived", bodies)

    def test_merged_duplicates(self):
        twin = self._dispute(self.invoice, 500)
        twin.message_post(body="Photo of the damage")
        other = self._invoice(70, 10)
        third = self._dispute(other)
        (self.dispute | twin | third).action_merge()
        self.assertEqual((twin.state, twin.outcome), ("resolved", "merged"))
        self.assertEqual(twin.merged_into_id, self.dispute)
        self.assertEqual(sorted(self.dispute.item_ids.mapped("amount")), [70, 500])
        self.assertEqual(self._held(self.invoice), {"disputed": 500})
        self.assertEqual(self._held(other), {"disputed": 70})
        bodies = " ".join(str(body) for body in self.dispute.message_ids.mapped("body"))
        self.assertIn("Photo of the damage", bodies)
        with self._refused("was merged"):
            twin.action_reopen("Why not")

    def test_related_both_ways(self):
        other = self._dispute(self.invoice, 10)
        self.dispute.related_ids = other
        self.assertEqual(other.related_ids, self.dispute)
        self.dispute.related_ids = [Command.clear()]
        self.assertFalse(other.related_ids)

    def test_nothing_closed_holds(self):
        """Whatever ends a dispute, none of its holds stays in force."""
        for outcome, details in (
            ("withdrawn", {}),
            ("settled", {}),
            ("rejected", {"note": "Valid"}),
        ):
            invoice = self._invoice(100, 20)
            dispute = self._dispute(invoice)
            dispute.action_resolve(outcome, **details)
            self.assertEqual(self._held(invoice), {}, outcome)
            self.assertFalse(dispute._holds().filtered(lambda hold: hold.state != "ended"))
        with self._refused("belongs to a promise, dispute or plan"):
            self.dispute._holds().sudo(False).action_end()

    def test_merged_debtors(self):
        other = self._debtor("Alpha Ltd")
        self._invoice(1, 1, partner=other)
        self._account(other)
        self.env["base.partner.merge.automatic.wizard"]._merge((self.debtor | other).ids, other)
        self.env.invalidate_all()
        self.assertEqual(self.dispute.partner_id, other)
        self.assertEqual(self.dispute.collection_id.partner_id, other)
        self.assertEqual(self._account(other).disputed, 300)
