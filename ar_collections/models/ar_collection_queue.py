import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import prepared
from . import repeated
from .delivery_worker import SECONDS

KEY = "ar_collections.partners"
#: The job for payments, which follows the one that refreshes figures.
TELL = "ir_cron_ar_collection_tell_payments"
REFRESH = "ir_cron_ar_collection_refresh"
#: Seconds for which a delivery worker remembers that it has asked, and some more.
MARGIN = 2 * SECONDS


class ArCollectionQueue(models.Model):
    """Append-only list of partners whose receivables moved.

    Posting must not be slowed down or blocked, so hooks only remember partner ids in the
    transaction; one statement writes them before the commit. The partner is a plain
    number: a foreign key would lock the partner's row.
    """

    _name = "ar.collection.queue"
    _description = "Collection Refresh Queue"
    _log_access = False

    partner_number = fields.Integer(required=True, readonly=True)
    paid = fields.Boolean(
        readonly=True, help="A payment or credit moved: the last payment may be another one."
    )
    refreshed = fields.Boolean(
        readonly=True, help="The figures are right; the payments wait for their own job."
    )

    @api.model
    def _add(self, partner_ids, paid_ids=()):
        """Remember that the figures of these partners moved in this transaction.

        :param partner_ids: ids of contacts or of debtors; both are found at the refresh.
        :param paid_ids: those of them whose payments moved.
        """
        if not partner_ids:
            return
        precommit = self.env.cr.precommit
        # A rollback to a savepoint clears callbacks and data together: always add both.
        if KEY not in precommit.data:
            precommit.data[KEY] = (set(), set())
            precommit.add(self._write_remembered)
        moved, paid = precommit.data[KEY]
        moved.update(partner_ids)
        paid.update(paid_ids)

    @api.model
    def _write_remembered(self):
        moved, paid = self.env.cr.precommit.data.pop(KEY, (None, None))
        if not moved:
            return
        partner_ids = sorted(moved)
        repeated.execute(
            self.env,
            SQL(
                "INSERT INTO ar_collection_queue (partner_number, paid)"
                " SELECT * FROM unnest(%s::int[], %s::bool[])",
                partner_ids,
                [partner_id in paid for partner_id in partner_ids],
            ),
        )
        self._ask_for_refresh()

    @api.model
    def _ask_for_refresh(self):
        if not self.env.context.get("ar_delivery_worker"):
            self._ask_for(REFRESH)
            return
        now = int(time.monotonic()) // SECONDS  # remembered for as long, not for the whole job
        repeated.remember(self.env, ("asked", now), lambda: self._ask_for(REFRESH, MARGIN))

    @api.model
    def _ask_for(self, name, margin=0):
        """Wake a job of this addon in the next minute, unless it is asked for already.

        :param margin: seconds within which the caller may not ask again.
        """
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(
            f"ar_collections.{name}", raise_if_not_found=False
        )
        if not cron_id:
            return
        asked = self.env.execute_query(
            SQL(
                "SELECT 1 FROM ir_cron_trigger WHERE cron_id = %s AND call_at > %s LIMIT 1",
                cron_id,
                fields.Datetime.now() + timedelta(seconds=margin),
            )
        )
        if not asked:
            # sudo: whoever posts an invoice asks for the refresh, and that for what follows
            cron = self.env["ir.cron"].sudo().browse(cron_id)
            cron._trigger(at=fields.Datetime.now() + timedelta(minutes=1))

    @api.model
    def _take(self, limit=5000, refreshed=False):
        """Lock and read a batch of the queue; must be the first statement of its transaction.

        :param refreshed: those whose figures are right, and whose payments wait for their own job.
        :return: (ids of the rows, ids of the debtors concerned: the partners themselves and
            their commercial partners, ids of those whose payments moved).
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, partner_number, paid,
                       (SELECT commercial_partner_id FROM res_partner WHERE id = partner_number)
                  FROM ar_collection_queue
                 WHERE coalesce(refreshed, FALSE) = %s
                 ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
                """,
                refreshed,
                limit,
            )
        )
        concerned, paid = set(), set()
        for _id, number, has_paid, debtor_id in rows:
            both = (number, debtor_id or number)  # the partner may be gone
            concerned.update(both)
            if has_paid:
                paid.update(both)
        return [row_id for row_id, *_rest in rows], concerned, paid

    @api.model
    def _done(self, row_ids):
        """The figures of these rows are right; payments among them go on to their own job."""
        [[paid]] = self.env.execute_query(
            SQL(
                """
                WITH done AS (DELETE FROM ar_collection_queue
                               WHERE id = ANY(%(ids)s::int[]) AND paid IS NOT TRUE),
                     paid AS (UPDATE ar_collection_queue SET refreshed = TRUE
                               WHERE id = ANY(%(ids)s::int[]) AND paid RETURNING id)
                SELECT EXISTS (SELECT FROM paid)
                """,
                ids=prepared.array(row_ids),
            )
        )
        if paid:
            self._ask_for(TELL)

    @api.model
    def _forget(self, row_ids):
        self.env.cr.execute(
            SQL(
                "DELETE FROM ar_collection_queue WHERE id = ANY(%s::int[])",
                prepared.array(row_ids),
            )
        )
