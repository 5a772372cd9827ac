from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import withheld


class ArCollectionWithheld(models.Model):
    """Judged by the ledger: an item paid short by the tax is noted, one paid after all ends."""

    _inherit = "ar.collection.withheld"

    @api.model
    def _judge_accounts(self, accounts):
        """Note, change and end what these debtors have withheld.

        :param accounts: ``ar.collection``.
        """
        accounts = accounts.sudo()  # the machine judges debtors of every collector
        if not accounts:
            return
        self = self.sudo()  # noqa: PLW0642, dito
        known = self.search(accounts._among("collection_id") & Domain("line_id", "!=", False))
        known._check_reversed()
        rated = accounts.search(accounts._among("id") & Domain("withheld_rate", ">", 0))
        if not rated and not known:
            return
        of_line = {record.line_id.id: record for record in known if record.state != "certified"}
        certified = {}
        for record in known.filtered(lambda record: record.state == "certified"):
            certified[record.line_id.id] = certified.get(record.line_id.id, 0) + record.amount
        found = {}
        for row in self.env.execute_query_dict(self._short_sql(rated | known.collection_id)):
            vals = self._prepare_short_vals(row, certified.get(row["line_id"], 0.0))
            if vals:
                found[row["line_id"]] = vals
        self._note(found, of_line)

    def _note(self, found, of_line):
        """:param found: dict item -> values of what is withheld of it now."""
        gone = self.browse()
        for line_id, record in of_line.items():
            vals = found.pop(line_id, None)
            if not vals:
                gone |= record.filtered(lambda one: one._is_over())
            elif record.state == "paid":
                record.write(vals)
                record._set_state("expected")
            elif record.state == "expected" and record.amount != vals["amount"]:
                record.amount = vals["amount"]
                record._place_holds()
        gone._set_state("paid")
        self.flush_model()  # what was certified leaves its place to the rest
        self.create(list(found.values()))._place_holds()

    def _is_over(self):
        """Whether what is expected is no more: the item is settled, or its payment went back. A
        debtor without a rate keeps what was noted before."""
        item = self.line_id
        if self.state != "expected":
            return False
        return bool(self.collection_id.withheld_rate) or item.currency_id.is_zero(
            item.amount_residual_currency
        )

    def _check_reversed(self):
        """A certificate whose entry was reversed is missing again."""
        back = self.filtered(
            lambda record: record.state == "certified" and record.certificate_id.state == "reversed"
        )
        for record in back:
            other = self.filtered(
                lambda one, record=record: (
                    one.line_id == record.line_id and one.state != "certified"
                )
            )
            if other:  # the rest of the item was noted on its own meanwhile
                record.line_id = False
        back.filtered("line_id")._set_state("expected", certificate_id=False)

    @api.model
    def _short_sql(self, accounts):
        """Items of invoices paid in part by money: what is open, paid and credited of each."""
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move"].flush_model(["amount_untaxed", "amount_total", "move_type"])
        accounts.flush_model(["withheld_rate", "withheld_base"])
        return SQL(
            """
            SELECT line.id AS line_id, account.id AS collection_id, line.currency_id,
                   line.amount_residual_currency AS residual, line.amount_currency AS item,
                   move.name, move.invoice_date, move.amount_untaxed AS untaxed,
                   move.amount_total AS total, account.withheld_rate AS rate,
                   account.withheld_base AS base, money.paid_on,
                   coalesce(money.credited, 0) AS credited
              FROM ar_collection account
              JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
              JOIN account_move_line line ON line.partner_id = partner.id
               AND line.parent_state = 'posted' AND line.amount_residual_currency > 0
              JOIN account_account receivable ON receivable.id = line.account_id
               AND receivable.account_type = 'asset_receivable'
              JOIN res_company company ON company.id = line.company_id
               AND split_part(company.parent_path, '/', 1)::int = account.company_id
              JOIN account_move move ON move.id = line.move_id AND move.move_type = 'out_invoice'
              JOIN LATERAL (
                   SELECT max(credit.date) FILTER (WHERE journal.type IN ('bank', 'cash', 'credit'))
                              AS paid_on,
                          sum(part.debit_amount_currency) FILTER (
                              WHERE other.move_type = 'out_refund') AS credited
                     FROM account_partial_reconcile part
                     JOIN account_move_line credit ON credit.id = part.credit_move_id
                     JOIN account_journal journal ON journal.id = credit.journal_id
                     JOIN account_move other ON other.id = credit.move_id
                    WHERE part.debit_move_id = line.id) money ON money.paid_on IS NOT NULL
             WHERE account.id = ANY(%s) AND account.withheld_rate > 0
             ORDER BY line.id
            """,
            accounts.ids,
        )

    @api.model
    def _prepare_short_vals(self, row, certified):
        """Values of what is withheld of an item, or None."""
        account = self.env["ar.collection"].browse(row["collection_id"])
        currency = self.env["res.currency"].browse(row["currency_id"])
        tax = withheld.expected(
            _decimal(row["rate"]),
            row["base"] or "untaxed",
            *(_decimal(row[name]) for name in ("untaxed", "total", "item", "credited")),
        )
        tax = currency.round(float(tax - _decimal(certified)))
        amount = float(withheld.held(_decimal(row["residual"]), _decimal(tax)))
        if currency.is_zero(amount):
            return None
        return {
            "collection_id": account.id,
            "line_id": row["line_id"],
            "item_name": row["name"],
            "item_date": row["invoice_date"],
            "currency_id": currency.id,
            "amount": amount,
            "tax": tax,
            "rate": row["rate"],
            **self._prepare_quarter_vals(account.company_id, row["paid_on"]),
        }

    @api.model
    def _prepare_quarter_vals(self, company, paid_on):
        of_day = withheld.quarter(paid_on, int(company.fiscalyear_last_month))
        return {
            "paid_on": paid_on,
            "quarter_start": of_day.start,
            "certificate_due": of_day.end + timedelta(days=company.ar_withheld_days),
        }


def _decimal(amount):
    return Decimal(str(amount or 0))
