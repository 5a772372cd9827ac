from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain

from ..tools.table import Column, Table

#: Kinds of a table's columns by types of fields; what is missing is a text.
KINDS = {
    "monetary": "money",
    "float": "decimal",
    "integer": "integer",
    "date": "date",
}
#: Months of snapshots that are sent.
MONTHS = 13


class ArCollectionReportSource(models.AbstractModel):
    """Reports that list records as their screens do: expected cash, snapshots and the trackers of
    reasons, addresses and improvements."""

    _inherit = "ar.collection.report.source"

    @api.model
    def _kinds(self):
        return [
            *super()._kinds(),
            ("forecast", self.env._("Expected cash")),
            ("snapshots", self.env._("Snapshots")),
            ("nonpayment", self.env._("Why debtors do not pay")),
            ("flaws", self.env._("Addresses and numbers that do not work")),
            ("improvements", self.env._("Improvements")),
        ]

    @api.model
    def _records_table(self, title, records, names):
        """Records as a table: a column per field, under the field's own name.

        Amounts are in the currency of the company and have their sum below.
        """
        fields = {name: records._fields[name] for name in names}
        strings = records.fields_get(names, ["string"])
        columns = [
            Column(
                strings[name]["string"],
                KINDS.get(field.type, "text"),
                total=field.type == "monetary",
            )
            for name, field in fields.items()
        ]
        labels = {
            name: dict(field._description_selection(self.env))
            for name, field in fields.items()
            if field.type == "selection"
        }

        def cell(record, name, field):
            value = record[name]
            if field.type == "monetary":
                return self._money(value, record.currency_id)
            if field.type == "many2one":
                return value.sudo().display_name or ""  # its name, beside what one may read
            if field.type == "selection":
                return labels[name].get(value, "")
            return value if field.type in KINDS and value is not False else value or None

        rows = [[cell(record, *named) for named in fields.items()] for record in records]
        return Table(title, columns, rows)

    @api.model
    def _listed(self, title, model, domain, names):
        """(name of the file, tables) of the records of a model in the own company."""
        records = self.env[model].search(self._own_company() & Domain(domain))
        return f"{title} {self._today()}", [self._records_table(title, records, names)]

    # === REPORTS === #
    @api.model
    def _forecast_tables(self, frequency):
        title = self.env._("Expected cash")
        names = ["week", "collection_id", "kind", "user_id", "amount"]
        return self._listed(title, "ar.collection.forecast", [], names)

    @api.model
    def _snapshots_tables(self, frequency):
        first = self._today() - relativedelta(months=MONTHS)
        domain = [("collection_id", "=", False), ("date", ">=", first)]
        name, [table] = self._listed(
            self.env._("Snapshots"),
            "ar.collection.snapshot",
            domain,
            [
                *("date", "source", "total_due", "not_due", "total_overdue"),
                *(f"bucket_{number}" for number in range(1, 6)),
                *("disputed", "promised", "planned", "unapplied_credit", "balance"),
                *("sales_month", "cash_month"),
            ],
        )
        # balances of different days: their sum says nothing
        columns = [Column(column.title, column.kind) for column in table.columns]
        return name, [Table(table.title, columns, table.rows)]

    @api.model
    def _nonpayment_tables(self, frequency):
        first, last = self._period(frequency)
        return self._listed(
            self.env._("Why debtors do not pay"),
            "ar.collection.nonpayment",
            [("date", ">=", first), ("date", "<=", last)],
            ["date", "reason_id", "partner_id", "user_id", "move_id", "salesperson_id", "amount"],
        )

    @api.model
    def _flaws_tables(self, frequency):
        names = ["kind", "partner_id", "contact_id", "value", "date", "user_id", "amount", "what"]
        title = self.env._("Addresses and numbers that do not work")
        return self._listed(title, "ar.collection.contact.flaw", [], names)

    @api.model
    def _improvements_tables(self, frequency):
        names = [
            *("name", "category", "state", "user_id", "date", "deadline", "date_done"),
            *("value_before", "value_expected", "value_measured", "measured_on"),
        ]
        title = self.env._("Improvements")
        return self._listed(title, "ar.collection.improvement", [], names)
