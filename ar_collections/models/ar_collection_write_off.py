from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

STATES = [
    ("draft", "Draft"),
    ("to_approve", "To approve"),
    ("posted", "Written off"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
    ("reversed", "Reversed"),
]
#: What a person says of a draft; all else is noted by the machine.
SAYABLE = frozenset({"collection_id", "reason_id", "note", "line_ids", "still_collected", "date"})


class ArCollectionWriteOff(models.Model):
    """A request to give up amounts of open items, gross, without adjusting the tax.

    Approved by the one mechanism (``ar.collection.approval``); the entry is core's, made with
    the approver's own rights. What was written off is read from the ledger, never from here.
    """

    _name = "ar.collection.write.off"
    _inherit = ["mail.thread", "ar.collection.approval.mixin"]
    _description = "Write-off"
    _order = "id desc"

    _approval_kind = "write_off"

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="collection_id.partner_id", string="Customer")
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    reason_id = fields.Many2one(
        "ar.collection.write.off.reason", required=True, ondelete="restrict", tracking=True
    )
    evidence = fields.Text(related="reason_id.evidence")
    note = fields.Text(string="Why", help="Read by the approver, and kept with the entry.")
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
    user_id = fields.Many2one(
        "res.users",
        string="Asked by",
        readonly=True,
        index="btree_not_null",
        default=lambda self: self.env.user,
    )
    posted_by_id = fields.Many2one("res.users", string="Approved by", readonly=True, copy=False)
    posted_on = fields.Date(string="Written off on", readonly=True, copy=False, index=True)
    answer = fields.Char(
        string="Because", readonly=True, copy=False, help="Why it was refused, cancelled, reversed."
    )
    source_model = fields.Char(readonly=True)
    source_id = fields.Many2oneReference(
        model_field="source_model", readonly=True, index="btree_not_null"
    )
    move_ids = fields.Many2many(
        "account.move", string="Entries", compute="_compute_move_ids", compute_sudo=False
    )
    can_approve = fields.Boolean(compute="_compute_can_approve")
    can_not = fields.Char(compute="_compute_can_approve")

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

    @api.depends_context("uid")
    @api.depends("state", "amount_company")
    def _compute_can_approve(self):
        waiting = self.filtered(lambda request: request.state == "to_approve")
        approvals = waiting._waiting_approvals().grouped("res_id")
        for request in self:
            of_request = approvals.get(request.id, self.env["ar.collection.approval"])
            request.can_approve = bool(of_request) and all(of_request.mapped("can_answer"))
            # why not: for the one form that shows it
            request.can_not = of_request[:1].can_not if len(self) == 1 else False

    @api.depends("name", "amount_company")
    def _compute_display_name(self):
        for request in self:
            currency = request.company_currency_id
            amount = currency.format(request.amount_company) if currency else ""
            request.display_name = f"{request.name}: {amount}"

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            if not self.env.su:
                self._check_sayable(vals)
                vals["user_id"] = self.env.uid  # whatever the context proposes
            if vals.get("name", "/") == "/":
                # sudo: sequences are the administrator's
                vals["name"] = self.env["ir.sequence"].sudo().next_by_code(self._name) or "/"
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_sayable(vals)
            asked = self.filtered(lambda request: request.state != "draft")
            if asked and set(vals) - self._changeable_fields():
                raise UserError(
                    self.env._(
                        "%(request)s was asked for already and cannot be changed. Please cancel "
                        "it and ask anew.",
                        request=asked[0].display_name,
                    )
                )
        return super().write(vals)

    @api.model
    def _changeable_fields(self):
        """Names of the fields a person may change of what was asked for."""
        return {"still_collected"}

    @api.model
    def _check_sayable(self, vals):
        ours = {name for name, field in self._fields.items() if field._module == "ar_collections"}
        if forbidden := set(vals) & ours - SAYABLE:
            raise AccessError(
                self.env._(
                    "A person cannot say this of a write-off: %(names)s.",
                    names=", ".join(sorted(self._fields[name].string for name in forbidden)),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        for request in self:
            if request.state != "draft" and not self.env.su:
                raise UserError(
                    self.env._(
                        "%(request)s is evidence and cannot be deleted. Cancel it instead.",
                        request=request.display_name,
                    )
                )

    # === HOOKS === #
    def _on_posted(self):
        """Hook: these requests were just written off in the ledger."""
        self._tell_sources()

    def _on_reversed(self):
        """Hook: the write-offs were undone; everything is open again."""
        self._tell_sources()

    def _on_not_posted(self):
        """Hook: these requests were refused or cancelled."""
        self._tell_sources()

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
