from odoo import api, fields, models
from odoo.tools import SQL

from . import repeated


class ArCollectionNoticeLine(models.Model):
    """What a notice said about one item: a frozen copy, evidence, never a balance."""

    _name = "ar.collection.notice.line"
    _description = "Notice Line"
    _order = "notice_id, currency_id, kind_rank, date_due, id"
    _log_access = False
    _rec_name = "move_name"

    notice_id = fields.Many2one(
        "ar.collection.notice", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("claim", "Claimed"),
            ("also", "Also overdue"),
            ("credit", "Credit deducted"),
            ("held", "Left out"),
        ],
        required=True,
        readonly=True,
    )
    kind_rank = fields.Integer(readonly=True)
    line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Document",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_name = fields.Char(string="Number", readonly=True)
    instalment = fields.Char(readonly=True, help="E.g. 2/3 of an invoice in instalments.")
    date_invoice = fields.Date(string="Invoice date", readonly=True)
    date_due = fields.Date(string="Due date", readonly=True)
    days_overdue = fields.Integer(string="Days overdue", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_original = fields.Monetary(string="Original", readonly=True)
    amount_open = fields.Monetary(string="Open", readonly=True)
    amount = fields.Monetary(
        readonly=True,
        help="Claimed, deducted or left out by the notice: positive, save credits, negative.",
    )
    held_kind = fields.Char(readonly=True, help="Why a part was left out: the kind of hold.")
    level_id = fields.Many2one(
        "ar.collection.level",
        readonly=True,
        ondelete="set null",
        help="The level the item stands at after the notice.",
    )
    level_name = fields.Char(string="Level then", readonly=True)
    previous_level_id = fields.Many2one("ar.collection.level", readonly=True, ondelete="set null")
    previous_level_date = fields.Date(readonly=True)

    @api.model
    def _parts_sql(self):
        """SQL: what the notices say of each ``item``: claimed, also overdue, deducted, left out."""
        return SQL(
            """
            SELECT item.*, 'claim' AS kind, 1 AS kind_rank, claimable AS part_amount
              FROM item
             WHERE claimable > 0
               AND CASE level_kind WHEN 'courtesy' THEN days <= 0 AND reached_delay < 0
                        WHEN 'formal' THEN days > 0 AND was_noticed
                        ELSE days > 0 END
            UNION ALL
            SELECT item.*, 'also', 2, claimable FROM item
             WHERE claimable > 0 AND level_kind = 'formal' AND days > 0 AND NOT was_noticed
            UNION ALL
            SELECT item.*, 'credit', 3, open_currency + held_currency FROM item
             WHERE open < 0 AND open_currency + held_currency < 0
            UNION ALL
            SELECT item.*, 'held', 4, open_currency - claimable FROM item
             WHERE open > 0 AND days > 0 AND level_kind != 'courtesy'
               AND open_currency > claimable
            """
        )

    @api.model
    def _write_anew(self, notices, claims, items):
        """Freeze what the notices say about their items, in one statement, which forgets what
        they said before: nothing hangs on a line, and ``unlink`` would take longer.

        :param claims: list of (id of the notice, account, address or None, currency, delay of
            its level, kind of its level: ``courtesy``, ``formal`` or ``normal``, its
            language), a row per currency to be claimed.
        :param SQL items: ``ar.collection.run._ladder_items_sql``.
        """
        columns = [list(column) for column in zip(*claims, strict=True)] or [[]] * 7
        repeated.flush(self.env, [self._name])
        repeated.execute(
            self.env,
            SQL(
                """
                WITH forgotten AS (
                    DELETE FROM ar_collection_notice_line WHERE notice_id = ANY(%s::int[])
                ),
                notice AS (
                    SELECT * FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[],
                                         %s::text[], %s::text[])
                        AS notice(id, account_id, to_id, currency_id, delay, level_kind, lang)
                ),
                item AS MATERIALIZED (
                    SELECT notice.id AS notice_id, notice.delay, notice.level_kind, notice.lang,
                           item.*
                      FROM notice JOIN (%s) item ON item.account_id = notice.account_id
                       AND item.currency_id = notice.currency_id %s
                ),
                part AS (%s)
                INSERT INTO ar_collection_notice_line (notice_id, kind, kind_rank, line_id, move_id,
                       move_name, instalment, date_invoice, date_due, days_overdue, currency_id,
                       amount_original, amount_open, amount, held_kind, level_id, level_name,
                       previous_level_id, previous_level_date)
                SELECT part.notice_id, part.kind, part.kind_rank, part.line_id, move.id,
                       coalesce(move.name, line.name), instalment.label,
                       coalesce(move.invoice_date, line.date), part.due_date,
                       greatest(part.days, 0), part.currency_id, line.amount_currency,
                       part.open_currency, part.part_amount,
                       CASE WHEN part.kind = 'held' THEN
                            CASE WHEN part.is_waiting THEN 'waiting'
                                 WHEN part.disputed > 0 THEN 'disputed'
                                 WHEN part.promised > 0 THEN 'promised'
                                 WHEN part.planned > 0 THEN 'planned' ELSE 'other' END END,
                       level.id, coalesce(level.name ->> part.lang, level.name ->> 'en_US'),
                       part.level_id, part.level_date
                  FROM part
                  JOIN account_move_line line ON line.id = part.line_id
                  JOIN account_move move ON move.id = line.move_id
                  LEFT JOIN ar_collection_level own ON own.policy_id = part.policy_id
                        AND own.delay = part.reached_delay AND own.active
                  LEFT JOIN ar_collection_level level ON level.id =
                       CASE WHEN part.kind IN ('claim', 'also') AND part.reached_delay <= part.delay
                            THEN own.id ELSE part.level_id END
                  LEFT JOIN LATERAL (
                      SELECT (count(*) FILTER (WHERE (sibling.date_maturity, sibling.id)
                                               <= (line.date_maturity, line.id)))::text
                             || '/' || count(*)::text AS label
                        FROM account_move_line sibling
                       WHERE sibling.move_id = line.move_id
                         AND sibling.display_type = 'payment_term'
                         -- most items are the whole of their invoice: nothing is looked up then
                         AND line.amount_currency != move.amount_total_in_currency_signed
                         AND part.kind != 'credit' AND move.move_type = 'out_invoice'
                      HAVING count(*) > 1
                  ) instalment ON TRUE
                """,
                notices.ids,
                *columns,
                items,
                # where all notices are to whole debtors, PostgreSQL need not ask for each item
                SQL("AND item.address_id IS NOT DISTINCT FROM notice.to_id")
                if any(columns[2])
                else SQL(),
                self._parts_sql(),
            ),
        )
        notices.invalidate_recordset(["line_ids"], flush=False)
        self.invalidate_model(flush=False)
