from odoo import fields, models


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = "account.move"

    # Plain nullable column: installing on millions of moves rewrites nothing.
    ar_dispute_id = fields.Many2one(
        "ar.collection.dispute",
        string="Dispute",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The dispute this credit note settles.",
    )
