from odoo import fields, models
from odoo.tools import SQL


class AccountMoveLine(models.Model):
    """The due date an item had before an extension changed it."""

    _inherit = "account.move.line"

    # A plain nullable column: adding it rewrites no row of the ledger
    ar_original_due_date = fields.Date(
        string="Original due date",
        readonly=True,
        copy=False,
        help="Of an item an extension gave a later due date; the basis of ageing by default.",
    )

    def _ar_original_due_date(self):
        """The due date as invoiced, whatever an extension made of it."""
        self.ensure_one()
        return self.ar_original_due_date or self.date_maturity or self.date

    def _ar_original_due_sql(self, alias):
        """SQL: the due date as invoiced of the item ``alias``."""
        return SQL(
            "coalesce(%(a)s.ar_original_due_date, %(a)s.date_maturity, %(a)s.date)",
            a=SQL.identifier(alias),
        )
