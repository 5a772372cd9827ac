from odoo import models


class ArCollectionApplication(models.Model):
    """Undone, the advice it was done for can be applied again."""

    _inherit = "ar.collection.application"

    def _undo(self, reason=None):
        result = super()._undo(reason)
        for application in self:
            if application.source_model == "ar.collection.remittance":
                remittance = self.env["ar.collection.remittance"].browse(application.source_id)
                remittance.exists()._on_application_undone(application)
        return result
