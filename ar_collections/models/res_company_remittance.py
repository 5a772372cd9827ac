from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    ar_remittance_alias_id = fields.Many2one(
        "mail.alias",
        string="Address for remittance advice",
        ondelete="set null",
        help="E-mails to it are read as remittance advice.",
    )

    def _ar_set_remittance_alias(self, name):
        """Give the company an address for remittance advice, change it, or take it back."""
        self.ensure_one()
        if self.ar_remittance_alias_id:
            if name:
                self.ar_remittance_alias_id.alias_name = name
            else:
                self.ar_remittance_alias_id.unlink()
        elif name:
            self.ar_remittance_alias_id = self.env["mail.alias"].create(
                {
                    "alias_name": name,
                    "alias_domain_id": self.alias_domain_id.id,
                    "alias_model_id": self.env["ir.model"]._get_id("ar.collection.remittance"),
                    "alias_defaults": repr({"company_id": self.id}),
                    "alias_contact": "everyone",
                }
            )
