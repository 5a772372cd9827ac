from odoo import api, models
from odoo.tools import SQL

from ..tools.table import Column, Money, Table
from .ar_collection_notice import _claims
from .ar_collection_notice_items import COLUMNS


class ArCollectionRun(models.Model):
    """The items behind decisions: what a notice would claim, leave out and deduct."""

    _inherit = "ar.collection.run"

    def _open_items(self, partner_ids):
        """The open items of these debtors as this run judges them, with the ledger of now.

        :return: dict key of a decision, see ``_key`` -> list of dicts with the ``COLUMNS`` of notices and
            ``claimed`` (in the item's currency; a credit that is deducted: negative; 0: not
            claimed) and ``left_out``. Only items that the reader may see.
        """
        self.ensure_one()
        # sudo: the decision is the company's; the items are filtered for the reader below
        run = self.sudo()._what_if(self.sudo().policy_ids or None)
        results = run._decide(
            self.company_id, self.date, partner_ids=partner_ids, policies=run.policy_ids or None
        )
        decisions = {self._key(row["account"]): row["decision"] for row in results}
        policies = run.env["ar.collection.policy"].with_context(active_test=False)
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT %s FROM (%s) item ORDER BY account_id, due_date, line_id",
                SQL(", ").join(SQL.identifier(name) for name in COLUMNS),
                run._ladder_items_sql(
                    self.company_id,
                    self.date,
                    partner_ids,
                    policies.search([("company_id", "=", self.company_id.id)]),
                ),
            )
        )
        visible = set(
            self.env["account.move.line"]
            .search([("id", "in", [row["line_id"] for row in rows])])
            .ids
        )
        items = {}
        for row in rows:
            if row["line_id"] in visible:
                decision = decisions.get(self._key(row))
                items.setdefault(self._key(row), []).append(
                    {
                        **row,
                        "claimed": self._claimed_of(row, decision),
                        "left_out": max(0, row["open_currency"] - row["claimable"])
                        if row["days"] > 0
                        else 0,
                    }
                )
        return items

    @api.model
    def _claimed_of(self, row, decision):
        """What a decision claims of an item; of a credit what it deducts, negative."""
        currencies = {claim.currency_id for claim in decision.claims} if decision else ()
        if row["currency_id"] not in currencies:
            return 0
        if row["open"] < 0:
            return row["open_currency"] + row["held_currency"]
        return row["claimable"] if _claims(decision.level, row) else 0

    @api.model
    def _items_table(self, title, items):
        """:param items: list of dicts as ``_open_items`` gives. :return: ``Table``."""
        lines = self.env["account.move.line"].browse([row["line_id"] for row in items])
        currencies = self.env["res.currency"].browse({row["currency_id"] for row in items})
        by_id = {currency.id: currency for currency in currencies}
        rows = []
        for row, line in zip(items, lines, strict=True):
            currency = by_id[row["currency_id"]]
            rows.append(
                [
                    row.get("debtor") or line.partner_id.commercial_partner_id.name,
                    line.move_name or line.name or "",
                    line.invoice_date or line.date,
                    row["due_date"],
                    max(0, row["days"]) if row["open"] > 0 else None,
                    currency.name,
                    *(
                        Money(float(row[name]), currency.decimal_places, currency.id)
                        for name in ("open_currency", "left_out", "claimed")
                    ),
                ]
            )
        return Table(title, self._items_columns(), rows)

    @api.model
    def _items_columns(self):
        return [
            Column(self.env._("Debtor")),
            Column(self.env._("Number")),
            Column(self.env._("Date"), "date"),
            Column(self.env._("Due date"), "date"),
            Column(self.env._("Days overdue"), "integer"),
            Column(self.env._("Currency")),
            Column(self.env._("Open"), "money"),
            Column(self.env._("Left out"), "money"),
            Column(self.env._("Claimed"), "money"),
        ]
