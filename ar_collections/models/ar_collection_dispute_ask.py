from odoo import fields, models


class ArCollectionDispute(models.Model):
    """Asking colleagues: they need no rights in collections, and answer from a link."""

    _inherit = "ar.collection.dispute"

    asked_user_ids = fields.Many2many(
        "res.users",
        "ar_collection_dispute_asked_rel",
        string="Asked",
        readonly=True,
        copy=False,
        help="They see this dispute and can answer in its chatter.",
    )
