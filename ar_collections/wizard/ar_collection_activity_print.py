from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.table import Column, Money, Table

#: The figures of the report, in this order: (field, kind of column, aggregate).
FIGURES = [
    ("worked", "integer", "worked:count_distinct"),
    ("calls", "integer", "calls:sum"),
    ("attempts", "integer", "attempts:sum"),
    ("contacts", "integer", "contacts:sum"),
    ("right_party", "integer", "right_party:sum"),
    ("right_rate", "decimal", "right_rate:avg"),
    ("promises", "integer", "promises:sum"),
    ("promised", "money", "promised:sum"),
    ("judged", "integer", "judged:sum"),
    ("kept", "integer", "kept:sum"),
    ("kept_rate", "decimal", "kept_rate:avg"),
    ("notices", "integer", "notices:sum"),
    ("disputes", "integer", "disputes:sum"),
    ("collected", "money", "collected:sum"),
]
AGGREGATES = [aggregate for _name, _kind, aggregate in FIGURES]


class ArCollectionActivityPrint(models.TransientModel):
    """The activity report of some days, by day, week or month, for paper or a spreadsheet."""

    _name = "ar.collection.activity.print"
    _description = "Activity Report"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company._ar_root()
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    period = fields.Selection(
        [("day", "Day"), ("week", "Week"), ("month", "Month")], required=True, default="week"
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: self.env.company._ar_today() + relativedelta(day=1),
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self.env.company._ar_today()
    )
    portfolio_ids = fields.Many2many(
        "ar.collection.portfolio", string="Teams", help="Empty: all that you may see."
    )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_to < wizard.date_from:
                raise UserError(
                    self.env._("The last day is before the first. Please choose a later one.")
                )

    # === ACTIONS === #
    def action_print(self):
        """The report on paper: a page for each team and period."""
        self.ensure_one()
        self.check_access("read")
        return self.env.ref("ar_collections.action_report_ar_collection_activity").report_action(
            self, config=False
        )

    def action_export(self):
        """The report as a spreadsheet."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/ar_collections/xlsx/{self._name}/{self.id}",
            "target": "download",
        }

    # === TABLES === #
    def _xlsx(self):
        """:return: (name of the file, list of ``tools.table.Table``)."""
        self.ensure_one()
        collectors, teams = self._groups("user_id"), self._groups()
        name = self.env._("Activity")
        team, period = Column(self.env._("Team")), Column(self.env._("Period"))
        by_collector = Table(
            self.env._("Collectors"),
            [team, period, Column(self.env._("Collector")), *self._columns()],
            [
                [self._team(key[0]), self._period(key[1]), self._collector(key[2]), *figures]
                for key, figures in collectors
            ],
            [self._heading()],
        )
        by_team = Table(
            self.env._("Teams"),
            [team, period, *self._columns()],
            [[self._team(key[0]), self._period(key[1]), *figures] for key, figures in teams],
            [self._heading()],
        )
        return f"{name} {self.date_from} {self.date_to}", [
            by_collector,
            by_team,
            self._definitions(),
        ]

    def _pages(self):
        """For paper: dicts ``team, period, table, total``, one for each team and period."""
        self.ensure_one()
        totals, rows = dict(self._groups()), {}
        for (portfolio, start, user), figures in self._groups("user_id"):
            rows.setdefault((portfolio, start), []).append([self._collector(user), *figures])
        columns = [Column(self.env._("Collector")), *self._columns()]
        return [
            {
                "team": self._team(portfolio),
                "period": self._period(start),
                "table": Table(self._team(portfolio), columns, of_page),
                "total": [self.env._("Whole team"), *totals[portfolio, start]],
            }
            for (portfolio, start), of_page in rows.items()
        ]

    def _groups(self, *groupby):
        """Figures by team, period and what else is asked for, in this order: list of
        (key, cells). Debtors worked and rates of a team are its own, no sums."""
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("date", ">=", self.date_from)
            & Domain("date", "<=", self.date_to)
        )
        if self.portfolio_ids:
            domain &= Domain("portfolio_id", "in", self.portfolio_ids.ids)
        keys = ["portfolio_id", f"date:{self.period}", *groupby]
        found = self.env["ar.collection.activity"]._read_group(domain, keys, AGGREGATES)
        groups = [(row[: len(keys)], self._cells(row[len(keys) :])) for row in found]
        return sorted(groups, key=lambda group: self._rank(*group[0]))

    def _rank(self, portfolio, start, user=None):
        return (
            not portfolio,
            # sudo: order and name of the team, and the name of a colleague
            portfolio.sudo().sequence,
            portfolio.id or 0,
            start,
            (not user, user.sudo().name or "", user.id) if user is not None else (),
        )

    def _cells(self, values):
        currency = self.currency_id
        return [
            Money(value or 0.0, currency.decimal_places, currency.id)
            if kind == "money"
            else (None if value is False else value)  # a rate of nothing
            for (_name, kind, _aggregate), value in zip(FIGURES, values, strict=True)
        ]

    def _columns(self):
        described = self.env["ar.collection.activity"].fields_get(
            [name for name, _kind, _aggregate in FIGURES], ["string"]
        )
        return [Column(described[name]["string"], kind) for name, kind, _aggregate in FIGURES]

    def _definitions(self):
        """Each figure with its definition."""
        described = self.env["ar.collection.activity"].fields_get(
            ["date", "user_id", "portfolio_id", *(name for name, _kind, _aggregate in FIGURES)],
            ["string", "help"],
        )
        return Table(
            self.env._("Definitions"),
            [Column(self.env._("Figure")), Column(self.env._("Definition"))],
            [[field["string"], field["help"]] for field in described.values()],
        )

    # === WORDS === #
    def _heading(self):
        return self.env._(
            "Activity of %(company)s from %(start)s to %(end)s, amounts in %(currency)s.",
            company=self.company_id.sudo().name,  # a branch user may not reach the root
            start=format_date(self.env, self.date_from),
            end=format_date(self.env, self.date_to),
            currency=self.currency_id.name,
        )

    def _team(self, portfolio):
        return portfolio.sudo().name or self.env._("Without a team")  # a name

    def _collector(self, user):
        return user.sudo().name or self.env._("Nobody")  # the name of a colleague

    def _period(self, start):
        """A period in words; the first and last one say which of their days count."""
        if self.period == "day":
            return format_date(self.env, start)
        step = relativedelta(days=6) if self.period == "week" else relativedelta(day=31)
        first, last = max(start, self.date_from), min(start + step, self.date_to)
        return self.env._(
            "%(start)s to %(end)s",
            start=format_date(self.env, first),
            end=format_date(self.env, last),
        )
