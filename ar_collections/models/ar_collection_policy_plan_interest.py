from odoo import fields, models

from .ar_collection_plan_interest import BILLINGS


class ArCollectionPolicy(models.Model):
    _inherit = "ar.collection.policy"

    plan_interest_billing = fields.Selection(
        BILLINGS,
        string="Interest of plans is invoiced",
        default="completion",
        required=True,
        tracking=True,
        help="A draft invoice over interest and fees is proposed; accounting looks and posts it.",
    )
