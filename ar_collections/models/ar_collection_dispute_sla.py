import pytz

from odoo import api, fields, models


class ArCollectionDispute(models.Model):
    """The deadline, in working hours; the clock stands still while the customer is asked."""

    _inherit = "ar.collection.dispute"

    sla_hours = fields.Float(string="Answer within (working hours)", readonly=True)
    deadline = fields.Datetime(readonly=True, copy=False, index="btree_not_null")
    clock_stopped_at = fields.Datetime(readonly=True, copy=False)
    warned_at = fields.Datetime(readonly=True, copy=False)
    escalated_at = fields.Datetime(readonly=True, copy=False)
    within_sla = fields.Boolean(
        string="Within the deadline",
        readonly=True,
        default=True,
        copy=False,
        help="Closed before its deadline; while open: the deadline has not passed.",
    )
    cycle_days = fields.Float(
        string="Days to close",
        readonly=True,
        copy=False,
        digits=(16, 1),
        aggregator="avg",
        help="Calendar days from opened to closed.",
    )
    cycle_work_days = fields.Float(
        string="Working days to close",
        readonly=True,
        copy=False,
        digits=(16, 1),
        aggregator="avg",
        help="Working hours from opened to closed, in days of the calendar.",
    )
    sla_state = fields.Selection(
        [
            ("none", "No deadline"),
            ("ok", "In time"),
            ("soon", "Due soon"),
            ("late", "Late"),
            ("stopped", "Clock stopped"),
        ],
        string="Deadline state",
        compute="_compute_sla_state",
    )

    # === COMPUTES === #
    @api.depends("deadline", "state", "clock_stopped_at", "within_sla")
    def _compute_sla_state(self):
        now = fields.Datetime.now()
        for dispute in self:
            if not dispute.deadline:
                dispute.sla_state = "none"
            elif not dispute.is_open:
                dispute.sla_state = "ok" if dispute.within_sla else "late"
            elif dispute.clock_stopped_at:
                dispute.sla_state = "stopped"
            elif dispute.deadline < now:
                dispute.sla_state = "late"
            else:
                soon = dispute._soon_from(dispute.deadline)
                dispute.sla_state = "soon" if soon <= now else "ok"

    def _soon_from(self, deadline):
        """From when on the deadline is near: the last quarter of the calendar time."""
        return deadline - (deadline - self.date_opened) / 4

    # === THE CLOCK === #
    def _after_open(self):
        result = super()._after_open()
        for dispute in self:
            hours = dispute.reason_id.sla_hours if dispute.reason_id else 0
            # sudo: the clock is the program's
            dispute.sudo().write(
                {
                    "sla_hours": hours,
                    "deadline": dispute._plan(dispute.date_opened, hours) if hours else False,
                }
            )
        return result

    def _calendar(self):
        # sudo: settings of team and company
        dispute = self.sudo()
        return dispute.team_id.resource_calendar_id or dispute.company_id.resource_calendar_id

    def _plan(self, start, hours):
        """``hours`` working hours after ``start`` (naive UTC both ways)."""
        calendar = self._calendar()
        if not calendar:
            return fields.Datetime.add(start, hours=hours)
        end = calendar.plan_hours(hours, pytz.utc.localize(start), compute_leaves=True)
        return end.astimezone(pytz.utc).replace(tzinfo=None) if end else start

    def _work_hours(self, start, end):
        """Working hours between two naive UTC times; without a calendar all hours count."""
        calendar = self._calendar()
        if not calendar or end <= start:
            return max(0.0, (end - start).total_seconds() / 3600)
        return calendar.get_work_hours_count(
            pytz.utc.localize(start), pytz.utc.localize(end), compute_leaves=True
        )

    def _stop_clock(self):
        """The customer is asked: what he takes is not ours."""
        now = fields.Datetime.now()
        self.filtered(lambda dispute: not dispute.clock_stopped_at).clock_stopped_at = now

    def _start_clock(self):
        """The deadline moves by the working hours the clock stood still."""
        now = fields.Datetime.now()
        for dispute in self.filtered("clock_stopped_at"):
            vals = {"clock_stopped_at": False}
            # what was late before stays late
            if dispute.deadline and dispute.deadline > dispute.clock_stopped_at:
                stood = dispute._work_hours(dispute.clock_stopped_at, now)
                vals["deadline"] = dispute._plan(dispute.deadline, stood)
            dispute.write(vals)

    def _on_state(self, state, before):
        result = super()._on_state(state, before)
        # sudo: the clock is the program's
        disputes = self.sudo()
        waiting = disputes.filtered(lambda dispute: dispute.waiting_for == "customer")
        waiting._stop_clock()
        (disputes - waiting)._start_clock()
        return result

    def _close_vals(self, state, now):
        vals = super()._close_vals(state, now)
        if not vals["date_closed"]:
            return {**vals, "cycle_days": 0, "cycle_work_days": 0}
        stopped = self.clock_stopped_at
        until = min(now, stopped) if stopped else now
        calendar = self._calendar()
        per_day = (calendar.hours_per_day if calendar else 0) or 24
        return {
            **vals,
            "within_sla": not self.deadline or until <= self.deadline,
            "cycle_days": (now - self.date_opened).total_seconds() / 86400,
            "cycle_work_days": self._work_hours(self.date_opened, now) / per_day,
        }
