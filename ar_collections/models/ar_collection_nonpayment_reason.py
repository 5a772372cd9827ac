from odoo import fields, models


class ArCollectionNonpaymentReason(models.Model):
    """Why a debtor has not paid, as said on a call."""

    _name = "ar.collection.nonpayment.reason"
    _description = "Reason for Late Payment"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
