from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..tools import kpi
from .ar_collection_kpi_balances import BUCKETS, KNOWN
from .ar_collection_kpi_values import month_end

#: Periods one can choose, by their days; others are months.
PERIODS = {"30": 30, "90": 90, "180": 180, "365": 365}
#: Weeks of expected cash, days of what comes due, and rows of the two lists.
WEEKS, COMING, LARGEST, LISTED = 8, 8, 5, 8


class ArCollectionKpi(models.Model):
    """The dashboard: every element with what opens its records.

    Today's balances are the figures of the debtors, past ones those of the snapshots. Amounts are
    in company currency.
    """

    _inherit = "ar.collection.kpi"

    @api.model
    def dashboard(self, options=None):
        """What the dashboard shows, within the reader's rights.

        :param dict options: ``company_id`` (else the current one), ``period`` (``30, 90, 180, 365,
            month, last_month``), ``user_id`` (collector; False: nobody's debtors, missing: all),
            ``country_id``, ``policy_id`` (segment).
        :return: dict of plain values: ``company, period, choices, snapshot_at, tiles, ageing,
            trend, roll, cash, largest, due``.
        """
        self.env["ar.collection"].check_access("read")
        scope = self._dashboard_scope(options or {})
        self = self.with_context(**{KNOWN: {}})  # noqa: PLW0642 (half of it asks for them)
        return {
            "company": self._dashboard_company(scope.company),
            "today": str(self._today(scope)),
            "period": {"from": str(scope.date_from), "to": str(scope.date_to)},
            "choices": self._dashboard_choices(scope),
            "domain": scope.domain(),
            "snapshot_at": self._snapshot_at(scope.company),
            "tiles": self._tiles(scope),
            "ageing": self._ageing_bars(scope),
            "trend": self._trend(scope),
            "roll": self._roll(scope),
            "cash": self._cash_by_week(scope),
            "largest": self._largest(scope),
            "due": self._coming_due(scope),
        }

    # === WHAT IS ASKED FOR === #
    @api.model
    def _dashboard_scope(self, options):
        companies = self.env.companies._ar_root()
        company = companies.filtered(lambda root: root.id == options.get("company_id"))
        company = company or self.env.company._ar_root()
        today = company._ar_today()
        first, last = self._dashboard_period(options.get("period") or "90", today)
        user_id = options.get("user_id")
        return self._scope(
            company,
            first,
            last,
            user_id=None if user_id is None else (int(user_id) or False),
            country_id=int(options.get("country_id") or 0) or None,
            policy_id=int(options.get("policy_id") or 0) or None,
        )

    @api.model
    def _dashboard_period(self, period, today):
        """First and last day of a period that may be chosen; 90 days for any other."""
        if period == "month":
            return today.replace(day=1), today
        if period == "last_month":
            last = today.replace(day=1) - timedelta(days=1)
            return last.replace(day=1), last
        return today - timedelta(days=PERIODS.get(str(period), 90) - 1), today

    @api.model
    def _dashboard_company(self, company):
        currency = company.sudo().currency_id  # sudo: a setting of the reader's own company
        return {"id": company.id, "name": company.sudo().name, "currency_id": currency.id}

    @api.model
    def _dashboard_choices(self, scope):
        """Collectors, countries, segments and companies one can choose."""
        self.env["ar.collection"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT account.user_id, account.policy_id, partner.country_id
                  FROM ar_collection account
                  JOIN res_partner partner ON partner.id = account.partner_id
                 WHERE %s
                """,
                scope.of_everybody().accounts_sql("account"),
            )
        )
        user_ids, policy_ids, country_ids = (
            {row[column] for row in rows if row[column]} for column in range(3)
        )
        users = self.env["res.users"].browse(user_ids)
        policies = self.env["ar.collection.policy"].browse(policy_ids)
        countries = self.env["res.country"].browse(country_ids)
        return {
            "companies": [
                {"id": root.id, "name": root.name} for root in self.env.companies._ar_root()
            ],
            # sudo: the names of colleagues
            "collectors": sorted(
                ({"id": user.id, "name": user.sudo().name} for user in users),
                key=lambda row: row["name"],
            ),
            "countries": [
                {"id": country.id, "name": country.name} for country in countries.sorted("name")
            ],
            "policies": sorted(
                ({"id": policy.id, "name": policy.name} for policy in policies),
                key=lambda row: row["name"],
            ),
        }

    @api.model
    def _snapshot_at(self, company):
        """When the last snapshot of the company was taken, UTC, or False."""
        rows = self.env.execute_query(
            SQL(
                "SELECT max(known_at) FROM ar_collection_snapshot"
                " WHERE company_id = %s AND collection_id IS NULL AND source = 'reported'",
                company.id,
            )
        )
        return fields.Datetime.to_string(rows[0][0]) if rows[0][0] else False

    # === BALANCES === #
    @api.model
    def _ageing_bars(self, scope):
        """The claims of today by bucket, with the figure that opens each."""
        row = self._balances_now(scope)
        labels = [self.env._("Not due"), *scope.company._ar_bucket_labels()]
        return {
            "claims": row["total_due"],
            "bars": [
                {"figure": name, "label": label, "amount": row[name]}
                for name, label in zip(BUCKETS, labels, strict=True)
            ],
        }

    @api.model
    def _trend(self, scope):
        """Overdue and DSO of the last 12 months; the last one is today's."""
        series = self._series(scope.between(scope.date_from, self._today(scope)), ["dso"])
        first = min(series)
        ends = self._month_ends(scope, first, self._today(scope))
        now = self._balances_now(scope)
        rows = []
        for month, values in series.items():
            end = ends.get(month_end(month))
            if month == max(series):
                end = now
            rows.append(
                {
                    "month": str(month),
                    "label": format_date(self.env, month, date_format="MMM"),
                    "overdue": end and end["total_overdue"],
                    "dso": values["dso"],
                }
            )
        return {"rows": rows, "target": self._by_code(scope.company)["dso"].target or None}

    @api.model
    def _today(self, scope):
        return scope.company._ar_today()

    @api.model
    def _roll(self, scope):
        """What of each bucket moved on in the last whole month, and in the one before."""
        last = self._today(scope).replace(day=1) - timedelta(days=1)
        ends = [last, *(month_end(last - relativedelta(months=back)) for back in (1, 2))]
        rates = [
            found and kpi.roll_rates(*found)
            for found in (
                self._rolled(scope, before, after)
                for before, after in ((ends[1], ends[0]), (ends[2], ends[1]))
            )
        ]
        labels = [self.env._("Not due"), *scope.company._ar_bucket_labels()]
        return {
            "from": format_date(self.env, ends[1], date_format="MMMM"),
            "to": format_date(self.env, ends[0], date_format="MMMM"),
            "rows": [
                {
                    "from": labels[number],
                    "to": labels[number + 1],
                    "rate": rates[0][number],
                    "before": rates[1] and rates[1][number],
                }
                for number in range(len(labels) - 1)
            ]
            if rates[0]
            else [],
        }

    @api.model
    def _largest(self, scope):
        """The debtors with most overdue."""
        rows = self.env["ar.collection"].search_read(
            [*scope.domain(), ("total_overdue", ">", 0)],
            ["partner_id", "total_overdue", "days_overdue", "oldest_bucket", *BUCKETS[1:]],
            order="total_overdue DESC, id",
            limit=LARGEST,
        )
        overdue = self._balances_now(scope)["total_overdue"]
        total = sum(row["total_overdue"] for row in rows)
        return {
            "rows": [
                {
                    "id": row["id"],
                    "name": row["partner_id"][1],
                    "overdue": row["total_overdue"],
                    "days": row["days_overdue"],
                    "bucket": row["oldest_bucket"],
                    "buckets": [row[name] for name in BUCKETS[1:]],
                }
                for row in rows
            ],
            "total": total,
            "share": kpi.ratio(total, overdue, 100),
        }

    # === EXPECTED === #
    @api.model
    def _cash_by_week(self, scope):
        """Expected cash of the next weeks by reason, and what is in no week."""
        today = self._today(scope)
        monday = today - timedelta(days=today.weekday())
        weeks = [monday + timedelta(weeks=number) for number in range(WEEKS)]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT forecast.week, forecast.kind, sum(forecast.amount)
                  FROM ar_collection_forecast forecast %s
                 WHERE forecast.company_id = %s
                   AND (forecast.week IS NULL OR forecast.week BETWEEN %s AND %s)
                 GROUP BY 1, 2
                """,
                SQL(
                    "JOIN ar_collection account ON account.id = forecast.collection_id AND %s",
                    scope.accounts_sql("account"),
                )
                if not scope.whole
                else SQL(),
                scope.company.id,
                weeks[0],
                weeks[-1],
            )
        )
        amounts = {(week, kind): float(amount) for week, kind, amount in rows}
        return {
            "weeks": [
                {
                    "week": str(week),
                    "label": format_date(self.env, week, date_format="d MMM"),
                    **{
                        kind: amounts.get((week, kind), 0.0)
                        for kind in ("promise", "instalment", "forecast")
                    },
                }
                for week in weeks
            ],
            "late": amounts.get((None, "late"), 0.0),
            "disputed": amounts.get((None, "disputed"), 0.0),
        }

    @api.model
    def _coming_due(self, scope):
        """Promises, and what else has a day, of the next days; in order of the day."""
        today = self._today(scope)
        promises = self.env["ar.collection.promise"].search_fetch(
            [
                ("collection_id", "any", scope.domain()),
                ("state", "=", "open"),
                ("date", ">=", today),
                ("date", "<", today + timedelta(days=COMING)),
            ],
            ["date", "collection_id", "amount", "amount_company", "currency_id"],
        )
        rows = sorted(
            (*map(self._promise_row, promises), *self._other_due(scope, today)),
            key=lambda row: (row["date"], -row["amount"]),
        )
        return {
            "rows": rows[:LISTED],
            "more": max(0, len(rows) - LISTED),
            "total": sum(row["amount"] for row in rows),
            "to": str(today + timedelta(days=COMING - 1)),
        }

    @api.model
    def _promise_row(self, promise):
        return {
            "date": str(promise.date),
            "day": self._weekday(promise.date),
            "collection_id": promise.collection_id.id,
            "name": promise.collection_id.display_name,
            "kind": "promise",
            "label": self.env._("Promise"),
            "amount": promise.amount_company,
            "res_model": "ar.collection.promise",
            "res_id": promise.id,
        }

    @api.model
    def _other_due(self, scope, today):
        """Rows of the instalments of active plans, as of a promise."""
        lines = self.env["ar.collection.plan.line"].search_fetch(
            [
                ("collection_id", "any", scope.domain()),
                ("plan_id.state", "=", "active"),
                ("state", "not in", ("paid", "credited")),
                ("date", ">=", today),
                ("date", "<", today + timedelta(days=COMING)),
            ],
            ["date", "collection_id", "plan_id", "sequence", "open_amount"],
        )
        return [
            {
                "date": str(line.date),
                "day": self._weekday(line.date),
                "collection_id": line.collection_id.id,
                "name": line.collection_id.display_name,
                "kind": "instalment",
                "label": self.env._(
                    "Instalment %(number)s of %(count)s",
                    number=line.plan_id.line_ids.ids.index(line.id) + 1,
                    count=len(line.plan_id.line_ids),
                ),
                "amount": line.currency_id._convert(
                    line.open_amount,
                    scope.company.sudo().currency_id,  # a branch user may not reach the root
                    scope.company,
                    today,
                ),
                "res_model": "ar.collection.plan",
                "res_id": line.plan_id.id,
            }
            for line in lines
        ]

    @api.model
    def _weekday(self, day):
        return format_date(self.env, day, date_format="EEE d MMM")
