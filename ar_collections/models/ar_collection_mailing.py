import logging
from contextlib import contextmanager
from datetime import timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .delivery_worker import OUTAGE, PAUSES, Worker

_logger = logging.getLogger(__name__)

STATES = [
    ("queued", "Queued"),
    ("sending", "Sending"),
    ("to_print", "To print"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("skipped", "Skipped"),
    ("cancelled", "Cancelled"),
]
#: From which states a document may go to which.
TRANSITIONS = {
    "queued": {"sending", "failed", "skipped"},
    "sending": {"queued"},
    "to_print": {"queued"},
    "sent": {"sending", "to_print", "failed"},
    "failed": {"queued", "sending"},
    "skipped": {"queued"},
    "cancelled": {"queued", "to_print", "failed"},
}
#: Documents made together: their rows are read by one query, their paper printed in one call.
BATCH = 20


class ArCollectionMailing(models.AbstractModel):
    """Documents that a job makes and mails, never twice, as notices are.

    *Make*: a batch, its rows and paper at once; commit. *Claim*: lock one, write its mail,
    state ``sending``; commit. *Hand over*: SMTP, then ``sent`` or ``failed``; commit. One
    found ``sending`` that no living worker holds was interrupted between the two: it is never
    sent again by itself, a person decides. No mail is spoken inside an HTTP request.

    A model gives ``_make(self)`` (for a batch), ``_is_made_sql()``, ``_write_mail()``, the name
    of its job in ``_cron`` and the number of its session locks in ``_lock``.
    """

    _name = "ar.collection.mailing"
    _description = "Documents Sent by a Job"
    _cron = ""
    _lock = 0

    state = fields.Selection(
        STATES, default="queued", required=True, readonly=True, index=True, copy=False
    )
    error = fields.Text(string="Remark", readonly=True, copy=False)
    delivery_unknown = fields.Boolean(
        readonly=True,
        copy=False,
        help="The delivery was interrupted: it may or may not have left. A person decides.",
    )
    date_sent = fields.Datetime(string="Sent", readonly=True, copy=False)
    retry_at = fields.Datetime(string="Next try", readonly=True, copy=False)
    pauses = fields.Integer(string="Tries without an answer", readonly=True, copy=False)
    mail_mail_id = fields.Many2one(
        "mail.mail", readonly=True, index="btree_not_null", ondelete="set null", copy=False
    )
    message_reference = fields.Char(string="Message-Id", readonly=True, copy=False)

    # === STATE === #
    def write(self, vals):
        if "state" in vals and not self.env.su:
            raise AccessError(self.env._("The state of a document changes only by its actions."))
        return super().write(vals)

    def _set_state(self, state, **vals):
        """Move to a state; those that may not go there are refused.

        :raises UserError: names the document and the state it is in.
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state not in TRANSITIONS[state]:
                raise UserError(
                    self.env._(
                        "%(name)s is %(state)s and cannot become %(new)s.",
                        name=record.display_name,
                        state=labels[record.state].lower(),
                        new=labels[state].lower(),
                    )
                )
        fresh = {} if state == "sending" else {"retry_at": False, "pauses": 0}
        # sudo: the transition above is the only way to write the state
        self.sudo().write({"state": state, **fresh, **vals})

    def _retry(self):
        """Send failed ones again; for *delivery unknown* that is a decision of a person."""
        self._set_state("queued", error=False, delivery_unknown=False)
        self._trigger_delivery()

    def _confirm_sent(self):
        """Those of unknown delivery did leave: count them as sent."""
        for record in self:
            if not record.delivery_unknown:
                raise UserError(
                    self.env._("%(name)s is not of unknown delivery.", name=record.display_name)
                )
        self._set_state(
            "sent", delivery_unknown=False, error=False, date_sent=fields.Datetime.now()
        )

    @api.model
    def _trigger_delivery(self, at=None):
        """Wake the job, now or at a time (UTC)."""
        self.env.ref(self._cron).sudo()._trigger(at)  # our job

    # === JOB === #
    @api.model
    def _deliver_due(self):
        """Make and deliver what is queued, while there is time."""
        self._fail_interrupted()
        worker, passed = Worker(), set()
        left = self._commit_step(remaining=self._count_due())
        try:
            while left and worker.unreachable < OUTAGE:
                done = self._deliver_batch(worker, passed)
                if not done:
                    break
                left = self._commit_step(processed=done)
        finally:
            worker.close()
        self._commit_step(remaining=0 if worker.unreachable >= OUTAGE else self._count_due())

    @api.model
    def _commit_step(self, **progress):
        """Commit; :return: seconds left to the job."""
        cron = self.env["ir.cron"]
        if not progress:
            cron = cron.with_context(ir_cron_progress_id=False)
        return cron._commit_progress(**progress)

    @api.model
    def _due_sql(self):
        return SQL(
            "state = 'queued' AND (retry_at IS NULL OR retry_at <= %s)", fields.Datetime.now()
        )

    @api.model
    def _count_due(self):
        self.flush_model()
        [[count]] = self.env.execute_query(
            SQL("SELECT count(*) FROM %s WHERE %s", SQL.identifier(self._table), self._due_sql())
        )
        return count

    @api.model
    def _lock_due(self, limit, passed=(), record_id=None):
        """Lock the next ones that are due and that no other worker has. The locking SELECT must
        be the first statement of its transaction."""
        restrict = SQL("id = %s", record_id) if record_id else SQL("id != ALL(%s)", list(passed))
        try:
            rows = self.env.execute_query(
                SQL(
                    "SELECT id FROM %s WHERE %s AND %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
                    SQL.identifier(self._table),
                    self._due_sql(),
                    restrict,
                    limit,
                )
            )
        except TransactionRollbackError:  # changed since the snapshot: somebody else has it
            self.env.cr.rollback()
            return self._lock_due(limit, passed, record_id)
        return self.browse(row_id for [row_id] in rows)

    @api.model
    def _deliver_batch(self, worker, passed):
        """Make the next batch, then deliver its documents one by one.

        :return: how many were looked at; 0: none is left.
        """
        batch = self._lock_due(BATCH, passed)
        if not batch:
            return 0
        batch._make_safely()
        self._commit_step()
        for record_id in batch.ids:
            if worker.unreachable >= OUTAGE:
                break
            self.browse(record_id)._deliver(worker)
            passed.add(record_id)
        return len(batch)

    def _make_safely(self):
        """Make a batch; one that cannot be made fails alone."""
        try:
            with self.env.cr.savepoint():
                self._make()
        except TransactionRollbackError:
            raise
        except Exception as error:
            if len(self) > 1:
                for record in self:
                    record._make_safely()
                return
            _logger.warning("%s could not be made", self.display_name, exc_info=True)
            self._set_state("failed", error=self._explain(error))

    def _deliver(self, worker):
        """Claim and hand over one document, with transactions of its own."""
        record = self._lock_due(1, record_id=self.id)
        if not record:
            self._commit_step()
            return
        with record._delivery_lock() as free:
            if free and record._claim_safely():
                record._hand_over_safely(worker)

    @contextmanager
    def _delivery_lock(self):
        """Hold the session lock of the document over both transactions; it dies with the
        process. Yields whether it was had."""
        [[free]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_lock(%s, %s)", self._lock, self.id)
        )
        try:
            yield free
        finally:
            if free:
                self.env.cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", self._lock, self.id))

    @api.model
    def _fail_interrupted(self):
        """Those left ``sending`` by a worker that died: delivery unknown."""
        for record in self.search([("state", "=", "sending")]):
            with record._delivery_lock() as free:
                if not free:
                    continue
                self._commit_step()  # a new snapshot: its worker may have finished it just now
                record.invalidate_recordset(["state"])
                if record.state == "sending":
                    record._set_unknown(
                        self.env._("The delivery was interrupted after the mail server was called.")
                    )

    # === CLAIM AND HAND OVER === #
    def _claim_safely(self):
        """Write the mail, in a transaction of its own; :return: whether to hand it over."""
        try:
            go_on = self._claim()
            self._commit_step()
            return go_on
        except TransactionRollbackError:
            self.env.cr.rollback()
            return False
        except Exception as error:
            self.env.cr.rollback()
            _logger.warning("%s could not be mailed", self.display_name, exc_info=True)
            self._set_state("failed", error=self._explain(error))
            self._commit_step()
            return False

    def _claim(self):
        """Write the mail and count it as handed over; :return: whether there is one."""
        mail = self._write_mail()
        if mail:
            self._set_state(
                "sending", mail_mail_id=mail.id, message_reference=mail.message_id, error=False
            )
        return bool(mail)

    def _hand_over_safely(self, worker):
        """Give the mail to the mail server and note what came of it."""
        try:
            [[state]] = self.env.execute_query(
                SQL(
                    "SELECT state FROM %s WHERE id = %s FOR UPDATE",
                    SQL.identifier(self._table),
                    self.id,
                )
            )
            if state == "sending":
                self._hand_over(worker)
        except Exception as error:  # the connection broke, or the database did: it may have left
            self.env.cr.rollback()
            _logger.warning("Delivery of %s is unknown", self.display_name, exc_info=True)
            self._set_unknown(self._explain(error))
        self._commit_step()

    def _hand_over(self, worker):
        mail = self.mail_mail_id
        notices = self.env["ar.collection.notice"].with_context(ar_delivery_worker=worker)
        notices._send_mail(mail)
        if mail.state == "sent":
            worker.unreachable = 0
            self._set_state("sent", date_sent=fields.Datetime.now(), error=False)
            mail.unlink()
            self._after_sending()
            return
        error = mail.failure_reason or self.env._("The mail server did not take it.")
        if notices._is_temporary(mail) and self.pauses < len(PAUSES):
            worker.unreachable += 1
            self._postpone(error)
        else:
            self._set_state("failed", error=error)

    def _postpone(self, error):
        """Back to the queue, to be tried after a pause; nothing has left."""
        retry_at = fields.Datetime.now() + timedelta(minutes=PAUSES[self.pauses])
        mail, pauses = self.mail_mail_id, self.pauses + 1
        self._set_state("queued", error=error, mail_mail_id=False)
        self.write({"retry_at": retry_at, "pauses": pauses})
        self.flush_recordset()  # before the database sees what it pointed to disappear
        message = mail.mail_message_id
        mail.unlink()
        message.exists().unlink()
        self._trigger_delivery(retry_at)

    def _set_unknown(self, error):
        self._set_state("failed", error=error, delivery_unknown=True)

    def _after_sending(self):
        """Hook: what follows when it has left."""

    def _explain(self, error):
        return self.env["ar.collection.notice"]._explain_error(error)

    def _stable_message_id(self):
        """Stable over retries, so that a receiver can tell a second copy."""
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid", "odoo")  # id
        return f"<{self._name.replace('.', '-')}-{self.id}-{database}@ar-collections>"

    # === HOOKS === #
    def _make(self):
        """Make what is to be sent of a batch of documents; may skip some."""
        raise NotImplementedError

    def _write_mail(self):
        """The mail of one document, kept out of core's queue; None: nothing is to be sent, and
        the document has left the queue."""
        raise NotImplementedError
