from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: The customer without a name that localizations deliver, by external id.
WALK_IN_XMLIDS = (
    "l10n_ar.par_cfa",
    "l10n_cl.par_cfa",
    "l10n_ec.ec_final_consumer",
    "l10n_es.partner_simplified",
    "l10n_pe_pos.partner_pe_cf",
    "l10n_uy.partner_cfu",
)


class ResPartner(models.Model):
    """Who stands for customers without a name: nobody to write to."""

    _inherit = "res.partner"

    ar_walk_in = fields.Boolean(
        string="Walk-in customer of a point of sale",
        compute="_compute_ar_walk_in",
        search="_search_ar_walk_in",
        help="Stands for customers without a name in a point of sale.",
    )

    def _compute_ar_walk_in(self):
        ids = self._ar_walk_in_ids()
        for partner in self:
            partner.ar_walk_in = partner.id in ids

    def _search_ar_walk_in(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("id", "in", sorted(self._ar_walk_in_ids()))
        return domain if True in value else ~domain

    def _ar_walk_in_ids(self):
        """Ids of the customers a point of sale sells to when nobody is named.

        Named on the point of sale, or delivered by a localization; none of them need be there.
        """
        self.env["ir.model.data"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT res_id FROM ir_model_data WHERE (module, name) IN %s"
                " AND model = 'res.partner' ORDER BY res_id",
                tuple(tuple(xmlid.split(".")) for xmlid in WALK_IN_XMLIDS),
            )
        )
        # sudo: which partner a shop sells to by default is no secret
        partners = self.env["res.partner"].sudo().browse(row_id for [row_id] in rows)
        if "pos.config" in self.env:
            shops = (
                self.env["pos.config"].sudo().with_context(active_test=False).search(Domain.TRUE)
            )  # dito
            for name, field in shops._fields.items():
                if field.type == "many2one" and field.comodel_name == "res.partner" and field.store:
                    partners |= shops[name]
        return set(partners._ids)
