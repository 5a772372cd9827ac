from datetime import timedelta
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools import schedule

#: Holidays are looked up for so many years from now.
YEARS = 12


class ArCollectionPlan(models.Model):
    """The schedule follows from the terms, in drafts at once; ``tools.schedule`` counts."""

    _inherit = "ar.collection.plan"

    schedule_problem = fields.Char(
        compute="_compute_schedule_problem", help="Why no schedule comes of these terms."
    )

    @api.depends(lambda self: self._schedule_fields())
    def _compute_schedule_problem(self):
        for plan in self:
            plan.schedule_problem = False
            if plan.state == "draft" and plan.item_ids and plan.collection_id:
                try:
                    schedule.schedule(plan._to_terms())
                except schedule.ScheduleError as error:
                    plan.schedule_problem = plan._schedule_text(error.code)

    # === BUILDER === #
    @api.onchange(
        "kind",
        "method",
        "number",
        "amount_each",
        "first_amount",
        "first_date",
        "interval",
        "month_day",
        "shift",
        "interest_rate",
        "fee",
        "settlement_amount",
        "date_start",
        "item_ids",
    )
    def _onchange_schedule(self):
        """The table follows whatever is changed; where no schedule comes, it stays as it is."""
        if self.state != "draft" or not self.collection_id:
            return
        if self.method == "afford":
            self.number = self._affordable_number() or self.number
        if rows := self._terms_rows_or_none():
            self.line_ids = [Command.clear(), *(Command.create(row) for row in rows)]

    @api.model
    def _schedule_preview(self, values):
        """The rows of a plan that is not saved, for the builder.

        :param dict values: of fields of the plan; items as commands or in ``amount_items``.
        :return: dict with ``rows`` (dicts with ``sequence``, ``date``, ``amount``, ``interest``,
            ``fee``), ``number``, and ``problem`` (a sentence, or None).
        """
        values = dict(values)
        total = values.pop("amount_items", None)
        plan = self.new(values)
        try:
            rows = plan._terms_rows(total)
        except schedule.ScheduleError as error:
            return {"rows": [], "number": 0, "problem": plan._schedule_text(error.code)}
        return {"rows": rows, "number": len(rows), "problem": None}

    def _terms_rows_or_none(self):
        try:
            return self._terms_rows()
        except schedule.ScheduleError:
            return None

    def _terms_rows(self, total=None):
        """Values of the instalments the terms give.

        :raises tools.schedule.ScheduleError: none come of them.
        """
        return [
            {
                "sequence": number,
                "date": row.date,
                "amount": float(row.amount),
                "interest": float(row.interest),
                "fee": float(row.fee),
            }
            for number, row in enumerate(schedule.schedule(self._to_terms(total)), 1)
        ]

    def _affordable_number(self):
        try:
            return schedule.number_for(self._to_terms())
        except schedule.ScheduleError:
            return None

    # === TERMS === #
    def _to_terms(self, total=None):
        """These terms as ``tools.schedule`` knows them. :param total: instead of the items'."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        start = self.date_start or fields.Date.context_today(self)
        if self.kind == "settlement":
            total = self.settlement_amount
        elif total is None:
            total = sum(self.item_ids.mapped("amount"))
        return schedule.Terms(
            total=_decimal(total, digits),
            start=start,
            first_date=self.first_date or None,
            method=self._used_method(),
            number=1 if self.kind == "extension" else self.number,
            each=_decimal(self.amount_each, digits),
            first=_decimal(self.first_amount, digits) if self.kind != "extension" else Decimal(0),
            interval=self.interval,
            month_day=self.month_day or 1,
            shift=self.shift,
            rate=Decimal(str(self.interest_rate or 0)),
            fee=_decimal(self.fee, digits),
            digits=digits,
            rows=[
                (line.date, _decimal(line.amount, digits))
                for line in self.line_ids.sorted(lambda line: (line.date or start, line.sequence))
                if line.date
            ],
            closed=self._closed_days(),
        )

    def _used_method(self):
        return "equal" if self.kind == "extension" else self.method

    def _closed_days(self):
        """Function: whether nobody pays on a day: weekends, holidays of the debtor's country,
        or of one's own where his is not known."""
        partner = self.partner_id or self.collection_id.partner_id
        country = partner.country_id or self.company_id.country_id
        year = fields.Date.context_today(self).year
        holidays = self.env["ar.collection.contact.holiday"]._of_countries(
            country.ids, range(year, year + YEARS)
        )
        days = {day for _country, day in holidays}
        return lambda day: schedule.is_weekend(day) or day in days

    def _schedule_text(self, code):
        """What is wrong, and what to do."""
        return {
            "total": self.env._("Nothing is to be paid. Please choose items with something open."),
            "number": self.env._("A plan has 1 to 600 instalments. Please change the number."),
            "first": self.env._(
                "The first payment leaves nothing for the others. Please make it smaller."
            ),
            "small": self.env._("The instalments would be too small. Please choose fewer of them."),
            "afford": self.env._(
                "What they can pay covers no more than interest and fee. Please enter more."
            ),
            "date": self.env._("Please enter the day of the first instalment."),
            "sum": self.env._(
                "The instalments do not add up to what is to be paid. Please change an amount."
            ),
            "order": self.env._("Each instalment needs a later day than the one before."),
        }[code]

    # === SAVED DRAFTS === #
    def _after_create(self):
        result = super()._after_create()
        for plan in self:
            if not plan.line_ids:
                plan._rebuild_lines()
        return result

    def write(self, vals):
        result = super().write(vals)
        if set(vals) & self._schedule_fields() and "line_ids" not in vals:
            for plan in self.filtered(lambda plan: plan.state == "draft"):
                plan._rebuild_lines()
        return result

    def _rebuild_lines(self):
        """Make the instalments of a draft anew; own rows are kept."""
        self.ensure_one()
        if self._used_method() == "custom" and self.line_ids:
            return
        if rows := self._terms_rows_or_none():
            self.line_ids = [Command.clear(), *(Command.create(row) for row in rows)]
            if self.method == "afford" and self.number != len(rows):
                self.number = len(rows)

    def _check_complete(self):
        """The sums must match and the dates be ahead.

        :raises UserError: names the plan and what to do.
        """
        result = super()._check_complete()
        self.ensure_one()
        if not self.item_ids:
            raise UserError(
                self.env._(
                    "%(plan)s covers nothing. Please choose the items that are paid by it.",
                    plan=self.display_name,
                )
            )
        if problem := self._sums_problem() or self._days_problem():
            raise UserError(
                self.env._("%(plan)s: %(problem)s", plan=self.display_name, problem=problem)
            )
        for number, line in enumerate(self.line_ids.sorted("date"), 1):
            if line.sequence != number:
                line.sequence = number
        return result

    def _sums_problem(self):
        """What is wrong with the amounts, a sentence or None."""
        settled = self.kind == "settlement"
        wanted = self.settlement_amount if settled else self.amount_items
        if not self.line_ids:
            return self.schedule_problem or self._schedule_text("number")
        if self.currency_id.compare_amounts(self.amount, wanted):
            return self._schedule_text("sum")
        if any(line.amount <= 0 for line in self.line_ids):
            return self._schedule_text("small")
        if settled and self.currency_id.compare_amounts(self.given_up, 0) <= 0:
            return self.env._("A settlement asks for less than the items. Please lower the sum.")
        return None

    def _days_problem(self):
        """What is wrong with the days, a sentence or None."""
        dates = sorted(self.line_ids.mapped("date"))
        if len(set(dates)) < len(dates):
            return self._schedule_text("order")
        if dates[0] < self.company_id._ar_today():
            return self.env._("The first instalment is in the past. Please choose a later day.")
        if self.kind == "extension" and len(dates) > 1:
            return self.env._("An extension has one new day. Please choose instalments instead.")
        return None

    @api.model
    def _default_first_date(self, company):
        """In two weeks: the debtor needs time to answer."""
        return company._ar_today() + timedelta(days=14)


def _decimal(amount, digits):
    return schedule.rounded(Decimal(str(amount or 0)), digits)
