from odoo import api, fields, models
from odoo.tools import SQL


class ArCollection(models.Model):
    _inherit = "ar.collection"

    @api.model
    def _refresh_steps(self):
        waiting = SQL("SELECT FROM ar_collection_policy WHERE thank AND active")
        return {**super()._refresh_steps(), "_follow_thanks": waiting}

    def _follow_thanks(self):
        self.env["ar.collection.notice"]._queue_thanks(self)


class ArCollectionPolicy(models.Model):
    _inherit = "ar.collection.policy"

    thank = fields.Boolean(
        string="Thank for payment",
        tracking=True,
        help="When all that the last notice claimed is paid, the debtor gets a thank-you, once.",
    )
    thank_template_id = fields.Many2one(
        "mail.template",
        string="Text of the thank-you",
        domain="[('model', '=', 'ar.collection.notice')]",
        ondelete="restrict",
        help="Empty: the delivered text.",
    )
