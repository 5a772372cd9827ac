from datetime import timedelta

from odoo.tests import tagged
from odoo.tools.misc import file_open

from .common import ArCollectionsCommon


@tagged("post_install", "-at_install")
class TestInvoice(ArCollectionsCommon):
    """What an invoice and a journal item show of collections."""

    def _statuses(self, moves):
        moves.invalidate_recordset(["ar_status"])
        return moves.mapped("ar_status")

    def test_status(self):
        table = {
            "not_due": self._invoice(100, -5),
            "due": self._invoice(100, 0),
            "overdue": self._invoice(100, 5),
            "reminded": self._invoice(100, 20),
            "disputed": self._invoice(100, 5),
            "promised": self._invoice(100, 5),
            "planned": self._invoice(100, 5),
            "withheld": self._invoice(100, 5),
            "escalated": self._invoice(100, 5),
            "held": self._invoice(100, 5),
            "paid": self._invoice(100, 5),
        }
        self._reach(table["reminded"], self.reminder, 3)
        self._hold(table["disputed"], 30)
        for status, kind in [
            ("promised", "promised"),
            ("planned", "planned"),
            ("withheld", "withheld"),
            ("escalated", "placed"),
            ("held", "other"),
        ]:
            self._hold(table[status], kind=kind)
        self._pay(table["paid"])
        moves = self.env["account.move"].union(*table.values())
        self.assertEqual(self._statuses(moves), list(table))
        for status, move in table.items():
            found = moves.search([("ar_status", "=", status), ("id", "in", moves.ids)])
            self.assertEqual(found, move, status)
        found = moves.search([("ar_status", "in", ["due", "paid"]), ("id", "in", moves.ids)])
        self.assertEqual(found, table["due"] + table["paid"])

    def test_nothing_on_what_is_no_posted_customer_invoice(self):
        draft = self._invoice(100, 5, post=False)
        bill = self.init_invoice("in_invoice", amounts=[50], post=True)
        self.assertEqual(self._statuses(draft + bill), [False, False])

    def test_the_worst_instalment_counts(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 0}),
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 30}),
                ],
            }
        )
        move = self._invoice(
            100,
            invoice_date=self.today - timedelta(days=8),
            invoice_date_due=False,
            invoice_payment_term_id=term.id,
        )
        self.assertEqual(self._statuses(move), ["overdue"])
        first = self._item(move).sorted("date_maturity")[0]
        first.write({"ar_level_id": self.reminder.id, "ar_level_date": self.today})
        self.assertEqual(self._statuses(move), ["reminded"])

    def test_level_and_last_notice(self):
        move = self._invoice(100, 10)
        self._reach(move, self.second, 3)
        notice = self._run().notice_ids or self.Notice
        self.assertEqual(move.ar_level_id, self.second)
        self.assertFalse(move.ar_last_notice_id, "queued is not sent")
        self.assertFalse(notice)
        other = self._invoice(300, 10, partner=self._debtor("B", email="b@debtor.example"))
        notice = self._run().notice_ids
        notice.write({"state": "sent"})
        other.invalidate_recordset()
        self.assertEqual(other.ar_last_notice_id, notice)

    def test_item_shows_days_bucket_and_held_part(self):
        move = self._invoice(1000, 45)
        self._hold(move, 300)
        item = self._item(move)
        self.assertRecordValues(
            item,
            [
                {
                    "ar_due_date": self.today - timedelta(days=45),
                    "ar_days_overdue": 45,
                    "ar_bucket": "2",
                    "ar_held": 300.0,
                    "ar_held_reason": "Disputed",
                }
            ],
        )
        self.assertIn(item, item.search([("ar_due_date", "<", self.today)]))

    def test_a_neutralised_copy_sends_nothing(self):
        self.company.ar_automatic = True
        self.env.flush_all()
        with file_open("ar_collections/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(self.company.ar_automatic)
        for name in ("run", "deliver"):
            self.assertFalse(self.env.ref(f"ar_collections.ir_cron_ar_collection_{name}").active)
