from odoo import api, fields, models


class ArCollectionLevel(models.Model):
    _inherit = "ar.collection.level"

    send_snailmail = fields.Boolean(
        string="Letter by post service", help="Printed and posted by the post service, for a fee."
    )
    fallback_channel = fields.Selection(
        selection_add=[("snailmail", "Letter by post service")],
        ondelete={"snailmail": "set null"},
    )

    @api.model
    def _channel_words(self):
        return {**super()._channel_words(), "snailmail": self.env._("letter by post service")}
