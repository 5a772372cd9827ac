import logging
from contextlib import contextmanager

from psycopg2.extensions import TransactionRollbackError

from odoo import api, models
from odoo.tools import SQL

from . import repeated
from .delivery_worker import OUTAGE, Worker

_logger = logging.getLogger(__name__)

#: First number of the session locks that mark a notice as being delivered by a living worker.
LOCK = 720_301


class ArCollectionNotice(models.Model):
    """Send, never twice: two transactions per notice.

    *Claim*: lock the notice, rebuild the claim from the ledger, look for money on its
    way, write letter, evidence, item levels and the mail; state ``sending``; commit.
    *Hand over*: SMTP, then ``sent`` or ``failed``; commit. A notice found ``sending``
    that no living worker holds was interrupted between the two: it is never sent again by
    itself, a person decides.
    """

    _inherit = "ar.collection.notice"

    # === JOB === #
    @api.model
    def _cron_deliver(self):
        """Deliver queued notices, one after the other, while there is time."""
        self._fail_interrupted()
        worker = Worker()
        notices = self.with_context(ar_delivery_worker=worker)
        repeated.keep_plans(self.env.cr)
        worker.left = self._commit(remaining=self._count_queued())
        try:
            while worker.left and worker.unreachable < OUTAGE and notices._deliver_next():
                pass
        except Exception:
            notices._roll_back()  # which the session lock outlives
            raise
        finally:
            worker.close()
            notices._delivery_unlock()
        repeated.forget_plans(self.env.cr)
        if worker.unreachable >= OUTAGE:
            # the server is down: this is not the fault of the notices
            self._commit(remaining=0)
        self._gc_mails()

    @api.model
    def _roll_back(self):
        self.env.cr.rollback()
        if worker := self._worker():
            worker.memory.clear()  # what was done for the others may be undone, too

    @api.autovacuum
    def _gc_mails(self):
        """Forget the mails of notices that were sent: the message and the notice stay.

        All at once, after a delivery: one by one it takes as long as the sending.
        """
        # number 0 stands for no notice: one worker at a time does this
        [[free]] = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s, 0)", LOCK))
        if not free:
            return
        sent = self.search([("state", "=", "sent"), ("mail_mail_id", "!=", False)])
        try:
            with self.env.cr.savepoint():
                sent.mail_mail_id.sudo().unlink()  # of mail, only our own are touched
        except TransactionRollbackError:
            _logger.info("Another worker is deleting the mails of notices that were sent.")

    @api.model
    def _count_queued(self):
        [[count]] = self.env.execute_query(
            SQL("SELECT count(*) FROM ar_collection_notice WHERE %s", self._due_sql())
        )
        return count

    @api.model
    def _deliver_next(self):
        """Deliver the next queued notice that no other worker has.

        :return: its id, None when none is left.
        """
        worker = self._worker()
        if worker.is_over() and not self._begin_batch():
            return None
        if worker.has_begun():
            self._commit()  # the lock must be the first statement
        notice, free = self._lock_next(worker.passed)
        if not notice:
            return None
        # letter and mail are made as in the notice's own company
        notice = notice.with_company(notice.company_id)
        handed_over = free and notice._claim_safely() and notice._hand_over_safely()
        if not handed_over:
            self._commit(processed=1)
        worker.note(notice.id, handed_over)
        return notice.id

    @api.model
    def _lock_next(self, passed):
        """The next notice, locked and read; the session lock of the one before is given back.

        :return: (notice, none: no other is left; whether its session lock was had).
        """
        worker = self._worker()
        held, worker.held = worker.held, []
        try:
            [row] = repeated.execute(
                self.env,
                SQL(
                    """
                    SELECT notice.*, pg_try_advisory_lock(%(lock)s::int, id) AS free,
                           now() AT TIME ZONE 'UTC' AS begun
                      FROM (SELECT count(pg_advisory_unlock(%(lock)s::int, held))
                              FROM unnest(%(held)s::int[]) AS held) given_back
                      LEFT JOIN (SELECT * FROM ar_collection_notice
                                  WHERE %(due)s AND id != ALL(%(passed)s::int[])
                                  ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) notice ON TRUE
                    """,
                    lock=LOCK,
                    held=held,
                    due=self._due_sql(),
                    passed=list(passed),
                ),
            )
        except TransactionRollbackError:  # changed since the snapshot: somebody else has it
            self._roll_back()
            worker.held = held  # it may have been refused before
            return self._lock_next(passed)
        if row["free"]:
            worker.held = [row["id"]]
        notice = self.browse(row["id"] or ())
        if notice:
            repeated.know(notice, row)
            repeated.note_begin(self.env, row["begun"])
        return notice, row["free"]

    @contextmanager
    def _delivery_lock(self):
        """Hold the session lock of the notice over both transactions; it dies with the
        process. Yields whether it was had."""
        [[free]] = self.env.execute_query(SQL("SELECT pg_try_advisory_lock(%s, %s)", LOCK, self.id))
        try:
            yield free
        finally:
            if free:
                self._unlock(self.ids)

    @api.model
    def _delivery_unlock(self):
        """Give back the session lock that the worker still holds."""
        worker = self._worker()
        self._unlock(worker.held)
        worker.held = []

    @api.model
    def _unlock(self, ids):
        self.env.cr.execute(
            SQL("SELECT pg_advisory_unlock(%s, id) FROM unnest(%s::int[]) AS id", LOCK, list(ids))
        )

    @api.model
    def _fail_interrupted(self):
        """Notices left ``sending`` by a worker that died: delivery unknown."""
        for notice in self.search([("state", "=", "sending")]):
            with notice._delivery_lock() as free:
                if not free:
                    continue
                # a new snapshot: its worker may have finished it a moment ago
                self._commit()
                notice.invalidate_recordset(["state"])
                if notice.state == "sending":
                    notice._set_unknown(
                        self.env._("The delivery was interrupted after the mail server was called.")
                    )

    # === CLAIM === #
    def _claim_safely(self):
        """Claim in its own transaction; an error is this notice's problem alone.

        :return: whether the notice is to be handed over.
        """
        try:
            go_on = self._claim()
            self._commit(keep_all=go_on)
            return go_on
        except TransactionRollbackError:
            # an item changed meanwhile: the notice stays queued for the next round
            self._roll_back()
            return False
        except Exception as error:
            self._roll_back()
            _logger.warning("Notice %s could not be made: %s", self.name, error, exc_info=True)
            self._set_state(
                "failed",
                error=self._explain_error(error),
                failure="error",
                delivery_unknown=False,
            )
            self._commit()
            return False

    def _claim(self):
        """Write everything that is to be sent: the claim of the ledger, or the one that has
        left through another channel of the same decision.

        :return: whether the notice is to be handed over now; if nothing is to be sent
            after all, the notice says why.
        """
        self.ensure_one()
        siblings = self._siblings()
        if standing := siblings.filtered(lambda notice: notice._stands()):
            claimed = self._claim_with(standing[0])
        elif siblings.filtered(lambda notice: notice._comes_before(self)):
            return False  # stays queued
        else:
            claimed = self._claim_anew(siblings)
        if not claimed:
            return False
        state = self._on_channel("claim")
        self._set_state(state, tries=self.tries + 1)
        return state == "sending"

    def _claim_anew(self, siblings):
        """Rebuild the claim from the ledger.

        :return: False when nothing is to be sent after all; the notice says why.
        """
        account = self.collection_id
        today = self.company_id._ar_today()
        if self.tries or self.lead_id:  # what was sent in vain keeps nobody quiet
            account._update_last_notices(account.partner_id.ids)
        row, reason = self._own_decision(
            self.env["ar.collection.run"]._decide(
                self.company_id, today, partner_ids=[account.partner_id.id], own_notice=self
            )
        )
        if not row:
            self._skip(reason)
            return False
        level = self.env["ar.collection.level"].browse(row["decision"].level.id)
        contact_vals = self._prepare_contact_vals()
        self.write(
            {
                "date": today,
                **self._prepare_level_vals(level, today),
                **self._prepare_claim_vals(row["decision"]),
                **contact_vals,
                **self._prepare_text_vals(level, self._content_lang(contact_vals["lang"])),
            }
        )
        self._freeze_lines([row["decision"]], self._frozen_items_sql(row["account"]["items"]))
        if self._outgrew_approval(siblings):
            return False
        if money := self._money_on_its_way():
            self._skip("money_on_its_way", money)
            account.invalidate_recordset()  # it may have been read for the whole batch
            account._set_next_action(self.env._("Match the money on its way"), today)
            return False
        self.totals = self._prepare_totals()
        self._write_levels(today)
        return True

    def _skip(self, reason, detail=None):
        self._set_state("skipped", reason=reason, error=detail)

    def _prepare_contact_vals(self):
        account, contact, company = self.collection_id, self._recipient(), self.company_id
        return {
            "contact_id": contact.id,
            "email_to": contact.email_normalized if self.channel == "email" else False,
            "postal_address": self._postal_address(contact) if self.channel == "letter" else False,
            "lang": account.preferred_lang
            or contact.lang
            or account.partner_id.lang
            or company.partner_id.lang
            or "en_US",
            "user_id": (account.user_id or company.ar_sender_id).id,
        }

    def _postal_address(self, contact):
        """The address of the letter in one line."""
        place = contact._ar_place()
        return ", ".join([*self._address_lines(place), *place.country_id.mapped("name")])
