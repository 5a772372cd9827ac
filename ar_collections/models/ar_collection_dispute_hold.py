from odoo import models


class ArCollectionDispute(models.Model):
    """What a dispute keeps from being chased: exactly what is disputed of its items.

    Money never shrinks it; the residual caps it (``tools.allocation``). It shrinks by the
    dispute's own credit note and ends with the dispute.
    """

    _inherit = "ar.collection.dispute"

    def _holding(self):
        """Those of these disputes that hold their items."""
        return self.filtered(lambda dispute: dispute.is_open and dispute.kind != "query")

    def _wanted_holds(self):
        """dict (id of the dispute, id of the item) -> amount to hold, in its currency."""
        return {
            (dispute.id, item.line_id.id): amount
            for dispute in self._holding()
            for item in dispute.item_ids
            if item.line_id
            and dispute.currency_id.compare_amounts(amount := item._claimed(), 0) > 0
        }

    def _sync_holds(self):
        """Make the holds what they have to be; safe to call at any time.

        A hold that has to become smaller because its own credit note came, does; for every
        other change it ends, and another begins: so the item waits the resume days before the
        rest of it is chased.
        """
        wanted = self._wanted_holds()
        credited = {(item.dispute_id.id, item.line_id.id): item.credited for item in self.item_ids}
        for hold in self._holds().filtered(lambda hold: hold.state != "ended"):
            key = hold.source_id, hold.line_id.id
            amount = wanted.get(key)
            currency = hold.currency_id
            if amount and not currency.compare_amounts(amount, hold.amount):
                del wanted[key]
            elif amount and amount < hold.amount and credited.get(key):
                hold.amount = amount
                del wanted[key]
            else:
                hold.date_ended = hold.company_id._ar_today()
        self._place_holds(wanted)

    def _place_holds(self, wanted):
        reason = self.env.ref("ar_collections.hold_reason_dispute", raise_if_not_found=False)
        by_id = {dispute.id: dispute for dispute in self}
        # sudo: a hold with a source is placed by its source only
        self.env["ar.collection.hold"].sudo().create(
            [
                {
                    "collection_id": by_id[dispute_id].collection_id.id,
                    "line_id": line_id,
                    "amount": amount,
                    "kind": "disputed",
                    "reason_id": reason and reason.id,
                    "date_from": by_id[dispute_id].company_id._ar_today(),
                    "note": by_id[dispute_id].name,
                    "user_id": self.env.uid,
                    "source_model": self._name,
                    "source_id": dispute_id,
                }
                for (dispute_id, line_id), amount in wanted.items()
            ]
        )
