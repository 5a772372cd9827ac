import base64

from odoo import fields, models
from odoo.exceptions import UserError


class ArCollectionRemittanceImport(models.TransientModel):
    """Read a remittance advice from a file or a pasted text."""

    _name = "ar.collection.remittance.import"
    _description = "Read Remittance Advice"

    partner_id = fields.Many2one(
        "res.partner", string="Debtor", help="Empty: found by the invoice numbers."
    )
    file = fields.Binary(help="CSV, XLSX, camt.053, camt.054 or EDI 820, up to 10 MB.")
    file_name = fields.Char()
    text = fields.Text(string="Or paste the text")

    def action_read(self):
        """Read it and show what was found.

        :raises UserError: nothing given, or what ``_import`` refuses.
        """
        self.ensure_one()
        if not self.file and not (self.text or "").strip():
            raise UserError(self.env._("Please choose a file, or paste the text of the advice."))
        if self.file:
            data, name, source = base64.b64decode(self.file), self.file_name or "file", "file"
        else:
            data, name, source = self.text.encode(), self.env._("Pasted text"), "paste"
        remittances = self.env["ar.collection.remittance"]._import(
            data, name, source, partner=self.partner_id
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_remittance_action"
        )
        if len(remittances) == 1:
            return {**action, "res_id": remittances.id, "views": [(False, "form")]}
        return {**action, "domain": [("id", "in", remittances.ids)]}
