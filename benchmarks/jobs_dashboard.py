"""The snapshot of an evening, and the figures of the dashboard after a year of snapshots."""

from datetime import timedelta

from jobs_refresh import SUM, Refresh
from measure import Job, interleave

#: Days of snapshots behind the dashboard: the longest period that it shows.
DAYS = 365
#: Month ends with a row of each debtor, of which the dashboard compares three.
MONTHS = 4


class Dashboard:
    """Jobs on one database; nothing is committed."""

    def __init__(self, env) -> None:
        self.env, self.cr = env, env.cr
        self.kpi = env["ar.collection.kpi"]
        self.snapshots = env["ar.collection.snapshot"]
        self.company = env.company
        self.today = env.company._ar_today()

    def measure(self, rounds: int) -> list[Job]:
        limit = {"floor": (SUM,), "target": 2, "limit": "2x aggregate"}
        jobs = [
            Job(SUM, Refresh(self.env).aggregate, after=self.forget),
            Job("snapshot, every debtor changed", self.take, after=self.forget, **limit),
            Job(
                "snapshot, nothing changed",
                self.take,
                before=self.remember,
                after=self.forget,
                **limit,
            ),
        ]
        interleave(jobs, rounds)
        collector = self.assign()
        country, policy = self.most_common("country_id"), self.most_common("policy_id")
        self.remember()
        limit = {"after": self.env.invalidate_all, "target": 1.0, "limit": "1 s"}
        year = {"period": "365"}
        screens = [
            Job("dashboard as it opens, 90 days", self.kpi.dashboard, **limit),
            Job("dashboard of a year", lambda: self.kpi.dashboard(year), **limit),
            Job("dashboard, table of collectors", lambda: self.kpi.dashboard_team(year), **limit),
            Job(
                "dashboard of one collector's debtors",
                lambda: self.kpi.dashboard({"user_id": collector.id}),
                **limit,
            ),
            Job(
                "dashboard of a country",
                lambda: self.kpi.dashboard({"country_id": country}),
                **limit,
            ),
            Job(
                "dashboard of a segment",
                lambda: self.kpi.dashboard({"policy_id": policy}),
                **limit,
            ),
            Job("dashboard as a collector", self.kpi.with_user(collector).dashboard, **limit),
        ]
        interleave(screens, rounds)
        self.forget()
        return [*jobs[1:], *screens]

    def assign(self):
        """A collector, who sees own and unassigned debtors, gets every tenth debtor."""
        collector = self.env["res.users"].create(
            {
                "name": "Benchmark collector",
                "login": "benchmark",
                "group_ids": [(4, self.env.ref("ar_collections.group_ar_collection_user").id)],
            }
        )
        self.env.flush_all()
        self.cr.execute("UPDATE ar_collection SET user_id = %s WHERE id %% 10 = 0", [collector.id])
        self.env.invalidate_all()
        return collector

    def most_common(self, name: str) -> int:
        """The country or the policy of the most debtors."""
        self.cr.execute(
            """
            SELECT mode() WITHIN GROUP (ORDER BY CASE %s WHEN 'policy_id' THEN account.policy_id
                                                         ELSE partner.country_id END)
              FROM ar_collection account JOIN res_partner partner ON partner.id = account.partner_id
            """,
            [name],
        )
        return self.cr.fetchone()[0]

    def take(self) -> None:
        self.snapshots._take(self.company, self.today)

    def remember(self) -> None:
        """As if the figures had been the same for a year: a row of the company for each day,
        and one of each debtor on the first and at the ends of the last months; and what each
        night makes anew."""
        first = self.today - timedelta(days=DAYS)
        ends = [self.today.replace(day=1) - timedelta(days=1)]
        while len(ends) < MONTHS:
            ends.insert(0, ends[0].replace(day=1) - timedelta(days=1))
        for day in (first, *ends):
            self.cr.execute(self.snapshots._debtor_rows_sql(self.company, day))
            self.cr.execute(self.snapshots._total_row_sql(self.company, day))
        for name in ("forecast", "turnover"):
            self.env[f"ar.collection.{name}"]._remake(self.company, self.today)
        self.cr.execute(
            """
            SELECT string_agg(quote_ident(column_name), ', ')
              FROM information_schema.columns
             WHERE table_name = 'ar_collection_snapshot'
               AND column_name NOT IN ('id', 'date', 'known_at', 'month_end')
            """
        )
        [[names]] = self.cr.fetchall()
        self.cr.execute(
            f"""
            INSERT INTO ar_collection_snapshot (date, known_at, month_end, {names})
            SELECT date + day, known_at + day * interval '1 day',
                   extract(day FROM date + day + 1) = 1, {names}
              FROM ar_collection_snapshot CROSS JOIN generate_series(1, %s) AS day
             WHERE collection_id IS NULL AND date = %s AND date + day != ALL(%s)
            """,  # names of our own columns
            [DAYS - 1, first, ends],
        )
        for name in ("snapshot", "forecast", "turnover"):
            self.cr.execute(f"ANALYZE ar_collection_{name}")
        self.env.invalidate_all()

    def forget(self) -> None:
        self.cr.rollback()
        self.env.invalidate_all()
