from collections import defaultdict
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..tools import allocation, prepared
from . import repeated

#: Core's own exclusion of an item, as if it were a hold.
EXCLUDED = {"hold_id": None, "kind": "other", "amount": None, "date_to": None, "baseline": None}


class ArCollectionHold(models.Model):
    """Which holds are in force, and what they keep of which item."""

    _inherit = "ar.collection.hold"

    @api.model
    def _in_force_sql(self, alias, day):
        """SQL condition: the hold ``alias`` is in force on ``day`` (a date or SQL)."""
        return SQL(
            "(%(h)s.date_from <= %(day)s AND coalesce(%(h)s.date_to, 'infinity') >= %(day)s"
            " AND coalesce(%(h)s.date_ended, 'infinity') > %(day)s"
            " AND %(h)s.approval_state IS DISTINCT FROM 'waiting')",
            h=SQL.identifier(alias),
            day=day,
        )

    @api.model
    def _end_sql(self, alias):
        """SQL: the first day on which the hold ``alias`` no longer counts, or NULL."""
        return SQL(
            "least(%(h)s.date_ended, %(h)s.date_to + 1)",
            h=SQL.identifier(alias),
        )

    def _held_of_lines(self, lines, day=None):
        """Held part of items by kind.

        :param lines: ``account.move.line`` recordset. :param day: default today.
        :return: dict id of the item -> dict kind -> amount (item currency, positive);
            items without a held part are missing.
        """
        if not lines.ids:
            return {}
        self.env["account.move.line"].flush_model()
        rows = self._allocate(lines.ids, day)
        return {
            line_id: {kind: float(amount) for kind, amount in parts.items()}
            for line_id, parts in rows.items()
        }

    @api.model
    def _allocate(self, line_ids=None, day=None, holds=None, at=None):
        """Allocate the holds in force to their items; the rules are ``tools.allocation``'s.

        :param line_ids: these items; None: all items with a hold of their own. Holds on whole
            debtors and core's exclusions (``no_followup``, blocked invoices) count too, but do
            not make an item appear unless ``line_ids`` is given.
        :param day: date; None: today in each company. :param holds: rows of ``_in_force``, if
            they were read already. :param at: what was open and paid at the end of this day
            counts; None: what is open now.
        :return: dict id of the item -> dict kind of ``allocation.ORDER`` -> Decimal in the
            currency of the item.
        """
        if holds is None:
            holds = self._in_force(None, day, line_ids)
        items, cash = self._gather(line_ids, holds, at)
        return {
            line_id: parts
            for line_id, rows in items.items()
            if (parts := allocation.held_by_kind(*self._to_allocation(rows), cash[line_id]))
        }

    @api.model
    def _in_force(self, partner_ids=None, day=None, line_ids=None):
        """The holds in force: dicts hold_id, line_id, scope, amount, date_to, baseline,
        partner_id, company_id and kind, one of ``allocation.ORDER``.

        :param partner_ids: ids of debtors; None: of all. :param day: date; None: today in each
            company. :param line_ids: only those on these items, or on any whole debtor.
        """
        repeated.flush(self.env, [self._name])
        return repeated.execute(self.env, self._in_force_rows_sql(line_ids, day, partner_ids))

    @api.model
    def _gather(self, line_ids, holds, at=None):
        """What the allocation is made of: dict item -> rows of holds, dict item -> cash.

        The holds come in a query of their own: PostgreSQL cannot guess how many are in force,
        and chooses joins that take seconds.
        """
        own, of_debtor = defaultdict(list), defaultdict(list)
        for hold in holds:
            if hold["scope"] == "item":
                own[hold["line_id"]].append(hold)
            else:  # all of each of its items, whatever the amount
                of_debtor[hold["partner_id"], hold["company_id"]].append(
                    {**hold, "amount": None, "baseline": None}
                )
        items = self._items_of(own if line_ids is None else line_ids, at)
        rows = {
            item["id"]: [
                *own.get(item["id"], ()),
                *of_debtor.get((item["debtor_id"], item["root_id"]), ()),
                *([EXCLUDED] if item["excluded"] else ()),
            ]
            for item in items
        }
        baselines = {
            line_id: min(consumed)
            for line_id, of_item in rows.items()
            if (
                consumed := [
                    hold["baseline"]
                    for hold in of_item
                    if hold["kind"] in allocation.CONSUMED_BY_CASH and hold["amount"]
                ]
            )
        }
        cash = defaultdict(list)
        for line_id, number, amount in self.env["account.move.line"]._ar_cash_since(baselines, at):
            cash[line_id].append(allocation.Cash(number, _decimal(amount)))
        residuals = {item["id"]: item["residual"] for item in items}
        return {
            line_id: [{**hold, "residual": residuals[line_id]} for hold in of_item]
            for line_id, of_item in rows.items()
            if of_item
        }, cash

    @api.model
    def _in_force_rows_sql(self, line_ids, day, partner_ids):
        """SQL: the holds in force on these items and on whole debtors."""
        if line_ids is not None:
            restrict = SQL(
                "(hold.scope = 'debtor' OR hold.line_id = ANY(%s::int[]))",
                prepared.array(line_ids),
            )
        elif partner_ids is not None:
            restrict = SQL(
                # an array, not a join: PostgreSQL then starts from these few debtors
                "hold.collection_id = ANY(ARRAY(SELECT id FROM ar_collection"
                " WHERE partner_id = ANY(%s::int[])))",
                prepared.array(partner_ids),
            )
        else:
            restrict = SQL("TRUE")
        return SQL(
            """
            SELECT hold.id AS hold_id, hold.line_id, hold.scope, hold.amount, hold.date_to,
                   hold.baseline, account.partner_id, account.company_id,
                   CASE WHEN hold.kind IN ('debit', 'exclusion') THEN 'other'
                        ELSE hold.kind END AS kind
              FROM ar_collection_hold hold
              JOIN ar_collection account ON account.id = hold.collection_id
              JOIN %(todays)s ON todays.root_id = account.company_id
             WHERE %(in_force)s AND %(restrict)s
             ORDER BY hold.id
            """,
            todays=self._todays_sql(day),
            in_force=self._in_force_sql("hold", day or SQL("todays.day")),
            restrict=restrict,
        )

    @api.model
    def _items_of(self, line_ids, at=None):
        """Items with something open: what is open, whose they are, and whether core excludes
        them; ``at`` as in ``_allocate``."""
        if not line_ids:
            return []
        return repeated.execute(
            self.env,
            SQL(
                """
                SELECT line.id, residual.amount AS residual,
                       line.no_followup OR blocked.id IS NOT NULL AS excluded,
                       partner.commercial_partner_id AS debtor_id,
                       split_part(company.parent_path, '/', 1)::int AS root_id
                  FROM account_move_line line
                  JOIN res_company company ON company.id = line.company_id
                  LEFT JOIN res_partner partner ON partner.id = line.partner_id
                  LEFT JOIN (SELECT id FROM account_move WHERE payment_state = 'blocked') blocked
                         ON blocked.id = line.move_id
                 CROSS JOIN LATERAL (SELECT %s AS amount) residual
                 WHERE line.id = ANY(%s::int[]) AND residual.amount != 0
                """,
                self._residual_sql(at),
                prepared.array(line_ids),
            ),
        )

    @api.model
    def _residual_sql(self, at):
        """SQL: what is open of ``line`` in its currency, now or at the end of a day."""
        if at is None:
            return SQL("line.amount_residual_currency")
        return SQL(
            """
            line.amount_residual_currency
            + coalesce((SELECT sum(debit_amount_currency) FROM account_partial_reconcile
                         WHERE debit_move_id = line.id AND max_date > %(at)s), 0)
            - coalesce((SELECT sum(credit_amount_currency) FROM account_partial_reconcile
                         WHERE credit_move_id = line.id AND max_date > %(at)s), 0)
            """,
            at=at,
        )

    @api.model
    def _to_allocation(self, rows):
        """The residual and the holds of an item as ``tools.allocation`` knows them."""
        holds = [
            allocation.Hold(
                row["kind"],
                _decimal(row["amount"]) if row["amount"] else None,
                row["date_to"] or date.max,
                row["baseline"] or 0,
            )
            for row in rows
        ]
        return abs(_decimal(rows[0]["residual"])), holds

    @api.model
    def _todays_sql(self, day=None, roots=None):
        """SQL table ``todays(root_id, day)``: today in each root company, or a day for all."""
        if roots is None:
            every = self.env["res.company"]._ar_every_root
            roots = repeated.remember(self.env, "roots", every)
        return SQL(
            "unnest(%s::int[], %s::date[]) AS todays(root_id, day)",
            roots.ids,
            [day or root._ar_today() for root in roots],
        )


def _decimal(amount):
    return Decimal(str(amount))
