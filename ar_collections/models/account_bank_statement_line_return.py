from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import bank_return

#: Days back in which unmatched bank lines are looked at.
LOOKED_AT = 120


class AccountBankStatementLine(models.Model):
    """Bank lines that return a payment: recognised, and proposed as the one bounce action."""

    _inherit = "account.bank.statement.line"

    ar_return_payment_id = fields.Many2one(
        "account.payment", string="Returns the payment", compute="_compute_ar_return"
    )
    ar_return_line_id = fields.Many2one(
        "account.bank.statement.line", string="Returns the receipt", compute="_compute_ar_return"
    )
    ar_return_partner_id = fields.Many2one(
        "res.partner", string="Paid by", compute="_compute_ar_return"
    )
    ar_return_why = fields.Char(string="Recognised by", compute="_compute_ar_return")
    ar_return_code_id = fields.Many2one(
        "ar.collection.return.code", string="Return code in the text", compute="_compute_ar_return"
    )
    ar_is_return = fields.Boolean(
        string="May return a payment",
        compute="_compute_ar_return",
        search="_search_ar_is_return",
        help="Money that left and, by its text and amount, takes a receipt back.",
    )

    @api.depends("amount", "payment_ref", "partner_id", "is_reconciled", "date")
    def _compute_ar_return(self):
        answers = self._ar_recognise_returns()
        texts = {
            "reference": self.env._("its reference"),
            "account": self.env._("the bank account"),
            "partner": self.env._("customer and amount"),
            "amount": self.env._("the amount alone"),
        }
        codes = self.env["ar.collection.return.code"]
        by_code = {code.code: code for code in codes.search([])}
        payments, lines = self.env["account.payment"], self.browse()
        for line in self:
            answer = answers.get(line._origin.id) or bank_return.Answer()
            kind, number = answer.key or ("", False)
            line.ar_return_payment_id = payments.browse(number if kind == "payment" else [])
            line.ar_return_line_id = lines.browse(number if kind == "line" else [])
            money = line.ar_return_payment_id or line.ar_return_line_id
            line.ar_return_partner_id = money.partner_id
            line.ar_return_code_id = by_code.get(answer.code)
            line.ar_is_return = bool(answer.key or answer.near)
            line.ar_return_why = texts.get(answer.why) or (
                self.env._("%(count)s receipts fit", count=len(answer.near))
                if answer.near
                else False
            )

    @api.model
    def _search_ar_is_return(self, operator, value):
        if operator != "in":
            return NotImplemented
        lines = self.search(
            [
                ("amount", "<", 0),
                ("is_reconciled", "=", False),
                ("date", ">=", fields.Date.today() - timedelta(days=LOOKED_AT)),
            ]
        )
        found = [line_id for line_id, answer in lines._ar_recognise_returns().items() if answer]
        return [("id", "in" if True in value else "not in", found)]

    def _ar_recognise_returns(self):
        """dict id -> ``bank_return.Answer`` of those of these lines that may be returns."""
        debits = self.filtered(lambda line: line.amount < 0 and not line.is_reconciled and line.id)
        if not debits:
            return {}
        receipts = {}
        for row in self.env.execute_query_dict(debits._ar_receipts_sql()):
            receipt = bank_return.Receipt(
                (row["kind"], row["id"]),
                _decimal(row["amount"]),
                row["date"],
                [name for name in row["names"] if name],
                row["partner_id"],
                row["account"] or "",
            )
            key = row["root_id"], row["currency_id"], receipt.amount
            receipts.setdefault(key, []).append(receipt)
        codes = {code for [code] in self.env["ar.collection.return.code"]._read_group([], ["code"])}
        answers = {}
        for line in debits:
            currency = line.currency_id
            key = line.company_id._ar_root().id, currency.id, _decimal(-line.amount)
            answer = bank_return.recognise(line._ar_debit(), receipts.get(key, ()), codes)
            if answer.key or answer.near:
                answers[line.id] = answer
        return answers

    def _ar_debit(self):
        text = " ".join(filter(None, (self.payment_ref, self.ref, self.transaction_type)))
        return bank_return.Debit(
            _decimal(-self.amount),
            self.date,
            text,
            self.partner_id.commercial_partner_id.id or None,
            "".join((self.account_number or "").split()).upper(),
        )

    def _ar_receipts_sql(self):
        """Payments and bank lines of customers over the same amounts: not returned yet, or noted
        as returned by somebody before the bank line of the return came."""
        self.env["account.payment"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["account.bank.statement.line"].flush_model()
        self.env["account.move"].flush_model(["state", "name"])
        amounts = list({-line.amount for line in self})
        since = min(self.mapped("date")) - timedelta(days=bank_return.DAYS)
        return SQL(
            """
            SELECT 'payment' AS kind, payment.id, payment.amount, payment.date, payment.currency_id,
                   ARRAY[payment.name, payment.memo, payment.payment_reference] AS names,
                   partner.commercial_partner_id AS partner_id,
                   upper(bank.sanitized_acc_number) AS account,
                   split_part(company.parent_path, '/', 1)::int AS root_id
              FROM account_payment payment
              JOIN account_move move ON move.id = payment.move_id AND move.state = 'posted'
              JOIN res_company company ON company.id = payment.company_id
              LEFT JOIN res_partner partner ON partner.id = payment.partner_id
              LEFT JOIN res_partner_bank bank ON bank.id = payment.partner_bank_id
             WHERE payment.payment_type = 'inbound' AND payment.partner_type = 'customer'
               AND (payment.ar_bounce_date IS NULL OR %(waits_payment)s)
               AND payment.amount = ANY(%(amounts)s)
               AND payment.date >= %(since)s AND payment.company_id = ANY(%(companies)s)
             UNION ALL
            SELECT 'line', line.id, line.amount, move.date, journal_currency.id,
                   ARRAY[move.name, line.payment_ref, move.ref], partner.commercial_partner_id,
                   upper(replace(line.account_number, ' ', '')),
                   split_part(company.parent_path, '/', 1)::int
              FROM account_bank_statement_line line
              JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'
              JOIN res_company company ON company.id = line.company_id
              JOIN account_journal journal ON journal.id = line.journal_id
              JOIN res_currency journal_currency
                ON journal_currency.id = coalesce(journal.currency_id, company.currency_id)
              LEFT JOIN res_partner partner ON partner.id = line.partner_id
             WHERE line.amount = ANY(%(amounts)s)
               AND (line.ar_bounce_date IS NULL OR %(waits_line)s)
               AND line.is_reconciled AND move.date >= %(since)s
               AND line.company_id = ANY(%(companies)s)
               AND EXISTS (SELECT FROM account_move_line item
                             JOIN account_account account ON account.id = item.account_id
                            WHERE item.move_id = move.id AND item.balance < 0
                              AND account.account_type = 'asset_receivable'
                              AND item.payment_id IS NULL)
             ORDER BY 2
            """,
            waits_payment=_waits(SQL("payment.ar_bounce_move_id")),
            waits_line=_waits(SQL("line.ar_bounce_move_id")),
            amounts=amounts,
            since=since,
            companies=self.env.companies.ids or self.company_id.ids,
        )

    # === ACTIONS === #
    def action_ar_note_return(self):
        """Open the bounce of what this bank line returns; noted, the two are matched. A return
        that was noted before is matched at once.

        :raises UserError: it returns nothing that is known, or several receipts fit.
        """
        self.check_access("write")
        line = self[:1]
        money = line.ar_return_payment_id or line.ar_return_line_id
        if not money:
            raise UserError(
                self.env._(
                    "Which payment %(line)s returns is not clear. Open the payment and use Returned "
                    "by the bank there.",
                    line=line.payment_ref or line.display_name,
                )
            )
        if money.ar_bounce_date:  # noted before the bank line came
            line._ar_match_return(money.ar_bounce_move_id)
            return True
        action = money.action_ar_bounce_open()
        action["context"] |= {
            "default_date": line.date,
            "default_code_id": line.ar_return_code_id.id,
            "default_reason": line.ar_return_code_id.name or line.payment_ref,
            "default_return_line_id": line.id,
        }
        return action


def _waits(move_id):
    """Whether an entry of a return waits for its bank line."""
    return SQL(
        """
        EXISTS (SELECT FROM account_move_line back
                  JOIN account_account waits ON waits.id = back.account_id
                 WHERE back.move_id = %s AND waits.reconcile AND back.reconciled IS NOT TRUE
                   AND waits.account_type != 'asset_receivable')
        """,
        move_id,
    )


def _decimal(amount):
    return Decimal(str(round(amount, 6))).normalize()
