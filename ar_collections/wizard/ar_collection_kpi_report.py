from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ..models.ar_collection_kpi_values import FIGURES
from ..tools.table import Column, Money, Table


class ArCollectionKpiReport(models.TransientModel):
    """The key figures month by month, or side by side for collectors, countries or segments."""

    _name = "ar.collection.kpi.report"
    _description = "Key Figures"
    _inherit = "ar.collection.export.mixin"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company._ar_root()
    )
    by = fields.Selection(
        [
            ("month", "Months"),
            ("user", "Collectors, last 90 days"),
            ("country", "Countries, last 90 days"),
            ("policy", "Segments, last 90 days"),
        ],
        string="Side by side",
        required=True,
        default="month",
    )
    months = fields.Integer(default=12, required=True)
    user_id = fields.Many2one(
        "res.users", string="Collector", domain="[('share', '=', False)]", help="Empty: all."
    )
    country_id = fields.Many2one("res.country", help="Empty: all.")
    policy_id = fields.Many2one(
        "ar.collection.policy",
        string="Segment",
        domain="[('company_id', '=', company_id)]",
        help="The debtors of a policy. Empty: all.",
    )
    table = fields.Json(compute="_compute_table")

    _months_some = models.Constraint(
        "CHECK (months BETWEEN 1 AND 36)", "Please choose 1 to 36 months."
    )

    @api.depends("company_id", "by", "months", "user_id", "country_id", "policy_id")
    def _compute_table(self):
        for report in self:
            table = report._make_table()
            # on the screen the definition is one click away, and would take half of it
            report.table = table.without(len(table.columns) - 1).to_screen()

    @api.depends("by")
    def _compute_display_name(self):
        self.display_name = self.env._("Key figures")

    # === TABLE === #
    def _make_table(self):
        """The report as :class:`tools.table.Table`: a row per key figure."""
        titles, values = self._columns()
        records = self.env["ar.collection.kpi"]._by_code(self.company_id)
        rows = [
            [
                record.name,
                self._cell(record, record.target or None),
                *(self._cell(record, of_column[code]) for of_column in values),
                record.definition,
            ]
            for code, record in records.items()
            if code in FIGURES
        ]
        return Table(
            self.env._("Key figures"),
            [
                Column(self.env._("Key figure")),
                Column(self.env._("Target"), "number"),
                *(Column(title, "number") for title in titles),
                Column(self.env._("Definition")),
            ],
            rows,
            [self._heading()],
        )

    def _cell(self, record, value):
        if value is None or value is False:
            return None
        if record.unit == "amount":
            currency = self.company_id.sudo().currency_id  # a setting
            return Money(currency.round(value), currency.decimal_places, currency.id)
        return round(float(value), 1)

    def _heading(self):
        today = format_date(self.env, self.company_id._ar_today())
        return self.env._(
            "%(company)s, %(day)s. Days, percent, times or the currency of the company; an empty "
            "cell: not applicable, or nobody noted that day.",
            company=self.company_id.sudo().name,  # a branch user may not reach the root
            day=today,
        )

    def _columns(self):
        """Titles, and for each a dict code -> value."""
        codes = list(FIGURES)
        kpis = self.env["ar.collection.kpi"]
        scope = self._scope()
        if self.by == "month":
            series = kpis._series(scope, codes, max(1, min(36, self.months)))
            titles = [format_date(self.env, month, date_format="MMM yyyy") for month in series]
            return titles, list(series.values())
        if self.by == "user":
            users = self._choices("user_id")
            scopes = [self._scope(user_id=user.id or False) for user in users]
            titles = [user.sudo().name or self.env._("Nobody") for user in users]  # colleagues
        else:
            records = self._choices(f"{self.by}_id")
            scopes = [self._scope(**{f"{self.by}_id": record.id}) for record in records]
            titles = [record.name for record in records]
        return titles, [kpis._values(of_column, codes) for of_column in scopes]

    def _scope(self, **kwargs):
        today = self.company_id._ar_today()
        chosen = {
            "user_id": self.user_id.id or None,
            "country_id": self.country_id.id or None,
            "policy_id": self.policy_id.id or None,
            **kwargs,
        }
        return self.env["ar.collection.kpi"]._scope(
            self.company_id, today - relativedelta(days=89), today, **chosen
        )

    def _choices(self, name):
        """Collectors, countries or policies of the debtors in question, as records."""
        domain = self._scope().domain()
        accounts = self.env["ar.collection"]
        if name == "country_id":
            return accounts.search_fetch(domain, ["partner_id"]).partner_id.country_id.sorted(
                "name"
            )
        rows = accounts._read_group(domain, [name])
        found = accounts[name].browse([record.id for [record] in rows])
        if name == "user_id":
            return found.sorted(lambda user: user.sudo().name or "")  # names of colleagues
        return found.filtered("id").sorted("name")

    def _xlsx(self):
        """:return: (name of the file, list of ``tools.table.Table``)."""
        self.ensure_one()
        return f"{self.env._('Key figures')} {self.company_id._ar_today()}", [self._make_table()]
