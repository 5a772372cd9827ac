from odoo.tests import tagged

from .ageing import AgeingCommon


@tagged("post_install", "-at_install")
class TestAgeingHistory(AgeingCommon):
    """Rows of a past day are of what stood then, where it was noted; else the report says so."""

    def _by(self, name, days):
        return {key: row["total"] for key, row in self._rows(days, rows=[name]).items()}

    def _notes(self, days, **raw):
        return " ".join(self.Ageing._ageing_history_notes(self._options(days, **raw)))

    def test_collector_and_policy_of_the_day(self):
        """Lena's on the day of the snapshot, somebody else's now."""
        self._invoice(100, 40)
        lena, tomas = self._user("history-lena", "user"), self._user("history-tomas", "user")
        account = self._account()
        account.user_id = lena
        then = account.policy_id
        self.env.flush_all()
        self.env["ar.collection.snapshot"]._take(self.company, self._ago(20))
        account.user_id = tomas
        account.own_policy_id = now = then.copy({"name": "Another"})
        self.env["ar.collection"]._refresh()
        self.assertEqual(account.policy_id, now)
        for days, collector, policy in ((0, tomas, now), (15, lena, then), (25, tomas, now)):
            self.assertEqual(self._by("collector", days), {collector.id: 100}, days)
            self.assertEqual(self._by("policy", days), {policy.id: 100}, days)
            below = self._rows(days, (("collector", collector.id),), rows=["collector", "debtor"])
            self.assertEqual(list(below), [self.debtor.id], "the row opens on what it counts")
        self.assertFalse(self._rows(15, (("collector", tomas.id),), rows=["collector", "debtor"]))
        self.assertFalse(self._notes(0, rows=["collector"]))
        self.assertIn("as noted up to this day", self._notes(15, rows=["collector", "debtor"]))
        self.assertIn("nothing was noted", self._notes(25, rows=["policy"]))

    def test_stage_of_the_day(self):
        """Moved today: until yesterday it stood where it was."""
        self._invoice(100, 40)
        account = self._account().with_context(tracking_disable=False, mail_notrack=False)
        before = account.stage_id
        after = self.env["ar.collection.stage"].search([("id", "!=", before.id)], limit=1)
        account.stage_id = after
        self.env.flush_all()
        self.env.cr.flush()  # the change is tracked when the transaction ends
        self.assertEqual(self._by("stage", 0), {after.id: 100})
        self.assertEqual(self._by("stage", 1), {before.id: 100})
        below = self._rows(1, (("stage", before.id),), rows=["stage", "debtor"])
        self.assertEqual(list(below), [self.debtor.id])

    def test_level_of_the_day(self):
        """First reminder 30 days ago, second 10 days ago, a later one came back."""
        move = self._invoice(100, 40)
        account = self._account()
        notices = self.env["ar.collection.notice"].sudo()  # made by the program only
        for days, level, state in (
            (30, self.reminder, "sent"),
            (10, self.second, "sent"),
            (5, self.final, "failed"),
        ):
            notice = notices.create(
                {
                    "name": f"N/{days}",
                    "collection_id": account.id,
                    "company_id": self.company.id,
                    "date": self._ago(days),
                    "level_id": level.id,
                    "channel": "email",
                    "state": state,
                }
            )
            notice.line_ids.create(
                {
                    "notice_id": notice.id,
                    "kind": "claim",
                    "line_id": self._item(move).id,
                    "level_id": level.id,
                }
            )
        self._reach(move, self.second, 10)
        self.assertEqual(self._by("level", 35), {None: 100})
        self.assertEqual(self._by("level", 30), {self.reminder.id: 100})
        self.assertEqual(self._by("level", 11), {self.reminder.id: 100})
        for days in (10, 4, 0):
            self.assertEqual(self._by("level", days), {self.second.id: 100}, days)
        items = self.Ageing._ageing_items(
            self._options(11, rows=["level"]), (("level", self.reminder.id),)
        )
        self.assertEqual([item["name"] for item in items], [move.name])

    def test_what_is_todays_is_said(self):
        self._invoice(100, 40)
        self.assertIn("Portfolios and countries", self._notes(5, rows=["country"]))
        self.assertIn("filter", self._notes(5, domain=[["total_due", ">", 0]]))
        self.assertFalse(self._notes(5, rows=["debtor"]), "nothing to say of debtors")
        table = self.Ageing.table({"day": self._ago(5).isoformat(), "rows": ["country"]})
        self.assertEqual(len(table["notes"]), 1)
        report = self.Ageing._report(self._options(5, rows=["country"]))
        self.assertIn(table["notes"][0], report.notes)
