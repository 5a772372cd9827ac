import base64
import logging
from contextlib import contextmanager

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize, formataddr

from .ar_collection_notice_retry import OUTAGE

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
        passed, unreachable = [], 0
        while self.env["ir.cron"]._commit_progress(1, remaining=self._count_queued(passed)):
            notice_id = self._deliver_next(passed)
            if not notice_id:
                break
            passed.append(notice_id)
            unreachable = unreachable + 1 if self.browse(notice_id).retry_at else 0
            if unreachable == OUTAGE:
                # the server is down: this is not the fault of the notices
                self.env["ir.cron"]._commit_progress(remaining=0)
                break
        self._gc_mails()

    @api.autovacuum
    def _gc_mails(self):
        """Forget the mails of notices that were sent: the message and the notice stay.

        All at once, after a delivery: one by one it takes as long as the sending.
        """
        sent = self.search([("state", "=", "sent"), ("mail_mail_id", "!=", False)])
        sent.mail_mail_id.sudo().unlink()  # of mail, only our own are touched

    @api.model
    def _count_queued(self, passed):
        [[count]] = self.env.execute_query(
            SQL(
                # counted as far as it matters: all of them at each notice would be too slow
                "SELECT count(*) FROM (SELECT FROM ar_collection_notice"
                " WHERE %s AND id != ALL(%s::int[]) LIMIT 1000) due",
                self._due_sql(),
                list(passed),
            )
        )
        return count

    @api.model
    def _deliver_next(self, passed=()):
        """Deliver the next queued notice that no other worker has.

        :param passed: ids not to be tried again now.
        :return: id of the notice, None when none is left.
        """
        self.env["ir.cron"]._commit_progress()  # the lock must be the first statement
        notice = self._lock_next(passed)
        if not notice:
            return None
        with notice._delivery_lock() as free:
            # letter and mail are made as in the notice's own company
            notice = notice.with_company(notice.company_id)
            if free and notice._claim_safely():
                notice._hand_over_safely()
        return notice.id

    @api.model
    def _lock_next(self, passed):
        try:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT id FROM ar_collection_notice
                     WHERE %s AND id != ALL(%s::int[])
                     ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
                    """,
                    self._due_sql(),
                    list(passed),
                )
            )
        except TransactionRollbackError:  # changed since the snapshot: somebody else has it
            self.env.cr.rollback()
            return self._lock_next(passed)
        return self.browse(notice_id for [notice_id] in rows)

    @contextmanager
    def _delivery_lock(self):
        """Hold the session lock of the notice over both transactions; it dies with the
        process. Yields whether it was had."""
        [[free]] = self.env.execute_query(SQL("SELECT pg_try_advisory_lock(%s, %s)", LOCK, self.id))
        try:
            yield free
        finally:
            if free:
                self.env.cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", LOCK, self.id))

    @api.model
    def _fail_interrupted(self):
        """Notices left ``sending`` by a worker that died: delivery unknown."""
        for notice in self.search([("state", "=", "sending")]):
            with notice._delivery_lock() as free:
                if not free:
                    continue
                # a new snapshot: its worker may have finished it a moment ago
                self.env["ir.cron"]._commit_progress()
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
            self.env["ir.cron"]._commit_progress()
            return go_on
        except TransactionRollbackError:
            # an item changed meanwhile: the notice stays queued for the next round
            self.env.cr.rollback()
            return False
        except Exception as error:
            self.env.cr.rollback()
            _logger.warning("Notice %s could not be made: %s", self.name, error, exc_info=True)
            self._set_state(
                "failed",
                error=self._explain_error(error),
                failure="error",
                delivery_unknown=False,
            )
            self.env["ir.cron"]._commit_progress()
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
            claimed = self._claim_anew()
        if not claimed:
            return False
        state = self._on_channel("claim")
        self._set_state(state, tries=self.tries + 1)
        return state == "sending"

    def _claim_anew(self):
        """Rebuild the claim from the ledger.

        :return: False when nothing is to be sent after all; the notice says why.
        """
        account = self.collection_id
        today = self.company_id._ar_today()
        if self.tries or self.lead_id:  # what was sent in vain keeps nobody quiet
            account._update_last_notices(account.partner_id.ids)
        [row] = self.env["ar.collection.run"]._decide(
            self.company_id, today, partner_ids=[account.partner_id.id], own_notice=self
        ) or [None]
        if not row or not row["decision"].level:
            self._skip(row["decision"].reason if row else "nothing_overdue")
            return False
        level = self.env["ar.collection.level"].browse(row["decision"].level.id)
        self.write(
            {
                "date": today,
                **self._prepare_level_vals(level, today),
                **self._prepare_claim_vals(row["decision"]),
                **self._prepare_contact_vals(),
            }
        )
        self.write(self._prepare_text_vals(level, self._content_lang()))
        self._freeze_lines([row["decision"]], self.company_id, today, [account.partner_id.id])
        if self._outgrew_approval():
            return False
        if money := self._money_on_its_way():
            self._skip("money_on_its_way", money)
            account._set_next_action(self.env._("Match the money on its way"), today)
            return False
        self.totals = self._prepare_totals()
        self._write_levels(today)
        return True

    def _skip(self, reason, detail=None):
        self._set_state("skipped", reason=reason, error=detail)

    def _prepare_contact_vals(self):
        account = self.collection_id
        contact = account.contact_id
        company = self.company_id
        return {
            "contact_id": contact.id,
            "email_to": contact.email_normalized if self.channel == "email" else False,
            "postal_address": self._postal_address(contact) if self.channel == "letter" else False,
            "lang": contact.lang or account.partner_id.lang or company.partner_id.lang or "en_US",
            "user_id": (account.user_id or company.ar_sender_id).id,
        }

    def _postal_address(self, contact):
        """The address of the letter in one line."""
        place = contact._ar_place()
        return ", ".join([*self._address_lines(place), *place.country_id.mapped("name")])

    def _post_mail(self):
        """Write letter and mail, kept out of core's queue; nothing leaves here."""
        self.attachment_id = self.level_id.attach_letter and self._make_letter()
        files = self.attachment_id | self._attach_invoices()  # the text says what is attached
        subject, body = self._render_mail()
        self.write({"subject": subject, "body": body})
        message = self._post_to_debtor(subject, body, self._message_id(), files)
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        if not mail:
            raise UserError(
                self.env._(
                    "%(contact)s receives no e-mails: the mail could not be made.",
                    contact=self.contact_id.display_name,
                )
            )
        self.write(
            {
                "mail_message_id": message.id,
                "mail_mail_id": mail[:1].id,
                "message_reference": message.message_id,
            }
        )

    def _post_to_debtor(self, subject, body, message_id, files=()):
        """Post on the account for the contact alone; the mail stays out of core's queue."""
        return self.collection_id.with_context(
            ar_collections_notice=True, mail_post_autofollow=False, lang=self.lang
        ).message_post(
            body=body,
            subject=subject,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=self.contact_id.ids,
            email_from=self._sender(),
            author_id=(self.user_id.partner_id or self.company_id.partner_id).id,
            attachment_ids=[file.id for file in files],
            message_id=message_id,
            email_layout_xmlid="ar_collections.mail_layout_ar_collection_notice",
            email_add_signature=False,
            force_send=False,
            mail_auto_delete=False,
        )

    def _sender(self):
        company = self.company_id
        if company.ar_email:
            return formataddr((company.name, email_normalize(company.ar_email) or company.ar_email))
        return company.email_formatted or self.user_id.email_formatted

    def _message_id(self):
        """Stable over retries, so that a receiver can tell a second copy."""
        database = self.env["ir.config_parameter"].get_param("database.uuid", "odoo")
        return f"<ar-notice-{self.id}-{database}@ar-collections>"

    def _make_letter(self):
        """The letter as PDF, attached to the collection account."""
        pdf, _kind = (
            self.env["ir.actions.report"]
            .with_context(ar_collections_letter=True, lang=self.lang)
            ._render_qweb_pdf("ar_collections.action_report_ar_collection_notice", self.ids)
        )
        pdf = pdf if isinstance(pdf, bytes) else base64.b64decode(pdf)
        return self.env["ir.attachment"].create(self._prepare_letter_vals(pdf))

    def _prepare_letter_vals(self, pdf):
        return {
            "name": f"{self.name.replace('/', '-')}.pdf",
            "raw": pdf,
            "mimetype": "application/pdf",
            "res_model": "ar.collection",
            "res_id": self.collection_id.id,
        }

    # === HAND OVER === #
    def _hand_over_safely(self):
        """Give the mail to the mail server and note what came of it."""
        try:
            self._hand_over()
        except Exception as error:
            # The connection broke, or the database did: it may have left.
            self.env.cr.rollback()
            _logger.warning("Delivery of notice %s is unknown", self.name, exc_info=True)
            self._set_unknown(self._explain_error(error))
        self.env["ir.cron"]._commit_progress()

    def _hand_over(self):
        [[state]] = self.env.execute_query(
            SQL("SELECT state FROM ar_collection_notice WHERE id = %s FOR UPDATE", self.id)
        )
        if state == "sending":
            self._on_channel("hand_over")

    def _hand_over_mail(self):
        mail = self.mail_mail_id
        mail.send(auto_commit=False, raise_exception=False)
        if mail.state == "sent":
            self._set_state("sent", date_sent=fields.Datetime.now(), error=False)
            self._after_sending()
            return
        error = mail.failure_reason or self.env._("The mail server did not take it.")
        if self._is_temporary(mail):
            self._postpone(error)
        else:
            self._set_failed(error, "refused")

    def _set_failed(self, error, failure):
        """It did certainly not arrive: the items go back to their level."""
        self._set_state("failed", error=error, failure=failure, delivery_unknown=False)
        self._restore_levels()

    def _set_unknown(self, error):
        """It may have arrived: the items stay, a person decides."""
        self._set_state("failed", error=error, failure="unknown", delivery_unknown=True)

    def _keep_levels(self):
        """Given up: the items of these notices, which had been claimed, go back to their level."""
        for notice in self.sudo():  # levels of items are written by notices only
            notice._restore_levels()

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
