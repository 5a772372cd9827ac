from odoo import fields, models


class ArCollectionWriteOffReverse(models.TransientModel):
    """Why and when write-offs are reversed."""

    _name = "ar.collection.write.off.reverse"
    _description = "Reverse Write-offs"

    write_off_ids = fields.Many2many("ar.collection.write.off", required=True)
    reason = fields.Char(required=True)
    date = fields.Date(string="Accounting date", help="Empty: today.")

    def action_reverse(self):
        """Reverse them.

        :raises UserError: not written off, or core refuses, for example a locked period.
        :return: True
        """
        self.ensure_one()
        return self.write_off_ids.action_reverse(self.reason, self.date)
