from odoo import models


class ArCollectionWriteOff(models.Model):
    """What somebody asks to give up is not chased until it is answered."""

    _inherit = "ar.collection.write.off"

    def _hold_items(self):
        """What somebody asks to give up is not chased meanwhile. What is held already, by the
        dispute that asks for example, is taken for a part of it."""
        vals_list = []
        for request in self:
            held = self.env["ar.collection.hold"]._held_of_lines(request.line_ids.line_id)
            for line in request.line_ids:
                amount = line.amount - sum(held.get(line.line_id.id, {}).values())
                if line.currency_id.compare_amounts(amount, 0) > 0:
                    vals_list.append(
                        request._prepare_hold(line.line_id, amount, "other", "write_off")
                    )
        # sudo: a hold with a source is placed by its source only
        return self.env["ar.collection.hold"].sudo().create(vals_list)

    def _end_holds(self):
        return super(
            ArCollectionWriteOff, self.filtered(lambda request: request.state != "to_approve")
        )._end_holds()
