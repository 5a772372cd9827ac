from odoo import api, fields, models

STATES = [
    ("draft", "Draft"),
    ("to_approve", "To approve"),
    ("posted", "Written off"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
    ("reversed", "Reversed"),
]


class ArCollectionWriteOff(models.Model):
    """A request to give up amounts of open items, gross, without adjusting the tax.

    Approved by the one mechanism (``ar.collection.approval``); the entry is core's, made with
    the approver's own rights. What was written off is read from the ledger, never from here.
    """

    _name = "ar.collection.write.off"
    _inherit = "ar.collection.adjustment.mixin"
    _description = "Write-off"
    _order = "id desc"

    _approval_kind = "write_off"
    _carried_out = "posted"
    _transitions = {
        "draft": {"to_approve", "posted", "cancelled"},
        "to_approve": {"posted", "refused", "cancelled"},
        "refused": {"draft"},
        "cancelled": {"draft"},
        "posted": {"reversed"},
        "reversed": set(),
    }
    _sayable = frozenset(
        {"collection_id", "reason_id", "note", "line_ids", "still_collected", "date"}
    )
    _sayable_later = frozenset({"still_collected"})

    reason_id = fields.Many2one(
        "ar.collection.write.off.reason", required=True, ondelete="restrict", tracking=True
    )
    evidence = fields.Text(related="reason_id.evidence")
    line_ids = fields.One2many("ar.collection.write.off.line", "write_off_id", string="Items")
    amount_company = fields.Monetary(
        string="Amount",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        help="Asked for, in company currency, at the value the items have in the books.",
    )
    written_off = fields.Monetary(
        currency_field="company_currency_id",
        compute="_compute_written_off",
        help="What of it is written off in the ledger now, in company currency.",
    )
    still_collected = fields.Boolean(
        string="Collected all the same",
        compute="_compute_still_collected",
        store=True,
        readonly=False,
        help="Given up in the books, but the debtor still owes it: it stays visible.",
    )
    date = fields.Date(
        string="Accounting date", help="Of the entry. Empty: the day it is approved."
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", index=True, copy=False, tracking=True
    )
    user_id = fields.Many2one(index="btree_not_null")
    answered_on = fields.Date(string="Written off on", index=True)
    answer = fields.Char(help="Why it was refused, cancelled, reversed.")
    source_model = fields.Char(readonly=True)
    source_id = fields.Many2oneReference(
        model_field="source_model", readonly=True, index="btree_not_null"
    )
    move_ids = fields.Many2many(
        "account.move", string="Entries", compute="_compute_move_ids", compute_sudo=False
    )

    # === COMPUTES === #
    @api.depends("line_ids.amount_company")
    def _compute_amount_company(self):
        for request in self:
            request.amount_company = sum(request.line_ids.mapped("amount_company"))

    @api.depends("line_ids.written_off_company")
    def _compute_written_off(self):
        for request in self:
            request.written_off = sum(request.line_ids.mapped("written_off_company"))

    @api.depends("reason_id")
    def _compute_still_collected(self):
        for request in self:
            request.still_collected = request.reason_id.still_collected

    @api.depends("line_ids.entry_line_id")
    def _compute_move_ids(self):
        for request in self:
            request.move_ids = request.line_ids.entry_line_id.move_id

    @api.depends("name", "amount_company")
    def _compute_display_name(self):
        for request in self:
            currency = request.company_currency_id
            amount = currency.format(request.amount_company) if currency else ""
            request.display_name = f"{request.name}: {amount}"

    # === SOURCE === #
    def _tell_sources(self):
        """Let what asked for the write-off go on: ``_on_write_off(request)`` of the source.

        The state of the request tells what happened: posted, reversed, refused, cancelled.
        """
        for request in self.filtered("source_model"):
            source = self.env[request.source_model].browse(request.source_id).exists()
            if source and hasattr(source, "_on_write_off"):
                source._on_write_off(request)

    def _entry_text(self):
        """What the entry is for, on the entry."""
        text = f"{self.name}: {self.reason_id.name}"
        return f"{text}, {self.note}" if self.note else text
