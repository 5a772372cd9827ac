import logging

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize, formataddr

_logger = logging.getLogger(__name__)

CRON = "ar_collections.ir_cron_ar_collection_copy"


class ArCollectionCopy(models.Model):
    """Copies of invoices that a debtor asked for, on their way by e-mail.

    As with notices no mail server is spoken to within a request: a job takes them one by
    one, counts each as handed over, commits, then calls the mail server. One found so after
    a crash is never sent again by itself.
    """

    _name = "ar.collection.copy"
    _description = "Invoice Copies"
    _order = "id desc"
    _rec_name = "email_to"

    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    call_id = fields.Many2one("ar.collection.call", index="btree_not_null", ondelete="set null")
    move_ids = fields.Many2many(
        "account.move", "ar_collection_copy_move_rel", "copy_id", "move_id", string="Invoices"
    )
    contact_id = fields.Many2one(
        "res.partner", string="To", required=True, index=True, ondelete="restrict"
    )
    email_to = fields.Char(string="Address", required=True)
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("sending", "Handed over, no answer"),
            ("sent", "Sent"),
            ("failed", "Failed"),
        ],
        required=True,
        default="queued",
    )
    error = fields.Char(string="Remark")
    allowed_at = fields.Datetime(
        string="Allowed from", help="The contact rule of the debtor: the copies leave then."
    )
    user_id = fields.Many2one("res.users", required=True, ondelete="restrict")

    _queued_idx = models.Index("(id) WHERE state = 'queued'")

    # === ASKING === #
    @api.model
    def _queue(self, account, moves, contact, call=None):
        """Let copies of these invoices go to a contact in the next minute.

        :raises UserError: no invoice, no address, one that wants no e-mails, or the contact rule
            forbids it. Where it only makes them wait, they do.
        """
        moves = moves.filtered(lambda move: move.is_sale_document() and move.state == "posted")
        if not moves:
            raise UserError(self.env._("None of the ticked items is an invoice. Please tick one."))
        contact, email = self._address(account, contact)
        verdict = account._contact_check("email")[account.id]
        if self._is_forbidden(verdict):
            raise UserError(verdict["reason"])
        # sudo: copies on their way are read-only for people
        copies = self.sudo().create(
            {
                "collection_id": account.id,
                "call_id": call.id if call else False,
                "move_ids": [fields.Command.set(moves.ids)],
                "contact_id": contact.id,
                "email_to": email,
                "allowed_at": verdict["allowed_at"],
                "user_id": self.env.uid,
            }
        )
        self.env.ref(CRON).sudo()._trigger(copies.allowed_at or None)  # our job
        return copies.with_env(self.env)

    @api.model
    def _address(self, account, contact):
        """The contact, else that of the debtor, and the address the copies go to.

        :raises UserError: none, or one that wants no e-mails.
        """
        contact = contact if email_normalize(contact.email or "") else account.contact_id
        email = email_normalize(contact.email or "")
        if not email:
            raise UserError(
                self.env._(
                    "%(contact)s has no e-mail address to send the copies to. Please add one to the "
                    "contact, or choose another.",
                    contact=contact.display_name or account.display_name,
                )
            )
        # sudo: whether an address opted out is asked, nothing else is read
        if self.env["mail.blacklist"].sudo().search_count([("email", "=", email)], limit=1):
            raise UserError(
                self.env._(
                    "%(email)s has asked for no more e-mails. Please choose another contact.",
                    email=email,
                )
            )
        return contact, email

    @api.model
    def _is_forbidden(self, verdict):
        """Whether waiting does not help. Which address has opted out is asked of the address."""
        return not (verdict["allowed"] or verdict["allowed_at"] or verdict["code"] == "opted_out")

    # === SENDING === #
    @api.model
    def _cron_send(self):
        """Send the queued copies, one after the other."""
        self._give_up_interrupted()
        passed = []
        while self.env["ir.cron"]._commit_progress(len(passed[-1:])):
            copy = self._lock_next(passed)  # the first statement of its transaction
            if not copy:
                break
            passed.append(copy.id)
            # sudo: in the name of who promised them; rights were checked when they were asked for
            copy.with_company(copy.company_id).with_user(copy.user_id).sudo()._send()

    @api.model
    def _give_up_interrupted(self):
        """Copies found handed over without an answer: this job, the only one, was interrupted.

        They are never sent again by themselves; a person learns of it.
        """
        for copy in self.search([("state", "=", "sending")]):
            copy._fail(
                self.env._(
                    "the program was interrupted while the mail server had them. Please ask %(email)s "
                    "whether they came.",
                    email=copy.email_to,
                )
            )

    @api.model
    def _lock_next(self, passed):
        try:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT id FROM ar_collection_copy
                     WHERE state = 'queued' AND id != ALL(%s::int[])
                       AND (allowed_at IS NULL OR allowed_at <= %s)
                     ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
                    """,
                    list(passed),
                    fields.Datetime.now(),
                )
            )
        except TransactionRollbackError:  # somebody else has it
            self.env.cr.rollback()
            return self.browse()
        return self.browse(copy_id for [copy_id] in rows)

    def _send(self):
        """Write the mail and count it as handed over; commit; then hand it over."""
        if self._waits_or_fails():
            return
        try:
            mail = self._write_mail()
            self.state = "sending"
            self.env["ir.cron"]._commit_progress()
        except Exception as error:
            self.env.cr.rollback()
            _logger.warning("No copies %s: %s", self.id, error, exc_info=True)
            self._fail(str(error))
            return
        mail.send(auto_commit=False, raise_exception=False)
        if mail.state == "sent":
            self.state = "sent"
            mail.unlink()
        else:
            self._fail(mail.failure_reason or self.env._("The mail server did not take it."))

    def _waits_or_fails(self):
        """Whether the contact rule, which may have changed meanwhile, stands against it now."""
        verdict = self.collection_id._contact_check("email")[self.collection_id.id]
        if self._is_forbidden(verdict):
            self._fail(verdict["reason"])
            return True
        if not verdict["allowed"] and verdict["allowed_at"]:
            self.allowed_at = verdict["allowed_at"]
            self.env.ref(CRON).sudo()._trigger(self.allowed_at)  # our job
            return True
        return False

    def _fail(self, why):
        """The collector who promised the copies learns that they did not leave."""
        self.write({"state": "failed", "error": why})
        account = self.collection_id
        account.message_post(body=self.env._("Copies did not leave: %(why)s", why=why))
        account._set_next_action(
            self.env._("Send the invoice copies another way"), account.company_id._ar_today()
        )

    def _write_mail(self):
        """The mail, kept out of core's queue."""
        template = self.env.ref("ar_collections.mail_template_ar_collection_copy")
        template = template.with_context(lang=self.contact_id.lang or self.env.lang)
        files = self.env["ir.attachment"]
        for move in self.move_ids:
            files |= self._file(move)
        message = self.collection_id.with_context(
            ar_collections_notice=True, mail_post_autofollow=False
        ).message_post(
            subject=template._render_field("subject", self.ids, compute_lang=True)[self.id],
            body=template._render_field(
                "body_html", self.ids, compute_lang=True, options={"post_process": True}
            )[self.id],
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=self.contact_id.ids,
            author_id=self.user_id.partner_id.id,
            email_from=self._sender(),
            email_add_signature=False,
            force_send=False,
            mail_auto_delete=False,
            message_id=self._message_id(),
            attachment_ids=files.ids,
        )
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)], limit=1)
        if not mail:
            raise UserError(
                self.env._("%(contact)s receives no e-mails.", contact=self.contact_id.display_name)
            )
        return mail

    def _sender(self):
        company = self.company_id
        if company.ar_email:
            return formataddr((company.name, email_normalize(company.ar_email) or company.ar_email))
        return company.email_formatted or self.user_id.email_formatted

    def _message_id(self):
        """Stable over retries, so that a receiver can tell a second copy."""
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid", "odoo")  # id
        return f"<ar-copy-{self.id}-{database}@ar-collections>"

    def _file(self, move):
        """A copy of the legal PDF as it was sent; else it is printed now."""
        if legal := move.invoice_pdf_report_id:
            return legal.copy({"res_model": "ar.collection", "res_id": self.collection_id.id})
        report = move.partner_id.invoice_template_pdf_report_id or self.env.ref(
            "account.account_invoices"
        )
        content, _kind = self.env["ir.actions.report"]._render_qweb_pdf(report, move.ids)
        return self.env["ir.attachment"].create(
            {
                "name": move._get_invoice_report_filename(),
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": "ar.collection",
                "res_id": self.collection_id.id,
            }
        )
