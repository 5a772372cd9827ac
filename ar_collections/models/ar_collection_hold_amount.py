from collections import defaultdict

from odoo import api, models

from ..tools import allocation


class ArCollectionHold(models.Model):
    """What a hold keeps from being chased today."""

    _inherit = "ar.collection.hold"

    @api.depends("line_id.amount_residual_currency", "amount", "date_to", "date_ended", "kind")
    def _compute_held_now(self):
        """Of an item: in the order in which holds count. Of a whole debtor: of all its
        overdue claims, in company currency, what no hold on an item keeps already."""
        self.flush_model()
        self.env["account.move.line"].flush_model()
        debtor_lines = self.filtered(lambda hold: hold.scope == "debtor")._overdue_lines()
        line_ids = list({*self.line_id.ids, *debtor_lines.ids})
        items, cash = self._gather(line_ids, self._in_force(line_ids=line_ids))
        held, of_debtor = {}, defaultdict(float)
        lines = {line.id: line for line in debtor_lines}
        for line_id, rows in items.items():
            parts = allocation.held_by_hold(*self._to_allocation(rows), cash[line_id])
            for row, part in zip(rows, parts, strict=True):
                if line := lines.get(line_id):
                    rate = line.amount_residual / line.amount_residual_currency
                    of_debtor[row["hold_id"]] += float(part) * rate
                held[row["hold_id"]] = float(part)
        for hold in self:
            if hold.scope == "debtor":
                hold.held_now = of_debtor[hold._origin.id]
            else:
                hold.held_now = held.get(hold._origin.id, 0.0) if hold.line_id else 0.0

    def _overdue_lines(self):
        """The overdue claims of the debtors of these holds."""
        lines = self.env["account.move.line"].sudo()  # those of all branches are held
        if not self:
            return lines
        today = {company: company._ar_today() for company in self.company_id}
        return lines.search(self.collection_id._open_items_domain()).filtered(
            lambda line: (
                line.amount_residual > 0
                and line.amount_residual_currency
                and (line.date_maturity or line.date) < today[line.company_id._ar_root()]
            )
        )
