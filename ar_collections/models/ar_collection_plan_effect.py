from odoo import models


class ArCollectionPlan(models.Model):
    """What a plan does: its items are held, and nobody else's; the timeline tells of it."""

    _inherit = "ar.collection.plan"

    # === STATE === #
    def _on_state(self, state, before):
        result = super()._on_state(state, before)
        if not self:
            return result
        handler = {
            "draft": self._on_draft,
            "to_approve": self._on_to_approve,
            "offered": self._on_offered,
            "active": self._on_active,
        }.get(state, self._on_over)
        handler(before)
        self._log_on_accounts(lambda plan: plan._state_text(before[plan.id]))
        if state == "active":
            self.sudo()._judge_now()  # sudo: money may have come since the offer
        self.env["ar.collection"]._update_plan_facts(self.collection_id)
        self.env["ar.collection.queue"]._add(self.collection_id.partner_id.ids)
        return result

    def _on_draft(self, before):
        self._end_holds()
        self._free_items()
        # sudo: noted by transitions only
        self.sudo().write({"baseline": 0, "offered_on": False})

    def _on_to_approve(self, before):
        self._take_items()

    def _on_offered(self, before):
        self._take_items()
        self._note_start()
        for plan in self:
            if plan.collection_id.policy_id.plan_hold_offer:
                plan._place_holds(plan.offered_until)

    def _on_active(self, before):
        """Begun, or taken up again."""
        begun = self.filtered(lambda plan: before[plan.id] in ("draft", "offered"))
        begun._replace_earlier()
        begun.filtered(lambda plan: before[plan.id] == "draft")._note_start()
        self._take_items()
        begun._end_holds()
        begun._place_holds()
        (self - begun)._resume_holds()
        begun._redate()

    def _redate(self):
        """Hook: extensions that change due dates in the ledger do so."""

    def _on_over(self, before):
        self._end_holds()
        self._free_items()

    def _replace_earlier(self):
        """A new version begins: the one before ends."""
        for plan in self.filtered("previous_id"):
            # sudo: states are written by transitions only
            plan.sudo().previous_id.filtered(lambda old: old.state == "active")._set_state(
                "cancelled", cancel_reason=self.env._("Replaced by %(plan)s", plan=plan.name)
            )

    # === ITEMS === #
    def _take_items(self):
        """No other plan may cover these items. A new version takes them when it begins: until
        then those of the version before count."""
        taking = self.filtered(lambda plan: plan.state == "active" or not plan.previous_id)
        # sudo: marked by transitions only
        taking.sudo().item_ids.live = True
        self.env.flush_all()  # what another has taken meanwhile is refused here

    def _free_items(self):
        self.sudo().item_ids.filtered("live").live = False  # sudo: as above

    def _note_start(self):
        """From now on money on the items is of the plan."""
        baseline = self.env["ar.collection.hold"]._last_allocation()
        for plan in self.sudo():  # sudo: noted by transitions only
            plan.baseline = baseline
            for item in plan.item_ids:
                item.open_then = item.line_id.amount_residual_currency

    # === HOLDS === #
    def _place_holds(self, until=None):
        """Hold what the plans cover, as far as it is open; without an end they end with it."""
        vals_list = []
        for plan in self:
            today, came = plan.company_id._ar_today(), plan._money_since_offer()
            for item in plan.item_ids:
                residual = item.line_id.sudo().amount_residual_currency  # branch items
                amount = min(item.amount - came.get(item.line_id.id, 0), residual)
                if plan.currency_id.compare_amounts(amount, 0) <= 0:
                    continue
                vals_list.append(
                    plan._prepare_hold(
                        item.line_id,
                        amount,
                        "planned",
                        "plan",
                        until and max(until, today),
                        user_id=plan.user_id.id,
                    )
                )
        # sudo: a hold with a source is placed by its source only
        return self.env["ar.collection.hold"].sudo().create(vals_list)

    def _resume_holds(self):
        """Holds of plans taken up again: placed anew, for what is open now."""
        self._place_holds()

    # === TIMELINE === #
    def _state_text(self, before):
        """What happened to a plan that was in state ``before``, for the timeline."""
        values = {
            "plan": self.display_name,
            "amount": self.currency_id.format(self.total),
            "paid": self.currency_id.format(self.paid),
            "until": self._date_text(self.offered_until),
            "number": len(self.line_ids),
            "why": self.cancel_reason or "",
        }
        if self.state == "cancelled":
            return self._over_text(values)
        if self.state == "active" and before in ("completed", "defaulted"):
            return {
                "completed": self.env._(
                    "%(plan)s runs again: money that had paid it went back.", **values
                ),
                "defaulted": self.env._(
                    "%(plan)s runs again: money that was paid in time was matched later.", **values
                ),
            }[before]
        return {
            "draft": self.env._("%(plan)s was taken back to be changed.", **values),
            "to_approve": self.env._("%(plan)s over %(amount)s waits for approval.", **values),
            "offered": self.env._(
                "%(plan)s offered: %(amount)s in %(number)s instalments, until %(until)s.", **values
            ),
            "active": self.env._(
                "%(plan)s accepted: %(amount)s in %(number)s instalments.", **values
            ),
            "completed": self.env._("%(plan)s completed: %(paid)s paid.", **values),
            "defaulted": self.env._(
                "%(plan)s defaulted: %(paid)s of %(amount)s paid. Its items are chased again from "
                "the level they had.",
                **values,
            ),
        }[self.state]

    def _over_text(self, values):
        if self.lapsed:
            return self.env._(
                "%(plan)s lapsed: it was not accepted until %(until)s.",
                plan=values["plan"],
                until=values["until"],
            )
        if self.cleared:
            return self.env._(
                "%(plan)s ended: nothing of its items is left to pay.", plan=values["plan"]
            )
        if self.cancel_reason:
            return self.env._(
                "%(plan)s cancelled: %(why)s.", plan=values["plan"], why=values["why"]
            )
        return self.env._("%(plan)s cancelled.", plan=values["plan"])
