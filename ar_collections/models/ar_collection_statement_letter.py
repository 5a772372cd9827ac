from collections import defaultdict

from odoo import models

from ..tools import letter_text, reference, statement

#: Letters and digits of the customer number that a payment reference can take.
LONGEST = 10


class ArCollectionStatement(models.Model):
    """What a statement says, as plain values."""

    _inherit = "ar.collection.statement"

    # === ROWS === #
    def _prepare_rows(self):
        """The rows of these statements, read set by set from the ledger; keeps their totals.

        :return: dict id of the statement -> list of dicts, a currency each: ``currency``,
            ``items``, ``aged`` (``statement.Aged``), ``activity`` (``statement.Activity``).
        """
        result = {}
        groups = self.grouped(lambda one: (one.company_id, one.date, one.date_from or None))
        source = self.env["ar.collection.statement.rows"].sudo()  # the whole account of a debtor
        for (company, day, start), statements in groups.items():
            partner_ids = statements.collection_id.partner_id.ids
            items = source._open_items(company, day, partner_ids)
            activities = source._activity(company, start, day, partner_ids) if start else {}
            by_debtor = defaultdict(set)
            for partner_id, currency_id in {**items, **activities}:
                by_debtor[partner_id].add(currency_id)
            for one in statements:
                partner_id = one.collection_id.partner_id.id
                result[one.id] = [
                    {
                        "currency": currency,
                        "items": (rows := items.get((partner_id, currency.id), [])),
                        "aged": statement.aged(rows, day, company._ar_limits()),
                        "activity": activities.get((partner_id, currency.id), statement.Activity()),
                    }
                    for currency in one._in_order(by_debtor[partner_id])
                ]
        for one in self:
            one._keep_totals(result[one.id])
        return result

    def _in_order(self, currency_ids):
        """The currencies, the company's own first."""
        own = self.company_id.currency_id
        return (
            self.env["res.currency"]
            .browse(currency_ids)
            .sorted(lambda currency: (currency != own, currency.name))
        )

    def _keep_totals(self, rows):
        self.totals = [
            {
                "currency_id": row["currency"].id,
                "balance": float(row["aged"].balance),
                "overdue": float(row["aged"].overdue),
            }
            for row in rows
        ]
        own = self.company_id.currency_id
        self.balance = sum(
            row["currency"]._convert(float(row["aged"].balance), own, self.company_id, self.date)
            for row in rows
        )

    # === CONTENT === #
    def _prepare_content(self, rows):
        """Everything the paper says, in the language of the debtor.

        :param rows: of ``_prepare_rows`` for this statement.
        :return: dict of texts, formatted, not escaped.
        """
        self.ensure_one()
        one = self._in_letter_language()
        return {
            **one._prepare_head(),
            "date": one._format_date(one.company_id._ar_today()),
            "subject": one._title(),
            "intro": one._intro(rows),
            "rows": rows,
            "payments": [
                payment for row in rows if (payment := one._prepare_statement_payment(row))
            ],
            "aged_labels": one._aged_labels(),
            "aged": [one._aged_row(row) for row in rows],
            "question": one._question(),
        }

    def _title(self):
        if self.kind == "open_item":
            return self.env._(
                "Statement of account: open items on %(day)s", day=self._format_date(self.date)
            )
        return self.env._(
            "Statement of account: %(start)s to %(end)s",
            start=self._format_date(self.date_from),
            end=self._format_date(self.date),
        )

    def _intro(self, rows):
        if self.kind == "open_item":
            if not any(row["items"] for row in rows):
                return self.env._(
                    "Nothing is open on your account. Please tell us if this differs from your "
                    "records."
                )
            return self.env._(
                "All items that are open on your account, in order of due date. Please tell us if "
                "this differs from your records."
            )
        if not rows:
            return self.env._(
                "Nothing has moved on your account in this period, and nothing is open. Please "
                "tell us if this differs from your records."
            )
        return self.env._(
            "Every movement on your account in this period. Please tell us if this differs from "
            "your records."
        )

    def _question(self):
        parts = self._prepare_signatory()
        known = [parts[name] for name in ("name", "phone", "email") if parts[name]]
        return known and self.env._(
            "Questions about this statement: %(contact)s.", contact=", ".join(known)
        )

    # === AGEING === #
    def _aged_labels(self):
        *ranges, last = self.company_id._ar_bucket_labels()
        ranges = [label.replace("-", "\N{EN DASH}") for label in ranges]
        return [
            self.env._("Not due"),
            *ranges,
            self.env._("Over %(days)s", days=int(last.rstrip("+")) - 1),
        ]

    def _aged_row(self, row):
        currency, aged = row["currency"], row["aged"]

        def cell(amount):
            return self._format_amount(float(amount), currency) if amount else "\N{EN DASH}"

        return {
            "code": currency.name,
            "buckets": [cell(amount) for amount in aged.buckets],
            "credits": cell(aged.credits),
            "balance": self._format_amount(float(aged.balance), currency),
        }

    # === HOW TO PAY === #
    def _prepare_statement_payment(self, row):
        """How to pay the balance of a currency; None when nothing is to be paid."""
        currency, aged = row["currency"], row["aged"]
        if currency.compare_amounts(float(aged.balance), 0) <= 0:
            return None
        claims = [item for item in row["items"] if item.open > 0]
        newest = sorted(claims, key=lambda item: (item.date, item.move_id), reverse=True)
        moves = self.env["account.move"].browse(
            dict.fromkeys(item.move_id for item in newest if item.move_id)
        )
        bank = self._bank_account_for(moves, currency)
        number = self._account_reference(currency)
        overdue = min(aged.overdue, aged.balance)
        return {
            "code": currency.name,
            "amount": self._format_money(float(aged.balance), currency),
            "overdue": overdue > 0 and self._format_amount(float(overdue), currency),
            "payee": bank.acc_holder_name or self.company_id.name,
            "account": self._format_account(bank),
            "iban": letter_text.is_iban(bank.acc_number or ""),
            "bank": bank.bank_name,
            "bic": bank.bank_bic,
            "clearing_number": bank.clearing_number,
            "reference": reference.in_fours(number),
            "qr": self._qr_image(
                bank, float(aged.balance), currency, number, self.collection_id.partner_id
            ),
        }

    def _account_reference(self, currency):
        """The reference under which a payment of the balance is found: debtor, month, currency."""
        customer = "".join(filter(str.isalnum, self.collection_id.partner_id.ref or "")).upper()
        if not customer.isascii() or not 0 < len(customer) <= LONGEST:
            customer = f"A{self.collection_id.id}"
        return reference.creditor_reference(f"{customer}S{self.date:%y%m}{currency.name}")

    # === MAIL === #
    def _prepare_mail(self):
        """What the e-mail says, in the language of the debtor."""
        one = self._in_letter_language()
        head = one._prepare_head()
        currencies = self.env["res.currency"]
        lines = [
            one._total_line(currencies.browse(total["currency_id"]), total)
            for total in one.totals or []
        ]
        return {
            **head,
            "start": "right" if head["dir"] == "rtl" else "left",
            "subject": one._title(),
            "greeting": one._greeting(),
            "lines": lines,
            "attached": one.env._("Attached: %(name)s (PDF).", name=one.name),
            "imprint": one._imprint(head["sender"]),
        }

    def _total_line(self, currency, total):
        balance = currency.round(total["balance"])
        amount = self._format_money(balance, currency)
        if currency.compare_amounts(balance, 0) < 0:
            return self.env._(
                "In your favour: %(amount)s", amount=self._format_money(-balance, currency)
            )
        if total["overdue"] > 0 and balance:
            overdue = min(total["overdue"], balance)
            return self.env._(
                "Balance: %(amount)s, of which overdue: %(overdue)s",
                amount=amount,
                overdue=self._format_amount(overdue, currency),
            )
        if not balance:
            return self.env._("Settled in %(currency)s", currency=currency.name)
        return self.env._("Balance: %(amount)s", amount=amount)
