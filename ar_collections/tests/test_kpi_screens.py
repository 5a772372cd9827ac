import io
from datetime import timedelta

import openpyxl

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from ..report.xlsx import workbook
from .common import ArCollectionsCommon


class KpiScreensCommon(ArCollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.petra = cls._user("petra_kpi", "Petra", "ar_collections.group_ar_collection_manager")
        cls.lena = cls._user("lena_kpi", "Lena", "ar_collections.group_ar_collection_user")
        cls.beta = cls._debtor("Beta")

    @classmethod
    def _user(cls, login, name, groups):
        return new_test_user(
            cls.env,
            login,
            groups,
            name=name,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _two_debtors(self):
        """Lena's Alpha owes 1,000 for 10 days, Beta 2,000 for 40."""
        self._invoice(1000, days=10)
        self._invoice(2000, days=40, partner=self.beta)
        self._account().user_id = self.lena
        self._account(self.beta).user_id = self.petra


@tagged("post_install", "-at_install")
class TestDashboardTour(HttpCase, KpiScreensCommon):
    def test_desktop(self):
        self._two_debtors()
        self.env.flush_all()
        self.start_tour("/odoo", "ar_lead_dashboard", login="petra_kpi")

    def test_phone(self):
        self._two_debtors()
        self.env.flush_all()
        self.browser_size = "390x844"
        self.touch_enabled = True
        self.start_tour("/odoo", "ar_lead_dashboard_phone", login="petra_kpi")


@tagged("post_install", "-at_install")
class TestKpiReport(KpiScreensCommon):
    """The key figures as a table and as a spreadsheet, and the tiles of the digest."""

    def _rows(self, user=None, **vals):
        reports = self.env["ar.collection.kpi.report"].with_user(user or self.petra)
        report = reports.create({"company_id": self.company.id, **vals})
        table = report.table
        titles = [column["title"] for column in table["columns"]]
        return {row[0]: dict(zip(titles, row, strict=True)) for row in table["rows"]}

    def test_months_side_by_side(self):
        self._two_debtors()
        rows = self._rows(months=3)
        months = list(rows["DSO"])[2:]
        self.assertEqual(len(months), 3)
        # everything sold is open: as many days as the quarter has up to today
        first = self.today.replace(day=1)
        for _month in range(2):
            first = (first - timedelta(days=1)).replace(day=1)
        self.assertEqual(rows["DSO"][months[-1]], (self.today - first).days + 1)
        self.assertEqual(rows["Overdue"][months[-1]], 100)

    def test_collectors_side_by_side(self):
        self._two_debtors()
        self._pay(self._invoice(500, days=3), 500)
        rows = self._rows(by="user")
        self.assertEqual(rows["Collected"]["Lena"]["amount"], 500)
        self.assertEqual(rows["Collected"]["Petra"]["amount"], 0)

    def test_segments_and_countries_side_by_side(self):
        self._two_debtors()
        self.beta.country_id = self.env.ref("base.fr")
        policy = self._account(self.beta).policy_id
        # 3,000 of 3,000 are overdue in the one segment; 2,000 of 2,000 in France
        self.assertEqual(self._rows(by="policy")["Overdue"][policy.name], 100)
        rows = self._rows(by="country")
        self.assertEqual(rows["Overdue"]["France"], 100)
        only = self._rows(by="policy", country_id=self.env.ref("base.fr").id)
        self.assertEqual(only["DSO"][policy.name], rows["DSO"]["France"])

    def test_a_collector_sees_the_own_debtors_only(self):
        self._two_debtors()
        rows = self._rows(user=self.lena, by="user")
        self.assertNotIn("Petra", rows["DSO"])

    def test_spreadsheet(self):
        self._two_debtors()
        report = self.env["ar.collection.kpi.report"].with_user(self.petra).create({})
        name, tables = report.with_company(self.company)._xlsx()
        self.assertIn(str(report.company_id._ar_today()), name)
        sheet = openpyxl.load_workbook(io.BytesIO(workbook(tables))).active
        titles = [cell.value for cell in sheet["A"]]
        self.assertIn("Promises kept", titles)

    def test_digest_tiles(self):
        self._two_debtors()
        self._pay(self._invoice(500, days=3), 500)
        self._refresh()
        digest = self.env["digest.digest"].create(
            {
                "name": "Monday",
                "company_id": self.company.id,
                "kpi_ar_overdue": True,
                "kpi_ar_collected": True,
            }
        )
        now = fields.Datetime.now()
        digest = digest.with_context(start_datetime=now - timedelta(days=7), end_datetime=now)
        values = digest.with_user(self.petra).sudo(False)
        self.assertEqual(values.kpi_ar_overdue_value, 3000)
        self.assertEqual(values.kpi_ar_collected_value, 500)
        stranger = self._user("digest_stranger", "Stranger", "base.group_user")
        with self.assertRaises(AccessError):
            digest.with_user(stranger)._compute_kpi_ar_overdue_value()
