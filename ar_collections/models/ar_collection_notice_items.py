from odoo import api, models
from odoo.tools import SQL

#: What is kept of the items of a decision for the lines of its notice, with its type.
COLUMNS = {
    "line_id": "int",
    "account_id": "int",
    "address_id": "int",
    "policy_id": "int",
    "currency_id": "int",
    "due_date": "date",
    "days": "int",
    "open": "numeric",
    "open_currency": "numeric",
    "held_currency": "numeric",
    "claimable": "numeric",
    "disputed": "numeric",
    "promised": "numeric",
    "planned": "numeric",
    "is_waiting": "boolean",
    "was_noticed": "boolean",
    "reached_delay": "int",
    "level_id": "int",
    "level_date": "date",
}


class ArCollectionNotice(models.Model):
    """A claim reads its items once: decision and lines are made of the same rows."""

    _inherit = "ar.collection.notice"

    @api.model
    def _claim_items_sql(self):
        """SQL: the rows of a table ``item`` as text, to be given to ``_frozen_items_sql``."""
        return SQL(
            "(SELECT json_agg(kept)::text FROM (SELECT %s FROM item) kept)",
            SQL(", ").join(SQL.identifier(name) for name in COLUMNS),
        )

    @api.model
    def _frozen_items_sql(self, items):
        """SQL: the items that a decision was made of.

        :param items: text, see ``_claim_items_sql``.
        """
        return SQL(
            "SELECT * FROM json_to_recordset(%s::json) AS item(%s)",
            items,
            SQL(", ").join(
                SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in COLUMNS.items()
            ),
        )
