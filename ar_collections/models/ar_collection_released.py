from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Days after which a row that no refresh has asked for is dropped.
KEPT_DAYS = 7
MONEY = ("bank", "cash", "credit")


class ArCollectionReleased(models.Model):
    """Money that was taken off an item, until the next refresh has told the collector.

    Core deletes the allocation, so nothing else says that there was one. Rows are plain and
    short-lived; journal items are numbers, because the items may go, too.
    """

    _name = "ar.collection.released"
    _description = "Money Taken off an Item"
    _log_access = False

    claim_number = fields.Integer(required=True, readonly=True, help="Id of the journal item.")
    credit_number = fields.Integer(required=True, readonly=True)
    credit_name = fields.Char(readonly=True, help="Number of the entry that had paid.")
    amount = fields.Float(
        required=True, readonly=True, digits=(16, 6), help="What was taken off, company currency."
    )
    date = fields.Date(required=True, readonly=True)

    @api.model
    def _remember(self, partials):
        """Note the allocations of money on receivables that are about to go."""
        partials = partials.sudo().filtered(  # who unreconciles may read them
            lambda part: (
                part.debit_move_id.account_type == "asset_receivable"
                and part.credit_move_id.journal_id.type in MONEY
            )
        )
        if partials:
            # sudo: no person writes these
            self.sudo().create(
                [
                    {
                        "claim_number": part.debit_move_id.id,
                        "credit_number": part.credit_move_id.id,
                        "credit_name": part.credit_move_id.move_name,
                        "amount": part.amount,
                        "date": fields.Date.context_today(self),
                    }
                    for part in partials
                ]
            )

    @api.model
    def _take(self, accounts):
        """What was taken off items of these debtors and not put back; each is told once.

        Not what the bank returned, which has told it already, nor money that pays something
        else now.

        :return: dicts: collection_id, item and credit (numbers), amount (company currency).
        """
        self.flush_model()
        self.env["account.payment"].flush_model(["ar_bounce_date"])
        self.env["account.bank.statement.line"].flush_model(["ar_bounce_date"])
        rows = self.env.execute_query_dict(self._taken_sql(accounts))
        self.invalidate_model()
        return rows

    @api.model
    def _taken_sql(self, accounts):
        return SQL(
            """
            WITH taken AS (
                 DELETE FROM ar_collection_released released
                  USING account_move_line claim, res_company company, res_partner partner,
                        ar_collection account
                  WHERE claim.id = released.claim_number
                    AND company.id = claim.company_id AND partner.id = claim.partner_id
                    AND account.partner_id = partner.commercial_partner_id
                    AND account.company_id = split_part(company.parent_path, '/', 1)::int
                    AND account.id = ANY(%s)
              RETURNING account.id AS collection_id, released.id, released.claim_number,
                        released.credit_number, released.credit_name, released.amount)
            SELECT taken.collection_id, min(claim.move_name) AS item,
                   min(taken.credit_name) AS credit, sum(taken.amount) AS amount
              FROM taken
              JOIN account_move_line claim ON claim.id = taken.claim_number
              LEFT JOIN account_move_line credit
                     ON credit.id = taken.credit_number AND credit.parent_state = 'posted'
              LEFT JOIN account_payment payment ON payment.id = credit.payment_id
              LEFT JOIN account_bank_statement_line bank
                     ON bank.id = credit.statement_line_id
             WHERE claim.parent_state = 'posted' AND claim.amount_residual > 0
               AND claim.amount_residual >= taken.amount
               AND (coalesce(credit.amount_residual, -1) != 0 OR EXISTS (
                    SELECT FROM account_move reversal
                     WHERE reversal.reversed_entry_id = credit.move_id
                       AND reversal.state = 'posted'))
               AND payment.ar_bounce_date IS NULL AND bank.ar_bounce_date IS NULL
             GROUP BY taken.collection_id, taken.claim_number, taken.credit_number
             ORDER BY min(taken.id)
            """,
            accounts.ids,
        )

    @api.autovacuum
    def _gc_rows(self):
        """What no refresh has asked for: items of debtors that are none of ours."""
        day = fields.Date.today() - timedelta(days=KEPT_DAYS)
        # sudo: of every company
        self.sudo().search([("date", "<", day)]).unlink()


class ArCollection(models.Model):
    _inherit = "ar.collection"

    @api.model
    def _refresh_steps(self):
        waiting = SQL("SELECT FROM ar_collection_released")
        return {**super()._refresh_steps(), "_follow_released": waiting}

    def _follow_released(self):
        """An item whose money was taken off again needs the collector today."""
        bodies = {}
        for row in self.env["ar.collection.released"]._take(self):
            account = self.browse(row["collection_id"])
            bodies.setdefault(account, []).append(
                self.env._(
                    "Payment taken off: %(credit)s no longer pays %(amount)s of %(item)s",
                    credit=row["credit"] or "",
                    amount=account.currency_id.format(row["amount"]),
                    item=row["item"] or "",
                )
            )
        if not bodies:
            return
        for account, texts in bodies.items():
            account._set_next_action(texts[0], account.company_id._ar_today())
        self.env["ar.collection"].with_context(ar_collections_kind="payment").browse(
            account.id for account in bodies
        )._message_log_batch({account.id: ". ".join(texts) for account, texts in bodies.items()})
