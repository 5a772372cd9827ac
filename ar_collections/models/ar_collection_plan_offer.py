from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, formataddr

OFFER = "ar_collections.mail_template_ar_collection_plan_offered"
SIGNED = "ar_collections.mail_template_ar_collection_plan_copy"
#: Context key: the offer is made, nobody is written to.
SILENT = "ar_collections_plan_silent"


class ArCollectionPlan(models.Model):
    """Mail of a plan: the offer with the agreement, the copy of what was signed."""

    _inherit = "ar.collection.plan"

    def action_send_offer(self):
        """Send offers (once more) to the contacts of their debtors.

        :raises UserError: a plan is not offered, or its contact has no e-mail address.
        :return: True
        """
        self.check_access("write")
        for plan in self:
            if plan.state != "offered":
                raise UserError(
                    self.env._(
                        "%(plan)s is not offered; there is nothing to send.",
                        plan=plan.display_name,
                    )
                )
            contact = plan._agreement_contact()
            if not contact.email_normalized:
                raise UserError(
                    self.env._(
                        "%(debtor)s has no e-mail address. Please enter one, or print the "
                        "agreement and send it by post.",
                        debtor=contact.display_name,
                    )
                )
            plan._mail(OFFER, plan._make_document())
        return True

    def _send_offer(self):
        """Keep the document; the debtor gets it when he has an e-mail address."""
        result = super()._send_offer()
        if self.env.context.get(SILENT):
            return result
        for plan in self:
            document = plan._make_document()
            if plan._agreement_contact().email_normalized:
                plan._mail(OFFER, document)
        return result

    def _mail(self, template, files, record=None):
        """Write a mail into the thread of the debtor; core's queue sends it.

        The debtor's contact gets it, followers do not, and the answer comes to the thread.

        :param template: external id, or id of a ``mail.template``.
        :param files: ``ir.attachment``, copied for the mail: the kept ones stay evidence.
        :param record: what the template is about, for example an instalment; None: the plan.
        """
        self.ensure_one()
        contact, company, lang = self._agreement_contact(), self.company_id, self._content_lang()
        # sudo: templates and settings of the company are read for whoever may offer
        about = (record or self).sudo().with_context(lang=lang)
        if isinstance(template, int):
            mail = about.env["mail.template"].browse(template)
        else:
            mail = about.env.ref(template)
        values = {
            name: mail._render_field(name, about.ids, compute_lang=True)[about.id]
            for name in ("subject", "body_html")
        }
        sender = company.email_formatted
        if company.ar_email:
            address = email_normalize(company.ar_email) or company.ar_email
            sender = formataddr((company.name, address))
        # sudo: the debtor who signs has no rights on his account
        message = (
            self.collection_id.sudo()
            .with_context(ar_collections_notice=True, mail_post_autofollow=False, lang=lang)
            .message_post(
                body=values["body_html"],
                subject=values["subject"],
                message_type="comment",
                subtype_xmlid="mail.mt_note",
                partner_ids=contact.ids,
                email_from=sender,
                author_id=(self.user_id.partner_id or company.partner_id).id,
                email_layout_xmlid="ar_collections.mail_layout_ar_collection_notice",
                email_add_signature=False,
                force_send=False,
                attachments=[(file.name, file.raw) for file in files.sudo()],  # dito
            )
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()  # the queue
        return message
