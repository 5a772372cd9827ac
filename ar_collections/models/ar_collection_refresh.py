from contextlib import contextmanager

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

#: Debtors written in one transaction of the full refresh.
CHUNK = 20_000
#: Rows of the queue taken in one transaction.
BATCH = 5000
#: Times a chunk is tried again when a person saves one of its debtors meanwhile.
TRIES = 3
#: Number of the database-wide lock that lets one refresh run at a time.
LOCK = 7_203_001
#: What a person's save, or another job's, does to a statement of ours: tried again later.
CONFLICTS = (SerializationFailure, DeadlockDetected, LockNotAvailable)


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
                    row_ids, partner_ids, _paid = self.env["ar.collection.queue"]._take(BATCH)
                    if row_ids:
                        self._refresh(partner_ids, paid_ids=())  # payments have their own job
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
            self._try_again(self._find_changes)
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
            end, more = self._chunk_end(last_id)
            rows = self.env.execute_query(
                SQL("SELECT id FROM ar_changes WHERE id > %s AND id <= %s", last_id, end)
            )
            hit = self.browse(row_id for [row_id] in rows)
            self.env["ar.collection.queue"]._add(hit.partner_id.ids)
            self.env["ir.cron"]._commit_progress()
            return end if more else None

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
    def _refresh(self, partner_ids=None, paid_ids=None):
        """Bring the figures of debtors in line with the ledger, in this transaction.

        :param partner_ids: ids of debtors (commercial partners); None: all.
        :param paid_ids: those of them whose payments moved; None: maybe all.
        """
        if partner_ids is None:
            self._find_changes()
            last_id = 0
            while last_id is not None:
                last_id = self._refresh_chunk(last_id)
            self._drop_figures()
        else:
            self._refresh_few(sorted(partner_ids), paid_ids)

    @api.model
    def _find_changes(self):
        """Aggregate the ledger; leave the accounts that differ in the table ``ar_changes``."""
        self._prepare_figures()
        self.env.cr.execute(SQL("CREATE TEMPORARY TABLE ar_changes AS %s", self._changes_sql(None)))
        self.env.cr.execute(SQL("CREATE INDEX ON ar_changes (id)"))

    @api.model
    def _chunk_end(self, last_id):
        """:return: (last id of the chunk after ``last_id``, whether there may be more); the id
        is None when there is no such chunk."""
        [[end, count]] = self.env.execute_query(
            SQL(
                "SELECT max(id), count(*) FROM (SELECT id FROM ar_changes"
                " WHERE id > %s ORDER BY id LIMIT %s) chunk",
                last_id,
                CHUNK,
            )
        )
        return end, count == CHUNK

    def _refresh_chunk(self, last_id):
        """Update the next of the accounts that differ, those after ``last_id``.

        :return: id to go on from; None after the last chunk.
        """
        end, more = self._chunk_end(last_id)
        if not end:
            return None
        chunk = SQL("(SELECT * FROM ar_changes WHERE id > %s AND id <= %s)", last_id, end)
        self._update_figures(chunk)._after_refresh()
        return end if more else None
