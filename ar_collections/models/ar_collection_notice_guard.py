from odoo import models
from odoo.tools import SQL


class ArCollectionNotice(models.Model):
    """Before a notice leaves: is money on its way that the ledger does not show yet?"""

    _inherit = "ar.collection.notice"

    def _money_on_its_way(self):
        """A sentence that names money of the debtor which is on its way, else False.

        Looked for: payments in process without an entry, pending online payments, and
        unreconciled bank lines that name the debtor by partner, bank account or the
        number of a claimed item.
        """
        self.ensure_one()
        return self._payment_in_process() or self._pending_transaction() or self._bank_line()

    def _changed(self):
        """Those of these claimed notices whose claim the ledger no longer bears.

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
            line AS (SELECT line.*, notice.collection_id, notice.courtesy
                       FROM notice JOIN ar_collection_notice_line line
                         ON line.notice_id = notice.id)
            SELECT line.notice_id FROM line
              LEFT JOIN item ON item.line_id = line.line_id
                    AND item.account_id = line.collection_id
             WHERE line.kind = 'claim'
               AND (coalesce(item.claimable, 0) < line.amount OR line.courtesy AND item.days > 0)
             UNION
            SELECT claimed.notice_id
              FROM (SELECT notice_id, collection_id, currency_id,
                           coalesce(sum(amount) FILTER (WHERE kind = 'credit'), 0) AS amount
                      FROM line GROUP BY notice_id, collection_id, currency_id
                    HAVING bool_or(kind = 'claim')) claimed
              LEFT JOIN (SELECT account_id, currency_id,
                                sum(open_currency + held_currency) AS amount
                           FROM item WHERE open < 0 GROUP BY account_id, currency_id) credit
                ON credit.account_id = claimed.collection_id
               AND credit.currency_id = claimed.currency_id
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

    def _debtor_domain(self):
        return [
            ("partner_id.commercial_partner_id", "=", self.collection_id.partner_id.id),
            ("company_id", "child_of", self.company_id.id),
        ]

    def _payment_in_process(self):
        payment = self.env["account.payment"].search(
            [
                *self._debtor_domain(),
                ("state", "=", "in_process"),
                ("move_id", "=", False),
                ("payment_type", "=", "inbound"),
            ],
            limit=1,
        )
        return payment and self.env._(
            "Payment %(name)s of %(amount)s is in process.",
            name=payment.display_name,
            amount=payment.currency_id.format(payment.amount),
        )

    def _pending_transaction(self):
        transaction = self.env["payment.transaction"].search(
            [*self._debtor_domain(), ("state", "in", ("pending", "authorized"))], limit=1
        )
        return transaction and self.env._(
            "Online payment %(name)s of %(amount)s is pending.",
            name=transaction.reference,
            amount=transaction.currency_id.format(transaction.amount),
        )

    def _bank_line(self):
        self.env["account.bank.statement.line"].flush_model()
        debtor = self.collection_id.partner_id
        claimed = self.line_ids.filtered(lambda line: line.kind in ("claim", "also"))
        references = {line.move_name for line in claimed if line.move_name}
        references |= {move.payment_reference for move in claimed.move_id if move.payment_reference}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id FROM account_bank_statement_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_company company ON company.id = move.company_id
                  LEFT JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE NOT line.is_reconciled AND line.amount > 0 AND move.state != 'cancel'
                   AND split_part(company.parent_path, '/', 1)::int = %(company)s
                   AND (partner.commercial_partner_id = %(debtor)s
                        OR (line.partner_id IS NULL
                            AND (regexp_replace(line.account_number, '[^A-Za-z0-9]', '', 'g')
                                 = ANY(%(accounts)s)
                                 OR EXISTS (SELECT 1 FROM unnest(%(references)s::text[]) AS name
                                             WHERE strpos(upper(line.payment_ref), upper(name)) > 0)
                            )))
                 LIMIT 1
                """,
                company=self.company_id.id,
                debtor=debtor.id,
                accounts=self._account_numbers(debtor),
                references=sorted(references),
            )
        )
        line = self.env["account.bank.statement.line"].browse(line_id for [line_id] in rows)
        return line and self.env._(
            "A bank line of %(amount)s, %(text)s, is not matched yet.",
            amount=line.currency_id.format(line.amount),
            text=line.payment_ref or line.display_name,
        )

    def _account_numbers(self, debtor):
        banks = self.env["res.partner.bank"].search(
            [("partner_id.commercial_partner_id", "=", debtor.id)]
        )
        return [number for number in banks.mapped("sanitized_acc_number") if number]
