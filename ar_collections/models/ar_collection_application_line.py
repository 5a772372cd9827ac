from odoo import fields, models

KINDS = [
    ("item", "Applied"),
    ("open", "Left open"),
    ("on_account", "On account"),
    ("deduction", "Deduction"),
    ("write_off", "Write-off asked for"),
    ("bank_charge", "Bank charge"),
    ("discount", "Early-payment discount"),
]


class ArCollectionApplicationLine(models.Model):
    """So much of a credit went to this item; or where a difference went."""

    _name = "ar.collection.application.line"
    _description = "Applied Item"
    _order = "application_id, id"

    application_id = fields.Many2one(
        "ar.collection.application", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="application_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, required=True, readonly=True, default="item")
    line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    item_name = fields.Char(string="Number", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="In the currency of the item.")
    partial_ids = fields.Many2many(
        "account.partial.reconcile",
        relation="ar_collection_application_partial_rel",
        string="Matchings",
        readonly=True,
    )
    move_id = fields.Many2one(
        "account.move",
        string="Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The entry that was made for it.",
    )
    reason = fields.Char(readonly=True)
    record_model = fields.Char(readonly=True)
    record_id = fields.Many2oneReference(
        string="Opened", model_field="record_model", readonly=True, help="Dispute or request."
    )
