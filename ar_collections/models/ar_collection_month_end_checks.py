from datetime import datetime, time

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..tools.ageing_options import Options
from .ar_collection_dispute import OPEN

#: Items of which a file is made while the reader waits.
AT_ONCE = 20_000


class ArCollectionMonthEnd(models.Model):
    """The checks of a month: what is found, and the records behind it.

    Each ``_look_*`` gives (number, amount in company currency), each ``_open_*`` the action.
    """

    _inherit = "ar.collection.month.end"

    def _ageing(self):
        """The ageing report of the company with all its branches: the figures are its own."""
        # sudo: of the whole company, whoever looks; the lists behind keep to the reader's rights
        return self.env["ar.collection.ageing"].sudo().with_company(self.company_id)

    def _options(self):
        return Options(self.date, self.date == self.company_id._ar_today())

    # === LEDGER === #
    def _look_difference(self):
        check = self._ageing()._tie_out(self._options())
        # sudo: figures of the machine
        self.sudo().write({name: check[name] for name in ("report", "ledger", "difference")})
        rows = self.env.execute_query(
            SQL("SELECT count(*) FROM (%s) odd", self._ageing()._differences_sql(self._options()))
        )
        return (rows[0][0], check["difference"]) if check["difference"] else (0, 0.0)

    def _open_difference(self):
        ageing = self.env["ar.collection.ageing"].with_company(self.company_id)
        return ageing.action_differences({"day": self.date.isoformat()})

    def _totals_of(self, kind):
        rows = self._ageing()._ageing_groups(self._options().with_rows("collector"))
        found = [row for row in rows if row["kind"] == kind]
        return sum(row["items"] for row in found), sum(row["total"] for row in found)

    def _look_no_partner(self):
        return self._totals_of("no_partner")

    def _open_no_partner(self):
        return self._open_items([["kind", "no_partner"]], "total")

    def _look_credits(self):
        [row] = self.env.execute_query_dict(
            SQL(
                "SELECT count(*) AS count, coalesce(-sum(open), 0) AS amount FROM (%s) item"
                " WHERE bucket < 0 AND kind = 'trade'",
                self._ageing()._ageing_items_sql(self._options()),
            )
        )
        return row["count"], float(row["amount"])

    def _open_credits(self):
        return self._open_items([], "credits")

    def _open_items(self, path, column):
        ageing = self.env["ar.collection.ageing"].with_company(self.company_id)
        return ageing.action_items(path, column, {"day": self.date.isoformat()})

    def _look_credit_balances(self):
        rows = self._ageing()._ageing_groups(self._options())
        found = [row["total"] for row in rows if not row["kind"] and row["total"] < 0]
        return len(found), -sum(found)

    def _open_credit_balances(self):
        action = self.action_ageing()
        action["params"]["options"].update(rows=["debtor"], sort="total", descending=False)
        return action

    # === BANK === #
    def _bank_lines_domain(self):
        return [
            ("company_id", "child_of", self.company_id.id),
            ("is_reconciled", "=", False),
            ("date", "<=", self.date),
            ("move_id.state", "=", "posted"),
        ]

    def _look_bank_lines(self):
        # sudo: a number and a sum; the list behind keeps to the reader's rights
        lines = self.env["account.bank.statement.line"].sudo().search(self._bank_lines_domain())
        suspense = lines.move_id.line_ids.filtered(
            lambda line: line.account_id == line.journal_id.suspense_account_id
        )
        return len(lines), -sum(suspense.mapped("balance"))

    def _open_bank_lines(self):
        return self._open_list(
            "account.bank.statement.line",
            self.env._("Unreconciled bank lines"),
            self._bank_lines_domain(),
        )

    # === COLLECTING === #
    def _look_disputes(self):
        return self._sum_of("ar.collection.dispute", self._disputes_domain(), "amount_company")

    def _disputes_domain(self):
        end = datetime.combine(self.date + relativedelta(days=1), time.min)
        return [
            ("company_id", "=", self.company_id.id),
            ("state", "in", OPEN),
            ("date_opened", "<", end),
            ("amount_company", ">=", self.company_id.sudo().ar_month_end_dispute or 0.0),  # setting
        ]

    def _open_disputes(self):
        return self._open_list(
            "ar.collection.dispute", self.env._("Open disputes"), self._disputes_domain()
        )

    def _look_promises(self):
        return self._sum_of("ar.collection.promise", self._promises_domain(), "amount_company")

    def _promises_domain(self):
        return [
            ("company_id", "=", self.company_id.id),
            ("state", "in", ("broken", "partial")),
            ("date", ">=", self.date + relativedelta(day=1)),
            ("date", "<=", self.date),
        ]

    def _open_promises(self):
        return self._open_list(
            "ar.collection.promise", self.env._("Broken promises"), self._promises_domain()
        )

    def _look_notices(self):
        # sudo: a number; the list behind keeps to the reader's rights
        return self.env["ar.collection.notice"].sudo().search_count(self._notices_domain()), 0.0

    def _notices_domain(self):
        return [
            ("company_id", "=", self.company_id.id),
            ("state", "in", ("draft", "to_approve", "queued", "failed")),
        ]

    def _open_notices(self):
        return self._open_list(
            "ar.collection.notice",
            self.env._("Notices that have not left"),
            self._notices_domain(),
        )

    def _look_approvals(self):
        return self._sum_of("ar.collection.approval", self._approvals_domain(), "amount")

    def _approvals_domain(self):
        return [("company_id", "=", self.company_id.id), ("state", "=", "waiting")]

    def _open_approvals(self):
        return self._open_list(
            "ar.collection.approval", self.env._("Waiting for approval"), self._approvals_domain()
        )

    def _sum_of(self, model, domain, field):
        # sudo: a number and a sum; the list behind keeps to the reader's rights
        [[count, amount]] = (
            self.env[model].sudo()._read_group(domain, aggregates=["__count", f"{field}:sum"])
        )
        return count, amount or 0.0

    def _open_list(self, model, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
        }


class ArCollectionAgeing(models.AbstractModel):
    _inherit = "ar.collection.ageing"

    def _check_sees_all(self):
        """:raises AccessError: the reader sees own debtors only."""
        self._check_reader()
        if not self._ageing_sees_all():
            raise AccessError(
                self.env._("These files are of all debtors; ask somebody who may see all.")
            )

    def _is_small(self, day):
        """Whether a file of the items of a day is made while the reader waits."""
        rows = self._ageing_groups(Options(day, rows=("collector",)), totals=True)
        return rows[-1]["items"] <= AT_ONCE
