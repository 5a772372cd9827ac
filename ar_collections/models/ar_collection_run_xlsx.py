from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..report.xlsx import workbook
from ..tools.table import Column, Money, Table

#: So many decisions are written while the reader waits; more by a job.
AT_ONCE = 10_000


class ArCollectionRun(models.Model):
    """A run or a simulation as a spreadsheet: decisions, items, summary."""

    _name = "ar.collection.run"
    _inherit = ["ar.collection.run", "ar.collection.export.mixin"]

    def action_export(self):
        """Download the run; one with many decisions is written by a job, which tells."""
        self.ensure_one()
        self.check_access("read")
        count = self.env["ar.collection.decision"].search_count([("run_id", "=", self.id)])
        if count <= AT_ONCE:
            return super().action_export()
        self.env["ar.collection.export"]._ask("run", "xlsx", {"run_id": self.id}, at_once=False)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%(count)s decisions are being written. You are told when the file is ready; it "
                    "then stands under Reporting > Exports, too.",
                    count=count,
                ),
            },
        }

    @api.model
    def _write_xlsx(self, path, options):
        """Write a run to a file, with the rights of the reader.

        :param dict options: ``run_id``. :return: name of the file.
        :raises UserError: the run is gone; simulations are kept for a week.
        """
        run = self.browse(options["run_id"]).exists()
        if not run:
            raise UserError(
                self.env._("The simulation is not kept any more. Please simulate once again.")
            )
        run.check_access("read")
        name, tables = run._xlsx()
        Path(path).write_bytes(workbook(tables))
        return f"{name}.xlsx"

    def _xlsx(self):
        """:return: (name of the file, list of ``tools.table.Table``)."""
        self.ensure_one()
        decisions = self.env["ar.collection.decision"].search([("run_id", "=", self.id)])
        compared = []
        kind = self.env._("Simulation") if self.simulation else self.env._("Run")
        if self.compared_run_id:
            kind = self.env._("Comparison")
            compared = [self._comparison_table(), self._changes_table()]
        return f"{kind} {self.date}", [
            *compared,
            self._decisions_table(decisions),
            self._claimed_items_table(decisions),
            self._summary_table(),
        ]

    def _money(self, amount):
        return Money(amount, self.currency_id.decimal_places, self.currency_id.id)

    def _decisions_table(self, decisions):
        addresses = decisions.address_id
        columns = [
            Column(self.env._("Debtor")),
            *([Column(self.env._("Invoice address"))] if addresses else []),
            Column(self.env._("Country")),
            Column(self.env._("Decision")),
            Column(self.env._("Policy")),
            Column(self.env._("Overdue"), "money", total=True),
            Column(self.env._("Held"), "money", total=True),
            Column(self.env._("Credits"), "money", total=True),
            Column(self.env._("Claim"), "money", total=True),
            Column(self.env._("Oldest (days)"), "integer"),
            Column(self.env._("Channels")),
            Column(self.env._("Why")),
            Column(self.env._("Look again on"), "date"),
            Column(self.env._("Notice")),
        ]
        rows = [
            [
                row.partner_id.display_name,
                *([row.address_id.display_name or ""] if addresses else []),
                row.country_id.code or "",
                row.conclusion or "",
                row.policy_id.name or "",
                *(self._money(row[name]) for name in ("overdue", "held", "credit", "claim")),
                row.days_overdue,
                row.channels or "",
                row.why or "",
                row.reason_date,
                row.notice_id.name or "",
            ]
            for row in decisions
        ]
        return Table(self.env._("Decisions"), columns, rows)

    def _claimed_items_table(self, decisions):
        """The items that are claimed, and the credits deducted from them."""
        noticed = decisions.filtered("level_id")
        if not self.simulation:
            return self._noticed_items_table(noticed.notice_id)
        items = self._open_items(noticed.partner_id.ids) if noticed else {}
        claimed = [
            {**row, "debtor": (decision.address_id or decision.partner_id).display_name}
            for decision in noticed
            for row in items.get((decision.collection_id.id, decision.address_id.id or None), [])
            if row["claimed"]
        ]
        return self._items_table(self.env._("Items"), claimed)

    def _noticed_items_table(self, notices):
        """The items as the notices froze them."""
        rows = []
        for line in notices.line_ids:
            amounts = {
                "open": line.amount_open,
                "left_out": line.amount if line.kind == "held" else 0,
                "claimed": line.amount if line.kind in ("claim", "credit") else 0,
            }
            currency = line.currency_id
            rows.append(
                [
                    (line.notice_id.address_id or line.notice_id.partner_id).display_name,
                    line.move_name or "",
                    line.date_invoice,
                    line.date_due,
                    line.days_overdue if line.kind != "credit" else None,
                    currency.name,
                    *(
                        Money(amount, currency.decimal_places, currency.id)
                        for amount in amounts.values()
                    ),
                ]
            )
        return Table(self.env._("Items"), self._items_columns(), rows)

    def _summary_table(self):
        summary = self._summarize()
        columns = [
            Column(self.env._("Decision")),
            Column(self.env._("Debtors"), "integer", total=True),
            Column(self.env._("Overdue"), "money", total=True),
            Column(self.env._("Claim"), "money", total=True),
        ]
        rows = [
            [row["name"], row["count"], self._money(row["overdue"]), self._money(row["claim"])]
            for row in summary["levels"]
        ]
        rows += [
            [row["name"], row["count"], self._money(row["overdue"]), self._money(0)]
            for row in summary["reasons"]
        ]
        made = fields.Datetime.context_timestamp(self, self.create_date)
        notes = [
            self.display_name,
            self.env._(
                "%(company)s, amounts in %(currency)s. Decided %(time)s.",
                company=self.company_id.sudo().name,  # a branch user may not reach the root
                currency=self.currency_id.name,
                time=made.strftime("%Y-%m-%d %H:%M"),
            ),
        ]
        if self.simulation:
            notes.append(self.env._("A simulation: nothing was sent. Items are those of now."))
        if self.warning:
            notes.append(self.warning)
        return Table(self.env._("Summary"), columns, rows, notes)
