from odoo import api, models
from odoo.tools import SQL

from ..tools.ageing_options import AMOUNTS, BUCKETS, HELD
from .ar_collection_ageing_items import ACCOUNT_LEVELS, ITEM_LEVELS

#: Amount of a row -> which items it adds up.
FILTERS = {
    **{name: SQL("bucket = %s", number) for number, name in enumerate(BUCKETS)},
    "credits": SQL("bucket < 0"),
    "total": SQL("TRUE"),
    **{name: SQL("is_held") for name in HELD},
}
SUMS = (*AMOUNTS, "company_total")


class ArCollectionAgeing(models.AbstractModel):
    """The rows of the ageing report: items added up by whatever the rows stand for."""

    _inherit = "ar.collection.ageing"

    @api.model
    def _ageing_groups(self, options, path=(), offset=0, limit=None, totals=False):
        """The rows below a row: one per value of its level.

        :param path: the rows opened, see ``tools.ageing_options``. :param totals: the last row
            is the sum of all, not only of the page; its ``rows`` says how many there are.
        :return: list of dicts: ``kind`` (items of other accounts or of nobody, which stand last),
            ``key``, ``name`` (of debtors only), ``debtors``, ``items`` and ``SUMS`` as floats.
        """
        self._flush_ageing()
        level = options.levels[len(path)]
        columns = SQL(", ").join(SQL.identifier(name) for name in SUMS)
        order = self._ageing_order_sql(options)
        page = SQL(
            "SELECT FALSE AS is_total, kind, key_0 AS key, name, debtors, items, 1::bigint AS rows,"
            " %s FROM grouped ORDER BY kind NULLS FIRST, %s, key_0 NULLS LAST %s %s",
            columns,
            order,
            SQL("LIMIT %s", limit) if limit else SQL(),
            SQL("OFFSET %s", offset) if offset else SQL(),
        )
        total = SQL(
            "UNION ALL SELECT TRUE, NULL, NULL, NULL, sum(debtors), sum(items), count(*), %s"
            " FROM grouped",
            SQL(", ").join(SQL("sum(%s)", SQL.identifier(name)) for name in SUMS),
        )
        rows = self.env.execute_query_dict(
            SQL(
                "WITH grouped AS MATERIALIZED (%s) SELECT * FROM (%s) page %s",
                self._ageing_grouped_sql(options, path, (level,)),
                page,
                total if totals else SQL(),
            )
        )
        return [self._ageing_plain(row) for row in rows]

    @api.model
    def _ageing_plain(self, row):
        """A row of amounts as floats, of nothing as zero."""
        for name in (*SUMS, "debtors", "items"):
            value = row[name] or 0
            row[name] = int(value) if name in ("debtors", "items") else float(value)
        return row

    @api.model
    def _ageing_grouped_sql(self, options, path, levels):
        """SQL: items added up first by debtor and then by what the rows stand for, so that
        whatever is known of the debtor is joined to debtors, not to items.

        Columns: kind, key_0 .. (one per level), name, debtors, items, ``SUMS``.
        """
        own = [
            SQL("%s AS %s", ITEM_LEVELS[level], SQL.identifier(f"own_{number}"))
            for number, level in enumerate(levels)
            if level in ITEM_LEVELS
        ]
        sums = SQL(", ").join(
            SQL("sum(amount) FILTER (WHERE %s) AS %s", condition, SQL.identifier(name))
            if name not in HELD
            else SQL("sum(%(name)s) FILTER (WHERE is_held) AS %(name)s", name=SQL.identifier(name))
            for name, condition in FILTERS.items()
        )
        keys = [self._ageing_key_sql(level, number) for number, level in enumerate(levels)]
        numbers = range(2, 2 + len(own) + 1)
        return SQL(
            """
            SELECT %(kind)s AS kind, %(keys)s, %(name)s AS name,
                   count(by_debtor.partner_id) AS debtors, sum(items) AS items, %(sums)s
              FROM (SELECT item.kind, item.partner_id, %(own)s
                           count(*) FILTER (WHERE item.part_number = 0) AS items,
                           sum(open) AS company_total, %(item_sums)s
                      FROM (%(items)s) item
                     GROUP BY 1, %(numbers)s) by_debtor
              %(join)s
             GROUP BY 1, %(key_numbers)s
            """,
            kind=SQL("NULLIF(by_debtor.kind, 'trade')") if levels != ("currency",) else SQL("NULL"),
            keys=SQL(", ").join(
                SQL("%s AS %s", key, SQL.identifier(f"key_{number}"))
                for number, key in enumerate(keys)
            ),
            name=SQL("max(debtor.name)") if "debtor" in levels else SQL("NULL"),
            sums=SQL(", ").join(
                SQL("coalesce(sum(by_debtor.%(name)s), 0) AS %(name)s", name=SQL.identifier(name))
                for name in SUMS
            ),
            own=SQL("%s,", SQL(", ").join(own)) if own else SQL(),
            item_sums=sums,
            items=self._ageing_items_sql(options, path),
            numbers=SQL(", ").join(SQL("%s", number) for number in numbers),
            join=self._ageing_join_sql(options, levels),
            key_numbers=SQL(", ").join(SQL("%s", 2 + number) for number in range(len(keys))),
        )

    @api.model
    def _ageing_key_sql(self, level, number):
        """SQL: what a row stands for; nothing where its items are nobody's."""
        if level == "currency":
            return SQL("by_debtor.%s", SQL.identifier(f"own_{number}"))
        if level in ACCOUNT_LEVELS:
            key = SQL("account.%s", ACCOUNT_LEVELS[level])
        elif level == "country":
            key = SQL("debtor.country_id")
        else:
            key = SQL("by_debtor.%s", SQL.identifier(f"own_{number}"))
        return SQL("CASE WHEN by_debtor.kind = 'trade' THEN %s END", key)

    @api.model
    def _ageing_join_sql(self, options, levels):
        joins = []
        if set(levels) & set(ACCOUNT_LEVELS):
            joins.append(
                SQL(
                    "LEFT JOIN (%s) account ON account.partner_id = by_debtor.partner_id",
                    self._ageing_accounts_sql(options, levels),
                )
            )
        if set(levels) & {"country", "debtor"}:
            joins.append(SQL("LEFT JOIN res_partner debtor ON debtor.id = by_debtor.partner_id"))
        return SQL(" ").join(joins)

    @api.model
    def _ageing_order_sql(self, options):
        """SQL: the order of rows; by name only where the database knows it, else see
        ``_ageing_labels``."""
        direction = SQL("DESC") if options.descending else SQL("ASC")
        column = SQL("lower(name)") if options.sort == "name" else SQL.identifier(options.sort)
        return SQL("%s %s NULLS LAST", column, direction)

    @api.model
    def _ageing_items(self, options, path=(), offset=0, limit=None):
        """The items below a row, the oldest first: list of dicts, see ``_ageing_items_sql``;
        further ``name`` (number of the entry), ``ref`` and ``part``, as 1/2 of instalments."""
        self._flush_ageing()
        rows = self.env.execute_query_dict(
            SQL(
                "%s ORDER BY item.due_date, item.line_id, item.part_number %s %s",
                self._ageing_shown_items_sql(options, path),
                SQL("LIMIT %s", limit) if limit else SQL(),
                SQL("OFFSET %s", offset) if offset else SQL(),
            )
        )
        parts = self._ageing_parts({row["move_id"] for row in rows})
        for row in rows:
            row["part"] = parts.get(row["line_id"], "")
        return rows

    @api.model
    def _ageing_parts(self, move_ids):
        """dict item -> which instalment it is, as 1/2; of those that have several."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, row_number() OVER (PARTITION BY move_id ORDER BY date_maturity, id),
                       count(*) OVER (PARTITION BY move_id)
                  FROM account_move_line
                 WHERE move_id = ANY(%s::int[]) AND account_id = ANY(%s::int[])
                """,
                list(move_ids),
                [account_id for account_id, _other in self._ageing_accounts()],
            )
        )
        return {line_id: f"{number}/{count}" for line_id, number, count in rows if count > 1}

    @api.model
    def _ageing_shown_items_sql(self, options, path=()):
        """SQL: the items of a row with what is shown of them."""
        return SQL(
            """
            SELECT item.line_id, item.part_number, item.kind, item.partner_id, item.move_id, item.currency_id,
                   item.due_date, item.days, item.bucket, item.open::float8,
                   item.open_currency::float8, item.amount::float8, line.move_name AS name,
                   line.date, line.invoice_date, line.ref, line.account_id, line.company_id AS branch_id, %s
              FROM (%s) item JOIN account_move_line line ON line.id = item.line_id
            """,
            SQL(", ").join(
                SQL(
                    "CASE WHEN item.is_held THEN item.%(name)s ELSE 0 END::float8 AS %(name)s",
                    name=SQL.identifier(name),
                )
                for name in HELD
            ),
            self._ageing_items_sql(options, path),
        )

    @api.model
    def _flush_ageing(self):
        self._figures()._flush_ledger()
        for name in (
            "account.partial.reconcile",
            "res.users",
            "ar.collection.dispute",
            "ar.collection.plan.item",
            "ar.collection.notice",
            "ar.collection.notice.line",
            "mail.message",
            "mail.tracking.value",
        ):
            self.env[name].flush_model()
