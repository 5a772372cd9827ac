from odoo import api, fields, models
from odoo.tools import format_date, formatLang


class ArCollectionPlan(models.Model):
    """What the builder shows beside the terms: the chart, the sentence, what is left."""

    _inherit = "ar.collection.plan"

    schedule_chart = fields.Json(
        compute="_compute_schedule_chart", help="What is to be paid when: labels and series."
    )
    summary = fields.Char(
        compute="_compute_summary", help="The schedule in one sentence, to be said on the phone."
    )
    progress = fields.Float(
        string="Paid (%)",
        compute="_compute_progress",
        digits=(5, 1),
        help="Paid and credited, of what is to be paid for the items.",
    )
    state_tone = fields.Char(compute="_compute_state_tone")

    @api.depends("line_ids.date", "line_ids.amount", "line_ids.interest", "line_ids.fee")
    def _compute_schedule_chart(self):
        names = {
            "amount": self.env._("Items"),
            "interest": self.env._("Interest"),
            "fee": self.env._("Fee"),
        }
        for plan in self:
            lines = plan.line_ids.filtered("date").sorted("date")
            plan.schedule_chart = {
                "labels": [format_date(self.env, line.date) for line in lines],
                "series": [
                    {"name": name, "values": lines.mapped(field)}
                    for field, name in names.items()
                    if field == "amount" or any(lines.mapped(field))
                ],
            }

    @api.depends(
        "kind", "line_ids.date", "line_ids.amount", "line_ids.interest", "line_ids.fee", "item_ids"
    )
    def _compute_summary(self):
        for plan in self:
            plan.summary = plan._summary_text() if plan.line_ids and plan.currency_id else False

    def _summary_text(self):
        """What the collector says: "200.00 on 1 Dec, then 5 times 150.00 until 1 May."."""
        lines = self.line_ids.filtered("date").sorted("date")
        if not lines:
            return False
        first, rest = lines[0], lines[1:]
        values = {
            "amount": self._money_text(first.total),
            "date": format_date(self.env, first.date),
        }
        if not rest:
            if self.kind == "settlement":
                return self.env._(
                    "%(amount)s until %(date)s settles %(whole)s; %(rest)s is given up then.",
                    whole=self._money_text(self.amount_items),
                    rest=self._money_text(self.given_up),
                    **values,
                )
            return self.env._("%(amount)s on %(date)s.", **values)
        texts = [self._money_text(line.total) for line in rest]
        values |= {
            "count": len(rest),
            "each": texts[0],
            "final": texts[-1],
            "last": format_date(self.env, rest[-1].date),
        }
        if len(rest) == 1:
            return self.env._("%(amount)s on %(date)s, then %(each)s on %(last)s.", **values)
        if len(set(texts)) == 1:
            return self.env._(
                "%(amount)s on %(date)s, then %(count)s times %(each)s, the last on %(last)s.",
                **values,
            )
        # the cents that do not divide are on the last one: the sentence adds up
        if len(rest) == 2:
            return self.env._(
                "%(amount)s on %(date)s, then %(each)s on %(next)s and %(final)s on %(last)s.",
                next=format_date(self.env, rest[0].date),
                **values,
            )
        if len(set(texts[:-1])) == 1:
            return self.env._(
                "%(amount)s on %(date)s, then %(between)s times %(each)s and %(final)s on %(last)s.",
                between=len(rest) - 1,
                **values,
            )
        return self.env._(
            "%(amount)s on %(date)s, then %(count)s payments, the last of %(final)s on %(last)s.",
            **values,
        )

    def _money_text(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    @api.depends("amount", "paid", "reduced", "state")
    def _compute_progress(self):
        for plan in self:
            done = plan.amount - plan.open_amount
            plan.progress = 100 * done / plan.amount if plan.amount else 0

    @api.depends("state")
    def _compute_state_tone(self):
        tones = {
            "to_approve": "warning",
            "offered": "info",
            "active": "promised",
            "completed": "good",
            "defaulted": "danger",
        }
        for plan in self:
            plan.state_tone = tones.get(plan.state, "calm")

    # === ACTIONS === #
    def action_accepted(self):
        """Say how the debtor agreed: on the phone, or by a signed paper."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("The debtor agreed"),
            "res_model": "ar.collection.plan.accept",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_plan_id": self.id,
                "default_signed_name": self._agreement_contact().name,
            },
        }
