from odoo import fields, models
from odoo.tools import SQL

from ..models.ar_collection_dispute import KINDS, STATES
from ..models.ar_collection_dispute_outcome import OUTCOMES

#: Outcomes that say the customer was right, in whole or in part.
VALID = ("accepted", "partial", "financial", "write_off")


class ArCollectionDisputeReport(models.Model):
    """Disputes, what they were about and what they cost.

    A row for each dispute, item and product of the disputed lines; amounts are shared out over
    the products, and a dispute counts as one however many rows it has (``weight``). Days and
    rates of a group are weighted so, not averaged over rows.
    """

    _name = "ar.collection.dispute.report"
    _description = "Disputes Analysis"
    _auto = False
    _order = "date_opened desc, id desc"
    _rec_name = "dispute_id"
    _depends = {
        "ar.collection.dispute": [
            "collection_id",
            "company_id",
            "kind",
            "state",
            "outcome",
            "reason_id",
            "root_cause_id",
            "user_id",
            "team_id",
            "collector_id",
            "date_opened",
            "date_closed",
            "within_sla",
            "cycle_days",
            "cycle_work_days",
            "amount",
            "amount_company",
        ],
        "ar.collection.dispute.item": ["dispute_id", "move_id", "amount", "accepted"],
        "account.move": ["invoice_user_id"],
        "account.move.line": ["move_id", "product_id", "price_total", "display_type"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id"],
    }

    dispute_id = fields.Many2one("ar.collection.dispute", readonly=True)
    collection_id = fields.Many2one("ar.collection", string="Account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date_opened = fields.Date(string="Opened", readonly=True)
    date_closed = fields.Date(string="Closed", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    state = fields.Selection(STATES, readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    valid = fields.Boolean(
        readonly=True, help="Closed with something given up: the customer was right, or partly."
    )
    reason_id = fields.Many2one("ar.collection.dispute.reason", readonly=True)
    root_cause_id = fields.Many2one("ar.collection.dispute.cause", readonly=True)
    ours = fields.Boolean(string="Our mistake", readonly=True)
    user_id = fields.Many2one("res.users", string="Owner", readonly=True)
    team_id = fields.Many2one("ar.collection.dispute.team", readonly=True)
    collector_id = fields.Many2one("res.users", string="Coordinator", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product category", readonly=True)
    salesperson_id = fields.Many2one("res.users", readonly=True, help="Of the invoice.")

    weight = fields.Float(
        string="Disputes", readonly=True, aggregator="sum", digits=(16, 1), help="Each counts once."
    )
    share = fields.Float(
        string="Outcome share (%)",
        readonly=True,
        aggregator="sum",
        digits=(5, 1),
        help="Of all disputes of the company closed with an outcome, in percent.",
    )
    amount = fields.Monetary(string="Disputed", readonly=True, aggregator="sum")
    cost = fields.Monetary(
        string="Given up",
        readonly=True,
        aggregator="sum",
        help="By credit note or write-off, in company currency: what the reason has cost.",
    )
    age = fields.Float(
        string="Age of open ones (days)", readonly=True, aggregator="avg", digits=(16, 1)
    )
    cycle_days = fields.Float(
        string="Days to close", readonly=True, aggregator="avg", digits=(16, 1)
    )
    cycle_work_days = fields.Float(
        string="Working days to close", readonly=True, aggregator="avg", digits=(16, 1)
    )
    sla_rate = fields.Float(
        string="Within the deadline (%)",
        readonly=True,
        aggregator="avg",
        digits=(5, 1),
        help="Closed in time, of those closed; merged ones count nowhere.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT row_number() OVER (ORDER BY one.id, one.item_id, sold.product_id) AS id,
                   one.id AS dispute_id, one.collection_id, account.partner_id, one.company_id,
                   company.currency_id, one.date_opened::date AS date_opened,
                   one.date_closed::date AS date_closed, one.kind, one.state, one.outcome,
                   coalesce(one.outcome = ANY(%(valid)s) AND one.date_closed IS NOT NULL, FALSE)
                   AS valid,
                   one.reason_id, one.root_cause_id, coalesce(cause.ours, FALSE) AS ours,
                   one.user_id, one.team_id, one.collector_id, one.move_id, sold.product_id,
                   template.categ_id, move.invoice_user_id AS salesperson_id,
                   one.weight * coalesce(sold.share, 1) AS weight,
                   CASE WHEN one.date_closed IS NOT NULL
                        THEN 100.0 * one.weight * coalesce(sold.share, 1) / one.closed END AS share,
                   one.value * coalesce(sold.share, 1) AS amount,
                   one.cost * coalesce(sold.share, 1) AS cost,
                   CASE WHEN one.date_closed IS NULL THEN extract(epoch FROM
                        (now() AT TIME ZONE 'UTC') - one.date_opened) / 86400 END AS age,
                   CASE WHEN one.date_closed IS NOT NULL THEN one.cycle_days END AS cycle_days,
                   CASE WHEN one.date_closed IS NOT NULL THEN one.cycle_work_days END
                   AS cycle_work_days,
                   CASE WHEN one.date_closed IS NOT NULL THEN one.within_sla::int * 100.0 END
                   AS sla_rate
              FROM (%(one)s) one
              JOIN ar_collection account ON account.id = one.collection_id
              JOIN res_company company ON company.id = one.company_id
              LEFT JOIN ar_collection_dispute_cause cause ON cause.id = one.root_cause_id
              LEFT JOIN account_move move ON move.id = one.move_id
              LEFT JOIN LATERAL %(sold)s ON TRUE
              LEFT JOIN product_product product ON product.id = sold.product_id
              LEFT JOIN product_template template ON template.id = product.product_tmpl_id
            """,
            valid=list(VALID),
            one=self._items_sql(),
            sold=self._sold_sql(),
        )

    def _items_sql(self):
        """Disputes and their items: value and cost in company currency, and which part of the
        dispute the item is (all alike where nothing is disputed)."""
        return SQL(
            """
            SELECT dispute.*, item.id AS item_id, item.move_id,
                   CASE WHEN sum(item.amount) OVER of_dispute > 0
                        THEN item.amount / sum(item.amount) OVER of_dispute
                        ELSE 1.0 / count(*) OVER of_dispute END AS weight,
                   CASE WHEN dispute.amount > 0
                        THEN dispute.amount_company * item.amount / dispute.amount ELSE 0 END
                   AS value,
                   CASE WHEN dispute.amount > 0 AND dispute.date_closed IS NOT NULL
                         AND dispute.outcome = ANY(%s)
                        THEN dispute.amount_company * coalesce(item.accepted, 0) / dispute.amount
                        ELSE 0 END AS cost,
                   totals.closed
              FROM ar_collection_dispute dispute
              LEFT JOIN ar_collection_dispute_item item ON item.dispute_id = dispute.id
              LEFT JOIN (SELECT company_id, count(*) AS closed FROM ar_collection_dispute
                          WHERE date_closed IS NOT NULL AND outcome IS DISTINCT FROM 'merged'
                          GROUP BY company_id) totals ON totals.company_id = dispute.company_id
             WHERE dispute.outcome IS DISTINCT FROM 'merged'
            WINDOW of_dispute AS (PARTITION BY dispute.id)
            """,
            list(VALID),
        )

    def _sold_sql(self):
        """The products of the disputed lines, or of the whole invoice, with their share."""
        return SQL(
            """
            (SELECT line.product_id,
                    coalesce(sum(line.price_total) / nullif(sum(sum(line.price_total)) OVER (), 0),
                             1.0 / count(*) OVER ()) AS share
               FROM account_move_line line
              WHERE line.move_id = move.id AND line.display_type = 'product'
                AND (NOT EXISTS (SELECT FROM ar_collection_dispute_item_source_rel named
                                  WHERE named.ar_collection_dispute_item_id = one.item_id)
                     OR line.id IN (SELECT named.account_move_line_id
                                      FROM ar_collection_dispute_item_source_rel named
                                     WHERE named.ar_collection_dispute_item_id = one.item_id))
              GROUP BY line.product_id) sold
            """
        )

    def _read_group_select(self, aggregate_spec, query):
        """Days and rates of a group: a dispute counts once, however many rows it has."""
        name, _colon, function = aggregate_spec.partition(":")
        if function != "avg" or name not in ("age", "cycle_days", "cycle_work_days", "sla_rate"):
            return super()._read_group_select(aggregate_spec, query)
        value = self._field_to_sql(self._table, name, query)
        weight = self._field_to_sql(self._table, "weight", query)
        return SQL(
            "SUM(%(value)s * %(weight)s)"
            " / NULLIF(SUM(%(weight)s) FILTER (WHERE %(value)s IS NOT NULL), 0)",
            value=value,
            weight=weight,
        )

    def action_open_record(self):
        """Open the dispute."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.collection.dispute",
            "res_id": self.dispute_id.id,
            "views": [(False, "form")],
        }
