from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..tools import ladder, prepared

#: Codes of payment methods by which we collect: of Odoo Enterprise and of OCA.
DIRECT_DEBIT = (
    "sdd", "sepa_direct_debit", "bacs_dd", "ach_direct_debit", "fr-lcr", "direct_debit",
)  # fmt: skip


class ArCollectionRun(models.Model):
    """Money on its way, looked for when a run decides: for all debtors at once.

    What the claim looks for again, notice by notice, just before it leaves. A bank line
    that only quotes a reference is found here by whole words, there anywhere in its text.
    """

    _inherit = "ar.collection.run"

    @api.model
    def _consider_money(self, results, company, today):
        """Replace the decisions of debtors whose money is on its way, or is being collected."""
        noticed, held = defaultdict(list), defaultdict(list)  # a debtor has several addresses
        for row in results:
            if row["decision"].level:
                noticed[row["account"]["partner_id"]].append(row)
            elif row["decision"].reason in ("all_held", "debtor_paused"):
                held[row["account"]["account_id"]].append(row)
        for partner_id, day in self._money_of(company, list(noticed)).items():
            reason = "direct_debit" if day else "money_on_its_way"
            for row in noticed[partner_id]:
                row["decision"] = ladder.Decision(None, reason, date=day)
        for account_id, day in self._debits_of(list(held), today).items():
            for row in held[account_id]:
                row["decision"] = ladder.Decision(None, "direct_debit", date=day)

    @api.model
    def _money_of(self, company, partner_ids):
        """dict debtor -> day of its direct debit; None: other money on its way."""
        if not partner_ids:
            return {}
        for name in ("account.payment", "payment.transaction", "account.bank.statement.line"):
            self.env[name].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH company AS (SELECT id FROM res_company
                                  WHERE split_part(parent_path, '/', 1)::int = %(company)s),
                found AS (%(payments)s UNION ALL %(transactions)s UNION ALL %(bank_lines)s)
                SELECT partner.commercial_partner_id, min(found.day)
                  FROM found JOIN res_partner partner ON partner.id = found.partner_id
                 WHERE partner.commercial_partner_id = ANY(%(partners)s::int[])
                 GROUP BY partner.commercial_partner_id
                """,
                company=company.id,
                partners=prepared.array(partner_ids),
                payments=self._payments_sql(),
                transactions=SQL(
                    "SELECT partner_id, NULL::date FROM payment_transaction"
                    " WHERE state IN ('pending', 'authorized')"
                    " AND company_id IN (SELECT id FROM company)"
                ),
                bank_lines=self._bank_lines_sql(),
            )
        )
        return dict(rows)

    @api.model
    def _payments_sql(self):
        """SQL ``(partner_id, day)``: payments in process without an entry; ``day``: of a debit."""
        return SQL(
            """
            SELECT payment.partner_id,
                   CASE WHEN method.code IN %(debit)s THEN payment.date END AS day
              FROM account_payment payment
              LEFT JOIN account_payment_method_line line ON line.id = payment.payment_method_line_id
              LEFT JOIN account_payment_method method ON method.id = line.payment_method_id
             WHERE payment.state = 'in_process' AND payment.move_id IS NULL
               AND payment.payment_type = 'inbound'
               AND payment.company_id IN (SELECT id FROM company)
            """,
            debit=DIRECT_DEBIT,
        )

    @api.model
    def _bank_lines_sql(self):
        """SQL: partners named by a bank line that is not matched yet: itself, by its bank
        account, or by the number or reference of an open invoice.

        Whole words are looked up, so that a thousand lines cost one pass over the invoices.
        """
        return SQL(
            """
            (WITH open_line AS MATERIALIZED (
                 SELECT line.partner_id, upper(line.payment_ref) AS text,
                        upper(regexp_replace(line.account_number, '[^A-Za-z0-9]', '', 'g'))
                            AS number
                   FROM account_bank_statement_line line
                   JOIN account_move move ON move.id = line.move_id AND move.state != 'cancel'
                  WHERE line.is_reconciled IS NOT TRUE AND line.amount > 0
                    AND move.company_id IN (SELECT id FROM company)),
             word AS MATERIALIZED (
                 SELECT DISTINCT regexp_split_to_table(text, '[[:space:],;]+') AS word
                   FROM open_line WHERE partner_id IS NULL),
             invoice AS (
                 SELECT partner_id, name, payment_reference FROM account_move
                  WHERE move_type = 'out_invoice' AND state = 'posted'
                    AND payment_state IN ('not_paid', 'partial')
                    AND company_id IN (SELECT id FROM company))
             SELECT partner_id, NULL::date FROM open_line WHERE partner_id IS NOT NULL
             UNION ALL
             SELECT bank.partner_id, NULL FROM open_line
               JOIN res_partner_bank bank ON bank.sanitized_acc_number = open_line.number
              WHERE open_line.partner_id IS NULL
             UNION ALL
             SELECT invoice.partner_id, NULL FROM word JOIN invoice ON invoice.name = word.word
             UNION ALL
             SELECT invoice.partner_id, NULL FROM word
               JOIN invoice ON invoice.payment_reference = word.word)
            """
        )

    @api.model
    def _debits_of(self, account_ids, today):
        """dict account -> day, of accounts that are held by direct debits on their way alone."""
        if not account_ids:
            return {}
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT collection_id, min(date_to) FROM ar_collection_hold hold"
                    " WHERE collection_id = ANY(%s::int[]) AND %s"
                    " GROUP BY collection_id HAVING bool_and(kind = 'debit')",
                    account_ids,
                    self.env["ar.collection.hold"]._in_force_sql("hold", today),
                )
            )
        )
