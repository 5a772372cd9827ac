from odoo import api, fields, models
from odoo.tools import SQL

from .ar_collection_refresh_figures import AMOUNTS

#: Which open items stand behind a figure: an SQL condition on ``_items_sql``.
FIGURE_ITEMS = {
    "total_due": "item.open > 0",
    "not_due": "item.open > 0 AND item.days <= 0",
    "total_overdue": "item.open > 0 AND item.days > 0",
    "bucket_1": "item.bucket = 1",
    "bucket_2": "item.bucket = 2",
    "bucket_3": "item.bucket = 3",
    "bucket_4": "item.bucket = 4",
    "bucket_5": "item.bucket = 5",
    "held": "item.open > 0 AND item.days > 0 AND item.held_currency > 0",
    "disputed": "item.open > 0 AND item.days > 0 AND item.disputed > 0",
    "promised": "item.open > 0 AND item.days > 0 AND item.promised > 0",
    "planned": "item.open > 0 AND item.days > 0 AND item.planned > 0",
    "held_other": "item.open > 0 AND item.days > 0 AND item.held_other > 0",
    "collectable": "item.open > 0 AND item.days > 0 AND item.open_currency > item.held_currency",
    "net_collectable": "item.days > 0 AND item.open_currency > item.held_currency OR item.open < 0",
    "unapplied_credit": "item.open < 0",
}
#: The claims by age, as the aged bar shows them.
BUCKETS = ("not_due", "bucket_1", "bucket_2", "bucket_3", "bucket_4", "bucket_5")


class ArCollection(models.Model):
    """The figures of one debtor, read from the ledger when its page is opened."""

    _inherit = "ar.collection"

    live_figures = fields.Json(
        compute="_compute_live_figures",
        help="The figures of the debtor out of the ledger, in company currency, with "
        "`bucket_labels`, `by_currency` and `in_other_branches`.",
    )
    item_ids = fields.One2many(
        "account.move.line", string="Open items", compute="_compute_item_ids"
    )
    item_count = fields.Integer(compute="_compute_item_ids")

    @api.depends_context("company", "allowed_company_ids")
    @api.depends("partner_id", "company_id", "write_date")
    def _compute_live_figures(self):
        self._flush_ledger()
        rows = self.env.execute_query_dict(self._debtors_sql(self.partner_id.ids, live=True))
        by_debtor = {(row["partner_id"], row["company_id"]): row for row in rows}
        for account in self:
            key = (account.partner_id.id, account.company_id.id)
            row = by_debtor.get(key, {})
            figures = {name: float(row.get(name) or 0) for name in AMOUNTS}
            figures["days_overdue"] = row.get("days_overdue") or 0
            figures["balance"] = figures["total_due"] - figures["unapplied_credit"]
            figures["bucket_labels"] = account.company_id.sudo()._ar_bucket_labels()  # settings
            figures["currency_id"] = account.company_id.sudo().currency_id.id
            figures["by_currency"] = row.get("by_currency") or []
            figures["in_other_branches"] = float(row.get("unseen") or 0)
            account.live_figures = figures

    @api.depends_context("allowed_company_ids", "ar_collections_bucket")
    @api.depends("partner_id", "company_id", "write_date")
    def _compute_item_ids(self):
        """The open items, the oldest first; with ``ar_collections_bucket`` in the context,
        ``not_due`` or ``bucket_1`` .. ``bucket_5``, only the claims of that age."""
        bucket = self.env.context.get("ar_collections_bucket")
        for account in self:
            domain = account._open_items_domain()
            items = self.env["account.move.line"].search(domain, order="date_maturity, id")
            account.item_count = len(items)
            if bucket in BUCKETS:
                aged = set(account._live_items(bucket))
                items = items.filtered(lambda item, aged=aged: item.id in aged)
            account.item_ids = items

    def _live_items(self, figure):
        """Ids of the open items behind a figure of the debtor.

        :raises ValueError: no such figure.
        """
        if figure not in FIGURE_ITEMS:
            raise ValueError(self.env._("There is no figure %(name)s.", name=figure))
        self._flush_ledger()
        rows = self.env.execute_query(
            SQL(
                "SELECT item.line_id FROM (%s) item WHERE item.company_id = %s AND (%s)",
                self._items_sql(self.partner_id.ids),
                self.company_id.id,
                SQL(FIGURE_ITEMS[figure]),
            )
        )
        return [line_id for [line_id] in rows]
