from odoo import fields, models


class ArCollectionPlanCancel(models.TransientModel):
    """Why plans are cancelled."""

    _name = "ar.collection.plan.cancel"
    _description = "Cancel Plans"

    plan_ids = fields.Many2many("ar.collection.plan", string="Plans", required=True)
    reason = fields.Char(required=True)

    def action_cancel(self):
        """Cancel them, and give the reason to the timeline.

        :raises UserError: one of them is over.
        :return: True
        """
        self.ensure_one()
        return self.plan_ids.action_cancel(self.reason)
