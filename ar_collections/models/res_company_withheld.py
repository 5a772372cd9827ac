from odoo import fields, models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    """Settings of withheld tax; those of the root company count for its branches."""

    _inherit = "res.company"

    ar_withheld_account_id = fields.Many2one(
        "account.account",
        string="Withheld tax",
        domain="[('account_type', 'in', ('asset_current', 'asset_prepayments', 'asset_receivable'))]",
        help="Where tax that customers withheld is claimed from the tax office. Empty: where core's "
        "withholding tax on sales is booked, if there is one.",
    )
    ar_withheld_days = fields.Integer(
        string="Certificates expected after",
        default=45,
        help="Days after the end of the quarter of the fiscal year.",
    )

    _ar_withheld_days_positive = models.Constraint(
        "CHECK (ar_withheld_days >= 0)", "Certificates cannot be expected before the quarter ends."
    )

    def _ar_withheld_account(self):
        """:raises UserError: none is set."""
        root = self._ar_root().sudo()  # a setting, read by whoever posts
        account = root.ar_withheld_account_id or root._ar_core_withheld_account()
        if not account:
            raise UserError(
                self.env._(
                    "Please choose the account for withheld tax in the settings of cash "
                    "application first."
                )
            )
        return account.sudo(False)
