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
