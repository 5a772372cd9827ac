from odoo import api, fields, models
from odoo.tools import SQL

#: Groups of the worklist in their fixed order; a debtor without one needs nobody today.
GROUPS = [
    ("callback", "Call-backs due"),
    ("broken", "Broken promises"),
    ("priority", "By priority"),
    ("follow_up", "Follow-ups"),
    ("snoozed", "Snoozed"),
]
#: What moves a debtor within the worklist at once when somebody writes it.
MOVES = {
    "snoozed_until",
    "pinned",
    "next_action_date",
    "callback_at",
    "last_contact_date",
    "broken_promises",
    "next_promise_date",
    "kept_rate",
    "unanswered_attempts",
    "reply_received_at",
    "fact_kind",
}


class ArCollection(models.Model):
    """The worklist: who needs the collector today, and what puts a debtor off."""

    _inherit = "ar.collection"

    worklist_group = fields.Selection(
        GROUPS,
        string="Worklist",
        readonly=True,
        group_expand="_group_expand_worklist_group",
        help="Part of the worklist the debtor stands in; empty: nothing to do today.",
    )
    snoozed_until = fields.Date(tracking=True, help="Not on the list before this day.")
    snooze_reason = fields.Char(tracking=True)
    pinned = fields.Boolean(help="On top of the list, whatever the score.")

    priority_why = fields.Json(
        compute="_compute_priority_why",
        help="The reasons of the priority in words: [[text, points], ...], the weightiest first.",
    )

    touch_text = fields.Char(
        string="Last contact", compute="_compute_touch", help="What was said or sent last."
    )
    touch_date = fields.Date(string="Last contact on", compute="_compute_touch")

    # The groups of the list in its order, with what is counted and added up of them. Rows
    # without a group are not found in their order by an index that begins with the group.
    _worklist_idx = models.Index(
        "(worklist_group, priority DESC, id) INCLUDE (company_id, user_id, net_collectable)"
    )
    _idle_idx = models.Index("(priority DESC, id) WHERE worklist_group IS NULL")

    @api.depends("last_call_id.date", "last_result_id", "last_notice_date", "level_id")
    def _compute_touch(self):
        """The last call, or the last notice where that is younger."""
        # sudo: the date of a call of a debtor the reader may see, whoever made it
        for account in self:
            called = account.last_call_id.sudo().date
            called = called and fields.Datetime.context_timestamp(account, called).date()
            noticed = account.last_notice_date
            if noticed and (not called or noticed > called):
                level = account.level_id.name
                account.touch_text = (
                    self.env._("%(level)s sent", level=level)
                    if level
                    else self.env._("Notice sent")
                )
                account.touch_date = noticed
            else:
                account.touch_text = account.last_result_id.name or False
                account.touch_date = called

    @api.depends_context("lang")
    @api.depends("priority_reason")
    def _compute_priority_why(self):
        rules = self.env["ar.collection.priority.rule"].sudo()  # texts of rules that were used
        known = {rule.id: rule for rule in rules.with_context(active_test=False).search([])}
        for account in self:
            reasons = sorted(account.priority_reason or [], key=lambda row: -abs(row[1]))
            account.priority_why = [
                [
                    known[rule_id]._text(value, account)
                    if rule_id in known
                    else self.env._("A rule deleted since"),
                    points,
                ]
                for rule_id, points, value in reasons
            ]

    def _web_read_group_format(self, groupby, aggregates, groups):
        """What is snoozed starts folded."""
        result = super()._web_read_group_format(groupby, aggregates, groups)
        if self.env.context.get("read_group_expand") and groupby[:1] == ("worklist_group",):
            for group in result:
                group["__fold"] = group["worklist_group"] in ("snoozed", False)
        return result

    @api.model
    def _group_expand_worklist_group(self, values, domain):
        """The groups there are, in their fixed order."""
        return [value for value, _label in GROUPS if value in values]

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Groups are sorted in their fixed order, not by name."""
        if field_name != "worklist_group":
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        rank = SQL(
            "array_position(%s::varchar[], %s)",
            [value for value, _label in GROUPS],
            self._field_to_sql(alias, field_name, query),
        )
        query._order_groupby.append(rank)
        return SQL("%s %s %s", rank, direction, nulls)

    # === CRUD === #
    @api.model
    def _kept_fields(self):
        return super()._kept_fields() | {"worklist_group"}

    def write(self, vals):
        result = super().write(vals)
        if MOVES & set(vals):
            self._update_priority()
        return result

    def _recount_calls(self):
        """What a call left on the account moves it."""
        result = super()._recount_calls()
        self._update_priority()
        return result

    @api.model
    def _update_promise_facts(self, accounts=None):
        """Promises move their debtors; the refresh of all does it for all."""
        result = super()._update_promise_facts(accounts)
        if accounts:
            accounts._update_priority()
        return result


class ArCollectionCall(models.Model):
    _name = "ar.collection.call"
    _inherit = "ar.collection.call"

    @api.model_create_multi
    def create(self, vals_list):
        """A call made now ends the snooze of its debtor: what was said counts from here on."""
        calls = super().create(vals_list)
        since = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        fresh = calls.filtered(lambda call: call.date >= since).collection_id
        # sudo: whoever may log a call may end the snooze with it
        fresh.sudo().filtered("snoozed_until").write(
            {"snoozed_until": False, "snooze_reason": False}
        )
        return calls
