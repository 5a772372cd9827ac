from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .ar_collection_kpi_scope import Scope

#: Months before the present one of which the days are kept: two years of series, and some.
MONTHS = 26
KEY = "ar_collections.turnover"


class ArCollectionTurnover(models.Model):
    """Credit sales and money received of a company on a day, as of last night.

    Reading the invoices of two years takes seconds where there are millions. So each night they
    are added up by day; entries that come, go or change after that add a row without amounts,
    which says that the ledger is to be asked for that day. Only added to in between: postings
    of many people at once do not wait for each other.
    """

    _name = "ar.collection.turnover"
    _description = "Sales and Cash of a Day"
    _log_access = False
    _order = "date, id"
    _rec_name = "date"

    company_number = fields.Integer(required=True, readonly=True, help="Id of the root company.")
    date = fields.Date(required=True, readonly=True)
    sales = fields.Float(digits=0, readonly=True, help="None: the day moved since.")
    cash = fields.Float(digits=0, readonly=True)

    _company_idx = models.Index("(company_number, date)")

    # === MADE EACH NIGHT === #
    @api.model
    def _remake(self, company, today):
        """Add up the days of a company anew."""
        self._write_remembered()
        self.env.flush_all()
        kpi = self.env["ar.collection.kpi"].sudo()  # sudo: the machine adds up the company
        first = today.replace(day=1) - relativedelta(months=MONTHS)
        scope = Scope(company, first, date.max)
        self.env.cr.execute(
            SQL("DELETE FROM ar_collection_turnover WHERE company_number = %s", company.id)
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ar_collection_turnover (company_number, date, sales, cash)
                SELECT %(company)s, day, sum(sales), sum(cash)
                  FROM (SELECT %(first)s AS day, 0 AS sales, 0 AS cash
                         UNION ALL
                        SELECT day, amount, 0 FROM (%(sales)s) sale
                         UNION ALL
                        SELECT day, 0, amount FROM (%(cash)s) paid) moved
                 GROUP BY day
                """,
                company=company.id,
                first=first,
                sales=kpi._sales_sql(scope),
                cash=kpi._cash_sql(scope),
            )
        )
        self.invalidate_model()

    # === WHAT MOVES MEANWHILE === #
    @api.model
    def _remember(self, days):
        """Entries of these days move in this transaction.

        :param days: pairs of the id of a root company and a date.
        """
        precommit = self.env.cr.precommit
        # A rollback to a savepoint clears callbacks and data together: always add both.
        if KEY not in precommit.data:
            precommit.data[KEY] = set()
            precommit.add(self._write_remembered)
        precommit.data[KEY].update(days)

    @api.model
    def _write_remembered(self):
        days = sorted(self.env.cr.precommit.data.pop(KEY, ()))
        if days:
            company_ids, dates = zip(*days, strict=True)
            self.env.cr.execute(
                SQL(
                    "INSERT INTO ar_collection_turnover (company_number, date)"
                    " SELECT * FROM unnest(%s, %s::date[])",
                    list(company_ids),
                    list(dates),
                )
            )

    # === ASKED === #
    @api.model
    def _known(self, company, date_from, date_to):
        """What is known of the days of a company.

        :return: (the first day that is known or None, days between the two that moved since).
        """
        self.env.flush_all()  # what waits to be computed remembers its days then
        [[first, moved]] = self.env.execute_query(
            SQL(
                """
                SELECT (SELECT min(date) FROM ar_collection_turnover
                         WHERE company_number = %(company)s AND sales IS NOT NULL),
                       (SELECT array_agg(DISTINCT date) FROM ar_collection_turnover
                         WHERE company_number = %(company)s AND sales IS NULL
                           AND date BETWEEN %(date_from)s AND %(date_to)s)
                """,
                company=company.id,
                date_from=date_from,
                date_to=date_to,
            )
        )
        waiting = {
            day
            for company_id, day in self.env.cr.precommit.data.get(KEY, ())
            if company_id == company.id and date_from <= day <= date_to
        }
        return first, sorted(waiting.union(moved or ()))

    @api.model
    def _by_month(self, name, company, date_from, date_to, but):
        """dict first day of the month -> ``sales`` or ``cash`` of the days known but some."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT date_trunc('month', date)::date, sum(%(name)s)
                  FROM ar_collection_turnover
                 WHERE company_number = %(company)s AND date BETWEEN %(date_from)s AND %(date_to)s
                   AND sales IS NOT NULL AND date != ALL(%(but)s::date[])
                 GROUP BY 1
                """,
                name=SQL.identifier(name),
                company=company.id,
                date_from=date_from,
                date_to=date_to,
                but=but,
            )
        )
        return {month: float(amount) for month, amount in rows}
