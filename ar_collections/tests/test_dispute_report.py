from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..report.xlsx import workbook
from .dispute import DisputeCommon
from .xlsx import read_workbook


@tagged("post_install", "-at_install")
class TestDisputeReport(DisputeCommon):
    """What disputes were about, how long they took, and what they cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["ar.collection.dispute.report"]
        cls.cause = cls.env["ar.collection.dispute.cause"].create({"name": "Old price list"})
        products = cls.env["product.product"].create([{"name": "Pump"}, {"name": "Valve"}])
        cls.pump, cls.valve = products

    def _sold(self, *lines, **vals):
        """A posted invoice of (product, price)."""
        return self._invoice(
            0,
            10,
            invoice_line_ids=[
                Command.create(
                    {
                        "product_id": product.id,
                        "quantity": 1,
                        "price_unit": price,
                        "tax_ids": [Command.clear()],
                    }
                )
                for product, price in lines
            ],
            **vals,
        )

    def _close(self, dispute, outcome, accepted=0, days=2, work_days=1, late=False):
        """Close it as the program does, with these figures."""
        dispute.item_ids.sudo().accepted = accepted
        now = fields.Datetime.now()
        dispute.sudo().write(
            {
                "state": "rejected" if outcome == "rejected" else "resolved",
                "outcome": outcome,
                "date_opened": now - timedelta(days=days),
                "date_closed": now,
                "cycle_days": days,
                "cycle_work_days": work_days,
                "within_sla": not late,
                "root_cause_id": self.cause.id,
            }
        )
        self.env.flush_all()

    def _group(self, *groupby, domain=()):
        rows = self.Report._read_group(
            [("company_id", "=", self.company.id), *domain],
            list(groupby),
            ["weight:sum", "amount:sum", "cost:sum", "cycle_days:avg", "sla_rate:avg"],
        )
        return {
            row[: len(groupby)]: tuple(round(value or 0, 2) for value in row[len(groupby) :])
            for row in rows
        }

    def test_by_reason_and_cause(self):
        freight = self.Reason.create({"name": "Freight"})
        first = self._dispute(self._invoice(100, 10), 40)
        second = self._dispute(self._invoice(100, 10), 60, reason=freight)
        third = self._dispute(self._invoice(100, 10), 10, reason=freight)
        self._close(first, "accepted", 40, days=2)
        self._close(second, "partial", 15, days=4, late=True)
        self._close(third, "rejected", days=6)
        self.assertEqual(
            self._group("reason_id"),
            {(self.price,): (1, 40, 40, 2, 100), (freight,): (2, 70, 15, 5, 50)},
        )
        self.assertEqual(
            self._group("root_cause_id", domain=[("valid", "=", True)]),
            {(self.cause,): (2, 100, 55, 3, 50)},
        )
        self.assertEqual(
            {key[0]: row[0] for key, row in self._group("outcome").items()},
            {"accepted": 1, "partial": 1, "rejected": 1},
        )
        shares = dict(
            self.Report._read_group(
                [("company_id", "=", self.company.id)], ["outcome"], ["share:sum"]
            )
        )
        self.assertAlmostEqual(shares["accepted"], 100 / 3, 5)

    def test_by_product(self):
        """75 of a pump, 25 of a valve; a dispute of 40 over both, one of 20 over the valve."""
        move = self._sold((self.pump, 75), (self.valve, 25))
        dispute = self._dispute(move, 40)
        self._close(dispute, "accepted", 40, days=2)
        other = self._sold((self.pump, 75), (self.valve, 25))
        valve = other.invoice_line_ids.filtered(lambda line: line.product_id == self.valve)
        item = self._item(other)
        second = self._dispute(other, 20, source_line_ids={item.id: valve.ids})
        self._close(second, "accepted", 20, days=4)
        self.assertEqual(
            self._group("product_id"),
            # (0.25 x 2 days + 1 x 4 days) / 1.25
            {(self.pump,): (0.75, 30, 30, 2, 100), (self.valve,): (1.25, 30, 30, 3.6, 100)},
        )
        self.assertEqual(self._group()[()], (2, 60, 60, 3, 100), "each dispute once")
        self.assertEqual(set(self._group("salesperson_id")), {(move.invoice_user_id,)})

    def test_open_ones_have_an_age(self):
        dispute = self._dispute(self._invoice(100, 10), 40)
        dispute.sudo().date_opened -= timedelta(days=10)
        self.env.flush_all()
        row = self.Report.search([("dispute_id", "=", dispute.id)])
        self.assertAlmostEqual(row.age, 10, 1)
        self.assertFalse(row.valid)
        self.assertEqual((row.cost, row.amount), (0, 40))

    def test_foreign_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        dispute = self._dispute(self._invoice(100, 10, currency_id=euro.id), 40)
        self._close(dispute, "partial", 10)
        self.assertEqual(self._group()[()][1:3], (20, 5))

    def test_query_and_merged(self):
        query = self.Dispute._open(self._account_of(10), {}, kind="query")
        merged = self._dispute(self._invoice(100, 10), 40)
        self._close(merged, "merged")
        self.assertEqual(set(self.Report.search([]).dispute_id), set(query))

    def _account_of(self, amount):
        self._invoice(amount, 10)
        return self._account()

    def test_spreadsheet(self):
        dispute = self._dispute(self._sold((self.pump, 100)), 40)
        self.debtor.name = "=1+1"
        self._close(dispute, "accepted", 40)
        wizard = self.env["ar.collection.dispute.print"].create({"company_id": self.company.id})
        name, tables = wizard._xlsx()
        sheets = read_workbook(workbook(tables))
        self.assertIn("Disputes", name)
        cells = [cell for row in sheets["Valid by root cause"] for cell in row]
        self.assertIn("Old price list", cells)
        self.assertIn(40, cells)
        self.assertIn("Pump", [cell for row in sheets["Product"] for cell in row])
        self.assertIn("=1+1", [cell for row in sheets["Customer"] for cell in row], "a text")
        with self.assertRaises(UserError):
            wizard.date_to = wizard.date_from - timedelta(days=1)

    def test_who_sees_what(self):
        dispute = self._dispute(self._invoice(100, 10), 40)
        self._account().user_id = self.env.user
        self.assertFalse(
            self.Report.with_user(self.collector).search([("dispute_id", "=", dispute.id)])
        )
        other = self._other_company("Other")
        stranger = self._user("stranger", "manager", company_ids=other.ids, company_id=other.id)
        self.assertFalse(self.Report.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            self.Report.with_user(self.colleague).search([])
