from odoo import models
from odoo.exceptions import UserError
from odoo.tools.pdf import merge_pdf

#: Statements shown together: so many are merged within seconds.
LIMIT = 500


class ArCollectionStatement(models.Model):
    """Statements printed together, in the order in which they are folded and posted."""

    _inherit = "ar.collection.statement"

    def action_print_paper(self):
        """These statements as one document, by country, postal code and debtor."""
        self.check_access("read")
        papers = self.filtered("attachment_id")
        if not papers:
            raise UserError(self.env._("None of these statements has been made yet."))
        if len(papers) > LIMIT:
            raise UserError(
                self.env._("Please print at most %(count)s statements at a time.", count=LIMIT)
            )
        papers = papers.sorted(
            lambda one: (
                one.contact_id.country_id.name or "",
                one.contact_id.zip or "",
                (one.partner_id.name or "").lower(),
                one.id,
            )
        )
        # sudo: the documents belong to the statements, which the reader may read
        attachment = (
            self.env["ir.attachment"]
            .sudo()  # dito
            .create(
                {
                    "name": self.env._("Statements %(count)s.pdf", count=len(papers)),
                    "raw": merge_pdf([one.sudo().attachment_id.raw for one in papers]),  # dito
                    "mimetype": "application/pdf",
                    "res_model": papers[0]._name,
                    "res_id": papers[0].id,
                }
            )
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}",
            "target": "new",
        }
