from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize, formataddr, plaintext2html

from .ar_collection_dispute_ask import KNOWN_KEY

LAYOUT = "ar_collections.mail_layout_ar_collection_notice"
TEMPLATE = "ar_collections.mail_template_ar_collection_dispute_rejected"


class ArCollectionDispute(models.Model):
    """Mails between the customer and a dispute: all in its thread."""

    _inherit = "ar.collection.dispute"

    message_id = fields.Many2one(
        "mail.message",
        string="Message of the customer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The e-mail the dispute was opened from; later ones of its thread are copied here.",
    )

    @api.constrains("message_id")
    def _check_message(self):
        """A message is shown to whoever sees the dispute: only one of this debtor can be."""
        for dispute in self.filtered("message_id"):
            message = dispute.message_id.sudo()  # where it stands
            if (message.model, message.res_id) != ("ar.collection", dispute.collection_id.id):
                raise ValidationError(
                    self.env._(
                        "This message does not belong to %(debtor)s.",
                        debtor=dispute.partner_id.display_name,
                    )
                )

    # === TO THE CUSTOMER === #
    def _tell_customer(self, details=None):
        """Say that it was not accepted, and why, unless one does not want to.

        Without an address nothing is sent, and the chatter says so.
        """
        if not (details or {}).get("tell", True):
            return
        contact = self._contact()
        if not contact.email:
            self._message_log(
                body=self.env._("Not told: %(name)s has no e-mail address.", name=contact.name)
            )
            return
        lang = contact.lang or self.partner_id.lang or self.env.lang
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        if not template:
            return
        template = template.sudo().with_context(lang=lang)  # the text belongs to the program
        values = {
            name: template._render_field(name, self.ids, compute_lang=True)[self.id]
            for name in ("subject", "body_html")
        }
        self._post_to_customer(contact, values["subject"], values["body_html"], lang)

    def _mail_customer(self, subject, text):
        """Mail a plain text to the contact.

        :raises UserError: no text, or no address.
        """
        contact = self._contact()
        if not (text or "").strip():
            raise UserError(self.env._("Please write what the customer is asked."))
        if not contact.email:
            raise UserError(
                self.env._(
                    "%(name)s has no e-mail address. Please enter one, or ask by telephone.",
                    name=contact.display_name,
                )
            )
        self._post_to_customer(contact, subject, plaintext2html(text), contact.lang)

    def _contact(self):
        # sudo: a resolver may not see the account, but whom it is about
        account = self.sudo().collection_id
        return self.contact_id or account.contact_id or account.partner_id

    def _post_to_customer(self, contact, subject, body, lang):
        """To the contact alone, in the thread of the dispute: answers come back to it.

        Core's queue hands it over, never the request of the browser.
        """
        company = self.company_id.sudo()  # the address of the company
        address = email_normalize(company.ar_email or company.email or "")
        self.with_context(mail_post_autofollow=False, lang=lang).message_post(
            body=body,
            subject=subject,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=contact.ids,
            email_from=formataddr((company.name, address)) if address else None,
            email_layout_xmlid=LAYOUT,
            email_add_signature=False,
            force_send=False,
        )

    def _items_text(self):
        """The numbers of the items, for a mail."""
        return ", ".join(filter(None, self.item_ids.mapped("item_name")))

    def _rejected_amount(self):
        """What the customer still has to pay of the disputed amount."""
        return sum(item.amount - item.accepted for item in self.item_ids)

    # === FROM THE CUSTOMER === #
    def _after_open(self):
        result = super()._after_open()
        for dispute in self.filtered("message_id"):
            dispute.with_context(**{KNOWN_KEY: True})._copy_message(dispute.message_id)
        return result

    def _copy_message(self, message):
        """Show a message of the debtor's thread here as well, with its attachments."""
        # sudo: who opens the dispute may read the message, with what is attached
        files = [file.copy({"res_model": self._name, "res_id": self.id}) for file in
                 message.sudo().attachment_ids]  # fmt: skip
        self.sudo().message_post(  # in the customer's name
            body=message.body,
            subject=message.subject,
            message_type="email",
            author_id=message.author_id.id,
            email_from=message.email_from,
            subtype_xmlid="mail.mt_note",
            attachment_ids=[file.id for file in files],
        )


class ArCollection(models.Model):
    _inherit = "ar.collection"

    def _message_post_after_hook(self, message, msg_vals):
        """A further mail of a thread that a dispute was opened from is copied to the dispute."""
        result = super()._message_post_after_hook(message, msg_vals)
        if message.message_type == "email" and message.parent_id:
            self._copy_to_disputes(message)
        return result

    def _copy_to_disputes(self, message):
        # sudo: the mail gateway has no rights in collections
        disputes = (
            self.env["ar.collection.dispute"]
            .sudo()
            .search(
                [
                    ("collection_id", "=", self.id),
                    ("is_open", "=", True),
                    "|",
                    ("message_id", "=", message.parent_id.id),
                    ("message_id.parent_id", "=", message.parent_id.id),
                ]
            )
        )
        for dispute in disputes:
            dispute._copy_message(message)
