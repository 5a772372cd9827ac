from odoo import fields, models
from odoo.tools import SQL

from ..models.ar_collection_promise import METHODS, STATES


class ArCollectionPromiseReport(models.Model):
    """Promises kept, per collector and debtor: by number and by amount.

    One row per promise. Rates are computed per group, not averaged: kept / judged, where
    partly kept is not kept; amounts are what was needed, in company currency.
    """

    _name = "ar.collection.promise.report"
    _description = "Promises Kept"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "collection_id"
    _depends = {
        "ar.collection.promise": [
            "collection_id",
            "company_id",
            "user_id",
            "date",
            "given_on",
            "state",
            "method",
            "amount",
            "amount_company",
            "needed",
        ],
    }

    collection_id = fields.Many2one("ar.collection", string="Debtor", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", string="Collector", readonly=True)
    date = fields.Date(string="Promised for", readonly=True)
    given_on = fields.Date(string="Given on", readonly=True)
    state = fields.Selection(STATES, readonly=True)
    method = fields.Selection(METHODS, string="Paid by", readonly=True)
    amount = fields.Monetary(string="Promised", readonly=True, aggregator="sum")
    promises = fields.Integer(readonly=True, aggregator="sum")
    judged = fields.Integer(readonly=True, aggregator="sum")
    kept = fields.Integer(readonly=True, aggregator="sum")
    amount_judged = fields.Monetary(string="Judged amount", readonly=True, aggregator="sum")
    amount_kept = fields.Monetary(string="Kept amount", readonly=True, aggregator="sum")
    kept_rate = fields.Float(
        string="Kept (%)", readonly=True, digits=(5, 1), aggregator="avg", help="By number."
    )
    kept_rate_amount = fields.Float(
        string="Kept (% of amount)", readonly=True, digits=(5, 1), aggregator="avg"
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT promise.id, promise.collection_id, promise.company_id, promise.user_id,
                   promise.date, promise.given_on, promise.state, promise.method,
                   promise.amount_company AS amount, 1 AS promises, judged.is::int AS judged,
                   (promise.state = 'kept')::int AS kept,
                   CASE WHEN judged.is THEN judged.amount ELSE 0 END AS amount_judged,
                   CASE WHEN promise.state = 'kept' THEN judged.amount ELSE 0 END AS amount_kept,
                   CASE WHEN judged.is THEN (promise.state = 'kept')::int * 100.0 END AS kept_rate,
                   CASE WHEN judged.is THEN (promise.state = 'kept')::int * 100.0
                        END AS kept_rate_amount
              FROM ar_collection_promise promise
             CROSS JOIN LATERAL (
                   SELECT promise.state IN ('kept', 'partial', 'broken') AS is,
                          promise.amount_company * promise.needed / promise.amount AS amount) judged
            """
        )

    def _read_group_select(self, aggregate_spec, query):
        """Rates of a group: of its sums."""
        parts = {
            "kept_rate:avg": ("kept", "judged"),
            "kept_rate_amount:avg": ("amount_kept", "amount_judged"),
        }.get(aggregate_spec)
        if not parts:
            return super()._read_group_select(aggregate_spec, query)
        kept, judged = (self._field_to_sql(self._table, name, query) for name in parts)
        return SQL("100.0 * SUM(%s) / NULLIF(SUM(%s), 0)", kept, judged)
