import random
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class ArCollectionReviewSample(models.TransientModel):
    """Draw calls of a collector at random, to be reviewed."""

    _name = "ar.collection.review.sample"
    _description = "Draw Calls to Review"

    user_id = fields.Many2one(
        "res.users", string="Collector", required=True, domain="[('share', '=', False)]"
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self) - timedelta(days=30),
    )
    date_to = fields.Date(string="To", required=True, default=fields.Date.context_today)
    count = fields.Integer(string="How many", required=True, default=5)
    result_ids = fields.Many2many(
        "ar.collection.call.result", string="Results", help="Empty: calls of any result."
    )

    _count_positive = models.Constraint("CHECK (count > 0)", "Please draw at least one call.")

    def action_draw(self):
        """Draw calls nobody has reviewed, and open them."""
        self.ensure_one()
        reviews = self.env["ar.collection.review"]
        domain = [
            ("user_id", "=", self.user_id.id),
            ("date", ">=", self.date_from),
            ("date", "<", self.date_to + timedelta(days=1)),
            ("review_ids", "=", False),
        ]
        if self.result_ids:
            domain.append(("result_id", "in", self.result_ids.ids))
        ids = self.env["ar.collection.call"].search(domain).ids
        if not ids:
            raise UserError(
                self.env._(
                    "%(user)s has no call of this period and result that was not reviewed yet.",
                    user=self.user_id.name,
                )
            )
        drawn = random.sample(ids, min(self.count, len(ids)))
        reviews = reviews.create([{"call_id": call_id} for call_id in drawn])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_review_action"
        )
        return {**action, "domain": [("id", "in", reviews.ids)], "context": {}}
