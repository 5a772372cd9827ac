from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .ar_collection_dispute import OPEN
from .ar_collection_dispute_ask import REMIND_DAYS

#: Disputes looked at in one batch.
BATCH = 200


class ArCollectionDispute(models.Model):
    """The job of the deadlines: warn, escalate, remind, and give away what nobody owns."""

    _inherit = "ar.collection.dispute"

    check_at = fields.Datetime(
        readonly=True,
        copy=False,
        default=fields.Datetime.now,
        help="When the job looks at the dispute next.",
    )

    @api.model
    def _cron_deadlines(self):
        """Look at every open dispute at most once an hour."""
        now = fields.Datetime.now()
        self._release_closed()
        domain = Domain("is_open", "=", True) & Domain("check_at", "<=", now)
        crons = self.env["ir.cron"]
        crons._commit_progress(remaining=self.search_count(domain))
        while True:
            # sudo is the job's own: disputes of all companies
            disputes = self.search(domain, limit=BATCH, order="id").try_lock_for_update()
            if not disputes:
                return
            disputes._check_deadlines(now)
            disputes.check_at = fields.Datetime.add(now, minutes=50)
            if not crons._commit_progress(len(disputes)):
                return

    @api.model
    def _release_closed(self):
        """A safety net: whatever happened, no closed dispute holds anything.

        :return: the holds that were left.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT hold.id FROM ar_collection_hold hold
                  LEFT JOIN ar_collection_dispute dispute ON dispute.id = hold.source_id
                 WHERE hold.source_model = %s AND hold.date_ended IS NULL
                   AND (dispute.id IS NULL OR dispute.state NOT IN %s OR dispute.kind = 'query')
                """,
                self._name,
                OPEN,
            )
        )
        # sudo: a hold with a source ends by the program only
        left = self.env["ar.collection.hold"].sudo().browse(id_ for [id_] in rows)
        for company, holds in left.grouped("company_id").items():
            holds.write({"date_ended": company._ar_today()})
        return left

    def _check_deadlines(self, now):
        self._give_away()
        self.filtered(lambda dispute: dispute.waiting_for == "credit")._judge()
        for dispute in self.filtered(lambda dispute: dispute.is_open):
            if dispute._ticking():
                dispute._check_clock(now)
            if dispute.remind_on and dispute.remind_on <= dispute.company_id._ar_today():
                dispute._remind()

    def _check_clock(self, now):
        if self.deadline <= now and not self.escalated_at:
            self._escalate(now)
        elif not self.warned_at and self._soon_from(self.deadline) <= now < self.deadline:
            self._warn(now)

    def _ticking(self):
        """Whether the clock of the deadline runs: not while the customer is asked, and not
        once it is decided."""
        return bool(self.deadline and not self.clock_stopped_at and not self._is_decided())

    # === DEADLINE === #
    def _warn(self, now):
        self.warned_at = now
        self._ask_activity(
            self.user_id or self.collector_id,
            self.env._("%(dispute)s has to be answered soon", dispute=self.name),
            self._deadline_text(),
        )

    def _escalate(self, now):
        """The deadline has passed: the owner's manager or the lead of the team is told."""
        self.write({"escalated_at": now, "within_sla": False})
        chief = self._chief()
        self._ask_activity(
            chief,
            self.env._("%(dispute)s is late", dispute=self.name),
            self._deadline_text(),
        )
        self._message_log(
            body=self.env._(
                "The deadline has passed; %(name)s is told.",
                name=chief.name or self.env._("nobody"),
            )
        )

    def _chief(self):
        """Whom lateness is told: the manager of the owner where employees are known, the lead
        of the team, a manager of collections; never the owner."""
        owner = self.user_id
        approver = self.env["ar.collection.approval"]._approver(self.company_id, owner)
        candidates = [self._manager_of(owner), self.team_id.user_id, approver]
        return next(
            (
                user
                for user in candidates
                if self._can_own(user) and user != owner and self.with_user(user).has_access("read")
            ),
            self.env["res.users"],
        )

    def _manager_of(self, user):
        """The manager of a user in the company of the dispute or one of its branches; nobody
        where Odoo's app Employees (``hr``) is not installed, or says nothing."""
        if "hr.employee" not in self.env:
            return self.env["res.users"]
        # sudo: who leads whom, for whoever the job runs as
        employees = (
            self.env["hr.employee"]
            .sudo()
            .search(
                [("user_id", "=", user.id), ("company_id", "child_of", self.company_id.id)],
                order="company_id, id",
            )
        )
        return employees.parent_id.user_id[:1].with_env(self.env)

    def _deadline_text(self):
        deadline = fields.Datetime.context_timestamp(
            self.with_context(tz=self.company_id.partner_id.tz or "UTC"), self.deadline
        )
        return self.env._(
            "%(customer)s, %(amount)s, %(reason)s. Deadline: %(deadline)s.",
            customer=self.partner_id.display_name,
            amount=self.currency_id.format(self.amount),
            reason=self.reason_id.name or "",
            deadline=deadline.strftime("%Y-%m-%d %H:%M"),
        )

    # === REMINDERS === #
    def _remind(self):
        """Who was asked has not answered."""
        today = self.company_id._ar_today()
        self.remind_on = fields.Date.add(today, days=REMIND_DAYS.get(self.waiting_for, 7))
        if self.waiting_for == "customer":
            self._ask_activity(
                self.user_id or self.collector_id,
                self.env._(
                    "%(customer)s has not answered about %(dispute)s: ask again",
                    customer=self.partner_id.display_name,
                    dispute=self.name,
                ),
            )
        elif self.waiting_for == "internal":
            open_questions = self.activity_ids.filtered(
                lambda activity: activity.user_id in self.asked_user_ids
            )
            for user in open_questions.user_id:
                self.message_notify(
                    partner_ids=user.partner_id.ids,
                    subject=self.env._("Reminder: question about %(d)s", d=self.name),
                    body=self.env._(
                        "%(owner)s still waits for your answer about %(dispute)s. Please open it "
                        "and write it in the chatter.",
                        owner=self.user_id.name or self.collector_id.name,
                        dispute=self.name,
                    ),
                    force_send=False,
                )

    # === OWNERS WHO ARE GONE === #
    def _give_away(self):
        """A dispute whose owner was archived goes to the lead of the team, else the collector."""
        for dispute in self.filtered(lambda dispute: not dispute._can_own(dispute.user_id)):
            former = dispute.user_id
            candidates = [dispute.team_id.user_id, dispute.collector_id]
            owner = next((user for user in candidates if self._can_own(user)), None)
            if not owner:
                owner = self.env["ar.collection.approval"]._approver(dispute.company_id, former)
            if owner and owner != former:
                dispute.user_id = owner
                if former:
                    dispute._message_log(
                        body=self.env._(
                            "%(former)s is archived; %(owner)s answers now.",
                            former=former.name,
                            owner=owner.name,
                        )
                    )
