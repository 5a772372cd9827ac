from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import get_lang
from odoo.tools.pdf import merge_pdf

#: Documents shown together: so many are merged within seconds.
LIMIT = 500


class ArCollectionDocument(models.AbstractModel):
    """A document about a debtor's account, mailed or printed: statement, balance confirmation."""

    _name = "ar.collection.document"
    _inherit = [
        "ar.collection.mailing",
        "ar.collection.debtor.mail",
        "ar.collection.debtor.mixin",
        "ar.collection.letterhead",
    ]
    _description = "Document for a Debtor"

    name = fields.Char(string="Number", readonly=True, index=True, copy=False)
    collection_id = fields.Many2one(
        "ar.collection",
        string="Debtor",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(related="collection_id.partner_id", string="Customer")
    company_id = fields.Many2one(
        related="collection_id.company_id", store=True, readonly=True, index=True
    )
    channel = fields.Selection(
        [("email", "E-mail"), ("letter", "Letter")], default="email", required=True, readonly=True
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Sent to",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    email_to = fields.Char(string="E-mail", readonly=True)
    lang = fields.Char(string="Language", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Contact person",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    attachment_id = fields.Many2one(
        "ir.attachment",
        string="Document",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )

    # === WHO GETS IT === #
    def _address(self):
        """Contact, address, language and who signs, as they are when it is made."""
        contacts = self.collection_id.partner_id._ar_contacts()
        for document in self:
            account, company = document.collection_id, document.company_id
            contact = contacts.get(account.partner_id.id) or account.partner_id
            document.update(
                {
                    "contact_id": contact.id,
                    "email_to": contact.email_normalized,
                    "lang": account.preferred_lang
                    or contact.lang
                    or account.partner_id.lang
                    or company.partner_id.lang
                    or "en_US",
                    "user_id": (account.user_id or company.ar_sender_id).id,
                }
            )

    def _content_lang(self):
        """The language of the document where it is installed, else the company's."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        wanted = (self.lang, self.collection_id.partner_id.lang, self.company_id.partner_id.lang)
        return next((code for code in wanted if code in installed), get_lang(self.env).code)

    def _split_by_address(self):
        """Of a batch to be mailed those that may be; the others wait, are printed or skipped.

        :return: the documents whose mail is to be made now.
        """
        self._address()
        now = fields.Datetime.now()
        verdicts = self.collection_id._contact_check("email", now)
        letters = self.collection_id._contact_check("letter", now)
        ready = self.browse()
        for document in self:
            verdict = verdicts[document.collection_id.id]
            if document.channel == "email" and not verdict["allowed"]:
                if verdict["allowed_at"]:
                    document.write({"retry_at": verdict["allowed_at"], "error": verdict["reason"]})
                    document._trigger_delivery(verdict["allowed_at"])
                    continue
                if verdict["code"] != "opted_out":
                    document._set_state("skipped", error=verdict["reason"])
                    continue
            by_mail = document.channel == "email" and document._is_mailable(verdict)
            if not by_mail and not letters[document.collection_id.id]["allowed"]:
                document._set_state("skipped", error=letters[document.collection_id.id]["reason"])
                continue
            if not by_mail and not document._may_be_letter():
                document._set_state(
                    "skipped", error=self.env._("The debtor has no e-mail address.")
                )
                continue
            document.channel = "email" if by_mail else "letter"
            ready |= document
        return ready

    def _may_be_letter(self):
        """Hook: whether it goes on paper where no mail reaches the debtor."""
        return True

    def _is_mailable(self, verdict):
        return bool(self.email_to) and verdict["code"] != "opted_out"

    def _greeting(self):
        """By name where the name is a person's, or the one given for collections."""
        contact = self.contact_id or self.collection_id.contact_id
        debtor = self.collection_id.partner_id
        named = contact.type == "ar_collections" if contact != debtor else not debtor.is_company
        if named and contact.name:
            return self.env._("Dear %(name)s,", name=contact.name)
        return self.env._("Dear Sir or Madam,")

    # === PAPER === #
    def _numbered(self, number, instalment):
        part, _slash, parts = (instalment or "").partition("/")
        if not parts:
            return number
        return self.env._(
            "%(number)s (%(part)s of %(parts)s)", number=number, part=part, parts=parts
        )

    def _prepare_head(self):
        """What every document says of sender, reader and date, for the letter template."""
        return {
            "notice": self,
            "company": self.company_id,
            "lang": self.env.lang.replace("_", "-").partition("@")[0],
            "dir": self.env["res.lang"]._get_data(code=self.env.lang).direction or "ltr",
            "signatory": self._prepare_signatory(),
            "sender": self._prepare_sender(),
            "customer_number": self.collection_id.partner_id.ref,
        }

    def _in_letter_language(self):
        # sudo: banks, addresses and logo of the company are printed for whoever may read the
        # account
        return self.sudo().with_context(lang=self._content_lang())

    def _prepare_attachment_vals(self, pdf):
        return {
            "name": f"{self.name.replace('/', '-')}.pdf",
            "raw": pdf,
            "mimetype": "application/pdf",
            "res_model": "ar.collection",
            "res_id": self.collection_id.id,
        }

    def action_open_document(self):
        """Show the document as it was made."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}",
            "target": "new",
        }

    def action_print_paper(self):
        """These as one document, by country, postal code and debtor."""
        self.check_access("read")
        papers = self.filtered("attachment_id")
        if not papers:
            raise UserError(self.env._("None of these documents has been made yet."))
        if len(papers) > LIMIT:
            raise UserError(
                self.env._("Please print at most %(count)s documents at a time.", count=LIMIT)
            )
        papers = papers.sorted(
            lambda one: (
                one.contact_id.country_id.name or "",
                one.contact_id.zip or "",
                (one.partner_id.name or "").lower(),
                one.id,
            )
        )
        # sudo: the documents belong to these records, which the reader may read
        attachment = (
            self.env["ir.attachment"]
            .sudo()  # dito
            .create(
                {
                    "name": self.env._("Letters %(count)s.pdf", count=len(papers)),
                    "raw": merge_pdf([one.sudo().attachment_id.raw for one in papers]),  # dito
                    "mimetype": "application/pdf",
                    "res_model": papers[0]._name,
                    "res_id": papers[0].id,
                }
            )
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}",
            "target": "new",
        }
