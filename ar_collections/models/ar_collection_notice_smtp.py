import logging
import smtplib

import psycopg2

from odoo import api, models
from odoo.addons.mail.models.mail_mail import MailMail
from odoo.tools import SQL, exception_to_unicode

from . import repeated

_logger = logging.getLogger(__name__)

#: What another addon may override to send in its own way; then we send as it does.
CORES_WAY = {name: getattr(MailMail, name) for name in ("_send", "_postprocess_sent_message")}
#: What core builds an e-mail of.
BUILT_OF = ("email_to", "subject", "body", "body_alternative", "email_cc", "reply_to")
BUILT_OF += ("attachments", "message_id", "references", "object_id", "headers")


class ArCollectionNotice(models.Model):
    """Talk to the mail server."""

    _inherit = "ar.collection.notice"

    def _send_mail(self, mail):
        """Give a mail to its mail server, which its state tells the outcome of.

        As ``mail.mail.send``, which opens and closes a connection for each call.
        """
        # sudo: a mail is its message and more, which asking the mail takes longer for
        worker, message = self._worker(), mail.sudo().mail_message_id
        config = worker and repeated.remember(
            self.env,
            (
                "mail_server",
                message.mail_server_id.id,
                message.record_alias_domain_id.id,
                message.email_from,
            ),
            lambda: next(mail._split_by_mail_configuration())[:3],
        )
        server = self.env["ir.mail_server"].browse(config[0] if config else ())
        if not worker or server.owner_user_id:  # servers of persons have a limit, kept by core
            mail.send(auto_commit=False, raise_exception=False)
            return
        try:
            session = worker.sessions.get(config, lambda: self._connect(config))
        except Exception as error:  # as core does: whatever it was, nothing has left
            mail.write({"state": "exception", "failure_reason": str(error)})
            mail._postprocess_sent_message([], [], failure_type="mail_smtp")
            return
        try:
            if not session or not self._give_mail(mail, session, server, config[1]):
                mail._send(smtp_session=session, alias_domain_id=config[1], mail_server=server)
        finally:
            if mail.state != "sent":
                worker.sessions.drop(config)

    @api.model
    def _connect(self, config):
        server_id, _alias_domain_id, smtp_from = config
        return self.env["ir.mail_server"]._connect__(mail_server_id=server_id, smtp_from=smtp_from)

    def _give_mail(self, mail, session, server, alias_domain_id):
        """What ``mail.mail._send`` does for a mail to one contact, without what guards it
        against being sent twice: of a notice its own state does.

        :return: False: core is to do it, nothing has left.
        :raises SMTPServerDisconnected, psycopg2.Error: it may have left.
        """
        body = mail.body_html or ""
        if not self._is_plain(mail) or "/mail/unfollow" in body or not self._lock_mail(mail):
            return False
        try:
            if email := self._write_email(mail):
                self._give_email(mail, *email, session, alias_domain_id)
            else:
                self._give_as_core_does(mail, session, server, alias_domain_id)
        except AssertionError:  # an address is none: core says which, before anything leaves
            return False
        except (psycopg2.Error, smtplib.SMTPServerDisconnected):
            raise
        except Exception as error:
            reason = exception_to_unicode(error)
            failure = "mail_spam" if "OutboundSpamException" in reason else "unknown"
            _logger.warning("Mail %s was not sent: %s", mail.message_id, reason)
            mail.write({"state": "exception", "failure_reason": reason, "failure_type": failure})
            mail._postprocess_sent_message([], [], failure_reason=reason, failure_type=failure)
            return True
        self._note_sent(mail)
        return True

    def _is_plain(self, mail):
        """Whether it goes to one contact alone, and by no way of another addon."""
        return (
            mail.state == "outgoing"
            and len(mail.recipient_ids) == 1
            and not mail.email_to
            and not mail.email_cc
            and not mail.auto_delete
            and all(getattr(type(mail), name) is method for name, method in CORES_WAY.items())
        )

    def _lock_mail(self, mail):
        """Whatever cannot be written later is to fail before the mail leaves."""
        return repeated.execute(
            self.env,
            SQL(
                """
                SELECT mail.id FROM mail_mail mail
                  JOIN mail_notification notification ON notification.mail_mail_id = mail.id
                 WHERE mail.id = %s FOR UPDATE
                """,
                mail.id,
            ),
        )

    def _give_as_core_does(self, mail, session, server, alias_domain_id):
        servers = self.env["ir.mail_server"]
        for email in mail._prepare_outgoing_list(mail_server=server or mail.mail_server_id):
            message = servers._build_email__(
                email_from=self._from_header(mail.email_from),
                subtype="html",
                subtype_alternative="plain",
                **{name: email[name] for name in BUILT_OF},
            )
            self._give_email(mail, message, email["email_to_normalized"], session, alias_domain_id)

    def _give_email(self, mail, message, addresses, session, alias_domain_id):
        # one list for all mails: else each makes an environment, which all that follow pass by
        validated = self._worker().addresses
        validated[:] = addresses
        context = {"send_validated_to": validated}
        if alias_domain_id:
            # sudo: the address of the sender's domain
            domain = self.env["mail.alias.domain"].sudo().browse(alias_domain_id)
            context["domain_notifications_email"] = domain.default_from_email
            context["domain_bounce_address"] = message["Return-Path"] or domain.bounce_email
        servers = self.env["ir.mail_server"].with_context(**context)
        servers.send_email(message, mail_server_id=mail.mail_server_id.id, smtp_session=session)

    def _note_sent(self, mail):
        repeated.execute(
            self.env,
            SQL(
                """
                WITH mail AS (UPDATE mail_mail SET state = 'sent' WHERE id = %(mail)s)
                UPDATE mail_notification SET notification_status = 'sent'
                 WHERE mail_mail_id = %(mail)s AND notification_type = 'email'
                   AND notification_status NOT IN ('sent', 'canceled')
                """,
                mail=mail.id,
            ),
        )
        mail._fields["state"]._update_cache(mail, "sent")
        self.env["mail.notification"].invalidate_model(["notification_status"], flush=False)
        _logger.info("Mail %s was sent", mail.message_id)
