from datetime import datetime, time
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain

#: Groups of the worklist that are to be worked today.
TO_DO = ("callback", "broken", "priority", "follow_up")


class ArCollection(models.Model):
    """The day in figures: what is to do, what was done, what came of it."""

    _inherit = "ar.collection"

    @api.model
    def worklist_day(self):
        """Counters of the day beside the list, of the caller and of each collector seen.

        Amounts are in the currency of the current company. ``progress`` is what was promised
        today in percent of that and of what is still to do.

        :return: dict ``currency_id``, ``own`` and ``collectors``, the latter empty for who
            leads nobody. Each: ``user_id, name, to_do, done, collectable, calls, reached,
            promised, promised_debtors, progress``.
        """
        self.check_access("read")
        company = self.env.company._ar_root()
        rows = {}
        for part in (
            self._day_to_do(company),
            self._day_calls(company),
            self._day_promises(company),
        ):
            for user, figures in part.items():
                rows.setdefault(user, {}).update(figures)
        nobody = self.env["res.users"]
        collectors = [self._day_row(user, figures) for user, figures in rows.items()]
        collectors.sort(key=lambda row: (not row["user_id"], row["name"] or ""))
        own = self._day_row(self.env.user, rows.get(self.env.user, {}))
        free = rows.get(nobody, {})
        own["to_do"] += free.get("to_do", 0)  # nobody's debtors are everybody's
        own["collectable"] += free.get("collectable", 0)
        self._add_progress([own, *collectors])
        return {
            "currency_id": company.sudo().currency_id.id,  # a setting
            "own": own,
            "collectors": collectors if self._leads() else [],
        }

    @api.model
    def _leads(self):
        """Whether the user looks after the lists of others, too."""
        user = self.env.user
        return (
            user.has_group("ar_collections.group_ar_collection_all")
            or user.has_group("ar_collections.group_ar_collection_readonly")
            # sudo: a yes or no on the user
            or bool(
                self.env["ar.collection.portfolio"]
                .sudo()
                .search([("lead_id", "=", user.id)], limit=1)
            )
        )

    @api.model
    def _day_row(self, user, figures):
        row = dict.fromkeys(
            ("to_do", "done", "collectable", "calls", "reached", "promised", "promised_debtors"), 0
        )
        # sudo: the name of a colleague
        return {**row, **figures, "user_id": user.id, "name": user.sudo().name or ""}

    @api.model
    def _add_progress(self, rows):
        for row in rows:
            whole = row["promised"] + row["collectable"]
            row["progress"] = round(100 * row["promised"] / whole, 1) if whole else 0.0

    @api.model
    def _day_to_do(self, company):
        """dict collector -> how many debtors are on the list, and what they owe."""
        rows = self._read_group(
            [("company_id", "=", company.id), ("worklist_group", "in", TO_DO)],
            ["user_id"],
            ["__count", "net_collectable:sum"],
        )
        return {user: {"to_do": count, "collectable": amount} for user, count, amount in rows}

    @api.model
    def _day_calls(self, company):
        """dict collector -> calls since midnight, right persons reached, debtors done with."""
        domain = Domain("company_id", "=", company.id) & Domain(
            "date", ">=", company._ar_day_start()
        )
        calls = self.env["ar.collection.call"]
        reached = dict(
            calls._read_group(domain & Domain("right_party", "=", True), ["user_id"], ["__count"])
        )
        done = dict(
            calls._read_group(
                domain & Domain("collection_id.worklist_group", "not in", TO_DO),
                ["user_id"],
                ["collection_id:count_distinct"],
            )
        )
        return {
            user: {"calls": count, "reached": reached.get(user, 0), "done": done.get(user, 0)}
            for user, count in calls._read_group(domain, ["user_id"], ["__count"])
        }

    @api.model
    def _day_promises(self, company):
        """dict collector -> what was promised today, by how many debtors."""
        rows = self.env["ar.collection.promise"]._read_group(
            [
                ("company_id", "=", company.id),
                ("given_on", "=", company._ar_today()),
                ("state", "!=", "cancelled"),
            ],
            ["user_id"],
            ["amount_company:sum", "collection_id:count_distinct"],
        )
        return {
            user: {"promised": amount, "promised_debtors": count} for user, amount, count in rows
        }


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = "res.company"

    def _ar_day_start(self, day=None):
        """Midnight at the beginning of a day (default today) where the company is, in UTC,
        naive."""
        zone = ZoneInfo(self.sudo().partner_id.tz or "UTC")  # sudo: only the timezone is read
        midnight = datetime.combine(day or self._ar_today(), time.min, tzinfo=zone)
        return fields.Datetime.to_datetime(
            midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        )
