from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..tools import kpi
from ..tools.workdays import working_days
from .ar_collection_kpi_values import month_end


class ArCollectionKpi(models.Model):
    """The lower part of the dashboard: collectors, effect of actions, disputes."""

    _inherit = "ar.collection.kpi"

    @api.model
    def dashboard_team(self, options=None):
        """What the dashboard shows below, asked for after the first paint.

        :param dict options: as of :meth:`dashboard`.
        :return: dict ``collectors, effects, disputes``.
        """
        self.env["ar.collection"].check_access("read")
        scope = self._dashboard_scope(options or {})
        return {
            "collectors": self._collector_rows(scope),
            "effects": self._effects(scope),
            "disputes": self._disputes_by_reason(scope),
        }

    # === COLLECTORS === #
    @api.model
    def _collector_rows(self, scope):
        """The month so far of each collector, and of all together."""
        today = self._today(scope)
        month = scope.between(today.replace(day=1), today)
        counts, money = self._counts(month), self._collected_by_user(month)
        open_rows = self.env["ar.collection"]._read_group(
            scope.domain(), ["user_id"], ["collectable:sum"]
        )
        collectable = {user.id or None: amount for user, amount in open_rows}
        targets = self._targets_by_user(scope, month.date_from)
        user_ids = {*collectable, *money, *(user for user in counts if user), *targets}
        users = self.env["res.users"].sudo()  # sudo: the names of colleagues
        rows = [
            {
                "user_id": user_id,
                "name": users.browse(user_id).name if user_id else self.env._("Nobody"),
                "collectable": collectable.get(user_id, 0.0),
                "collected": money.get(user_id, 0.0),
                "target": targets.get(user_id, 0.0),
                **{
                    name: counts.get(user_id, {}).get(name, 0)
                    for name in ("attempts", "right_party", "promises", "judged", "kept")
                },
            }
            for user_id in user_ids
        ]
        rows = [row for row in rows if any(row[name] for name in row if name not in ("name",))]
        rows.sort(key=lambda row: (row["user_id"] is None, -row["collectable"], row["name"]))
        total = {
            name: sum(row[name] for row in rows)
            for name in (rows[0] if rows else ())
            if name not in ("user_id", "name")
        }
        for row in [*rows, total]:
            row["reached"] = kpi.ratio(row.get("right_party", 0), row.get("attempts", 0), 100)
            row["kept_rate"] = kpi.ratio(row.get("kept", 0), row.get("judged", 0), 100)
            row["of_target"] = kpi.ratio(row.get("collected", 0), row.get("target", 0), 100)
        whole = working_days(month_end(today))
        return {
            "rows": rows,
            "total": total,
            "expected": kpi.ratio(working_days(today), whole, 100),
            "from": str(month.date_from),
            "to": str(today),
        }

    @api.model
    def _targets_by_user(self, scope, month):
        domain = [("company_id", "=", scope.company.id), ("month", "=", month)]
        if scope.user_id is not None:
            domain.append(("user_id", "=", scope.user_id))
        rows = self.env["ar.collection.target"]._read_group(domain, ["user_id"], ["amount:sum"])
        return {user.id: amount for user, amount in rows}

    # === EFFECT OF ACTIONS === #
    @api.model
    def _effects(self, scope):
        """Share of the amount paid within 7 days after an action, by what was done.

        The amount of a notice is what it claimed; that of a call is what the debtor owed
        overdue that day, as the snapshot tells it. A payment is credited to the last action.
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH paid AS (
                    SELECT res_model, res_id, sum(collected) AS collected
                      FROM (%(payments)s) activity
                     WHERE date BETWEEN %(first)s AND %(last)s + 7
                     GROUP BY 1, 2
                )
                SELECT 'call' AS kind, NULL::int AS level_id, count(*) AS number,
                       sum(before.total_overdue) AS amount,
                       sum(least(coalesce(paid.collected, 0), before.total_overdue))
                           FILTER (WHERE before.total_overdue > 0) AS collected
                  FROM ar_collection_call call
                  JOIN ar_collection account ON account.id = call.collection_id
                  LEFT JOIN LATERAL (
                       SELECT total_overdue FROM ar_collection_snapshot
                        WHERE collection_id = account.id AND date < call.date::date
                        ORDER BY date DESC, id DESC LIMIT 1) before ON TRUE
                  LEFT JOIN paid ON paid.res_model = 'ar.collection.call' AND paid.res_id = call.id
                 WHERE call.date >= %(start)s AND call.date < %(end)s
                   AND (call.is_attempt OR call.is_contact) AND %(of_call)s
                 GROUP BY 2
                 UNION ALL
                SELECT 'notice', notice.level_id, count(*), sum(notice.amount),
                       sum(least(coalesce(paid.collected, 0), notice.amount))
                  FROM ar_collection_notice notice
                  JOIN ar_collection account ON account.id = notice.collection_id
                  LEFT JOIN paid
                    ON paid.res_model = 'ar.collection.notice' AND paid.res_id = notice.id
                 WHERE notice.state = 'sent' AND notice.level_id IS NOT NULL
                   AND notice.date_sent >= %(start)s AND notice.date_sent < %(end)s
                   AND %(of_notice)s
                 GROUP BY 2
                """,
                payments=self.env["ar.collection.activity"]._payments_sql(),
                first=scope.date_from,
                last=scope.date_to,
                start=scope.company._ar_day_start(scope.date_from),
                end=scope.company._ar_day_start(scope.date_to + timedelta(days=1)),
                of_call=scope.accounts_sql("account", SQL("call.user_id")),
                of_notice=scope.accounts_sql("account"),
            )
        )
        levels = self.env["ar.collection.level"].sudo()  # sudo: names of levels, whoever reads
        order = {None: (-1, 0)}
        for row in rows:
            if row["level_id"]:
                level = levels.browse(row["level_id"])
                order[row["level_id"]] = (level.delay, level.id)
        return [
            {
                "kind": row["kind"],
                "level_id": row["level_id"],
                "name": levels.browse(row["level_id"]).name
                if row["level_id"]
                else self.env._("Calls"),
                "number": row["number"],
                "share": kpi.ratio(float(row["collected"] or 0), float(row["amount"] or 0), 100),
            }
            for row in sorted(rows, key=lambda row: order[row["level_id"]])
            if row["number"]
        ]

    # === DISPUTES === #
    @api.model
    def _disputes_by_reason(self, scope):
        """What is disputed now: ``rows`` of ``id, name, amount, days`` (mean age), the largest
        first, with ``number, total, days`` and ``oldest``. Queries dispute nothing."""
        self.env["ar.collection.dispute"].flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT dispute.reason_id AS id, count(*) AS number,
                       sum(dispute.amount_company) AS amount,
                       sum(%(today)s - dispute.date_opened::date) AS days,
                       max(%(today)s - dispute.date_opened::date) AS oldest
                  FROM ar_collection_dispute dispute
                  JOIN ar_collection account ON account.id = dispute.collection_id
                 WHERE dispute.state IN ('new', 'investigating', 'waiting')
                   AND dispute.kind != 'query' AND %(accounts)s
                 GROUP BY 1 ORDER BY 3 DESC, 1
                """,
                today=self._today(scope),
                accounts=scope.accounts_sql("account"),
            )
        )
        reasons = self.env["ar.collection.dispute.reason"]
        number, days = (sum(row[name] for row in rows) for name in ("number", "days"))
        return {
            "rows": [
                {
                    "id": row["id"],
                    "name": reasons.browse(row["id"]).name,
                    "amount": float(row["amount"] or 0),
                    "days": round(row["days"] / row["number"]),
                }
                for row in rows
            ],
            "number": number,
            "total": sum(float(row["amount"] or 0) for row in rows),
            "days": round(days / number) if number else None,
            "oldest": max((row["oldest"] for row in rows), default=None),
        }
