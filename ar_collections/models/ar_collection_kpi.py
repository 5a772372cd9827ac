from odoo import api, fields, models

from ..tools import kpi

UNITS = [
    ("days", "Days"),
    ("percent", "Percent"),
    ("amount", "Amount"),
    ("times", "Times"),
]


class ArCollectionKpi(models.Model):
    """A key figure: what it means, which way is good, and the target of the company.

    The figure itself is computed in ``ar_collection_kpi_values`` by ``tools.kpi``, under the
    ``code``; a figure without a computation cannot be added by hand.
    """

    _name = "ar.collection.kpi"
    _description = "Key Figure"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    definition = fields.Text(translate=True, readonly=True, help="How it is computed.")
    unit = fields.Selection(UNITS, required=True, readonly=True)
    low_is_good = fields.Boolean(string="Lower is better", readonly=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    target = fields.Float(
        company_dependent=True,
        help="Of the current company. Green when reached, yellow when missed by at most a tenth, "
        "else red. 0: none.",
    )

    _code_uniq = models.UniqueIndex("(code)", "There is a key figure with this code already.")

    def _light(self, value):
        """``on``, ``close`` or ``off`` target; None without a target or a value."""
        self.ensure_one()
        return kpi.state(value, self.target, low_is_good=self.low_is_good)

    @api.model
    def _by_code(self, company):
        """dict code -> key figure, with the targets of a company."""
        return {record.code: record for record in self.with_company(company).search([])}
