import io
import zipfile
from datetime import timedelta

import openpyxl
from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .ageing import AgeingCommon


class MonthEndCommon(AgeingCommon):
    """The month before this one: an invoice of before, one of it, money in it and after it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last = cls.today + relativedelta(day=1, days=-1)
        cls.first = cls.last + relativedelta(day=1)
        days = (cls.today - cls.last).days
        cls.old = cls._invoice(1000, invoice_date=cls.first - timedelta(days=20), days=days + 45)
        cls.new = cls._invoice(300, days + 5, partner=cls._debtor("Beta"))
        cls._pay(cls.old, 400, cls.last - timedelta(days=2))
        cls._pay(cls.new, 120, cls.last + timedelta(days=1))
        cls.gamma = cls._debtor("Gamma")
        cls._credit_note(50, days=days + 3, partner=cls.gamma)
        cls.env.flush_all()
        cls.Account._refresh()
        cls.Month = cls.env["ar.collection.month.end"]

    def _month(self):
        return self.Month.create({"date": self.first})

    def _sheets(self, export):
        book = openpyxl.load_workbook(io.BytesIO(export.attachment_id.raw), data_only=True)
        return {s.title: [list(row) for row in s.iter_rows(values_only=True)] for s in book}

    def _export(self):
        return self.env["ar.collection.export"].search([], limit=1)


@tagged("post_install", "-at_install")
class TestMonthEnd(MonthEndCommon):
    """A month is looked over, ticked and closed."""

    def test_checks(self):
        self._entry(40, (self.today - self.last).days + 1)
        month = self._month()
        self.assertEqual(month.date, self.last, "the last day of the month")
        self.assertEqual(
            (month.report, month.ledger, month.difference),
            (890, 890, 0),
            "600 + 300 - 50 + 40: what was paid after the month counts as open",
        )
        found = {line.kind: (line.count, line.amount, line.ok) for line in month.line_ids}
        self.assertEqual(found["difference"], (0, 0, True))
        self.assertEqual(found["no_partner"], (1, 40, False))
        self.assertEqual(found["credits"], (1, 50, False))
        self.assertEqual(found["promises"], (0, 0, True))
        self.assertEqual(found["approvals"], (0, 0, True))
        self.assertEqual("credit_balances" in found, month.is_year_end)

    def test_open_behind_every_check(self):
        month = self._month()
        for line in month.line_ids:
            action = line.action_open()
            self.assertIn(action["type"], ("ir.actions.act_window", "ir.actions.client"))
        action = month.line_ids.filtered(lambda line: line.kind == "credits").action_open()
        items = self.env["ar.collection.ageing.item"].with_context(**action["context"])
        self.assertEqual(items.search(action["domain"]).mapped("open"), [-50])

    def test_disputes_and_promises(self):
        account = self._account()
        item = self._item(self.old)
        self.env["ar.collection.dispute"]._open(account, {item.id: 80})
        dispute = self.env["ar.collection.dispute"].search([], limit=1)
        dispute.sudo().date_opened = self.last - timedelta(days=1)
        self.env["ar.collection.promise"].sudo().create(
            {
                "collection_id": account.id, "amount": 25, "currency_id": account.currency_id.id,
                "date": self.last - timedelta(days=3), "state": "broken",
            }
        )  # fmt: skip
        month = self._month()
        found = {line.kind: (line.count, line.amount) for line in month.line_ids}
        self.assertEqual(found["disputes"], (1, 80))
        self.assertEqual(found["promises"], (1, 25))
        self.company.ar_month_end_dispute = 100
        month.action_look()
        self.assertTrue(month.line_ids.filtered(lambda line: line.kind == "disputes").ok)

    def test_close(self):
        month = self._month()
        with self.assertRaisesRegex(UserError, "Unapplied credits"):
            month.action_close()
        with self.assertRaises(UserError):
            month.with_user(self._user("month-writer", "manager")).write({"state": "closed"})
        for line in month.line_ids.filtered(lambda line: not line.ok):
            line.with_user(self._user(f"ticks-{line.kind}", "all")).write(
                {"done": True, "note": "Will be applied"}
            )
            self.assertTrue(line.done_by_id)
        month.action_close()
        self.assertEqual((month.state, month.closed_by_id), ("closed", self.env.user))
        for method in ("action_look", "action_close"):
            with self.assertRaises(UserError):
                getattr(month, method)()
        user = month.with_user(self._user("month-all", "all"))
        with self.assertRaises(UserError):
            user.line_ids[0].write({"note": "x"})
        with self.assertRaises(UserError):
            user.action_reopen()
        month.action_reopen()
        self.assertEqual(month.state, "open")

    def test_a_month_before_the_first_entry(self):
        """Nothing was there: it agrees, and its files are empty."""
        month = self.Month.create({"date": "1990-02-11"})
        self.assertEqual(str(month.date), "1990-02-28")
        self.assertEqual((month.report, month.ledger, month.difference), (0, 0, 0))
        month.action_sub_ledger()
        self.assertTrue(self.env["ar.collection.export"].search([], limit=1).attachment_id)

    def test_a_month_that_is_not_over(self):
        month = self.Month.create({"date": self.today})
        month.line_ids.filtered(lambda line: not line.ok).write({"done": True, "note": "Later"})
        with self.assertRaisesRegex(UserError, "not over"):
            month.action_close()

    def test_other_figures_are_looked_at_again(self):
        month = self._month()
        line = month.line_ids.filtered(lambda line: line.kind == "credits")
        line.action_tick()
        month.action_look()
        self.assertTrue(line.done, "the same figures")
        self._credit_note(7, days=(self.today - self.last).days + 1, partner=self.gamma)
        month.action_look()
        self.assertEqual((line.count, line.amount, line.done), (2, 57, False))

    def test_rights(self):
        month = self._month()
        for group, sees in (("readonly", True), ("all", True), ("user", False)):
            reader = month.with_user(self._user(f"month-{group}", group))
            if sees:
                self.assertEqual(reader.read(["ledger"])[0]["ledger"], 850)
            else:
                with self.assertRaises(AccessError):
                    reader.read(["ledger"])
        auditor = month.with_user(self.env["res.users"].search([("login", "=", "month-readonly")]))
        for method in ("action_look", "action_close", "action_reopen"):
            with self.assertRaises(AccessError):
                getattr(auditor, method)()
        self.assertEqual(auditor.action_sub_ledger()["type"], "ir.actions.act_url")
        other = self._other_company("Elsewhere")
        stranger = self._user("month-other", "manager", company_id=other.id, company_ids=other.ids)
        with self.assertRaises(AccessError):
            month.with_user(stranger).read(["ledger"])


@tagged("post_install", "-at_install")
class TestMonthEndFiles(MonthEndCommon):
    """Sub-ledger, year end and sample."""

    def test_sub_ledger(self):
        self._month().action_sub_ledger()
        sheets = self._sheets(self._export())
        self.assertEqual(list(sheets), ["Balances", "Entries", "Tie-out"])
        rows = {row[0]: row[3:] for row in sheets["Balances"] if row[0]}
        before = 1000 if self.old.date < self.first else 0
        self.assertEqual(rows["Alpha"], [before, 1000 - before, 400, 600])
        self.assertEqual(rows["Gamma"], [0, 0, 50, -50])
        self.assertEqual(rows["Total"][3], 850)
        self.assertEqual(rows["Total"][0] + rows["Total"][1] - rows["Total"][2], 850)
        tie = sheets["Tie-out"][-1]
        self.assertEqual(tie[2:], [850, 850, 850, 0])
        entries = sheets["Entries"]
        self.assertEqual(entries[-1][6] - entries[-1][7], 850 - rows["Total"][0])

    def test_year_end(self):
        self._month().action_year_end()
        sheets = self._sheets(self._export())
        credits_of = [row for row in sheets["Credit balances"] if row[0] == "Gamma"]
        self.assertEqual(credits_of, [["Gamma", 0, -50, -50]])
        cash = [row for row in sheets["Cash after the date"] if row[0] == "Beta"]
        self.assertEqual([(row[3], row[7]) for row in cash], [(300, 120)])
        self.assertEqual(sheets["Cash after the date"][-1][7], 120)

    def test_sample(self):
        month = self._month()
        wizard = self.env["ar.collection.month.end.sample"].create(
            {"month_end_id": month.id, "count": 2, "method": "largest"}
        )
        self.assertEqual(wizard.action_make()["tag"], "display_notification")
        export = self._export()
        self.assertEqual(export.state, "waiting")
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_export").method_direct_trigger()
        export.invalidate_recordset()
        self.assertEqual(export.state, "done", export.error)
        archive = zipfile.ZipFile(io.BytesIO(export.attachment_id.raw))
        book = openpyxl.load_workbook(io.BytesIO(archive.read("sample.xlsx")), data_only=True)
        self.assertEqual(book.sheetnames, ["Sample", "Cash", "Approvals"])
        rows = [list(row) for row in book["Sample"].iter_rows(values_only=True)]
        picked = {row[1]: row for row in rows if row[1]}
        self.assertEqual(picked[self.old.name][7], 600)
        self.assertEqual(picked[self.new.name][7], 300)
        cash = [list(row) for row in book["Cash"].iter_rows(values_only=True)]
        self.assertEqual(cash[-1][5], 520)

    def test_nothing_to_sample(self):
        export = self.env["ar.collection.export"]._ask(
            "sample", "zip", {"day": "1990-01-31", "count": 3}, at_once=False
        )
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_export").method_direct_trigger()
        export.invalidate_recordset()
        self.assertEqual(export.state, "failed")
        self.assertIn("Nothing was open", export.error)
