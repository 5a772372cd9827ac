from odoo import fields, models


class ArCollection(models.Model):
    _inherit = "ar.collection"

    def _after_refresh(self):
        result = super()._after_refresh()
        self.env["ar.collection.notice"]._queue_thanks(self)
        return result


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
