from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..tools import statement

#: Kinds of hold that a statement tells; of the others it says overdue or not due.
TOLD = ("disputed", "planned", "promised")


class ArCollectionStatementRows(models.AbstractModel):
    """The one source of the rows of statements and balance confirmations: the ledger at a date.

    Trade items of the debtor in the root company and all its branches, in their own currency.
    The letter says all that the debtor owes the company, whatever the reader may list.
    """

    _name = "ar.collection.statement.rows"
    _inherit = "ar.collection.figures"
    _description = "Rows of Statements"

    # === OPEN ITEMS === #
    @api.model
    def _open_items(self, company, day, partner_ids, with_holds=True):
        """What was open at the end of a day.

        :param company: a root company. :param partner_ids: ids of debtors.
        :return: dict (debtor, currency) -> list of ``statement.Item``, the oldest due first.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT item.*, instalment.label
                  FROM (%(items)s) item
                  LEFT JOIN LATERAL (%(instalment)s) instalment ON item.move_type = 'out_invoice'
                 ORDER BY item.open < 0, item.due, item.date, item.line_id
                """,
                items=self._items_at_sql(company, day, partner_ids),
                instalment=self._instalment_sql(SQL("item.line_id"), SQL("item.move_id")),
            )
        )
        held = self._held_kinds(company, partner_ids, day) if with_holds else {}
        result = defaultdict(list)
        for row in rows:
            result[row["partner_id"], row["currency_id"]].append(
                statement.Item(
                    number=row["number"] or "",
                    date=row["date"],
                    due=row["due"],
                    original=_exact(row["original"]),
                    open=_exact(row["open"]),
                    kind=row["kind"],
                    instalment=row["label"] or "",
                    held=held.get(row["line_id"], ""),
                    line_id=row["line_id"],
                    move_id=row["move_id"],
                )
            )
        return dict(result)

    @api.model
    def _held_kinds(self, company, partner_ids, day):
        """dict id of the item -> the gravest kind of hold on it that a statement tells."""
        holds = self.env["ar.collection.hold"]
        allocated = holds._allocate(
            holds=holds._in_force(partner_ids, day), at=day if day < company._ar_today() else None
        )
        return {
            line_id: next((kind for kind in TOLD if parts.get(kind)), "")
            for line_id, parts in allocated.items()
        }

    @api.model
    def _items_at_sql(self, company, day, partner_ids=None):
        """SQL: items with something open at the end of a day, in their own currency.

        What is open now, and what was settled after that day: most items are neither, and
        are never looked at.
        """
        self._flush_ledger()
        self.env["account.partial.reconcile"].flush_model()
        return SQL(
            """
            SELECT line.id AS line_id, line.partner_id, line.currency_id, line.move_id,
                   line.move_type, line.number, line.date, line.due, line.kind,
                   line.amount AS original, line.residual + coalesce(later.amount, 0) AS open
              FROM (%(lines)s) line
              LEFT JOIN (%(later)s) later ON later.line_id = line.id
             WHERE line.posted <= %(day)s AND line.residual + coalesce(later.amount, 0) != 0
               AND (line.residual != 0 OR later.line_id IS NOT NULL)
            """,
            lines=self._lines_sql(company, partner_ids),
            later=self._settled_after_sql(day),
            day=day,
        )

    @api.model
    def _settled_after_sql(self, day):
        """SQL: what was allocated to each item after a day, in its currency, signed as it is."""
        return SQL(
            """
            SELECT line_id, sum(amount) AS amount
              FROM (SELECT debit_move_id AS line_id, debit_amount_currency AS amount
                      FROM account_partial_reconcile WHERE max_date > %(day)s
                     UNION ALL
                    SELECT credit_move_id, -credit_amount_currency
                      FROM account_partial_reconcile WHERE max_date > %(day)s) part
             GROUP BY line_id
            """,
            day=day,
        )

    @api.model
    def _lines_sql(self, company, partner_ids=None):
        """SQL: posted trade items of debtors in a root company, with what statements say of them.

        ``kind``: invoice, credit_note, payment, returned, refund or entry; ``residual`` is today's.
        """
        return SQL(
            """
            SELECT line.id, partner.commercial_partner_id AS partner_id, line.currency_id,
                   line.move_id, move.move_type, line.date AS posted,
                   coalesce(move.invoice_date, line.date) AS date,
                   coalesce(line.date_maturity, line.date) AS due,
                   coalesce(nullif(move.name, '/'), line.name) AS number,
                   line.amount_currency AS amount, line.amount_residual_currency AS residual,
                   coalesce(move.ref, '') AS reference,
                   CASE WHEN move.move_type IN ('out_invoice', 'out_receipt') THEN 'invoice'
                        WHEN move.move_type = 'out_refund' THEN 'credit_note'
                        WHEN move.origin_payment_id IS NOT NULL
                             OR move.statement_line_id IS NOT NULL THEN
                             CASE WHEN line.amount_currency < 0 THEN 'payment'
                                  WHEN move.reversed_entry_id IS NOT NULL THEN 'returned'
                                  ELSE 'refund' END
                        WHEN move.reversed_entry_id IS NOT NULL
                             AND reversed.origin_payment_id IS NOT NULL THEN 'returned'
                        ELSE 'entry' END AS kind
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              LEFT JOIN account_move reversed ON reversed.id = move.reversed_entry_id
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN res_company company ON company.id = line.company_id
             WHERE line.account_id = ANY(%(accounts)s::int[]) AND line.parent_state = 'posted'
               AND split_part(company.parent_path, '/', 1)::int = %(company)s AND %(of_partners)s
            """,
            accounts=self._trade_account_ids(),
            company=company.id,
            of_partners=(
                SQL("partner.commercial_partner_id = ANY(%s::int[])", list(partner_ids))
                if partner_ids is not None
                else SQL("TRUE")
            ),
        )

    @api.model
    def _instalment_sql(self, line_id, move_id):
        """SQL: which instalment of its invoice an item is, e.g. 2/3; no row for a single one."""
        return SQL(
            """
            SELECT (count(*) FILTER (WHERE (sibling.date_maturity, sibling.id)
                                     <= (own.date_maturity, own.id)))::text
                   || '/' || count(*)::text AS label
              FROM account_move_line own
              JOIN account_move_line sibling ON sibling.move_id = own.move_id
                   AND sibling.display_type = 'payment_term'
             WHERE own.id = %(line_id)s AND own.move_id = %(move_id)s
            HAVING count(*) > 1
            """,
            line_id=line_id,
            move_id=move_id,
        )

    # === MOVEMENTS === #
    @api.model
    def _activity(self, company, date_from, date_to, partner_ids):
        """Opening balance and movements of a period.

        An allocation between two currencies moves a balance from one to the other; it is a
        movement of both, so that the closing balance is what is open in that currency.

        :return: dict (debtor, currency) -> ``statement.Activity``.
        """
        self._flush_ledger()
        self.env["account.partial.reconcile"].flush_model()
        opening, movements = {}, defaultdict(list)
        applied = self._applied(company, date_to, partner_ids)
        for row in self.env.execute_query_dict(
            self._movements_sql(company, date_from, date_to, partner_ids)
        ):
            key = (row["partner_id"], row["currency_id"])
            if row["kind"] == "opening":
                opening[key] = _exact(row["amount"])
                continue
            movements[key].append(
                statement.Movement(
                    date=row["posted"],
                    number=row["number"] or "",
                    kind=row["kind"],
                    amount=_exact(row["amount"]),
                    due=row["due"],
                    parts=row["parts"],
                    reference=row["reference"] or "",
                    applied=tuple(applied.get((row["move_id"], *key), ()))
                    if row["amount"] < 0
                    else (),
                )
            )
        return {
            key: statement.Activity(opening.get(key, statement.ZERO), tuple(movements.get(key, ())))
            for key in {**opening, **movements}
        }

    @api.model
    def _movements_sql(self, company, date_from, date_to, partner_ids):
        """SQL: a row per debtor and currency of what came before (kind ``opening``), then one
        per entry of the period. Exchange differences are nothing in the item's currency."""
        return SQL(
            """
            WITH line AS MATERIALIZED (%(lines)s),
            change AS (
                SELECT partner_id, currency_id, posted, move_id, kind, number, reference, due,
                       amount
                  FROM line WHERE amount != 0 AND posted <= %(date_to)s
                 UNION ALL
                SELECT line.partner_id, line.currency_id, part.max_date, other.move_id,
                       'conversion', move.name, '', NULL,
                       CASE WHEN line.id = part.debit_move_id THEN -part.debit_amount_currency
                            ELSE part.credit_amount_currency END
                  FROM account_partial_reconcile part
                  JOIN line ON line.id IN (part.debit_move_id, part.credit_move_id)
                  JOIN account_move_line other ON other.id = CASE WHEN line.id = part.debit_move_id
                       THEN part.credit_move_id ELSE part.debit_move_id END
                  JOIN account_move move ON move.id = other.move_id
                 WHERE other.currency_id != line.currency_id AND part.max_date <= %(date_to)s
            )
            SELECT partner_id, currency_id, NULL::int AS move_id, 'opening' AS kind,
                   NULL::date AS posted, NULL AS number, NULL AS reference, NULL::date AS due,
                   0 AS parts, sum(amount) AS amount, 0 AS rank
              FROM change WHERE posted < %(date_from)s
             GROUP BY partner_id, currency_id HAVING sum(amount) != 0
             UNION ALL
            SELECT partner_id, currency_id, move_id, kind, posted, min(number), min(reference),
                   min(due), count(*), sum(amount), 1
              FROM change WHERE posted >= %(date_from)s AND amount != 0
             GROUP BY partner_id, currency_id, move_id, kind, posted, sign(amount)
             ORDER BY rank, posted, amount DESC, move_id
            """,
            lines=self._lines_sql(company, partner_ids),
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _applied(self, company, day, partner_ids):
        """What the payments and credits were applied to until a day.

        :return: dict (entry, debtor, currency) -> list of ``statement.Applied``.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.move_id, line.partner_id, line.currency_id, instalment.label,
                       coalesce(nullif(move.name, '/'), claim.name) AS number,
                       part.credit_amount_currency AS amount,
                       part.debit_amount_currency < claim.amount_currency AS part
                  FROM (%(lines)s) line
                  JOIN account_partial_reconcile part ON part.credit_move_id = line.id
                  JOIN account_move_line claim ON claim.id = part.debit_move_id
                  JOIN account_move move ON move.id = claim.move_id
                  LEFT JOIN LATERAL (%(instalment)s) instalment ON move.move_type = 'out_invoice'
                 WHERE part.max_date <= %(day)s AND part.credit_amount_currency != 0
                 ORDER BY claim.date_maturity, claim.id
                """,
                lines=self._lines_sql(company, partner_ids),
                instalment=self._instalment_sql(SQL("claim.id"), SQL("claim.move_id")),
                day=day,
            )
        )
        result = defaultdict(list)
        for row in rows:
            result[row["move_id"], row["partner_id"], row["currency_id"]].append(
                statement.Applied(
                    row["number"] or "", _exact(row["amount"]), row["label"] or "", row["part"]
                )
            )
        return result

    # === WHO HAS A BALANCE === #
    @api.model
    def _balances(self, company, day, partner_ids=None):
        """What each debtor owed at the end of a day, net of credits.

        :return: dict debtor -> dict currency -> Decimal.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id, currency_id, sum(open) FROM (%s) item
                 GROUP BY partner_id, currency_id
                """,
                self._items_at_sql(company, day, partner_ids),
            )
        )
        result = defaultdict(dict)
        for partner_id, currency_id, amount in rows:
            result[partner_id][currency_id] = _exact(amount)
        return dict(result)

    @api.model
    def _rates(self, balances, own, company, day):
        """dict currency -> its rate into the company's on a day, of those in ``_balances``."""
        currencies = self.env["res.currency"]
        return {
            currency_id: currencies._get_conversion_rate(
                currencies.browse(currency_id), own, company, day
            )
            for currency_id in {key for row in balances.values() for key in row}
        }

    @api.model
    def _in_own(self, row, rates, own):
        """A debtor's balances, dict currency -> Decimal, in company currency."""
        total = sum(float(amount) * rates[currency_id] for currency_id, amount in row.items())
        return _exact(own.round(total))


def _exact(amount):
    """An amount as the database has it; the cursor hands it over as float."""
    return Decimal(str(amount))
