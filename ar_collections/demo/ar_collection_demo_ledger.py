from collections import Counter

from odoo import Command, api, models

from . import plan
from .ar_collection_demo import receivable

#: Documents that are addressed to a site of the debtor.
ADDRESSED = dict.fromkeys(("a2", "a4"), "Ashford Retail, Leicester store")


class ArCollectionDemo(models.AbstractModel):
    """Two years of the ledger: invoices, credit notes, receipts, entries."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_ledger(self, made):
        self._make_accounts(made)
        self._make_documents(made)
        self._make_payments(made)
        self._make_bank_lines(made)
        self._make_entries(made)
        self._match(made)

    @api.model
    def _make_accounts(self, made):
        """An account for receivables that are not trade, and the taxes of the country."""
        company = made.company
        find = self.env["account.chart.template"].with_company(company).ref
        keys = ("receivable", "income", "other_income", "tax_received")
        made.accounts = {key: find(key) for key in keys}
        made.accounts["nontrade"] = self.env["account.account"].create(
            {
                "name": "Other receivables (insurers, staff)",
                "code": "123000",
                "account_type": "asset_receivable",
                "reconcile": True,
                "non_trade": True,
                "company_ids": [Command.set(company.ids)],
            }
        )
        group = self.env["account.tax.group"].create(
            {"name": "VAT 21%", "company_id": company.id, "country_id": company.country_id.id}
        )
        tax = self.env["account.tax"].create(
            {
                "name": "21%",
                "description": "VAT 21%",
                "amount": 21,
                "type_tax_use": "sale",
                "company_id": company.id,
                "country_id": company.country_id.id,
                "tax_group_id": group.id,
            }
        )
        (tax.invoice_repartition_line_ids + tax.refund_repartition_line_ids).filtered(
            lambda line: line.repartition_type == "tax"
        ).account_id = made.accounts["tax_received"]
        company.account_sale_tax_id = tax
        made.accounts["tax"] = tax

    @api.model
    def _make_terms(self, made):
        """dict key of the plan -> payment term."""
        terms = {}
        for key, days in plan.TERMS.items():
            share = round(100 / len(days), 6)
            shares = [share] * (len(days) - 1)
            shares.append(100 - sum(shares))
            terms[key] = self.env["account.payment.term"].create(
                {
                    "name": f"{' / '.join(map(str, days))} days",
                    "company_id": made.company.id,
                    "line_ids": [
                        Command.create({"value": "percent", "value_amount": part, "nb_days": after})
                        for part, after in zip(shares, days, strict=True)
                    ],
                }
            )
        return terms

    @api.model
    def _make_documents(self, made):
        """Invoices and credit notes, in the order of their dates."""
        common = {"terms": self._make_terms(made), "currencies": self._currencies()}
        common["journal"] = self._journal(made, "sale")
        numbers = self._numbers(made, common["journal"].code)
        for branch in (False, True):
            company = made.branch if branch else made.company
            rows = [row for row in made.plan.documents if row.branch == branch]
            moves = (
                self.env["account.move"]
                .with_company(company)
                .create(
                    [
                        {
                            **self._prepare_document_vals(made, row, **common),
                            "company_id": company.id,
                            "name": numbers[row.key],
                        }
                        for row in rows
                    ]
                )
            )
            moves.action_post()
            made.moves.update(zip([row.key for row in rows], moves, strict=True))
        for row in made.plan.documents:
            if row.corrects:
                made.moves[row.key].reversed_entry_id = made.moves[row.corrects]

    @api.model
    def _numbers(self, made, code):
        """dict key of a document -> number, as the journal would give it: given at once, it
        need not be looked for one by one."""
        counts, numbers = Counter(), {}
        for row in made.plan.documents:
            prefix = f"{'R' if row.kind == 'refund' else ''}{code}/{row.date.year}"
            counts[prefix] += 1
            numbers[row.key] = f"{prefix}/{counts[prefix]:05}"
        return numbers

    @api.model
    def _prepare_document_vals(self, made, row, terms, currencies, journal):
        """What core would look up for every single invoice is named here."""
        debtor = made.plan.debtors[row.debtor]
        partner = made.contacts.get((row.debtor, "invoice"), made.partners[row.debtor])
        partner = made.contacts.get((row.debtor, ADDRESSED.get(row.key)), partner)
        taxes = made.accounts["tax"].ids if debtor.country == plan.HOME else []
        invoice = row.kind == "invoice"
        return {
            "move_type": "out_invoice" if invoice else "out_refund",
            "journal_id": journal.id,
            "partner_id": partner.id,
            "invoice_date": row.date,
            "date": row.date,
            "ref": row.order,
            "currency_id": currencies[row.currency],
            "invoice_payment_term_id": terms[row.term].id if invoice else False,
            "fiscal_position_id": False,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": row.text,
                        "account_id": made.accounts["income"].id,
                        "quantity": 1,
                        "price_unit": float(row.net),
                        "tax_ids": [Command.set(taxes)],
                    }
                )
            ],
        }

    @api.model
    def _currencies(self):
        return {currency.name: currency.id for currency in self.env["res.currency"].search([])}

    @api.model
    def _make_payments(self, made):
        currencies, journal = self._currencies(), self._journal(made, "bank")
        for branch in (False, True):
            rows = [
                row for row in made.plan.receipts if row.kind == "payment" and row.branch == branch
            ]
            payments = (
                self.env["account.payment"]
                .with_company(made.branch if branch else made.company)
                .create(
                    [
                        {
                            "payment_type": "inbound",
                            "partner_type": "customer",
                            "partner_id": made.partners[row.debtor].id,
                            "date": row.date,
                            "amount": float(row.amount),
                            "currency_id": currencies[row.currency],
                            "journal_id": journal.id,
                            "memo": self._memo(made, row),
                        }
                        for row in rows
                    ]
                )
            )
            payments.action_post()
            for row, payment in zip(rows, payments, strict=True):
                made.receipts[row.key] = receivable(payment.move_id)

    @api.model
    def _memo(self, made, row):
        if not row.pays:
            return "Payment on account"
        return " ".join(made.moves[key].name for key in row.pays[:4])

    @api.model
    def _journal(self, made, kind):
        return self.env["account.journal"].search(
            [("company_id", "=", made.company.id), ("type", "=", kind)], limit=1
        )

    @api.model
    def _make_bank_lines(self, made):
        """Bank lines: booked on the customer, or not looked at by anybody yet."""
        for row in made.plan.receipts:
            if row.kind == "payment":
                continue
            named = row.kind == "bank"
            claimed = [doc for doc in made.plan.documents if doc.debtor == row.debtor][-1]
            line = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": self._journal(made, "bank").id,
                    "date": row.date,
                    "amount": float(row.amount),
                    "partner_id": made.partners[row.debtor].id if named else False,
                    "payment_ref": "Advance payment"
                    if named
                    else f"{made.partners[row.debtor].name} {made.moves[claimed.key].name}",
                }
            )
            if named:
                _liquidity, suspense, _other = line._seek_for_lines()
                suspense.account_id = made.accounts["receivable"]
                made.receipts[row.key] = suspense

    @api.model
    def _make_entries(self, made):
        """Journal entries on receivable accounts."""
        equity = made.company.get_unaffected_earnings_account()
        journal = self._journal(made, "general")
        labels = {
            "opening": "Taken over from the old books",
            "nontrade": "Water damage in the warehouse, claim accepted",
            "unknown": "Cash receipt without a name",
        }
        for row in made.plan.entries:
            own = made.accounts["nontrade" if row.kind == "nontrade" else "receivable"]
            amount = float(row.amount)
            contra = equity if row.kind == "opening" else made.accounts["other_income"]
            sides = ((own, amount), (contra, -amount))
            move = self.env["account.move"].create(
                {
                    "move_type": "entry",
                    "journal_id": journal.id,
                    "date": row.date,
                    "ref": labels[row.kind],
                    "line_ids": [
                        Command.create(
                            {
                                "name": labels[row.kind],
                                "account_id": account.id,
                                "partner_id": made.partners[row.debtor].id if row.debtor else False,
                                "balance": balance,
                            }
                        )
                        for account, balance in sides
                    ],
                }
            )
            move.action_post()
            made.entries[row.key] = receivable(move)

    @api.model
    def _match(self, made):
        """Match credit notes and receipts with the invoices they are for.

        In rounds: no invoice is in two matchings of one round.
        """
        waiting = [
            (made.item(row.key), (row.corrects,)) for row in made.plan.documents if row.corrects
        ]
        waiting += [(made.item(row.key), row.pays) for row in made.plan.receipts if row.pays]
        while waiting:
            seen, matchings, later = set(), [], []
            for credit, keys in waiting:
                if seen & set(keys):
                    later.append((credit, keys))
                    continue
                seen |= set(keys)
                claims = self.env["account.move.line"].concat(*(made.item(key) for key in keys))
                matchings.append(credit + claims)
            self.env["account.move.line"]._reconcile_plan(matchings)
            waiting = later
