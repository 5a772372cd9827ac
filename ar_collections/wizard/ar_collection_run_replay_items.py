from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import replay


class ArCollectionRunReplay(models.TransientModel):
    """Gather: the debtors of a company with their items as they stood on past days."""

    _inherit = "ar.collection.run.replay"

    def _debtors(self):
        """list of (``replay.Debtor``, policy id A, policy id B) that the reader may see."""
        self.env["ar.collection"]._flush_ledger()
        visible = set(
            self.env["ar.collection"].search([("company_id", "=", self.company_id.id)])._ids
        )
        paused = self._debtor_holds()
        items, facts = defaultdict(list), {}
        for row in self.env.execute_query_dict(self._items_sql()):
            if row["account_id"] in visible:
                facts[row["account_id"]] = row
                items[row["account_id"]].append(self._to_item(row))
        return [
            (
                replay.Debtor(
                    account_id,
                    items[account_id],
                    paused.get(account_id, ()),
                    row["last_notice"],
                ),
                row["policy_a"],
                row["policy_b"],
            )
            for account_id, row in facts.items()
        ]

    @api.model
    def _to_item(self, row):
        whole = [replay.Held(row["posted"])] if row["excluded"] else []
        return replay.Item(
            row["line_id"],
            row["currency_id"],
            row["posted"],
            row["due"],
            _decimal(row["amount"]),
            _decimal(row["company"]),
            [
                replay.Settled(fields.Date.to_date(day), _decimal(amount), _decimal(company))
                for day, amount, company in row["settled"] or ()
            ],
            [*whole, *(_held(*part) for part in row["held"] or ())],
            row["level_delay"],
            row["level_date"],
            row["address_id"] or (row["account_partner_id"] if row["amount"] > 0 else None),
        )

    def _debtor_holds(self):
        """dict account -> holds on the whole debtor."""
        rows = self.env.execute_query(
            SQL(
                "SELECT hold.collection_id, hold.date_from, %s FROM ar_collection_hold hold"
                " JOIN ar_collection account ON account.id = hold.collection_id"
                " WHERE hold.scope = 'debtor' AND account.company_id = %s"
                " AND hold.approval_state IS DISTINCT FROM 'waiting'",
                self.env["ar.collection.hold"]._end_sql("hold"),
                self.company_id.id,
            )
        )
        paused = defaultdict(list)
        for account_id, first, end in rows:
            paused[account_id].append(replay.Held(first, end))
        return paused

    def _items_sql(self):
        """SQL: every trade item open at some time of the window, with what was settled on it
        and held of it, and the level and last notice before the window."""
        return SQL(
            """
            SELECT account.id AS account_id, account.policy_id AS policy_a,
                   other.policy_id AS policy_b, line.id AS line_id, line.currency_id,
                   line.date AS posted, coalesce(line.date_maturity, line.date) AS due,
                   line.amount_currency AS amount, line.balance AS company,
                   settled.parts AS settled, held.parts AS held,
                   coalesce(line.no_followup, FALSE) AS excluded,
                   stood.delay AS level_delay, stood.date AS level_date,
                   noticed.date AS last_notice, account.partner_id AS account_partner_id,
                   address.id AS address_id
              FROM account_move_line line
              JOIN res_company company ON company.id = line.company_id
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN %(accounts_a)s account ON account.partner_id = partner.commercial_partner_id
                   AND account.company_id = %(root)s
              JOIN %(accounts_b)s other ON other.id = account.id
              LEFT JOIN LATERAL (%(settled)s) settled ON TRUE
              LEFT JOIN (
                   SELECT hold.line_id,
                          json_agg(json_build_array(hold.date_from, %(end)s, hold.amount)) AS parts
                     FROM ar_collection_hold hold
                    WHERE hold.scope = 'item' AND hold.approval_state IS DISTINCT FROM 'waiting'
                    GROUP BY hold.line_id) held ON held.line_id = line.id
              LEFT JOIN (
                   SELECT DISTINCT ON (said.line_id) said.line_id, level.delay, notice.date
                     FROM ar_collection_notice_line said
                     JOIN ar_collection_notice notice ON notice.id = said.notice_id
                     JOIN ar_collection_level level ON level.id = said.level_id
                    WHERE notice.state = 'sent' AND notice.date < %(first)s
                      AND said.kind IN ('claim', 'also')
                    ORDER BY said.line_id, notice.date DESC) stood ON stood.line_id = line.id
              LEFT JOIN (
                   SELECT collection_id, max(date) AS date FROM ar_collection_notice
                    WHERE state = 'sent' AND date < %(first)s
                    GROUP BY collection_id) noticed ON noticed.collection_id = account.id
              LEFT JOIN account_move document ON document.id = line.move_id
                    AND document.move_type != 'entry'
              LEFT JOIN res_partner address ON address.id = document.partner_id AND address.active
                    AND address.commercial_partner_id = account.partner_id
             WHERE line.account_id = ANY(%(trade)s::int[]) AND line.parent_state = 'posted'
               AND split_part(company.parent_path, '/', 1)::int = %(root)s
               AND line.date <= %(last)s AND line.balance != 0
               AND (line.reconciled IS NOT TRUE OR settled.last >= %(first)s)
             ORDER BY account.id, line.id
            """,
            accounts_a=self._accounts_sql(self.policy_a_ids),
            accounts_b=self._accounts_sql(self.policy_b_ids),
            settled=self._settled_sql(),
            end=self.env["ar.collection.hold"]._end_sql("hold"),
            trade=self.env["ar.collection"]._trade_account_ids(),
            root=self.company_id.id,
            first=self.date_from,
            last=self.date_to,
        )

    @api.model
    def _accounts_sql(self, policies):
        run = self.env["ar.collection.run"]._what_if(policies or None)
        return run.env["ar.collection"]._accounts_sql()

    @api.model
    def _settled_sql(self):
        """SQL: what was reconciled with the item, by the day it counts from."""
        return SQL(
            """
            SELECT max(part.day) AS last,
                   json_agg(json_build_array(part.day, part.amount, part.company)) AS parts
              FROM (
                SELECT max_date AS day, debit_amount_currency AS amount, amount AS company
                  FROM account_partial_reconcile WHERE debit_move_id = line.id
                UNION ALL
                SELECT max_date, credit_amount_currency, amount
                  FROM account_partial_reconcile WHERE credit_move_id = line.id) part
            """
        )


def _decimal(number):
    return Decimal(str(number))


def _held(first, end, amount):
    return replay.Held(
        fields.Date.to_date(first),
        fields.Date.to_date(end) if end else None,
        _decimal(amount) if amount else None,
    )
