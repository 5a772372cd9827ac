import json

from odoo import models


class ArCollectionCredit(models.Model):
    """What a batch keeps of a credit."""

    _inherit = "ar.collection.credit"

    def _batch_line_vals(self, proposal):
        """Values of the line of a batch for this credit."""
        self.ensure_one()
        answer = proposal["answers"][0]
        items = self.env["account.move.line"].browse(
            line_id for line_id, _amount in answer["allocations"]
        )
        return {
            "credit_line_id": self.id,
            "credit_name": self.name,
            "date": self.date,
            "partner_id": proposal["debtor"],
            "text": self.text,
            "currency_id": self.currency_id.id,
            "amount": self.amount,
            "amount_company": self.amount_company,
            "items": ", ".join(item.move_name or item.name or "" for item in items),
            "reason": answer["reason"],
            "allocations": json.dumps(answer["allocations"]),
        }
