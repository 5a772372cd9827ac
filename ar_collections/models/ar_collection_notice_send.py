import logging

from odoo import api, fields, models
from odoo.tools import SQL

from . import repeated

_logger = logging.getLogger(__name__)


class ArCollectionNotice(models.Model):
    """Hand over: give the mail to the mail server, and note what came of it."""

    _inherit = "ar.collection.notice"

    def _hand_over_safely(self):
        """Give the mail to the mail server and note what came of it.

        :return: True: the notice is not to be tried again in this run of the job.
        """
        try:
            self._hand_over()
        except Exception as error:
            # The connection broke, or the database did: it may have left.
            self._roll_back()
            _logger.warning("Delivery of notice %s is unknown", self.name, exc_info=True)
            self._set_unknown(self._explain_error(error))
        self._commit(processed=1)
        return True

    def _hand_over(self):
        [row] = repeated.execute(
            self.env,
            SQL(
                "SELECT state, now() AT TIME ZONE 'UTC' AS begun FROM ar_collection_notice"
                " WHERE id = %s FOR UPDATE",
                self.id,
            ),
        )
        repeated.note_begin(self.env, row["begun"])
        if row["state"] == "sending":
            self._on_channel("hand_over")

    def _hand_over_mail(self):
        mail = self.mail_mail_id
        self._send_mail(mail)
        if mail.state == "sent":
            self._set_state("sent", date_sent=fields.Datetime.now(), error=False)
            self._after_sending()
            return
        error = mail.failure_reason or self.env._("The mail server did not take it.")
        if self._is_temporary(mail):
            self._postpone(error)
        else:
            self._set_failed(error, "refused")

    # === WHAT CAME OF IT === #
    def _set_failed(self, error, failure):
        """It did certainly not arrive: the items go back to their level."""
        self._set_state("failed", error=error, failure=failure, delivery_unknown=False)
        self._restore_levels()

    def _set_unknown(self, error):
        """It may have arrived: the items stay, a person decides."""
        self._set_state("failed", error=error, failure="unknown", delivery_unknown=True)

    def _keep_levels(self):
        """Given up: the items of these notices, which had been claimed, go back to their level."""
        self.sudo()._restore_levels()  # levels of items are written by notices only

    def _after_sending(self):
        """What follows on the account comes with the refresh, from the notice itself.

        The account is not written here: somebody may be saving it at this moment, and the
        mail that has left would then count as of unknown delivery.
        """
        self.env["ar.collection.queue"]._add(self.collection_id.partner_id.ids)

    @api.model
    def _explain_error(self, error):
        text = str(error) or type(error).__name__
        return self.env._("%(error)s Please mend this, then retry.", error=text)
