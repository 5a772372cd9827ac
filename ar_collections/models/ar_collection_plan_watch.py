from odoo import fields, models

#: States of instalments that the collector asks for.
ASKED_FOR = ("due", "late", "missed")


class ArCollectionPlan(models.Model):
    """The days of the instalments rule the collector's work: what is due becomes the next action,
    what was paid takes it away; a default gives a task and is told to the collector."""

    _inherit = "ar.collection.plan"

    # === NEXT ACTION === #
    def _on_judged(self):
        result = super()._on_judged()
        self._steps()
        self.env["ar.collection"]._update_plan_facts(self.collection_id)
        return result

    def _on_state(self, state, before):
        if state in ("completed", "cancelled"):
            for plan in self:
                plan._take_step_back()
        result = super()._on_state(state, before)
        if state == "defaulted":
            self._on_default()
        elif state == "draft":
            for plan in self.filtered(lambda plan: before[plan.id] == "to_approve"):
                plan._step(self.env._("%(plan)s: not approved, change it", plan=plan.name))
        if self.filtered("lapsed") and state == "cancelled":
            for plan in self.filtered("lapsed"):
                plan._step(self.env._("%(plan)s was not accepted in time", plan=plan.display_name))
        return result

    def _steps(self):
        """Due instalments of active plans become the next action of their debtors."""
        for plan in self.filtered(lambda plan: plan.state == "active"):
            line = plan.line_ids.filtered(lambda line: line.state in ASKED_FOR).sorted("date")[:1]
            if line:
                plan._step(plan._step_text(line))
            else:
                plan._take_step_back()

    def _step_text(self, line):
        return self.env._(
            "%(plan)s: %(open)s due on %(date)s (%(number)s of %(count)s)",
            plan=self.name,
            open=self.currency_id.format(line.open_total),
            date=self._date_text(line.date),
            number=line.sequence,
            count=len(self.line_ids),
        )

    def _step(self, text):
        """The collector's next step is today; it replaces an earlier one of this plan."""
        self.ensure_one()
        # sudo: the machine watches plans of every collector
        account = self.collection_id.sudo()
        if account.next_action == text:
            return
        today = self.company_id._ar_today()
        if self._is_own_step(account):
            account.with_context(tracking_disable=True).write(
                {"next_action": text, "next_action_date": today}
            )
        else:
            account._set_next_action(text, today)

    def _take_step_back(self):
        """What this plan asked for is settled."""
        account = self.collection_id.sudo()  # as above
        if self._is_own_step(account):
            account.with_context(tracking_disable=True).write(
                {"next_action": False, "next_action_date": False}
            )

    def _is_own_step(self, account):
        return bool(self.name and self.name in (account.next_action or ""))

    # === DEFAULT === #
    def _on_default(self):
        """The collector calls; the items climb again from the level they had."""
        for plan in self:
            text = self.env._(
                "%(plan)s defaulted: %(open)s open",
                plan=plan.name,
                open=plan.currency_id.format(plan.open_total),
            )
            plan._step(text)
            # sudo: as above
            account = plan.collection_id.sudo().with_context(mail_activity_quick_update=True)
            account.activity_schedule(
                "mail.mail_activity_data_call",
                summary=text,
                user_id=(account.user_id or plan.user_id).id,
            )


class ArCollectionPlanLine(models.Model):
    _inherit = "ar.collection.plan.line"

    reminded_on = fields.Date(readonly=True, copy=False)
    missed_mail_on = fields.Date(string="Missed: written on", readonly=True, copy=False)
