from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from ..tools import lookup

#: Debtors found at most: with more somebody has to type more.
FOUND = 1000


class ArCollection(models.Model):
    """One search box for whatever a caller says: name, phone, invoice, order, amount, cheque."""

    _inherit = "ar.collection"

    find = fields.Char(
        string="Anything", compute="_compute_find", search="_search_find", store=False
    )

    def _compute_find(self):
        self.find = False

    @api.model
    def _search_find(self, operator, value):
        if operator == "in":
            return Domain.OR(self._search_find("ilike", text) for text in value)
        if operator not in ("ilike", "=", "like"):
            return NotImplemented
        text = str(value or "").strip()
        if not text:
            return Domain.FALSE
        for model in (
            "res.partner",
            "account.move",
            "account.move.line",
            "account.payment",
            "ar.collection.dispute",
            "ar.collection.notice",
            "ar.collection.plan.line",
            "ar.collection.promise",
        ):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT partner.commercial_partner_id
                  FROM (%s) found(partner_id)
                  JOIN res_partner partner ON partner.id = found.partner_id LIMIT %s
                """,
                SQL(" UNION ").join(self._find_queries(text)),
                FOUND,
            )
        )
        return Domain("partner_id", "in", [partner_id for [partner_id] in rows])

    @api.model
    def _find_queries(self, text):
        """Hook: SQL queries for the ids of partners that a text may mean.

        What is found is still limited to the debtors the reader may see.
        """
        like = f"%{escape_psql(text)}%"
        queries = [
            SQL(
                "SELECT id FROM res_partner"
                " WHERE name ILIKE %(like)s OR ref ILIKE %(like)s OR vat ILIKE %(like)s"
                " OR email ILIKE %(like)s",
                like=like,
            )
        ]
        if digits := lookup.phone_digits(text):
            queries.append(
                SQL(
                    r"SELECT id FROM res_partner"
                    r" WHERE phone IS NOT NULL AND regexp_replace(phone, '\D', '', 'g') LIKE %s",
                    f"%{digits}",
                )
            )
        if any(char.isdigit() for char in text):
            queries += self._find_reference_queries(like)
        if amount := lookup.amount(text):
            queries.append(self._find_amount_query(amount))
        return queries

    @api.model
    def _find_reference_queries(self, like):
        """Numbers of documents: invoice, customer's reference or order, payment, cheque."""
        companies = tuple(self.env.companies.ids)
        return [
            *(
                SQL(
                    "SELECT partner_id FROM account_move"
                    " WHERE %s ILIKE %s AND partner_id IS NOT NULL AND company_id IN %s",
                    SQL.identifier(name),
                    like,
                    companies,
                )
                for name in ("name", "ref", "payment_reference", "invoice_origin")
            ),
            SQL(
                "SELECT partner_id FROM account_payment WHERE partner_id IS NOT NULL"
                " AND company_id IN %(companies)s"
                " AND (memo ILIKE %(like)s OR payment_reference ILIKE %(like)s)",
                like=like,
                companies=companies,
            ),
            *self._find_evidence_queries(like),
        ]

    @api.model
    def _find_evidence_queries(self, like):
        """Numbers that our letters name, and those of cheques and of the customer's complaints."""
        numbers = {
            "ar_collection_notice": ("name",),
            "ar_collection_promise": ("instrument_number",),
            "ar_collection_dispute": ("name", "customer_reference"),
            "ar_collection_plan_line": ("reference",),
        }
        return [
            SQL(
                "SELECT account.partner_id FROM %s evidence"
                " JOIN ar_collection account ON account.id = evidence.collection_id"
                " WHERE evidence.%s ILIKE %s",
                SQL.identifier(table),
                SQL.identifier(name),
                like,
            )
            for table, names in numbers.items()
            for name in names
        ]

    @api.model
    def _find_amount_query(self, amount):
        """Open items over an amount, whole or what is left of it, in their own currency."""
        return SQL(
            """
            SELECT line.partner_id FROM account_move_line line
             WHERE line.account_id = ANY(%(accounts)s::int[]) AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE AND line.partner_id IS NOT NULL
               AND line.company_id IN %(companies)s
               AND (abs(line.amount_residual_currency) = %(amount)s
                    OR abs(line.amount_currency) = %(amount)s)
            """,
            accounts=self._trade_account_ids(),
            companies=tuple(self.env.companies.ids),
            amount=amount,
        )
