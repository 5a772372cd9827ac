from odoo import fields, models
from odoo.exceptions import UserError


class ArCollectionDispute(models.Model):
    """A dispute that ends in a write-off: the request decides, the dispute follows it."""

    _inherit = "ar.collection.dispute"

    write_off_id = fields.Many2one(
        "ar.collection.write.off",
        string="Write-off",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    def _request_write_off(self, parts, note, details):
        requests = self.env["ar.collection.write.off"]
        reason = self.env["ar.collection.write.off.reason"].browse(
            details.get("write_off_reason_id")
        )
        if not reason:
            raise UserError(
                self.env._("Please choose as what %(dispute)s is written off.", dispute=self.name)
            )
        if not requests.has_access("create"):
            # sudo: who answers disputes asks through the program only; who approves, and
            # whether the own limit covers it, is decided as for everybody
            requests = requests.sudo()
        account = self.collection_id.with_env(requests.env)
        request = requests._request(
            account,
            parts,
            reason,
            note=f"{self.name}: {note or self.reason_id.name}",
            source=self,
        )
        # sudo: the link is written by the program
        self.sudo().write_off_id = request

    def _take_back(self, reason):
        """What waits for approval as write-off is not wanted any more."""
        for dispute in self:
            # sudo: the request was asked for by this dispute
            request = dispute.sudo().write_off_id
            dispute.sudo().write_off_id = False  # dito
            if request.state == "to_approve":
                request.action_cancel(reason)
        return super()._take_back(reason)
