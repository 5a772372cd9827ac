from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

STATES = [
    ("failed", "Cannot be read"),
    ("columns", "Name the columns"),
    ("waiting", "No payment yet"),
    ("matched", "Payment found"),
    ("partial", "Partly applied"),
    ("applied", "Applied"),
    ("cancelled", "Cancelled"),
]
#: States in which a payment is still looked for, or chosen.
OPEN = ("waiting", "matched", "partial")
#: What a person may change of a remittance.
CHANGEABLE = frozenset(
    {"partner_id", "credit_line_id", "line_ids", "column_ids", "decimal", "day_order", "date"}
)


class ArCollectionRemittance(models.Model):
    """What a debtor says that a payment pays: evidence, as it came.

    Its lines are matched with items, it with a payment; applied, each item got what its line
    says. The same file, or the same advice in another file, is never applied twice.
    """

    _name = "ar.collection.remittance"
    _inherit = ["mail.thread", "ar.collection.debtor.mixin", "ar.collection.state.mixin"]
    _description = "Remittance Advice"
    _order = "id desc"
    _transitions = {
        "failed": {"cancelled"},
        "columns": {"waiting", "cancelled"},
        "waiting": {"columns", "matched", "cancelled"},
        "matched": {"columns", "waiting", "partial", "applied", "cancelled"},
        "partial": {"matched", "waiting", "applied"},
        "applied": {"matched", "waiting", "partial"},
        "cancelled": set(),
    }

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, help="The head company."
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Who paid; empty: found by the references, or not known.",
    )
    collection_id = fields.Many2one(
        "ar.collection",
        string="Account",
        compute="_compute_collection_id",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        "res.users", string="Read by", readonly=True, default=lambda self: self.env.user
    )
    source = fields.Selection(
        [("file", "File"), ("paste", "Pasted"), ("email", "E-mail")], required=True, readonly=True
    )
    format = fields.Selection(
        [
            ("text", "Text or CSV"),
            ("xlsx", "Spreadsheet"),
            ("camt", "camt.053 or 054"),
            ("edi", "EDI 820"),
        ],
        readonly=True,
    )
    sender = fields.Char(readonly=True, help="Address it came from, or the name in the file.")
    file = fields.Binary(attachment=True, readonly=True)
    file_name = fields.Char(readonly=True)
    digest = fields.Char(readonly=True, index="btree_not_null", help="SHA-256 of the file.")
    part = fields.Integer(readonly=True, help="Number of the payment within the file, from 0.")
    fingerprint = fields.Char(
        readonly=True, index="btree_not_null", help="The same for the same advice in another file."
    )
    reference = fields.Char(string="Payment reference", readonly=True)
    date = fields.Date(string="Paid on", help="The day of the payment as the debtor says.")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    currency_stated = fields.Boolean(readonly=True, help="The file names the currency.")
    stated = fields.Boolean(readonly=True, help="The file says what was paid in all.")
    amount = fields.Monetary(string="Paid", readonly=True, help="As stated, else the sum of lines.")
    line_amount = fields.Monetary(
        string="Sum of lines", compute="_compute_line_amount", help="What the lines pay."
    )
    credit_line_id = fields.Many2one(
        "account.move.line",
        string="Payment",
        index="btree_not_null",
        ondelete="set null",
        help="The money it is about.",
    )
    candidate_ids = fields.Many2many(
        "account.move.line",
        "ar_collection_remittance_candidate_rel",
        string="Possible payments",
        readonly=True,
        help="Several payments fit; nothing is chosen.",
    )
    line_ids = fields.One2many("ar.collection.remittance.line", "remittance_id", string="Lines")
    line_count = fields.Integer(compute="_compute_line_amount")
    unknown_count = fields.Integer(
        string="Not found", compute="_compute_line_amount", help="Lines without an item."
    )
    problems = fields.Text(readonly=True, help="What could not be read, by line of the file.")
    state = fields.Selection(
        STATES, required=True, readonly=True, default="columns", index=True, tracking=True
    )

    _digest_unique = models.UniqueIndex(
        "(company_id, digest, part) WHERE digest IS NOT NULL AND state NOT IN ('cancelled', 'failed')",
        "This file was read already.",
    )
    _fingerprint_unique = models.UniqueIndex(
        "(company_id, fingerprint)"
        " WHERE fingerprint IS NOT NULL AND state NOT IN ('cancelled', 'failed')",
        "The same advice was read already.",
    )

    # === COMPUTES === #
    @api.depends("partner_id", "sender", "reference", "file_name")
    def _compute_name(self):
        for remittance in self:
            who = remittance.partner_id.name or remittance.sender
            what = remittance.reference or remittance.file_name
            remittance.name = ", ".join(filter(None, (who, what))) or self.env._("Remittance")

    @api.depends("partner_id", "company_id")
    def _compute_collection_id(self):
        # sudo: the accountant need not see the debtor's account
        accounts = self.env["ar.collection"].sudo()
        found = {
            (account.partner_id.id, account.company_id.id): account.id
            for account in accounts.search([("partner_id", "in", self.partner_id.ids)])
        }
        for remittance in self:
            key = remittance.partner_id.id, remittance.company_id.id
            remittance.collection_id = found.get(key)

    @api.depends("line_ids.amount", "line_ids.item_id")
    def _compute_line_amount(self):
        rows = self.env["ar.collection.remittance.line"]._read_group(
            [("remittance_id", "in", self.ids)],
            ["remittance_id"],
            ["amount:sum", "__count", "item_id:count"],
        )
        found = {remittance.id: values for remittance, *values in rows}
        for remittance in self:
            amount, count, known = found.get(remittance._origin.id, (0.0, 0, 0))
            remittance.line_amount = amount
            remittance.line_count = count
            remittance.unknown_count = count - known

    # === CRUD: made by reading a file only === #
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(
                self.env._("A remittance advice comes from a file, a pasted text or an e-mail.")
            )
        return super().create(vals_list)

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        thread = set(self.env["mail.thread"]._fields)
        if forbidden := set(vals) - CHANGEABLE - thread:
            raise AccessError(
                self.env._(
                    "A person cannot say this of a remittance advice, it follows from its steps: "
                    "%(names)s.",
                    names=", ".join(sorted(self._fields[name].string for name in forbidden)),
                )
            )
        if any(remittance.state in ("applied", "cancelled") for remittance in self):
            raise UserError(
                self.env._("What was applied or cancelled is evidence and cannot be changed.")
            )
        if vals.get("partner_id"):
            partner = self.env["res.partner"].browse(vals["partner_id"])
            vals = {**vals, "partner_id": partner.commercial_partner_id.id}
        result = super().write(vals)
        if "credit_line_id" in vals:
            self._take_credit()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(
                self.env._("A remittance advice is evidence and cannot be deleted. Cancel it.")
            )

    # === ACTIONS === #
    def action_cancel(self):
        """Set these aside: nothing of them is applied.

        :raises UserError: one is applied.
        :return: True
        """
        self.check_access("write")
        for remittance in self:
            if "cancelled" not in self._transitions[remittance.state]:
                raise UserError(
                    self.env._(
                        "%(remittance)s is applied. Undo the application first.",
                        remittance=remittance.name,
                    )
                )
        self._set_state("cancelled", credit_line_id=False)
        return True
