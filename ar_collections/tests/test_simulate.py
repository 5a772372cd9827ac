import io
from datetime import timedelta
from unittest.mock import patch

import openpyxl

from odoo.tests import tagged

from ..models import ar_collection_run_xlsx
from ..report.xlsx import workbook
from .ledger import LedgerCommon
from .xlsx import read_workbook


@tagged("post_install", "-at_install")
class TestSimulate(LedgerCommon):
    """Simulations of any date and any policies, and their spreadsheet."""

    def _copy_of_policy(self, **vals):
        """A stricter copy of the policy, archived: it is tried, not used."""
        policy = self.policy.copy({"name": "Stricter", "active": False, **vals})
        policy.level_ids.filtered(lambda level: level.delay == 7).delay = 2
        return policy

    def _simulate(self, *policies, date=None):
        self._refresh()
        return self.Run._simulate(
            self.company, date, self.env["ar.collection.policy"].union(*policies)
        )

    def _conclusions(self, run):
        return {row.partner_id: row.level_id or row.reason for row in run.decision_ids}

    def test_any_date(self):
        self._invoice(1000, 3)
        self.assertEqual(self._conclusions(self._simulate()), {self.debtor: "level_not_reached"})
        run = self._simulate(date=self.today + timedelta(days=4))
        self.assertEqual(self._conclusions(run), {self.debtor: self.reminder})
        self.assertEqual(run.decision_ids.days_overdue, 7)

    def test_policies_that_are_not_in_force(self):
        stricter = self._copy_of_policy()
        self._invoice(1000, 3)
        run = self._simulate(stricter)
        [level] = self._conclusions(run).values()
        self.assertEqual(level, stricter.level_ids.filtered(lambda level: level.delay == 2))
        self.assertEqual(run.decision_ids.policy_id, stricter)
        self.assertEqual(self._account().policy_id, self.policy, "nothing else was written")
        self.assertFalse(self.Notice.search([("company_id", "=", self.company.id)]))

    def test_first_policy_that_fits_and_the_debtors_own(self):
        stricter = self._copy_of_policy(domain="[('name', '=', 'Beta')]", sequence=1)
        beta = self._debtor("Beta", email="beta@debtor.example")
        gamma = self._debtor("Gamma", email="gamma@debtor.example")
        for partner in (self.debtor, beta, gamma):
            self._invoice(100, 3, partner=partner)
        self._account(gamma).own_policy_id = stricter
        decisions = self._simulate(self.policy, stricter).decision_ids
        self.assertEqual(
            {row.partner_id: row.policy_id for row in decisions},
            {self.debtor: self.policy, beta: stricter, gamma: stricter},
        )
        only = self._simulate(stricter).decision_ids
        self.assertEqual(
            {row.partner_id: row.reason for row in only},
            {self.debtor: "no_policy", beta: False, gamma: False},
        )

    def test_resume_days_are_those_of_the_simulated_policy(self):
        patient = self._copy_of_policy(resume_days=9)
        move = self._invoice(1000, 10)
        self._hold(move, date_from=self.today - timedelta(days=9), days=-5)
        self.assertEqual(self._conclusions(self._simulate()), {self.debtor: self.reminder})
        self.assertEqual(self._conclusions(self._simulate(patient)), {self.debtor: "resume_wait"})

    def test_api_takes_policies(self):
        stricter = self._copy_of_policy()
        self._invoice(1000, 3)
        self._refresh()
        [row] = self.Run.simulate(self.today, policy_ids=stricter.ids)
        self.assertEqual(row["to_pay"], {"USD": 1000.0})
        self.assertEqual(len(row["claims"]), 1)

    def test_the_dialog(self):
        self._invoice(1000, 3)
        self._refresh()
        dialog = self.env["ar.collection.run.simulate"].create(
            {"date": self.today + timedelta(days=4)}
        )
        action = dialog.action_simulate()
        run = self.Run.browse(action["context"]["ar_collections_run_id"])
        self.assertRecordValues(
            run, [{"simulation": True, "date": self.today + timedelta(days=4), "notice_count": 1}]
        )

    # === ITEMS === #
    def test_items_of_a_decision(self):
        move = self._invoice(1000, 10)
        self._hold(move, 300)
        self._credit_note(50, days=1)
        future = self._invoice(70, -20)
        table = self._simulate().decision_ids.items
        self.assertEqual([column["kind"] for column in table["columns"]][-3:], ["money"] * 3)
        amounts = {row[0]: [cell["amount"] for cell in row[-3:]] for row in table["rows"]}
        self.assertEqual(amounts.pop(move.name), [1000, 300, 700])
        self.assertEqual(amounts.pop(future.name), [70, 0, 0])
        self.assertEqual(list(amounts.values()), [[-50, 0, -50]])

    def test_items_of_a_notice_are_those_it_froze(self):
        move = self._invoice(1000, 10)
        run = self._run()
        self._pay(move, 400)
        [row] = run.decision_ids.items["rows"]
        self.assertEqual([cell["amount"] for cell in row[-3:]], [1000, 0, 1000])

    def test_items_of_other_branches_are_not_shown(self):
        branch = self._branch()
        self._invoice(1000, 10)
        run = self._simulate()
        reader = self._user("branch-reader", "all", company_ids=branch.ids, company_id=branch.id)
        decision = run.with_user(reader).with_company(branch).decision_ids
        self.assertEqual(decision.claim, 1000)
        self.assertFalse(decision.items["rows"])

    # === SPREADSHEET === #
    def test_spreadsheet_of_a_simulation(self):
        self.debtor.name = "=cmd|'/c calc'!A1"
        move = self._invoice(1000, 10)
        self._hold(move, 300)
        self._credit_note(50, days=1)
        young = self._debtor("Young", email="young@debtor.example")
        self._invoice(80, 3, partner=young)
        run = self._simulate()
        name, tables = run._xlsx()
        self.assertEqual(name, f"Simulation {self.today}")
        sheets = read_workbook(workbook(tables))
        self.assertEqual(list(sheets), ["Decisions", "Items", "Summary"])
        head, first, second, total = sheets["Decisions"]
        by_title = dict(zip(head, first, strict=True))
        self.assertEqual(by_title["Debtor"], "=cmd|'/c calc'!A1", "a text, no formula")
        self.assertEqual(
            [by_title[title] for title in ("Overdue", "Held", "Credits", "Claim")],
            [1000, 300, 50, 650],
        )
        self.assertEqual(dict(zip(head, second, strict=True))["Debtor"], "Young")
        self.assertEqual(dict(zip(head, total, strict=True))["Overdue"], 1080)
        claimed = [row[-1] for row in sheets["Items"][1:]]
        self.assertEqual(sorted(claimed), [-50, 700], "they add up to the claim")

    def test_many_decisions_are_written_by_a_job(self):
        self._invoice(1000, 10)
        boss = self._user("boss-of-runs", "manager")
        run = self._simulate()
        asked = run.with_user(boss)
        self.assertEqual(asked.action_export()["type"], "ir.actions.act_url", "few: at once")
        with patch.object(ar_collection_run_xlsx, "AT_ONCE", 0):
            action = asked.action_export()
        self.assertEqual(action["tag"], "display_notification")
        export = self.env["ar.collection.export"].sudo().search([("state", "=", "waiting")])
        self.assertEqual((export.document, export.user_id), ("run", boss))
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_export").method_direct_trigger()
        self.env.invalidate_all()
        self.assertRecordValues(
            export, [{"state": "done", "name": f"Simulation {self.today}.xlsx"}]
        )
        book = openpyxl.load_workbook(io.BytesIO(export.attachment_id.raw))
        self.assertEqual(book.sheetnames, ["Decisions", "Items", "Summary"])
        self.assertEqual(book["Decisions"]["H2"].value, 1000)

    def test_a_simulation_that_is_gone_says_so(self):
        export = self.env["ar.collection.export"]._ask("run", "xlsx", {"run_id": 0}, at_once=False)
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_export").method_direct_trigger()
        export.invalidate_recordset()
        self.assertEqual(export.state, "failed")
        self.assertIn("simulate once again", export.error)

    def test_texts_are_never_formulas(self):
        self.debtor.name = "=1+1"
        self._invoice(1000, 10)
        _name, tables = self._simulate()._xlsx()
        book = openpyxl.load_workbook(io.BytesIO(workbook(tables)))
        kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
        self.assertNotIn("f", kinds)
        sheet = book["Decisions"]
        self.assertEqual(sheet.freeze_panes, "B2")
        self.assertEqual(sheet["E2"].number_format, "#,##0.00")

    def test_spreadsheet_of_a_run_shows_what_the_notices_froze(self):
        move = self._invoice(1000, 10)
        run = self._run()
        self._pay(move, 400)
        _name, tables = run._xlsx()
        [_head, row] = read_workbook(workbook(tables))["Items"]
        self.assertEqual(row[-3:], [1000, 0, 1000])
