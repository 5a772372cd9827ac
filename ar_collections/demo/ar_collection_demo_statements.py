import base64
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command, api, models

from .ar_collection_demo import at


class ArCollectionDemo(models.AbstractModel):
    """Statements that were sent, balances that were confirmed, a reconciliation of accounts, the
    month before looked over and not yet closed.

    Nothing waits to be sent: the jobs of a demo database write to nobody.
    """

    _inherit = "ar.collection.demo"

    @api.model
    def _make_collecting(self, made):
        result = super()._make_collecting(made)
        accounts = self._demo_accounts(made)
        self._make_statements(made, accounts[:12])
        self._make_confirmations(made, accounts[:6])
        self._make_comparison(made, accounts)
        self.env["ar.collection.report.schedule"].create(
            {
                "company_id": made.company.id,
                "report": "ageing",
                "frequency": "month",
                "user_ids": [Command.set(self.env.ref("base.user_admin").ids)],
            }
        )
        self.env["ar.collection.month.end"].create({"company_id": made.company.id})
        return result

    @api.model
    def _demo_accounts(self, made):
        """Accounts with something open, those that owe most first."""
        source = self.env["ar.collection.statement.rows"]
        balances = source._balances(made.company, made.plan.today)
        accounts = self.env["ar.collection"].search(
            [("company_id", "=", made.company.id), ("partner_id", "in", list(balances))], order="id"
        )
        own = made.company.currency_id
        rates = source._rates(balances, own, made.company, made.plan.today)
        owed = {
            account.id: source._in_own(balances[account.partner_id.id], rates, own)
            for account in accounts
        }
        return accounts.filtered(lambda account: owed[account.id] > 0).sorted(
            lambda account: (-owed[account.id], account.id)
        )

    @api.model
    def _make_statements(self, made, accounts):
        day = made.plan.today - relativedelta(day=1)
        run = self.env["ar.collection.statement.run"].create(
            {"company_id": made.company.id, "date": day, "minimum": 100, "state": "started"}
        )
        names = self.env["ir.sequence"]
        statements = self.env["ar.collection.statement"].create(
            [
                {
                    "run_id": run.id,
                    "collection_id": account.id,
                    "company_id": made.company.id,
                    "date": day,
                    "name": names.next_by_code("ar.collection.statement"),
                }
                for account in accounts
            ]
        )
        statements._address()
        if self._demo_prints():
            statements._make_files()
        else:
            statements._prepare_rows()
        for number, statement in enumerate(statements):
            state = {2: "to_print", 5: "failed", 8: "skipped"}.get(number, "sent")
            statement.write(
                {
                    "state": state,
                    "channel": "letter" if state == "to_print" else "email",
                    "date_sent": state == "sent" and at(day, 6),
                    "error": {
                        "failed": "550 5.1.1 No such user. Please mend this, then retry.",
                        "skipped": "The debtor asked not to be contacted.",
                    }.get(state, False),
                }
            )

    @api.model
    def _demo_prints(self):
        """Whether the documents can be made on this machine."""
        return self.env["ir.actions.report"].get_wkhtmltopdf_state() != "install"

    @api.model
    def _make_confirmations(self, made, accounts):
        day = made.plan.today - relativedelta(day=1) - timedelta(days=1)
        auditor = self.env["res.partner"].create(
            {
                "name": "Lindqvist Marr & Partner",
                "is_company": True,
                "email": "confirmations@lindqvist-marr.example",
                "street": "Kontorhaus am Fleet 9",
                "zip": "20459",
                "city": "Hamburg",
                "country_id": self.env.ref("base.de").id,
            }
        )
        asked = self.env["ar.collection.confirmation.round"].create(
            {
                "company_id": made.company.id,
                "date": day,
                "auditor_id": auditor.id,
                "size": len(accounts),
                "reply_by": made.plan.today + timedelta(days=14),
                "user_id": self.env.ref("base.user_admin").id,
                "state": "started",
            }
        )
        ones = self.env["ar.collection.confirmation"].create(
            [
                {
                    "round_id": asked.id,
                    "collection_id": account.id,
                    "company_id": made.company.id,
                    "name": self.env["ir.sequence"].next_by_code("ar.collection.confirmation"),
                    "date_sent": at(day + timedelta(days=2), 9),
                }
                for account in accounts
            ]
        )
        ones._address()
        if self._demo_prints():
            ones._make()
        else:
            ones._keep_balances(ones._prepare_rows())
        ones.write({"state": "sent"})
        ones[:3].action_agreed()
        other = ones[3]
        for balance in other.balance_ids:
            balance.their_amount = balance.amount - 250
        other.answer_note = "A credit note of 250.00 is not in your balance."
        other.action_difference()

    @api.model
    def _make_comparison(self, made, accounts):
        source = self.env["ar.collection.statement.rows"]
        found = source._open_items(
            made.company, made.plan.today, accounts.partner_id.ids, with_holds=False
        )
        own = made.company.currency_id.id
        account = next(
            one
            for one in accounts
            if len([i for i in found.get((one.partner_id.id, own), []) if i.open > 0]) >= 3
        )
        items = [item for item in found[account.partner_id.id, own] if item.open > 0]
        lines = ["Document;Date;Open amount"]
        for number, item in enumerate(items[:-1]):
            amount = item.open - 100 if number == 0 else item.open
            lines.append(f"{item.number.replace('/', '-')};{item.date.isoformat()};{amount:.2f}")
        lines.append("CN-7781;;-180.00")
        comparison = self.env["ar.collection.statement.comparison"].create(
            {
                "collection_id": account.id,
                "date": made.plan.today,
                "currency_id": own,
                "file": base64.b64encode("\n".join(lines).encode()),
                "file_name": "supplier-ledger.csv",
            }
        )
        comparison.action_compare()
