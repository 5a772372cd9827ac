from odoo import api, fields, models
from odoo.tools import SQL

#: Days over which a debtor's habit is measured.
HABIT_DAYS = 365
KINDS = [
    ("promise", "Promise"),
    ("instalment", "Instalment"),
    ("forecast", "By habit"),
    ("late", "Later than usual"),
    ("disputed", "Disputed"),
]


class ArCollectionForecast(models.Model):
    """Cash expected of a debtor in a week; made anew each night.

    Each open euro stands here once: what is on a plan on the day of its instalment, what was
    promised on the day of the promise, all else on its due date shifted by the debtor's own
    average delay. What is past that day has no week (``late``), nor has what is disputed. What
    is held otherwise is expected of nobody.
    """

    _name = "ar.collection.forecast"
    _description = "Expected Cash"
    _log_access = False
    _order = "week, amount desc, id"
    _rec_name = "collection_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    collection_id = fields.Many2one(
        "ar.collection",
        string="Debtor",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(related="collection_id.user_id", string="Collector")
    week = fields.Date(readonly=True, help="Its Monday. Empty: not expected in any week.")
    kind = fields.Selection(KINDS, string="Why then", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)

    _company_week_idx = models.Index("(company_id, week)")

    @api.model
    def _remake(self, company, today=None):
        """Expect anew, for a company."""
        day = today or company._ar_today()
        self.env.flush_all()
        self.env["ar.collection"]._update_average_delays(company, day)
        self.env.cr.execute(
            SQL("DELETE FROM ar_collection_forecast WHERE company_id = %s", company.id)
        )
        for query in (self._items_sql(company, day), *self._dated_sql(company, day)):
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO ar_collection_forecast
                           (company_id, collection_id, week, kind, amount)
                    SELECT %(company)s, collection_id, date_trunc('week', day)::date, kind,
                           sum(amount)
                      FROM (%(query)s) expected
                     GROUP BY collection_id, 3, kind HAVING sum(amount) > 0
                    """,
                    company=company.id,
                    query=query,
                )
            )
        self.invalidate_model()

    @api.model
    def _items_sql(self, company, day):
        """SQL: free parts of claims on the day of the debtor's habit, and the disputed parts."""
        return SQL(
            """
            WITH item AS MATERIALIZED (
                SELECT account.id AS collection_id, entry.open,
                       entry.due_date + coalesce(account.average_delay, 0) AS usual,
                       CASE WHEN entry.is_held THEN entry.held_company ELSE 0 END AS held,
                       CASE WHEN entry.is_held THEN entry.disputed ELSE 0 END AS disputed
                  FROM (%(items)s) entry
                  JOIN ar_collection account ON account.partner_id = entry.partner_id
                   AND account.company_id = entry.company_id
                 WHERE entry.bucket >= 0)
            SELECT collection_id, CASE WHEN usual >= %(day)s THEN usual END AS day,
                   CASE WHEN usual >= %(day)s THEN 'forecast' ELSE 'late' END AS kind,
                   open - held AS amount
              FROM item
             UNION ALL
            SELECT collection_id, NULL, 'disputed', disputed FROM item WHERE disputed > 0
            """,
            day=day,
            items=self.env["ar.collection.figures"]._items_sql(day=day, company_id=company.id),
        )

    @api.model
    def _dated_sql(self, company, day):
        """SQL of what has a day of its own: ``collection_id, day, kind, amount``.

        What is past its day and not yet judged is expected now.
        """
        return [
            SQL(
                """
                SELECT collection_id, greatest(date, %(day)s) AS day, 'promise' AS kind,
                       amount_company * greatest(0, coalesce(needed, amount) - coalesce(paid, 0))
                       / amount AS amount
                  FROM ar_collection_promise
                 WHERE state = 'open' AND company_id = %(company)s
                """,
                day=day,
                company=company.id,
            ),
            SQL(
                """
                SELECT line.collection_id, greatest(line.date, %(day)s) AS day,
                       'instalment' AS kind,
                       plan.amount_company / nullif(plan.amount, 0)
                       * (line.amount - coalesce(line.paid, 0) - coalesce(line.reduced, 0))
                       AS amount
                  FROM ar_collection_plan_line line
                  JOIN ar_collection_plan plan ON plan.id = line.plan_id
                 WHERE plan.state = 'active' AND plan.company_id = %(company)s
                   AND line.state NOT IN ('paid', 'credited')
                """,
                day=day,
                company=company.id,
            ),
        ]


class ArCollection(models.Model):
    _name = "ar.collection"
    _inherit = "ar.collection"

    average_delay = fields.Integer(
        string="Average delay (days)",
        readonly=True,
        aggregator="avg",
        help="Days between due date and payment in the last 12 months, weighted by amount; negative: "
        "early. Of last night.",
    )

    @api.model
    def _kept_fields(self):
        return super()._kept_fields() | {"average_delay"}

    @api.model
    def _update_average_delays(self, company, today):
        """The debtors' habits, from what was paid in the last 12 months."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection account SET average_delay = habit.delay
                  FROM (SELECT own.id, coalesce(paid.delay, 0) AS delay
                          FROM ar_collection own
                          LEFT JOIN (
                               SELECT partner.commercial_partner_id AS partner_id,
                                      round(sum(part.amount * (credit.date
                                            - coalesce(item.date_maturity, item.date)))
                                            / sum(part.amount))::int AS delay
                                 FROM %(payments)s
                                 JOIN res_partner partner ON partner.id = item.partner_id
                                WHERE credit.date > %(today)s - %(days)s
                                  AND credit.company_id IN %(companies)s
                                GROUP BY 1 HAVING sum(part.amount) > 0
                               ) paid ON paid.partner_id = own.partner_id
                         WHERE own.company_id = %(company)s) habit
                 WHERE account.id = habit.id
                   AND account.average_delay IS DISTINCT FROM habit.delay
                """,
                payments=self.env["ar.collection.kpi"]._payments_sql(),
                today=today,
                days=HABIT_DAYS,
                companies=self.env["ar.collection.kpi"]._company_ids(company),
                company=company.id,
            )
        )
        self.invalidate_model(["average_delay"])
