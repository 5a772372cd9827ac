from odoo import fields, models

from ..tools.sampling import METHODS


class ArCollectionMonthEndSample(models.TransientModel):
    """How many items the auditor wants to see, and how they are chosen."""

    _name = "ar.collection.month.end.sample"
    _description = "Sample for the Auditor"

    month_end_id = fields.Many2one("ar.collection.month.end", required=True, readonly=True)
    count = fields.Integer(string="Items", required=True, default=25)
    method = fields.Selection(
        [
            ("amount", "Every unit of money has the same chance"),
            ("random", "Every item has the same chance"),
            ("largest", "The largest items"),
        ],
        required=True,
        default=METHODS[0],
    )
    seed = fields.Integer(
        string="Start", required=True, default=1, help="The same start chooses the same items."
    )

    _count_positive = models.Constraint(
        "CHECK (count BETWEEN 1 AND 500)", "A sample has 1 to 500 items."
    )

    def action_make(self):
        """Ask for the archive: a job prints the invoices."""
        self.ensure_one()
        self.check_access("read")
        return self.month_end_id._ask_file(
            "sample", count=self.count, method=self.method, seed=self.seed
        )
