"""One document of each kind, made through the ORM: the generator multiplies them.

So that whatever Odoo stores for such a document, the copies have it too.
"""

from datetime import date, timedelta

from odoo import Command
from odoo.api import Environment

#: kind -> how many of 1,000 documents with something open are of it.
OPEN = {
    "invoice": 520,
    "of_child": 130,
    "of_branch": 100,
    "euro": 80,
    "pound": 30,
    "instalments": 80,
    "part_paid": 30,
    "credit_note": 20,
    "payment": 10,
}
#: Open items of one document of a kind; the others have one.
ITEMS = {"instalments": 2}
#: Invoices settled by one payment in a document of the kind "paid".
PAID_TOGETHER = 4
#: Everything is derived from invoices of this amount ...
AMOUNT = 1000
#: ... made this many days before their due date.
TERM = 30
#: Units of a currency for one of the company's: chosen so that no cents are lost.
RATES = {"EUR": 0.8, "GBP": 0.625}


class Specimens:
    """Make the specimens; ``moves``: kind -> ids of its moves, the first due ``due``."""

    def __init__(self, env: Environment, today: date) -> None:
        self.env = env
        self.day = today - timedelta(days=TERM)
        self.due = today
        self.company = env.company
        self.branch = self._make_branch()
        self._make_currencies()
        self.debtor, self.child = self._make_partners()
        self.term = env.ref("account.account_payment_term_30days")
        self.moves: dict[str, list[int]] = {}

    def make(self) -> "Specimens":
        invoice = self._invoice
        self.moves = {
            "invoice": invoice().ids,
            "of_child": invoice(partner_id=self.child.id).ids,
            "of_branch": invoice(company=self.branch).ids,
            "euro": invoice(currency="EUR").ids,
            "pound": invoice(currency="GBP").ids,
            "instalments": invoice(term="account.account_payment_term_advance_60days").ids,
            "part_paid": self._paid(invoice(), 400).ids,
            "credit_note": invoice(move_type="out_refund").ids,
            "payment": self._payment(1000).move_id.ids,
            "paid": self._paid(
                self.env["account.move"].union(*(invoice() for _ in range(PAID_TOGETHER))),
                PAID_TOGETHER * AMOUNT,
            ).ids,
        }
        self.env.cr.flush()
        return self

    def _make_branch(self):
        branch = self.env["res.company"].create(
            {"name": "Benchmark branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids |= branch
        self.env.cr.flush()  # the accounts of a branch are assigned before the commit
        return branch

    def _make_currencies(self):
        for name, rate in RATES.items():
            currency = self.env.ref(f"base.{name}")
            currency.active = True
            currency.rate_ids.unlink()
            self.env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": "2000-01-01", "rate": rate}
            )

    def _make_partners(self):
        debtor = self.env["res.partner"].create(
            {
                "name": "Debtor 0000000",
                "is_company": True,
                "email": "accounts0000000@debtor.example",
                "phone": "+1 555 0000000",
                "street": "Main Street 1",
                "city": "Springfield",
                "country_id": self.env.ref("base.us").id,
            }
        )
        child = self.env["res.partner"].create(
            {
                "name": "Accounts payable",
                "parent_id": debtor.id,
                "type": "invoice",
                "email": "invoices0000000@debtor.example",
            }
        )
        return debtor, child

    def _invoice(self, move_type="out_invoice", company=None, currency="USD", term=None, **vals):
        company = company or self.company
        moves = self.env["account.move"].with_context(tracking_disable=True)
        moves = moves.with_context(allowed_company_ids=(company | self.company).ids)
        income = self.env["account.account"].search([("account_type", "=", "income")], limit=1)
        move = moves.with_company(company).create(
            {
                "move_type": move_type,
                "partner_id": self.debtor.id,
                "invoice_date": self.day,
                "currency_id": self.env.ref(f"base.{currency}").id,
                "invoice_payment_term_id": (self.env.ref(term) if term else self.term).id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Goods",
                            "price_unit": AMOUNT,
                            "account_id": income.id,
                            "tax_ids": [],
                        }
                    )
                ],
                **vals,
            }
        )
        move.action_post()
        return move

    def _payment(self, amount):
        journal = self.env["account.journal"].search([("type", "=", "bank")], limit=1)
        payment = (
            self.env["account.payment"]
            .with_context(tracking_disable=True)
            .create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.debtor.id,
                    "amount": amount,
                    "date": self.day + timedelta(days=10),
                    "journal_id": journal.id,
                }
            )
        )
        payment.action_post()
        return payment

    def _paid(self, invoices, amount):
        payment = self._payment(amount).move_id
        receivables = (invoices | payment).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        receivables.reconcile()
        return invoices | payment
