from odoo import api, models
from odoo.tools import SQL

from . import repeated
from .ar_collection_figures import LEVELS


class ArCollectionFigures(models.AbstractModel):
    """Open items added up: the figures of each debtor."""

    _inherit = "ar.collection.figures"

    @api.model
    def _level_ids(self):
        """Ids of all levels, the lowest first."""
        return repeated.remember(self.env, "levels", lambda: self._ids_of(LEVELS))

    @api.model
    def _debtors_sql(self, partner_ids=None, day=None, live=False):
        """SQL: the figures of each debtor with something open, in company currency.

        :param live: with what only the page of a debtor shows: ``by_currency``, JSON
            [{currency_id, open, open_currency}] of all that is open, the largest amount
            first; ``unseen``, what the items of branches come to that are not the reader's.
        """
        sums, shown = SQL(), SQL()
        if live:
            sums = SQL(
                """
                sum(open) AS open, sum(open_currency) AS open_currency,
                sum(open) FILTER (WHERE %s) AS unseen,
                """,
                SQL("FALSE")
                if self.env.su
                else SQL("branch_id != ALL(%s)", self.env.companies.ids),
            )
            shown = SQL(
                """
                jsonb_agg(jsonb_build_object('currency_id', currency_id, 'open', open,
                                             'open_currency', open_currency)
                          ORDER BY open DESC, currency_id) AS by_currency,
                coalesce(sum(unseen), 0) AS unseen,
                """
            )
        return SQL(
            """
            WITH money AS (  -- the sum of nothing stays NULL here, which costs the next step nothing
                SELECT partner_id, company_id, currency_id, %(sums)s
                       sum(open) FILTER (WHERE bucket = 0) AS not_due,
                       sum(open) FILTER (WHERE bucket = 1) AS bucket_1,
                       sum(open) FILTER (WHERE bucket = 2) AS bucket_2,
                       sum(open) FILTER (WHERE bucket = 3) AS bucket_3,
                       sum(open) FILTER (WHERE bucket = 4) AS bucket_4,
                       sum(open) FILTER (WHERE bucket = 5) AS bucket_5,
                       sum(disputed) FILTER (WHERE bucket > 0 AND is_held) AS disputed,
                       sum(promised) FILTER (WHERE bucket > 0 AND is_held) AS promised,
                       sum(planned) FILTER (WHERE bucket > 0 AND is_held) AS planned,
                       sum(held_other) FILTER (WHERE bucket > 0 AND is_held) AS held_other,
                       sum(open_currency) FILTER (WHERE bucket > 0) AS overdue_currency,
                       sum(held_currency) FILTER (WHERE bucket > 0 AND is_held) AS held_currency,
                       sum(- open_currency - held_currency) FILTER (WHERE bucket < 0) AS credit,
                       sum(- open - held_company) FILTER (WHERE bucket < 0) AS credit_company,
                       sum(- open) FILTER (WHERE bucket < 0) AS unapplied_credit,
                       max(days) FILTER (WHERE bucket > 0) AS days_overdue,
                       max(bucket) AS oldest_bucket, max(today) AS today,
                       max(array_position(%(levels)s::int[], level_id))
                           FILTER (WHERE bucket >= 0 AND level_id IS NOT NULL) AS level_rank
                  FROM (%(items)s) item
                 GROUP BY partner_id, company_id, currency_id
            ),
            whole AS (
                SELECT *, coalesce(bucket_1, 0) + coalesce(bucket_2, 0) + coalesce(bucket_3, 0)
                          + coalesce(bucket_4, 0) + coalesce(bucket_5, 0) AS overdue,
                       coalesce(disputed + promised + planned + held_other, 0) AS held
                  FROM money
            ),
            debtor AS (
                SELECT partner_id, company_id, %(shown)s
                       coalesce(sum(not_due), 0) AS not_due,
                       coalesce(sum(bucket_1), 0) AS bucket_1,
                       coalesce(sum(bucket_2), 0) AS bucket_2,
                       coalesce(sum(bucket_3), 0) AS bucket_3,
                       coalesce(sum(bucket_4), 0) AS bucket_4,
                       coalesce(sum(bucket_5), 0) AS bucket_5,
                       sum(overdue) AS total_overdue,
                       coalesce(sum(disputed), 0) AS disputed,
                       coalesce(sum(promised), 0) AS promised,
                       coalesce(sum(planned), 0) AS planned,
                       coalesce(sum(held_other), 0) AS held_other,
                       sum(held) AS held,
                       coalesce(sum(unapplied_credit), 0) AS unapplied_credit,
                       coalesce(sum(greatest(0, overdue - held - coalesce(credit_company, 0)))
                                FILTER (WHERE overdue_currency
                                        > coalesce(held_currency, 0) + coalesce(credit, 0)), 0)
                           AS net_collectable,
                       max(today) - max(days_overdue) AS oldest_due_date,
                       coalesce(max(days_overdue), 0) AS days_overdue,
                       greatest(max(oldest_bucket), 0)::text AS oldest_bucket,
                       max(level_rank) AS level_rank
                  FROM whole
                 GROUP BY partner_id, company_id
            )
            SELECT debtor.*, not_due + total_overdue AS total_due,
                   total_overdue - held AS collectable,
                   (%(levels)s::int[])[level_rank] AS level_id
              FROM debtor
            """,
            levels=self._level_ids(),
            items=self._items_sql(partner_ids, day),
            sums=sums,
            shown=shown,
        )
