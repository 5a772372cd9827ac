from datetime import timedelta
from itertools import pairwise

from odoo import api, models
from odoo.tools import SQL

from .ar_collection_snapshot import AMOUNTS, ROLLED

#: A day without a snapshot is told by one of at most so many days before.
SLACK = timedelta(days=6)
BUCKETS = ("not_due", *(f"bucket_{number}" for number in range(1, 6)))

#: Context key of a dict: the balances of today that one request has added up already.
KNOWN = "ar_collections_known_balances"


class ArCollectionKpi(models.Model):
    """Balances of today and of past days, and how they moved from bucket to bucket."""

    _inherit = "ar.collection.kpi"

    @api.model
    def _balances(self, scope, day):
        """Amounts of a day by the names of ``AMOUNTS``; None: nothing is known of that day.

        Today's are the figures of the debtors, those of a past day its snapshot.
        """
        if day >= scope.company._ar_today():
            return self._balances_now(scope)
        return self._snapshot_rows(scope, day)

    @api.model
    def _balances_now(self, scope):
        known = self.env.context.get(KNOWN)
        if known is None:
            return self._add_up_balances(scope)
        key = (scope.company.id, scope.user_id, scope.country_id)
        if key not in known:
            known[key] = self._add_up_balances(scope)
        return dict(known[key])

    @api.model
    def _add_up_balances(self, scope):
        self.env["ar.collection"].flush_model()
        [row] = self.env.execute_query_dict(
            SQL(
                "SELECT %s FROM ar_collection account WHERE %s",
                _sums("account"),
                scope.accounts_sql("account"),
            )
        )
        return {name: float(amount) for name, amount in row.items()}

    @api.model
    def _snapshot_rows(self, scope, day):
        """The amounts of the last snapshot up to a day, at most ``SLACK`` before it."""
        total = self.env.execute_query_dict(
            SQL(
                """
                SELECT date, %s FROM ar_collection_snapshot
                 WHERE company_id = %s AND collection_id IS NULL AND date BETWEEN %s AND %s
                 ORDER BY date DESC, source, id DESC LIMIT 1
                """,
                SQL(", ").join(map(SQL.identifier, AMOUNTS)),
                scope.company.id,
                day - SLACK,
                day,
            )
        )
        if not total:
            return None
        taken = total[0].pop("date")
        if scope.whole:
            return {name: float(amount) for name, amount in total[0].items()}
        [row] = self.env.execute_query_dict(
            SQL(
                """
                SELECT %(sums)s
                  FROM (SELECT DISTINCT ON (collection_id) *
                          FROM ar_collection_snapshot
                         WHERE company_id = %(company)s AND collection_id IS NOT NULL
                           AND date <= %(day)s
                         ORDER BY collection_id, date DESC, source, id DESC) snapshot
                  JOIN ar_collection account ON account.id = snapshot.collection_id
                 WHERE %(accounts)s
                """,
                sums=_sums("snapshot"),
                company=scope.company.id,
                day=taken,
                accounts=self._snapshot_scope_sql(scope),
            )
        )
        return {name: float(amount) for name, amount in row.items()}

    @api.model
    def _snapshot_scope_sql(self, scope):
        """SQL condition on ``snapshot`` and its ``account``: collector, country and policy of
        that day."""
        columns = ("user_id", "country_id", "policy_id")
        return scope.accounts_sql("account", *(SQL.identifier("snapshot", x) for x in columns))

    @api.model
    def _month_ends(self, scope, first, last):
        """dict month end -> amounts, of those that are known; with sales and cash of the month, and
        what moved on between buckets (None: not known), where the scope is the whole company."""
        names = (*AMOUNTS, "sales_month", "cash_month", *ROLLED)
        if scope.whole:
            rows = self.env.execute_query_dict(
                SQL(
                    """
                    SELECT DISTINCT ON (date) date, %s FROM ar_collection_snapshot
                     WHERE month_end AND collection_id IS NULL AND company_id = %s
                       AND date BETWEEN %s AND %s
                     ORDER BY date, source, id DESC
                    """,
                    SQL(", ").join(map(SQL.identifier, names)),
                    scope.company.id,
                    first,
                    last,
                )
            )
        else:
            rows = self.env.execute_query_dict(
                SQL(
                    """
                    SELECT snapshot.date, %(sums)s
                      FROM (SELECT DISTINCT ON (date, collection_id) *
                              FROM ar_collection_snapshot
                             WHERE month_end AND collection_id IS NOT NULL
                               AND company_id = %(company)s
                               AND date BETWEEN %(first)s AND %(last)s
                             ORDER BY date, collection_id, source, id DESC) snapshot
                      JOIN ar_collection account ON account.id = snapshot.collection_id
                     WHERE %(accounts)s
                     GROUP BY snapshot.date
                    """,
                    sums=_sums("snapshot"),
                    company=scope.company.id,
                    first=first,
                    last=last,
                    accounts=self._snapshot_scope_sql(scope),
                )
            )
        return {
            row.pop("date"): {
                name: None if amount is None and name in ROLLED else float(amount or 0)
                for name, amount in row.items()
            }
            for row in rows
        }

    # === BUCKETS MOVING ON === #
    @api.model
    def _rolled(self, scope, before, after):
        """Balances of not due and each bucket at a month's end, and what of them had moved on
        at a later one: two lists; None where a month's end is not known.

        Per debtor as ``tools.kpi.rolled``.
        """
        known = self._month_ends(scope.between(before, after), before, after)
        if before not in known or after not in known:
            return None
        moved = [known[after].get(name) for name in ROLLED]
        if None in moved:  # of some debtors, or the day was noted when the one before was not
            moved = self._rolled_of_debtors(scope, before, after)
        return [known[before][name] for name in BUCKETS], moved

    @api.model
    def _rolled_of_debtors(self, scope, before, after):
        """What of not due and of each bucket moved on between two month ends, out of the rows of
        the debtors: list as of ``ROLLED``."""
        moved = SQL(", ").join(
            SQL(
                "coalesce(sum(least(greatest(%s, 0), greatest(%s, 0))), 0)",
                SQL.identifier("old", name),
                SQL.identifier("old", f"next_{following}")
                if following != BUCKETS[-1]
                else SQL(
                    "%s - %s",
                    SQL.identifier("old", f"next_{following}"),
                    SQL.identifier("old", following),
                ),
            )
            for name, following in pairwise(BUCKETS)
        )
        [row] = self.env.execute_query(
            SQL(
                """
                SELECT %(moved)s FROM (%(rows)s) old %(account)s
                 WHERE old.date = %(before)s AND old.next_date = %(after)s
                """,
                moved=moved,
                rows=self._month_ends_sql(scope, before, after),
                before=before,
                after=after,
                account=SQL(
                    "JOIN ar_collection account ON account.id = old.collection_id AND %s",
                    scope.accounts_sql(
                        "account", SQL("old.user_id"), SQL("old.country_id"), SQL("old.policy_id")
                    ),
                )
                if not scope.whole
                else SQL(),
            )
        )
        return [float(amount) for amount in row]

    @api.model
    def _month_ends_sql(self, scope, before, after):
        """SQL: the rows of the debtors at two month ends, each with the date and the buckets of
        the debtor's next one (``next_date, next_bucket_1`` ..).

        One sort instead of a join: statistics of rows made a moment ago are wrong by far.
        """
        names = ("date", *BUCKETS[1:])
        return SQL(
            """
            SELECT *, %(nexts)s
              FROM (SELECT DISTINCT ON (collection_id, date) collection_id, date, user_id,
                           country_id, policy_id, %(buckets)s
                      FROM ar_collection_snapshot
                     WHERE month_end AND company_id = %(company)s AND date IN (%(before)s, %(after)s)
                       AND collection_id IS NOT NULL
                     ORDER BY collection_id, date, source, id DESC) day
            WINDOW following AS (PARTITION BY collection_id ORDER BY date)
            """,
            nexts=SQL(", ").join(
                SQL(
                    "lead(%s) OVER following AS %s",
                    SQL.identifier(name),
                    SQL.identifier(f"next_{name}"),
                )
                for name in names
            ),
            buckets=SQL(", ").join(map(SQL.identifier, BUCKETS)),
            company=scope.company.id,
            before=before,
            after=after,
        )


def _sums(alias):
    """SQL: the sums of the amounts of a row, 0 for none."""
    return SQL(", ").join(
        SQL("coalesce(sum(%s), 0) AS %s", SQL.identifier(alias, name), SQL.identifier(name))
        for name in AMOUNTS
    )
