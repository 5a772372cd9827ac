from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user
from odoo.tools import SQL

from ..models.ar_collection_refresh_figures import AMOUNTS
from .common import ArCollectionsCommon


class LedgerCommon(ArCollectionsCommon):
    """Postings of every sort, and the check of the figures against the plain ledger."""

    @classmethod
    def _entry(cls, lines, days=0, journal="misc", post=True, **vals):
        """A journal entry. ``lines``: dicts of journal items; a receivable unless they say
        otherwise, ``amount`` positive is a debit. A last item balances it."""
        date = cls.today - timedelta(days=days)
        receivable = cls.company_data["default_account_receivable"].id
        items = []
        for line in lines:
            amount = line["amount"]
            items.append(
                {
                    "name": "Item",
                    "account_id": receivable,
                    "debit": max(amount, 0),
                    "credit": max(-amount, 0),
                    **{name: value for name, value in line.items() if name != "amount"},
                }
            )
        balance = sum(item["debit"] - item["credit"] for item in items)
        items.append(
            {
                "name": "Balance",
                "account_id": cls.company_data["default_account_revenue"].id,
                "debit": max(-balance, 0),
                "credit": max(balance, 0),
            }
        )
        move = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": date,
                "journal_id": cls.company_data[f"default_journal_{journal}"].id,
                "line_ids": [Command.create(item) for item in items],
                **vals,
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _bank_line(cls, amount, partner=None, days=0, **vals):
        """A line of a bank statement, not matched yet."""
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.company_data["default_journal_bank"].id,
                "date": cls.today - timedelta(days=days),
                "payment_ref": "Transfer",
                "partner_id": partner and partner.id,
                "amount": amount,
                **vals,
            }
        )

    @classmethod
    def _match(cls, bank_line, move):
        """Reconcile a bank line with an invoice, as the bank reconciliation does."""
        _liquidity, suspense, _other = bank_line._seek_for_lines()
        item = cls._item(move)
        suspense.write({"account_id": item.account_id.id, "partner_id": item.partner_id.id})
        (suspense + item).reconcile()

    @classmethod
    def _other_company(cls, name, **vals):
        """Another root company with accounts of its own, which the user may work in."""
        company = cls.setup_other_company(name=name, **vals)["company"]
        company.partner_id.tz = "UTC"
        cls.env.user.company_ids |= company
        return company

    @classmethod
    def _branch(cls, name="Branch"):
        """A branch of the company, which the user may work in."""
        branch = cls.env["res.company"].create({"name": name, "parent_id": cls.company.id})
        cls.env.cr.precommit.run()  # core loads the accounts of a branch only then
        cls.env.user.company_ids |= branch
        return branch

    @classmethod
    def _user(cls, login, group, **vals):
        """A user of one of our groups: ``user``, ``all``, ``manager`` or ``readonly``."""
        vals.setdefault("company_ids", cls.company.ids)
        vals.setdefault("company_id", cls.company.id)
        return new_test_user(
            cls.env, login, f"base.group_user,ar_collections.group_ar_collection_{group}", **vals
        )

    @classmethod
    def _terms(cls, *parts):
        """A payment term of (percent, days) instalments."""
        return cls.env["account.payment.term"].create(
            {
                "name": "Instalments",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": percent, "nb_days": days})
                    for percent, days in parts
                ],
            }
        )

    def _queued(self):
        """Ids of the partners to be refreshed, with what this transaction still remembers."""
        self.env.cr.flush()
        waiting = self.env["ar.collection.queue"].sudo().search([("refreshed", "=", False)])
        return set(waiting.mapped("partner_number"))

    # === CHECKS === #
    def _check_figures(self, account, **expected):
        """Every figure of the debtor is as said; those not named are zero."""
        found = {name: account[name] for name in AMOUNTS if account[name]}
        self.assertEqual(found, {name: value for name, value in expected.items() if value})

    def _check_ties(self):
        """The cache is the ledger, to the cent: by our own check, and by a plain sum of the
        balances of all posted trade receivables, less what is matched with entries in draft
        (which core leaves matched) or of another debtor."""
        self.assertFalse(self.Account._differences())
        rows = self.env.execute_query(
            SQL(
                """
                WITH ledger AS (
                    SELECT partner.commercial_partner_id AS partner_id,
                           split_part(company.parent_path, '/', 1)::int AS company_id,
                           sum(line.balance
                               - coalesce((SELECT sum(amount) FROM account_partial_reconcile
                                            WHERE debit_move_id = line.id), 0)
                               + coalesce((SELECT sum(amount) FROM account_partial_reconcile
                                            WHERE credit_move_id = line.id), 0)) AS balance
                      FROM account_move_line line
                      JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'
                      JOIN account_account account ON account.id = line.account_id
                      JOIN res_company company ON company.id = line.company_id
                      JOIN res_partner partner ON partner.id = line.partner_id
                     WHERE account.account_type = 'asset_receivable'
                       AND account.non_trade IS NOT TRUE
                     GROUP BY 1, 2)
                SELECT coalesce(ledger.partner_id, account.partner_id), ledger.balance,
                       account.total_due - account.unapplied_credit
                  FROM ledger FULL JOIN ar_collection account USING (partner_id, company_id)
                 WHERE coalesce(ledger.balance, 0)
                       != coalesce(account.total_due - account.unapplied_credit, 0)
                """
            )
        )
        self.assertFalse(rows, "debtor, balance of the ledger, balance of the cache")
