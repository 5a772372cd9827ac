from odoo import fields, models


class ArCollectionPromiseBounce(models.TransientModel):
    """Noted from the bank line of the return, the two are matched."""

    _inherit = "ar.collection.promise.bounce"

    return_line_id = fields.Many2one(
        "account.bank.statement.line", string="Bank line of the return", readonly=True
    )

    def action_bounce(self):
        result = super().action_bounce()
        if self.return_line_id:
            money = self.payment_ids or self.statement_line_ids
            self.return_line_id._ar_match_return(money.ar_bounce_move_id)
        return result
