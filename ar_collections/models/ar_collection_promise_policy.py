from odoo import fields, models

#: Where a debtor has no policy.
GRACE_DAYS, CLEARING_DAYS, THRESHOLD = 2, 5, 95.0
#: Methods by which an instrument is handed over: no money before it clears.
INSTRUMENTS = ("cheque", "postdated", "bill", "debit")


class ArCollectionPolicy(models.Model):
    """How promises of the debtors of a policy are judged."""

    _inherit = "ar.collection.policy"

    promise_grace_days = fields.Integer(
        string="Grace days",
        default=GRACE_DAYS,
        tracking=True,
        help="Days after the promised date before a promise is judged.",
    )
    promise_clearing_days = fields.Integer(
        string="Clearing days",
        default=CLEARING_DAYS,
        tracking=True,
        help="Days more for cheques, bills and direct debits: the bank takes so long to answer.",
    )
    promise_threshold = fields.Float(
        string="Kept from (%)",
        default=THRESHOLD,
        tracking=True,
        help="A promise is kept when so much of it was paid: bank charges break none.",
    )
    promise_max_days = fields.Integer(
        string="Promises up to (days)",
        tracking=True,
        help="A promise for a later day needs a manager; 0: no limit.",
    )
    promise_max_amount = fields.Monetary(
        string="Promises up to (amount)",
        tracking=True,
        help="A promise over more needs a manager; 0: no limit.",
    )

    _promise_days_positive = models.Constraint(
        "CHECK (promise_grace_days >= 0 AND promise_clearing_days >= 0 AND promise_max_days >= 0)",
        "Days cannot be negative.",
    )
    _promise_threshold_percent = models.Constraint(
        "CHECK (promise_threshold > 0 AND promise_threshold <= 100)",
        "A promise is kept from a share between 1 and 100 %.",
    )

    def _promise_terms(self, method=None):
        """(grace days, threshold in percent) for a promise paid by ``method``."""
        grace, clearing, threshold = GRACE_DAYS, CLEARING_DAYS, THRESHOLD
        if self:
            grace, clearing = self.promise_grace_days, self.promise_clearing_days
            threshold = self.promise_threshold
        return grace + (clearing if method in INSTRUMENTS else 0), threshold
