from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

FOUND = [
    ("name", "Its number"),
    ("number", "The same numbers"),
    ("end", "Last number and amount"),
    ("hand", "Chosen by hand"),
    ("settled", "Paid already"),
    ("ambiguous", "Several fit"),
    ("other", "Of another debtor"),
    ("unknown", "Not found"),
]
#: What a person may change of a line; the rest is what the debtor said.
CHANGEABLE = frozenset({"item_id", "short_as"})


class ArCollectionRemittanceLine(models.Model):
    """One line of a remittance advice, as the debtor wrote it, and the item it means."""

    _name = "ar.collection.remittance.line"
    _description = "Line of a Remittance Advice"
    _order = "remittance_id, row, id"
    _rec_name = "reference"

    remittance_id = fields.Many2one(
        "ar.collection.remittance", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="remittance_id.company_id")
    currency_id = fields.Many2one(related="remittance_id.currency_id")
    state = fields.Selection(related="remittance_id.state", string="State of the advice")
    row = fields.Integer(string="Line", readonly=True, aggregator=None, help="In the file, from 1.")
    reference = fields.Char(readonly=True)
    amount = fields.Monetary(string="Paid", readonly=True, help="Below zero: a credit was taken.")
    discount = fields.Monetary(readonly=True)
    deduction = fields.Monetary(readonly=True)
    code = fields.Char(string="Reason code", readonly=True, help="The debtor's code or words.")
    date = fields.Date(string="Dated", readonly=True)
    note = fields.Char(readonly=True)
    found = fields.Selection(FOUND, string="Found by", readonly=True)
    item_id = fields.Many2one(
        "account.move.line",
        index="btree_not_null",
        ondelete="set null",
        domain="[('account_type', '=', 'asset_receivable'), ('parent_state', '=', 'posted'),"
        " ('amount_residual', '!=', 0)]",
        help="Instalments of one invoice are paid in their order, from this one on.",
    )
    near_ids = fields.Many2many(
        "account.move.line",
        "ar_collection_remittance_near_rel",
        string="Near matches",
        readonly=True,
    )
    open_amount = fields.Monetary(
        string="Open",
        compute="_compute_open_amount",
        currency_field="item_currency_id",
        help="What is open of the item now.",
    )
    item_currency_id = fields.Many2one(related="item_id.currency_id", string="Currency of the item")
    short = fields.Monetary(
        compute="_compute_open_amount",
        help="Open, less what the line pays, takes as discount and deducts.",
    )
    short_as = fields.Selection(
        [("open", "Leave open"), ("deduction", "Short payment: open a dispute")],
        string="What is short",
        default="open",
        required=True,
    )
    late_discount = fields.Boolean(
        compute="_compute_late_discount",
        help="The discount was taken after its last day: it becomes a deduction.",
    )
    application_id = fields.Many2one(
        "ar.collection.application", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    applied = fields.Monetary(readonly=True, help="What of it was applied to items.")

    @api.depends("item_id.amount_residual_currency", "amount", "discount", "deduction", "applied")
    def _compute_open_amount(self):
        for line in self:
            line.open_amount = line.item_id.amount_residual_currency
            gross = line.amount + line.discount + line.deduction
            is_open = line.item_id and not line.applied and line.found != "settled"
            short = line.open_amount - gross if is_open else 0.0
            line.short = short if short * line.open_amount > 0 else 0.0

    @api.depends("discount", "item_id", "remittance_id.credit_line_id", "remittance_id.date")
    def _compute_late_discount(self):
        for line in self:
            line.late_discount = bool(
                line.discount and line.item_id and not line._discount_in_time()
            )

    def _discount_in_time(self):
        """Hook: whether the discount of the line was taken by its last day."""
        return True

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        if forbidden := set(vals) - CHANGEABLE:
            raise AccessError(
                self.env._(
                    "This is what the debtor said and cannot be changed: %(names)s.",
                    names=", ".join(sorted(self._fields[name].string for name in forbidden)),
                )
            )
        if any(line.applied or line.state in ("applied", "cancelled") for line in self):
            raise UserError(self.env._("What was applied is evidence and cannot be changed."))
        result = super().write(vals)
        if "item_id" in vals:
            self._check_item()
            by_hand = self.filtered("item_id")
            # sudo: how it was found is written by the program only
            by_hand.sudo().write({"found": "hand"})
            (self - by_hand).sudo().write({"found": "unknown"})
        return result

    def _check_item(self):
        for line in self.filtered("item_id"):
            item, root = line.item_id, line.company_id
            if item.account_type != "asset_receivable" or item.company_id._ar_root() != root:
                raise UserError(
                    self.env._(
                        "%(item)s is no receivable of %(company)s.",
                        item=item.move_name or item.display_name,
                        company=root.name,
                    )
                )

    def action_take_near(self):
        """Take the nearest item for these lines.

        :return: True
        """
        self.check_access("write")
        for line in self.filtered(lambda line: line.near_ids and not line.item_id):
            line.item_id = line.near_ids.sorted("id")[0]
        return True
