from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from ..tools import ageing_options
from .ar_collection_snapshot import AMOUNTS, FACTS, ends_month

#: Months and weeks back that are computed when there are no snapshots yet.
MONTHS, WEEKS = 13, 26
#: Days computed in one go of the hourly job.
AT_ONCE = 10
BUCKETS = tuple(f"bucket_{number}" for number in range(1, 6))
HELD = ("disputed", "promised", "planned", "held_other")


class ArCollectionSnapshot(models.Model):
    """Past days out of the ledger: those nobody noted, and those that look different today."""

    _inherit = "ar.collection.snapshot"

    explanation = fields.Char(
        compute="_compute_explanation",
        help="Of a row computed later: what came after the day's snapshot was taken.",
    )

    # === DAYS MISSED === #
    @api.model
    def _catch_up(self, company, today):
        """Compute the days on which no snapshot was taken; the oldest first, a few at a time."""
        for day in self._missed_days(company, today)[:AT_ONCE]:
            self._rebuild(company, day)
        return super()._catch_up(company, today)

    @api.model
    def _missed_days(self, company, today):
        """Month ends and Mondays of the past, and days since the first snapshot, without one."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT date FROM ar_collection_snapshot"
                " WHERE company_id = %s AND collection_id IS NULL",
                company.id,
            )
        )
        taken = {day for [day] in rows}
        this_month, monday = today.replace(day=1), today - timedelta(days=today.weekday())
        wanted = {this_month - relativedelta(months=back, days=1) for back in range(MONTHS)} | {
            monday - timedelta(weeks=back) for back in range(1, WEEKS + 1)
        }
        reported = self.search_fetch(
            [("company_id", "=", company.id), ("source", "=", "reported")],
            ["date"],
            order="date",
            limit=1,
        )
        if reported:
            day = max(reported.date, today - timedelta(days=MONTHS * 31))
            while day < today:
                wanted.add(day)
                day += timedelta(days=1)
        return sorted(wanted - taken)

    # === COMPUTE ANEW === #
    @api.model
    def _rebuild(self, company, day):
        """Compute a past day from the ledger as it is now, beside what is known of it.

        Nothing is written where both agree: entries dated up to the day that came later make
        the difference. Sales and cash of the month, too, are those the ledger tells now.

        :return: whether rows were made.
        :raises UserError: the day is not over.
        """
        if day >= company._ar_today():
            raise UserError(
                self.env._(
                    "%(day)s is not over. Its snapshot is taken in the evening.",
                    day=format_date(self.env, day),
                )
            )
        self.env.flush_all()
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS ar_day"))
        self.env.cr.execute(
            SQL("CREATE TEMPORARY TABLE ar_day ON COMMIT DROP AS %s", self._day_sql(company, day))
        )
        self.env.cr.execute(self._restated_debtors_sql(company, day))
        moved = self.env.cr.rowcount
        known = self._latest_total(company, day)
        found = self._day_totals(company, day)
        differs = not known or any(
            company.currency_id.compare_amounts(known[name], found[name]) for name in found
        )
        if differs:
            self._insert_total(company, day, found | self._rolled_amounts(company, day))
        self.env.cr.execute(SQL("DROP TABLE ar_day"))
        self.invalidate_model()
        return bool(moved or differs)

    @api.model
    def _latest_total(self, company, day):
        """The row of the company on a day that was made last."""
        return self.sudo().search(  # sudo: the machine compares
            [
                ("company_id", "=", company.id),
                ("collection_id", "=", False),
                ("date", "=", day),
            ],
            order="id desc",
            limit=1,
        )

    @api.model
    def _day_sql(self, company, day):
        """SQL: amounts of each debtor at the end of a past day, by the ledger as it is now."""
        # sudo: the machine computes the company with all its branches
        ageing = self.env["ar.collection.ageing"].with_company(company).sudo()
        items = ageing._ageing_items_sql(ageing_options.Options(day))
        sums = [
            SQL("coalesce(sum(open) FILTER (WHERE bucket = 0), 0) AS not_due"),
            *(
                SQL(
                    "coalesce(sum(open) FILTER (WHERE bucket = %s), 0) AS %s",
                    number,
                    SQL.identifier(name),
                )
                for number, name in enumerate(BUCKETS, 1)
            ),
            *(
                SQL(
                    "coalesce(sum(%s) FILTER (WHERE bucket > 0 AND is_held), 0) AS %s",
                    SQL.identifier(name),
                    SQL.identifier(name),
                )
                for name in HELD
            ),
            SQL("coalesce(-sum(open) FILTER (WHERE bucket < 0), 0) AS unapplied_credit"),
        ]
        overdue = SQL(" + ").join(map(SQL.identifier, BUCKETS))
        return SQL(
            """
            SELECT *, %(overdue)s AS total_overdue, not_due + %(overdue)s AS total_due,
                   %(overdue)s - (%(held)s) AS collectable
              FROM (SELECT partner_id, %(sums)s FROM (%(items)s) item
                     WHERE kind = 'trade' GROUP BY partner_id) debtor
            """,
            overdue=overdue,
            held=SQL(" + ").join(map(SQL.identifier, HELD)),
            sums=SQL(", ").join(sums),
            items=items,
        )

    @api.model
    def _restated_debtors_sql(self, company, day):
        """SQL: rows of the debtors of whom something else is known now than the row in force;
        all found before the first is written."""
        return SQL(
            """
            INSERT INTO ar_collection_snapshot
                   (date, known_at, source, month_end, company_id, collection_id, country_id,
                    %(facts)s, %(names)s)
            WITH made AS MATERIALIZED (
            SELECT %(day)s::date, %(now)s::timestamp, 'restated', %(month_end)s,
                   account.company_id, account.id,
                   CASE WHEN last.id IS NULL THEN partner.country_id ELSE last.country_id END,
                   %(fact_values)s, %(values)s
              FROM ar_collection account
              JOIN res_partner partner ON partner.id = account.partner_id
              LEFT JOIN ar_day ON ar_day.partner_id = account.partner_id
              LEFT JOIN LATERAL (
                   SELECT * FROM ar_collection_snapshot
                    WHERE collection_id = account.id AND date <= %(day)s
                    ORDER BY date DESC, id DESC LIMIT 1) last ON TRUE
             WHERE account.company_id = %(company)s
               AND ((%(values)s) IS DISTINCT FROM (%(lasts)s)
                    OR %(month_end)s AND last.date < %(day)s AND ar_day.partner_id IS NOT NULL))
            SELECT * FROM made ORDER BY 6
            """,
            facts=SQL(", ").join(map(SQL.identifier, FACTS)),
            names=SQL(", ").join(map(SQL.identifier, AMOUNTS)),
            fact_values=SQL(", ").join(
                SQL(
                    "CASE WHEN last.id IS NULL THEN %s ELSE %s END",
                    SQL.identifier("account", name),
                    SQL.identifier("last", name),
                )
                for name in FACTS
            ),
            values=_or_nothing("ar_day"),
            lasts=_or_nothing("last"),
            day=day,
            now=fields.Datetime.now(),
            month_end=ends_month(day),
            company=company.id,
        )

    @api.model
    def _day_totals(self, company, day):
        """dict of the amounts of a company on the day computed, with sales and cash."""
        [row] = self.env.execute_query_dict(
            SQL(
                "SELECT %s FROM ar_day",
                SQL(", ").join(
                    SQL("coalesce(sum(%s), 0) AS %s", SQL.identifier(name), SQL.identifier(name))
                    for name in AMOUNTS
                ),
            )
        )
        facts, first = self.env["ar.collection.kpi"], day.replace(day=1)
        return {
            **{name: float(amount) for name, amount in row.items()},
            "sales_month": facts._sales(company, first, day),
            "cash_month": facts._collected(company, first, day),
        }

    @api.model
    def _insert_total(self, company, day, amounts):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ar_collection_snapshot
                       (date, known_at, source, month_end, company_id, %s)
                VALUES (%s, %s, 'restated', %s, %s, %s)
                """,
                SQL(", ").join(map(SQL.identifier, amounts)),
                day,
                fields.Datetime.now(),
                ends_month(day),
                company.id,
                SQL(", ").join(SQL("%s", amount) for amount in amounts.values()),
            )
        )

    # === EXPLAIN === #
    @api.depends("source", "date", "company_id")
    def _compute_explanation(self):
        self.explanation = False
        for row in self.filtered(lambda row: row.source == "restated" and not row.collection_id):
            before = self._total(row.company_id, row.date, source="reported")
            if not before:
                row.explanation = self.env._("Nobody noted this day; computed from the ledger.")
                continue
            count = self.env["account.move.line"].search_count(row._later_domain(before))
            row.explanation = self.env._(
                "%(difference)s against what was known on the day; %(count)s journal items dated "
                "up to it were posted or matched later.",
                difference=row.currency_id.format(row.balance - before.balance),
                count=count,
            )

    def _later_domain(self, before):
        """Journal items dated up to the day that were made after its snapshot."""
        self.ensure_one()
        return [
            ("company_id", "child_of", self.company_id.id),
            ("account_type", "=", "asset_receivable"),
            ("account_id.non_trade", "=", False),
            ("parent_state", "=", "posted"),
            ("date", "<=", self.date),
            "|",
            "|",
            ("create_date", ">", before.known_at),
            ("matched_credit_ids.create_date", ">", before.known_at),
            ("matched_debit_ids.create_date", ">", before.known_at),
        ]

    # === ACTIONS === #
    def action_rebuild(self):
        """Compute the days of these rows anew: a row beside the first where something differs."""
        self.check_access("read")
        if not self.env.user.has_group("ar_collections.group_ar_collection_manager"):
            raise AccessError(self.env._("Only managers of AR Collections compute past days anew."))
        made = [
            # sudo: nobody writes snapshots but the machine; who asks may is checked above
            self.sudo()._rebuild(company, day)
            for company, day in dict.fromkeys((row.company_id, row.date) for row in self)
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if any(made) else "info",
                "message": self.env._("The day looks different now: both rows are in the list.")
                if any(made)
                else self.env._("The ledger still says the same of the day."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_later(self):
        """The journal items behind the difference."""
        self.ensure_one()
        self.check_access("read")
        before = self._total(self.company_id, self.date, source="reported")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Dated up to %(day)s, made later", day=format_date(self.env, self.date)
            ),
            "res_model": "account.move.line",
            "views": [(False, "list"), (False, "form")],
            "domain": self._later_domain(before) if before else [("id", "=", False)],
        }


def _or_nothing(alias):
    """SQL: the amounts of a row, nothing where there is none."""
    return SQL(", ").join(SQL("coalesce(%s, 0)", SQL.identifier(alias, name)) for name in AMOUNTS)
