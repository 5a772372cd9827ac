from odoo import api, models
from odoo.tools import SQL

#: Days over which lateness is measured.
LATE_DAYS = 365


class ArCollection(models.Model):
    """Key figures of the debtor's page besides what is open, live: credit, habit, promises."""

    _inherit = "ar.collection"

    @api.depends_context("company", "allowed_company_ids")
    @api.depends("partner_id", "company_id", "write_date")
    def _compute_live_figures(self):
        """Adds ``credit_limit`` (0: none), ``credit_used`` (percent), ``days_late`` (mean of the
        last 12 months weighted by amount, negative: early, None: nothing paid), ``last_payment``
        (``date, amount, currency_id``), ``promises_kept``, ``promises_judged``, ``kept_rate``, ``payable`` (what
        we owe them as a supplier) and ``group_exposure``."""
        result = super()._compute_live_figures()
        self._flush_ledger()
        late, last, owed = self._days_late(), self._last_payments(), self._payables()
        for account in self:
            key = (account.partner_id.id, account.company_id.id)
            figures = dict(account.live_figures)
            limit = account._credit_limit()
            judged = account.judged_promises
            figures.update(
                credit_limit=limit,
                credit_used=round(100 * max(0, figures["balance"]) / limit) if limit else 0,
                days_late=late.get(key),
                last_payment=last.get(key),
                promises_judged=judged,
                promises_kept=round(account.kept_rate * judged / 100),
                kept_rate=account.kept_rate,
                payable=owed.get(key, 0.0),
                # sudo: the sum over the group, also of debtors of other collectors
                group_exposure=account.group_id.sudo().exposure,
            )
            account.live_figures = figures
        return result

    def _credit_limit(self):
        """The credit limit in force, in company currency; 0: none."""
        company = self.company_id.sudo()  # a setting
        if not company.account_use_credit_limit:
            return 0.0
        # sudo: the limit of a debtor the reader may see
        return max(0.0, self.partner_id.sudo().with_company(company).credit_limit)

    def _partner_lines_sql(self):
        """SQL join of posted items ``line`` with their debtor and root company."""
        return SQL(
            """
            account_move_line line
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN account_account ledger ON ledger.id = line.account_id
              JOIN res_company company ON company.id = line.company_id
             WHERE partner.commercial_partner_id = ANY(%s::int[]) AND line.parent_state = 'posted'
            """,
            self.partner_id.ids,
        )

    def _days_late(self):
        """dict (debtor, company) -> days between due date and payment, a mean by amount."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT claim.partner_id, claim.company_id,
                       sum(part.amount * (part.max_date - claim.due)) / sum(part.amount)
                  FROM (SELECT line.id, partner.commercial_partner_id AS partner_id,
                               split_part(company.parent_path, '/', 1)::int AS company_id,
                               coalesce(line.date_maturity, line.date) AS due
                          FROM %(lines)s AND ledger.account_type = 'asset_receivable'
                           AND line.balance > 0 AND NOT coalesce(ledger.non_trade, FALSE)) claim
                  JOIN account_partial_reconcile part ON part.debit_move_id = claim.id
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_journal journal ON journal.id = credit.journal_id
                 WHERE journal.type IN ('bank', 'cash', 'credit')
                   AND part.max_date >= current_date - %(days)s
                 GROUP BY claim.partner_id, claim.company_id HAVING sum(part.amount) > 0
                """,
                lines=self._partner_lines_sql(),
                days=LATE_DAYS,
            )
        )
        return {(partner, company): round(days) for partner, company, days in rows}

    def _last_payments(self):
        """dict (debtor, company) -> dict ``date, amount, currency_id`` of the last money."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (1, 2) partner.commercial_partner_id,
                       split_part(company.parent_path, '/', 1)::int, line.date,
                       -line.amount_currency, line.currency_id
                  FROM %(lines)s AND ledger.account_type = 'asset_receivable'
                   AND line.balance < 0 AND line.journal_id IN (
                       SELECT id FROM account_journal WHERE type IN ('bank', 'cash', 'credit'))
                 ORDER BY 1, 2, line.date DESC, line.id DESC
                """,
                lines=self._partner_lines_sql(),
            )
        )
        return {
            (partner, company): {
                "date": str(day),
                "amount": float(amount),
                "currency_id": currency,
            }
            for partner, company, day, amount, currency in rows
        }

    def _payables(self):
        """dict (debtor, company) -> what we owe them, in company currency."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id,
                       split_part(company.parent_path, '/', 1)::int, -sum(line.amount_residual)
                  FROM %(lines)s AND ledger.account_type = 'liability_payable'
                   AND line.reconciled IS NOT TRUE AND line.amount_residual != 0
                 GROUP BY 1, 2
                """,
                lines=self._partner_lines_sql(),
            )
        )
        return {(partner, company): float(amount) for partner, company, amount in rows}

    # === ACTIONS === #
    def action_open_payables(self):
        """What we owe the debtor as a supplier."""
        return self._action_lines(
            self.env._("What we owe them"),
            [("account_type", "=", "liability_payable"), ("amount_residual", "!=", 0)],
        )

    def action_open_payments(self):
        """Money received from the debtor, the newest first."""
        return self._action_lines(
            self.env._("Payments"),
            [
                ("account_type", "=", "asset_receivable"),
                ("journal_id.type", "in", ("bank", "cash", "credit")),
                ("balance", "<", 0),
            ],
        )

    def _action_lines(self, name, domain):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": f"{name}: {self.display_name}",
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "child_of", self.company_id.id),
                ("parent_state", "=", "posted"),
                *domain,
            ],
            "context": {"create": False},
        }

    def action_open_promises(self):
        """The promises of the debtor."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promises: %(debtor)s", debtor=self.display_name),
            "res_model": "ar.collection.promise",
            "views": [(False, "list"), (False, "form")],
            "domain": [("collection_id", "=", self.id)],
        }

    def action_open_group(self):
        """The debtors of the same group."""
        self.ensure_one()
        self.check_access("read")
        return self.group_id.action_open_debtors() if self.group_id else False
