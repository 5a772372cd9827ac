import ast
from email.utils import format_datetime

from odoo import api, fields, models
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.mail.models.mail_mail import MailMail
from odoo.tools import formataddr
from odoo.tools.mail import email_normalize_all, email_split_and_format_normalize

from ..tools import mime, plain_text
from . import repeated

#: What makes an e-mail of a mail in core; where another addon has its part in it, it is asked.
CORES_MAIL = {
    name: getattr(MailMail, name)
    for name in ("_prepare_outgoing_list", "_prepare_outgoing_body", "_personalize_outgoing_body")
}
CORES_EMAIL = IrMail_Server._build_email__


class ArCollectionNotice(models.Model):
    """The e-mail of a mail to one contact without attachments, written down at once.

    Core parses what was just rendered: the body to find local links and to make its text, the
    headers to store them, each part to encode it. That takes longer than the mail server.
    """

    _inherit = "ar.collection.notice"

    @api.model
    def _write_email(self, mail):
        """What ``mail.mail._prepare_outgoing_list`` and ``ir.mail_server._build_email__`` make.

        :return: (message, list of the addresses it goes to); None: core is to make it.
        :raises ValueError: a header would have a line break.
        """
        # sudo: a mail is its message and more, which asking the mail takes longer for
        contact, message = mail.recipient_ids, mail.sudo().mail_message_id
        addresses = email_normalize_all(contact.email)
        plain = len(addresses) == 1 and message.email_from and not message.attachment_ids
        if not plain or not self._is_made_as_core_does():
            return None
        headers = self._read_headers(mail)
        html = self._make_links_absolute(mail.body_html or "")
        common = {
            "Message-Id": message.message_id,
            "References": mail.references,
            "Subject": message.subject,
            "From": self._from_header(message.email_from),
            "Reply-To": message.reply_to or message.email_from,
            "To": formataddr((contact.name or "", addresses[0])),
            "Date": format_datetime(fields.Datetime.now()),
        }
        named = [(name, value) for name, value in (common | headers).items() if value]
        return mime.TwoFoldMessage(named, plain_text.from_html(html), html), addresses

    @api.model
    def _is_made_as_core_does(self):
        mails, servers = type(self.env["mail.mail"]), type(self.env["ir.mail_server"])
        return servers._build_email__ is CORES_EMAIL and all(
            getattr(mails, name) is method for name, method in CORES_MAIL.items()
        )

    @api.model
    def _read_headers(self, mail):
        headers = ast.literal_eval(mail.headers or "{}")
        if "Return-Path" not in headers:
            domain = mail.record_alias_domain_id
            headers["Return-Path"] = domain.bounce_email or self.env.company.bounce_email
        return headers

    @api.model
    def _make_links_absolute(self, html):
        """Links into this database with its address; mostly there are none."""
        if not mime.may_link_locally(html):
            return html
        return self.env["mail.render.mixin"]._replace_local_links(html)

    @api.model
    def _from_header(self, sender):
        return repeated.remember(
            self.env,
            ("from", sender),
            lambda: next(iter(email_split_and_format_normalize(sender)), sender),
        )
