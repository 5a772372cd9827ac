from io import BytesIO

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from ..report.xlsx import workbook
from .test_tracker import TrackerCommon
from .xlsx import read_workbook


@tagged("post_install", "-at_install")
class TestActivityReport(TrackerCommon):
    """The activity report on paper and as a spreadsheet."""

    def _wizard(self, user=None, **vals):
        self.env.flush_all()
        return (
            self.env["ar.collection.activity.print"]
            .with_user(user or self.boss)
            .create(
                {
                    "period": "day",
                    "date_from": self._at(14).date(),
                    "date_to": self.today,
                    **vals,
                }
            )
        )

    def test_a_page_for_each_team_and_period(self):
        self._two_weeks()
        pages = self._wizard()._pages()
        by_name = {(page["team"], page["table"].rows[0][0]) for page in pages}
        self.assertIn(("North", "lena"), by_name)
        self.assertIn(("Without a team", "tomas"), by_name)
        # Alpha (North): days 12, 10, 8, 7, 6, 0; the others: 9, 5, 4 (call, payment), 0
        self.assertEqual([page["team"] for page in pages], ["North"] * 6 + ["Without a team"] * 4)
        first = pages[0]
        currency = self.company.currency_id
        nothing = (0.0, 2, currency.id)
        self.assertEqual(
            first["table"].rows,
            [["lena", 1, 1, 1, 0, 0, 0.0, 0, nothing, 0, 0, None, 0, 0, nothing]],
        )
        self.assertEqual(first["total"][1:], first["table"].rows[0][1:])

    def test_a_team_has_its_own_sums(self):
        """Two collectors with one debtor: the team has worked one."""
        self._log("refuses", note="No", date=self._at(1))
        self.account.user_id = self.tomas
        self._log("no_answer", self.tomas, date=self._at(1))
        [page] = self._wizard(portfolio_ids=self.portfolio.ids)._pages()
        rows = {row[0]: row for row in page["table"].rows}
        self.assertEqual([rows["lena"][1], rows["tomas"][1], page["total"][1]], [1, 1, 1])
        self.assertEqual([rows["lena"][6], rows["tomas"][6], page["total"][6]], [100, 0, 50])

    def test_spreadsheet(self):
        self.lena.name = "=1+1"
        self._two_weeks()
        name, tables = self._wizard()._xlsx()
        self.assertEqual(name, f"Activity {self._at(14).date()} {self.today}")
        sheets = read_workbook(workbook(tables))
        self.assertEqual(list(sheets), ["Collectors", "Teams", "Definitions"])
        header, *rows = sheets["Collectors"][2:]
        self.assertEqual(header[:5], ["Team", "Period", "Collector", "Debtors worked", "Calls"])
        mine = [row for row in rows if row[2] == "=1+1"]
        self.assertEqual(sum(row[-1] for row in mine), 800)
        figures = [row[0] for row in sheets["Definitions"][1:]]
        self.assertEqual(figures[3:], header[3:])

    def test_paper(self):
        self._two_weeks()
        month = self._wizard(period="month", date_from=self._at(60).date())
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, kind = report.with_user(self.boss)._render_qweb_pdf(
            "ar_collections.action_report_ar_collection_activity", month.ids
        )
        self.assertEqual(kind, "pdf")
        pages = [
            " ".join(page.extract_text().split()) for page in PdfFileReader(BytesIO(pdf)).pages
        ]
        self.assertEqual(len(pages), len(month._pages()))
        self.assertIn("North", pages[0])
        self.assertIn("Without a team", pages[-1])
        self.assertIn("Whole team", pages[0])

    def test_nothing_to_print(self):
        values = self.env["report.ar_collections.report_ar_collection_activity"]
        found = values._get_report_values(self._wizard(self.env.user).ids)
        self.assertFalse(found["pages"])
        html = self.env["ir.qweb"]._render("ar_collections.report_ar_collection_activity", found)
        self.assertIn("Nobody has called", html)

    def test_dates(self):
        with self.assertRaisesRegex(UserError, "last day"):
            self._wizard(date_from=self.today, date_to=self._at(1).date())

    def test_who_prints_what(self):
        self._two_weeks()
        pages = self._wizard(self.tomas)._pages()
        self.assertEqual({row[0] for page in pages for row in page["table"].rows}, {"tomas"})
        # the settings of another's report show one's own figures all the same
        pages = self._wizard(self.boss).with_user(self.tomas)._pages()
        self.assertEqual({row[0] for page in pages for row in page["table"].rows}, {"tomas"})

    def test_queries_do_not_grow_with_collectors(self):
        self._two_weeks()
        wizard = self._wizard(period="month")
        wizard._pages()
        self.env.invalidate_all()
        # whatever the number of collectors, teams and periods
        with self.assertQueryCount(17):
            wizard._pages()


@tagged("post_install", "-at_install")
class TestImprovement(TrackerCommon):
    """The improvement log."""

    def _improvement(self, user, **vals):
        return (
            self.env["ar.collection.improvement"].with_user(user).create({"name": "Found", **vals})
        )

    def test_effect_in_figures(self):
        found = self._improvement(self.boss, value_before=30, value_expected=10)
        self.assertEqual((found.effect_expected, found.effect_measured), (-20, 0))
        found.write({"value_measured": 12, "measured_on": self.today, "state": "done"})
        self.assertEqual(found.effect_measured, -18)
        self.assertEqual(found.date_done, self.today)
        found.state = "progress"
        self.assertFalse(found.date_done)

    def test_measured_on_a_day(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._improvement(self.boss, value_measured=1)

    def test_managers_and_leads_write(self):
        found = self._improvement(self.chief)
        self.assertEqual(found.user_id, self.chief)
        found.with_user(self.boss).name = "Found again"
        for user in (self.lena, self.auditor, self._user("everything", "all")):
            with self.subTest(user=user.login):
                other = found.with_user(user)
                self.assertEqual(other.name, "Found again")
                self.assertFalse(other.browse().has_access("create"))
                with self.assertRaises(AccessError):
                    self._improvement(user)
                with self.assertRaises(AccessError):
                    other.name = "x"
        with self.assertRaises(AccessError):
            found.unlink()
        found.with_user(self.boss).unlink()

    def test_companies(self):
        found = self._improvement(self.boss)
        other = self._other_company("Elsewhere")
        stranger = self._user("away", "manager", company_ids=other.ids, company_id=other.id)
        self.assertFalse(found.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            found.with_user(stranger).name = "x"
