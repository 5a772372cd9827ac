from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class ArCollectionSnooze(models.TransientModel):
    """Put debtors off to a day, with a reason. No letter is stopped by it."""

    _name = "ar.collection.snooze"
    _description = "Snooze Debtors"

    collection_ids = fields.Many2many("ar.collection", string="Debtors", required=True)
    date = fields.Date(
        string="Until",
        required=True,
        default=lambda self: self.env.company._ar_root()._ar_today() + timedelta(days=1),
        help="The day they come back to the list.",
    )
    reason = fields.Char(required=True)

    def action_snooze(self):
        """:raises UserError: the day is not in the future."""
        self.ensure_one()
        for account in self.collection_ids:
            if self.date <= account.company_id._ar_today():
                raise UserError(
                    self.env._("Please choose a day after today: until then the debtor is put off.")
                )
        self.collection_ids.write({"snoozed_until": self.date, "snooze_reason": self.reason})
        return {"type": "ir.actions.act_window_close"}
