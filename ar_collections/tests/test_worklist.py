from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ArCollectionsCommon

NOON = "2026-11-17 12:00:00"


@tagged("post_install", "-at_install")
class TestWorklistGroup(ArCollectionsCommon):
    """Where a debtor stands in the worklist, and that it moves at once."""

    @classmethod
    def setUpClass(cls):
        clock = freeze_time(NOON)
        clock.start()
        cls.addClassCleanup(clock.stop)
        super().setUpClass()
        cls._invoice(1000, 10)
        cls.tomorrow = cls.today + timedelta(days=1)

    def setUp(self):
        super().setUp()
        self.account = self._account()

    def _check(self, group, **vals):
        self.account.sudo().write(vals)
        self.assertEqual(self.account.worklist_group, group)

    def test_by_priority(self):
        self.assertEqual(self.account.worklist_group, "priority")

    def test_nothing_overdue_is_not_on_the_list(self):
        debtor = self._debtor("Later")
        self._invoice(1000, -10, partner=debtor)
        account = self._account(debtor)
        self.assertFalse(account.worklist_group)
        account.next_action_date = self.today
        self.assertEqual(account.worklist_group, "follow_up")

    def test_snooze_and_back(self):
        self._check("snoozed", snoozed_until=self.tomorrow)
        self._check("priority", reply_received_at=NOON)
        self._check("snoozed", reply_received_at=False, callback_at=NOON)
        self._check("snoozed", callback_at=False)
        with freeze_time("2026-11-18 00:30:00"):
            self.Account._refresh()
            self.assertEqual(self.account.worklist_group, "priority")

    def test_call_back_with_a_time(self):
        self._check("callback", callback_at="2026-11-17 23:59:00", next_action_date=self.tomorrow)
        self._check("snoozed", callback_at="2026-11-18 00:00:00")
        self._check("callback", callback_at="2026-11-16 09:00:00")

    def test_call_back_in_the_timezone_of_the_company(self):
        self.company.partner_id.tz = "Asia/Tokyo"  # the day ends at 15:00 UTC
        self._check("callback", callback_at="2026-11-17 14:59:00")
        self._check("snoozed", callback_at="2026-11-17 15:00:00")

    def test_next_action_waits_for_its_day(self):
        self._check("snoozed", next_action_date=self.tomorrow)
        self._check("priority", next_action_date=self.today)

    def test_quiet_days(self):
        self._check("snoozed", last_contact_date=self.today)
        self._check("follow_up", next_action_date=self.today)
        self._check("priority", last_contact_date=self.today - timedelta(days=1))
        self.company.ar_quiet_days = 3
        self.Account._refresh()
        self.assertEqual(self.account.worklist_group, "follow_up")

    def test_pinned(self):
        self._check("priority", pinned=True, last_contact_date=self.today)
        self._check("priority", next_action_date=self.tomorrow)
        self._check("snoozed", snoozed_until=self.tomorrow)

    def test_minimum(self):
        self.company.ar_worklist_minimum = 1000.01
        self.Account._refresh()
        self.assertFalse(self.account.worklist_group)
        self._check("priority", next_action_date=self.today)
        self.company.ar_worklist_minimum = 1000
        self.Account._refresh()
        self._check("priority", next_action_date=False)

    def test_handed_over(self):
        self.account.sudo().fact_kind = "legal"
        self.assertFalse(self.account.worklist_group)
        self._check("follow_up", next_action_date=self.today)

    def test_broken_promise(self):
        promise = self.env["ar.collection.promise"].create(
            {"collection_id": self.account.id, "amount": 400, "date": self.today}
        )
        late = freeze_time("2026-12-15 12:00:00")
        late.start()
        self.addCleanup(late.stop)
        promise._set_state("broken")
        self.Account._refresh()
        self.account._update_priority()
        self._check("broken", next_action_date=False)
        self._check("snoozed", next_action_date="2026-12-16")
        self._check("broken", next_action_date="2026-12-15")
        with freeze_time("2027-01-25 12:00:00"):  # more than 60 days
            self._check("priority", next_action_date=False)

    def test_a_write_during_the_full_refresh_counts(self):
        """The full refresh adds up first and writes later, chunk by chunk."""
        self._invoice(500, 20)
        self.Account._find_changes()
        with freeze_time("2026-11-17 12:00:05"):
            self.account.snoozed_until = self.tomorrow
            self.env.flush_all()
            self.Account._refresh_chunk(0)
        self.Account._drop_figures()
        self.account.invalidate_recordset()
        self.assertEqual(self.account.total_overdue, 1500)
        self.assertEqual(self.account.worklist_group, "snoozed")

    def test_groups_come_in_their_order(self):
        groups = ("snoozed", "follow_up", "broken", "callback", "priority")
        for number in range(len(groups)):
            debtor = self._debtor(f"Debtor {number}")
            self._invoice(100, 10, partner=debtor)
            self._account(debtor)
        accounts = self.Account.search([("partner_id.name", "like", "Debtor ")])
        for account, group in zip(accounts, groups, strict=True):
            self.env.cr.execute(
                "UPDATE ar_collection SET worklist_group = %s WHERE id = %s", (group, account.id)
            )
        accounts.invalidate_recordset()
        domain = [("id", "in", accounts.ids)]
        result = accounts.with_context(read_group_expand=True).web_read_group(
            domain, ["worklist_group"]
        )
        self.assertEqual(
            [group["worklist_group"] for group in result["groups"]],
            ["callback", "broken", "priority", "follow_up", "snoozed"],
        )
        self.assertEqual(
            accounts.search(domain, order="worklist_group, id").mapped("worklist_group"),
            ["callback", "broken", "priority", "follow_up", "snoozed"],
        )

    def test_an_update_is_two_statements(self):
        accounts = self.account
        for number in range(5):
            debtor = self._debtor(f"Debtor {number}")
            self._invoice(100, 10, partner=debtor)
            accounts |= self._account(debtor)
        self.env.flush_all()
        accounts._update_priority()
        with self.assertQueryCount(5):
            accounts._update_priority()

    def test_nobody_writes_the_group(self):
        collector = self.env["res.users"].create(
            {
                "name": "Collector",
                "login": "worklist.collector",
                "group_ids": [(6, 0, self.env.ref("ar_collections.group_ar_collection_user").ids)],
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
            }
        )
        account = self.account.with_user(collector)
        with self.assertRaises(AccessError):
            account.worklist_group = "callback"
        account.snoozed_until = self.tomorrow
        self.assertEqual(account.worklist_group, "snoozed")
