from odoo import fields, models


class ResCompany(models.Model):
    """Where write-offs are booked whose reason says nothing else; of the root company."""

    _inherit = "res.company"

    ar_write_off_account_id = fields.Many2one(
        "account.account",
        string="Write-off account",
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable', 'off_balance'))]",
        help="For reasons without an account of their own, for example losses on bad debts.",
    )
    ar_write_off_journal_id = fields.Many2one(
        "account.journal",
        string="Write-off journal",
        domain="[('type', '=', 'general')]",
        help="Empty: the first journal for miscellaneous entries.",
    )
