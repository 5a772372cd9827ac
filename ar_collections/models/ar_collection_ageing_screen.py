from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.ageing_options import AMOUNTS, BUCKETS, DIMENSIONS, read_path, shares
from .ar_collection_ageing_table import MODELS
from .ar_collection_export import AT_ONCE

#: Rows that are loaded at once.
PAGE = 80


class ArCollectionAgeing(models.AbstractModel):
    """What the screen of the ageing report asks for. Everything is plain values."""

    _inherit = "ar.collection.ageing"

    @api.model
    def table(self, options=None):
        """The report's head, first rows and totals.

        :return: dict with ``options`` (as understood), ``columns``, ``rows``, ``total``,
            ``shares``, ``count`` (rows there are), ``items``, ``currency_id``, ``computed_at``,
            ``notes``: sentences on what is not of that day.
        """
        self._check_reader()
        asked = self._options(options)
        rows = self._ageing_groups(asked, limit=self._ageing_page(asked.levels[0]), totals=True)
        total = rows.pop()
        count = total.pop("rows")
        buckets = [total[name] for name in BUCKETS]
        in_sums = not (asked.in_currency and "currency" in asked.levels)
        return {
            "options": self._plain_options(asked),
            "today": self.env.company._ar_root()._ar_today().isoformat(),
            "columns": self._columns(asked),
            "levels": asked.levels,
            "rows": self._ageing_screen_rows(asked, rows, ()),
            "total": self._ageing_amounts(total, asked, in_sums),
            "debtors": total["debtors"] if self._ageing_counts(asked.levels[0]) else False,
            "shares": shares(buckets),
            "buckets": buckets if in_sums else [],
            "count": count,
            "items": total["items"],
            "currency_id": self._ageing_currency(asked).id,
            "company_currency_id": self.env.company._ar_root().sudo().currency_id.id,  # its id
            "computed_at": fields.Datetime.now().isoformat(),
            "choices": self._ageing_choices(),
            "notes": self._ageing_history_notes(asked),
        }

    @api.model
    def children(self, path, options=None, offset=0):
        """The rows below a row, a page of them.

        :param path: the rows opened, pairs of level and id. :return: dict with ``rows``, and
            ``more``: whether there are others.
        """
        self._check_reader()
        asked = self._options(options)
        steps = self._ageing_path(path, asked)
        if self._ageing_level_below(steps, asked) == "item":
            found = self._ageing_items(asked, steps, offset, PAGE + 1)
            rows = [self._ageing_screen_item(asked, item) for item in found]
            return {"rows": rows[:PAGE], "more": len(rows) > PAGE}
        page = self._ageing_page(self._ageing_level_below(steps, asked))
        found = self._ageing_groups(asked, steps, offset, page and page + 1)
        rows = self._ageing_screen_rows(asked, found[:page], steps)
        return {"rows": rows, "more": len(found) > len(rows)}

    @api.model
    def check(self, options=None):
        """The report beside the receivable accounts, see ``_tie_out``; None to who sees own
        debtors only."""
        self._check_reader()
        return self._tie_out(self._options(options))

    # === ACTIONS === #
    @api.model
    def action_items(self, path, column, options=None):
        """The items behind an amount, as they stood at the day.

        :param path: the row; empty: the total. :param column: name of an amount.
        """
        self._check_reader()
        asked = self._options(options)
        steps = self._ageing_path(path, asked)
        if column not in (*AMOUNTS, "company_total", "items"):
            raise UserError(self.env._("There is no column %(name)s.", name=column))
        labels = [
            self._ageing_names(level, [key]).get(key) or self._ageing_nothing(level)
            for level, key in steps
        ]
        columns = {entry["name"]: entry["label"] for entry in self._columns(asked)}
        what = columns.get(column) or self.env._("All items")
        return {
            "type": "ir.actions.act_window",
            "name": ", ".join([*labels, what, format_date(self.env, asked.day)]),
            "res_model": "ar.collection.ageing.item",
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "context": {
                "ar_ageing": {
                    "options": self._plain_options(asked),
                    "path": [list(step) for step in steps],
                },
            },
            "domain": self._ageing_column_domain(column),
        }

    @api.model
    def action_differences(self, options=None):
        """The items of which the report says something else than the ledger."""
        self._check_reader()
        asked = self._options(options)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Differences to the ledger"),
            "res_model": "ar.collection.ageing.difference",
            "views": [(False, "list")],
            "context": {"ar_ageing": {"options": self._plain_options(asked)}},
        }

    @api.model
    def action_export(self, kind, options=None):
        """The report as a file: at once, or by a job when it is large.

        :param kind: xlsx, pdf, or send (a spreadsheet in an e-mail).
        """
        self._check_reader()
        asked = self._options(options)
        if kind not in ("xlsx", "pdf", "send"):
            raise UserError(self.env._("There is no such file: %(kind)s.", kind=kind))
        rows = self._ageing_groups(asked.with_rows("collector"), totals=True)
        at_once = rows[-1]["items"] <= AT_ONCE
        export = self.env["ar.collection.export"]._ask(
            "ageing", "pdf" if kind == "pdf" else "xlsx", self._plain_options(asked), at_once
        )
        if not at_once:
            return self._ageing_later_notice()
        return export.action_send() if kind == "send" else export.action_download()

    @api.model
    def _ageing_later_notice(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The file is large and is being made. You get a message when it is ready; it "
                    "then stands under Reporting, Exports, too."
                ),
            },
        }

    # === PLAIN VALUES === #
    @api.model
    def _plain_options(self, options):
        return {
            "day": options.day.isoformat(),
            "basis": options.basis,
            "rows": list(options.rows),
            "amounts": options.amounts,
            "credits": options.credits,
            "domain": list(options.domain),
            "sort": options.sort,
            "descending": options.descending,
        }

    @api.model
    def _ageing_path(self, path, options):
        try:
            return read_path(path, options.levels)
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._("This row is no longer in the report. Please reload it.")
            ) from error

    @api.model
    def _ageing_page(self, level):
        """How many rows are loaded at once: of debtors a page, of all else there are few."""
        return PAGE if level == "debtor" else None

    @api.model
    def _ageing_level_below(self, steps, options):
        kinds = [name for name, _value in steps if name == "kind"]
        return "item" if kinds else options.levels[len(steps)]

    @api.model
    def _ageing_column_domain(self, column):
        if column in BUCKETS:
            return [("bucket", "=", str(BUCKETS.index(column)))]
        if column == "credits":
            return [("bucket", "=", "-1")]
        if column in ("disputed", "promised", "planned", "held_other"):
            return [(column, "!=", 0)]
        return []

    @api.model
    def _ageing_counts(self, level):
        """Whether no debtor stands in two rows of the level."""
        return level not in ("currency", "level", "salesperson", "dispute")

    @api.model
    def _ageing_currency(self, options):
        if isinstance(options.amounts, int):
            return self.env["res.currency"].browse(options.amounts)
        return self.env.company._ar_root().sudo().currency_id  # sudo: its id and format

    @api.model
    def _ageing_amounts(self, row, options, in_sums=True):
        """dict column -> amount; None where currencies cannot be added."""
        names = [column["name"] for column in self._columns(options)]
        return {name: row[name] if in_sums or name == "company_total" else None for name in names}

    @api.model
    def _ageing_screen_rows(self, options, rows, steps):
        level = self._ageing_level_below(steps, options)
        names = self._ageing_names(level, [row["key"] for row in rows if not row["kind"]])
        kinds = self._ageing_names("kind", ())
        within = dict(steps).get("currency")
        own = self._ageing_currency(options).id
        result = []
        for row in rows:
            step = ["kind", row["kind"]] if row["kind"] else [level, row["key"]]
            label = (
                kinds[row["kind"]]
                if row["kind"]
                else names.get(row["key"]) or self._ageing_nothing(level)
            )
            money = row["key"] if level == "currency" and not row["kind"] else within or own
            result.append(
                {
                    "path": [*(list(one) for one in steps), step],
                    "level": step[0],
                    "label": label,
                    "count": row["items"] if row["kind"] or level == "debtor" else row["debtors"],
                    "amounts": self._ageing_amounts(row, options),
                    "currency_id": money if options.in_currency else own,
                }
            )
        if level != "debtor" and options.sort == "name":
            plain = [row for row in result if row["level"] != "kind"]
            plain.sort(key=lambda row: row["label"].lower(), reverse=options.descending)
            result = plain + [row for row in result if row["level"] == "kind"]
        return result

    @api.model
    def _ageing_screen_item(self, options, item):
        bucket = BUCKETS[item["bucket"]] if item["bucket"] >= 0 else "credits"
        amounts = {column["name"]: 0.0 for column in self._columns(options)} | {
            "total": item["amount"],
            bucket: item["amount"],
        }
        if options.in_currency:
            amounts["company_total"] = item["open"]
        held = {name: item[name] for name in ("disputed", "promised", "planned", "held_other")}
        return {
            "level": "item",
            "line_id": item["line_id"],
            "move_id": item["move_id"],
            "label": item["name"] or "/",
            "part": item["part"],
            "date": (item["invoice_date"] or item["date"]).isoformat()
            if options.basis == "invoice"
            else item["due_date"].isoformat(),
            "open_currency": item["open_currency"],
            "item_currency_id": item["currency_id"],
            "currency_id": item["currency_id"]
            if options.in_currency
            else self._ageing_currency(options).id,
            "amounts": amounts | held,
        }

    @api.model
    def _ageing_choices(self):
        """What the reader can choose from: rows by, and currencies in use."""
        currencies = self.env["res.currency"].search(Domain.TRUE)
        groups = {
            "portfolio": "group_ar_collection_portfolios",
            "dispute": "group_ar_collection_disputes",
        }
        labels = {
            "debtor": self.env._("Debtor"),
            "collector": self.env._("Collector"),
            "salesperson": self.env._("Salesperson"),
            "country": self.env._("Country"),
            "portfolio": self.env._("Portfolio"),
            "policy": self.env._("Policy"),
            "level": self.env._("Level"),
            "stage": self.env._("Stage"),
            "dispute": self.env._("Dispute"),
            "currency": self.env._("Currency"),
        }
        shown = [
            name
            for name in DIMENSIONS
            if name not in groups or self.env.user.has_group(f"ar_collections.{groups[name]}")
        ]
        return {
            "rows": [[name, labels[name]] for name in shown],
            "currencies": [[currency.id, currency.name] for currency in currencies],
            "models": {name: MODELS.get(name) for name in shown},
        }
