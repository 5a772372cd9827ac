from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import prepared

#: Days in which a reversal booked by hand is noticed.
NOTICED_DAYS = 5


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["account.payment", "ar.collection.bounce.mixin"]

    def _ar_check_bounce(self, date, fee):
        result = super()._ar_check_bounce(date, fee)
        if self.payment_type != "inbound" or self.partner_type != "customer":
            raise UserError(
                self.env._("%(what)s is no payment of a customer.", what=self.display_name)
            )
        if not self.move_id or self.move_id.state != "posted":
            raise UserError(
                self.env._(
                    "%(what)s has no posted entry that could be reversed. Where the money came by "
                    "a bank line, note the return there.",
                    what=self.display_name,
                )
            )
        return result

    def _ar_reverse_money(self, date, reason):
        """Reverse the entry of the payment.

        Items are released; a bank line that confirmed the money keeps its match, and the
        reversal waits for the bank line of the return. Money that was not confirmed yet waits for
        its own bank line still: core matches it with the reversal, which would leave both bank
        lines with nothing they belong to.
        """
        move = self.move_id
        receivable = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        receivable.remove_move_reconcile()
        ref = self.env._("Returned: %(payment)s, %(reason)s", payment=self.name, reason=reason)
        reversal = move._reverse_moves([{"date": date, "invoice_date": False, "ref": ref}])
        reversal._post(soft=False)
        reversal.line_ids.filtered(
            lambda line: line.account_type != "asset_receivable" and line._ar_waits_for_bank()
        ).remove_move_reconcile()
        # sudo: the state of the payment follows; drafting or cancelling would change the entry
        self.sudo().state = "rejected"
        return reversal

    # === BY HAND === #
    @api.model
    def _ar_reversed_sql(self):
        """SQL: payments whose entry was reversed lately and no return was noted of: columns
        payment_id, reversal_id, collection_id."""
        return SQL(
            """
            SELECT payment.id AS payment_id, reversal.id AS reversal_id,
                   account.id AS collection_id
              FROM account_move reversal
              JOIN account_payment payment ON payment.move_id = reversal.reversed_entry_id
              JOIN res_partner partner ON partner.id = payment.partner_id
              JOIN res_company company ON company.id = payment.company_id
              JOIN ar_collection account ON account.partner_id = partner.commercial_partner_id
               AND account.company_id = split_part(company.parent_path, '/', 1)::int
             WHERE reversal.reversed_entry_id IS NOT NULL
               AND reversal.state = 'posted' AND reversal.create_date >= %s::timestamp
               AND payment.ar_bounce_date IS NULL AND payment.payment_type = 'inbound'
            """,
            fields.Datetime.now() - timedelta(days=NOTICED_DAYS),
        )

    @api.model
    def _ar_notice_reversals(self, accounts):
        """Payments of these debtors whose entry was reversed by hand lately: as if returned."""
        if not accounts:
            return
        self.flush_model(["ar_bounce_date"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT payment_id, min(reversal_id) FROM (%s) reversed
                 WHERE collection_id = ANY(%s::int[]) GROUP BY payment_id
                """,
                self._ar_reversed_sql(),
                prepared.array(accounts.ids),
            )
        )
        self._ar_note_by_hand(rows, self.env._("reversed in accounting"))

    @api.model
    def _ar_notice_booked_returns(self):
        """Payments whose money went back by an entry or a bank line of the last days: all of
        it was matched with a debit that touches a bank, cash or outstanding account."""
        self.flush_model(["ar_bounce_date"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT payment.id, min(debit.move_id)
                  FROM account_partial_reconcile part
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_payment payment ON payment.id = credit.payment_id
                  JOIN account_move_line debit ON debit.id = part.debit_move_id
                  JOIN account_account account ON account.id = debit.account_id
                  JOIN account_move entry ON entry.id = debit.move_id
                 WHERE part.create_date >= %s AND account.account_type = 'asset_receivable'
                   AND part.amount = -credit.balance
                   AND entry.state = 'posted' AND entry.move_type = 'entry'
                   AND entry.origin_payment_id IS NULL
                   AND payment.ar_bounce_date IS NULL AND payment.payment_type = 'inbound'
                   AND EXISTS (SELECT FROM account_move_line money
                                 JOIN account_account liquid ON liquid.id = money.account_id
                                WHERE money.move_id = entry.id AND money.balance < 0
                                  AND (liquid.account_type IN ('asset_cash', 'liability_credit_card')
                                       OR liquid.id = payment.outstanding_account_id))
                 GROUP BY payment.id
                """,
                fields.Datetime.now() - timedelta(days=NOTICED_DAYS),
            )
        )
        self._ar_note_by_hand(rows, self.env._("booked back in accounting"))

    @api.model
    def _ar_note_by_hand(self, rows, reason):
        """Note returns that people booked. :param rows: (id of the payment, of the entry)."""
        payments = self.sudo()  # the machine notes it, whoever refreshes
        for payment_id, move_id in rows:
            payment, move = payments.browse(payment_id), self.env["account.move"].browse(move_id)
            payment._ar_note_bounce(move.sudo().date, reason, 0.0, move)  # sudo: as above
            payments |= payment
        payments._ar_tell_bounce()
