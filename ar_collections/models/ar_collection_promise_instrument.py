from odoo import api, fields, models
from odoo.exceptions import UserError

from .ar_collection_promise_policy import INSTRUMENTS

INSTRUMENT_STATES = [
    ("received", "Received"),
    ("deposited", "Deposited"),
    ("cleared", "Cleared"),
    ("bounced", "Bounced"),
    ("returned", "Given back"),
]
#: From which states an instrument may go to which; one that bounced may be presented again.
INSTRUMENT_TRANSITIONS = {
    "received": {"deposited", "bounced", "returned"},
    "deposited": {"received", "cleared", "bounced"},
    "cleared": {"bounced"},
    "bounced": {"deposited", "returned"},
    "returned": set(),
}
#: What may be noted of the paper later, too.
CHANGEABLE = frozenset(
    {
        "instrument_number",
        "instrument_bank",
        "instrument_date",
        "instrument_image",
        "instrument_place",
        "payment_id",
    }
)


class ArCollectionPromise(models.Model):
    """The cheque, bill or mandate a promise was given with: no money before it clears."""

    _inherit = "ar.collection.promise"

    is_instrument = fields.Boolean(compute="_compute_is_instrument")
    instrument_number = fields.Char(string="Number", help="Of the cheque, bill or mandate.")
    instrument_bank = fields.Char(string="Bank")
    instrument_date = fields.Date(
        string="To deposit on", index="btree_not_null", help="The date written on it."
    )
    instrument_image = fields.Binary(string="Image", attachment=True)
    instrument_place = fields.Char(string="Kept in", help="Where the paper lies, e.g. safe 2.")
    instrument_state = fields.Selection(
        INSTRUMENT_STATES, string="Instrument", readonly=True, index="btree_not_null", copy=False
    )
    deposited_on = fields.Date(readonly=True, copy=False)
    bounced_on = fields.Date(
        readonly=True, copy=False, help="Day of the bank's memo about the return."
    )
    bounce_reason = fields.Char(readonly=True, copy=False)
    payment_id = fields.Many2one(
        "account.payment",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="Booked for the instrument; returned together with it.",
    )

    @api.depends("method")
    def _compute_is_instrument(self):
        for promise in self:
            promise.is_instrument = promise.method in INSTRUMENTS

    @api.onchange("method", "date")
    def _onchange_instrument_date(self):
        if self.is_instrument and not self.instrument_date:
            self.instrument_date = self.date

    # === CRUD === #
    @api.model
    def _changeable_fields(self):
        return super()._changeable_fields() | CHANGEABLE

    def _machine_fields(self):
        return super()._machine_fields() | {
            "instrument_state",
            "deposited_on",
            "bounced_on",
            "bounce_reason",
        }

    @api.model
    def _complete_vals(self, vals):
        """A paper is received; a direct debit only with a mandate that is named."""
        method = vals.get("method")
        if method in INSTRUMENTS and (method != "debit" or vals.get("instrument_number")):
            vals.setdefault("instrument_state", "received")
            vals.setdefault("instrument_date", vals.get("date"))
        return super()._complete_vals(vals)

    # === ACTIONS === #
    def action_deposit(self):
        """The instruments were handed in at the bank today."""
        return self._act_on_instrument("deposited")

    def action_take_back(self):
        """The instruments were not handed in after all: they lie in the safe again."""
        return self._act_on_instrument("received", deposited_on=False)

    def action_clear(self):
        """The bank has paid: from now on the money booked for it counts."""
        return self._act_on_instrument("cleared")

    def action_give_back(self):
        """The instruments were given back to the debtor."""
        return self._act_on_instrument("returned")

    def action_bounce(self):
        """Open the form that notes the return of the instruments."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_promise_bounce_action"
        )
        action["context"] = {"default_promise_ids": self.ids}
        return action

    def _act_on_instrument(self, state, **vals):
        self.check_access("write")
        self._set_instrument_state(state, **vals)
        return True

    # === STATE === #
    def _set_instrument_state(self, state, **vals):
        """Move the instruments to a state, and judge their promises.

        :raises UserError: one of them cannot get there.
        """
        labels = dict(self._fields["instrument_state"]._description_selection(self.env))
        for promise in self:
            if state not in INSTRUMENT_TRANSITIONS.get(promise.instrument_state, ()):
                raise UserError(
                    self.env._(
                        "%(promise)s: %(what)s is %(state)s; it cannot become %(new)s.",
                        promise=promise.display_name,
                        what=promise.instrument_number or promise._method_label(),
                        state=labels.get(promise.instrument_state, self.env._("not received")),
                        new=labels[state],
                    )
                )
            today = promise.company_id._ar_today()
            day = {"deposited_on": today} if state == "deposited" else {}
            # sudo: states are written by transitions only
            promise.sudo().write({**day, **vals, "instrument_state": state})
        self._log_on_accounts(
            lambda promise: self.env._(
                "%(what)s of %(promise)s: %(state)s.",
                what=promise._method_label(),
                promise=promise.display_name,
                state=labels[state],
            )
        )
        self._judge_accounts(self.collection_id)

    def _method_label(self):
        label = dict(self._fields["method"]._description_selection(self.env))[self.method]
        return f"{label} {self.instrument_number}" if self.instrument_number else label

    def _bounce_instrument(self, date, reason):
        """The bank has returned the instruments: judged at once, deadlines begin."""
        self._set_instrument_state("bounced", bounced_on=date, bounce_reason=reason)
        for promise in self:
            text = self.env._(
                "%(what)s returned: %(reason)s", what=promise._method_label(), reason=reason
            )
            # sudo: the accountant need not be the collector of the debtor
            promise.collection_id.sudo()._set_next_action(text, promise.company_id._ar_today())
        self._start_deadlines()

    # === JUDGING === #
    def _judging_facts(self):
        return {
            **super()._judging_facts(),
            "pending": self.instrument_state in ("received", "deposited"),
            "bounced": self.instrument_state == "bounced",
        }


class ArCollectionBounceMixin(models.AbstractModel):
    _inherit = "ar.collection.bounce.mixin"

    def _ar_return_instruments(self):
        super()._ar_return_instruments()
        if self._name != "account.payment":
            return
        # sudo: the accountant need not be the collector of the debtor
        promises = (
            self.env["ar.collection.promise"]
            .sudo()
            .search(
                [
                    ("payment_id", "in", self.ids),
                    ("instrument_state", "in", ("received", "deposited", "cleared")),
                ]
            )
        )
        for promise in promises:
            payment = promise.payment_id
            promise._bounce_instrument(payment.ar_bounce_date, payment.ar_bounce_reason)
