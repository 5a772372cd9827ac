"""The refresh of all debtors and of a few, beside what the database needs at least."""

from odoo.tools import SQL

from environment import vacuum
from measure import Job, interleave

#: Debtors touched by an hour of postings.
TOUCHED = 100
SUM = "floor: one aggregate"
UPDATE = "floor: one UPDATE"
FLOOR = (SUM, UPDATE)


class Refresh:
    """Jobs on one database; ``env`` is of its own connection."""

    def __init__(self, env) -> None:
        self.env, self.cr = env, env.cr
        self.accounts = env["ar.collection"]

    def measure(self, rounds: int) -> list[Job]:
        full, whole = self.accounts._cron_refresh_full, self.accounts._refresh
        limit = {"floor": FLOOR, "target": 2, "limit": "2x aggregate + UPDATE"}
        jobs = [
            Job(SUM, self.aggregate, after=self.cr.rollback),
            # leaves every figure wrong for the next job
            Job(UPDATE, self.update_all, before=self.vacuum),
            Job("full refresh, everything changed", full, before=self.vacuum, **limit),
            Job("full refresh, nothing changed", full, before=self.vacuum, **limit),
            Job(
                "full refresh in one transaction, everything changed",
                lambda: (whole(), self.cr.commit()),
                before=lambda: (self.update_all(), self.vacuum()),
                floor=FLOOR,
            ),
            Job("full refresh in one transaction, nothing changed", whole, floor=FLOOR),
        ]
        jobs.append(
            Job(
                "priority and groups of all debtors",
                self.prioritise,
                after=self.cr.rollback,
                floor=(SUM,),
                target=1,
                limit="1x aggregate",
            )
        )
        interleave(jobs, rounds)
        self.vacuum()  # by day, autovacuum has been there since the night's refresh
        few = Job(
            f"{TOUCHED} touched debtors",
            self.accounts._cron_refresh,
            before=self.touch,
            target=0.05,
            limit="50 ms",
        )
        return [*jobs, *interleave([few], 4 * rounds)]

    def aggregate(self) -> None:
        """Floor: what is open by debtor and company, and nothing else."""
        self.cr.execute(
            """
            SELECT partner.commercial_partner_id, company.id, sum(line.amount_residual)
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN res_company company ON company.id = line.company_id
             WHERE account.account_type = 'asset_receivable'
               AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
             GROUP BY partner.commercial_partner_id, company.id
            """
        )
        self.cr.fetchall()

    def update_all(self) -> None:
        """Floor: write every column that the refresh writes, in every account."""
        self._spoil(SQL("TRUE"))
        self.cr.commit()

    def _spoil(self, condition: SQL) -> None:
        # found only when the configuration was read
        from odoo.addons.ar_collections.models.ar_collection_refresh_figures import (  # noqa: PLC0415
            AMOUNTS,
        )

        amounts = SQL(", ").join(
            SQL("%(name)s = %(name)s + 1", name=SQL.identifier(name)) for name in AMOUNTS
        )
        self.cr.execute(
            SQL(
                """
                UPDATE ar_collection
                   SET %s, oldest_due_date = coalesce(oldest_due_date, '2000-01-01') + 1,
                       days_overdue = days_overdue + 1,
                       oldest_bucket = CASE WHEN oldest_bucket = '0' THEN '1' ELSE '0' END,
                       level_id = CASE WHEN level_id IS NULL THEN
                                       (SELECT min(id) FROM ar_collection_level) END,
                       fact_kind = fact_kind, priority = priority + 1,
                       priority_reason = '[["amount", 0]]', write_date = now()
                 WHERE %s
                """,
                amounts,
                condition,
            )
        )

    def prioritise(self) -> None:
        """What the refresh works out for the worklist, on top of the figures."""
        values = [
            SQL("%s AS value_%s", value, number)
            for number, value in enumerate(self.accounts._priority_sql())
        ]
        self.cr.execute(
            SQL(
                "SELECT %s FROM (SELECT %s FROM ar_collection account %s OFFSET 0) new",
                SQL(", ").join(SQL("count(value_%s)", number) for number in range(len(values))),
                SQL(", ").join(values),
                self.accounts._priority_joins_sql("account"),
            )
        )

    def touch(self) -> None:
        """Spoil the figures of some debtors and put these into the queue; every second paid."""
        debtors = SQL(
            "SELECT partner_id FROM ar_collection ORDER BY hashint4extended(id, %s) LIMIT %s",
            self.cr.now().microsecond,
            TOUCHED,
        )
        self.cr.execute(SQL("CREATE TEMPORARY TABLE bench_touched AS %s", debtors))
        self._spoil(SQL("partner_id IN (SELECT partner_id FROM bench_touched)"))
        self.cr.execute(
            "INSERT INTO ar_collection_queue (partner_number, paid)"
            " SELECT partner_id, row_number() OVER () % 2 = 0 FROM bench_touched;"
            " DROP TABLE bench_touched"
        )
        self.cr.commit()

    def vacuum(self) -> None:
        """What autovacuum does between two nights."""
        self.cr.commit()
        vacuum(self.cr.dbname, "ar_collection")
