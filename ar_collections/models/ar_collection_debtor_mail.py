import re

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize, formataddr

from ..tools import mime
from . import mail_rows, repeated

LAYOUT = "ar_collections.mail_layout_ar_collection_notice"
#: Until when core's mail queue leaves our mail alone.
FAR_FUTURE = fields.Datetime.to_datetime("2999-12-31 00:00:00")

#: A mail template that only calls a view of this addon: nobody without rights on views wrote it.
OWN_VIEW = re.compile(
    r'\s*(?:<span>)?\s*<t t-set="mail" t-value="object\.(_prepare_mail|_prepare_thanks)\(\)"\s*(?:/>|></t>)'
    r'\s*<t t-call="(ar_collections\.\w+)"\s*(?:/>|></t>)\s*(?:</span>)?\s*'
)
#: Space that a view has at the beginning of its lines.
INDENT = re.compile(r"\n\s+")
#: The subject of our own template.
OWN_SUBJECT = '{{ object._content_texts()["letter_title"] or object.level_name }}'


class ArCollectionDebtorMail(models.AbstractModel):
    """A mail in the thread of a debtor.

    What ``message_post`` writes for a note to one contact: message, notification and mail,
    so that the debtor gets it, followers do not, replies thread, and the notification tells
    the delivery. ``message_post`` itself asks for followers, users, devices and signatures
    first, which takes longer than all the rest of a claim.

    For models with ``collection_id, company_id, contact_id, user_id`` (who signs), ``lang`` and
    ``_content_lang``.
    """

    _name = "ar.collection.debtor.mail"
    _description = "Mail to a Debtor"

    # === TEXT === #
    def _render_template(self, template):
        """Subject and body of a mail, in the language of the record.

        :return: (subject, body, whether the body is made of views of this addon alone).
        """
        template = template.with_context(lang=self.lang or self._content_lang())
        subject = self._render_subject(template)
        if own := OWN_VIEW.fullmatch(template.body_html or ""):
            return subject, self._render_own_view(*own.groups()), True
        body = template._render_field(
            "body_html", self.ids, compute_lang=True, options={"post_process": True}
        )[self.id]
        return subject, body, False

    def _render_subject(self, template):
        if template.subject == OWN_SUBJECT:
            notice = self.with_context(lang=self._content_lang())
            return notice._content_texts()["letter_title"] or notice.level_name or ""
        return template._render_field("subject", self.ids, compute_lang=True)[self.id]

    def _render_own_view(self, prepare, view):
        """As the template does it, which QWeb would compile anew for each record."""
        notice = self.with_context(lang=self._content_lang())
        body = notice.env["ir.qweb"]._render(view, {"mail": getattr(notice, prepare)()})
        body = Markup(INDENT.sub("\n", body))  # noqa: S704 (a third less; QWeb has escaped it)
        if not mime.may_link_locally(body):
            return body
        templates = notice.env["mail.render.mixin"]
        return templates._render_template_postprocess(self._name, {self.id: body})[self.id]

    # === MESSAGE === #
    def _post_to_debtor(self, subject, body, message_id, files=(), own=False):
        """Write message, notification and mail to the contact, and nobody else.

        :param own: the body is made of views of this addon: it needs no cleaning.
        :return: the mail, kept out of core's queue.
        :raises UserError: the contact has no e-mail address.
        """
        contact = self.contact_id
        if not contact.email_normalized:
            raise UserError(
                self.env._(
                    "%(contact)s receives no e-mails: the mail could not be made.",
                    contact=contact.display_name,
                )
            )
        account = self.collection_id.with_context(lang=self.lang)
        parent_id, earlier = account._thread_before()
        vals = self._prepare_message_vals(account, files)
        vals |= {"subject": subject, "message_id": message_id, "parent_id": parent_id}
        message = self._create_message(account, vals, body, own)
        references = " ".join(filter(None, [earlier, message.message_id]))
        return self._create_mail(account, message, references)

    def _prepare_message_vals(self, account, files):
        sender, author = self._sender(), self.user_id.partner_id or self.company_id.partner_id
        company = self.company_id
        return {
            "model": account._name,
            "res_id": account.id,
            "message_type": "comment",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "author_id": author.id,
            "email_from": sender,
            "reply_to": self._reply_to(account, sender, author),
            "record_company_id": company.id,
            "record_alias_domain_id": company.alias_domain_id.id,
            "partner_ids": self.contact_id.ids,
            "attachment_ids": [file.id for file in files],
            "email_layout_xmlid": LAYOUT,
            "email_add_signature": False,
        }

    def _create_message(self, account, vals, body, own):
        messages = account.env["mail.message"]
        if not own:
            return messages.create({**vals, "body": body})
        # cleaning takes as long as all else that is written here
        if not mail_rows.fits(self.env):
            message = messages.create(vals)
            self.env.cr.execute(
                SQL("UPDATE mail_message SET body = %s WHERE id = %s", body, message.id)
            )
            message._fields["body"]._update_cache(message, body)
            return message
        kind = account.env.context.get("ar_collections_kind")
        own_vals = {"body": str(body), "date": fields.Datetime.now(), "ar_kind": kind}
        relations = {name: vals.pop(name) for name in ("partner_ids", "attachment_ids")}
        account.invalidate_recordset(["message_ids"], flush=False)
        return mail_rows.insert(
            messages,
            {**vals, **own_vals},
            relations,
        )

    def _reply_to(self, account, sender, author):
        """Hook: where answers go; by itself to the thread of the debtor."""
        return repeated.remember(
            self.env,
            ("reply_to", self.company_id.id, sender, author.id),
            lambda: account._notify_get_reply_to(default=sender, author_id=author.id)[account.id],
        )

    def _create_mail(self, account, message, references):
        # sudo: mails and notifications are made for whoever posts, as core does it
        html = account.env["ir.qweb"]._render(
            LAYOUT, {"message": message, "record": account, "lang": self.lang}
        )
        mails = self.env["mail.mail"].sudo()  # dito
        notifications = self.env["mail.notification"].sudo()  # dito
        vals = {
            "mail_message_id": message.id,
            "body_html": str(html),
            "references": references,
            "headers": repr(self._prepare_headers(account)),
            "is_notification": True,
            "auto_delete": False,
            "scheduled_date": FAR_FUTURE,
        }
        contact_ids = self.contact_id.ids
        told = {
            **account._notify_by_email_get_base_notification_values(message),
            "res_partner_id": self.contact_id.id,
            "read_date": fields.Datetime.now(),
        }
        if mail_rows.fits(self.env):
            mail = mail_rows.insert(mails, vals, {"recipient_ids": contact_ids})
            mail_rows.insert(notifications, {**told, "mail_mail_id": mail.id})
        else:
            mail = mails.create({**vals, "recipient_ids": contact_ids})
            notifications.create({**told, "mail_mail_id": mail.id})
        return mail

    def _prepare_headers(self, account):
        headers = {}
        if bounce := self.company_id.alias_domain_id.bounce_email:
            headers["Return-Path"] = bounce
        return account._notify_by_email_get_headers(headers=headers)

    def _sender(self):
        company = self.company_id
        if company.ar_email:
            return formataddr((company.name, email_normalize(company.ar_email) or company.ar_email))
        return company.email_formatted or self.user_id.email_formatted
