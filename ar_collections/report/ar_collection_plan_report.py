from odoo import fields, models
from odoo.tools import SQL

from ..models.ar_collection_plan import KINDS, STATES
from ..models.ar_collection_plan_line import LINE_STATES


class ArCollectionPlanReport(models.Model):
    """Instalments of plans that were agreed: what is expected when, and how it was kept.

    One row per instalment, amounts in company currency at the rate of the offer. *Expected* is
    what is open of active plans. An instalment counts as judged when it is paid, missed, or
    late beyond its grace days; as kept when it is paid with the last money dated in time.
    Adherence is computed per group, not averaged: kept / judged.
    """

    _name = "ar.collection.plan.report"
    _description = "Instalments of Plans"
    _auto = False
    _order = "date, id"
    _rec_name = "plan_id"
    _depends = {
        "ar.collection.plan": [
            "collection_id",
            "company_id",
            "user_id",
            "kind",
            "state",
            "amount_items",
            "amount_company",
            "accepted_on",
            "defaulted_on",
        ],
        "ar.collection.plan.line": [
            "plan_id",
            "date",
            "last_date",
            "amount",
            "interest",
            "fee",
            "paid",
            "reduced",
            "paid_on",
            "state",
        ],
    }

    plan_id = fields.Many2one("ar.collection.plan", readonly=True)
    collection_id = fields.Many2one("ar.collection", string="Debtor", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", string="Built by", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    plan_state = fields.Selection(STATES, string="State of the plan", readonly=True)
    state = fields.Selection(LINE_STATES, string="State of the instalment", readonly=True)
    date = fields.Date(string="Due on", readonly=True)
    accepted_on = fields.Date(string="Accepted", readonly=True)
    defaulted_on = fields.Date(string="Defaulted", readonly=True)
    amount = fields.Monetary(string="Agreed", readonly=True, aggregator="sum")
    extra = fields.Monetary(string="Interest and fees", readonly=True, aggregator="sum")
    paid = fields.Monetary(readonly=True, aggregator="sum")
    expected = fields.Monetary(
        readonly=True, aggregator="sum", help="Open, with interest and fees, of active plans."
    )
    instalments = fields.Integer(readonly=True, aggregator="sum")
    judged = fields.Integer(readonly=True, aggregator="sum")
    kept = fields.Integer(string="Paid in time", readonly=True, aggregator="sum")
    adherence = fields.Float(
        string="Adherence (%)", readonly=True, digits=(5, 1), aggregator="avg", help="By number."
    )
    defaults = fields.Integer(
        string="Defaulted plans", readonly=True, aggregator="sum", help="Counted with its first."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id, line.plan_id, plan.collection_id, plan.company_id, plan.user_id,
                   plan.kind, plan.state AS plan_state, line.state, line.date, plan.accepted_on,
                   plan.defaulted_on,
                   line.amount * rate.rate AS amount,
                   (coalesce(line.interest, 0) + coalesce(line.fee, 0)) * rate.rate AS extra,
                   coalesce(line.paid, 0) * rate.rate AS paid,
                   CASE WHEN plan.state = 'active' AND line.state NOT IN ('paid', 'credited')
                        THEN (left_of.open + coalesce(line.interest, 0) + coalesce(line.fee, 0))
                             * rate.rate ELSE 0 END AS expected,
                   1 AS instalments, judged.is::int AS judged,
                   (judged.is AND judged.kept)::int AS kept,
                   CASE WHEN judged.is THEN judged.kept::int * 100.0 END AS adherence,
                   (plan.state = 'defaulted' AND line.id = (
                       SELECT min(other.id) FROM ar_collection_plan_line other
                        WHERE other.plan_id = plan.id))::int AS defaults
              FROM ar_collection_plan_line line
              JOIN ar_collection_plan plan ON plan.id = line.plan_id
             CROSS JOIN LATERAL (
                   SELECT coalesce(plan.amount_company / nullif(plan.amount_items, 0), 1) AS rate
                   ) rate
             CROSS JOIN LATERAL (
                   SELECT greatest(line.amount - coalesce(line.paid, 0)
                                   - coalesce(line.reduced, 0), 0) AS open) left_of
             CROSS JOIN LATERAL (
                   SELECT line.state IN ('paid', 'missed')
                          OR plan.state = 'defaulted' AND line.date <= plan.defaulted_on AS is,
                          line.state = 'paid'
                          AND (line.paid_on IS NULL OR line.paid_on <= line.last_date) AS kept
                   ) judged
             WHERE plan.accepted_on IS NOT NULL
            """
        )

    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group: of its sums."""
        if aggregate_spec != "adherence:avg":
            return super()._read_group_select(aggregate_spec, query)
        kept, judged = (self._field_to_sql(self._table, name, query) for name in ("kept", "judged"))
        return SQL("100.0 * SUM(%s) / NULLIF(SUM(%s), 0)", kept, judged)
