from odoo.tests import HttpCase, new_test_user, tagged

from .ledger import LedgerCommon
from .xlsx import read_workbook


@tagged("post_install", "-at_install")
class TestSimulateRights(HttpCase, LedgerCommon):
    """Who may download what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._debtor("Other", email="other@debtor.example")
        cls._invoice(1000, 10)
        cls._invoice(200, 10, partner=cls.other)

    def setUp(self):
        super().setUp()
        self.collector = self._user("xlsx-collector", "user", password="xlsx-collector")
        self._account(self.other).user_id = self.env.user
        self.simulation = self.Run._simulate(self.company)

    def _download(self, login, record):
        self.env.flush_all()
        self.authenticate(login, login)
        return self.url_open(f"/ar_collections/xlsx/{record._name}/{record.id}")

    def test_a_collector_gets_the_own_debtors(self):
        action = self.simulation.with_user(self.collector).action_export()
        self.assertEqual(action["target"], "download")
        response = self._download("xlsx-collector", self.simulation)
        self.assertEqual(response.status_code, 200)
        self.assertIn("spreadsheetml", response.headers["Content-Type"])
        self.assertIn("attachment", response.headers["Content-Disposition"])
        sheets = read_workbook(response.content)
        self.assertEqual([row[0] for row in sheets["Decisions"][1:]], ["Alpha", None])
        self.assertEqual([row[0] for row in sheets["Items"][1:]], ["Alpha"])
        self.assertEqual(sheets["Summary"][-1][1], 1)

    def test_others_get_nothing(self):
        self._user_without_rights()
        self.assertEqual(self._download("xlsx-stranger", self.simulation).status_code, 404)
        self.assertEqual(self._download("xlsx-collector", self.debtor).status_code, 404)
        gone = self.simulation.browse(self.simulation.id + 1000)
        self.assertEqual(self._download("xlsx-collector", gone).status_code, 404)

    def _user_without_rights(self):
        new_test_user(
            self.env,
            "xlsx-stranger",
            "base.group_user,account.group_account_readonly",
            password="xlsx-stranger",
            company_ids=self.company.ids,
            company_id=self.company.id,
        )

    def test_another_company_is_out_of_reach(self):
        foreign = self._other_company("Foreign")
        run = self.Run.with_company(foreign)._simulate(foreign)
        self.assertEqual(self._download("xlsx-collector", run).status_code, 404)
