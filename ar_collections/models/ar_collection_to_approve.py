from odoo import api, fields, models


class ArCollection(models.Model):
    """What of a debtor waits for approval."""

    _inherit = "ar.collection"

    approval_count = fields.Integer(string="To approve", compute="_compute_approval_count")

    @api.depends_context("uid")
    def _compute_approval_count(self):
        counts = dict(
            self.env["ar.collection.approval"]._read_group(
                [("collection_id", "in", self.ids), ("state", "=", "waiting")],
                ["collection_id"],
                ["__count"],
            )
        )
        for account in self:
            account.approval_count = counts.get(account, 0)

    def action_open_approvals(self):
        """The requests of these debtors that wait for an answer."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_approval_action"
        )
        action["domain"] = [("collection_id", "in", self.ids)]
        action["context"] = {"search_default_waiting": 1}
        return action
