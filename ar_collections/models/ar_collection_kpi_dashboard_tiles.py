from dateutil.relativedelta import relativedelta

from odoo import api, models

from ..tools import kpi
from ..tools.workdays import working_days
from .ar_collection_kpi_values import month_end

#: The tiles of figures that have a tile of their own name; the first and the last are special.
TILES = ("dso", "days_delinquent", "effectiveness", "promises_kept")


class ArCollectionKpi(models.Model):
    """The tiles at the head of the dashboard: value, target, state, change."""

    _inherit = "ar.collection.kpi"

    @api.model
    def _tiles(self, scope):
        """List of dicts ``code, name, definition, unit, value, target, note, state, change,
        change_unit, change_note``; ``change``: against the period before, None: not known."""
        records = self._by_code(scope.company)
        before = scope.between(
            scope.date_from - relativedelta(days=scope.days),
            scope.date_from - relativedelta(days=1),
        )
        codes = ["overdue_share", *TILES]
        values, olds = self._values(scope, codes), self._values(before, codes)
        tiles = [self._overdue_tile(scope, records["overdue_share"], values, olds)]
        for code in TILES:
            if code in records:
                tiles.append(self._tile(records[code], values[code], olds[code]))
        tiles.append(self._collected_tile(scope, records["collected"]))
        return [tile for tile in tiles if tile]

    @api.model
    def _tile(self, record, value, old):
        changed = None if value is None or old is None else value - old
        return {
            "code": record.code,
            "name": record.name,
            "definition": record.definition,
            "unit": record.unit,
            "value": value,
            "target": record.target or None,
            "note": "",
            "state": record._light(value),
            "change": changed,
            "change_unit": "points" if record.unit == "percent" else record.unit,
            "change_note": "",
        }

    @api.model
    def _overdue_tile(self, scope, record, values, olds):
        """The amount overdue today; its share of the claims has the target."""
        share = values["overdue_share"]
        tile = self._tile(record, share, olds["overdue_share"])
        note = "" if share is None else self.env._("%(share).1f%% of claims", share=share)
        end = self._balances(scope, scope.date_to)
        return {**tile, "unit": "amount", "value": end and end["total_overdue"], "note": note}

    @api.model
    def _collected_tile(self, scope, record):
        """Collected in the month so far, against the target of the collectors and the same days
        of the month before."""
        today = self._today(scope)
        month = scope.between(today.replace(day=1), today)
        value = self._collected_of(month)
        back = scope.between(
            month.date_from - relativedelta(months=1), today - relativedelta(months=1)
        )
        old = self._collected_of(back)
        aim = self._target_amount(scope, month.date_from)
        done, whole = working_days(today), working_days(month_end(today))
        return {
            **self._tile(record, value, None),
            "name": self.env._("Collected this month"),
            "target": None,
            "note": self.env._(
                "%(share).0f%% of target, day %(day)s of %(days)s",
                share=kpi.ratio(value, aim, 100),
                day=done,
                days=whole,
            )
            if aim
            else self.env._("no target set"),
            "state": kpi.state(value, aim * done / whole, low_is_good=False),
            "change": kpi.ratio(value - old, old, 100),
            "change_unit": "percent",
            "change_note": self.env._("on the month before"),
        }

    @api.model
    def _target_amount(self, scope, month):
        """What the collectors in question are to collect in a month."""
        domain = [("company_id", "=", scope.company.id), ("month", "=", month)]
        if scope.user_id is not None:
            domain.append(("user_id", "=", scope.user_id))
        [[amount]] = self.env["ar.collection.target"]._read_group(domain, [], ["amount:sum"])
        return amount or 0.0
