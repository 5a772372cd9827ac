from datetime import timedelta

from odoo import api, models


class ArCollectionKpi(models.Model):
    """Sales and money received of a whole company: of the days that did not move since last
    night as added up then, of the others out of the ledger."""

    _inherit = "ar.collection.kpi"

    @api.model
    def _sales_by_month(self, scope):
        if not scope.whole:
            return super()._sales_by_month(scope)
        return self._turnover(scope, "sales", self._ledger_sales)

    @api.model
    def _collected_of(self, scope):
        if not scope.whole:
            return super()._collected_of(scope)
        by_month = self._turnover(scope, "cash", self._ledger_cash_by_month)
        return sum(by_month.values())

    @api.model
    def _ledger_cash_by_month(self, scope, days=None):
        return {scope.date_from.replace(day=1): self._ledger_cash(scope, days)}

    @api.model
    def _turnover(self, scope, name, from_ledger):
        """dict first day of a month -> amount.

        :param from_ledger: function (scope, days) that gives the same out of the ledger.
        """
        turnover = self.env["ar.collection.turnover"].sudo()  # sudo: totals that the reader may see
        first, moved = turnover._known(scope.company, scope.date_from, scope.date_to)
        if first is None or first > scope.date_to:
            return from_ledger(scope)
        parts = [
            turnover._by_month(
                name, scope.company, max(first, scope.date_from), scope.date_to, moved
            )
        ]
        if scope.date_from < first:
            parts.append(from_ledger(scope.between(scope.date_from, first - timedelta(days=1))))
        if days := [day for day in moved if day >= first]:
            parts.append(from_ledger(scope, days))
        result = {}
        for part in parts:
            for month, amount in part.items():
                result[month] = result.get(month, 0.0) + amount
        return result
