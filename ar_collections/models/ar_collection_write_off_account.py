from odoo import api, fields, models


class ArCollection(models.Model):
    _inherit = "ar.collection"

    write_off_ids = fields.One2many("ar.collection.write.off", "collection_id", string="Write-offs")
    write_off_count = fields.Integer(compute="_compute_write_offs")
    written_off_collected = fields.Monetary(
        string="Written off, still collected",
        compute="_compute_write_offs",
        help="Given up in the books though the debtor still owes it, in company currency.",
    )

    @api.depends("write_off_ids.state", "write_off_ids.still_collected")
    def _compute_write_offs(self):
        for account in self:
            requests = account.write_off_ids
            account.write_off_count = len(requests)
            account.written_off_collected = sum(
                request.written_off
                for request in requests
                if request.still_collected and request.state == "posted"
            )

    def action_open_write_offs(self):
        """The write-offs of these debtors."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_write_off_action"
        )
        action["domain"] = [("collection_id", "in", self.ids)]
        action["context"] = {"default_collection_id": self[:1].id}
        return action
