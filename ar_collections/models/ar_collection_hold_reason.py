from odoo import fields, models

KINDS = [
    ("placed", "Handed over"),
    ("withheld", "Withheld tax"),
    ("disputed", "Disputed"),
    ("planned", "On plan"),
    ("promised", "Promised"),
    ("debit", "Direct debit on its way"),
    ("exclusion", "Excluded"),
    ("other", "Other"),
]


class ArCollectionHoldReason(models.Model):
    _name = "ar.collection.hold.reason"
    _description = "Hold Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(KINDS, required=True, default="other")
    sequence = fields.Integer(default=10)
    days = fields.Integer(
        string="Ends after (days)",
        default=14,
        help="Proposed end of the hold; 0: none is proposed.",
    )
    active = fields.Boolean(default=True)
