from odoo.exceptions import UserError
from odoo.tests import tagged

from ..report.xlsx import workbook
from .ledger import LedgerCommon
from .xlsx import read_workbook


@tagged("post_install", "-at_install")
class TestCompare(LedgerCommon):
    """What would change between two sets of policies on one day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.policy.copy({"name": "Other", "active": False, "min_amount": 150})
        for level, delay in (("Reminder", 2), ("Second notice", 9)):
            cls.other.level_ids.filtered(lambda own, level=level: own.name == level).delay = delay
        cls.other.escalation = "direct"
        cls.partners = {}
        for name, amount, days in (
            ("early", 1000, 3),  # A: not reached (7), B: reminder (2)
            ("small", 100, 10),  # A: reminder, B: below the minimum of 150
            ("older", 500, 12),  # A: reminder, B: second notice (9)
            ("equal", 300, 8),  # both: reminder
            ("future", 50, -30),  # both: nothing overdue
        ):
            partner = cls._debtor(name, email=f"{name}@debtor.example")
            cls._invoice(amount, days, partner=partner)
            cls.partners[name] = partner

    def _compare(self):
        self._refresh()
        return self.Run._compare(self.company, self.today, self.policy, self.other)

    def _rows(self, run):
        rows = run.env["ar.collection.comparison"].search([("run_id", "=", run.id)])
        return {row.partner_id.name: row for row in rows}

    def test_debtor_by_debtor(self):
        rows = self._rows(self._compare())
        self.assertEqual(
            {
                name: (row.change, row.conclusion_a, row.conclusion_b, row.difference)
                for name, row in rows.items()
            },
            {
                "early": ("new", "Next level not reached", "Reminder", 1000),
                "small": ("gone", "Reminder", "Below minimum", -100),
                "older": ("level", "Reminder", "Second notice", 0),
                "equal": ("same", "Reminder", "Reminder", 0),
                "future": ("same", "Nothing overdue", "Nothing overdue", 0),
            },
        )

    def test_by_level(self):
        run = self._compare()
        table = run.comparison
        cells = {
            row[0]: [cell["amount"] if isinstance(cell, dict) else cell for cell in row[1:]]
            for row in table["rows"]
        }
        self.assertEqual(
            cells,
            {
                "Reminder": [3, 900, 2, 1300, -1, 400],
                "Second notice": [0, 0, 1, 500, 1, 500],
            },
        )
        self.assertEqual(table["totals"][1:4:2], [3, 3])
        self.assertIn("3 of 5 debtors would be treated otherwise.", table["notes"])
        self.assertEqual(table["notes"][:2], ["A: Standard", "B: Other"])

    def test_nothing_else_is_written(self):
        self._compare()
        self.assertFalse(self.Notice.search([("company_id", "=", self.company.id)]))
        self.assertEqual(self._account(self.partners["early"]).policy_id, self.policy)

    def test_spreadsheet(self):
        _name, tables = self._compare()._xlsx()
        sheets = read_workbook(workbook(tables))
        self.assertEqual(list(sheets), ["Comparison", "Changes", "Decisions", "Items", "Summary"])
        total = sheets["Changes"][-1]
        self.assertEqual(total[5:8], [900, 1800, 900])

    def test_the_dialog_compares(self):
        self._refresh()
        dialog = self.env["ar.collection.run.simulate"].create(
            {"question": "compare", "policy_ids": [(6, 0, self.policy.ids)]}
        )
        dialog.other_policy_ids = self.policy
        with self.assertRaisesRegex(UserError, "the same"):
            dialog.action_simulate()
        dialog.other_policy_ids = self.other
        action = dialog.action_simulate()
        self.assertEqual(action["res_model"], "ar.collection.comparison")
        groups = self.env["ar.collection.comparison"]._read_group(
            action["domain"], ["change"], ["__count", "difference:sum"]
        )
        self.assertEqual(
            {change: (count, difference) for change, count, difference in groups},
            {"new": (1, 1000), "gone": (1, -100), "level": (1, 0), "same": (2, 0)},
        )

    def test_a_collector_compares_the_own_debtors(self):
        collector = self._user("compare-collector", "user")
        self._account(self.partners["early"]).user_id = self.env.user
        run = self._compare().with_user(collector)
        self.assertEqual(set(self._rows(run)), {"small", "older", "equal", "future"})
        self.assertIn("2 of 4 debtors would be treated otherwise.", run.comparison["notes"])
