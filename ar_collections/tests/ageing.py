from datetime import timedelta

from odoo import Command
from odoo.tools import SQL

from ..tools import ageing_options
from ..tools.ageing_options import BUCKETS
from .ledger import LedgerCommon


class AgeingCommon(LedgerCommon):
    """Histories on fixed days before today, and the report of any day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Ageing = cls.env["ar.collection.ageing"]
        cls.receivable = cls.company_data["default_account_receivable"]

    @classmethod
    def _ago(cls, days):
        return cls.today - timedelta(days=days)

    @classmethod
    def _entry(cls, amount, days, partner=None, account=None, **vals):
        """A posted journal entry on a receivable account, dated ``days`` ago."""
        account = account or cls.receivable
        other = cls.company_data["default_account_revenue"]
        lines = [(account, amount, partner), (other, -amount, None)]
        move = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": cls._ago(days),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": used.id,
                            "balance": value,
                            "partner_id": whose.id if whose else False,
                            "no_followup": False,
                        }
                    )
                    for used, value, whose in lines
                ],
                **vals,
            }
        )
        move.action_post()
        return move.line_ids.filtered(lambda line: line.account_id == account)

    def _options(self, days=0, **raw):
        """Options of the report of ``days`` ago."""
        raw = {"day": self._ago(days).isoformat(), **raw}
        return ageing_options.read(raw, self.today)

    def _rows(self, days=0, path=(), **raw):
        """dict key or kind -> the row's amounts that are not zero."""
        rows = self.Ageing._ageing_groups(self._options(days, **raw), path)
        names = (*BUCKETS, "credits", "total", "disputed", "promised", "planned", "held_other")
        return {
            row["kind"] or row["key"]: {name: row[name] for name in names if row[name]}
            for row in rows
        }

    def _row(self, days=0, partner=None, **raw):
        """The amounts of a debtor that are not zero."""
        return self._rows(days, **raw).get((partner or self.debtor).id, {})

    def _ledger(self, days=0, companies=None):
        """Balance of the receivable accounts, summed from the entries and nothing else."""
        self.env.flush_all()
        [[balance]] = self.env.execute_query(
            SQL(
                """
                SELECT coalesce(sum(line.balance), 0)
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_account account ON account.id = line.account_id
                 WHERE move.state = 'posted' AND line.date <= %s
                   AND account.account_type = 'asset_receivable' AND line.company_id IN %s
                """,
                self._ago(days),
                tuple((companies or self.company).ids),
            )
        )
        return float(balance)

    def _total(self, days=0, **raw):
        """The report's total."""
        rows = self.Ageing._ageing_groups(self._options(days, **raw))
        return round(sum(row["total"] for row in rows), 2)
