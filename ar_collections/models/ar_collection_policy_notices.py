from odoo import fields, models
from odoo.fields import Domain


class ArCollectionPolicy(models.Model):
    """The notices that the levels of a policy have sent."""

    _inherit = "ar.collection.policy"

    notice_count = fields.Integer(string="Notices this month", compute="_compute_notice_count")

    def _compute_notice_count(self):
        counts = {
            policy: self.env["ar.collection.notice"].search_count(policy._notices_domain())
            for policy in self
            if policy.id
        }
        for policy in self:
            policy.notice_count = counts.get(policy, 0)

    def _notices_domain(self):
        """Sent by one of its levels since the first of the month."""
        self.ensure_one()
        first = self.company_id._ar_today().replace(day=1)
        return (
            Domain("level_id", "in", self.with_context(active_test=False).level_ids.ids)
            & Domain("state", "=", "sent")
            & Domain("date", ">=", first)
        )

    def action_open_notices(self):
        """The notices of this month."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_notice_action"
        )
        action["domain"] = list(self._notices_domain())
        action["context"] = {}
        return action
