from odoo import fields, models


class ArCollectionPromiseCancel(models.TransientModel):
    """Why promises are cancelled."""

    _name = "ar.collection.promise.cancel"
    _description = "Cancel Promises"

    promise_ids = fields.Many2many("ar.collection.promise", string="Promises", required=True)
    reason = fields.Char(required=True)

    def action_cancel(self):
        """Cancel them, and give the reason to the timeline.

        :raises UserError: one of them was judged already.
        :return: True
        """
        self.ensure_one()
        return self.promise_ids.action_cancel(self.reason)
