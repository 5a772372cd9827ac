from dataclasses import dataclass

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date
from odoo.tools.misc import formatLang

from ..tools.ageing_options import BUCKETS, shares
from ..tools.ageing_tree import Leaf, Row, rows

#: Levels of rows -> model of which the key is an id.
MODELS = {
    "debtor": "res.partner",
    "collector": "res.users",
    "salesperson": "res.users",
    "country": "res.country",
    "portfolio": "ar.collection.portfolio",
    "policy": "ar.collection.policy",
    "level": "ar.collection.level",
    "stage": "ar.collection.stage",
    "dispute": "ar.collection.dispute.reason",
    "currency": "res.currency",
}


@dataclass
class AgeingTable:
    """The whole report: what the paper and the spreadsheet print.

    ``columns``: dicts with name and label; the amounts of a ``Row`` stand in their order.
    ``totals``: None where currencies cannot be added, but for the company's. ``notes``:
    sentences that stand above the table.
    """

    title: str
    company: str
    columns: list
    rows: list[Row]
    totals: list
    shares: list
    notes: list
    digits: int
    items: int
    check: dict | None


class ArCollectionAgeing(models.AbstractModel):
    """The whole report as one table, for paper and spreadsheets."""

    _inherit = "ar.collection.ageing"

    @api.model
    def _report(self, options):
        """The report with all its rows above the items.

        :param options: ``tools.ageing_options.Options`` or plain values of them.
        :return: ``AgeingTable``.
        """
        self._check_reader()
        options = self._options(options) if isinstance(options, dict) else options
        root = self.env.company._ar_root().sudo()  # name and currency of the reader's company
        columns = self._columns(options)
        names = [column["name"] for column in columns]
        leaves = self._ageing_leaves(options, names)
        digits = self._ageing_digits(options)
        labels = self._ageing_labels(options, leaves)
        found = rows(
            leaves, options.levels[:-1], labels, self._ageing_order(options, names), digits
        )
        tops = [row for row in found if row.depth == 0]
        totals = [
            round(sum(values), digits) + 0.0
            for values in zip(*(row.amounts for row in tops), strict=True)
        ]
        totals = totals or [0.0] * len(names)
        if "currency" in options.levels and options.in_currency:
            totals = [
                total if name == "company_total" else None
                for name, total in zip(names, totals, strict=True)
            ]
        buckets = [totals[names.index(name)] or 0 for name in BUCKETS]
        check = self._tie_out(options)
        return AgeingTable(
            title=self.env._("Aged receivables"),
            company=root.name,
            columns=columns,
            rows=found,
            totals=totals,
            shares=shares(buckets),
            notes=self._ageing_notes(options, check),
            digits=digits,
            items=sum(row.items for row in tops),
            check=check,
        )

    @api.model
    def _ageing_leaves(self, options, names):
        """The rows of the lowest level above the items: list of ``Leaf``."""
        self._flush_ageing()
        levels = options.levels[:-1]
        rows_sql = SQL(
            "SELECT kind, %s, items, %s FROM (%s) leaf",
            SQL(", ").join(SQL.identifier(f"key_{number}") for number in range(len(levels))),
            SQL(", ").join(SQL("%s::float8", SQL.identifier(name)) for name in names),
            self._ageing_grouped_sql(options, (), levels),
        )
        split = 1 + len(levels)
        return [
            Leaf(row[0], row[1:split], int(row[split]), row[split + 1 :])
            for row in self.env.execute_query(rows_sql)
        ]

    @api.model
    def _ageing_labels(self, options, leaves):
        """Function (level, key) -> what stands in the row."""
        names = {}
        for number, level in enumerate(options.levels[:-1]):
            keys = {leaf.keys[number] for leaf in leaves}
            names[level] = self._ageing_names(level, keys)
        names["kind"] = self._ageing_names("kind", ("no_partner", "non_trade"))
        return lambda level, key: names[level].get(key) or self._ageing_nothing(level)

    @api.model
    def _ageing_names(self, level, keys):
        """dict key -> name of the row."""
        if level == "kind":
            return {
                "no_partner": self.env._("Entries without a partner"),
                "non_trade": self.env._("Receivables that are not of trade"),
            }
        ids = [key for key in keys if key]
        if level == "debtor":  # 100,000 of them: nothing but the name
            self.env["res.partner"].flush_model(["name"])
            return dict(
                self.env.execute_query(
                    SQL("SELECT id, name FROM res_partner WHERE id = ANY(%s::int[])", ids)
                )
            )
        # sudo: names beside figures that the reader may see
        records = self.env[MODELS[level]].sudo().browse(ids).exists()
        names = {record.id: record.display_name for record in records}
        return (
            names | {-1: self.env._("In dispute, no reason given")} if level == "dispute" else names
        )

    @api.model
    def _ageing_nothing(self, level):
        """What stands in a row of items that have no such thing."""
        return {
            "debtor": self.env._("Without a name"),
            "collector": self.env._("No collector"),
            "salesperson": self.env._("No salesperson"),
            "country": self.env._("No country"),
            "portfolio": self.env._("No portfolio"),
            "policy": self.env._("No policy"),
            "level": self.env._("Not reminded yet"),
            "stage": self.env._("No stage yet"),
            "dispute": self.env._("Not in dispute"),
            "currency": self.env._("No currency"),
        }[level]

    @api.model
    def _ageing_order(self, options, names):
        """Function row -> its place among its like."""
        name = options.sort if options.sort in names else "total"
        if options.sort == "name":
            if not options.descending:
                return lambda row: row.label.lower()
            return lambda row: [-ord(letter) for letter in row.label.lower()] + [1]
        index = names.index(name)
        sign = -1 if options.descending else 1
        return lambda row: (sign * row.amounts[index], row.label.lower())

    @api.model
    def _ageing_digits(self, options):
        """Decimals of the amounts."""
        if isinstance(options.amounts, int):
            return self.env["res.currency"].browse(options.amounts).decimal_places
        if options.in_currency:
            return max(
                self.env["res.currency"].search(Domain.TRUE).mapped("decimal_places"), default=2
            )
        return self.env.company._ar_root().sudo().currency_id.decimal_places  # sudo: a setting

    # === SENTENCES === #
    @api.model
    def _ageing_notes(self, options, check):
        """What the figures are, in sentences."""
        currency = self.env.company._ar_root().sudo().currency_id  # sudo: its name
        basis = {
            "original": self.env._("by due date"),
            "due": self.env._("by due date, after extensions"),
            "invoice": self.env._("by invoice date"),
            "agreed": self.env._(
                "by agreement: what is on a payment plan is due on the days of the instalments that "
                "pay it, as agreed now"
            ),
        }[options.basis]
        notes = [
            self.env._(
                "As of %(day)s, %(basis)s. Amounts in %(currency)s.",
                day=format_date(self.env, options.day),
                basis=basis,
                currency=self._ageing_money_name(options, currency),
            )
        ]
        if options.credits == "without":
            notes.append(self.env._("Unapplied credits are left out."))
        if options.domain:
            notes.append(self.env._("Only some debtors: the report is filtered."))
        notes += self._ageing_history_notes(options)
        if isinstance(options.amounts, int):
            notes.append(self.env._("Only items in this currency."))
        if check and check["redated"]:
            notes.append(
                self.env._(
                    "Extensions gave %(amount)s a later due date.",
                    amount=formatLang(self.env, check["redated"], currency_obj=currency),
                )
            )
        if check and check["agreed"]:
            notes.append(
                self.env._(
                    "Payment plans gave %(amount)s of it a later day than invoiced.",
                    amount=formatLang(self.env, check["agreed"], currency_obj=currency),
                )
            )
        notes.append(self._ageing_check_sentence(options, check, currency))
        return notes

    @api.model
    def _ageing_money_name(self, options, currency):
        if isinstance(options.amounts, int):
            return self.env["res.currency"].browse(options.amounts).name
        return self.env._("the currency of each item") if options.in_currency else currency.name

    @api.model
    def _ageing_check_sentence(self, options, check, currency):
        if check is None:
            return self.env._(
                "Your debtors only; the check against the ledger needs the right to see all."
            )

        def money(amount):
            return formatLang(self.env, amount, currency_obj=currency)

        if not check["difference"]:
            return self.env._(
                "Agrees with the ledger: all items %(amount)s, receivable accounts %(amount)s.",
                amount=money(check["report"]),
            )
        return self.env._(
            "Differs from the ledger by %(difference)s: all items %(report)s, receivable accounts "
            "at this day %(ledger)s. The check names the items.",
            difference=money(check["difference"]),
            report=money(check["report"]),
            ledger=money(check["ledger"]),
        )
