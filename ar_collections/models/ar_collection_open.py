from odoo import models
from odoo.fields import Domain

from .ar_collection import MACHINE_FIELDS


class ArCollection(models.Model):
    """What opens from a debtor: the items behind each figure, notices, the contact."""

    _inherit = "ar.collection"

    def action_open_items(self):
        """The open items of the debtor, those of other branches left out by the rules."""
        return self._action_items(self.env._("Open items"), Domain.TRUE)

    def action_open_figure(self, figure):
        """The items behind a figure of the debtor.

        :param str figure: one of the figures, e.g. ``total_overdue`` or ``bucket_2``.
        :return: a window action on journal items.
        :raises UserError: no such figure.
        """
        self.ensure_one()
        line_ids = self._live_items(figure)
        names = {name: self._fields[name].string for name in MACHINE_FIELDS}
        if figure.startswith("bucket_"):
            index = int(figure[-1]) - 1
            title = self.env._(
                "%(days)s days overdue", days=self.company_id._ar_bucket_labels()[index]
            )
        else:
            title = names[figure]
        return self._action_items(title, Domain("id", "in", line_ids))

    def _action_items(self, name, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.account_move_line_action_open_items"
        )
        action["display_name"] = f"{name}: {self.display_name}" if len(self) == 1 else name
        action["domain"] = list(domain & self._open_items_domain())
        action["context"] = {"search_default_group_by_partner": len(self) > 1}
        return action

    def _open_items_domain(self):
        """Open items of these debtors that the reader may see."""
        return Domain.OR(
            Domain(
                [
                    ("partner_id.commercial_partner_id", "=", account.partner_id.id),
                    ("company_id", "child_of", account.company_id.id),
                    ("account_type", "=", "asset_receivable"),
                    ("account_id.non_trade", "=", False),
                    ("parent_state", "=", "posted"),
                    ("amount_residual", "!=", 0),
                ]
            )
            for account in self
        )

    def action_hold(self):
        """Open the form that places a hold on the whole debtor."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_hold_place_action"
        )
        action["context"] = {"default_collection_id": self.id, "default_scope": "debtor"}
        return action

    def action_open_notices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_notice_action"
        )
        action["domain"] = [("collection_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_open_partner(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [(False, "form")],
        }
