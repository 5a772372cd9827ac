from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("bad_debt", "Bad debt"),
    ("small", "Small difference"),
    ("deduction", "Deduction given in to"),
    ("goodwill", "Goodwill"),
    ("bank_charge", "Bank charges"),
    ("discount", "Discount"),
    ("other", "Other"),
]


class ArCollectionWriteOffReason(models.Model):
    """Why an amount is given up, and where it is booked: account and journal per company."""

    _name = "ar.collection.write.off.reason"
    _description = "Write-off Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        KINDS, required=True, default="bad_debt", help="Bad debts count for the bad-debt ratio."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    account_id = fields.Many2one(
        "account.account",
        company_dependent=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable', 'off_balance'))]",
        help="Where the amount is booked, gross, without touching the tax. Empty: the account of "
        "the settings.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        company_dependent=True,
        domain="[('type', '=', 'general')]",
        help="Empty: the journal of the settings, else the first journal of the company for "
        "miscellaneous entries.",
    )
    evidence = fields.Text(
        string="Evidence to attach",
        translate=True,
        help="What proves the reason, for example the letter of the insolvency court.",
    )
    evidence_required = fields.Boolean(
        help="Without a file attached the write-off cannot be asked for."
    )
    still_collected = fields.Boolean(
        string="Collected all the same",
        help="Proposed for new requests: given up in the books, but the debtor still owes it.",
    )

    @api.model
    def _default_reason(self, kind):
        """The first reason of a kind; empty when there is none."""
        return self.search([("kind", "=", kind)], limit=1)

    def _booking(self, company):
        """(account, journal) for entries of a company or branch.

        :raises UserError: there is none; says where it is set.
        """
        self.ensure_one()
        root = company._ar_root()
        account = journal = None
        for holder in (company, root):
            reason = self.with_company(holder).sudo()  # settings, read by whoever posts
            account = account or reason.account_id
            journal = journal or reason.journal_id
        # sudo: dito
        account = account or root.sudo().ar_write_off_account_id
        journal = journal or root.sudo().ar_write_off_journal_id or self._any_journal(company)
        if not account or not journal:
            raise UserError(
                self.env._(
                    '%(company)s has no account for the write-off reason "%(reason)s". Please set '
                    "one under Collections, Configuration, Write-off reasons, or one for all in the "
                    "settings.",
                    company=company.name,
                    reason=self.name,
                )
            )
        return account.sudo(False), journal.sudo(False)

    @api.model
    def _any_journal(self, company):
        """The first journal for miscellaneous entries of a company, else of its root."""
        journals = self.env["account.journal"].sudo()  # whoever posts
        for holder in (company, company._ar_root()):
            found = journals.search(
                [("type", "=", "general"), ("company_id", "=", holder.id)], limit=1
            )
            if found:
                return found
        return journals
