from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import deduction


class ArCollectionDeductionCode(models.Model):
    """What a trading partner's code beside a deduction means: "their code" -> our reason."""

    _name = "ar.collection.deduction.code"
    _description = "Deduction Code"
    _order = "partner_id, code, id"
    _rec_name = "code"

    partner_id = fields.Many2one(
        "res.partner",
        string="Trading partner",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('parent_id', '=', False)]",
        help="Who writes the code. Empty: everybody who has none of this name of his own.",
    )
    code = fields.Char(string="Their code", required=True)
    key = fields.Char(compute="_compute_key", store=True, index=True)
    name = fields.Char(string="Their words")
    reason_id = fields.Many2one(
        "ar.collection.dispute.reason", string="Our reason", required=True, ondelete="restrict"
    )
    active = fields.Boolean(default=True)

    _key_uniq = models.UniqueIndex(
        "(coalesce(partner_id, 0), key) WHERE active",
        "This trading partner has this code already. Please change that line.",
    )

    @api.depends("code")
    def _compute_key(self):
        for row in self:
            row.key = deduction.normalise(row.code)

    @api.constrains("code")
    def _check_key(self):
        for row in self:
            if not row.key:
                raise ValidationError(
                    self.env._(
                        'The code "%(code)s" has no letter or digit. Please enter it as it stands '
                        "on the remittance advice.",
                        code=row.code,
                    )
                )

    @api.model
    def _reason_for(self, partner, code):
        """Our reason for a code of a trading partner.

        Compared without blanks, signs, capitals and leading zeros; the partner's own table
        first, then that for everybody.

        :param partner: ``res.partner``, whichever of the debtor's. :param str code: theirs.
        :return: ``ar.collection.dispute.reason``, empty when the code is unknown.
        """
        return self._reasons_for(partner, [code])[code]

    @api.model
    def _reasons_for(self, partner, codes):
        """dict code -> reason, for all codes of a remittance advice in one query."""
        keys = {code: deduction.normalise(code) for code in codes}
        debtor = partner.commercial_partner_id
        rows = self.search(
            [
                ("key", "in", list(set(keys.values()) - {""})),
                ("partner_id", "in", [*debtor.ids, False]),
            ]
        )
        reasons = {row.key: row.reason_id for row in rows.sorted(lambda row: bool(row.partner_id))}
        empty = self.env["ar.collection.dispute.reason"]
        return {code: reasons.get(key, empty) for code, key in keys.items()}
