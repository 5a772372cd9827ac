from odoo import fields, models


class ArCollectionLevel(models.Model):
    _name = "ar.collection.level"
    _inherit = "ar.collection.level"

    soft_text = fields.Text(
        string="Text in hardship",
        translate=True,
        help="Stands in place of the text before the items for debtors in hardship. Empty: no other "
        "text.",
    )
