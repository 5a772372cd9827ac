from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """The write-offs of an invoice, and those an entry has booked."""

    _inherit = "account.move"

    ar_write_off_count = fields.Integer(compute="_compute_ar_write_off_count")

    @api.depends("line_ids")
    def _compute_ar_write_off_count(self):
        for move in self:
            move.ar_write_off_count = len(move._ar_write_offs())

    def _ar_write_offs(self):
        """The requests the reader may see about the items of these moves."""
        lines = self.env["ar.collection.write.off.line"]
        if not lines.has_access("read"):
            return lines.write_off_id
        items = self.line_ids.ids
        return lines.search(
            ["|", ("line_id", "in", items), ("entry_line_id", "in", items)]
        ).write_off_id

    def action_ar_open_write_offs(self):
        """The write-offs of these invoices or entries."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_write_off_action"
        )
        requests = self._ar_write_offs()
        action["domain"] = [("id", "in", requests.ids)]
        if len(requests) == 1:
            action.update(res_id=requests.id, views=[(False, "form")])
        return action

    def action_ar_write_off(self):
        """Open a new write-off of what is open of these invoices."""
        self.check_access("read")
        items = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and line.amount_residual > 0
        )
        if not items:
            raise UserError(
                self.env._(
                    "%(invoice)s has nothing open that could be written off.",
                    invoice=self[:1].display_name,
                )
            )
        return items.action_ar_write_off()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def action_ar_write_off(self):
        """Open a new write-off of these open items of one debtor."""
        account = self._ar_account()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_write_off_action"
        )
        claims = self.filtered(lambda line: line.amount_residual > 0)
        action.update(
            views=[(False, "form")],
            context={
                "default_collection_id": account.id,
                "default_line_ids": [(0, 0, {"line_id": line.id}) for line in claims],
            },
        )
        return action
