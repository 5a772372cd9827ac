from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import workdays


class ArCollectionSchedule(models.TransientModel):
    """Spread calls with debtors over working days, the most important first."""

    _name = "ar.collection.schedule"
    _description = "Schedule Calls"

    collection_ids = fields.Many2many("ar.collection", string="Debtors", required=True)
    date = fields.Date(
        string="From",
        required=True,
        default=lambda self: self.env.company._ar_root()._ar_today(),
    )
    per_day = fields.Integer(string="Calls a day", help="0: all on the first day.")
    text = fields.Char(string="Next action", required=True, default=lambda self: self.env._("Call"))

    @api.constrains("per_day")
    def _check_per_day(self):
        if any(wizard.per_day < 0 for wizard in self):
            raise UserError(self.env._("The number of calls a day cannot be negative."))

    def action_schedule(self):
        """:raises UserError: the first day has passed."""
        self.ensure_one()
        if self.date < self.env.company._ar_root()._ar_today():
            raise UserError(self.env._("This day has passed. Please choose today or later."))
        accounts = self.collection_ids.sorted(lambda account: (-account.priority, account.id))
        for day, batch in workdays.spread(accounts.ids, self.date, self.per_day):
            self.env["ar.collection"].browse(batch).write(
                {"next_action": self.text, "next_action_date": day}
            )
        return {"type": "ir.actions.act_window_close"}
