from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.ar_collection_dispute_resolve import ALWAYS, OF_QUERY

BILLING = "account.group_account_invoice"


class ArCollectionDisputeResolve(models.TransientModel):
    """How disputes end: the outcome, and what it needs."""

    _name = "ar.collection.dispute.resolve"
    _description = "End a Dispute"

    dispute_id = fields.Many2one("ar.collection.dispute", required=True)
    company_id = fields.Many2one(related="dispute_id.company_id")
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    disputed = fields.Monetary(compute="_compute_disputed")
    allowed_ids = fields.Many2many("ar.collection.dispute.outcome", compute="_compute_allowed_ids")
    outcome_id = fields.Many2one(
        "ar.collection.dispute.outcome", required=True, domain="[('id', 'in', allowed_ids)]"
    )
    code = fields.Selection(related="outcome_id.code")
    amount = fields.Monetary(
        string="Given up",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="Tax included, in the currency of the items.",
    )
    note = fields.Text(string="Why")
    date = fields.Date(string="New due date")
    # of who may see the ledger; a resolver hands "already paid" to an accountant
    candidate_ids = fields.Many2many(
        "account.move.line", compute="_compute_candidate_ids", groups=BILLING
    )
    credit_ids = fields.Many2many(
        "account.move.line",
        string="Paid by",
        domain="[('id', 'in', candidate_ids)]",
        groups=BILLING,
    )
    write_off_reason_id = fields.Many2one("ar.collection.write.off.reason", string="Written off as")
    root_cause_id = fields.Many2one(
        "ar.collection.dispute.cause",
        compute="_compute_root_cause_id",
        store=True,
        readonly=False,
    )
    tell = fields.Boolean(string="Tell the customer by e-mail", default=True)
    told = fields.Char(compute="_compute_told")

    @api.depends("dispute_id")
    def _compute_disputed(self):
        for wizard in self:
            items = wizard.dispute_id.item_ids
            wizard.disputed = sum(item.amount - item.credited for item in items)

    @api.depends("dispute_id")
    def _compute_allowed_ids(self):
        outcomes = self.env["ar.collection.dispute.outcome"].search(Domain.TRUE)
        for wizard in self:
            dispute = wizard.dispute_id
            allowed = set(dispute.reason_id.outcome_ids.mapped("code"))
            if dispute.kind == "query":
                allowed = set(OF_QUERY)
            elif allowed:
                allowed |= {*ALWAYS} - {"answered"}
            else:
                allowed = {*outcomes.mapped("code")} - {"answered"}
            wizard.allowed_ids = outcomes.filtered(lambda o, allowed=allowed: o.code in allowed)

    @api.depends("outcome_id", "dispute_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = 0 if wizard.code == "partial" else wizard.disputed

    @api.depends("code", "dispute_id")
    def _compute_candidate_ids(self):
        for wizard in self:
            paid = wizard.code == "paid"
            wizard.candidate_ids = wizard.dispute_id._unapplied_credits() if paid else False

    @api.depends("dispute_id")
    def _compute_root_cause_id(self):
        for wizard in self:
            wizard.root_cause_id = wizard.dispute_id.root_cause_id

    @api.depends("dispute_id")
    def _compute_told(self):
        for wizard in self:
            contact = wizard.dispute_id._contact()
            wizard.told = contact.email_formatted if contact.email else False

    def action_resolve(self):
        """End the dispute so.

        :raises UserError: as ``ar.collection.dispute.action_resolve``.
        :return: True
        """
        self.ensure_one()
        dispute = self.dispute_id
        if not dispute:
            raise UserError(self.env._("Which dispute?"))
        if self.root_cause_id != dispute.root_cause_id:
            dispute.root_cause_id = self.root_cause_id
        takes_amount = self.code in ("accepted", "partial", "financial", "write_off")
        return dispute.action_resolve(
            self.code,
            self.amount if takes_amount else None,
            self.note,
            date=self.date,
            credit_ids=self.sudo().credit_ids.ids,  # what was chosen here
            write_off_reason_id=self.write_off_reason_id.id,
            tell=self.tell,
        )
