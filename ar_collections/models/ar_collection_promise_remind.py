import logging

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize, formataddr

_logger = logging.getLogger(__name__)

REMIND = [("activity", "Activity for the collector"), ("email", "E-mail to the debtor")]
TEMPLATE = "ar_collections.mail_template_ar_collection_promise"


class ArCollectionPolicy(models.Model):
    _inherit = "ar.collection.policy"

    promise_remind = fields.Selection(
        REMIND, string="Remind of promises", tracking=True, help="Before the promised day."
    )
    promise_remind_days = fields.Integer(
        string="Days before", default=1, tracking=True, help="The reminder goes so early."
    )

    _promise_remind_days_positive = models.Constraint(
        "CHECK (promise_remind_days >= 0)", "Days cannot be negative."
    )


class ArCollectionPromise(models.Model):
    """Remind of a promise before its day, once, if the policy or the promise says so.

    An e-mail counts as handed over before the mail server is called: one that is interrupted
    stays so, and nobody is reminded twice. It waits while the contact rules refuse.
    """

    _inherit = "ar.collection.promise"

    remind = fields.Selection(REMIND, string="Reminder", help="Empty: none.")
    remind_on = fields.Date(
        string="Remind on", compute="_compute_remind_on", store=True, readonly=False
    )
    reminder = fields.Selection(
        [("sending", "Handed over, no answer"), ("done", "Done"), ("failed", "Failed")],
        string="Reminded",
        readonly=True,
        copy=False,
    )
    reminder_error = fields.Char(string="Reminder: remark", readonly=True, copy=False)

    _remind_idx = models.Index("(remind_on) WHERE remind IS NOT NULL AND reminder IS NULL")

    @api.depends("date", "collection_id")
    def _compute_remind_on(self):
        for promise in self:
            policy = promise.collection_id.policy_id
            days = policy.promise_remind_days if policy else 1
            promise.remind_on = promise.date and fields.Date.subtract(promise.date, days=days)

    @api.onchange("collection_id")
    def _onchange_remind(self):
        self.remind = self.collection_id.policy_id.promise_remind

    # === CRUD === #
    @api.model
    def _complete_vals(self, vals):
        if "remind" not in vals and vals.get("collection_id"):
            account = self.env["ar.collection"].browse(vals["collection_id"])
            vals["remind"] = account.policy_id.promise_remind
        return super()._complete_vals(vals)

    @api.model
    def _changeable_fields(self):
        return super()._changeable_fields() | {"remind", "remind_on"}

    def _machine_fields(self):
        return super()._machine_fields() | {"reminder", "reminder_error"}

    # === JOB === #
    @api.model
    def _cron_remind(self):
        """Remind of promises: activities at once, e-mails one after the other."""
        passed = []
        while self.env["ir.cron"]._commit_progress(len(passed[-1:])):
            promise = self._lock_next_reminder(passed)  # the first statement of its transaction
            if not promise:
                break
            passed.append(promise.id)
            promise.with_company(promise.company_id)._remind_safely()

    @api.model
    def _lock_next_reminder(self, passed):
        """The next promise to remind of that no other worker has; empty: none left."""
        try:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT id FROM ar_collection_promise
                     WHERE remind IS NOT NULL AND reminder IS NULL AND state = 'open'
                       AND remind_on <= %(today)s AND date >= %(today)s
                       AND approval_state IS DISTINCT FROM 'waiting'
                       AND id != ALL(%(passed)s::int[])
                     ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
                    """,
                    today=fields.Date.today(),
                    passed=list(passed),
                )
            )
        except TransactionRollbackError:  # somebody else has it
            self.env.cr.rollback()
            return self.browse()
        return self.browse(promise_id for [promise_id] in rows)

    def _remind_safely(self):
        if self.remind == "activity":
            self._remind_collector()
            return
        if not self.collection_id._contact_check(channel="email")[self.collection_id.id]["allowed"]:
            return  # it waits for the hours of the debtor; the next job looks again
        try:
            mail = self._write_reminder()
            self.env["ir.cron"]._commit_progress()
        except Exception as error:
            self.env.cr.rollback()
            _logger.warning("No reminder of promise %s: %s", self.id, error, exc_info=True)
            self.write({"reminder": "failed", "reminder_error": str(error)})
            return
        mail.send(auto_commit=False, raise_exception=False)
        if mail.state == "sent":
            self.reminder = "done"
            mail.unlink()
        else:
            error = mail.failure_reason or self.env._("The mail server did not take it.")
            self.write({"reminder": "failed", "reminder_error": error})

    def _remind_collector(self):
        account = self.collection_id
        account.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=self.remind_on,
            summary=self.env._("Remind of the promise: %(promise)s", promise=self.display_name),
            user_id=(account.user_id or self.user_id).id,
        )
        self.reminder = "done"

    def _write_reminder(self):
        """The mail, kept out of core's queue, posted for the debtor's contact alone.

        :raises UserError: the debtor has no address.
        """
        contact, company = self.collection_id.contact_id, self.company_id
        if not contact.email:
            raise UserError(
                self.env._("%(debtor)s has no e-mail address.", debtor=self.partner_id.display_name)
            )
        lang = contact.lang or self.partner_id.lang or company.partner_id.lang or self.env.lang
        template = self.env.ref(TEMPLATE).with_context(lang=lang)
        values = {
            name: template._render_field(name, self.ids, compute_lang=True)[self.id]
            for name in ("subject", "body_html")
        }
        sender = company.email_formatted
        if company.ar_email:
            address = email_normalize(company.ar_email) or company.ar_email
            sender = formataddr((company.name, address))
        message = self.collection_id.with_context(
            ar_collections_notice=True, mail_post_autofollow=False, lang=lang
        ).message_post(
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
            mail_auto_delete=False,
        )
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)], limit=1)
        if not mail:
            raise UserError(
                self.env._("%(contact)s receives no e-mails.", contact=contact.display_name)
            )
        self.reminder = "sending"
        return mail

    def _items_text(self):
        """The numbers of the items, for the reminder."""
        return ", ".join(filter(None, self.line_ids.mapped("item_name")))
