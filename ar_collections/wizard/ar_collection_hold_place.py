from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class ArCollectionHoldPlace(models.TransientModel):
    """Place holds on ticked items, each whole or in part, or on the whole debtor."""

    _name = "ar.collection.hold.place"
    _description = "Place a Hold"

    collection_id = fields.Many2one(
        "ar.collection",
        string="Debtor",
        compute="_compute_collection_id",
        store=True,
        readonly=False,
    )
    company_id = fields.Many2one(related="collection_id.company_id")
    scope = fields.Selection(
        [("item", "These items"), ("debtor", "The whole debtor")], required=True, default="item"
    )
    line_ids = fields.Many2many("account.move.line", string="Items")
    row_ids = fields.One2many(
        "ar.collection.hold.place.row",
        "place_id",
        compute="_compute_row_ids",
        store=True,
        readonly=False,
    )
    reason_id = fields.Many2one("ar.collection.hold.reason", required=True)
    date_to = fields.Date(
        string="Until",
        compute="_compute_date_to",
        store=True,
        readonly=False,
        help="The last day of the hold. Empty: without end; a manager places it, or grants it "
        "where approvals are switched on.",
    )
    note = fields.Text()

    @api.depends("line_ids")
    def _compute_collection_id(self):
        for place in self:
            if not place.line_ids:
                continue
            debtors = place.line_ids.partner_id.commercial_partner_id
            roots = place.line_ids.company_id._ar_root()
            if len(debtors) > 1 or len(roots) > 1:
                raise UserError(self.env._("Please tick items of one debtor and one company only."))
            place.collection_id = self.env["ar.collection"].search(
                [("partner_id", "=", debtors.id), ("company_id", "=", roots.id)], limit=1
            )

    @api.depends("line_ids")
    def _compute_row_ids(self):
        for place in self:
            place.row_ids = [Command.clear()] + [
                Command.create({"line_id": line.id}) for line in place.line_ids
            ]

    @api.depends("reason_id")
    def _compute_date_to(self):
        for place in self:
            if place.reason_id.days:
                company = place.company_id or self.env.company._ar_root()
                place.date_to = company._ar_today() + timedelta(days=place.reason_id.days)

    def action_place(self):
        """Place the holds.

        :raises UserError: no account, nothing ticked, more than is open, no end.
        :return: True; over the API the holds are found by ``collection_id``.
        """
        self.ensure_one()
        if not self.collection_id:
            raise UserError(
                self.env._(
                    "This customer has no collection account yet. It appears within a minute "
                    "after the first posted invoice; please try again then."
                )
            )
        common = {
            "collection_id": self.collection_id.id,
            "scope": self.scope,
            "reason_id": self.reason_id.id,
            "kind": self.reason_id.kind,
            "note": self.note,
            "date_from": self.collection_id.company_id._ar_today(),
            "date_to": self.date_to,
        }
        vals_list = [common]
        if self.scope == "item":
            vals_list = [
                {**common, "line_id": row.line_id.id, "amount": row.amount} for row in self.row_ids
            ]
        if not vals_list:
            raise UserError(self.env._("Please tick the items to hold."))
        holds = self.env["ar.collection.hold"].create(vals_list)
        # sudo: the figures belong to the machine; they move in front of the person's eyes
        self.env["ar.collection"].sudo()._refresh(self.collection_id.partner_id.ids)
        self.collection_id.message_post(body=self._describe(holds))
        return True

    def _describe(self, holds):
        values = {
            "items": ", ".join(hold.item_name or self.env._("the whole debtor") for hold in holds),
            "reason": self.reason_id.name,
        }
        if holds[0].state == "to_approve":
            return self.env._("Hold without end asked for: %(items)s, %(reason)s.", **values)
        return self.env._("Hold placed: %(items)s, %(reason)s.", **values)


class ArCollectionHoldPlaceRow(models.TransientModel):
    _name = "ar.collection.hold.place.row"
    _description = "Item to Hold"

    place_id = fields.Many2one("ar.collection.hold.place", required=True, ondelete="cascade")
    line_id = fields.Many2one("account.move.line", string="Item", required=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    due_date = fields.Date(related="line_id.ar_due_date")
    open_amount = fields.Monetary(related="line_id.amount_residual_currency", string="Open")
    amount = fields.Monetary(string="To hold", help="Empty: all of it.")
