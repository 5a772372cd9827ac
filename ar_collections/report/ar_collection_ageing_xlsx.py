from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.ageing_options import HELD
from .xlsx_stream import Book, Sheet

#: Rows that are fetched at once.
CHUNK = 5000


class ArCollectionAgeing(models.AbstractModel):
    """The ageing report as a spreadsheet: rows, items, and the check against the ledger."""

    _inherit = "ar.collection.ageing"

    @api.model
    def _write_xlsx(self, path, options):
        """Write the report to a file, row by row: memory does not grow with the items.

        :return: name of the file.
        """
        options = self._options(options) if isinstance(options, dict) else options
        table = self._report(options)
        with Book(path, f"{table.title} {table.company}") as book:
            self._write_rows(book, table)
            self._write_items(book, options, table)
            if table.check:
                self._write_check(book, options, table)
        return f"{table.title} {options.day.isoformat()}.xlsx"

    @api.model
    def _write_rows(self, book, table):
        money = [(column["label"], "money", 15) for column in table.columns]
        notes = [f"{table.title} - {table.company}", *table.notes]
        sheet = Sheet(
            book, table.title, [(self.env._("Debtor"), "text", 42), *money,
                                (self.env._("Items"), "integer", 9)],
            notes, table.digits,
        )  # fmt: skip
        sums = range(1, 1 + len(money) + 1)
        for row in table.rows:
            sheet.row(
                [row.label, *row.amounts, row.items],
                row.depth, bold=bool(row.below), below=row.below, formulas=sums,
            )  # fmt: skip
        totals = {index: value for index, value in enumerate(table.totals, 1) if value is not None}
        sheet.total(self.env._("Total"), {**totals, 1 + len(money): table.items})

    @api.model
    def _write_items(self, book, options, table):
        """The items, each a row; where a sheet is full, the next one goes on."""
        company = self.env.company._ar_root().sudo().currency_id.name  # its name
        labels = {column["name"]: column["label"] for column in table.columns}
        ages = {
            int(bucket): label
            for bucket, label in self.env["ar.collection.ageing.item"]._selection_bucket()
        }
        accounts = self._ageing_account_codes()
        sheet = Sheet(
            book,
            self.env._("Items"),
            [
                (self.env._("Debtor"), "text", 34),
                (self.env._("Number"), "text", 18),
                (self.env._("Reference"), "text", 18),
                (self.env._("Date"), "date", 11),
                (self.env._("Due"), "date", 11),
                (self.env._("Days"), "integer", 7),
                (self.env._("Age"), "text", 12),
                (self.env._("Currency"), "text", 9),
                (self.env._("Open in currency"), "money", 15),
                (self.env._("Open in %s", company), "money", 15),
                *((labels[name], "money", 13) for name in HELD),
                (self.env._("Account"), "text", 12),
            ],
            digits=table.digits,
        )
        nobody = self.env._("Entries without a partner")
        sums = dict.fromkeys(range(9, 14), 0.0)
        for row in self._each_item(options):
            debtor, *known, bucket, currency, in_currency, amount = row[:10]
            values = [
                debtor or nobody, *known, ages[bucket], currency, in_currency, amount,
                *(held or None for held in row[10:-1]), accounts.get(row[-1]),
            ]  # fmt: skip
            sheet.row(values)
            for index in sums:
                sums[index] += values[index] or 0.0
        if options.in_currency:  # held parts are those of many currencies
            sums = {9: sums[9]}
        sheet.total(
            self.env._("Total"),
            {index: round(value, table.digits) + 0.0 for index, value in sums.items()},
        )

    @api.model
    def _each_item(self, options):
        """The items one by one, by debtor and due date: plain tuples in the order of the sheet,
        out of a cursor of the database."""
        query = SQL(
            """
            SELECT partner.name, shown.name, shown.ref, coalesce(shown.invoice_date, shown.date),
                   shown.due_date, shown.days, shown.bucket, currency.name, shown.open_currency,
                   shown.open, %s, shown.account_id
              FROM (%s) shown
              LEFT JOIN account_move_line line ON line.id = shown.line_id
              LEFT JOIN res_partner person ON person.id = line.partner_id
              LEFT JOIN res_partner partner ON partner.id = person.commercial_partner_id
              JOIN res_currency currency ON currency.id = shown.currency_id
             ORDER BY partner.name NULLS LAST, partner.id, shown.due_date, shown.line_id
            """,
            SQL(", ").join(SQL.identifier("shown", name) for name in HELD),
            self._ageing_shown_items_sql(options),
        )
        return self._each(query)

    @api.model
    def _each(self, query):
        """The rows of a query one by one, as tuples, out of a cursor of the database."""
        self._flush_ageing()
        cr = self.env.cr
        cr.execute(SQL("DECLARE ar_ageing_rows NO SCROLL CURSOR FOR %s", query))
        while True:
            cr.execute(SQL("FETCH %s FROM ar_ageing_rows", CHUNK))
            chunk = cr.fetchall()
            if not chunk:
                break
            yield from chunk
        cr.execute("CLOSE ar_ageing_rows")

    @api.model
    def _ageing_account_codes(self):
        # sudo: codes of accounts beside items that the reader may see
        ids = [account_id for account_id, _other in self._ageing_accounts()]
        accounts = self.env["account.account"].with_company(self.env.company._ar_root()).sudo()
        return {account.id: account.code or account.name for account in accounts.browse(ids)}

    @api.model
    def _write_check(self, book, options, table):
        """The report beside the receivable accounts, and the items that differ."""
        sheet = Sheet(
            book,
            self.env._("Check"),
            [
                (self.env._("Account"), "text", 14),
                (self.env._("Name"), "text", 40),
                (self.env._("Report"), "money", 18),
                (self.env._("Ledger"), "money", 18),
                (self.env._("Difference"), "money", 18),
            ],
            [self.env._("The report and the ledger"), table.notes[-1]],
            table.digits,
        )
        for account in table.check["accounts"]:
            sheet.row(
                [account["code"], account["name"], account["report"], account["ledger"],
                 round(account["report"] - account["ledger"], table.digits) + 0.0]
            )  # fmt: skip
        sheet.total(
            self.env._("All"),
            {2: table.check["report"], 3: table.check["ledger"], 4: table.check["difference"]},
        )
        if table.check["difference"]:
            self._write_differences(book, options, table)

    @api.model
    def _write_differences(self, book, options, table):
        sheet = Sheet(
            book,
            self.env._("Differences"),
            [
                (self.env._("Number"), "text", 20),
                (self.env._("Debtor"), "text", 34),
                (self.env._("Date"), "date", 11),
                (self.env._("Report"), "money", 16),
                (self.env._("Ledger"), "money", 16),
                (self.env._("Difference"), "money", 16),
                (self.env._("Why"), "text", 40),
            ],
            digits=table.digits,
        )
        differences = self.env["ar.collection.ageing.difference"].with_context(
            ar_ageing={"options": self._plain_options(options)}
        )
        reasons = dict(differences._fields["reason"]._description_selection(self.env))
        sums = [0.0, 0.0, 0.0]
        for row in differences.search(Domain.TRUE):
            amounts = [row.reported, row.booked, row.difference]
            sheet.row(
                [row.name, row.partner_id.sudo().name, row.date, *amounts, reasons[row.reason]]
            )  # sudo: name of a debtor of an item that the reader sees
            sums = [one + other for one, other in zip(sums, amounts, strict=True)]
        sheet.total(
            self.env._("Total"),
            {3 + index: round(value, table.digits) + 0.0 for index, value in enumerate(sums)},
        )
