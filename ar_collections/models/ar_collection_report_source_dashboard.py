from odoo import api, models

from ..tools.table import Column, Table


class ArCollectionReportSource(models.AbstractModel):
    """The dashboard by mail: its cards as tables, out of the same values as the screen."""

    _inherit = "ar.collection.report.source"

    @api.model
    def _kinds(self):
        return [*super()._kinds(), ("dashboard", self.env._("Dashboard"))]

    @api.model
    def _dashboard_tables(self, frequency):
        """The cards of the last 90 days."""
        kpis = self.env["ar.collection.kpi"]
        options = {"company_id": self.env.company._ar_root().id}
        data, team = kpis.dashboard(options), kpis.dashboard_team(options)
        return f"{self.env._('Dashboard')} {self._today()}", [
            self._dashboard_figures(),
            *self._dashboard_balances(data),
            *self._dashboard_expected(data),
            *self._dashboard_team(team),
        ]

    @api.model
    def _dashboard_figures(self):
        """The key figures of this month and the two before, with their targets."""
        report = self.env["ar.collection.kpi.report"].new(
            {"company_id": self.env.company._ar_root().id, "by": "month", "months": 3}
        )
        return report._make_table()

    @api.model
    def _card(self, title, columns, rows):
        """A card as a table. ``columns``: tuples for ``Column``; amounts are of the company."""
        currency = self.env.company._ar_root().sudo().currency_id  # a setting
        columns = [Column(*column) for column in columns]

        def cell(column, value):
            if value is None:
                return None
            if column.kind == "money":
                return self._money(currency.round(value), currency)
            return round(value, 1) if column.kind == "decimal" else value

        return Table(
            title,
            columns,
            [[cell(*pair) for pair in zip(columns, row, strict=True)] for row in rows],
        )

    @api.model
    def _dashboard_balances(self, data):
        overdue = self.env._("Overdue")
        return [
            self._card(
                self.env._("Ageing"),
                [(self.env._("Days past due"),), (self.env._("Amount"), "money", True)],
                [[bar["label"], bar["amount"]] for bar in data["ageing"]["bars"]],
            ),
            self._card(
                self.env._("Overdue and DSO"),
                [(self.env._("Month"),), (overdue, "money"), (self.env._("DSO"), "decimal")],
                [[row["month"][:7], row["overdue"], row["dso"]] for row in data["trend"]["rows"]],
            ),
            self._card(
                self.env._("Roll rates"),
                [(self.env._("From"),), (self.env._("To"),), (self.env._("Percent"), "decimal")],
                [[row["from"], row["to"], row["rate"]] for row in data["roll"]["rows"]],
            ),
            self._card(
                self.env._("Largest debtors"),
                [
                    (self.env._("Debtor"),),
                    (overdue, "money", True),
                    (self.env._("Oldest, days"), "integer"),
                ],
                [[row["name"], row["overdue"], row["days"]] for row in data["largest"]["rows"]],
            ),
        ]

    @api.model
    def _dashboard_expected(self, data):
        return [
            self._card(
                self.env._("Cash expected by week"),
                [
                    (self.env._("Week of"),),
                    (self.env._("Promises"), "money", True),
                    (self.env._("Instalments"), "money", True),
                    (self.env._("By habit"), "money", True),
                ],
                [
                    [row["week"], row["promise"], row["instalment"], row["forecast"]]
                    for row in data["cash"]["weeks"]
                ],
            ),
            self._card(
                self.env._("Coming due"),
                [
                    (self.env._("Date"),),
                    (self.env._("Debtor"),),
                    (self.env._("Kind"),),
                    (self.env._("Amount"), "money", True),
                ],
                [
                    [row["date"], row["name"], row["label"], row["amount"]]
                    for row in data["due"]["rows"]
                ],
            ),
        ]

    @api.model
    def _dashboard_team(self, team):
        names = ("name", "collectable", "attempts", "promises", "collected", "target")
        return [
            self._card(
                self.env._("Disputes by reason"),
                [
                    (self.env._("Reason"),),
                    (self.env._("Amount"), "money", True),
                    (self.env._("Age, days"), "integer"),
                ],
                [[row["name"], row["amount"], row["days"]] for row in team["disputes"]["rows"]],
            ),
            self._card(
                self.env._("Collectors, this month"),
                [
                    (self.env._("Collector"),),
                    (self.env._("Collectable"), "money", True),
                    (self.env._("Attempts"), "integer"),
                    (self.env._("Promises"), "integer"),
                    (self.env._("Collected"), "money", True),
                    (self.env._("Target"), "money", True),
                ],
                [[row[name] for name in names] for row in team["collectors"]["rows"]],
            ),
        ]
