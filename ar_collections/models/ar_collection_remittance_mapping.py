import json

from odoo import api, fields, models

from ..tools.remittance import bare
from .ar_collection_remittance_column import MEANINGS


class ArCollectionRemittanceMapping(models.Model):
    """What the columns of a sender's sheets mean: remembered, to be seen and deleted."""

    _name = "ar.collection.remittance.mapping"
    _description = "Columns of a Sender"
    _order = "write_date desc, id desc"
    _rec_name = "sender"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    sender = fields.Char(readonly=True, help="Address the sheets come from.")
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    heading = fields.Char(readonly=True, help="The headings of the columns it is for.")
    meanings = fields.Json(readonly=True, help="Name of the column to its meaning.")
    summary = fields.Char(string="Meaning", compute="_compute_summary")
    decimal = fields.Char(readonly=True)
    day_order = fields.Char(string="Order of dates", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="By", readonly=True, default=lambda self: self.env.user
    )

    @api.depends("meanings")
    def _compute_summary(self):
        labels = dict(MEANINGS)
        for mapping in self:
            parts = (mapping.meanings or {}).items()
            mapping.summary = ", ".join(f"{name}: {labels.get(of, of)}" for name, of in parts)

    @api.model
    def _find(self, company, sender, partner, names):
        """What is remembered of a sender for a sheet with these headings, or nothing."""
        who = []
        if sender:
            who.append([("sender", "=", sender)])
        if partner:
            who.append([("partner_id", "=", partner.id)])
        if not who:
            return self.browse()
        domain = fields.Domain.OR(who) & fields.Domain(
            [("company_id", "=", company.id), ("heading", "=", self._heading(names))]
        )
        return self.sudo().search(domain, limit=1)  # sudo: read by the program for the reader

    @api.model
    def _remember(self, remittance):
        """Keep what the columns of a sheet mean, for the next one of the same sender."""
        names = remittance.column_ids.mapped("name")
        meanings = {
            column.name: column.meaning for column in remittance.column_ids if column.meaning
        }
        vals = {
            "company_id": remittance.company_id.id,
            "sender": remittance.sender if remittance.source == "email" else False,
            "partner_id": remittance.partner_id.id,
            "heading": self._heading(names),
            "meanings": json.loads(json.dumps(meanings)),
            "decimal": remittance.decimal,
            "day_order": remittance.day_order,
            "user_id": self.env.uid,
        }
        if not vals["sender"] and not vals["partner_id"]:
            return self.browse()
        known = self._find(remittance.company_id, vals["sender"], remittance.partner_id, names)
        if known:
            known.write(vals)
            return known
        # sudo: written by the program, whoever may work on the advice
        return self.sudo().create(vals)

    @api.model
    def _heading(self, names):
        return "|".join(bare(name) for name in names)[:1000]
