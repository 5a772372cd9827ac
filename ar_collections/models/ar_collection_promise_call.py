from odoo import fields, models


class ArCollectionPromise(models.Model):
    _inherit = "ar.collection.promise"

    call_id = fields.Many2one(
        "ar.collection.call",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The call on which it was given.",
    )
