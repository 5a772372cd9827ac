from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..tools import ageing, ageing_options
from ..tools.ageing_options import AMOUNTS, BUCKETS, HELD


class ArCollectionAgeing(models.AbstractModel):
    """What was owed at the end of a day, how old, and by whom: right to the cent against the
    receivable accounts of the ledger at that day.

    The items come from one SQL source (``_ageing_items_sql``); the screen, the spreadsheet
    and the paper show rows of it. A reader sees the debtors that the rules allow.
    """

    _name = "ar.collection.ageing"
    _description = "Aged Receivables"

    @api.model
    def _totals(self, company, day, by=None):
        """The figures of a day, in company currency.

        :param company: a root company. :param day: its today gives the live figures.
        :param by: None, or one of ``ageing_options.DIMENSIONS``.
        :return: dict with ``not_due``, ``bucket_1`` .. ``bucket_5``, ``total_due`` (claims),
            ``total_overdue``, ``unapplied_credit`` (positive), ``balance`` (claims less credits:
            the trade balance), ``disputed``, ``promised``, ``planned``, ``held_other`` (of all
            claims, due or not), ``debtors``, ``items`` of trade, and ``non_trade`` and
            ``no_partner``, the balances that stand beside it. With ``by``: dict id (None: has
            none) -> such a dict, without these two.
        """
        of_company = self.with_company(company)
        options = ageing_options.Options(day, day == company._ar_today(), rows=(by or "collector",))
        rows = of_company._ageing_groups(options)
        trade = [row for row in rows if not row["kind"]]
        if by:
            return {row["key"]: _figures([row], company.currency_id) for row in trade}
        figures = _figures(trade, company.currency_id)
        for kind in ("non_trade", "no_partner"):
            figures[kind] = sum(row["total"] for row in rows if row["kind"] == kind)
        return figures

    @api.model
    def _options(self, raw):
        """The options of a report asked for in plain values.

        :raises UserError: naming what is wrong.
        """
        try:
            return ageing_options.read(raw, self.env.company._ar_root()._ar_today())
        except ValueError as error:
            names = {
                "day": self.env._("the day"),
                "basis": self.env._("the date by which items age"),
                "rows": self.env._("the rows"),
                "amounts": self.env._("the currency"),
                "credits": self.env._("what becomes of credits"),
                "domain": self.env._("the filter"),
                "sort": self.env._("the order"),
            }
            raise UserError(
                self.env._(
                    "The report does not understand %(what)s. Please choose it again.",
                    what=names.get(str(error), str(error)),
                )
            ) from error

    @api.model
    def _check_reader(self):
        """:raises AccessError: the reader does not work in Collections."""
        if not self.env["ar.collection"].has_access("read"):
            raise AccessError(self.env._("The ageing report is for users of AR Collections."))

    @api.model
    def _columns(self, options):
        """The columns of amounts: list of dicts with name, label, and the bucket if it is one."""
        root = self.env.company._ar_root()
        labels = ageing.bucket_labels(root.sudo()._ar_limits())  # sudo: settings of the company
        first = {
            "original": self.env._("Not due"),
            "due": self.env._("Not due"),
            "invoice": self.env._("Of the day"),
            "agreed": self.env._("Not due"),
        }[options.basis]
        columns = [
            {"name": name, "label": label, "bucket": number}
            for number, (name, label) in enumerate(zip(BUCKETS, [first, *labels], strict=True))
        ]
        if options.credits == "column":
            columns.append({"name": "credits", "label": self.env._("Credits")})
        columns.append({"name": "total", "label": self.env._("Total")})
        if options.in_currency:
            currency = root.sudo().currency_id  # sudo: its name
            columns.append({"name": "company_total", "label": self.env._("In %s", currency.name)})
        labels = {
            "disputed": self.env._("In dispute"),
            "promised": self.env._("Promised"),
            "planned": self.env._("On plan"),
            "held_other": self.env._("Held otherwise"),
        }
        return columns + [{"name": name, "label": labels[name], "held": True} for name in HELD]


def _figures(rows, currency):
    """Rows of a report added up, in the words of a debtor's figures."""
    sums = {name: currency.round(sum(row[name] for row in rows)) + 0.0 for name in AMOUNTS}
    overdue = currency.round(sum(sums[name] for name in BUCKETS[1:]))
    return {
        **{name: sums[name] for name in (*BUCKETS, *HELD)},
        "total_overdue": overdue,
        "total_due": currency.round(sums["not_due"] + overdue),
        "unapplied_credit": -sums["credits"] + 0.0,
        "balance": sums["total"],
        "debtors": sum(row["debtors"] for row in rows),
        "items": sum(row["items"] for row in rows),
    }
