from odoo import fields, models


class ArCollectionPlanLine(models.Model):
    _inherit = "ar.collection.plan.line"

    interest_move_id = fields.Many2one(
        "account.move",
        string="Interest invoiced by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
