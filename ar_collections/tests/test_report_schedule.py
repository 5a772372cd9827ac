from datetime import timedelta
from io import BytesIO

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import SmtpMixin
from .test_statement import StatementCommon
from .xlsx import read_workbook


@tagged("post_install", "-at_install")
class TestReportSchedule(SmtpMixin, StatementCommon):
    """Reports by mail: when, to whom, with whose rights, and never twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._user("rs_boss", "manager", email="boss@office.example")
        cls.collector = cls._user("rs_own", "user", email="own@office.example")

    def _schedule(self, **vals):
        return self.env["ar.collection.report.schedule"].create(
            {
                "company_id": self.company.id,
                "report": "debtors",
                "frequency": "day",
                "user_ids": (self.boss | self.collector).ids,
                **vals,
            }
        )

    def _trigger(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"ar_collections.ir_cron_ar_collection_{name}").method_direct_trigger()

    def _files(self):
        """dict receiver -> bytes of the attached file."""
        return {
            mail["to"][0]: next(
                part.get_payload(decode=True)
                for part in mail["message"].walk()
                if part.get_filename()
            )
            for mail in self.sink.mails
        }

    def test_each_sees_what_is_theirs(self):
        beta = self._debtor("Beta", email="beta@debtor.example")
        self._invoice(1000, 10)
        self._invoice(50, 10, partner=beta)
        self._account().user_id = self.boss
        self._account(beta).user_id = self.collector
        self._schedule()
        self._trigger("report_schedule")
        self._trigger("report_delivery")
        self._trigger("report_schedule")
        self._trigger("report_delivery")
        files = self._files()
        self.assertEqual(len(self.sink.mails), 2)
        names = {
            to: {
                cell
                for row in openpyxl.load_workbook(BytesIO(content)).active.iter_rows(
                    values_only=True
                )
                for cell in row
            }
            & {"Alpha", "Beta"}
            for to, content in files.items()
        }
        self.assertEqual(
            names, {"boss@office.example": {"Alpha", "Beta"}, "own@office.example": {"Beta"}}
        )

    def test_every_report_in_both_formats(self):
        self._invoice(1000, 10)
        self._account()
        source = self.env["ar.collection.report.source"].with_user(self.boss)
        for kind, _name in source._kinds():
            for file_format, head in (("xlsx", b"PK"), ("pdf", b"%PDF")):
                with self.subTest(kind=kind, file_format=file_format):
                    name, content, _mimetype = source._file(kind, file_format, "week")
                    self.assertTrue(content.startswith(head))
                    self.assertTrue(name.endswith(file_format))

    def test_dashboard_as_tables(self):
        """1,000 due for 10 days and 500 not due: the same figures as on the screen."""
        self._invoice(1000, 10)
        self._invoice(500, -10)
        self._account()
        source = self.env["ar.collection.report.source"].with_user(self.boss)
        _name, content, _mimetype = source._file("dashboard", "xlsx", "week")
        sheets = read_workbook(content)
        self.assertEqual(
            [(row[0], row[1]) for row in sheets["Ageing"][1:3]], [("Not due", 500), ("1-30", 1000)]
        )
        self.assertEqual(sheets["Ageing"][-1][1], 1500)
        self.assertEqual(sheets["Largest debtors"][1][:2], ["Alpha", 1000])
        self.assertEqual(sheets["Collectors, this month"][-1][1], 1000, "collectable of all")

    def test_snapshots_and_expected_cash(self):
        self._invoice(1000, -3)
        self._refresh()
        self.env["ar.collection.snapshot"]._take(self.company, self.today)
        self.env["ar.collection.forecast"]._remake(self.company, self.today)
        source = self.env["ar.collection.report.source"].with_user(self.boss)
        sheet = read_workbook(source._file("snapshots", "xlsx", "day")[1])["Snapshots"]
        row = dict(zip(sheet[0], sheet[1], strict=True))
        self.assertEqual((row["Claims"], row["Balance"], row["Disputed"]), (1000, 1000, 0))
        self.assertEqual(len(sheet), 2, "no sum of different days")
        sheet = read_workbook(source._file("forecast", "xlsx", "day")[1])["Expected cash"]
        self.assertEqual((sheet[1][1], sheet[1][4], sheet[-1][4]), ("Alpha", 1000, 1000))

    def test_days(self):
        day = self.today
        daily, weekly = (
            self._schedule(),
            self._schedule(frequency="week", weekday=str(day.weekday())),
        )
        monthly = self._schedule(frequency="month", month_day=31)
        self.assertTrue(daily._is_due(day))
        self.assertTrue(weekly._is_due(day))
        self.assertFalse(weekly._is_due(day + timedelta(days=1)))
        last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        self.assertTrue(monthly._is_due(last))
        self.assertFalse(monthly._is_due(last - timedelta(days=1)))

    def test_a_day_without_a_job_is_made_up_for_once(self):
        weekly = self._schedule(frequency="week", weekday=str(self.today.weekday()))
        later = self.today + timedelta(days=2)
        self.assertEqual(weekly._due_day(later), self.today)
        weekly.last_day = later
        self.assertIsNone(weekly._due_day(later + timedelta(days=1)))

    def test_who_has_left_gets_nothing(self):
        self._schedule()
        self._trigger("report_schedule")
        self.collector.active = False
        self.boss.group_ids = [(3, self.env.ref("ar_collections.group_ar_collection_manager").id)]
        self._trigger("report_delivery")
        self.assertFalse(self.sink.mails)
        states = self.env["ar.collection.report.delivery"].search([]).mapped("state")
        self.assertEqual(set(states), {"skipped"})

    def test_sent_now_only_once_a_day(self):
        schedule = self._schedule(user_ids=self.boss.ids)
        schedule.action_send_now()
        with self.assertRaises(UserError):
            schedule.action_send_now()
        self._trigger("report_delivery")
        self.assertEqual(len(self.sink.mails), 1)
        with freeze_time(self.today + timedelta(days=1)):
            schedule.action_send_now()

    def test_crash_after_smtp_is_never_sent_again_by_itself(self):
        schedule = self._schedule(user_ids=self.boss.ids)
        schedule.action_send_now()
        delivery = schedule.delivery_ids.sudo()  # as the job does
        delivery._make()
        self.assertTrue(delivery._claim())  # here the worker dies
        self._trigger("report_delivery")
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(delivery, [{"state": "failed", "delivery_unknown": True}])
        delivery.action_retry()
        self._trigger("report_delivery")
        self.assertEqual(len(self.sink.mails), 1)

    def test_rights(self):
        with self.assertRaises(AccessError):
            self._schedule().with_user(self.collector).action_send_now()
        with self.assertRaises(AccessError):
            self.env["ar.collection.report.schedule"].with_user(self.collector).create(
                {"user_ids": self.boss.ids, "company_id": self.company.id}
            )
