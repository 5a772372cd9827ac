from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What a person says of an item; all else is noted by the machine.
SAYABLE = frozenset({"plan_id", "line_id", "amount"})


class ArCollectionPlanItem(models.Model):
    """So much of this open item is paid by the plan. Evidence once the plan was offered."""

    _name = "ar.collection.plan.item"
    _description = "Item of a Plan"
    _order = "plan_id, item_due_date, id"

    plan_id = fields.Many2one("ar.collection.plan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    collection_id = fields.Many2one(related="plan_id.collection_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    line_id = fields.Many2one(
        "account.move.line", string="Item", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(related="line_id.move_id", string="Invoice")
    item_name = fields.Char(string="Number", readonly=True)
    item_due_date = fields.Date(
        string="Due on", readonly=True, help="The original due date, kept for ever."
    )
    open_amount = fields.Monetary(related="line_id.amount_residual_currency", string="Open")
    amount = fields.Monetary(string="On the plan", help="In the currency of the plan.")
    open_then = fields.Monetary(
        string="Open at the start", readonly=True, help="When the plan was offered or accepted."
    )
    paid = fields.Monetary(readonly=True, help="Money allocated to it under the plan.")
    new_due_date = fields.Date(
        readonly=True, help="What an extension made the due date in the ledger, by setting."
    )
    live = fields.Boolean(readonly=True, help="No other plan may cover the item now.")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The amount of an item on a plan must be more than zero."
    )
    _item_once = models.UniqueIndex(
        "(plan_id, line_id) WHERE line_id IS NOT NULL", "An item stands twice in this plan."
    )
    _live_once = models.UniqueIndex(
        "(line_id) WHERE live",
        "One of these items is on another plan already. Please look at the plans of the debtor.",
    )

    # === CONSTRAINTS === #
    @api.constrains("line_id", "plan_id", "amount")
    def _check_item(self):
        for record in self.filtered("line_id"):
            item = record.line_id.sudo()  # branch items: read only
            plan = record.plan_id
            if (
                item.account_id.account_type != "asset_receivable"
                or item.parent_state != "posted"
                or item.partner_id.commercial_partner_id != plan.partner_id
                or item.company_id._ar_root() != plan.company_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(item)s is not an open item of %(debtor)s. Please choose posted items of "
                        "this debtor and company.",
                        item=item.move_name or item.display_name,
                        debtor=plan.partner_id.display_name,
                    )
                )
            if item.currency_id != plan.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(item)s is in %(currency)s, the plan in %(other)s. Please make one plan "
                        "per currency.",
                        item=item.move_name,
                        currency=item.currency_id.name,
                        other=plan.currency_id.name,
                    )
                )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        """Keep number and original due date, so that an item that vanishes takes no history."""
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            self._check_sayable(vals)
            item = self.env["account.move.line"].browse(vals.get("line_id"))
            vals.update(self._evidence_vals(item))
        items = super().create(vals_list)
        items._check_changeable()
        return items

    @api.model
    def _evidence_vals(self, item):
        return {
            "item_name": item.move_name,
            "item_due_date": item._ar_original_due_date() if item else False,
            "live": False,
        }

    def write(self, vals):
        self._check_changeable()
        self._check_sayable(vals)
        if "line_id" in vals:
            item = self.env["account.move.line"].browse(vals["line_id"])
            vals = {**vals, **self._evidence_vals(item)}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        self._check_changeable()

    @api.model
    def _check_sayable(self, vals):
        if not self.env.su and set(vals) - SAYABLE:
            raise UserError(
                self.env._("Of an item on a plan a person chooses the item and the amount only.")
            )

    def _check_changeable(self):
        if not self.env.su:
            self.plan_id._check_draft()
