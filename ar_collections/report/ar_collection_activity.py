from odoo import api, fields, models
from odoo.tools import SQL

from ..models.ar_collection_contact import CHANNELS

KINDS = [
    ("call", "Call or other contact"),
    ("promise", "Promise noted"),
    ("judged", "Promise judged"),
    ("notice", "Notice sent"),
    ("dispute", "Dispute opened"),
    ("paid", "Payment after an action"),
]
#: Rates: the sum of one column in percent of the sum of another.
RATES = {
    "right_rate:avg": ("right_attempts", "attempts"),
    "kept_rate:avg": ("kept", "judged"),
}


class ArCollectionActivity(models.Model):
    """What collectors did and what came of it: a row for each call, promise, notice and
    dispute, and for each payment that followed one of them. Days are those of the company."""

    _name = "ar.collection.activity"
    _description = "Activity of Collectors"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "collection_id"
    _depends = {
        "ar.collection": ["partner_id", "company_id", "currency_id", "portfolio_id"],
        "ar.collection.call": [
            "collection_id",
            "date",
            "channel",
            "user_id",
            "is_attempt",
            "is_contact",
            "right_party",
        ],
        "ar.collection.dispute": ["call_id", "collection_id", "collector_id", "date_opened"],
        "ar.collection.notice": ["collection_id", "date_sent", "channel", "state", "user_id"],
        "ar.collection.promise": [
            "collection_id",
            "amount_company",
            "call_id",
            "given_on",
            "judged_on",
            "state",
            "user_id",
        ],
        "account.partial.reconcile": ["amount", "debit_move_id", "credit_move_id"],
        "account.move.line": ["date", "parent_state", "partner_id", "journal_id", "company_id"],
        "account.move": ["reversed_entry_id"],
        "res.partner": ["commercial_partner_id", "tz"],
    }

    kind = fields.Selection(KINDS, string="What", readonly=True)
    date = fields.Date(
        readonly=True,
        help="Of a call or notice the day it was made, of a promise the day it was noted or "
        "judged, of a dispute the day it was opened, of a payment its accounting date.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        readonly=True,
        help="Who called or took the promise; of a notice whom it names as the contact; of a "
        "dispute who had the call on which it was opened, else its coordinator.",
    )
    portfolio_id = fields.Many2one(
        "ar.collection.portfolio",
        string="Team",
        readonly=True,
        help="The portfolio to which the debtor belongs today.",
    )
    collection_id = fields.Many2one("ar.collection", string="Account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Debtor", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    channel = fields.Char(string="Channel code", readonly=True)
    channel_name = fields.Char(string="Channel", compute="_compute_channel_name")
    res_model = fields.Char(string="Kind of record", readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", readonly=True)

    # === FIGURES === #
    worked = fields.Integer(
        string="Debtors worked",
        aggregator="count_distinct",
        readonly=True,
        help="Different debtors with a call or a promise in the period. Notices do not count: "
        "they leave by themselves.",
    )
    calls = fields.Integer(
        readonly=True, help="Contacts that were logged, in or out, through whatever channel."
    )
    attempts = fields.Integer(
        readonly=True, help="Outgoing contacts whose result counts as an attempt."
    )
    contacts = fields.Integer(
        string="Conversations",
        readonly=True,
        help="Somebody was spoken to, in or out, and the result counts as a contact.",
    )
    right_party = fields.Integer(
        string="Right person reached",
        readonly=True,
        help="Calls, in or out, in which the right person was reached.",
    )
    right_attempts = fields.Integer(aggregator=None, readonly=True)
    right_rate = fields.Float(
        string="Right person reached (%)",
        aggregator="avg",
        readonly=True,
        digits=(16, 1),
        help="Attempts in which the right person was reached, in percent of all attempts.",
    )
    promises = fields.Integer(
        readonly=True, help="Promises noted in the period, without those that were cancelled."
    )
    promised = fields.Monetary(
        readonly=True, help="What these promises are over, at the rate of the day they were given."
    )
    judged = fields.Integer(
        string="Promises judged",
        readonly=True,
        help="Promises found kept, partly kept or broken in the period, whenever they were given.",
    )
    kept = fields.Integer(
        string="Promises kept", readonly=True, help="Of these, the ones that were kept in full."
    )
    kept_rate = fields.Float(
        string="Promises kept (%)",
        aggregator="avg",
        readonly=True,
        digits=(16, 1),
        help="Promises kept in percent of promises judged; partly kept is not kept.",
    )
    notices = fields.Integer(
        readonly=True, help="Notices that were sent to debtors, by themselves or by hand."
    )
    disputes = fields.Integer(
        string="Disputes opened",
        readonly=True,
        help="Disputes, deductions and queries opened in the period, whatever became of them.",
    )
    collected = fields.Monetary(
        string="Collected within 7 days",
        readonly=True,
        help="Money allocated to items whose accounting date is at most 7 days after an attempt, "
        "a conversation, a notice or a promise; each payment is credited to the last of them "
        "only. No credit notes; what the bank returned does not count. In the period of the "
        "payment.",
    )

    def _compute_channel_name(self):
        names = dict(CHANNELS) | dict(
            self.env["ar.collection.call"]._fields["channel"]._description_selection(self.env)
        )
        for row in self:
            row.channel_name = names.get(row.channel, row.channel)

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Rates are those of the sums: an average of averages would weigh a day like a month."""
        if aggregate_spec not in RATES:
            return super()._read_group_select(aggregate_spec, query)
        part, whole = RATES[aggregate_spec]
        return SQL(
            "SUM(%s) * 100.0 / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, part, query),
            self._field_to_sql(self._table, whole, query),
        )

    # === ACTIONS === #
    def action_open_record(self):
        """Open what the row is about; of a payment the action it is credited to."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
            "target": "new" if self.res_model == "ar.collection.call" else "current",
        }
