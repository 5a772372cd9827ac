from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL


class ArCollectionPromiseLine(models.Model):
    """So much of this open item was promised. Evidence: made with its promise, then unchanged."""

    _name = "ar.collection.promise.line"
    _description = "Promised Item"
    _order = "promise_id, id"

    promise_id = fields.Many2one(
        "ar.collection.promise", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="promise_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="promise_id.currency_id")
    line_id = fields.Many2one(
        "account.move.line", string="Item", index="btree_not_null", ondelete="set null"
    )
    item_name = fields.Char(string="Number", readonly=True)
    item_due_date = fields.Date(string="Due on", readonly=True)
    open_amount = fields.Monetary(related="line_id.amount_residual_currency", string="Open")
    amount = fields.Monetary(string="Promised", help="In the currency of the promise.")
    before = fields.Json(
        readonly=True,
        help="What had paid the item before: id of the credit item -> number of its allocation. "
        "When it is taken off and matched again, that is no new money.",
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The amount promised of an item must be more than zero."
    )

    @api.constrains("line_id", "promise_id")
    def _check_item(self):
        for line in self.filtered("line_id"):
            item = line.line_id.sudo()  # branch items: read only
            promise = line.promise_id
            if (
                item.account_id.account_type != "asset_receivable"
                or item.parent_state != "posted"
                or item.partner_id.commercial_partner_id != promise.partner_id
                or item.company_id._ar_root() != promise.company_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(item)s is not an open item of %(debtor)s. Please choose posted items of "
                        "this debtor and company.",
                        item=item.move_name or item.display_name,
                        debtor=promise.partner_id.display_name,
                    )
                )
            if item.currency_id != promise.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(item)s is in %(currency)s, the promise in %(other)s. Please note one "
                        "promise per currency.",
                        item=item.move_name,
                        currency=item.currency_id.name,
                        other=promise.currency_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Keep number and due date, so that an item that vanishes takes no history along."""
        items = self.env["account.move.line"].browse(vals.get("line_id") for vals in vals_list)
        before = self._allocated(items.ids)
        for vals, item in zip(vals_list, items, strict=True):
            vals.update(
                item_name=item.move_name,
                item_due_date=item.date_maturity or item.date,
                before=before.get(item.id),
            )
        return super().create(vals_list)

    @api.model
    def _allocated(self, item_ids):
        """What is matched with items now: dict item id -> value of ``before``."""
        if not item_ids:
            return {}
        self.env["account.partial.reconcile"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT debit_move_id, jsonb_object_agg(credit_move_id, number)
                  FROM (SELECT debit_move_id, credit_move_id, min(id) AS number
                          FROM account_partial_reconcile WHERE debit_move_id IN %s
                         GROUP BY debit_move_id, credit_move_id) part
                 GROUP BY debit_move_id
                """,
                tuple(item_ids),
            )
        )
        return dict(rows)

    def write(self, vals):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "A promise is evidence: its items cannot be changed. Cancel it, and note the "
                    "new one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(
                self.env._("A promise is evidence: its items cannot be taken away. Cancel it.")
            )
