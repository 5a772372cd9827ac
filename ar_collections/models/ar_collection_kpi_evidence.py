from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL


class ArCollectionKpi(models.Model):
    """What was done and what came of it: calls, promises, disputes, write-offs."""

    _inherit = "ar.collection.kpi"

    @api.model
    def _counts(self, scope):
        """What was done and came of it: dict id of the collector -> dict ``attempts``,
        ``right_party`` (attempts that reached the right person), ``promises``, ``judged``,
        ``kept``."""
        self.env.flush_all()
        result = defaultdict(lambda: defaultdict(int))
        for rows in (self._call_counts(scope), self._promise_counts(scope)):
            for row in rows:
                user_id = row.pop("user_id")
                for name, value in row.items():
                    result[user_id][name] += value or 0
        return result

    @api.model
    def _call_counts(self, scope):
        start = scope.company._ar_day_start(scope.date_from)
        end = scope.company._ar_day_start(scope.date_to + timedelta(days=1))
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT call.user_id, count(*) FILTER (WHERE call.is_attempt) AS attempts,
                       count(*) FILTER (WHERE call.is_attempt AND call.right_party) AS right_party
                  FROM ar_collection_call call
                  JOIN ar_collection account ON account.id = call.collection_id
                 WHERE call.date >= %s AND call.date < %s AND %s
                 GROUP BY 1
                """,
                start,
                end,
                scope.accounts_sql("account", SQL("call.user_id")),
            )
        )

    @api.model
    def _promise_counts(self, scope):
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT promise.user_id,
                       count(*) FILTER (WHERE promise.given_on BETWEEN %(first)s AND %(last)s
                                          AND promise.state != 'cancelled') AS promises,
                       count(*) FILTER (WHERE %(judged)s) AS judged,
                       count(*) FILTER (WHERE %(judged)s AND promise.state = 'kept') AS kept
                  FROM ar_collection_promise promise
                  JOIN ar_collection account ON account.id = promise.collection_id
                 WHERE (promise.given_on >= %(first)s OR promise.judged_on >= %(first)s)
                   AND %(accounts)s
                 GROUP BY 1
                """,
                first=scope.date_from,
                last=scope.date_to,
                judged=SQL(
                    "promise.state IN ('kept', 'partial', 'broken')"
                    " AND promise.judged_on BETWEEN %s AND %s",
                    scope.date_from,
                    scope.date_to,
                ),
                accounts=scope.accounts_sql("account", SQL("promise.user_id")),
            )
        )

    @api.model
    def _written_off(self, scope):
        """Amount written off in the days of the scope and not taken back."""
        [[amount]] = self.env.execute_query(
            SQL(
                """
                SELECT coalesce(sum(request.amount_company), 0)
                  FROM ar_collection_write_off request
                  JOIN ar_collection account ON account.id = request.collection_id
                 WHERE request.state = 'posted' AND request.answered_on BETWEEN %s AND %s AND %s
                """,
                scope.date_from,
                scope.date_to,
                scope.accounts_sql("account"),
            )
        )
        return float(amount)

    @api.model
    def _dispute_days(self, scope):
        """Mean days from opened to closed of the disputes closed in the scope; None: none was."""
        [[days]] = self.env.execute_query(
            SQL(
                """
                SELECT avg(extract(epoch FROM dispute.date_closed - dispute.date_opened) / 86400)
                  FROM ar_collection_dispute dispute
                  JOIN ar_collection account ON account.id = dispute.collection_id
                 WHERE dispute.date_closed >= %s AND dispute.date_closed < %s AND %s
                """,
                scope.company._ar_day_start(scope.date_from),
                scope.company._ar_day_start(scope.date_to + timedelta(days=1)),
                scope.accounts_sql("account"),
            )
        )
        return None if days is None else float(days)
