from odoo import fields, models
from odoo.exceptions import AccessError


class DigestDigest(models.Model):
    """Two tiles of core's digest e-mail: overdue now, and collected in the period."""

    _name = "digest.digest"
    _inherit = "digest.digest"

    kpi_ar_overdue = fields.Boolean(string="Overdue receivables")
    kpi_ar_overdue_value = fields.Monetary(compute="_compute_kpi_ar_overdue_value")
    kpi_ar_collected = fields.Boolean(string="Collected from debtors")
    kpi_ar_collected_value = fields.Monetary(compute="_compute_kpi_ar_collected_value")

    def _compute_kpi_ar_overdue_value(self):
        """Overdue at the end of the period: of today live, of before by the snapshots."""
        _start, end, _companies = self._ar_digest_period()
        self._ar_digest_fill(
            "kpi_ar_overdue_value",
            lambda kpis, company: (kpis._balances(kpis._scope(company, end, end), end) or {}).get(
                "total_overdue", 0.0
            ),
        )

    def _compute_kpi_ar_collected_value(self):
        start, end, _companies = self._ar_digest_period()
        self._ar_digest_fill(
            "kpi_ar_collected_value",
            lambda kpis, company: sum(
                kpis._collected_by_user(kpis._scope(company, start, end)).values()
            ),
        )

    def _ar_digest_period(self):
        """First and last day of the period, and its companies.

        :raises AccessError: the reader of the digest does not work in Collections; core leaves
            the tile out then.
        """
        if not self.env["ar.collection"].has_access("read"):
            raise AccessError(self.env._("This figure is for users of AR Collections."))
        start, end, companies = self._get_kpi_compute_parameters()
        return fields.Date.to_date(start), fields.Date.to_date(end), companies

    def _ar_digest_fill(self, name, figure):
        kpis = self.env["ar.collection.kpi"]
        for digest in self:
            company = (digest.company_id or self.env.company)._ar_root()
            digest[name] = figure(kpis, company)

    def _compute_kpis_actions(self, company, user):
        result = super()._compute_kpis_actions(company, user)
        menu = self.env["ir.model.data"]._xmlid_to_res_id(
            "ar_collections.ar_collections_menu_root", raise_if_not_found=False
        )
        for name in ("kpi_ar_overdue", "kpi_ar_collected"):
            result[name] = f"ar_collections.ar_collection_kpi_action_dashboard?menu_id={menu or ''}"
        return result
