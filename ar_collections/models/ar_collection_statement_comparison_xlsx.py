from odoo import models

from ..tools.table import Column, Money, Table


class ArCollectionStatementComparison(models.Model):
    """The result as a spreadsheet, to be sent to the debtor."""

    _inherit = "ar.collection.statement.comparison"

    def _xlsx(self):
        """:return: (name of the file, list of ``tools.table.Table``)."""
        self.ensure_one()
        currency = self.currency_id

        def money(amount):
            return Money(amount, currency.decimal_places, currency.id)

        kinds = dict(self.line_ids._fields["kind"]._description_selection(self.env))
        columns = [
            Column(self.env._("Result")),
            Column(self.env._("Our number")),
            Column(self.env._("Our date"), "date"),
            Column(self.env._("Ours"), "money", total=True),
            Column(self.env._("Their number")),
            Column(self.env._("Their date"), "date"),
            Column(self.env._("Theirs"), "money", total=True),
            Column(self.env._("Difference"), "money", total=True),
            Column(self.env._("Remark")),
            Column(self.env._("What came of it")),
        ]
        rows = [
            [
                kinds[line.kind],
                line.number or "",
                line.date or None,
                money(line.our_amount),
                line.their_number or "",
                line.their_date or None,
                money(line.their_amount),
                money(line.difference),
                line.remark or "",
                line.note or "",
            ]
            for line in self.line_ids
        ]
        notes = [
            self.env._(
                "%(debtor)s and %(company)s on %(day)s, in %(currency)s.",
                debtor=self.partner_id.name,
                company=self.company_id.sudo().name,  # a branch user may not reach the root
                day=self.date,
                currency=currency.name,
            )
        ]
        name = self.env._("Reconciliation")
        return f"{name} {self.partner_id.name} {self.date}".replace("/", "-"), [
            Table(name, columns, rows, notes)
        ]
