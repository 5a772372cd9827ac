from odoo import fields, models
from odoo.tools import SQL

from ..models.ar_collection_application import MODES

#: Rates -> the two sums whose quotient they are, in percent.
RATES = {
    "rate_lines": ("automatic_lines", "lines"),
    "rate_payments": ("automatic_payments", "payments"),
    "hands_free_rate": ("unaided_lines", "lines"),
}


class ArCollectionMatchReport(models.Model):
    """How the money found its items: a row per item paid, undone applications left out."""

    _name = "ar.collection.match.report"
    _description = "Match Rate"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "ar.collection.application": ["state", "mode", "collector_id", "user_id", "hours"],
        "ar.collection.application.line": ["application_id", "kind"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    collection_id = fields.Many2one("ar.collection", string="Debtor", readonly=True)
    collector_id = fields.Many2one("res.users", readonly=True)
    user_id = fields.Many2one("res.users", string="Applied by", readonly=True)
    date = fields.Date(string="Applied on", readonly=True)
    mode = fields.Selection(MODES, string="How", readonly=True)
    reason = fields.Char(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    lines = fields.Integer(string="Items", readonly=True, aggregator="sum")
    payments = fields.Float(readonly=True, aggregator="sum", digits=(16, 2))
    automatic_lines = fields.Integer(string="Items, automatic", readonly=True, aggregator="sum")
    automatic_payments = fields.Float(
        string="Payments, automatic", readonly=True, aggregator="sum", digits=(16, 2)
    )
    unaided_lines = fields.Integer(
        string="Items, proposed", readonly=True, aggregator="sum", help="Automatic or assisted."
    )
    rate_lines = fields.Float(
        string="Automatic (% of items)", readonly=True, aggregator="avg", digits=(5, 1)
    )
    rate_payments = fields.Float(
        string="Automatic (% of payments)", readonly=True, aggregator="avg", digits=(5, 1)
    )
    hands_free_rate = fields.Float(
        string="Proposed rightly (% of items)", readonly=True, aggregator="avg", digits=(5, 1)
    )
    hours = fields.Float(string="Hours to apply", readonly=True, aggregator="avg")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id, application.company_id, application.collection_id,
                   application.collector_id, application.user_id, application.date::date AS date,
                   application.mode, application.reason, company.currency_id,
                   1 AS lines, 1.0 / of_payment.count AS payments,
                   (application.mode = 'automatic')::int AS automatic_lines,
                   (application.mode = 'automatic')::int * 1.0 / of_payment.count
                       AS automatic_payments,
                   (application.mode != 'manual')::int AS unaided_lines,
                   (application.mode = 'automatic')::int * 100.0 AS rate_lines,
                   (application.mode = 'automatic')::int * 100.0 AS rate_payments,
                   (application.mode != 'manual')::int * 100.0 AS hands_free_rate,
                   application.hours
              FROM ar_collection_application_line line
              JOIN ar_collection_application application ON application.id = line.application_id
              JOIN res_company company ON company.id = application.company_id
              JOIN (SELECT application_id, count(*) FROM ar_collection_application_line
                     WHERE kind = 'item' GROUP BY application_id) of_payment
                ON of_payment.application_id = application.id
             WHERE line.kind = 'item' AND application.state = 'applied'
            """
        )

    def _read_group_select(self, aggregate_spec, query):
        """Rates of a group are those of its sums, not means of rates."""
        name, _colon, aggregator = aggregate_spec.partition(":")
        if name not in RATES or aggregator != "avg":
            return super()._read_group_select(aggregate_spec, query)
        part, whole = (self._field_to_sql(self._table, field, query) for field in RATES[name])
        return SQL("100.0 * sum(%s) / nullif(sum(%s), 0)", part, whole)
