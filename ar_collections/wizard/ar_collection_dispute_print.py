from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.table import Column, Money, Table

#: (field of the report, kind of column, aggregate), in this order.
FIGURES = [
    ("weight", "decimal", "weight:sum"),
    ("share", "decimal", "share:sum"),
    ("amount", "money", "amount:sum"),
    ("cost", "money", "cost:sum"),
    ("age", "decimal", "age:avg"),
    ("cycle_days", "decimal", "cycle_days:avg"),
    ("cycle_work_days", "decimal", "cycle_work_days:avg"),
    ("sla_rate", "decimal", "sla_rate:avg"),
]
#: A sheet for each of these.
GROUPS = (
    "reason_id",
    "outcome",
    "user_id",
    "partner_id",
    "product_id",
    "salesperson_id",
)


class ArCollectionDisputePrint(models.TransientModel):
    """The dispute report of some days as a spreadsheet, for the rest of the company."""

    _name = "ar.collection.dispute.print"
    _inherit = "ar.collection.export.mixin"
    _description = "Dispute Report"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company._ar_root()
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="Opened from",
        required=True,
        default=lambda self: self.env.company._ar_today() - relativedelta(years=1),
    )
    date_to = fields.Date(
        string="Opened to", required=True, default=lambda self: self.env.company._ar_today()
    )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_to < wizard.date_from:
                raise UserError(
                    self.env._("The last day is before the first. Please choose a later one.")
                )

    def _xlsx(self):
        """:return: (name of the file, list of ``tools.table.Table``)."""
        self.ensure_one()
        valid = Domain("valid", "=", True)
        tables = [
            self._table_by("root_cause_id", self.env._("Valid by root cause"), valid),
            *(self._table_by(name) for name in GROUPS),
            self._definitions(),
        ]
        name = self.env._("Disputes")
        return f"{name} {self.date_from} {self.date_to}", tables

    def _table_by(self, groupby, title=None, domain=Domain.TRUE):
        domain &= (
            Domain("company_id", "=", self.company_id.id)
            & Domain("date_opened", ">=", self.date_from)
            & Domain("date_opened", "<=", self.date_to)
            & Domain("kind", "!=", "query")
        )
        report = self.env["ar.collection.dispute.report"]
        rows = report._read_group(
            domain, [groupby], [aggregate for _name, _kind, aggregate in FIGURES]
        )
        described = report.fields_get([groupby, *(name for name, *_rest in FIGURES)])
        cells = [
            [self._label(described[groupby], value), *self._cells(figures)]
            for value, *figures in sorted(rows, key=lambda row: -(row[4] or 0))
        ]
        columns = [Column(described[groupby]["string"])] + [
            Column(described[name]["string"], kind, total=kind == "money")
            for name, kind, _aggregate in FIGURES
        ]
        return Table(title or described[groupby]["string"], columns, cells, [self._heading()])

    def _label(self, described, value):
        if described["type"] == "selection":
            return dict(described["selection"]).get(value) or self.env._("Open")
        # sudo: a name
        return value.sudo().display_name if value else self.env._("None")

    def _cells(self, figures):
        currency = self.currency_id
        return [
            Money(value or 0.0, currency.decimal_places, currency.id)
            if kind == "money"
            else (None if value is False else value)  # a rate of nothing
            for (_name, kind, _aggregate), value in zip(FIGURES, figures, strict=True)
        ]

    def _heading(self):
        return self.env._(
            "Disputes of %(company)s opened from %(start)s to %(end)s, amounts in %(currency)s.",
            company=self.company_id.sudo().name,  # a branch user may not reach the root
            start=format_date(self.env, self.date_from),
            end=format_date(self.env, self.date_to),
            currency=self.currency_id.name,
        )

    def _definitions(self):
        described = self.env["ar.collection.dispute.report"].fields_get(
            ["valid", *(name for name, *_rest in FIGURES)], ["string", "help"]
        )
        return Table(
            self.env._("Definitions"),
            [Column(self.env._("Figure")), Column(self.env._("Definition"))],
            [[field["string"], field.get("help") or ""] for field in described.values()],
        )
