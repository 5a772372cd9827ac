from decimal import Decimal

from odoo import fields, models

from ..tools import deduction


class ArCollectionPolicy(models.Model):
    """What a small difference is: rests of paid items that are proposed for write-off."""

    _inherit = "ar.collection.policy"

    small_amount = fields.Monetary(
        string="Small differences up to",
        tracking=True,
        help="What is left of an item after a payment, and no more than this, is proposed for "
        "write-off; 0: nothing is proposed. In company currency.",
    )
    small_percent = fields.Float(
        string="And up to (% of the item)", tracking=True, help="0: the amount alone decides."
    )
    small_total = fields.Monetary(
        string="And per debtor in 12 months up to",
        tracking=True,
        help="What is given up as small differences of one debtor, with what waits for approval; "
        "above it nothing more is proposed: somebody deducts by habit. 0: no such limit.",
    )

    _small_positive = models.Constraint(
        "CHECK (small_amount >= 0 AND small_percent >= 0 AND small_percent <= 100"
        " AND coalesce(small_total, 0) >= 0)",
        "The limits of small differences cannot be negative, nor the share over 100 %.",
    )

    def _is_small(self, rest, total):
        """Whether the rest of an item is a small difference under this policy.

        :param rest: what is open, :param total: of the item, both in company currency.
        """
        if not self:
            return False
        return deduction.is_small(
            Decimal(str(rest)),
            Decimal(str(total)),
            Decimal(str(self.small_amount)),
            Decimal(str(self.small_percent)),
        )
