from odoo import models

#: What of an entry says on which day its sales and its money count.
DATES = frozenset({"invoice_date", "date"})


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        """Days that entries leave are remembered, as those that they come to."""
        moved = not DATES.isdisjoint(vals)
        if moved:
            self.line_ids._ar_remember_days()
        result = super().write(vals)
        if moved:
            self.line_ids._ar_remember_days()
        return result


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _ar_remember(self):
        result = super()._ar_remember()
        self._ar_remember_days()
        return result

    def _ar_remember_days(self):
        """The sales and the money of the days of these receivable lines are to be added up
        anew."""
        lines = self._origin.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        if lines:
            self.env["ar.collection.turnover"]._remember(
                {
                    (line.company_id.root_id.id, day)
                    for line in lines
                    for day in (line.date, line.move_id.invoice_date)
                    if day
                }
            )
