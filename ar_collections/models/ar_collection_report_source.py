import tempfile
from pathlib import Path

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import date_utils

from ..report.xlsx import workbook
from ..tools.table import Column, Money, Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
#: Rows of a report on paper: what is longer is for a spreadsheet.
PAPER_ROWS = 2000


class ArCollectionReportSource(models.AbstractModel):
    """Reports that can be sent by mail, each made with the rights of the environment's user."""

    _name = "ar.collection.report.source"
    _description = "Reports Sent by Mail"

    @api.model
    def _kinds(self):
        """Hook: list of (code, name)."""
        return [
            ("ageing", self.env._("Ageing")),
            ("debtors", self.env._("Debtors with overdue items")),
            ("activity", self.env._("Activity of collectors")),
            ("promises", self.env._("Promises")),
            ("disputes", self.env._("Open disputes")),
            ("kpi", self.env._("Key figures")),
        ]

    @api.model
    def _file(self, kind, file_format, frequency):
        """The report as a file.

        :param frequency: day, week or month: the period that reports of movements cover.
        :return: (name of the file, bytes, mimetype).
        """
        if kind not in dict(self._kinds()):
            raise UserError(self.env._("There is no report %(name)s any more.", name=kind))
        if kind == "ageing":
            return self._ageing_file(file_format)
        name, tables = getattr(self, f"_{kind}_tables")(frequency)
        name = name.replace("/", "-")
        if file_format == "pdf":
            return f"{name}.pdf", self._to_pdf(name, tables), PDF
        return f"{name}.xlsx", workbook(tables), XLSX

    # === PAPER === #
    @api.model
    def _to_pdf(self, title, tables):
        """Tables on paper, A4 across."""
        reports = self.env["ir.actions.report"]
        if reports.get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._("The report cannot be printed: wkhtmltopdf is missing on the server.")
            )
        html = self.env["ir.qweb"]._render(
            "ar_collections.report_ar_collection_tables",
            {
                "title": title,
                "tables": [self._cut(table) for table in tables],
                "cell": self.env["report.ar_collections.report_ar_collection_activity"]._cell,
                "lang": (self.env.lang or "en_US").replace("_", "-"),
            },
        )
        # sudo: the paper format of a report of ours
        engine = reports.sudo().with_context(ar_collections_letter=True)  # dito
        return engine._run_wkhtmltopdf(
            [str(html)],
            report_ref="ar_collections.action_report_ar_collection_activity",
            landscape=True,
        )

    @api.model
    def _cut(self, table):
        if len(table.rows) <= PAPER_ROWS:
            return table
        left = self.env._(
            "%(count)s rows more are in the spreadsheet.", count=len(table.rows) - PAPER_ROWS
        )
        return Table(table.title, table.columns, table.rows[:PAPER_ROWS], [*table.notes, left])

    # === REPORTS === #
    @api.model
    def _ageing_file(self, file_format):
        ageing = self.env["ar.collection.ageing"]
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder, "ageing"))
            write = ageing._write_pdf if file_format == "pdf" else ageing._write_xlsx
            name = write(path, ageing._options({}))
            content = Path(path).read_bytes()
        return name, content, PDF if file_format == "pdf" else XLSX

    @api.model
    def _debtors_tables(self, frequency):
        accounts = self.env["ar.collection"].search(
            self._own_company() & Domain("total_overdue", ">", 0)
        )
        export = self.env["ar.collection.worklist.export"].new({"collection_ids": accounts.ids})
        _name, tables = export._xlsx()
        return f"{self.env._('Overdue')} {self._today()}", tables

    @api.model
    def _activity_tables(self, frequency):
        first, last = self._period(frequency)
        wizard = self.env["ar.collection.activity.print"].new(
            {
                "company_id": self.env.company._ar_root().id,
                "period": frequency,
                "date_from": first,
                "date_to": last,
            }
        )
        return wizard._xlsx()

    @api.model
    def _kpi_tables(self, frequency):
        report = self.env["ar.collection.kpi.report"].new(
            {"company_id": self.env.company._ar_root().id, "by": "month", "months": 12}
        )
        return report._xlsx()

    @api.model
    def _promises_tables(self, frequency):
        first, _last = self._period(frequency)
        promises = self.env["ar.collection.promise"].search(
            self._own_company() & (Domain("state", "=", "open") | Domain("judged_on", ">=", first)),
            order="date, id",
        )
        states = dict(promises._fields["state"]._description_selection(self.env))
        columns = [
            Column(self.env._("By"), "date"),
            Column(self.env._("Debtor")),
            Column(self.env._("Amount"), "money"),
            Column(self.env._("Currency")),
            Column(self.env._("Paid"), "money"),
            Column(self.env._("State")),
            Column(self.env._("Given on"), "date"),
            Column(self.env._("Collector")),
        ]
        rows = [
            [
                promise.date,
                promise.collection_id.display_name,
                self._money(promise.amount, promise.currency_id),
                promise.currency_id.name,
                self._money(promise.paid, promise.currency_id),
                states[promise.state],
                promise.given_on,
                promise.user_id.sudo().name or "",  # the name of a colleague
            ]
            for promise in promises
        ]
        name = self.env._("Promises")
        return f"{name} {self._today()}", [Table(name, columns, rows)]

    @api.model
    def _disputes_tables(self, frequency):
        disputes = self.env["ar.collection.dispute"].search(
            self._own_company() & Domain("is_open", "=", True), order="deadline, id"
        )
        states = dict(disputes._fields["state"]._description_selection(self.env))
        columns = [
            Column(self.env._("Number")),
            Column(self.env._("Debtor")),
            Column(self.env._("Reason")),
            Column(self.env._("Disputed"), "money"),
            Column(self.env._("Currency")),
            Column(self.env._("State")),
            Column(self.env._("Opened on"), "date"),
            Column(self.env._("Deadline"), "date"),
            Column(self.env._("Owner")),
        ]
        rows = [
            [
                dispute.display_name,
                dispute.collection_id.display_name,
                dispute.reason_id.name or "",
                self._money(dispute.amount, dispute.currency_id),
                dispute.currency_id.name,
                states[dispute.state],
                dispute.date_opened and dispute.date_opened.date(),
                dispute.deadline and _day(dispute.deadline),
                dispute.user_id.sudo().name or "",  # the name of a colleague
            ]
            for dispute in disputes
        ]
        name = self.env._("Open disputes")
        return f"{name} {self._today()}", [Table(name, columns, rows)]

    # === HELPERS === #
    @api.model
    def _own_company(self):
        return Domain("company_id", "=", self.env.company._ar_root().id)

    @api.model
    def _today(self):
        return self.env.company._ar_root()._ar_today()

    @api.model
    def _period(self, frequency):
        """First and last day of the last whole day, week or month."""
        today = self._today()
        last = date_utils.start_of(today, frequency) - relativedelta(days=1)
        return date_utils.start_of(last, frequency), last

    @api.model
    def _money(self, amount, currency):
        return Money(amount, currency.decimal_places, currency.id)


def _day(moment):
    return moment.date() if hasattr(moment, "date") else moment
