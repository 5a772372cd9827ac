from odoo import api, models
from odoo.tools import SQL

#: A payment is credited to the last action of these days before it, its own day included.
EFFECT_DAYS = 7
#: What a row has unless its kind says otherwise: column -> SQL.
DEFAULTS = {
    "kind": SQL("NULL"),
    "date": SQL("NULL::date"),
    "user_id": SQL("NULL::int"),
    "channel": SQL("NULL"),
    "collection_id": SQL("account.id"),
    "partner_id": SQL("account.partner_id"),
    "portfolio_id": SQL("account.portfolio_id"),
    "company_id": SQL("account.company_id"),
    "currency_id": SQL("account.currency_id"),
    "res_model": SQL("NULL"),
    "res_id": SQL("NULL::int"),
    "worked": SQL("NULL::int"),
    "calls": SQL("0"),
    "attempts": SQL("0"),
    "contacts": SQL("0"),
    "right_party": SQL("0"),
    "right_attempts": SQL("0"),
    "promises": SQL("0"),
    "promised": SQL("0.0"),
    "judged": SQL("0"),
    "kept": SQL("0"),
    "notices": SQL("0"),
    "disputes": SQL("0"),
    "collected": SQL("0.0"),
}


class ArCollectionActivity(models.Model):
    """The rows of the activity report, kind by kind."""

    _inherit = "ar.collection.activity"

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            [
                self._calls_sql(),
                self._promises_sql(),
                self._judged_sql(),
                self._notices_sql(),
                self._payments_sql(),
                self._disputes_sql(),
            ]
        )

    @api.model
    def _row_sql(self, source, **columns):
        """SELECT of one kind of row: ``columns`` where they differ from the defaults."""
        rates = {"right_rate": SQL("NULL::float"), "kept_rate": SQL("NULL::float")}
        row = {**DEFAULTS, **rates, **columns}
        return SQL(
            "SELECT %s %s",
            SQL(", ").join(
                SQL("%s AS %s", value, SQL.identifier(name)) for name, value in row.items()
            ),
            source,
        )

    def _calls_sql(self):
        return self._row_sql(
            SQL(
                """
                  FROM ar_collection_call call
                  JOIN ar_collection account ON account.id = call.collection_id
                  JOIN %s ON company.id = account.company_id
                """,
                self._companies_sql(),
            ),
            id=SQL("call.id * 6"),
            kind=SQL("'call'"),
            date=self._day_sql(SQL("call.date")),
            user_id=SQL("call.user_id"),
            channel=SQL("call.channel"),
            res_model=SQL("'ar.collection.call'"),
            res_id=SQL("call.id"),
            worked=SQL("account.id"),
            calls=SQL("1"),
            attempts=SQL("call.is_attempt::int"),
            contacts=SQL("call.is_contact::int"),
            right_party=SQL("call.right_party::int"),
            right_attempts=SQL("(call.right_party AND call.is_attempt)::int"),
        )

    def _promises_sql(self):
        return self._row_sql(
            SQL(
                """
                  FROM ar_collection_promise promise
                  JOIN ar_collection account ON account.id = promise.collection_id
                 WHERE promise.state != 'cancelled'
                """
            ),
            id=SQL("promise.id * 6 + 1"),
            kind=SQL("'promise'"),
            date=SQL("promise.given_on"),
            user_id=SQL("promise.user_id"),
            res_model=SQL("'ar.collection.promise'"),
            res_id=SQL("promise.id"),
            worked=SQL("account.id"),
            promises=SQL("1"),
            promised=SQL("promise.amount_company"),
        )

    def _judged_sql(self):
        return self._row_sql(
            SQL(
                """
                  FROM ar_collection_promise promise
                  JOIN ar_collection account ON account.id = promise.collection_id
                 WHERE promise.state IN ('kept', 'partial', 'broken')
                   AND promise.judged_on IS NOT NULL
                """
            ),
            id=SQL("promise.id * 6 + 2"),
            kind=SQL("'judged'"),
            date=SQL("promise.judged_on"),
            user_id=SQL("promise.user_id"),
            res_model=SQL("'ar.collection.promise'"),
            res_id=SQL("promise.id"),
            judged=SQL("1"),
            kept=SQL("(promise.state = 'kept')::int"),
        )

    def _notices_sql(self):
        return self._row_sql(
            SQL(
                """
                  FROM ar_collection_notice notice
                  JOIN ar_collection account ON account.id = notice.collection_id
                  JOIN %s ON company.id = account.company_id
                 WHERE notice.state = 'sent' AND notice.date_sent IS NOT NULL
                """,
                self._companies_sql(),
            ),
            id=SQL("notice.id * 6 + 3"),
            kind=SQL("'notice'"),
            date=self._day_sql(SQL("notice.date_sent")),
            user_id=SQL("notice.user_id"),
            channel=SQL("notice.channel"),
            res_model=SQL("'ar.collection.notice'"),
            res_id=SQL("notice.id"),
            notices=SQL("1"),
        )

    def _disputes_sql(self):
        return self._row_sql(
            SQL(
                """
                  FROM ar_collection_dispute dispute
                  JOIN ar_collection account ON account.id = dispute.collection_id
                  JOIN %s ON company.id = account.company_id
                  LEFT JOIN ar_collection_call call ON call.id = dispute.call_id
                """,
                self._companies_sql(),
            ),
            id=SQL("dispute.id * 6 + 5"),
            kind=SQL("'dispute'"),
            date=self._day_sql(SQL("dispute.date_opened")),
            user_id=SQL("coalesce(call.user_id, dispute.collector_id)"),
            channel=SQL("call.channel"),
            res_model=SQL("'ar.collection.dispute'"),
            res_id=SQL("dispute.id"),
            disputes=SQL("1"),
        )

    def _payments_sql(self):
        """Money allocated to items, with the last action before it.

        Money is what came through a bank, cash or card journal; a return reverses its entry,
        so that nothing of it is allocated any more.
        """
        return self._row_sql(
            SQL(
                """
                  FROM account_partial_reconcile part
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                       AND credit.parent_state = 'posted'
                  JOIN account_journal journal ON journal.id = credit.journal_id
                       AND journal.type IN ('bank', 'cash', 'credit')
                  JOIN account_move_line item ON item.id = part.debit_move_id
                  JOIN account_move move ON move.id = item.move_id
                       AND move.reversed_entry_id IS DISTINCT FROM credit.move_id
                  JOIN account_journal item_journal ON item_journal.id = item.journal_id
                       AND item_journal.type NOT IN ('bank', 'cash', 'credit')
                  JOIN account_account ledger ON ledger.id = item.account_id
                       AND ledger.account_type = 'asset_receivable'
                       AND ledger.non_trade IS NOT TRUE
                  JOIN res_partner partner ON partner.id = item.partner_id
                  JOIN res_company branch ON branch.id = item.company_id
                  JOIN ar_collection account
                    ON account.partner_id = partner.commercial_partner_id
                   AND account.company_id = split_part(branch.parent_path, '/', 1)::int
                  JOIN %(companies)s ON company.id = account.company_id
                  JOIN LATERAL %(action)s ON TRUE
                """,
                companies=self._companies_sql(),
                action=self._last_action_sql(),
            ),
            id=SQL("part.id * 6 + 4"),
            kind=SQL("'paid'"),
            date=SQL("credit.date"),
            user_id=SQL("action.user_id"),
            channel=SQL("action.channel"),
            res_model=SQL("action.res_model"),
            res_id=SQL("action.res_id"),
            collected=SQL("part.amount"),
        )

    def _last_action_sql(self):
        """The last action of the 7 days before ``credit.date``, that day included.

        A promise given on a call is part of that call.
        """
        first, last = (
            SQL(
                "(credit.date + %s)::timestamp AT TIME ZONE company.tz AT TIME ZONE 'UTC'",
                SQL(days),
            )
            for days in (f"(-{EFFECT_DAYS})", "1")
        )
        return SQL(
            """
            ((SELECT call.user_id, call.channel, 'ar.collection.call' AS res_model,
                     call.id AS res_id, call.date AS moment
                FROM ar_collection_call call
               WHERE call.collection_id = account.id AND (call.is_attempt OR call.is_contact)
                 AND call.date >= %(first)s AND call.date < %(last)s
               ORDER BY call.date DESC, call.id DESC LIMIT 1)
               UNION ALL
             (SELECT notice.user_id, notice.channel, 'ar.collection.notice', notice.id,
                     notice.date_sent
                FROM ar_collection_notice notice
               WHERE notice.collection_id = account.id AND notice.state = 'sent'
                 AND notice.date_sent >= %(first)s AND notice.date_sent < %(last)s
               ORDER BY notice.date_sent DESC, notice.id DESC LIMIT 1)
               UNION ALL
             (SELECT promise.user_id, NULL, 'ar.collection.promise', promise.id,
                     least(promise.create_date, (promise.given_on + 1)::timestamp
                           AT TIME ZONE company.tz AT TIME ZONE 'UTC')
                FROM ar_collection_promise promise
               WHERE promise.collection_id = account.id AND promise.call_id IS NULL
                 AND promise.given_on BETWEEN credit.date - %(days)s AND credit.date
               ORDER BY promise.given_on DESC, promise.id DESC LIMIT 1)
               ORDER BY moment DESC LIMIT 1) action
            """,
            first=first,
            last=last,
            days=EFFECT_DAYS,
        )

    @api.model
    def _companies_sql(self):
        return SQL(
            """(SELECT company.id, coalesce(nullif(partner.tz, ''), 'UTC') AS tz
                  FROM res_company company
                  JOIN res_partner partner ON partner.id = company.partner_id) company"""
        )

    @api.model
    def _day_sql(self, moment):
        """The day of a moment where the company is."""
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE company.tz)::date", moment)
