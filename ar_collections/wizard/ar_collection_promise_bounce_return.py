from odoo import fields, models


class ArCollectionPromiseBounce(models.TransientModel):
    """Noted from the bank line of the return, the two are matched."""

    _inherit = "ar.collection.promise.bounce"

    return_line_id = fields.Many2one(
        "account.bank.statement.line", string="Bank line of the return", readonly=True
    )

    def action_bounce(self):
        line = self.return_line_id
        if not line:
            return super().action_bounce()
        bounce = self.with_context(ar_collections_return_line_id=line.id)
        result = super(ArCollectionPromiseBounce, bounce).action_bounce()
        if not line.is_reconciled:
            money = self.payment_ids or self.statement_line_ids
            line._ar_match_return(money.ar_bounce_move_id)
        return result
