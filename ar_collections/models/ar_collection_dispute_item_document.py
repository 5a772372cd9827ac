from odoo import models


class ArCollectionDisputeItem(models.Model):
    """The document of a disputed item: for who has no accounting rights its PDF."""

    _inherit = "ar.collection.dispute.item"

    def action_open_document(self):
        """Open the invoice, or its PDF for those who may not see invoices."""
        self.ensure_one()
        self.check_access("read")
        if self.move_id.has_access("read"):
            return {
                "type": "ir.actions.act_window",
                "res_model": "account.move",
                "res_id": self.move_id.id,
                "views": [(False, "form")],
            }
        return {
            "type": "ir.actions.act_url",
            "url": f"/ar_collections/dispute/{self.id}/document",
            "target": "new",
        }

    def _document_pdf(self):
        """(name of the file, content) of the document of an item one may see."""
        self.ensure_one()
        self.check_access("read")
        # sudo: whoever answers the dispute sees the documents concerned, and no others
        move = self.sudo().move_id
        reports = self.env["ir.actions.report"].sudo()  # dito
        if report := move.invoice_pdf_report_id:
            return report.name, report.raw
        content, _kind = reports._render_qweb_pdf("account.account_invoices", move.ids)
        return f"{(move.name or 'document').replace('/', '_')}.pdf", content
