from odoo import api, models
from odoo.tools import SQL

from ..tools.ageing_options import Options


class ArCollectionAgeing(models.AbstractModel):
    """Whether the report is the ledger: its total beside the receivable accounts' balances."""

    _inherit = "ar.collection.ageing"

    @api.model
    def _tie_out(self, options):
        """The report, every item of it, beside the receivable accounts at the end of the day.

        :return: dict with ``report``, ``ledger``, ``difference`` (company currency),
            ``accounts`` (list of dicts id, code, name, report, ledger), ``other_branches``
            (balance of branches that the reader has not open), ``redated`` (what is open of
            items that an extension gave a later due date), and ``agreed`` (by agreement: what
            plans gave a later day than invoiced); None to who sees own debtors only.
        """
        if not self._ageing_sees_all():
            return None
        self._flush_ageing()
        root, branch_ids = self._ageing_companies()
        report = dict(self.env.execute_query(self._ageing_by_account_sql(options)))
        ledger = dict(self.env.execute_query(self._ledger_sql(options.day, branch_ids)))
        currency = root.currency_id
        accounts = self.env["account.account"].with_company(root)
        # sudo: code and name of accounts, for who reads their sums
        found = accounts.sudo().browse(sorted({*report, *ledger}))
        total = currency.round(float(sum(report.values())))
        booked = currency.round(float(sum(ledger.values())))
        return {
            "report": total,
            "ledger": booked,
            "difference": currency.round(total - booked),
            "accounts": [
                {
                    "id": account.id,
                    "code": account.code or "",
                    "name": account.name,
                    "report": float(report.get(account.id, 0)),
                    "ledger": float(ledger.get(account.id, 0)),
                }
                for account in found.sorted("code")
            ],
            "other_branches": self._other_branches(options.day, root, branch_ids),
            "redated": currency.round(self._redated(options, branch_ids)),
            "agreed": currency.round(self._ageing_moved_by_plans(options, branch_ids)),
        }

    @api.model
    def _redated(self, options, branch_ids):
        """What is open of items whose due date an extension has changed."""
        [[amount]] = self.env.execute_query(
            SQL(
                """
                SELECT coalesce(sum(line.open), 0) FROM (%s) line
                 WHERE line.ar_original_due_date != line.date_maturity
                   AND line.id IN (SELECT line_id FROM ar_collection_plan_item)
                """,
                self._ageing_lines_sql(Options(options.day, options.live), branch_ids, None),
            )
        )
        return float(amount)

    @api.model
    def _ageing_by_account_sql(self, options):
        """SQL: what is open by account, whatever was filtered."""
        plain = Options(options.day, options.live)
        _root, branch_ids = self._ageing_companies()
        return SQL(
            "SELECT account_id, sum(open) FROM (%s) line GROUP BY account_id",
            self._ageing_lines_sql(plain, branch_ids, None),
        )

    @api.model
    def _ledger_sql(self, day, branch_ids):
        """SQL: balance of each receivable account at the end of a day, from its entries alone."""
        return SQL(
            """
            SELECT account_id, sum(balance) FROM account_move_line
             WHERE account_id = ANY(%s::int[]) AND company_id = ANY(%s::int[])
               AND parent_state = 'posted' AND date <= %s
             GROUP BY account_id
            """,
            [account_id for account_id, _other in self._ageing_accounts()],
            branch_ids,
            day,
        )

    @api.model
    def _other_branches(self, day, root, branch_ids):
        """Balance of the branches of the company that the reader has not open: one sum, as
        core's credit of a partner shows it, too."""
        # sudo: ids of all branches of the company
        every = self.env["res.company"].sudo().search([("id", "child_of", root.id)])
        other_ids = list(set(every.ids) - set(branch_ids))
        if not other_ids:
            return 0.0
        rows = self.env.execute_query(self._ledger_sql(day, other_ids))
        return float(sum(balance for _account_id, balance in rows))

    @api.model
    def _differences_sql(self, options):
        """SQL: the items of which the report says something else than the ledger at the day.

        Columns: line_id, reported, booked (what entries up to the day leave open), reason:
        ``later`` (dated after it), ``later_match`` (matched with an entry dated after it),
        ``unposted`` (matched with one that is not posted), ``branch`` (with one of a branch
        that is not open).
        """
        _root, branch_ids = self._ageing_companies()
        return SQL(
            """
            WITH side AS (
                SELECT debit_move_id AS line_id, credit_move_id AS other_id, max_date,
                       -amount AS amount FROM account_partial_reconcile
                 UNION ALL
                SELECT credit_move_id, debit_move_id, max_date, amount
                  FROM account_partial_reconcile),
            odd AS (
                SELECT line.id, sum(side.amount) AS amount,
                       min(CASE WHEN other.parent_state != 'posted' THEN 'unposted'
                                WHEN other.company_id != ALL(%(branches)s::int[]) THEN 'branch'
                                ELSE 'later_match' END) AS reason
                  FROM side
                  JOIN account_move_line line ON line.id = side.line_id
                  JOIN account_move_line other ON other.id = side.other_id
                 WHERE %(wanted)s AND line.date <= %(day)s
                   AND (%(live)s AND (side.max_date > %(day)s OR other.parent_state != 'posted')
                        OR side.max_date <= %(day)s AND other.parent_state = 'posted'
                           AND other.company_id != ALL(%(branches)s::int[]))
                 GROUP BY line.id)
            SELECT line.id AS line_id, report.open AS reported, report.open - odd.amount AS booked,
                   odd.reason
              FROM odd
              JOIN account_move_line line ON line.id = odd.id
             CROSS JOIN LATERAL (%(reported)s) report
             UNION ALL
            SELECT line.id, line.amount_residual, 0, 'later'
              FROM account_move_line line
             WHERE %(live)s AND %(wanted)s AND line.date > %(day)s AND line.amount_residual != 0
               AND line.reconciled IS NOT TRUE
            """,
            branches=branch_ids,
            wanted=SQL(
                "line.account_id = ANY(%s::int[]) AND line.company_id = ANY(%s::int[])"
                " AND line.parent_state = 'posted'",
                [account_id for account_id, _other in self._ageing_accounts()],
                branch_ids,
            ),
            day=options.day,
            live=options.live,
            reported=SQL("SELECT line.amount_residual AS open")
            if options.live
            else SQL(
                """
                SELECT line.amount_residual
                       + coalesce((SELECT sum(CASE WHEN part.debit_move_id = line.id
                                                   THEN part.amount ELSE -part.amount END)
                                     FROM account_partial_reconcile part
                                    WHERE line.id IN (part.debit_move_id, part.credit_move_id)
                                      AND (part.max_date > %s OR part.id IN (%s))), 0) AS open
                """,
                options.day,
                self._unposted_partials_sql(),
            ),
        )
