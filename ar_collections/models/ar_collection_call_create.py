from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

#: What a person says of a call; all else follows from it or is noted by the program.
SAYABLE = frozenset(
    {
        "collection_id",
        "contact_id",
        "channel",
        "direction",
        "number",
        "date",
        "duration",
        "result_id",
        "reached",
        "nonpayment_reason_id",
        "line_ids",
        "note",
        "user_id",
        "callback_at",
        "next_action",
        "next_action_date",
        "request_key",
        "activity_id",
        "message_id",
        "level_id",
        "timer_on",  # of the form, not stored
    }
)
#: Minutes by which a start may lie ahead of the server's clock.
AHEAD = 10


class ArCollectionCall(models.Model):
    """Saving a call: what its result asks for is there, and what follows happens."""

    _name = "ar.collection.call"
    _inherit = "ar.collection.call"

    request_key = fields.Char(
        readonly=True,
        copy=False,
        help="Given by the form or by a program that logs calls: the same call sent twice is "
        "saved once.",
    )
    activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The activity that asked for this call.",
    )
    message_id = fields.Many2one(
        "mail.message",
        string="Reply",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The message of the debtor that this entry was made of.",
    )

    _request_key_uniq = models.UniqueIndex(
        "(request_key) WHERE request_key IS NOT NULL", "This call was saved already."
    )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        """Log calls. One whose ``request_key`` was saved already is returned as it is.

        :raises UserError: the result asks for something that is missing.
        """
        known = self._known_keys(vals_list)
        new = [vals for vals in vals_list if vals.get("request_key") not in known]
        calls = self.browse()
        for vals in map(self._prepare_call_vals, new):
            calls |= super(ArCollectionCall, self._with_ticked(vals)).create([vals])
        calls = calls.with_env(self.env)
        calls._check_input()
        calls._after_log()
        fresh = iter(calls)
        return self.browse(
            known[key].id if (key := vals.get("request_key")) in known else next(fresh).id
            for vals in vals_list
        )

    def _known_keys(self, vals_list):
        """dict: request key -> call of these that was saved already.

        :raises UserError: somebody else's, or another debtor's.
        """
        keys = {vals["request_key"]: vals for vals in vals_list if vals.get("request_key")}
        if not keys:
            return {}
        # sudo: a key must be found whoever used it
        known = self.sudo().search([("request_key", "in", list(keys))])
        for call in known:
            account_id = keys[call.request_key].get("collection_id")
            if call.create_uid != self.env.user or call.collection_id.id != account_id:
                raise UserError(
                    self.env._(
                        "A call with the key %(key)s was saved already, by somebody else or for "
                        "another debtor. Please use a new key.",
                        key=call.request_key,
                    )
                )
        return {call.request_key: call.with_env(self.env) for call in known}

    def _prepare_call_vals(self, vals):
        if not self.env.su:
            self._check_sayable(vals)
            # logged by who logs it; only a manager notes the call of somebody else
            if not (vals.get("user_id") and self._may_correct()):
                vals = {**vals, "user_id": self.env.uid}
        account = self.env["ar.collection"].browse(vals.get("collection_id"))
        if account and "contact_id" not in vals:
            account.check_access("read")
            contact = account.contact_id
            vals = {**vals, "contact_id": contact.id}
        return vals

    @api.model
    def _with_ticked(self, vals):
        """Hook: the context in which a call is made of values."""
        return self

    def _check_sayable(self, vals):
        if forbidden := set(vals) - self._sayable():
            names = (
                self._fields[name].string if name in self._fields else name for name in forbidden
            )
            raise AccessError(
                self.env._(
                    "A person cannot say this of a call, it follows from the rest: %(names)s.",
                    names=", ".join(sorted(names)),
                )
            )

    @api.model
    def _sayable(self):
        """Hook: names of the fields that a person may write."""
        return SAYABLE

    # === CHECKS === #
    def _check_input(self):
        """What the result asks for is there, and nothing lies where it cannot."""
        latest = fields.Datetime.add(fields.Datetime.now(), minutes=AHEAD)
        for call in self:
            if call.date > latest:
                raise UserError(
                    self.env._("The call begins in the future. Please enter when it was made.")
                )
            if call.callback_at and call.callback_at < call.date:
                raise UserError(
                    self.env._(
                        "The time to call back lies before the call. Please choose a later one."
                    )
                )
            if self.env.su and self.env.context.get("ar_collections_history"):
                continue
            if missing := call._missing():
                raise UserError(
                    self.env._(
                        "The result “%(result)s” needs %(missing)s.",
                        result=call.result_id.name,
                        missing=missing,
                    )
                )

    def _missing(self):
        """What the result asks for and the call does not have, as it stands in a sentence."""
        self.ensure_one()
        asks = self.result_id.asks
        if asks == "promise" and not self._has_promise():
            return self.env._("at least one promise line: amount and date")
        if asks == "callback" and not self.callback_at:
            return self.env._("the day and time to call back")
        if asks in ("items", "items_note") and not self.line_ids:
            return self.env._("at least one invoice ticked that was talked about")
        if asks in ("note", "items_note") and not (self.note or "").strip():
            return self.env._("a note that says what was said")
        if asks == "reason" and not self.nonpayment_reason_id:
            return self.env._("the reason for late payment")
        return ""

    def _has_promise(self):
        """Hook: whether a promise was made on this call."""
        return True

    # === WHAT FOLLOWS === #
    def _after_log(self):
        """Once, after calls were logged: account, outcome, chatter, activity.

        What is taken over from elsewhere (by the program, ``ar_collections_history`` in the
        context) is noted, and nothing follows from it.
        """
        if self.env.su and self.env.context.get("ar_collections_history"):
            self.collection_id._recount_calls()
            return
        for call in self:
            if call.is_contact or call.message_id:
                call.collection_id._reply_answered()
            call.collection_id._recount_calls()
            call._do_outcome()
            call._hand_over_next_action()
            call._post_line()
            call._end_activity()

    def _hand_over_next_action(self):
        """The latest call says what the collector does next, also if that is nothing."""
        account = self.collection_id
        if account.last_call_id != self:
            return
        # no line in the chatter for it: the call's own says it
        account.with_context(tracking_disable=True).write(
            {"next_action": self.next_action, "next_action_date": self.next_action_date}
        )

    def _end_activity(self):
        """The activity that asked for the call is done."""
        activity = self.activity_id.exists()
        if activity and (activity.res_model, activity.res_id) == (
            "ar.collection",
            self.collection_id.id,
        ):
            activity.action_feedback(feedback=self.display_name)

    def _post_line(self):
        """One line in the timeline of the debtor that links everything."""
        self.collection_id.message_post_with_source(
            "ar_collections.ar_collection_call_line",
            render_values={"call": self, "lines": self._line_texts()},
            subtype_xmlid="mail.mt_note",
        )

    def _line_texts(self):
        """Hook: further lines of the chatter message, plain text."""
        return list(filter(None, [self._outcome_text()]))
