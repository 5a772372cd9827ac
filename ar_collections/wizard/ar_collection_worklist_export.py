from odoo import fields, models

from ..tools.table import Column, Money, Table

ORDER = "worklist_group, callback_at, pinned desc, priority desc, id"


class ArCollectionWorklistExport(models.TransientModel):
    """Debtors as a spreadsheet; kept until the file is fetched."""

    _name = "ar.collection.worklist.export"
    _inherit = ["ar.collection.export.mixin"]
    _description = "Export of the Worklist"

    collection_ids = fields.Json(readonly=True, help="Ids of the debtors.")

    def _xlsx(self):
        """:return: (name of the file, list of ``tools.table.Table``)."""
        self.ensure_one()
        accounts = self.env["ar.collection"].search(
            [("id", "in", self.collection_ids or [])], order=ORDER
        )
        today = self.env.company._ar_root()._ar_today()
        tables = [
            self._worklist_table(currency, of_currency)
            for currency, of_currency in accounts.grouped("currency_id").items()
        ]
        return f"{self.env._('Worklist')} {today}", tables or [
            self._worklist_table(False, accounts)
        ]

    def _worklist_table(self, currency, accounts):
        columns = [
            Column(self.env._("Group")),
            Column(self.env._("Priority"), "integer"),
            Column(self.env._("Why")),
            Column(self.env._("Debtor")),
            Column(self.env._("Place")),
            Column(self.env._("Phone")),
            Column(self.env._("To collect"), "money", total=True),
            Column(self.env._("Overdue"), "money", total=True),
            Column(self.env._("Held"), "money", total=True),
            Column(self.env._("Oldest (days)"), "integer"),
            Column(self.env._("Next promise"), "date"),
            Column(self.env._("Promises broken"), "integer"),
            Column(self.env._("Credit used (%)"), "integer"),
            Column(self.env._("Level")),
            Column(self.env._("Last contact"), "date"),
            Column(self.env._("Last result")),
            Column(self.env._("Next action")),
            Column(self.env._("On"), "date"),
            Column(self.env._("Snoozed until"), "date"),
            Column(self.env._("Collector")),
        ]
        groups = dict(accounts._fields["worklist_group"]._description_selection(self.env))
        rows = [self._row(account, groups) for account in accounts]
        name = self.env._("Worklist")
        return Table(f"{name} {currency.name}" if currency else name, columns, rows)

    def _row(self, account, groups):
        def money(name):
            currency = account.currency_id
            return Money(account[name], currency.decimal_places, currency.id)

        reasons = (f"{text} {points:+d}" for text, points in account.priority_why or [])
        return [
            groups.get(account.worklist_group, ""),
            account.priority,
            ", ".join(reasons),
            account.display_name,
            account.place or "",
            account.phone or "",
            *(money(name) for name in ("net_collectable", "total_overdue", "held")),
            account.days_overdue,
            account.next_promise_date,
            account.broken_promises,
            account.credit_used,
            account.level_id.name or "",
            account.last_contact_date,
            account.last_result_id.name or "",
            account.next_action or "",
            account.next_action_date,
            account.snoozed_until,
            account.user_id.name or "",
        ]
