from odoo import api, fields, models

METHODS = [
    ("equal", "Equal instalments"),
    ("afford", "So much each time"),
    ("annuity", "Annuity, interest included"),
    ("custom", "Own rows"),
]
INTERVALS = [
    ("week", "Every week"),
    ("fortnight", "Every two weeks"),
    ("month", "Every month"),
    ("month_day", "On a day of the month"),
]
SHIFTS = [
    ("none", "Stays"),
    ("next", "Next working day"),
    ("previous", "Working day before"),
]
SHORTENS = [
    ("end", "From the end"),
    ("pro_rata", "All in proportion"),
    ("next", "The next first"),
]
CLOSES = [
    ("credit", "Draft credit note, with its taxes"),
    ("write_off", "Request to write off"),
    ("none", "By hand"),
]


class ArCollectionPlan(models.Model):
    """What was agreed: how the schedule comes about, and what applies while it runs.

    What the policy says is noted with the plan, so that a later change of the policy changes
    no agreement.
    """

    _inherit = "ar.collection.plan"

    # How the instalments come about
    method = fields.Selection(METHODS, string="Instalments are", required=True, default="equal")
    number = fields.Integer(string="Number of instalments", default=3)
    amount_each = fields.Monetary(string="They can pay", help="Each time; gives the number.")
    first_amount = fields.Monetary(string="First payment", help="0: like the others.")
    first_date = fields.Date(string="First on")
    interval = fields.Selection(INTERVALS, string="How often", required=True, default="month")
    month_day = fields.Integer(string="Day of the month", default=1, help="31: the last day.")
    shift = fields.Selection(SHIFTS, string="Weekends and holidays", required=True, default="next")
    interest_rate = fields.Float(string="Interest (% a year)", digits=(6, 3))
    fee = fields.Monetary(help="Once, with the first instalment.")
    settlement_amount = fields.Monetary(
        string="Settled for", help="Of a settlement: the reduced sum."
    )
    date_start = fields.Date(string="Interest from", default=fields.Date.context_today, copy=False)

    # What applies while it runs; of the policy when it was made
    grace_days = fields.Integer(help="Days after its date before an instalment is missed.")
    missed_limit = fields.Integer(
        string="Defaults after missed", default=1, help="So many missed instalments end the plan."
    )
    shorten = fields.Selection(
        SHORTENS,
        string="Credit notes shorten",
        required=True,
        default="end",
        help="Which instalments a credit note or write-off on the items makes smaller.",
    )
    close_by = fields.Selection(
        CLOSES, string="The rest is closed by", required=True, default="credit"
    )
    change_maturity = fields.Boolean(
        string="Changes due dates",
        help="Of an extension: the due date in the ledger becomes the new one; the original one "
        "is kept.",
    )
    offered_until = fields.Date(copy=False, help="The last day the debtor can accept.")

    _number_positive = models.Constraint(
        "CHECK (number >= 0 AND number <= 600)", "A plan has 1 to 600 instalments."
    )
    _terms_positive = models.Constraint(
        "CHECK (grace_days >= 0 AND missed_limit >= 1 AND interest_rate >= 0 AND fee >= 0"
        " AND first_amount >= 0 AND settlement_amount >= 0 AND month_day BETWEEN 1 AND 31)",
        "Days, rates and amounts of a plan cannot be negative; a day of the month is 1 to 31; a "
        "plan defaults after one missed instalment or more.",
    )

    @api.model
    def _schedule_fields(self):
        """Names of the fields that the schedule follows from."""
        return {
            "kind",
            "method",
            "number",
            "amount_each",
            "first_amount",
            "first_date",
            "interval",
            "month_day",
            "shift",
            "interest_rate",
            "fee",
            "settlement_amount",
            "date_start",
            "item_ids",
        }
