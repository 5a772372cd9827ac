from odoo import models

from ..report.xlsx import workbook
from ..tools import statement
from ..tools.table import Column, Money, Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ArCollectionStatement(models.Model):
    """Statements as a spreadsheet, of the same rows as the paper."""

    _inherit = "ar.collection.statement"

    def _prepare_xlsx_vals(self, rows):
        """The spreadsheet of one statement, in the language of the debtor."""
        one = self._in_letter_language()
        return {
            **self._prepare_attachment_vals(workbook(one._tables({self.id: rows}))),
            "name": f"{self.name.replace('/', '-')}.xlsx",
            "mimetype": XLSX,
        }

    def _tables(self, rows):
        """Sheets of these statements: balances, items, movements.

        :param rows: of ``_prepare_rows``.
        """
        tables = [self._balances_table(rows)]
        if any(one.kind != "activity" for one in self):
            tables.append(self._items_table(rows))
        if any(one.kind != "open_item" for one in self):
            tables.append(self._moves_table(rows))
        return tables

    def _own_columns(self):
        return [
            Column(self.env._("Debtor")),
            Column(self.env._("Customer number")),
            Column(self.env._("Currency")),
        ]

    def _own_cells(self, currency):
        debtor = self.collection_id.partner_id
        return [debtor.name or "", debtor.ref or "", currency.name]

    def _balances_table(self, rows):
        labels = self[:1].company_id._ar_bucket_labels() if self else []
        columns = [
            *self._own_columns(),
            Column(self.env._("Not due"), "money"),
            *(Column(label, "money") for label in labels),
            Column(self.env._("Credits"), "money"),
            Column(self.env._("Balance"), "money"),
            Column(self.env._("Overdue"), "money"),
        ]
        cells = [
            [
                *one._own_cells(row["currency"]),
                *(
                    _money(amount, row["currency"])
                    for amount in (
                        *row["aged"].buckets,
                        row["aged"].credits,
                        row["aged"].balance,
                        row["aged"].overdue,
                    )
                ),
            ]
            for one in self
            for row in rows[one.id]
        ]
        notes = []
        if self:
            notes.append(
                self.env._(
                    "%(company)s: balances on %(day)s, each in its own currency.",
                    company=self[0].company_id.sudo().name,  # a branch user may not reach the root
                    day=self[0].date,
                )
            )
        return Table(self.env._("Balances"), columns, cells, notes)

    def _items_table(self, rows):
        columns = [
            *self._own_columns(),
            Column(self.env._("Number")),
            Column(self.env._("Invoice date"), "date"),
            Column(self.env._("Due date"), "date"),
            Column(self.env._("Original"), "money"),
            Column(self.env._("Open"), "money"),
            Column(self.env._("Days"), "integer"),
            Column(self.env._("Status")),
        ]
        cells = [
            [
                *one._own_cells(row["currency"]),
                one._numbered(item.number, item.instalment),
                item.date,
                item.due,
                _money(item.original, row["currency"]),
                _money(item.open, row["currency"]),
                max(0, (one.date - item.due).days) if item.open > 0 else None,
                one._status_text(statement.status(item, one.date)),
            ]
            for one in self
            for row in rows[one.id]
            for item in row["items"]
        ]
        return Table(self.env._("Open items"), columns, cells)

    def _moves_table(self, rows):
        columns = [
            *self._own_columns(),
            Column(self.env._("Date"), "date"),
            Column(self.env._("Document")),
            Column(self.env._("Description")),
            Column(self.env._("Invoiced"), "money"),
            Column(self.env._("Paid, credited"), "money"),
            Column(self.env._("Balance"), "money"),
        ]
        cells = [cell for one in self for row in rows[one.id] for cell in one._moves_cells(row)]
        return Table(self.env._("Movements"), columns, cells)

    def _moves_cells(self, row):
        currency, activity = row["currency"], row["activity"]
        own = self._own_cells(currency)
        cells = [
            [
                *own,
                self.date_from,
                "",
                self.env._("Opening balance"),
                None,
                None,
                _money(activity.opening, currency),
            ]
        ]
        for move, balance in zip(activity.movements, activity.balances(), strict=True):
            cells.append(
                [
                    *own,
                    move.date,
                    move.number,
                    self._movement_text(move),
                    _money(move.amount, currency) if move.amount > 0 else None,
                    _money(-move.amount, currency) if move.amount < 0 else None,
                    _money(balance, currency),
                ]
            )
        closing = [_money(x, currency) for x in (activity.charged, activity.credited)]
        cells.append(
            [
                *own,
                self.date,
                "",
                self.env._("Closing balance"),
                *closing,
                _money(activity.closing, currency),
            ]
        )
        return cells


def _money(amount, currency):
    return Money(float(amount), currency.decimal_places, currency.id)
