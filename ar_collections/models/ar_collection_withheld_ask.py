from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import get_lang

LETTER = "ar_collections.report_ar_collection_withheld_letter"
TEMPLATE = "ar_collections.mail_template_ar_collection_withheld"


class ArCollectionWithheld(models.Model):
    """Asking for certificates: one letter per debtor with all that is missing, by quarter."""

    _inherit = "ar.collection.withheld"

    def _missing_accounts(self):
        """The debtors of those of these whose certificate is missing.

        :raises UserError: none is missing.
        """
        missing = self.filtered(lambda one: one.state == "expected")
        if not missing:
            raise UserError(self.env._("Of what you chose no certificate is missing."))
        return missing.collection_id

    def action_print_letters(self):
        """Letters that ask for all certificates these debtors still owe."""
        self._check_may_work()
        accounts = self._missing_accounts()
        accounts._note_asked()
        report = self.env.ref("ar_collections.action_report_ar_collection_withheld_letter")
        # sudo: the accountant need not be the collector; the letter names these items only
        return report.report_action(accounts.sudo(), config=False)

    def action_ask(self):
        """E-mail these debtors that certificates are missing, the letter attached.

        Whoever may not be written to now, or has no address, is named and left.

        :return: a notification that says what was done.
        """
        self._check_may_work()
        accounts = self._missing_accounts()
        # sudo: the accountant need not be the collector of the debtor
        asked, left = accounts.sudo()._ask_for_certificates()
        message = self.env._("%(count)s debtors are asked by e-mail.", count=len(asked))
        if left:
            message += " " + self.env._("Left out: %(names)s", names="; ".join(left))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "sticky": bool(left),
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


class ArCollection(models.Model):
    _name = "ar.collection"
    _inherit = ["ar.collection", "ar.collection.letterhead"]

    def _missing_certificates(self):
        """What of the debtor is withheld without a certificate, the oldest quarter first."""
        # sudo: what a letter about the debtor says, whoever sends it
        return (
            self.env["ar.collection.withheld"]
            .sudo()
            .search(
                [("collection_id", "=", self.id), ("state", "=", "expected")],
                order="quarter_start, item_date, id",
            )
        )

    def _note_asked(self):
        for account in self:
            account._missing_certificates().asked_on = account.company_id._ar_today()

    def _letter_lang(self):
        """The language of letters to the debtor where it is installed, else the company's."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        wanted = (
            self.preferred_lang,
            self.contact_id.lang,
            self.partner_id.lang,
            self.company_id.partner_id.lang,
        )
        return next((code for code in wanted if code in installed), get_lang(self.env).code)

    def _ask_for_certificates(self):
        """Mail the letter to each contact, through core's queue.

        :return: (debtors that were asked, list of ``name: why not``).
        """
        template, left, asked = self.env.ref(TEMPLATE), [], self.browse()
        verdicts = self._contact_check("email", fields.Datetime.now())
        for account in self:
            verdict, contact = verdicts[account.id], account.contact_id
            if not verdict["allowed"] or not contact.email_normalized:
                why = verdict["reason"] or self.env._("no e-mail address")
                left.append(f"{account.partner_id.name}: {why}")
                continue
            account = account.with_context(lang=account._letter_lang())  # noqa: PLW2901
            files = account._withheld_letter()
            template_in = template.with_context(lang=account.env.lang)
            body = template_in._render_field("body_html", account.ids)[account.id]
            subject = template_in._render_field("subject", account.ids)[account.id]
            account.with_context(mail_notify_force_send=False).message_post(
                body=body,
                subject=subject,
                partner_ids=contact.ids,
                subtype_xmlid="mail.mt_note",
                message_type="comment",
                attachments=files,
                email_from=account.company_id.ar_email or account.company_id.email_formatted,
            )
            account._note_asked()
            asked |= account
        return asked, left

    def _withheld_letter(self):
        """The letter as attachment; none where nothing prints: the mail lists all, too."""
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            return []
        name = self.env._("Certificates of withheld tax")
        return [(f"{name}.pdf", self.env[f"report.{LETTER}"]._print_account(self))]
