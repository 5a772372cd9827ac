from odoo import api, fields, models


class ArCollection(models.Model):
    """What the account knows of its promises; kept by ``ar.collection.promise``."""

    _inherit = "ar.collection"

    promise_ids = fields.One2many("ar.collection.promise", "collection_id", string="Promises")
    next_promise_date = fields.Date(
        readonly=True, index="btree_not_null", help="The first day an open promise is due."
    )
    judged_promises = fields.Integer(readonly=True, help="Promises kept, partly kept or broken.")
    kept_rate = fields.Float(
        string="Promises kept (%)",
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="Kept / judged, by number; partly kept is not kept.",
    )
    kept_rate_amount = fields.Float(
        string="Promises kept (% of amount)",
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="Kept / judged, by amount in company currency.",
    )

    @api.model
    def _kept_fields(self):
        return super()._kept_fields() | {
            "next_promise_date",
            "judged_promises",
            "kept_rate",
            "kept_rate_amount",
        }

    def action_promise(self):
        """Open the form that notes a promise of the debtor."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_promise_action_new"
        )
        action["context"] = {"default_collection_id": self.id}
        return action
