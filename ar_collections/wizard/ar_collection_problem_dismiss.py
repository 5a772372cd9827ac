from odoo import api, fields, models


class ArCollectionProblemDismiss(models.TransientModel):
    """Why nothing more is to be done about delivery problems."""

    _name = "ar.collection.problem.dismiss"
    _description = "Dismiss Delivery Problems"

    problem_ids = fields.Json(readonly=True, help="Ids of the rows: they are no stored records.")
    count = fields.Integer(compute="_compute_count")
    reason = fields.Char(required=True)

    @api.depends("problem_ids")
    def _compute_count(self):
        for dismiss in self:
            dismiss.count = len(dismiss.problem_ids or [])

    def action_dismiss(self):
        self.ensure_one()
        self.env["ar.collection.problem"].browse(self.problem_ids)._dismiss(self.reason)
        return {"type": "ir.actions.act_window_close"}
