from odoo import api, models
from odoo.tools import SQL, groupby

#: Columns of the items, beside what is open of them; see ``_ageing_lines_sql``.
COLUMNS = (
    "id",
    "move_id",
    "partner_id",
    "company_id",
    "account_id",
    "currency_id",
    "date",
    "date_maturity",
    "invoice_date",
    "ar_original_due_date",
    "no_followup",
    "ar_level_id",
    "ar_level_date",
)
HELD_UPTO = ("upto_disputed", "upto_promised", "upto_planned", "upto_held_other")


class ArCollectionAgeing(models.AbstractModel):
    """Ageing by agreement: an item on a payment plan is as many rows as instalments pay it, each
    due on the day of its instalment; what no plan covers is due as invoiced."""

    _inherit = "ar.collection.ageing"

    @api.model
    def _ageing_agreed_lines_sql(self, lines):
        """SQL: the items of ``lines``, those on plans split.

        Further columns: agreed_date (NULL: as invoiced), part_number (0 for one row of each
        item), low (what of the item stands before the part, in its currency). What is not
        covered stands first, then the instalments in order: so a disputed part, which is held
        first, is what no instalment pays. The parts add up to the item; of a past day, when more
        was open, the first instalment has what was paid since.
        """
        parts = self._ageing_agreed_parts()
        return SQL(
            """
            SELECT %(columns)s, part.date AS agreed_date,
                   coalesce(part.number, 0) AS part_number, coalesce(span.low, 0) AS low,
                   CASE WHEN part.line_id IS NULL THEN line.open
                        ELSE round(line.open * span.high / line.open_currency, %(digits)s)
                             - round(line.open * span.low / line.open_currency, %(digits)s)
                   END AS open,
                   CASE WHEN part.line_id IS NULL THEN line.open_currency
                        ELSE span.high - span.low END AS open_currency
              FROM (%(lines)s) line
              LEFT JOIN unnest(%(parts)s)
                     AS part(line_id, number, date, rest, above, after)
                     ON part.line_id = line.id AND line.open_currency > 0
             CROSS JOIN LATERAL (
                   SELECT least(part.rest, line.open_currency) AS first) free
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN part.date IS NULL THEN 0 WHEN part.above IS NULL THEN free.first
                               ELSE greatest(line.open_currency - part.above, free.first) END AS low,
                          CASE WHEN part.date IS NULL THEN free.first
                               ELSE greatest(line.open_currency - part.after, free.first) END
                               AS high) span
             WHERE part.line_id IS NULL OR span.high > span.low
            """,
            columns=SQL(", ").join(SQL.identifier("line", name) for name in COLUMNS),
            lines=lines,
            digits=self.env.company._ar_root().sudo().currency_id.decimal_places,  # a setting
            parts=SQL(
                "%s::int[], %s::int[], %s::date[], %s::numeric[], %s::numeric[], %s::numeric[]",
                *([row[index] for row in parts] for index in range(6)),
            ),
        )

    @api.model
    def _ageing_agreed_parts(self):
        """The parts of items on active plans, few among all items: rows (item, number, date or
        None, what of the item is not covered, sum of this and later parts or None for the first,
        sum of later parts)."""
        # sudo: the agreed days count for every reader of the figures
        plans = self.env["ar.collection.plan"].sudo()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT agreed.line_id, agreed.date, agreed.amount, line.amount_residual_currency
                  FROM (%s) agreed JOIN account_move_line line ON line.id = agreed.line_id
                 ORDER BY agreed.line_id, agreed.date
                """,
                plans._agreed_parts_sql(),
            )
        )
        result = []
        for line_id, parts in groupby(rows, key=lambda row: row[0]):
            after = sum(amount for _line, _date, amount, _open in parts)
            rest = max(parts[0][3] - after, 0)
            if rest:
                result.append((line_id, len(parts), None, rest, None, None))
            above = None
            for number, (_line, date, amount, _open) in enumerate(parts):
                after -= amount
                result.append((line_id, number, date, rest, above, after))
                above = after
        return result

    @api.model
    def _ageing_agreed_held_sql(self):
        """SQL: the running sums of what is held of an item, as far as they fall into a part."""
        return SQL(", ").join(
            SQL(
                "CASE WHEN %(held)s IS NOT NULL THEN"
                " least(greatest(%(held)s - line.low, 0), line.open_currency) END AS %(name)s",
                held=SQL.identifier("held", name),
                name=SQL.identifier(name),
            )
            for name in HELD_UPTO
        )

    @api.model
    def _ageing_moved_by_plans(self, options, branch_ids):
        """What is open that plans gave a later day than invoiced; 0 unless it ages by them."""
        if options.basis != "agreed":
            return 0.0
        [[amount]] = self.env.execute_query(
            SQL(
                "SELECT coalesce(sum(line.open), 0) FROM (%s) line WHERE line.agreed_date > %s",
                self._ageing_agreed_lines_sql(self._ageing_lines_sql(options, branch_ids, None)),
                self.env["account.move.line"]._ar_original_due_sql("line"),
            )
        )
        return float(amount)
