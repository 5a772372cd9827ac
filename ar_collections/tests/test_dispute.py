from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .dispute import DisputeCommon


@tagged("post_install", "-at_install")
class TestDispute(DisputeCommon):
    """Opening disputes: what they hold, what is refused."""

    def test_holds_exactly_what_is_disputed(self):
        invoice = self._invoice(1000, 30)
        dispute = self._dispute(invoice, 300)
        self.assertEqual(dispute.state, "new")
        self.assertRegex(dispute.name, r"^D/\d{4}/\d{5}$")
        self.assertEqual(self._held(invoice), {"disputed": 300})
        account = self._account()
        self.assertRecordValues(
            account, [{"total_overdue": 1000, "disputed": 300, "held": 300, "collectable": 700}]
        )
        self.assertEqual(invoice.ar_status, "disputed")

    def test_money_settles_the_undisputed_part_first(self):
        """1,000 with 300 disputed and 700 paid: 300 held, 0 collectable."""
        invoice = self._invoice(1000, 30)
        self._dispute(invoice, 300)
        self._pay(invoice, 700)
        self.assertEqual(self._held(invoice), {"disputed": 300})
        self.assertRecordValues(self._account(), [{"disputed": 300, "collectable": 0}])
        self._pay(invoice, 100)
        self.assertEqual(self._held(invoice), {"disputed": 200}, "capped by what is open")

    def test_without_an_amount_all_that_is_open(self):
        invoice = self._invoice(1000, 30)
        self._pay(invoice, 400)
        self.assertEqual(self._dispute(invoice).amount, 600)
        self.assertEqual(self._held(invoice), {"disputed": 600})

    def test_a_query_holds_nothing(self):
        invoice = self._invoice(1000, 30)
        dispute = self._dispute(invoice, kind="query")
        self.assertEqual(self._held(invoice), {})
        self.assertEqual(self._account().collectable, 1000)
        dispute.kind = "dispute"
        self.assertEqual(self._held(invoice), {"disputed": 1000}, "it became a dispute")
        dispute.kind = "query"
        self.assertEqual(self._held(invoice), {})

    def test_a_query_needs_no_item(self):
        self._invoice(10, 5)
        query = self.Dispute._open(self._account(), {}, kind="query", note="Statement, please")
        self.assertEqual(query.amount, 0)
        with self._refused("Which invoices"):
            self.Dispute._open(self._account(), {}, kind="dispute")

    def test_more_than_is_open_is_refused(self):
        invoice = self._invoice(1000, 30)
        with self._refused("1,000.00 open; .*1,000.01 cannot be disputed"):
            self._dispute(invoice, 1000.01)

    def test_two_disputes_may_not_overlap(self):
        invoice = self._invoice(1000, 30)
        first = self._dispute(invoice, 700)
        with self._refused(f"700.00 disputed already .{first.name}"):
            self._dispute(invoice, 301)
        self._dispute(invoice, 300)
        self.assertEqual(self._held(invoice), {"disputed": 1000})
        with self._refused("disputed already"):
            self._dispute(invoice)

    def test_paid_draft_cancelled(self):
        paid, draft = self._invoice(100, 30), self._invoice(100, 30, post=False)
        self._pay(paid)
        self._invoice(1, 1)
        with self._refused("nothing open that could be disputed"):
            self._dispute(paid)
        self.assertEqual(self._dispute(paid, kind="query").amount, 0)
        with self._refused("not posted"):
            self._dispute(draft, 50)
        draft.button_cancel()
        with self._refused("not posted"):
            self._dispute(draft, 50)

    def test_one_currency_and_one_debtor(self):
        euro_currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        plain, foreign = self._invoice(100, 30), self._invoice(80, 30, currency_id=euro_currency.id)
        account = self._account()
        both = dict.fromkeys((self._item(plain) + self._item(foreign)).ids)
        with self._refused("one dispute per currency"):
            self.Dispute._open(account, both)
        dispute = self._dispute(foreign, 20)
        self.assertEqual((dispute.currency_id, dispute.amount), (euro_currency, 20))
        self.assertEqual(dispute.amount_company, 10)
        self.assertEqual(self._held(foreign), {"disputed": 20})
        self.assertEqual(self._account().disputed, 10)
        other = self._invoice(50, 30, partner=self._debtor("Beta"))
        with self._refused("not an item of Alpha"):
            self.Dispute._open(account, {self._item(other).id: 10})

    def test_one_instalment(self):
        terms = self._terms((50, 0), (50, 30))
        invoice = self._invoice(1000, 60, invoice_payment_term_id=terms.id, invoice_date_due=False)
        first, second = self._item(invoice).sorted("date_maturity")
        self.Dispute._open(self._account(), {second.id: 100}, reason=self.price)
        held = self.Hold._held_of_lines(first + second)
        self.assertEqual(held, {second.id: {"disputed": 100}})

    def test_a_person_writes_no_state(self):
        dispute = self._dispute(self._invoice(1000, 30), user=self.collector)
        for vals in (
            {"state": "resolved"},
            {"outcome": "accepted"},
            {"deadline": False},
            {"collection_id": 1},
            {"name": "Mine"},
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                dispute.write(vals)
        with self.assertRaises(UserError):
            dispute.sudo(False).with_user(self.env.ref("base.user_admin")).unlink()
        item = dispute.item_ids
        with self.assertRaises(UserError):
            item.write({"line_id": False})

    def test_the_amount_can_be_corrected(self):
        invoice = self._invoice(1000, 30)
        dispute = self._dispute(invoice, 300)
        dispute.item_ids.amount = 450
        self.assertEqual(self._held(invoice), {"disputed": 450})
        with self._refused("cannot be disputed"):
            dispute.item_ids.amount = 1001
        self.assertIn("450.00", str(dispute.message_ids[0].body))
