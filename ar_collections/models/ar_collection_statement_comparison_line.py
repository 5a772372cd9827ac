from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .ar_collection_statement_comparison import HOW, KINDS

#: What a person may say of a line; all else is the program's finding.
SAYABLE = frozenset({"done", "note"})


class ArCollectionStatementComparisonLine(models.Model):
    """One document as both sides have it."""

    _name = "ar.collection.statement.comparison.line"
    _description = "Document of an Account Reconciliation"
    _order = "comparison_id, kind_rank, date, id"
    _rec_name = "number"

    comparison_id = fields.Many2one(
        "ar.collection.statement.comparison", required=True, index=True, ondelete="cascade"
    )
    collection_id = fields.Many2one(related="comparison_id.collection_id", store=True, index=True)
    company_id = fields.Many2one(related="comparison_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="comparison_id.currency_id")
    kind = fields.Selection(KINDS, string="Result", required=True, readonly=True)
    kind_rank = fields.Integer(compute="_compute_kind_rank", store=True)
    how = fields.Selection(HOW, string="Found by", readonly=True)
    number = fields.Char(string="Our number", readonly=True)
    date = fields.Date(string="Our date", readonly=True)
    our_amount = fields.Monetary(string="Ours", readonly=True)
    their_number = fields.Char(readonly=True)
    their_date = fields.Date(readonly=True)
    their_amount = fields.Monetary(string="Theirs", readonly=True)
    difference = fields.Monetary(readonly=True, help="Theirs less ours.")
    rows = fields.Char(string="Line in their file", readonly=True)
    remark = fields.Char(readonly=True)
    done = fields.Boolean(string="Clarified")
    note = fields.Char(string="What came of it")
    line_ids = fields.Many2many(
        "account.move.line",
        "ar_statement_comparison_item_rel",
        "line_id",
        "item_id",
        string="Items",
        readonly=True,
    )

    @api.depends("kind")
    def _compute_kind_rank(self):
        ranks = {"amount": 0, "missing_there": 1, "missing_here": 2, "matched": 3}
        for line in self:
            line.kind_rank = ranks[line.kind]

    def write(self, vals):
        if not self.env.su and set(vals) - SAYABLE:
            raise AccessError(
                self.env._("What was found is not changed by hand. Tick it as clarified instead.")
            )
        return super().write(vals)

    # === ACTIONS === #
    def action_send_copies(self):
        """Send the debtor copies of the invoices that it does not have."""
        account = self.collection_id
        account.check_access("write")
        if len(account) != 1:
            raise UserError(self.env._("Please tick documents of one debtor only."))
        self.env["ar.collection.copy"]._queue(account, self.line_ids.move_id, account.contact_id)
        self.write({"note": self.env._("Copy sent to the debtor.")})
        return True

    def action_open_query(self):
        """Open a query about a document of which the amounts differ, or that they do not know."""
        self.ensure_one()
        self.collection_id.check_access("write")
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "%(number)s is not open here: there is nothing to query. Please book it, or "
                    "tell the debtor.",
                    number=self.their_number,
                )
            )
        less = -self.difference
        whole = len(self.line_ids) > 1 or less <= 0 or less >= self.our_amount
        amounts = dict.fromkeys(self.line_ids.ids, None if whole else less)
        dispute = self.env["ar.collection.dispute"]._open(
            self.collection_id,
            amounts,
            kind="query",
            channel="other",
            note=self.env._(
                "Reconciliation of accounts of %(day)s: ours %(ours)s, theirs %(theirs)s.",
                day=fields.Date.to_string(self.comparison_id.date),
                ours=self.currency_id.format(self.our_amount),
                theirs=self.currency_id.format(self.their_amount),
            ),
        )
        self.note = self.env._("Query %(number)s", number=dispute.display_name)
        return {
            "type": "ir.actions.act_window",
            "res_model": dispute._name,
            "res_id": dispute.id,
            "views": [(False, "form")],
        }
