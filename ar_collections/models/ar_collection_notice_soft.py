from odoo import api, models


class ArCollectionNotice(models.Model):
    _name = "ar.collection.notice"
    _inherit = "ar.collection.notice"

    @api.model
    def _prepare_text_vals(self, level, lang):
        """A debtor in hardship gets the softer text of the level."""
        values = super()._prepare_text_vals(level, lang)
        soft = level.with_context(lang=lang).soft_text
        if soft and self.collection_id.hardship:
            values["letter_text"] = soft
        return values
