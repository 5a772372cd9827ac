from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import prepared
from . import repeated

#: Writing one of these moves an item without a change of its residual.
WATCHED = frozenset({"partner_id", "date_maturity", "account_id", "no_followup"})


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = "account.move.line"

    # Plain nullable columns, not indexed: installing on 10 million lines rewrites nothing.
    ar_level_id = fields.Many2one(
        "ar.collection.level", string="Follow-up level", copy=False, ondelete="set null"
    )
    ar_level_date = fields.Date(string="Level since", copy=False)
    ar_number = fields.Char(
        string="Item number",
        compute="_compute_ar_number",
        help="With its place among the instalments.",
    )
    ar_due_date = fields.Date(string="Due", compute="_compute_ar_due", search="_search_ar_due_date")
    ar_days_overdue = fields.Integer(string="Days overdue", compute="_compute_ar_due")
    ar_bucket = fields.Char(
        string="Ageing bucket", compute="_compute_ar_due", help="0: not due, 1 to 5: overdue."
    )
    ar_held = fields.Monetary(
        string="Held",
        compute="_compute_ar_held",
        currency_field="currency_id",
        help="The part that is not chased now, in the currency of the item.",
    )
    ar_held_reason = fields.Char(string="Held because", compute="_compute_ar_held")
    ar_held_kind = fields.Char(string="Kind of hold", compute="_compute_ar_held")

    @api.depends("date_maturity", "date", "amount_residual", "company_id")
    def _compute_ar_due(self):
        roots = {company: company._ar_root() for company in self.company_id}
        todays = {root: root._ar_today() for root in set(roots.values())}
        empty = self.env["res.company"]
        for line in self:
            root = roots.get(line.company_id, empty)
            due = line.date_maturity or line.date
            line.ar_due_date = due
            days = (todays[root] - due).days if root and due else 0
            line.ar_days_overdue = days if line.amount_residual > 0 else 0
            over = [limit for limit in root._ar_limits() if days > limit] if root else []
            line.ar_bucket = str(1 + len(over)) if line.ar_days_overdue > 0 else "0"

    @api.depends("move_name", "date_maturity")
    def _compute_ar_number(self):
        terms = self.search(
            [("move_id", "in", self.move_id.ids), ("display_type", "=", "payment_term")],
            order="date_maturity, id",
        ).grouped("move_id")
        for line in self:
            ids = terms.get(line.move_id, self.browse())._ids
            number = line.move_name or line.name
            if len(ids) > 1 and line.id in ids:
                number = f"{number or ''} {ids.index(line.id) + 1}/{len(ids)}"
            line.ar_number = number

    @api.model
    def _search_ar_due_date(self, operator, value):
        if operator not in ("<", ">", "<=", ">=", "="):
            return NotImplemented
        return [
            "|",
            ("date_maturity", operator, value),
            "&",
            ("date_maturity", "=", False),
            ("date", operator, value),
        ]

    @api.depends("amount_residual_currency", "no_followup", "partner_id")
    def _compute_ar_held(self):
        held = self.env["ar.collection.hold"]._held_of_lines(self)
        labels = dict(
            self.env["ar.collection.hold"]._fields["kind"]._description_selection(self.env)
        )
        for line in self:
            parts = held.get(line.id, {})
            line.ar_held = sum(parts.values())
            line.ar_held_reason = ", ".join(labels[kind] for kind in parts)
            line.ar_held_kind = next(iter(parts), False)

    # === HOOKS: they only remember whose figures moved === #
    def _compute_amount_residual(self):
        result = super()._compute_amount_residual()
        self._ar_remember()
        return result

    def write(self, vals):
        watched = not WATCHED.isdisjoint(vals)
        if watched:
            self._ar_remember()
        result = super().write(vals)
        if watched:
            self._ar_remember()
        return result

    def unlink(self):
        # a deleted bank line takes its posted items along, without a draft in between
        self.filtered(lambda line: line.parent_state == "posted")._ar_remember()
        return super().unlink()

    def _ar_remember(self):
        """Queue the partners of the stored receivable lines among these."""
        lines = self._origin.filtered(
            lambda line: line.partner_id and line.account_id.account_type == "asset_receivable"
        )
        paid = lines.filtered(lambda line: line.balance < 0)
        self.env["ar.collection.queue"]._add(lines.partner_id.ids, paid.partner_id.ids)

    # === ACTIONS === #
    def action_ar_hold(self):
        """Open the form that places a hold on these items.

        The items must be open receivables of one debtor.
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_hold_place_action"
        )
        action["context"] = {"default_scope": "item", "default_line_ids": self.ids}
        return action

    def action_ar_open_move(self):
        """Open the document of the item."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    def _ar_cash_since(self, baselines, at=None):
        """Cash allocated to items since a point in the order of allocations.

        Credit notes and other entries are no cash; only what came through a payment, a bank
        line or a bank or cash journal is.

        :param dict baselines: item id -> number of the last allocation not to be counted.
        :param at: count what came up to the end of this day; None: all.
        :return: rows (item id, number of the allocation, amount in the item's currency).
        """
        if not baselines:
            return []
        rows = repeated.execute(
            self.env,
            SQL(
                """
                SELECT part.debit_move_id, part.id, part.debit_amount_currency AS amount
                  FROM unnest(%(lines)s::int[], %(numbers)s::int[]) AS since(line_id, number)
                  JOIN account_partial_reconcile part
                    ON part.debit_move_id = since.line_id AND part.id > since.number
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_journal journal ON journal.id = credit.journal_id
                 WHERE journal.type IN ('bank', 'cash', 'credit')
                   AND part.max_date <= %(at)s::date
                """,
                lines=prepared.array(baselines),
                numbers=prepared.array(baselines.values()),
                at=at or date.max,
            ),
        )
        return [(row["debit_move_id"], row["id"], row["amount"]) for row in rows]
