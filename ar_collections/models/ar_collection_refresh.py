import logging
from contextlib import contextmanager

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

from .ar_collection_priority import PRIORITY_COLUMNS

_logger = logging.getLogger(__name__)

#: Debtors written in one transaction of the full refresh.
CHUNK = 5000
#: Rows of the queue taken in one transaction.
BATCH = 5000
#: Times a chunk is tried again when a person saves one of its debtors meanwhile.
TRIES = 3
#: Number of the database-wide lock that lets one refresh run at a time.
LOCK = 7_203_001
#: What a person's save, or another job's, does to a statement of ours: tried again later.
CONFLICTS = (SerializationFailure, DeadlockDetected, LockNotAvailable)
#: Columns the refresh writes, all taken from ``ar.collection.figures._debtors_sql``.
AMOUNTS = (
    "total_due",
    "not_due",
    "total_overdue",
    "bucket_1",
    "bucket_2",
    "bucket_3",
    "bucket_4",
    "bucket_5",
    "disputed",
    "promised",
    "planned",
    "held_other",
    "held",
    "collectable",
    "unapplied_credit",
    "net_collectable",
)
OTHERS = ("oldest_due_date", "days_overdue", "oldest_bucket", "level_id")
COLUMNS = (*AMOUNTS, *OTHERS, "fact_kind", *PRIORITY_COLUMNS)
#: Kinds of stage that no figures end.
STICKY = ("legal", "agency", "escalated")


class ArCollection(models.Model):
    """Keep the cache of figures in line with the ledger.

    One aggregate fills a temporary table; then, chunk by chunk with a commit each, rows
    that differ are updated. One big statement would die of a single card saved meanwhile
    (REPEATABLE READ), and would hold its locks for seconds.
    """

    _name = "ar.collection"
    _inherit = ["ar.collection", "ar.collection.figures"]

    # === JOBS === #
    @api.model
    def _cron_refresh(self):
        """Refresh the debtors in the queue, a batch per transaction."""
        with self._refresh_lock() as locked:
            while locked:
                # The locking SELECT must be the first statement: start a fresh transaction.
                self.env["ir.cron"]._commit_progress()
                try:
                    row_ids, partner_ids = self.env["ar.collection.queue"]._take(BATCH)
                    if row_ids:
                        self._refresh(partner_ids)
                        self.env["ar.collection.queue"]._done(row_ids)
                except CONFLICTS:
                    # somebody saved one of these debtors: they stay in the queue
                    self.env.cr.rollback()
                    self.env["ar.collection.queue"]._ask_for_refresh()
                    break
                time_left = self.env["ir.cron"]._commit_progress(len(row_ids))
                if not time_left or len(row_ids) < BATCH:  # what came since has asked anew
                    break

    @api.model
    def _cron_refresh_full(self):
        """Refresh every debtor: what the hooks missed, and the day that has passed."""
        with self._refresh_lock() as locked:
            if not locked:
                self.env.ref("ar_collections.ir_cron_ar_collection_refresh_full")._trigger(
                    at=fields.Datetime.add(fields.Datetime.now(), minutes=5)
                )
                return
            self.env["ir.cron"]._commit_progress()
            self._try_again(self._prepare_figures)
            last_id = 0
            while last_id is not None:
                last_id = self._refresh_chunk_safely(last_id)
            self._drop_figures()
            self.env["ir.cron"]._commit_progress(0, remaining=0)
        self.env["ar.collection.queue"]._ask_for_refresh()

    def _refresh_chunk_safely(self, last_id):
        """One chunk of the full refresh; one that persons keep hitting is left to the queue.

        :return: id to go on from, None after the last chunk.
        """
        try:
            return self._try_again(self._refresh_chunk, last_id)
        except CONFLICTS:
            ids = self._chunk_ids(last_id)
            self.env["ar.collection.queue"]._add(self.browse(ids).partner_id.ids)
            self.env["ir.cron"]._commit_progress()
            return ids[-1] if len(ids) == CHUNK else None

    def _try_again(self, step, *args):
        """Do a step in a transaction of its own; again when a person saved one of its debtors
        meanwhile.

        :raises: one of ``CONFLICTS``, when that happened ``TRIES`` times.
        """
        for _attempt in range(TRIES - 1):
            try:
                return self._commit_after(step, *args)
            except CONFLICTS:
                self.env.cr.rollback()
        try:
            return self._commit_after(step, *args)
        except CONFLICTS:
            self.env.cr.rollback()
            raise

    def _commit_after(self, step, *args):
        result = step(*args)
        self.env["ir.cron"]._commit_progress()
        return result

    @contextmanager
    def _refresh_lock(self):
        """Let one refresh run at a time: a slow one must not overwrite newer figures.

        The lock belongs to the session: it survives commits and dies with the process.
        Yields whether it was had.
        """
        [[locked]] = self.env.execute_query(SQL("SELECT pg_try_advisory_lock(%s)", LOCK))
        try:
            yield locked
        except Exception:
            self.env.cr.rollback()
            raise
        finally:
            if locked:
                self.env.cr.execute(SQL("SELECT pg_advisory_unlock(%s)", LOCK))

    # === REFRESH === #
    @api.model
    def _refresh(self, partner_ids=None):
        """Bring the figures of debtors in line with the ledger, in this transaction.

        :param partner_ids: ids of debtors (commercial partners); None: all.
        """
        self._prepare_figures(partner_ids)
        last_id = 0
        while last_id is not None:
            last_id = self._refresh_chunk(last_id)
        self._drop_figures()

    @api.model
    def _prepare_figures(self, partner_ids=None):
        """Aggregate the ledger, add the accounts that are missing, find those that differ.

        Leaves two temporary tables: ``ar_figures``, the figures of each debtor with
        something open, and ``ar_changes``, new values of the accounts that do not have them.
        """
        self._flush_ledger()
        self._drop_figures()
        self.env.cr.execute(
            SQL("CREATE TEMPORARY TABLE ar_figures AS %s", self._debtors_sql(partner_ids))
        )
        new_ids = self._insert_missing()
        self._assign_policies(partner_ids)
        self._update_last_payments(new_ids, partner_ids)
        self._update_last_notices(partner_ids)
        self.env.cr.execute(self._changes_sql(partner_ids))
        if partner_ids is None:
            self.env.cr.execute(SQL("CREATE INDEX ON ar_changes (id)"))

    @api.model
    def _insert_missing(self):
        """Add an account for each debtor of ``ar_figures`` without one; ids of the new ones.

        Found first and inserted then: a statement that looks into the table it fills reads
        ever more of it, which took ten minutes for the first 100,000 debtors.
        """
        missing = self.env.execute_query(
            SQL(
                """
                SELECT figures.partner_id, figures.company_id FROM ar_figures figures
                 WHERE NOT EXISTS (SELECT FROM ar_collection account
                                    WHERE account.partner_id = figures.partner_id
                                      AND account.company_id = figures.company_id)
                """
            )
        )
        if not missing:
            return []
        partner_ids, company_ids = map(list, zip(*missing, strict=True))
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO ar_collection (partner_id, company_id, currency_id, stage_id,
                       fact_kind, oldest_bucket, priority, days_overdue, broken_promises,
                       date_last_stage_update, create_uid, write_uid, create_date, write_date)
                SELECT missing.partner_id, company.id, company.currency_id, %(stage)s,
                       NULL, '0', 0, 0, 0, %(now)s, %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM unnest(%(partners)s, %(companies)s) AS missing(partner_id, company_id)
                  JOIN res_company company ON company.id = missing.company_id
                    ON CONFLICT DO NOTHING
                RETURNING id
                """,
                stage=self.env["ar.collection.stage"]._by_kind()["current"].id,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                partners=partner_ids,
                companies=company_ids,
            )
        )
        return [new_id for [new_id] in rows]

    @api.model
    def _drop_figures(self):
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS ar_figures, ar_changes"))

    @api.model
    def _chunk_ids(self, last_id):
        rows = self.env.execute_query(
            SQL("SELECT id FROM ar_changes WHERE id > %s ORDER BY id LIMIT %s", last_id, CHUNK)
        )
        return [row_id for [row_id] in rows]

    def _refresh_chunk(self, last_id):
        """Update the next of the accounts that differ, those after ``last_id``.

        :return: id to go on from; None after the last chunk.
        """
        ids = self._chunk_ids(last_id)
        if not ids:
            return None
        update = self._update_sql(ids[0], ids[-1])
        self.env.cr.execute(update, log_exceptions=False)  # a conflict is no error
        rows = self.env.cr.fetchall()
        # sudo: the machine owns these fields, whoever posted the invoice
        changed = self.sudo().browse(row[0] for row in rows)
        changed.invalidate_recordset()
        self._move_stages({row_id: new for row_id, old, new, _since in rows if old and old != new})
        self._set_first_stages({row_id: new for row_id, old, new, _since in rows if not old})
        # Their group follows from what a person wrote since the aggregate.
        self.sudo().browse(row[0] for row in rows if row[3])._update_priority()  # as above
        changed._after_refresh()
        return ids[-1] if len(ids) == CHUNK else None

    @api.model
    def _changes_sql(self, partner_ids):
        """SQL that makes ``ar_changes``. OFFSET is a fence: without it PostgreSQL would
        compute a new value once to compare it and again to keep it."""
        figures = [
            *(SQL("coalesce(figures.%s, 0)", SQL.identifier(name)) for name in AMOUNTS),
            SQL("figures.oldest_due_date"),
            SQL("coalesce(figures.days_overdue, 0)"),
            SQL("coalesce(figures.oldest_bucket, '0')"),
            SQL("figures.level_id"),
            self._fact_kind_sql(),
            *self._priority_sql(),
        ]
        return SQL(
            """
            CREATE TEMPORARY TABLE ar_changes AS
            SELECT account.id, %(now)s::timestamp AS made_at, new.*
              FROM ar_collection account
              LEFT JOIN ar_figures figures ON figures.partner_id = account.partner_id
                    AND figures.company_id = account.company_id
              LEFT JOIN ar_collection_level level ON level.id = figures.level_id
              %(joins)s
             CROSS JOIN LATERAL (SELECT %(figures)s OFFSET 0) new(%(names)s)
             WHERE %(restrict)s AND (%(olds)s) IS DISTINCT FROM (%(news)s)
            """,
            figures=SQL(", ").join(figures),
            joins=self._priority_joins_sql("figures"),
            now=fields.Datetime.now(),
            names=SQL(", ").join(SQL.identifier(name) for name in COLUMNS),
            olds=SQL(", ").join(SQL.identifier("account", name) for name in COLUMNS),
            news=SQL(", ").join(SQL.identifier("new", name) for name in COLUMNS),
            restrict=self._partners_condition(partner_ids),
        )

    @api.model
    def _update_sql(self, first_id, last_id):
        """SQL: give accounts their new values; returns id, old and new kind of stage, and
        whether somebody wrote the account since its figures were added up."""
        news = {name: SQL.identifier("new", name) for name in COLUMNS}
        news["fact_kind"] = SQL(  # since the aggregate somebody may have handed it over
            "CASE WHEN old.fact_kind IN %s THEN old.fact_kind ELSE new.fact_kind END", STICKY
        )
        return SQL(
            """
            UPDATE ar_collection account
               SET (%(names)s, write_date) = (%(news)s, %(now)s)
              FROM ar_changes new JOIN ar_collection old ON old.id = new.id
             WHERE account.id = new.id AND new.id BETWEEN %(first)s AND %(last)s
            RETURNING account.id, old.fact_kind, account.fact_kind,
                      old.write_date >= new.made_at
            """,
            names=SQL(", ").join(SQL.identifier(name) for name in news),
            news=SQL(", ").join(news.values()),
            now=fields.Datetime.now(),
            first=first_id,
            last=last_id,
        )

    @api.model
    def _fact_kind_sql(self):
        """SQL: the kind of stage that follows from the facts (DESIGN section 6)."""
        return SQL(
            """
            CASE WHEN account.fact_kind IN %s THEN account.fact_kind
                 WHEN figures.partner_id IS NULL THEN 'closed'
                 WHEN figures.collectable = 0 AND figures.held > figures.held_other THEN
                      CASE greatest(figures.disputed, figures.planned, figures.promised)
                           WHEN figures.disputed THEN 'dispute'
                           WHEN figures.planned THEN 'plan' ELSE 'promise' END
                 WHEN level.delay >= 0 THEN 'reminder'
                 ELSE 'current' END
            """,
            STICKY,
        )

    # === AFTER THE REFRESH === #
    def _move_stages(self, kinds):
        """Move the debtors whose kind of stage changed, one write per target.

        :param dict kinds: id of the account -> the new kind. A stage chosen by hand stays
            until the facts change.
        """
        if not kinds:
            return
        stages = self.env["ar.collection.stage"]._by_kind()
        for kind in set(kinds.values()):
            accounts = self.sudo().browse(  # the machine moves debtors of every collector
                account_id for account_id, new_kind in kinds.items() if new_kind == kind
            )
            accounts.write({"stage_id": stages[kind].id})

    def _set_first_stages(self, kinds):
        """Put new debtors where they belong: no move, so nothing to tell in the chatter."""
        if not kinds:
            return
        stages = self.env["ar.collection.stage"]._by_kind()
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection account SET stage_id = first.stage_id
                  FROM unnest(%s, %s) AS first(id, stage_id)
                 WHERE account.id = first.id AND account.stage_id IS DISTINCT FROM first.stage_id
                """,
                list(kinds),
                [stages[kind].id for kind in kinds.values()],
            )
        )
        self.invalidate_model(["stage_id"])

    # === CONDITIONS === #
    @api.model
    def _partners_condition(self, partner_ids):
        if partner_ids is None:
            return SQL("TRUE")
        return SQL("account.partner_id IN %s", tuple(partner_ids) or (0,))

    # === CHECK === #
    @api.model
    def _differences(self):
        """Accounts whose cached figures differ from the ledger now; empty when all is well
        and the queue is empty."""
        self._prepare_figures()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account.id FROM ar_collection account
                  LEFT JOIN ar_figures figures ON figures.partner_id = account.partner_id
                        AND figures.company_id = account.company_id
                 WHERE (%s) IS DISTINCT FROM (%s)
                """,
                SQL(", ").join(
                    SQL("coalesce(account.%s, 0)", SQL.identifier(name)) for name in AMOUNTS
                ),
                SQL(", ").join(
                    SQL("coalesce(figures.%s, 0)", SQL.identifier(name)) for name in AMOUNTS
                ),
            )
        )
        self._drop_figures()
        return self.browse(account_id for [account_id] in rows)

    @api.model
    def _action_differences(self):
        """Say that cache and ledger agree, or list the debtors where they do not."""
        accounts = self.sudo()._differences()  # all debtors: a check of the books
        if not accounts:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "success",
                    "message": self.env._("All figures agree with the ledger, to the cent."),
                },
            }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_action"
        )
        action["display_name"] = self.env._("Differences to the ledger")
        action["domain"] = [("id", "in", accounts.ids)]
        action["context"] = {}
        return action
