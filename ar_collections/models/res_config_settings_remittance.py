from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ar_remittance_alias = fields.Char(
        string="Address for remittance advice",
        compute="_compute_ar_remittance_alias",
        store=True,
        readonly=False,
        help="The part before the @. Attachments and texts of e-mails to it are read.",
    )
    ar_alias_domain = fields.Char(
        related="ar_company_id.alias_domain_id.name", string="Alias domain"
    )

    @api.depends("ar_company_id")
    def _compute_ar_remittance_alias(self):
        for settings in self:
            settings.ar_remittance_alias = settings.ar_company_id.ar_remittance_alias_id.alias_name

    def set_values(self):
        result = super().set_values()
        company = self.ar_company_id
        if (self.ar_remittance_alias or "") != (company.ar_remittance_alias_id.alias_name or ""):
            company._ar_set_remittance_alias(self.ar_remittance_alias)
        return result
