from odoo import models


class ArCollectionWriteOff(models.Model):
    """What somebody asks to give up is not chased until it is answered."""

    _inherit = "ar.collection.write.off"

    def _holds(self):
        # sudo: what belongs to a request the caller may see
        return (
            self.env["ar.collection.hold"]
            .sudo()
            .search([("source_model", "=", self._name), ("source_id", "in", self.ids)])
        )

    def _hold_items(self):
        """What somebody asks to give up is not chased meanwhile. What is held already, by the
        dispute that asks for example, is taken for a part of it."""
        reason = self.env.ref("ar_collections.hold_reason_write_off", raise_if_not_found=False)
        vals_list = []
        for request in self:
            held = self.env["ar.collection.hold"]._held_of_lines(request.line_ids.line_id)
            for line in request.line_ids:
                amount = line.amount - sum(held.get(line.line_id.id, {}).values())
                if line.currency_id.compare_amounts(amount, 0) > 0:
                    vals_list.append(
                        {
                            "collection_id": request.collection_id.id,
                            "line_id": line.line_id.id,
                            "amount": amount,
                            "kind": "other",
                            "reason_id": reason and reason.id,
                            "date_from": request.company_id._ar_today(),
                            "source_model": self._name,
                            "source_id": request.id,
                        }
                    )
        # sudo: a hold with a source is placed by its source only
        return self.env["ar.collection.hold"].sudo().create(vals_list)

    def _end_holds(self):
        ended = self.filtered(lambda request: request.state != "to_approve")
        holds = ended._holds().filtered(lambda hold: hold.state != "ended") if ended else ()
        for hold in holds:
            hold.write({"date_ended": hold.company_id._ar_today()})
