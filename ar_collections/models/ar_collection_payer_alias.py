from odoo import api, fields, models

from ..tools import matching_payer

KINDS = [
    ("account", "Bank account"),
    ("name", "Name on the bank line"),
    ("prefix", "Word before invoice numbers"),
]


class ArCollectionPayerAlias(models.Model):
    """What a correction taught: this bank account or name is that debtor; this word of theirs
    stands before our invoice numbers. Used from the next payment on, until somebody deletes it."""

    _name = "ar.collection.payer.alias"
    _description = "Payer Alias"
    _order = "partner_id, kind, value"
    _rec_name = "value"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company._ar_root(),
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(KINDS, required=True, default="name")
    value = fields.Char(required=True, help="As it stands on the bank line.")
    key = fields.Char(compute="_compute_key", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('parent_id', '=', False)]",
    )
    used = fields.Integer(readonly=True, help="How often it was of use since.")
    used_on = fields.Date(string="Last used", readonly=True)

    _alias_uniq = models.UniqueIndex(
        "(company_id, kind, key, partner_id)", "This is known of the debtor already."
    )

    @api.depends("kind", "value")
    def _compute_key(self):
        for alias in self:
            alias.key = self._key(alias.kind, alias.value)

    @api.model
    def _key(self, kind, value):
        """What is compared: bank accounts without spaces, names without legal form."""
        if kind == "account":
            return "".join(char for char in (value or "").upper() if char.isalnum())
        if kind == "prefix":
            return (value or "").upper().strip()
        return matching_payer.name_key(value)

    @api.model
    def _learn(self, company, partner, **values):
        """Remember what a person said of a payer.

        :param values: kind -> value; empty values are nothing to learn.
        :return: the aliases, new and known ones.
        """
        # sudo: learned from what the user did and may do
        aliases = self.sudo()
        result = self.browse()
        for kind, value in values.items():
            key = self._key(kind, value)
            if not key:
                continue
            domain = [
                ("company_id", "=", company.id),
                ("kind", "=", kind),
                ("key", "=", key),
                ("partner_id", "=", partner.id),
            ]
            known = aliases.search(domain, limit=1)
            result |= known or aliases.create(
                {
                    "company_id": company.id,
                    "kind": kind,
                    "value": value,
                    "partner_id": partner.id,
                }
            )
        return result.sudo(False)

    @api.model
    def _note_use(self, company, partner, keys):
        """Count the use of aliases of a debtor. :param keys: (kind, value) of a payment."""
        wanted = {(kind, self._key(kind, value)) for kind, value in keys if value}
        # sudo: a counter
        aliases = self.sudo().search(
            [("company_id", "=", company.id), ("partner_id", "=", partner.id)]
        )
        for alias in aliases:
            if (alias.kind, alias.key) in wanted:
                alias.write({"used": alias.used + 1, "used_on": company._ar_today()})
