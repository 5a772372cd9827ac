from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL, format_date

from ..tools.ageing_options import Options
from .xlsx_stream import Book, Sheet


class ArCollectionAgeing(models.AbstractModel):
    """The sub-ledger of a month with its tie-out, and the lists of a year end."""

    _inherit = "ar.collection.ageing"

    @api.model
    def _write_sub_ledger(self, path, options):
        """Balances of every debtor and account over a month, its entries, and the tie-out to
        the general ledger. :return: name of the file."""
        asked = self._options(options)
        first = asked.day + relativedelta(day=1)
        title = self.env._("Receivables sub-ledger")
        with Book(path, title) as book:
            closing = self._write_balances(book, first, asked.day, title)
            self._write_entries(book, first, asked.day)
            self._write_tie_out(book, asked, closing)
        return f"{title} {asked.day.isoformat()}.xlsx"

    @api.model
    def _month_sql(self):
        """SQL condition on ``line``: a posted entry of a receivable account of an open branch."""
        _root, branch_ids = self._ageing_companies()
        accounts = [account_id for account_id, _other in self._ageing_accounts()]
        return SQL(
            "line.account_id = ANY(%s::int[]) AND line.company_id = ANY(%s::int[])"
            " AND line.parent_state = 'posted'",
            accounts,
            branch_ids,
        )

    @api.model
    def _write_balances(self, book, first, last, title):
        """:return: dict account -> closing balance of the sub-ledger."""
        self._flush_ageing()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT debtor.name AS debtor, debtor.ref, line.account_id,
                       sum(line.balance) FILTER (WHERE line.date < %(first)s)::float8 AS opening,
                       sum(line.debit) FILTER (WHERE line.date >= %(first)s)::float8 AS debit,
                       sum(line.credit) FILTER (WHERE line.date >= %(first)s)::float8 AS credit,
                       sum(line.balance)::float8 AS closing
                  FROM account_move_line line
                  LEFT JOIN res_partner partner ON partner.id = line.partner_id
                  LEFT JOIN res_partner debtor ON debtor.id = partner.commercial_partner_id
                 WHERE %(wanted)s AND line.date <= %(last)s
                 GROUP BY debtor.id, debtor.name, debtor.ref, line.account_id
                HAVING sum(line.balance) != 0
                    OR count(*) FILTER (WHERE line.date >= %(first)s) > 0
                 ORDER BY debtor.name NULLS LAST, debtor.id, line.account_id
                """,
                first=first,
                last=last,
                wanted=self._month_sql(),
            )
        )
        codes = self._ageing_account_codes()
        company = self.env.company._ar_root().sudo()  # its name and currency
        period = self.env._(
            "From %(first)s to %(last)s, in %(currency)s.",
            first=format_date(self.env, first),
            last=format_date(self.env, last),
            currency=company.currency_id.name,
        )
        sheet = Sheet(
            book,
            self.env._("Balances"),
            [
                (self.env._("Debtor"), "text", 36),
                (self.env._("Reference"), "text", 14),
                (self.env._("Account"), "text", 12),
                *(
                    (label, "money", 17)
                    for label in (
                        self.env._("Opening balance"),
                        self.env._("Debit"),
                        self.env._("Credit"),
                        self.env._("Closing balance"),
                    )
                ),
            ],
            [f"{title} - {company.name}", period],
            company.currency_id.decimal_places,
        )
        sums, closing = [0.0] * 4, {}
        nobody = self.env._("Entries without a partner")
        for row in rows:
            amounts = [row[name] or 0.0 for name in ("opening", "debit", "credit", "closing")]
            sheet.row([row["debtor"] or nobody, row["ref"], codes[row["account_id"]], *amounts])
            sums = [one + other for one, other in zip(sums, amounts, strict=True)]
            closing[row["account_id"]] = closing.get(row["account_id"], 0.0) + row["closing"]
        self._total(sheet, 3, sums)
        return closing

    @api.model
    def _total(self, sheet, first, sums):
        digits = sheet.digits
        sheet.total(
            self.env._("Total"),
            {first + index: round(value, digits) + 0.0 for index, value in enumerate(sums)},
        )

    @api.model
    def _write_entries(self, book, first, last):
        """The entries of the month, one by one."""
        digits = self.env.company._ar_root().sudo().currency_id.decimal_places  # a setting
        codes = self._ageing_account_codes()
        sheet = Sheet(
            book,
            self.env._("Entries"),
            [
                (self.env._("Debtor"), "text", 34),
                (self.env._("Account"), "text", 12),
                (self.env._("Date"), "date", 11),
                (self.env._("Number"), "text", 20),
                (self.env._("Label"), "text", 30),
                (self.env._("Due"), "date", 11),
                (self.env._("Debit"), "money", 15),
                (self.env._("Credit"), "money", 15),
                (self.env._("Currency"), "text", 9),
                (self.env._("In currency"), "money", 15),
                (self.env._("Matching"), "text", 12),
            ],
            digits=digits,
        )
        sums = [0.0, 0.0]
        nobody = self.env._("Entries without a partner")
        for debtor, account_id, *rest in self._each(
            SQL(
                """
                SELECT debtor.name, line.account_id, line.date, line.move_name,
                       line.name, line.date_maturity, line.debit::float8,
                       line.credit::float8, currency.name,
                       line.amount_currency::float8, line.matching_number
                  FROM account_move_line line
                  JOIN res_currency currency ON currency.id = line.currency_id
                  LEFT JOIN res_partner partner ON partner.id = line.partner_id
                  LEFT JOIN res_partner debtor ON debtor.id = partner.commercial_partner_id
                 WHERE %s AND line.date BETWEEN %s AND %s
                 ORDER BY debtor.name NULLS LAST, debtor.id, line.date, line.id
                """,
                self._month_sql(),
                first,
                last,
            )
        ):
            sheet.row([debtor or nobody, codes[account_id], *rest])
            sums[0] += rest[4]
            sums[1] += rest[5]
        self._total(sheet, 6, sums)

    @api.model
    def _write_tie_out(self, book, options, closing):
        """Sub-ledger, open items and general ledger, by account."""
        check = self._tie_out(options)
        digits = self.env.company._ar_root().sudo().currency_id.decimal_places  # a setting
        labels = [
            self.env._("Sub-ledger"),
            self.env._("Open items"),
            self.env._("General ledger"),
            self.env._("Difference"),
        ]
        sheet = Sheet(
            book,
            self.env._("Tie-out"),
            [
                (self.env._("Account"), "text", 14),
                (self.env._("Name"), "text", 38),
                *((label, "money", 17) for label in labels),
            ],
            digits=digits,
        )
        sums = [0.0] * 4
        for account in check["accounts"]:
            amounts = [closing.get(account["id"], 0.0), account["report"], account["ledger"]]
            amounts.append(round(amounts[1] - amounts[2], digits) + 0.0)
            sheet.row([account["code"], account["name"], *amounts])
            sums = [one + other for one, other in zip(sums, amounts, strict=True)]
        self._total(sheet, 2, sums)
        if check["difference"]:
            self._write_differences(book, options, self._report(options))

    # === YEAR END === #
    @api.model
    def _write_year_end(self, path, options):
        """Credit balances at the day, and the cash that came after it for what was open then:
        what an auditor asks for. :return: name of the file."""
        asked = self._options(options)
        title = self.env._("Receivables at year end")
        with Book(path, title) as book:
            self._write_credit_balances(book, asked, title)
            self._write_cash_after(book, asked)
        return f"{title} {asked.day.isoformat()}.xlsx"

    @api.model
    def _write_credit_balances(self, book, options, title):
        """Debtors whom we owe: shown as a liability in the balance sheet."""
        company = self.env.company._ar_root().sudo()  # its name and currency
        rows = self._ageing_groups(
            Options(options.day, options.live, sort="total", descending=False)
        )
        rows = [row for row in rows if not row["kind"] and row["total"] < 0]
        sheet = Sheet(
            book,
            self.env._("Credit balances"),
            [
                (self.env._("Debtor"), "text", 40),
                (self.env._("Claims"), "money", 16),
                (self.env._("Credits"), "money", 16),
                (self.env._("Balance"), "money", 16),
            ],
            [
                f"{title} - {company.name}",
                self.env._(
                    "Debtors with a credit balance on %s.", format_date(self.env, options.day)
                ),
            ],
            company.currency_id.decimal_places,
        )
        sums = [0.0] * 3
        for row in rows:
            amounts = [row["total"] - row["credits"], row["credits"], row["total"]]
            sheet.row([row["name"], *amounts])
            sums = [one + other for one, other in zip(sums, amounts, strict=True)]
        self._total(sheet, 1, sums)

    @api.model
    def _write_cash_after(self, book, options):
        """Money allocated after the day to items that were open then, credit notes apart."""
        digits = self.env.company._ar_root().sudo().currency_id.decimal_places  # a setting
        sheet = Sheet(
            book,
            self.env._("Cash after the date"),
            [
                (self.env._("Debtor"), "text", 34),
                (self.env._("Number"), "text", 18),
                (self.env._("Due"), "date", 11),
                (self.env._("Open at the date"), "money", 16),
                (self.env._("Received on"), "date", 12),
                (self.env._("Entry"), "text", 20),
                (self.env._("How"), "text", 14),
                (self.env._("Received"), "money", 16),
            ],
            digits=digits,
        )
        kinds = {True: self.env._("Money"), False: self.env._("Other entry")}
        received, before = 0.0, None
        for row in self._each(self._cash_after_sql(options)):
            line_id, debtor, name, due, open_amount, day, entry, is_cash, amount, _matched = row
            sheet.row(
                [debtor, name, due, None if line_id == before else open_amount, day, entry,
                 kinds[is_cash], amount]
            )  # fmt: skip
            received, before = received + amount, line_id
        sheet.total(self.env._("Total"), {7: round(received, digits) + 0.0})

    @api.model
    def _cash_after_sql(self, options, line_ids=None):
        """SQL: what was allocated after a day to the claims open then, by item and date."""
        plain = Options(options.day, options.live)
        return SQL(
            """
            SELECT item.line_id, debtor.name AS debtor, line.move_name AS name, item.due_date,
                   item.open::float8, greatest(credit.date, line.date) AS date,
                   credit.move_name AS entry, journal.type IN ('bank', 'cash', 'credit') AS is_cash,
                   part.amount::float8 AS amount, part.max_date
              FROM (%(items)s) item
              JOIN account_move_line line ON line.id = item.line_id
              JOIN account_partial_reconcile part ON part.debit_move_id = item.line_id
              JOIN account_move_line credit ON credit.id = part.credit_move_id
              JOIN account_journal journal ON journal.id = credit.journal_id
              LEFT JOIN res_partner debtor ON debtor.id = item.partner_id
             WHERE part.max_date > %(day)s AND %(wanted)s
             ORDER BY debtor.name NULLS LAST, item.due_date, item.line_id, part.max_date
            """,
            items=self._ageing_items_sql(plain),
            day=options.day,
            wanted=SQL("item.line_id = ANY(%s::int[])", line_ids)
            if line_ids is not None
            else SQL("TRUE"),
        )
