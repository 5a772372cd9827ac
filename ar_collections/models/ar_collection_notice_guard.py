from odoo import api, models
from odoo.tools import SQL

from . import repeated

#: Where money on its way is looked for, and by what.
MONEY = (
    "account.bank.statement.line",
    "account.move",
    "account.payment",
    "ar.collection.notice.line",
    "payment.transaction",
    "res.partner",
    "res.partner.bank",
)


class ArCollectionNotice(models.Model):
    """Before a notice leaves: is money on its way that the ledger does not show yet?"""

    _inherit = "ar.collection.notice"

    def _money_on_its_way(self):
        """A sentence that names money of the debtor which is on its way, else False."""
        self.ensure_one()
        kind, found_id = self._find_money().get(self.id, (None, None))
        # sudo: the document is only named, to whoever may claim
        match kind:
            case "payment":
                payment = self.env["account.payment"].sudo().browse(found_id)  # dito
                return self.env._(
                    "Payment %(name)s of %(amount)s is in process.",
                    name=payment.display_name,
                    amount=payment.currency_id.format(payment.amount),
                )
            case "transaction":
                transaction = self.env["payment.transaction"].sudo().browse(found_id)  # dito
                return self.env._(
                    "Online payment %(name)s of %(amount)s is pending.",
                    name=transaction.reference,
                    amount=transaction.currency_id.format(transaction.amount),
                )
            case "bank":
                line = self.env["account.bank.statement.line"].sudo().browse(found_id)  # dito
                return self.env._(
                    "A bank line of %(amount)s, %(text)s, is not matched yet.",
                    amount=line.currency_id.format(line.amount),
                    text=line.payment_ref or line.display_name,
                )
        return False

    def _find_money(self):
        """The money on its way of the debtors of these notices.

        Looked for: payments in process without an entry, pending online payments, and
        unreconciled bank lines that name the debtor by partner, bank account or the
        number of a claimed item.

        :return: dict id of the notice -> (``payment``, ``transaction`` or ``bank``, id).
        """
        repeated.flush(self.env, MONEY)
        rows = repeated.execute(
            self.env,
            SQL(
                """
                WITH notice AS (
                    SELECT notice.id, account.company_id, account.partner_id AS debtor_id
                      FROM ar_collection_notice notice
                      JOIN ar_collection account ON account.id = notice.collection_id
                     WHERE notice.id = ANY(%(ids)s::int[])),
                contact AS (
                    SELECT notice.id AS notice_id, notice.company_id, partner.id
                      FROM notice JOIN res_partner partner
                        ON partner.commercial_partner_id = notice.debtor_id),
                found AS (%(payments)s
                     UNION ALL (%(bank_lines)s))
                SELECT DISTINCT ON (notice_id) notice_id, kind, id
                  FROM found ORDER BY notice_id, rank, id
                """,
                ids=list(self.ids),
                payments=self._payments_sql(),
                bank_lines=self._bank_lines_sql(),
            ),
        )
        return {row["notice_id"]: (row["kind"], row["id"]) for row in rows}

    @api.model
    def _payments_sql(self):
        """SQL: payments of a ``contact`` in process without an entry, and pending online."""
        return SQL(
            """
            SELECT contact.notice_id, 1 AS rank, 'payment' AS kind, payment.id
              FROM contact JOIN account_payment payment ON payment.partner_id = contact.id
              JOIN res_company company ON company.id = payment.company_id
             WHERE payment.state = 'in_process' AND payment.move_id IS NULL
               AND payment.payment_type = 'inbound'
               AND split_part(company.parent_path, '/', 1)::int = contact.company_id
             UNION ALL
            SELECT contact.notice_id, 2, 'transaction', payment.id
              FROM contact
              JOIN payment_transaction payment ON payment.partner_id = contact.id
              JOIN res_company company ON company.id = payment.company_id
             WHERE payment.state IN ('pending', 'authorized')
               AND split_part(company.parent_path, '/', 1)::int = contact.company_id
            """
        )

    @api.model
    def _bank_lines_sql(self):
        """SQL: bank lines not matched yet that name the debtor of a ``notice``."""
        return SQL(
            """
            SELECT notice.id, 3, 'bank', line.id
              FROM (SELECT line.id, line.partner_id, upper(line.payment_ref) AS text,
                           upper(regexp_replace(line.account_number, '[^A-Za-z0-9]', '', 'g'))
                               AS number,
                           split_part(company.parent_path, '/', 1)::int AS company_id,
                           partner.commercial_partner_id AS debtor_id
                      FROM account_bank_statement_line line
                      JOIN account_move move ON move.id = line.move_id
                      JOIN res_company company ON company.id = move.company_id
                      LEFT JOIN res_partner partner ON partner.id = line.partner_id
                     WHERE line.is_reconciled IS NOT TRUE AND line.amount > 0
                       AND move.state != 'cancel') line
              JOIN notice ON notice.company_id = line.company_id
             WHERE line.debtor_id = notice.debtor_id
                OR line.partner_id IS NULL AND (
                   EXISTS (SELECT FROM contact JOIN res_partner_bank bank
                                    ON bank.partner_id = contact.id AND bank.active
                            WHERE contact.notice_id = notice.id
                              AND upper(bank.sanitized_acc_number) = line.number)
                   OR EXISTS (SELECT FROM ar_collection_notice_line claimed
                              LEFT JOIN account_move invoice ON invoice.id = claimed.move_id
                             WHERE claimed.notice_id = notice.id
                               AND claimed.kind IN ('claim', 'also')
                               AND (strpos(line.text, upper(nullif(claimed.move_name, ''))) > 0
                                    OR strpos(line.text,
                                              upper(nullif(invoice.payment_reference, ''))) > 0)))
            """
        )

    def _changed(self):
        """Those of these claimed notices whose claim the ledger no longer bears: all of it, or
        what is addressed to their address.

        An item was paid, credited, held or reset since; a credit came or went; a courtesy
        would come after the due date.
        """
        self.env["ar.collection"]._flush_ledger()
        self.flush_model()
        self.env["ar.collection.notice.line"].flush_model()
        changed = []
        for company, notices in self.grouped("company_id").items():
            changed += self.env.execute_query(notices._changed_sql(company))
        return self.browse(notice_id for [notice_id] in changed)

    def _changed_sql(self, company):
        # sudo: the rule of the ladder is no secret
        policies = self.env["ar.collection.policy"].sudo().with_context(active_test=False)
        return SQL(
            """
            WITH item AS MATERIALIZED (%(items)s),
            notice AS (SELECT * FROM ar_collection_notice WHERE id = ANY(%(ids)s)),
            line AS (SELECT line.*, notice.collection_id, notice.address_id, notice.courtesy
                       FROM notice JOIN ar_collection_notice_line line
                         ON line.notice_id = notice.id)
            SELECT line.notice_id FROM line
              LEFT JOIN item ON item.line_id = line.line_id
                    AND item.account_id = line.collection_id
                    AND (line.address_id IS NULL OR item.address_id = line.address_id)
             WHERE line.kind = 'claim'
               AND (coalesce(item.claimable, 0) < line.amount OR line.courtesy AND item.days > 0)
             UNION
            SELECT claimed.notice_id
              FROM (SELECT notice_id, collection_id, address_id, currency_id,
                           coalesce(sum(amount) FILTER (WHERE kind = 'credit'), 0) AS amount
                      FROM line GROUP BY notice_id, collection_id, address_id, currency_id
                    HAVING bool_or(kind = 'claim')) claimed
              LEFT JOIN (SELECT account_id, currency_id, address_id,
                                grouping(address_id) = 1 AS is_total,
                                sum(open_currency + held_currency) AS amount
                           FROM item WHERE open < 0
                          GROUP BY GROUPING SETS ((account_id, currency_id),
                                                  (account_id, currency_id, address_id))) credit
                ON credit.account_id = claimed.collection_id
               AND credit.currency_id = claimed.currency_id
               AND CASE WHEN claimed.address_id IS NULL THEN credit.is_total
                        ELSE credit.address_id = claimed.address_id END
             WHERE coalesce(credit.amount, 0) != claimed.amount
            """,
            items=self.env["ar.collection.run"]._ladder_items_sql(
                company,
                company._ar_today(),
                self.collection_id.partner_id.ids,
                policies.search([("company_id", "=", company.id)]),
            ),
            ids=list(self.ids),
        )
