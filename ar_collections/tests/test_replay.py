import time
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..report.xlsx import workbook
from .ledger import LedgerCommon
from .xlsx import read_workbook


@tagged("post_install", "-at_install")
class TestReplay(LedgerCommon):
    """Two policies over the last months of the real ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.level_ids.filtered("formal").active = False
        cls.other = cls.policy.copy({"name": "Earlier", "active": False})
        cls.other.level_ids.filtered(lambda level: level.delay == 7).delay = 2

    def _past_invoice(self, amount, days, **vals):
        """Posted 30 days before it fell due."""
        date = self.today - timedelta(days=days + 30)
        return self._invoice(amount, days, invoice_date=date, **vals)

    def _replay(self, months=3):
        self._refresh()
        action = self.env["ar.collection.run.replay"]._action_replay(
            self.company, months, self.policy, self.other
        )
        return self.env[action["res_model"]].browse(action["res_id"])

    def _levels(self, record):
        return {name: counts for name, *counts in record.result["levels"]}

    def test_by_level(self):
        self._past_invoice(1000, 40)
        paid = self._past_invoice(500, 40)
        self._pay(paid, date=self.today - timedelta(days=35))  # 5 days after due
        record = self._replay()
        # A: courtesy 1500, day 7: 1000 (500 was paid), day 21: 1000
        # B: courtesy 1500, day 2: 1500, day 21: 1000
        self.assertEqual(
            self._levels(record),
            {
                "Courtesy reminder": [1, 1500, 1, 1500],
                "Reminder": [1, 1000, 1, 1500],
                "Second notice": [1, 1000, 1, 1000],
            },
        )
        self.assertEqual(record.result["notices"], [3, 3])
        reached_a, reached_b = record.result["reached"]
        # B writes on day 4, when the seven quiet days after the courtesy of day -3 are over
        self.assertEqual(reached_a, {"amount": 1000, "earlier": 0, "only": 0, "days": -3})
        self.assertEqual(reached_b, {"amount": 1500, "earlier": 1000, "only": 500, "days": 3})

    def test_part_payments_and_credits_as_they_came(self):
        move = self._past_invoice(1000, 40)
        self._pay(move, 300, date=self.today - timedelta(days=30))
        self.assertEqual(self._levels(self._replay())["Second notice"], [1, 700, 1, 700])

    def test_starts_from_the_evidence(self):
        """What had its reminder before the window is not reminded again in it."""
        move = self._past_invoice(1000, 120)
        run = self._run()
        notice = run.notice_ids
        notice.sudo().write({"state": "sent", "date": self.today - timedelta(days=110)})
        self.assertEqual(notice.line_ids.level_id, self.reminder)
        self.assertFalse(self._item(move).ar_level_id)
        self.assertEqual(self._levels(self._replay()), {"Second notice": [1, 1000, 1, 1000]})

    def test_held_whole_debtor_and_excluded(self):
        held = self._past_invoice(1000, 40)
        self._item(held).no_followup = True
        other = self._debtor("Paused", email="paused@debtor.example")
        self._past_invoice(200, 40, partner=other)
        self._hold(
            False, collection_id=self._account(other).id,
            date_from=self.today - timedelta(days=100),
        )  # fmt: skip
        self.assertEqual(self._replay().result["notices"], [0, 0])

    def test_debtors_of_others_and_other_companies(self):
        self._past_invoice(1000, 40)
        self._account().user_id = self.env.user
        foreign = self._other_company("Foreign")
        collector = self._user("replay-collector", "user")
        policies = self.env["ar.collection.policy"].search([("company_id", "=", foreign.id)])
        records = self.env["ar.collection.run.replay"]
        for record, company, sides in (
            (records.with_user(collector), self.company, (self.policy, self.other)),
            (records.with_company(foreign), foreign, (policies[:1], policies)),
        ):
            action = record._action_replay(company, 3, *sides)
            self.assertEqual(record.browse(action["res_id"]).result["notices"], [0, 0])

    def test_it_says_what_it_does_not_do_and_exports(self):
        self._past_invoice(1000, 40)
        record = self._replay()
        name, tables = record._xlsx()
        self.assertIn("Replay", name)
        sheets = read_workbook(workbook(tables))
        self.assertEqual(list(sheets), ["Comparison", "Levels", "Months"])
        self.assertIn("does not guess", sheets["Comparison"][1][0])
        self.assertEqual(sheets["Levels"][-1][1:], [3, 3000, 3, 3000])
        self.assertEqual(sum(row[1] for row in sheets["Months"][1:-1]), 3)
        self.assertEqual(len(record.graph["series"]), 2)

    def test_nonsense_is_refused(self):
        with self.assertRaisesRegex(UserError, "between 1 and"):
            self._replay(months=0)

    def test_nothing_is_written(self):
        move = self._past_invoice(1000, 40)
        self._replay()
        self.assertFalse(self.Notice.search([("company_id", "=", self.company.id)]))
        self.assertFalse(self.Run.search([("company_id", "=", self.company.id)]))
        self.assertFalse(self._item(move).ar_level_id)

    def test_seconds_not_minutes(self):
        self._entry(
            [
                {"amount": 10 + number % 7, "partner_id": self.debtor.id, "name": str(number)}
                for number in range(1000)
            ],
            days=60,
        )
        self.env["account.move.line"].search(
            [("partner_id", "=", self.debtor.id)]
        ).no_followup = False
        self._refresh()
        begin = time.monotonic()
        record = self._replay(months=6)
        self.assertLess(time.monotonic() - begin, 10, "1,000 items of one debtor")
        self.assertGreater(record.result["notices"][0], 0)
