from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class ArCollectionReportSchedule(models.Model):
    """A report that chosen colleagues get by e-mail, every day, week or month."""

    _name = "ar.collection.report.schedule"
    _description = "Report by Mail"
    _order = "name, id"

    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company._ar_root(),
        ondelete="cascade",
    )
    report = fields.Selection("_selection_report", required=True, default="ageing")
    file_format = fields.Selection(
        [("xlsx", "Spreadsheet"), ("pdf", "PDF")], string="As", required=True, default="xlsx"
    )
    frequency = fields.Selection(
        [("day", "Every day"), ("week", "Every week"), ("month", "Every month")],
        required=True,
        default="week",
    )
    weekday = fields.Selection(WEEKDAYS, string="On", default="0")
    month_day = fields.Integer(
        string="On day", default=1, help="After the last day of a month it is the last."
    )
    user_ids = fields.Many2many(
        "res.users",
        string="To",
        required=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Each gets the report with what their own rights allow.",
    )
    last_day = fields.Date(string="Last sent for", readonly=True, copy=False)
    delivery_ids = fields.One2many(
        "ar.collection.report.delivery", "schedule_id", string="Sent", readonly=True
    )

    _month_day_valid = models.Constraint(
        "CHECK (month_day BETWEEN 1 AND 31)", "A day of the month is 1 to 31."
    )

    @api.model
    def _selection_report(self):
        return self.env["ar.collection.report.source"]._kinds()

    @api.depends("report", "frequency")
    def _compute_name(self):
        reports = dict(self._selection_report())
        frequencies = dict(self._fields["frequency"]._description_selection(self.env))
        for schedule in self:
            schedule.name = self.env._(
                "%(report)s, %(frequency)s",
                report=reports.get(schedule.report, ""),
                frequency=frequencies.get(schedule.frequency, "").lower(),
            )

    @api.constrains("user_ids", "company_id")
    def _check_users(self):
        for schedule in self:
            if not schedule.user_ids:
                raise ValidationError(self.env._("Please say who gets the report."))
            if outsiders := schedule.user_ids.filtered("share"):
                raise ValidationError(
                    self.env._(
                        "%(name)s is no user of this company: reports go to colleagues only.",
                        name=outsiders[0].name,
                    )
                )

    # === ACTIONS === #
    def action_send_now(self):
        """Send the report of today to all who get it; whoever has it already gets none twice.

        :raises UserError: all have it already.
        """
        self.check_access("write")
        if not sum(schedule._queue(schedule.company_id._ar_today()) for schedule in self):
            raise UserError(self.env._("Everybody has got the report of today already."))
        return True

    # === BUSINESS === #
    def _is_due(self, day):
        """Whether the report is sent on a day."""
        if self.frequency == "day":
            return True
        if self.frequency == "week":
            return day.weekday() == int(self.weekday)
        last = (day + relativedelta(day=31)).day
        return day.day == min(self.month_day, last)

    def _due_day(self, today):
        """The newest day up to today on which the report was to be sent; None: before it was
        made, or sent already. A day on which no job ran is made up for."""
        made = self.create_date.date()
        for back in range(31):
            day = today - relativedelta(days=back)
            if day < made or (self.last_day and day <= self.last_day):
                return None
            if self._is_due(day):
                return day
        return None

    def _queue(self, day):
        """A delivery for each who gets it; who has one of the day gets no second.

        :return: how many are new.
        """
        # sudo: deliveries are made by the program only
        deliveries = self.env["ar.collection.report.delivery"].sudo()
        having = deliveries.search([("schedule_id", "=", self.id), ("date", "=", day)]).user_id
        users = self.user_ids - having
        deliveries.create(
            [
                {"schedule_id": self.id, "user_id": user.id, "date": day, "report": self.report}
                for user in users
            ]
        )
        if users:
            deliveries._trigger_delivery()
        return len(users)

    @api.model
    def _cron_queue(self):
        """Queue the reports whose day has come, then send them."""
        for schedule in self.search([("active", "=", True)]):
            day = schedule._due_day(schedule.company_id._ar_today())
            if day:
                schedule._queue(schedule.company_id._ar_today())
                schedule.last_day = schedule.company_id._ar_today()
                self.env["ir.cron"]._commit_progress(1)
