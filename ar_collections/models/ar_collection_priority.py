from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from . import repeated

#: What the SQL of this file gives an account, in the refresh and whenever a person changes it.
PRIORITY_COLUMNS = ("credit_used", "priority", "priority_reason", "worklist_group")
#: Stages in which somebody else collects: no list of ours, unless a next action is due.
ELSEWHERE = ("legal", "agency")
#: Days a broken promise keeps a debtor in its group, unless a new one is given.
BROKEN_DAYS = 60
#: The figure a rule looks at, as a number; the aliases are those of ``_priority_joins_sql``.
VALUES = {
    "amount": "source.net_collectable",
    "age": "source.days_overdue",
    "broken": "account.broken_promises",
    "kept_rate": "CASE WHEN account.judged_promises > 0 THEN account.kept_rate END",
    "credit": "used.percent",
    "contact": "coalesce(setting.day - account.last_contact_date, source.days_overdue)",
    "unanswered": "account.unanswered_attempts",
    "callback": "floor(extract(epoch FROM setting.day_end - account.callback_at) / 86400)",
    "level": "ladder.rank",
    "trust": "CASE partner.trust ->> account.company_id::text WHEN 'good' THEN 1"
    " WHEN 'bad' THEN 3 ELSE 2 END",
    "reply": "(account.reply_received_at IS NOT NULL)::int",
    "promised": "100 * source.promised / nullif(source.total_overdue, 0)",
    "disputed": "100 * source.disputed / nullif(source.total_overdue, 0)",
    "planned": "100 * source.planned / nullif(source.total_overdue, 0)",
    "instalments": "account.late_instalments",
    "broken_plans": "account.broken_plans",
}

#: Whether a debtor gets points: something can be collected, or an instalment has not come.
ASKED = SQL("(source.net_collectable > 0 OR account.late_instalments > 0)")


class ArCollection(models.Model):
    """Whom to contact first, and why: points, and the group of the worklist.

    One SQL serves the refresh of all debtors and the few that a person has just changed:
    each rule is a CASE on figures that stand in the row, so that no debtor is asked for
    one by one.
    """

    _inherit = "ar.collection"

    credit_used = fields.Integer(
        string="Credit used (%)",
        readonly=True,
        aggregator="max",
        help="Exposure in percent of the credit limit; empty where there is none.",
    )

    # === SQL === #
    @api.model
    def _priority_sql(self):
        """SQL of each of ``PRIORITY_COLUMNS``, on what ``_priority_joins_sql`` joins."""
        return (
            SQL("used.percent"),
            SQL("point.total"),
            SQL("point.reasons"),
            self._worklist_group_sql(),
        )

    @api.model
    def _priority_joins_sql(self, source, promises=None):
        """SQL joins to ``account``: settings, partner, ladder, and the points of the rules.

        :param source: alias of what has the figures, joined before: ``ar_figures`` in a
            refresh, else the account itself. It may have no row for the account.
        :param promises: SQL condition on the promises looked at; None: all.
        """
        # OFFSET is a fence: each value is computed once, however many rules look at it.
        return SQL(
            """
              JOIN %(settings)s ON setting.company_id = account.company_id
              JOIN res_partner partner ON partner.id = account.partner_id
             CROSS JOIN LATERAL (
                   SELECT coalesce(%(source)s.net_collectable, 0)::float8 AS net_collectable,
                          coalesce(%(source)s.days_overdue, 0) AS days_overdue,
                          %(source)s.total_overdue::float8, %(source)s.promised::float8,
                          %(source)s.disputed::float8, %(source)s.planned::float8,
                          %(source)s.total_due - %(source)s.unapplied_credit AS balance,
                          %(source)s.level_id OFFSET 0) source
              LEFT JOIN (SELECT id, row_number() OVER (
                                PARTITION BY policy_id ORDER BY delay, id) AS rank
                           FROM ar_collection_level WHERE delay >= 0) ladder
                     ON ladder.id = source.level_id
              LEFT JOIN (SELECT collection_id, max(last_date) AS day
                           FROM ar_collection_promise
                          WHERE state = 'broken' AND %(promises)s GROUP BY collection_id) broken
                     ON broken.collection_id = account.id
             CROSS JOIN LATERAL (SELECT %(used)s AS percent OFFSET 0) used
             CROSS JOIN LATERAL (%(points)s OFFSET 0) point
            """,
            settings=self._worklist_settings_sql(),
            promises=promises or SQL("TRUE"),
            source=SQL.identifier(source),
            used=self._credit_used_sql(),
            points=self._points_sql(),
        )

    @api.model
    def _points_sql(self):
        """SQL: ``total`` and ``reasons``, [[rule, points, figure], ...], of an account."""
        code, params = self._points_of_rules()
        return SQL(code, *params)

    @api.model
    @ormcache()
    def _points_of_rules(self):
        """``_points_sql`` as text and parameters, kept until a rule changes: there are dozens."""
        query = self._points_of_rules_sql()
        return query.code, tuple(query.params)

    @api.model
    def _points_of_rules_sql(self):
        rules = self.env["ar.collection.priority.rule"].sudo()  # of every company, for a job
        rules = rules.search([("kind", "in", list(VALUES))])
        if not rules:
            return SQL("SELECT 0 AS total, NULL::jsonb AS reasons")
        kinds = sorted(set(rules.mapped("kind")))
        values = [
            SQL("(%s)::float8 AS %s", SQL(VALUES[kind]), SQL.identifier(kind)) for kind in kinds
        ]
        points = [
            SQL("%s AS %s", rule._points_sql(), SQL.identifier(f"rule_{rule.id}")) for rule in rules
        ]
        columns = [(rule, SQL.identifier(f"rule_{rule.id}")) for rule in rules]
        # text of hundredths of a float is much quicker than that of a rounded numeric
        reasons = [
            SQL(
                "CASE WHEN %(points)s != 0 THEN %(rule)s || %(points)s || ','"
                " || round(%(value)s * 100) / 100 || ']' END",
                points=column,
                rule=f"[{rule.id},",
                value=SQL.identifier("value", rule.kind),
            )
            for rule, column in columns
        ]
        return SQL(
            """
            SELECT CASE WHEN %(asked)s THEN %(total)s ELSE 0 END AS total,
                   CASE WHEN %(asked)s THEN ('[' || concat_ws(',', %(reasons)s) || ']')::jsonb
                        END AS reasons
              FROM (SELECT %(values)s OFFSET 0) value
             CROSS JOIN LATERAL (SELECT %(points)s OFFSET 0) given
            """,
            asked=ASKED,
            total=SQL(" + ").join(column for _rule, column in columns),
            reasons=SQL(", ").join(reasons),
            values=SQL(", ").join(values),
            points=SQL(", ").join(points),
        )

    @api.model
    def _credit_used_sql(self):
        """SQL: exposure in percent of the credit limit, in companies that use limits."""
        companies = repeated.remember(self.env, "roots", self.env["res.company"]._ar_every_root)
        cases = []
        for company in companies.filtered("account_use_credit_limit"):
            partners = self.env["res.partner"].with_company(company).sudo()  # a default
            default = partners._fields["credit_limit"].get_company_dependent_fallback(partners)
            cases.append(
                SQL(
                    "WHEN %s THEN coalesce((partner.credit_limit ->> %s)::float8, %s)",
                    company.id,
                    str(company.id),
                    float(default or 0),
                )
            )
        if not cases:
            return SQL("NULL::int")
        return SQL(
            """
            (SELECT least(99999, greatest(0, round(100 * source.balance / nullif(amount, 0))))::int
               FROM (SELECT CASE account.company_id %s END AS amount) credit WHERE amount > 0)
            """,
            SQL(" ").join(cases),
        )

    @api.model
    def _worklist_settings_sql(self):
        """SQL table ``setting``: per root company its today, the end of it in UTC, the
        smallest amount on the list and the quiet days."""
        companies = repeated.remember(self.env, "roots", self.env["res.company"]._ar_every_root)
        days = [company._ar_today() for company in companies]
        return SQL(
            "unnest(%s::int[], %s::date[], %s::timestamp[], %s::float8[], %s::int[])"
            " AS setting(company_id, day, day_end, minimum, quiet_days)",
            companies.ids,
            days,
            [_end_of_day(day, company) for day, company in zip(days, companies, strict=True)],
            companies.mapped("ar_worklist_minimum"),
            companies.mapped("ar_quiet_days"),
        )

    @api.model
    def _worklist_group_sql(self):
        """SQL: the group of the worklist, NULL where nobody need do anything today.

        What was put off waits, until the debtor writes. A call-back with a time comes before
        all else. A debtor somebody has just been in contact with needs a call only if
        something is planned for today.
        """
        return SQL(
            """
            CASE WHEN account.snoozed_until > setting.day AND account.reply_received_at IS NULL
                      THEN 'snoozed'
                 WHEN account.callback_at < setting.day_end THEN 'callback'
                 WHEN account.pinned THEN 'priority'
                 WHEN account.next_action_date > setting.day OR account.callback_at IS NOT NULL
                      THEN 'snoozed'
                 WHEN account.fact_kind IN %(elsewhere)s OR source.net_collectable <= 0
                      OR setting.day < account.last_contact_date + setting.quiet_days THEN
                      CASE WHEN account.next_action_date IS NOT NULL THEN 'follow_up'
                           WHEN account.fact_kind NOT IN %(elsewhere)s
                                AND source.net_collectable > 0 THEN 'snoozed' END
                 WHEN %(broken)s THEN 'broken'
                 WHEN source.net_collectable >= setting.minimum
                      OR account.next_action_date IS NOT NULL THEN 'priority' END
            """,
            elsewhere=ELSEWHERE,
            broken=self._newly_broken_sql(),
        )

    @api.model
    def _newly_broken_sql(self):
        """SQL: whether a promise was not kept and nothing was agreed since."""
        return SQL(
            "broken.day >= setting.day - %s AND account.next_promise_date IS NULL", BROKEN_DAYS
        )

    # === BUSINESS === #
    def _update_priority(self):
        """Bring priority and group of these accounts in line with what was just changed."""
        if not self.ids:
            return
        self.flush_model()
        for name in (
            "ar.collection.priority.rule",
            "ar.collection.promise",
            "res.company",
            "res.partner",
        ):
            self.env[name].flush_model()
        names = [SQL.identifier(name) for name in PRIORITY_COLUMNS]
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection account SET (%(names)s, write_date) = (%(news)s, %(now)s)
                  FROM (SELECT account.id, %(values)s FROM ar_collection account
                        %(joins)s WHERE account.id IN %(ids)s) new(id, %(names)s)
                 WHERE account.id = new.id AND (%(olds)s) IS DISTINCT FROM (%(news)s)
                """,
                names=SQL(", ").join(names),
                news=SQL(", ").join(SQL.identifier("new", name) for name in PRIORITY_COLUMNS),
                olds=SQL(", ").join(SQL.identifier("account", name) for name in PRIORITY_COLUMNS),
                values=SQL(", ").join(self._priority_sql()),
                joins=self._priority_joins_sql(
                    "account", promises=SQL("collection_id IN %s", tuple(self.ids))
                ),
                ids=tuple(self.ids),
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_recordset([*PRIORITY_COLUMNS, "write_date"])


def _end_of_day(day, company):
    """Midnight at the end of a day where a company is, in UTC and without timezone."""
    zone = ZoneInfo(company.partner_id.tz or "UTC")
    midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
    return midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
