from datetime import timedelta

from odoo import Command, api, models

from .ar_collection_demo import at

#: Payments of the last months that were applied here, and how.
MONTHS, MODES = 6, ("automatic", "automatic", "assisted", "automatic", "assisted", "manual")
REASONS = {"automatic": "reference", "assisted": "reference_short", "manual": False}


class ArCollectionDemo(models.AbstractModel):
    """Money that waits to be applied, of every kind, and how past payments found their items."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_history(self, made):
        self._make_cash(made)
        return super()._make_history(made)

    @api.model
    def _make_cash(self, made):
        shown = self.env.ref("ar_collections.group_ar_collection_cash")
        for name in ("user", "readonly"):
            self.env.ref(f"ar_collections.group_ar_collection_{name}").implied_ids |= shown
        made.users["petra"].group_ids |= self.env.ref("account.group_account_user")
        self.env.ref("base.user_admin").group_ids |= self.env.ref("account.group_account_user")
        made.company.write(
            {
                "ar_cash_tolerance": 5,
                "ar_cash_tolerance_percent": 2,
                "ar_cash_charge_limit": 25,
                "ar_bank_charge_account_id": self._charge_account(made).id,
            }
        )
        self._make_credits(made)
        self._make_applied(made)

    @api.model
    def _charge_account(self, made):
        return self.env["account.account"].create(
            {
                "name": "Bank charges on receipts",
                "code": "656100",
                "account_type": "expense",
                "company_ids": [Command.set(made.company.ids)],
            }
        )

    # === WAITING === #
    @api.model
    def _make_credits(self, made):
        """Bank lines of debtors whom no notice would reach tonight: money on its way would
        change what the run decides."""
        quiet = self._quiet_items(made)
        if len(quiet) < 8:
            return
        names = [items[0].move_id.name for items in quiet]
        amounts = [items[0].amount_residual_currency for items in quiet]
        payers = [items[0].partner_id.commercial_partner_id for items in quiet]
        two = next((items for items in quiet if len(items) > 1), quiet[0])
        both = [item.move_id.name for item in two[:2]]
        account = self.env["res.partner.bank"].create(
            {"partner_id": payers[4].id, "acc_number": "BE71 0961 2345 6769"}
        )
        rows = (
            (amounts[0], 0, f"Invoice {names[0]}", payers[0].name, None),
            (amounts[1], 1, " ".join(names[1].lower().split("/")), payers[1].name, None),
            (sum(two[:2].mapped("amount_residual_currency")), 1, ", ".join(both), None, None),
            (amounts[2] - 12.5, 2, f"{names[2]} less charges", payers[2].name, None),
            (round(amounts[3] * 0.9, 2), 2, f"{names[3]} minus damaged goods", None, None),
            (amounts[4], 3, "Payment", "A. Treasury Services", account.acc_number),
            (amounts[5] + 180, 5, f"{names[5]} and deposit", payers[5].name, None),
            (842.17, 9, "Transfer", "Unbekannter Zahler AG", "CH93 0076 2011 6238 5295 7"),
            (1310.4, 38, "Ref 88-1204", "Payment Factory Holding", None),
            (amounts[6], 4, f"Customer {payers[6].ref or ''}", payers[6].name, None),
            (777.5, 6, "RF19 5390 0754 7034", "Hansen Handel ApS", None),
            *self._unclear_row(quiet),
            *self._payment_rows(made, quiet),
        )
        self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": self._journal(made, "bank").id,
                    "date": made.day(ago),
                    "amount": amount,
                    "payment_ref": text,
                    "partner_name": payer,
                    "account_number": number,
                }
                for amount, ago, text, payer, number in rows
            ]
        )
        self.env["ar.collection.payer.alias"]._learn(
            made.company, payers[7], name="Nordic Shared Services", prefix="RNR"
        )

    @api.model
    def _unclear_row(self, quiet):
        """Less than any of the two invoices that are named: which is meant, a person must say."""
        pairs = [items for items in quiet if len(items) > 1]
        for first, second, *_rest in pairs[-1:]:
            least = min(first.amount_residual_currency, second.amount_residual_currency)
            names = f"{first.move_id.name} {second.move_id.name}"
            yield round(least * 0.6, 2), 1, f"part of {names}", first.partner_id.name, None

    @api.model
    def _payment_rows(self, made, quiet):
        """A bank line of money that was registered as a payment before, and the return of
        another payment by the bank."""
        payments = self.env["account.payment"].search(
            [
                ("partner_id", "in", [items[0].partner_id.id for items in quiet]),
                ("payment_type", "=", "inbound"),
                ("state", "in", ("in_process", "paid")),
                ("is_matched", "=", False),
                ("company_id", "=", made.company.id),
                ("currency_id", "=", made.company.currency_id.id),
                ("date", ">=", made.day(60)),
            ],
            order="date desc, id desc",
            limit=2,
        )
        for payment in payments[:1]:
            yield payment.amount, 0, payment.name, payment.partner_id.name, None
        for payment in payments[1:]:
            yield -payment.amount, 0, f"RETURN {payment.name} AM04", payment.partner_id.name, None

    @api.model
    def _quiet_items(self, made):
        """Open items in company currency of debtors without a notice tonight, by debtor."""
        self.env.flush_all()
        self.env["ar.collection"]._refresh()
        runs = self.env["ar.collection.run"].with_company(made.company)
        quiet = [
            row["account"]["partner_id"]
            for row in runs._decide(made.company, made.plan.today)
            if not row["decision"].level and row["decision"].reason != "covered_by_credit"
        ]
        items = self.env["account.move.line"].search(
            [
                ("partner_id.commercial_partner_id", "in", quiet),
                ("company_id", "=", made.company.id),
                ("currency_id", "=", made.company.currency_id.id),
                ("move_id.move_type", "=", "out_invoice"),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
                ("amount_residual", ">", 100),
                ("move_id.payment_state", "!=", "blocked"),
            ],
            order="date_maturity, id",
        )
        return list(items.grouped(lambda item: item.partner_id.commercial_partner_id).values())

    # === APPLIED === #
    @api.model
    def _make_applied(self, made):
        """What past payments are told to have been applied by: the ledger stays as it is."""
        since = made.plan.today - timedelta(days=30 * MONTHS)
        parts = self.env["account.partial.reconcile"].search(
            [
                ("credit_move_id.journal_id.type", "=", "bank"),
                ("credit_move_id.date", ">=", since),
                ("debit_move_id.account_type", "=", "asset_receivable"),
                ("company_id", "child_of", made.company.id),
            ],
            order="id",
        )
        users = [made.users["petra"], made.users["lena"], made.users["tomas"]]
        vals_list = []
        for number, (credit, of_credit) in enumerate(parts.grouped("credit_move_id").items()):
            mode = MODES[number % len(MODES)]
            hours = {"automatic": 3, "assisted": 20, "manual": 46}[mode] + number % 7
            vals_list.append(
                self._applied_vals(made, credit, of_credit, mode, hours, users[number % 3])
            )
        self.env["ar.collection.application"].sudo().create(vals_list)  # evidence

    @api.model
    def _applied_vals(self, made, credit, parts, mode, hours, user):
        accounts = {account.partner_id: account for account in made.collections.values()}
        account = accounts.get(credit.partner_id.commercial_partner_id)
        moment = min(
            at(credit.date, 9) + timedelta(hours=hours),
            at(made.plan.today, 9),
        )
        amount = sum(parts.mapped("credit_amount_currency"))
        return {
            "company_id": made.company.id,
            "collection_id": account and account.id,
            "partner_id": credit.partner_id.commercial_partner_id.id,
            "collector_id": account and account.user_id.id,
            "credit_line_id": credit.id,
            "credit_name": credit.move_name,
            "received_on": credit.date,
            "date": moment,
            "hours": hours,
            "user_id": user.id,
            "mode": mode,
            "reason": REASONS[mode],
            "confidence": 98 if mode == "automatic" else 75,
            "currency_id": credit.currency_id.id,
            "amount": amount,
            "amount_company": sum(parts.mapped("amount")),
            "line_ids": [
                Command.create(
                    {
                        "line_id": part.debit_move_id.id,
                        "item_name": part.debit_move_id.move_name,
                        "currency_id": part.debit_move_id.currency_id.id,
                        "amount": part.debit_amount_currency,
                        "partial_ids": [Command.set(part.ids)],
                    }
                )
                for part in parts
            ],
        }
