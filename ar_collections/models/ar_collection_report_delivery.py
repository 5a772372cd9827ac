from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .ar_collection_debtor_mail import FAR_FUTURE


class ArCollectionReportDelivery(models.Model):
    """One report of one day for one colleague, made with this colleague's rights."""

    _name = "ar.collection.report.delivery"
    _inherit = ["ar.collection.mailing"]
    _description = "Report Sent by Mail"
    _order = "id desc"
    _cron = "ar_collections.ir_cron_ar_collection_report_delivery"
    _lock = 720_313

    schedule_id = fields.Many2one(
        "ar.collection.report.schedule",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="schedule_id.company_id", store=True, index=True)
    report = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="To", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True, readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment",
        string="File",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )

    _once = models.UniqueIndex(
        "(schedule_id, user_id, date)", "A report of a day is sent to a person once."
    )
    _queue_idx = models.Index("(id) WHERE state IN ('queued', 'sending')")

    @api.depends("schedule_id", "user_id")
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._(
                "%(report)s for %(name)s", report=one.schedule_id.name, name=one.user_id.name
            )

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("What was sent is not changed by hand."))
        return super().write(vals)

    # === ACTIONS === #
    def action_retry(self):
        """Send failed ones again."""
        if not self.env.user.has_group("ar_collections.group_ar_collection_manager"):
            raise AccessError(self.env._("Only a manager of AR Collections may do this."))
        self.check_access("read")
        self._retry()
        return True

    # === MAKING === #
    @api.model
    def _cron_deliver(self):
        """Make and send what is queued."""
        self._deliver_due()

    def _make(self):
        for one in self.filtered(lambda one: not one.attachment_id):
            if reason := one._why_not():
                one._set_state("skipped", error=reason)
                continue
            one._make_file()

    def _why_not(self):
        """Why this colleague gets no report any more; empty: gets it."""
        user = self.user_id
        if not user.active:
            return self.env._("%(name)s is no longer a user.", name=user.name)
        if not self._companies():
            return self.env._(
                "%(name)s no longer works for %(company)s.",
                name=user.name,
                company=self.company_id.name,
            )
        groups = ("group_ar_collection_user", "group_ar_collection_readonly")
        if not any(user.has_group(f"ar_collections.{group}") for group in groups):
            return self.env._("%(name)s no longer works with Collections.", name=user.name)
        if not user.email_normalized:
            return self.env._("%(name)s has no e-mail address.", name=user.name)
        return ""

    def _companies(self):
        """The company and its branches, as far as this colleague works for them."""
        own = self.user_id.company_ids.filtered(
            lambda company: company._ar_root() == self.company_id
        )
        return own.sorted(lambda company: company != self.company_id)

    def _make_file(self):
        """The file, made as this colleague would make it: no superuser, own language."""
        user = self.user_id
        source = (
            self.env["ar.collection.report.source"]
            .with_user(user)
            .with_context(allowed_company_ids=self._companies().ids, lang=user.lang, tz=user.tz)
        )
        name, content, mimetype = source._file(
            self.report, self.schedule_id.file_format, self.schedule_id.frequency
        )
        self.attachment_id = self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "mimetype": mimetype,
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _write_mail(self):
        if not self.attachment_id:
            raise UserError(self.env._("The report could not be made."))
        user = self.user_id
        one = self.with_context(lang=user.lang)
        day = format_date(one.env, self.date)
        body = one.env["ir.qweb"]._render(
            "ar_collections.mail_ar_collection_report",
            {"user": user, "schedule": one.schedule_id, "day": day, "company": self.company_id},
        )
        # sudo: mails are made by the program
        return (
            self.env["mail.mail"]
            .sudo()  # dito
            .create(
                {
                    "subject": one.env._(
                        "%(report)s of %(day)s", report=one.schedule_id.name, day=day
                    ),
                    "email_from": self.company_id.email_formatted or self.env.user.email_formatted,
                    "email_to": user.email_formatted,
                    "body_html": body,
                    "message_id": self._stable_message_id(),
                    "attachment_ids": [fields.Command.link(self.attachment_id.id)],
                    "auto_delete": False,
                    "scheduled_date": FAR_FUTURE,
                }
            )
        )
