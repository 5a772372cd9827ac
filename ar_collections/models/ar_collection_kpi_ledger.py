from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .ar_collection_kpi_scope import Scope


class ArCollectionKpi(models.Model):
    """Sales and money received, out of the ledger.

    Amounts are in company currency. Credit sales: posted customer invoices less credit notes by
    invoice date, tax included; no receipts (cash sales) and nothing sold to companies of this
    database. Collected: money matched with claims of trade, by its accounting date; what was
    returned or reversed is matched with nothing any more. (RULES, section KPIs.)
    """

    _inherit = "ar.collection.kpi"

    # === SALES === #
    @api.model
    def _sales(self, company, date_from, date_to):
        """Credit sales of a company."""
        return sum(self._ledger_sales(Scope(company, date_from, date_to)).values())

    @api.model
    def _sales_of(self, scope):
        return sum(self._sales_by_month(scope).values())

    @api.model
    def _sales_by_month(self, scope):
        """dict first day of the month -> credit sales."""
        return self._ledger_sales(scope)

    @api.model
    def _ledger_sales(self, scope, days=None):
        """dict first day of the month -> credit sales, out of the ledger.

        :param days: of these days of the scope only.
        """
        self.env["account.move"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT date_trunc('month', day)::date, sum(amount)"
                " FROM (SELECT day, sum(amount) AS amount FROM (%s) sale GROUP BY day) sold"
                " GROUP BY 1",
                self._sales_sql(scope, days),
            )
        )
        return {month: float(amount) for month, amount in rows}

    @api.model
    def _sales_sql(self, scope, days=None):
        """SQL: the credit sales, ``day`` and ``amount``."""
        return SQL(
            """
            SELECT move.invoice_date AS day, move.amount_total_signed AS amount
              FROM account_move move %(debtor)s
             WHERE move.move_type IN ('out_invoice', 'out_refund') AND move.state = 'posted'
               AND %(between)s AND move.company_id IN %(companies)s
               AND move.commercial_partner_id != ALL(%(own)s::int[])
               AND NOT %(none)s
            """,
            debtor=self._debtor_join(scope, SQL("move.commercial_partner_id")),
            between=self._between_sql(scope, SQL("move.invoice_date"), days),
            companies=self._company_ids(scope.company),
            own=self._own_partner_ids(),
            none=self._no_sale_sql(),
        )

    @api.model
    def _between_sql(self, scope, column, days=None):
        """SQL condition: a column is in the days of the scope, or one of ``days``."""
        if days is not None:
            return SQL("%s = ANY(%s::date[])", column, list(days))
        return SQL("%s BETWEEN %s AND %s", column, scope.date_from, scope.date_to)

    @api.model
    def _no_sale_sql(self):
        """Hook, SQL: the invoice ``move`` is about interest or fees and no credit sale."""
        return SQL("FALSE")

    @api.model
    def _company_ids(self, company):
        # sudo: the branches of a company whose total the reader sees
        return tuple(company.sudo().search([("id", "child_of", company.id)]).ids)

    @api.model
    def _own_partner_ids(self):
        # sudo: the partners of the companies of this database, to leave them out
        return self.env["res.company"].sudo().search(Domain.TRUE).partner_id.ids

    @api.model
    def _debtor_join(self, scope, partner):
        """SQL join with the account of the debtor ``partner``, where not all count."""
        if scope.whole:
            return SQL()
        return SQL(
            "JOIN ar_collection account ON account.partner_id = %s AND %s",
            partner,
            scope.accounts_sql("account"),
        )

    # === CASH === #
    @api.model
    def _collected(self, company, date_from, date_to):
        """Money matched with claims of a company."""
        return self._ledger_cash(Scope(company, date_from, date_to))

    @api.model
    def _collected_of(self, scope):
        """Money matched with claims of a scope."""
        return sum(self._collected_by_user(scope).values())

    @api.model
    def _ledger_cash(self, scope, days=None):
        """Money matched with claims of a company, out of the ledger.

        :param days: of these days of the scope only.
        """
        self.env.flush_all()
        [[amount]] = self.env.execute_query(
            SQL("SELECT coalesce(sum(amount), 0) FROM (%s) paid", self._cash_sql(scope, days))
        )
        return float(amount)

    @api.model
    def _cash_sql(self, scope, days=None):
        """SQL: the money matched with claims of a company, ``day`` and ``amount``."""
        return SQL(
            """
            SELECT credit.date AS day, part.amount
              FROM %(payments)s
              JOIN res_partner partner ON partner.id = item.partner_id
              JOIN ar_collection account
                ON account.partner_id = partner.commercial_partner_id AND %(accounts)s
             WHERE %(between)s AND credit.company_id IN %(companies)s
            """,
            payments=self._payments_sql(),
            accounts=scope.accounts_sql("account"),
            between=self._between_sql(scope, SQL("credit.date"), days),
            companies=self._company_ids(scope.company),
        )

    @api.model
    def _collected_by_user(self, scope):
        """dict id of the collector in charge on the day of the money (None: nobody) -> amount."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT paid.user_id, sum(paid.amount)
                  FROM (SELECT part.amount,
                               CASE WHEN before.id IS NULL THEN account.user_id
                                    ELSE before.user_id END AS user_id
                          FROM %(payments)s
                          JOIN res_partner partner ON partner.id = item.partner_id
                          JOIN ar_collection account
                            ON account.partner_id = partner.commercial_partner_id
                           AND %(accounts)s
                          LEFT JOIN LATERAL (
                               SELECT id, user_id FROM ar_collection_snapshot
                                WHERE collection_id = account.id AND date <= credit.date
                                ORDER BY date DESC, id DESC LIMIT 1) before
                            ON account.id IN %(moved)s
                         WHERE %(between)s) paid
                 WHERE %(of_user)s
                 GROUP BY 1
                """,
                payments=self._payments_sql(),
                accounts=scope.of_any_user().accounts_sql("account"),
                moved=self._moved_sql(scope.company),
                between=self._paid_between_sql(scope),
                of_user=self._of_user_sql(scope, SQL("paid.user_id")),
            )
        )
        return {user_id: float(amount) for user_id, amount in rows}

    @api.model
    def _moved_sql(self, company):
        """SQL: ids of the accounts whose collector was another one at some time: few."""
        return SQL(
            """
            (SELECT history.collection_id FROM ar_collection_snapshot history
               JOIN ar_collection now ON now.id = history.collection_id
              WHERE history.company_id = %s AND history.user_id IS DISTINCT FROM now.user_id)
            """,
            company.id,
        )

    @api.model
    def _of_user_sql(self, scope, column):
        if scope.user_id is None:
            return SQL("TRUE")
        return SQL("%s = %s", column, scope.user_id) if scope.user_id else SQL("%s IS NULL", column)

    @api.model
    def _payments_sql(self):
        """SQL: money ``credit`` matched (``part``) with the claim ``item`` of trade.

        Both stand on one account, and accounts and journals are given as numbers: PostgreSQL
        then starts from the money of the period, which the index on account and date finds.
        """
        kinds = ("bank", "cash", "credit")
        banks = [
            journal_id
            for [journal_id] in self.env.execute_query(
                SQL("SELECT id FROM account_journal WHERE type IN %s", kinds)
            )
        ]
        return SQL(
            """
            account_partial_reconcile part
            JOIN account_move_line credit ON credit.id = part.credit_move_id
                 AND credit.parent_state = 'posted' AND credit.account_id = ANY(%(trade)s::int[])
                 AND credit.journal_id = ANY(%(banks)s::int[])
            JOIN account_move_line item ON item.id = part.debit_move_id
                 AND item.account_id = ANY(%(trade)s::int[])
                 AND item.journal_id != ALL(%(banks)s::int[])
            """,
            trade=self.env["ar.collection"]._trade_account_ids(),
            banks=banks,
        )

    @api.model
    def _paid_between_sql(self, scope):
        return SQL(
            "credit.date BETWEEN %s AND %s AND credit.company_id IN %s",
            scope.date_from,
            scope.date_to,
            self._company_ids(scope.company),
        )

    @api.model
    def _payment_days(self, scope):
        """List of (amount, days from invoice to payment), added up by days."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sum(part.amount), credit.date - coalesce(item.invoice_date, item.date)
                  FROM %(payments)s
                  JOIN res_partner partner ON partner.id = item.partner_id
                  %(debtor)s
                 WHERE %(between)s
                 GROUP BY 2
                """,
                payments=self._payments_sql(),
                debtor=self._debtor_join(scope, SQL("partner.commercial_partner_id")),
                between=self._paid_between_sql(scope),
            )
        )
        return [(float(amount), days) for amount, days in rows]
