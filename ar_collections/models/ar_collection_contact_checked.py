from odoo import fields, models


class ArCollectionContactChecked(models.Model):
    """Somebody has said that this number or address of a debtor is right as it is; who and
    when are the creator and the date of creation."""

    _name = "ar.collection.contact.checked"
    _description = "Contact Found Right"

    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Char(required=True, help="What was listed, see ar.collection.contact.flaw.")
    value = fields.Char(help="The number or address; empty where none is known.")
