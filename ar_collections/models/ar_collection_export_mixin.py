from odoo import models


class ArCollectionExportMixin(models.AbstractModel):
    """A record that can be downloaded as a spreadsheet.

    It has ``_xlsx()``: (name of the file, list of ``tools.table.Table``).
    """

    _name = "ar.collection.export.mixin"
    _description = "Download as Spreadsheet"

    def action_export(self):
        """Download the record as a spreadsheet, with what the reader may see."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/ar_collections/xlsx/{self._name}/{self.id}",
            "target": "download",
        }
