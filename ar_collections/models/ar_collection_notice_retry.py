import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .delivery_worker import PAUSES

#: An answer of a mail server as core words it: the exception, then its code.
ANSWER = re.compile(r"\bSMTP\w+: \D*(\d{3})\b")


class ArCollectionNotice(models.Model):
    """The mail server is down, or asks to come back later: nothing is lost, nothing is doubled.

    A notice that certainly did not leave, and for no fault of its own, goes back to the
    queue with the time of the next try; its claim is then rebuilt from the ledger.
    """

    _inherit = "ar.collection.notice"

    retry_at = fields.Datetime(
        string="Next try",
        readonly=True,
        help="The mail server could not be reached; the notice is tried again then.",
    )
    pauses = fields.Integer(
        string="Tries without an answer",
        readonly=True,
        help="How often in a row the mail server was out of reach or asked to come back later.",
    )

    def _set_state(self, state, **vals):
        fresh = {"retry_at": False} if state == "sending" else {"retry_at": False, "pauses": 0}
        return super()._set_state(state, **{**fresh, **vals})

    @api.model
    def _due_sql(self):
        """SQL: the queued notices to be tried now."""
        return SQL(
            "state = 'queued' AND (retry_at IS NULL OR retry_at <= %s)", fields.Datetime.now()
        )

    @api.model
    def _is_temporary(self, mail):
        """Whether a mail that was not sent may well go through later.

        The server was out of reach (core notes ``mail_smtp`` on the notification only), or
        answered with a code of the 400s: busy, mailbox locked, greylisted.
        """
        if "mail_smtp" in mail.mail_message_id.notification_ids.mapped("failure_type"):
            return True
        answer = ANSWER.search(mail.failure_reason or "")
        return bool(answer) and answer[1].startswith("4")

    def _postpone(self, error):
        """Back to the queue, to be tried after a pause; nothing has left.

        After the last pause it counts as failed, and a person decides.
        """
        if self.pauses >= len(PAUSES):
            self._set_failed(error, "refused")
            return
        if worker := self._worker():
            worker.unreachable += 1
        retry_at = fields.Datetime.now() + timedelta(minutes=PAUSES[self.pauses])
        self._restore_levels()
        # what was written reached nobody, and the next try writes its own
        written = [self.mail_mail_id, self.mail_message_id, self.attachment_id]
        self._set_state(
            "queued",
            error=error,
            retry_at=retry_at,
            pauses=self.pauses + 1,
            mail_mail_id=False,
            mail_message_id=False,
            attachment_id=False,
        )
        self.flush_recordset()  # before the database sees what they pointed to disappear
        for records in written:
            records.unlink()
        self._trigger_delivery(retry_at)
