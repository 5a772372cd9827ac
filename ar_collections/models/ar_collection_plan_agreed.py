from odoo import api, models
from odoo.tools import SQL


class ArCollectionPlan(models.Model):
    """The due dates by agreement, for ageing beside the legal ones."""

    _inherit = "ar.collection.plan"

    @api.model
    def _agreed_parts_sql(self):
        """SQL rows ``(line_id, plan_id, date, amount)``: what is open of items on active plans, by
        the day it is agreed for, in the currency of the item.

        The oldest items are paid by the first instalments. What a settlement would give up is
        of its last day: until it is paid, all is owed. Items without rows are on no plan;
        what the rows of an item leave of its residual is not covered, and due as invoiced.
        """
        return SQL(
            """
            SELECT item.line_id, item.plan_id, part.date,
                   least(item.upto, part.upto) - greatest(item.before, part.before) AS amount
              FROM (SELECT covered.*, sum(covered.open) OVER ranked - covered.open AS before,
                           sum(covered.open) OVER ranked AS upto
                      FROM (SELECT item.id, item.plan_id, item.line_id, item.item_due_date,
                                   least(item.amount - coalesce(item.paid, 0),
                                         line.amount_residual_currency) AS open
                              FROM ar_collection_plan_item item
                              JOIN account_move_line line
                                ON line.id = item.line_id AND line.parent_state = 'posted'
                             WHERE item.live) covered
                     WHERE covered.open > 0
                    WINDOW ranked AS (PARTITION BY covered.plan_id
                                      ORDER BY covered.item_due_date, covered.id)) item
              JOIN (SELECT line.plan_id, line.date, line.upto - line.open AS before,
                           CASE WHEN line.place = 1 THEN 'infinity'::numeric ELSE line.upto END
                               AS upto
                      FROM (SELECT line.plan_id, line.date, left_of.open,
                                   sum(left_of.open) OVER (PARTITION BY line.plan_id
                                       ORDER BY line.sequence, line.date, line.id) AS upto,
                                   row_number() OVER (PARTITION BY line.plan_id
                                       ORDER BY line.sequence DESC, line.date DESC, line.id DESC)
                                       AS place
                              FROM ar_collection_plan_line line
                              JOIN ar_collection_plan plan
                                ON plan.id = line.plan_id AND plan.state = 'active'
                             CROSS JOIN LATERAL (
                                   SELECT greatest(line.amount - coalesce(line.reduced, 0)
                                                   - coalesce(line.paid, 0), 0) AS open) left_of
                           ) line) part
                ON part.plan_id = item.plan_id AND part.before < item.upto
               AND part.upto > item.before
            """
        )

    @api.model
    def _agreed_parts(self, line_ids=None):
        """Rows of ``_agreed_parts_sql`` as dicts, of these items or all."""
        self.env.flush_all()
        restrict = SQL("TRUE") if line_ids is None else SQL("line_id = ANY(%s)", list(line_ids))
        return self.env.execute_query_dict(
            SQL(
                "SELECT * FROM (%s) agreed WHERE %s ORDER BY plan_id, date, line_id",
                self._agreed_parts_sql(),
                restrict,
            )
        )
