from odoo import api, fields, models
from odoo.tools import SQL

#: Months of promises that count for the rate and the broken ones of a debtor.
MONTHS = 12
#: Context key of our form: the figures move in front of the person's eyes.
SHOW_KEY = "ar_collections_show_figures"


class ArCollectionPromise(models.Model):
    """What a promise does: it holds its items; broken, it gives the collector a next step; and
    the account knows how its debtor keeps his word."""

    _inherit = "ar.collection.promise"

    def _take_effect(self):
        result = super()._take_effect()
        self._place_holds()
        self._announce()
        self.env["ar.collection"]._update_promise_facts(self.collection_id)
        if self.env.context.get(SHOW_KEY):
            self._show_figures()
        return result

    # === HOLDS === #
    def _place_holds(self):
        """Hold what was promised of each item until the last day, as far as it is open."""
        vals_list = []
        for promise in self._holding():
            today = promise.company_id._ar_today()
            for line in promise.line_ids:
                residual = line.line_id.sudo().amount_residual_currency  # branch items
                amount = min(line.amount, residual)
                if promise.currency_id.compare_amounts(amount, 0) <= 0:
                    continue
                vals_list.append(
                    promise._prepare_hold(
                        line.line_id,
                        amount,
                        "promised",
                        "promise",
                        max(promise.last_date, today),
                        user_id=promise.user_id.id,
                    )
                )
        # sudo: a hold with a source is placed by its source only
        return self.env["ar.collection.hold"].sudo().create(vals_list)

    def _resume_holds(self):
        """The holds of re-opened promises are in force again; places what was never placed."""
        holds = self._holds()
        holds.filtered("date_ended").write({"date_ended": False})
        placed = set(holds.mapped("source_id"))
        self.filtered(lambda promise: promise.id not in placed)._place_holds()

    # === STATE === #
    def _on_state(self, state, before):
        super()._on_state(state, before)
        if not self:
            return
        if state == "open":
            self._resume_holds()
        else:
            self._end_holds()
        if state in ("broken", "partial"):
            self._plan_next_action()
        self._log_on_accounts(lambda promise: promise._state_text(before[promise.id]))
        self.env["ar.collection"]._update_promise_facts(self.collection_id)
        self.env["ar.collection.queue"]._add(self.collection_id.partner_id.ids)

    def _plan_next_action(self):
        """The collector's next step is today; an earlier one of the own stays."""
        for promise in self:
            # sudo: the machine judges promises of every collector
            promise.collection_id.sudo()._set_next_action(
                promise._next_action_text(), promise.company_id._ar_today()
            )

    def _next_action_text(self):
        values = {
            "amount": self.currency_id.format(self.amount),
            "date": self._date_text(self.date),
            "paid": self.currency_id.format(self.paid),
        }
        if self.state == "partial":
            return self.env._("Promise partly kept: %(paid)s of %(amount)s, by %(date)s", **values)
        return self.env._("Promise broken: %(amount)s by %(date)s", **values)

    # === TIMELINE === #
    def _announce(self):
        """One line in the timeline; a promise taken in a call is told by the call."""
        own = self.filtered(lambda promise: not promise._told_elsewhere())
        own._log_on_accounts(lambda promise: promise._new_text())

    def _told_elsewhere(self):
        """Whether another line of the timeline tells of the promise: that of its call."""
        return "call_id" in self._fields and bool(self.call_id)

    def _new_text(self):
        text = self.env._(
            "Promise noted: %(promise)s (%(items)s).",
            promise=self.display_name,
            items=", ".join(line.item_name or "" for line in self.line_ids),
        )
        return f"{text} {self.warning}" if self.warning else text

    def _state_text(self, before):
        """What happened to a promise that was in state ``before``, for the timeline."""
        values = {
            "promise": self.display_name,
            "paid": self.currency_id.format(self.paid),
            "needed": self.currency_id.format(self.needed),
            "day": self._date_text(self.paid_on),
        }
        if self.state == "kept" and before in ("broken", "partial"):
            return self.env._(
                "Promise kept after all: %(promise)s; money of %(day)s was matched with its items "
                "later.",
                **values,
            )
        if self.state == "kept":
            return self.env._("Promise kept: %(promise)s; %(paid)s paid by %(day)s.", **values)
        if self.state == "partial":
            return self.env._(
                "Promise partly kept: %(promise)s; %(paid)s of %(needed)s paid in time.", **values
            )
        if self.state == "broken" and before == "kept":
            return self.env._(
                "Promise broken: %(promise)s; the money that had kept it went back.", **values
            )
        if self.state == "broken":
            return self.env._("Promise broken: %(promise)s.", **values)
        if self.state == "open":
            return self.env._("Promise open again: %(promise)s.", **values)
        why = self.env._("nothing of it is left to pay") if self.cleared else self.cancel_reason
        if why:
            return self.env._("Promise cancelled: %(promise)s; %(why)s.", why=why, **values)
        return self.env._("Promise cancelled: %(promise)s.", **values)


class ArCollection(models.Model):
    _inherit = "ar.collection"

    @api.model
    def _refresh_steps(self):
        waiting = SQL(
            "SELECT FROM ar_collection_promise promise"
            " JOIN concerned ON concerned.id = promise.collection_id"
            " WHERE promise.state != 'cancelled' OR promise.cleared"
        )
        return {
            **super()._refresh_steps(),
            "_follow_reversals": SQL(
                "SELECT FROM (%s) reversed JOIN concerned ON concerned.id = reversed.collection_id",
                self.env["account.payment"]._ar_reversed_sql(),
            ),
            "_follow_promises": waiting,
        }

    def _follow_reversals(self):
        self.env["account.payment"]._ar_notice_reversals(self)

    def _follow_promises(self):
        self.env["ar.collection.promise"]._judge_accounts(self)

    @api.model
    def _update_promise_facts(self, accounts=None):
        """Broken promises, next date and kept rates of these debtors, or of all with promises.

        Rates and broken ones are those of the last 12 months.
        """
        if accounts is not None and not accounts:
            return
        self.env["ar.collection.promise"].flush_model()
        self.flush_model()
        names = SQL(
            "broken_promises, next_promise_date, judged_promises, kept_rate, kept_rate_amount"
        )
        self.env.cr.execute(
            SQL(
                """
                WITH facts AS (%(facts)s)
                UPDATE ar_collection account SET (%(names)s) = (%(news)s)
                  FROM facts
                 WHERE account.id = facts.collection_id AND (%(olds)s) IS DISTINCT FROM (%(news)s)
                """,
                facts=self._promise_facts_sql(accounts),
                names=names,
                news=SQL(
                    "facts.broken, facts.next_date, facts.judged,"
                    " round(100.0 * facts.kept / nullif(facts.judged, 0), 1),"
                    " round(100.0 * facts.amount_kept / nullif(facts.amount_judged, 0), 1)"
                ),
                olds=SQL(
                    "account.broken_promises, account.next_promise_date, account.judged_promises,"
                    " account.kept_rate, account.kept_rate_amount"
                ),
            )
        )
        self.invalidate_model(
            [
                "broken_promises",
                "next_promise_date",
                "judged_promises",
                "kept_rate",
                "kept_rate_amount",
            ]
        )

    @api.model
    def _promise_facts_sql(self, accounts):
        since = fields.Date.subtract(fields.Date.today(), months=MONTHS)
        judged = SQL("state IN ('kept', 'partial', 'broken') AND last_date >= %s", since)
        value = SQL("amount_company * needed / amount")
        return SQL(
            """
            SELECT collection_id,
                   count(*) FILTER (WHERE state = 'broken' AND last_date >= %(since)s) AS broken,
                   min(date) FILTER (WHERE state = 'open') AS next_date,
                   count(*) FILTER (WHERE %(judged)s) AS judged,
                   count(*) FILTER (WHERE state = 'kept' AND last_date >= %(since)s) AS kept,
                   sum(%(value)s) FILTER (WHERE %(judged)s) AS amount_judged,
                   sum(%(value)s) FILTER (WHERE state = 'kept' AND last_date >= %(since)s)
                       AS amount_kept
              FROM ar_collection_promise
             WHERE %(restrict)s
             GROUP BY collection_id
            """,
            since=since,
            judged=judged,
            value=value,
            restrict=SQL("TRUE")
            if accounts is None
            else SQL("collection_id = ANY(%s)", accounts.ids),
        )
