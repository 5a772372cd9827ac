from odoo.tests import tagged

from .common import ArCollectionsCommon

#: What notices at one level may differ in.
OWN = {
    "id", "name", "display_name", "collection_id", "partner_id", "channel", "amount", "totals",
    "lead_id", "line_ids",
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestRunHeaders(ArCollectionsCommon):
    """The notices of a run are copies of the first one at their level, save what is their own."""

    def _overdue(self, count, days=10, **vals):
        """So many debtors, each with 100, 101, ... overdue."""
        for number in range(count):
            partner = self._debtor(
                f"D{number} {days}", email=f"d{number}.{days}@debtor.example", **vals
            )
            self._invoice(100 + number, days, partner=partner)

    def test_each_has_its_own(self):
        self._overdue(3)
        self._overdue(2, days=-2)
        notices = self._run().notice_ids.sorted("id")
        self.assertEqual(len(notices), 5)
        self.assertEqual(len(set(notices.mapped("name"))), 5)
        self.assertEqual(len(notices.collection_id), 5)
        for notice in notices:
            item = notice.line_ids.line_id
            self.assertEqual(item.partner_id, notice.partner_id)
            self.assertEqual(notice.amount, item.amount_residual)
            self.assertEqual([total["to_pay"] for total in notice.totals], [notice.amount])
            self.assertEqual(notice.line_ids.amount, notice.amount)
            self.assertIn(notice, notice.collection_id.notice_ids)
        reminders = notices.filtered(lambda notice: notice.level_id == self.reminder)
        self.assertEqual(sorted(reminders.mapped("amount")), [100, 101, 102])
        courtesies = (notices - reminders).sorted("amount")
        self.assertEqual(courtesies.level_id, self.courtesy)
        self.assertRecordValues(
            courtesies, [{"amount": 100.0, "courtesy": True}, {"amount": 101.0, "courtesy": True}]
        )

    def test_all_else_is_the_same(self):
        self._overdue(3)
        notices = self._run().notice_ids
        same = [
            name
            for name, field in notices._fields.items()
            if field.store and field.column_type and name not in OWN
        ]
        self.assertIn("create_uid", same)
        first, *others = notices.read(same, load=None)
        for other in others:
            self.assertEqual({**other, "id": 0}, {**first, "id": 0})

    def test_channels_of_one_decision_follow_the_first(self):
        self.reminder.write({"send_letter": True, "automatic": False})
        self._overdue(3, street="Harbour 7", city="Cork", country_id=self.env.ref("base.ie").id)
        notices = self._run().notice_ids
        self.assertEqual(len(notices), 6)
        for account in notices.collection_id:
            own = account.notice_ids.sorted("id")
            self.assertEqual(own.mapped("channel"), ["email", "letter"])
            self.assertEqual(own[1].lead_id, own[0])
            self.assertFalse(own[0].lead_id)
            self.assertEqual(set(own.mapped("state")), {"to_approve"})
        asked = notices.filtered(lambda notice: notice.approval_ids)
        self.assertEqual(len(asked), 3, "one request per decision")
        self.assertEqual(asked.mapped("channel"), ["email"] * 3)

    def test_queries_do_not_grow_with_notices(self):
        run = self.Run.sudo().create({"company_id": self.company.id, "date": self.today})

        def queries_of(count, days):
            self._overdue(count, days)
            self._refresh()
            decided = [
                row for row in run._decide(self.company, self.today) if row["decision"].level
            ]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            notices = run.env["ar.collection.notice"]._create_from(run, decided)
            queries = self.env.cr.sql_log_count - before
            self.assertEqual(len(notices), count)
            return queries

        queries_of(1, 10)  # what is remembered for good
        few = queries_of(2, 11)
        many = queries_of(12, 12)
        self.assertEqual(few, many)
