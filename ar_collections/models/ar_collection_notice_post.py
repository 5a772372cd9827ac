import base64

from odoo import models
from odoo.tools import SQL

from . import repeated


class ArCollectionNotice(models.Model):
    """The letter and the mail of a notice, in the thread of the debtor."""

    _name = "ar.collection.notice"
    _inherit = ["ar.collection.notice", "ar.collection.debtor.mail"]

    def _message_id(self):
        """Stable over retries, so that a receiver can tell a second copy."""
        database = self.env["ir.config_parameter"].get_param("database.uuid", "odoo")
        return f"<ar-notice-{self.id}-{database}@ar-collections>"

    def _post_mail(self):
        """Write letter and mail, kept out of core's queue; nothing leaves here."""
        if self.level_id.attach_letter or self.attachment_id:
            self.attachment_id = self.level_id.attach_letter and self._make_letter()
        files = self.attachment_id | self._attach_invoices()  # the text says what is attached
        subject, body, own = self._render_mail()
        mail = self._post_to_debtor(subject, body, self._message_id(), files, own)
        self.write(
            {
                "subject": subject,
                "body": body,
                "mail_message_id": mail.mail_message_id.id,
                "mail_mail_id": mail.id,
                "message_reference": mail.mail_message_id.message_id,
            }
        )

    def _make_letter(self):
        """The letter as PDF, attached to the collection account."""
        # by number: by name core searches for it seven times
        name = "ar_collections.action_report_ar_collection_notice"
        report = self.env["ir.actions.report"].browse(
            self.env["ir.model.data"]._xmlid_to_res_id(name)
        )
        report = report.with_context(ar_collections_letter=True, lang=self.lang)
        pdf, _kind = report._render_qweb_pdf(report.id, self.ids)
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


class ArCollection(models.Model):
    _inherit = "ar.collection"

    def _thread_before(self):
        """What a new message of the account follows.

        :return: (id of the message it answers, Message-Ids that it refers to as text): the
            newest comment or e-mail, else message; of the last ones the three most public.
        """
        self.ensure_one()
        repeated.flush(self.env, ["mail.message"])
        [row] = repeated.execute(
            self.env,
            SQL(
                """
                WITH thread AS (
                    SELECT message.id, message.message_id, message.message_type, message.date,
                           message.is_internal IS NOT TRUE AND subtype.internal IS NOT TRUE
                               AS public,
                           subtype.id AS subtype_id
                      FROM mail_message message
                      LEFT JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
                     WHERE message.model = 'ar.collection' AND message.res_id = %s),
                recent AS (
                    SELECT * FROM thread WHERE subtype_id IS NOT NULL AND message_id IS NOT NULL
                     ORDER BY id DESC LIMIT 32),
                chosen AS (
                    SELECT * FROM recent
                     ORDER BY public DESC,
                              message_type IN ('comment', 'auto_comment', 'email',
                                               'email_outgoing') DESC,
                              message_type NOT IN ('user_notification', 'out_of_office') DESC,
                              id DESC
                     LIMIT 3)
                SELECT (SELECT id FROM thread WHERE message_type != 'user_notification'
                         ORDER BY message_type IN ('comment', 'email') DESC, date DESC, id DESC
                         LIMIT 1) AS parent_id,
                       (SELECT string_agg(message_id, ' ' ORDER BY id) FROM chosen) AS earlier
                """,
                self.id,
            ),
        )
        return row["parent_id"], row["earlier"]
