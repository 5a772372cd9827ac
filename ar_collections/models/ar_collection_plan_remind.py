import logging

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

#: Another worker was at the same record: it has written the mail, or the next run does.
CONFLICTS = (SerializationFailure, DeadlockDetected, LockNotAvailable)


class ArCollectionPlan(models.Model):
    """Mails to the debtor while a plan runs: each once, and within the contact rules."""

    _inherit = "ar.collection.plan"

    default_mail = fields.Selection(
        [("waiting", "Waits"), ("done", "Sent"), ("failed", "Failed")],
        string="Mail of its end",
        readonly=True,
        copy=False,
    )

    def _machine_fields(self):
        return super()._machine_fields() | {"default_mail"}

    def _on_state(self, state, before):
        """Of a default, and of a completed plan, the debtor is told by the next job."""
        result = super()._on_state(state, before)
        for plan in self:
            plan.sudo().default_mail = "waiting" if plan._end_template() else False  # noted only
        return result

    def _end_template(self):
        policy = self.collection_id.policy_id
        if self.state == "defaulted":
            return policy.plan_default_id
        if self.state == "completed":
            return policy.plan_thanks_id
        return self.env["mail.template"]

    # === JOB === #
    @api.model
    def _cron_remind(self):
        """Remind of instalments, write of missed ones, of defaults and completions."""
        Line = self.env["ar.collection.plan.line"]
        for mode in ("before", "missed"):
            self._mail_each(Line, mode)
        self._mail_each(self, "end")

    @api.model
    def _mail_each(self, model, mode):
        """One mail after the other, each in its own transaction with the mark that it was
        written: both are saved or neither, and of two workers one."""
        passed = []
        while True:
            try:
                record = model._lock_next_mail(mode, passed)
            except CONFLICTS:
                self.env.cr.rollback()
                return
            if not record:
                return
            passed.append(record.id)
            try:
                record.with_company(record.company_id)._mail_safely(mode)
            except CONFLICTS:
                self.env.cr.rollback()
                return
            except Exception as error:  # one bad record never stops the job
                self.env.cr.rollback()
                _logger.warning("No mail of %s: %s", record, error, exc_info=True)
                record._mail_failed(mode, error)
            if not self.env["ir.cron"]._commit_progress(1):
                return

    @api.model
    def _lock_next_mail(self, mode, passed):
        # sudo: plans of all collectors and companies
        plan = self.sudo().search(
            [("default_mail", "=", "waiting"), ("id", "not in", passed)], order="id", limit=1
        )
        return plan.try_lock_for_update()

    def _mail_safely(self, mode):
        template = self._end_template()
        if not template:
            self.default_mail = False
        elif self._may_mail() and self._claim_mail(mode):
            self._mail(template.id, self.env["ir.attachment"])

    def _claim_mail(self, mode, outcome="done"):
        """Mark the mail as written. :return: False: it was before, by whomever."""
        self.flush_recordset(["default_mail"])
        rows = self.env.execute_query(
            SQL(
                "UPDATE ar_collection_plan SET default_mail = %s"
                " WHERE id = %s AND default_mail = 'waiting' RETURNING id",
                outcome,
                self.id,
            )
        )
        self.invalidate_recordset(["default_mail"])
        return bool(rows)

    def _mail_failed(self, mode, error):
        if not self._claim_mail(mode, "failed"):
            return
        self._log_on_accounts(
            lambda plan: self.env._(
                "The mail of %(plan)s was not sent: %(why)s", plan=plan.display_name, why=error
            )
        )

    def _may_mail(self):
        """Whether the contact rules allow an e-mail now; else the next job looks again."""
        account = self.collection_id
        return bool(
            account._contact_check(channel="email")[account.id]["allowed"]
            and self._agreement_contact().email_normalized
        )


class ArCollectionPlanLine(models.Model):
    """Reminders before an instalment and after a missed one."""

    _inherit = "ar.collection.plan.line"

    _remind_idx = models.Index("(date) WHERE reminded_on IS NULL AND state IN ('upcoming', 'due')")

    @api.model
    def _lock_next_mail(self, mode, passed):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id FROM ar_collection_plan_line line
                  JOIN ar_collection_plan plan ON plan.id = line.plan_id AND plan.state = 'active'
                  JOIN ar_collection account ON account.id = plan.collection_id
                  JOIN ar_collection_policy policy ON policy.id = account.policy_id
                 WHERE %(due)s AND line.id != ALL(%(passed)s::int[])
                 ORDER BY line.id LIMIT 1 FOR UPDATE OF line SKIP LOCKED
                """,
                due=self._mail_due_sql(mode),
                passed=list(passed),
            )
        )
        return self.sudo().browse(id_ for [id_] in rows)  # sudo: as above

    @api.model
    def _mail_due_sql(self, mode):
        today = fields.Date.today()
        if mode == "before":
            return SQL(
                "policy.plan_reminder_id IS NOT NULL AND line.reminded_on IS NULL"
                " AND line.state IN ('upcoming', 'due', 'partial') AND line.date >= %(today)s"
                " AND line.date - policy.plan_remind_days <= %(today)s",
                today=today,
            )
        return SQL(
            "policy.plan_missed_id IS NOT NULL AND line.missed_mail_on IS NULL"
            " AND line.state = 'missed'"
        )

    def _mail_safely(self, mode):
        policy = self.collection_id.policy_id
        template = policy.plan_reminder_id if mode == "before" else policy.plan_missed_id
        if self.plan_id._may_mail() and self._claim_mail(mode):
            self.plan_id._mail(template.id, self.env["ir.attachment"], self)

    def _claim_mail(self, mode):
        """Mark an instalment as written of, once for the reminder and once for the missed one.

        The mark is set where there is none, in one statement: a second run finds it set, a
        worker at the same moment is refused by the database.

        :return: False: it was written of before.
        """
        column = "reminded_on" if mode == "before" else "missed_mail_on"
        self.flush_recordset([column])
        rows = self.env.execute_query(
            SQL(
                "UPDATE ar_collection_plan_line SET %(column)s = %(today)s"
                " WHERE id = %(id)s AND %(column)s IS NULL RETURNING id",
                column=SQL.identifier(column),
                today=self.company_id._ar_today(),
                id=self.id,
            )
        )
        self.invalidate_recordset([column])
        return bool(rows)

    def _mail_failed(self, mode, error):
        """Not tried again and again: the collector is told."""
        if not self._claim_mail(mode):
            return
        self.plan_id._log_on_accounts(
            lambda plan: self.env._(
                "The mail of an instalment of %(plan)s was not sent: %(why)s",
                plan=plan.display_name,
                why=error,
            )
        )

    # === TEXT === #
    def _open_text(self):
        """What is open of it, with interest and fee, as the debtor reads it."""
        return self.currency_id.format(self.open_total)

    def _date_shown(self):
        return self.plan_id._date_text(self.date)
