from odoo import api, models
from odoo.tools import SQL

from .ar_collection_refresh_figures import AMOUNTS


class ArCollection(models.Model):
    """Whether the cache agrees with the ledger."""

    _inherit = "ar.collection"

    @api.model
    def _differences(self):
        """Accounts whose cached figures differ from the ledger now; empty when all is well
        and the queue is empty."""
        self._prepare_figures()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account.id FROM ar_collection account
                  LEFT JOIN ar_figures figures ON figures.partner_id = account.partner_id
                        AND figures.company_id = account.company_id
                 WHERE (%s) IS DISTINCT FROM (%s)
                """,
                SQL(", ").join(
                    SQL("coalesce(account.%s, 0)", SQL.identifier(name)) for name in AMOUNTS
                ),
                SQL(", ").join(
                    SQL("coalesce(figures.%s, 0)", SQL.identifier(name)) for name in AMOUNTS
                ),
            )
        )
        self._drop_figures()
        return self.browse(account_id for [account_id] in rows)

    @api.model
    def _action_differences(self):
        """Say that cache and ledger agree, or list the debtors where they do not."""
        accounts = self.sudo()._differences()  # all debtors: a check of the books
        if not accounts:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "success",
                    "message": self.env._("All figures agree with the ledger, to the cent."),
                },
            }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_action"
        )
        action["display_name"] = self.env._("Differences to the ledger")
        action["domain"] = [("id", "in", accounts.ids)]
        action["context"] = {}
        return action
