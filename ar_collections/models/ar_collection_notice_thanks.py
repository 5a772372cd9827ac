import logging
from datetime import timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

#: Days within which a payment is new enough to be thanked for.
RECENT = 7
#: Hours until a thank-you that did not leave is tried again, within those days.
PAUSES = (1, 4, 24, 48)
CRON = "ar_collections.ir_cron_ar_collection_thank"


class ArCollectionNotice(models.Model):
    """Thank the debtor when all that the last notice claimed is paid, if the policy says so.

    Sent at most once: it counts as handed over before the mail server is called. One that
    is interrupted stays so; nobody is thanked twice. One that certainly did not leave is
    repeated, after pauses that grow.
    """

    _inherit = "ar.collection.notice"

    thanks = fields.Selection(
        [
            ("queued", "Queued"),
            ("sending", "Handed over, no answer"),
            ("sent", "Sent"),
            ("failed", "Failed"),
        ],
        string="Thank-you",
        readonly=True,
    )
    thanks_error = fields.Char(string="Thank-you: remark", readonly=True)
    thanks_tries = fields.Integer(string="Thank-you: tries in vain", readonly=True)
    thanks_at = fields.Datetime(string="Thank-you: next try", readonly=True)

    _thanks_idx = models.Index("(id) WHERE thanks = 'queued'")

    # === WHO IS THANKED === #
    @api.model
    def _queue_thanks(self, accounts):
        """Queue a thank-you for those of these accounts whose last notice is paid."""
        if (
            not self.env["ar.collection.policy"]
            .sudo()  # a yes or no, whoever refreshes
            .search_count([("thank", "=", True)], limit=1)
        ):
            return
        notices = self._paid_notices(SQL("account.id = ANY(%s::int[])", accounts.ids))
        # sudo: notices are read-only for every human
        notices = notices.sudo().filtered(lambda notice: not notice.thanks and notice.email_to)
        if notices:
            notices.thanks = "queued"
            self.env.ref(CRON).sudo()._trigger()  # our job

    @api.model
    def _paid_notices(self, condition):
        """Last sent notices of accounts, or of their addresses, of which each claimed item was
        paid lately.

        Paid means: nothing is open, and money of a bank or cash journal is among what it is
        matched with; an item that was credited is nothing to thank for.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT notice.id
                  FROM ar_collection account
                 CROSS JOIN LATERAL (
                       SELECT * FROM ar_collection_notice last
                        WHERE collection_id = account.id AND state = 'sent' AND NOT EXISTS (
                              SELECT FROM ar_collection_notice newer
                               WHERE newer.collection_id = account.id AND newer.state = 'sent'
                                 AND newer.id > last.id
                                 AND coalesce(newer.address_id = last.address_id, TRUE))) notice
                  JOIN ar_collection_level level ON level.id = notice.level_id
                  JOIN ar_collection_policy policy ON policy.id = level.policy_id
                 CROSS JOIN LATERAL (
                       SELECT bool_and(coalesce(item.amount_residual, 1) = 0
                                       AND item.parent_state = 'posted'
                                       AND paid.at IS NOT NULL) AS all_paid,
                              max(paid.at) AS at
                         FROM ar_collection_notice_line line
                         LEFT JOIN account_move_line item ON item.id = line.line_id
                         LEFT JOIN LATERAL (
                              SELECT max(partial.create_date) AS at
                                FROM account_partial_reconcile partial
                                JOIN account_move_line money ON money.id = partial.credit_move_id
                                JOIN account_journal journal ON journal.id = money.journal_id
                               WHERE partial.debit_move_id = item.id
                                 AND journal.type IN ('bank', 'cash', 'credit')) paid ON TRUE
                        WHERE line.notice_id = notice.id AND line.kind = 'claim') claim
                 WHERE %(condition)s AND policy.thank AND notice.courtesy IS NOT TRUE
                   AND claim.all_paid AND claim.at > %(since)s
                """,
                condition=condition,
                since=fields.Datetime.now() - timedelta(days=RECENT),
            )
        )
        return self.browse(notice_id for [notice_id] in rows)

    # === SENDING === #
    @api.model
    def _cron_thank(self):
        """Send the queued thank-yous, one after the other."""
        passed = []
        while self.env["ir.cron"]._commit_progress(len(passed[-1:])):
            notice = self._lock_next_thanks(passed)  # the first statement of its transaction
            if not notice:
                break
            passed.append(notice.id)
            notice.with_company(notice.company_id)._thank()

    @api.model
    def _lock_next_thanks(self, passed):
        try:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT id FROM ar_collection_notice
                     WHERE thanks = 'queued' AND coalesce(thanks_at <= %s, TRUE)
                       AND id != ALL(%s::int[])
                     ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
                    """,
                    fields.Datetime.now(),
                    list(passed),
                )
            )
        except TransactionRollbackError:  # somebody else has it
            self.env.cr.rollback()
            return self.browse()
        return self.browse(notice_id for [notice_id] in rows)

    def _thank(self):
        """Write the mail and count it as handed over; commit; then hand it over."""
        try:
            mail = self._write_thanks()
            self.env["ir.cron"]._commit_progress()
        except Exception as error:
            self.env.cr.rollback()
            _logger.warning("No thank-you for notice %s: %s", self.name, error, exc_info=True)
            self._thank_later(str(error))
            return
        if not mail:
            return
        mail.send(auto_commit=False, raise_exception=False)
        if mail.state == "sent":
            self.write({"thanks": "sent", "thanks_error": False})
            mail.unlink()
        else:
            self._thank_later(mail.failure_reason or self.env._("The mail server did not take it."))
            message = mail.mail_message_id  # it reached nobody; the next try writes its own
            mail.unlink()
            message.unlink()

    def _thank_later(self, error):
        """It certainly did not leave: try again after a pause, a few times, then give up."""
        if self.thanks_tries >= len(PAUSES):
            self.write({"thanks": "failed", "thanks_error": error})
            return
        at = fields.Datetime.now() + timedelta(hours=PAUSES[self.thanks_tries])
        self.write(
            {
                "thanks": "queued",
                "thanks_error": error,
                "thanks_tries": self.thanks_tries + 1,
                "thanks_at": at,
            }
        )
        self.env.ref(CRON).sudo()._trigger(at)  # our job

    def _write_thanks(self):
        """The mail, kept out of core's queue; empty when there is nothing to thank for now."""
        mails = self.env["mail.mail"]
        if self not in self._paid_notices(SQL("notice.id = %s", self.id)):
            self.thanks = False
            return mails
        subject, body, own = self._render_template(self._thanks_template())
        message_id = self._message_id().replace("ar-notice", "ar-thanks")
        mail = self._post_to_debtor(subject, body, message_id, own=own)
        self.thanks = "sending"
        return mail

    def _thanks_template(self):
        policy = self.level_id.policy_id
        return policy.thank_template_id or self.env.ref(
            "ar_collections.mail_template_ar_collection_thanks"
        )

    def _prepare_thanks(self):
        """What the thank-you says, in the language of the debtor."""
        mail = self._prepare_mail()
        notice = mail["notice"]
        numbers = dict.fromkeys(
            notice._item_number(line) for line in notice.line_ids if line.kind == "claim"
        )
        return {**mail, "numbers": notice._name_numbers(sorted(numbers))}
