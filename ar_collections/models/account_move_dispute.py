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

    def _ar_undone(self):
        """Whether this posted credit note was reversed by an entry of its own."""
        return any(move.state == "posted" for move in self.reversal_move_ids)

    def _ar_receivables(self):
        """The receivable items of these documents."""
        return self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
