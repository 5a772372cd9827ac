from odoo import fields, models

MEANINGS = [
    ("reference", "Invoice number"),
    ("amount", "Amount paid"),
    ("gross", "Amount of the invoice"),
    ("discount", "Discount"),
    ("deduction", "Deduction"),
    ("code", "Reason code"),
    ("date", "Date of the invoice"),
    ("note", "Text"),
    ("payment_reference", "Reference of the payment"),
    ("payment_date", "Date of the payment"),
]


class ArCollectionRemittanceColumn(models.Model):
    """A column of a sheet, some of its cells, and what it means."""

    _name = "ar.collection.remittance.column"
    _description = "Column of a Remittance Advice"
    _order = "remittance_id, index, id"

    remittance_id = fields.Many2one(
        "ar.collection.remittance", required=True, readonly=True, index=True, ondelete="cascade"
    )
    index = fields.Integer(readonly=True)
    name = fields.Char(string="Heading", readonly=True)
    examples = fields.Char(readonly=True)
    meaning = fields.Selection(MEANINGS, help="Empty: the column is left out.")

    _meaning_unique = models.UniqueIndex(
        "(remittance_id, meaning) WHERE meaning IS NOT NULL",
        "Two columns cannot mean the same. Please leave one of them empty.",
    )
