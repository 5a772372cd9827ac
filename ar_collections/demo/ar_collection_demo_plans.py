from datetime import timedelta

from odoo import Command, api, models

from .ar_collection_demo import QUIET, at
from .plan import rows_of

#: No mails and no documents while the demo is made.
SILENT = {**QUIET, "ar_collections_plan_silent": True}
#: Plans that run: debtor -> items, days ago accepted, days to the first part, parts.
RUNNING = {
    "hellas": (("he1", "he2"), 61, 5, 5),
    "orourke": (("or1",), 3, 2, 4),
}
#: Plans over items that are not due yet, so that no figure of the pictures moves.
EARLY = (
    # debtor, item, kind, state, number of parts, note
    ("meridian", "m6", "instalments", "offered", 3, "Mr Keller asked for three parts."),
    ("brennan", "b5", "extension", "to_approve", 1, "Wants to pay after the harvest."),
)
#: What may be offered next: debtor, item, kind, what they pay of it in percent.
DRAFTS = (("papadakis", "p3", "settlement", 85),)
#: Plans of long ago on invoices that are paid: state and part of the payments to take.
PAST = ("completed", "defaulted", "cancelled")


class ArCollectionDemo(models.AbstractModel):
    """Plans in every state: two that run, of the table of holds, offers, drafts, past ones."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_holds(self, made):
        result = super()._make_holds(made)
        demo = self.with_context(**SILENT)
        plans = demo._make_running_plans(made)
        plans |= demo._make_early_plans(made)
        plans |= demo._make_past_plans(made)
        made.plans = plans.with_env(self.env)
        return result

    @api.model
    def _create_plan(self, made, debtor, items, parts, **vals):
        """A draft. :param items: list of (item, amount); :param parts: list of (day, amount)."""
        account = made.collections[debtor]
        return (
            self.env["ar.collection.plan"]
            .sudo()  # states and days of the past are the program's
            .create(
                {
                    "collection_id": account.id,
                    "currency_id": items[0][0].currency_id.id,
                    "method": "custom",
                    "user_id": self._collector(made, debtor).id,
                    "item_ids": [
                        Command.create({"line_id": item.id, "amount": amount})
                        for item, amount in items
                    ],
                    "line_ids": [
                        Command.create({"sequence": number, "date": day, "amount": amount})
                        for number, (day, amount) in enumerate(parts, 1)
                    ],
                    **vals,
                }
            )
        )

    @api.model
    def _collector(self, made, debtor):
        """Who works the debtor, who is given to him later; else the team lead."""
        logins = {row["debtor"]: row["collector"] for row in rows_of("collecting")}
        return made.users[logins.get(debtor) or "nele"]

    @api.model
    def _equal_parts(self, items, first, number):
        """The sum of the items in monthly parts; the last one takes the rounding."""
        currency = items[0][0].currency_id
        total = sum(amount for _item, amount in items)
        each = currency.round(total / number)
        amounts = [each] * (number - 1)
        amounts.append(currency.round(total - sum(amounts)))
        return [(first + timedelta(days=30 * index), part) for index, part in enumerate(amounts)]

    # === THOSE THAT RUN === #
    @api.model
    def _make_running_plans(self, made):
        plans = self.env["ar.collection.plan"]
        for debtor, (keys, ago, first_in, number) in RUNNING.items():
            items = [(made.item(key), made.item(key).amount_residual_currency) for key in keys]
            first = made.plan.today + timedelta(days=first_in)
            parts = self._equal_parts(items, first, number)
            plan = self._create_plan(made, debtor, items, parts)
            plan._set_state(
                "active",
                offered_on=made.day(ago + 4),
                accepted_on=made.day(ago),
                accepted_how="paper" if ago > 30 else "phone",
                accepted_by_id=plan.user_id.id,
            )
            plan._holds().write({"date_from": made.day(ago)})
            plans |= plan
        return plans

    # === OFFERS AND DRAFTS === #
    @api.model
    def _make_early_plans(self, made):
        plans = self.env["ar.collection.plan"]
        today = made.plan.today
        for debtor, key, kind, state, number, note in EARLY:
            item = made.item(key)
            items = [(item, item.amount_residual_currency)]
            parts = self._equal_parts(items, today + timedelta(days=21), number)
            plan = self._create_plan(made, debtor, items, parts, kind=kind, note=note)
            if state == "to_approve":
                plan._ask_approval(note, plan.user_id)
                plan._set_state("to_approve")
            else:
                plan._set_state(
                    state, offered_on=made.day(2), offered_until=today + timedelta(days=12)
                )
            plans |= plan
        for debtor, key, kind, percent in DRAFTS:
            item = made.item(key)
            whole = item.amount_residual_currency
            amount = item.currency_id.round(whole * percent / 100)
            plans |= self._create_plan(
                made,
                debtor,
                [(item, whole)],
                [(today + timedelta(days=14), amount)],
                kind=kind,
                settlement_amount=amount,
                note="Could pay most of it this month, if the rest is given up.",
            )
        return plans

    # === PAST ONES === #
    @api.model
    def _make_past_plans(self, made):
        """On invoices paid more than a year ago: kept, not kept, not accepted."""
        debtors = {partner: key for key, partner in made.partners.items()}
        parts = self.env["account.partial.reconcile"].search(
            [
                ("credit_move_id.journal_id.type", "=", "bank"),
                ("credit_move_id.date", "<=", made.day(430)),
                ("debit_move_id.account_type", "=", "asset_receivable"),
                ("company_id", "child_of", made.company.id),
            ]
        )
        parts = parts.filtered(
            lambda part: debtors.get(part.debit_move_id.partner_id.commercial_partner_id)
        ).sorted(lambda part: (part.credit_move_id.date, part.debit_move_id.move_name, part.id))
        plans = self.env["ar.collection.plan"]
        for part, state in zip(parts[:: max(1, len(parts) // 3)], PAST, strict=False):
            plans |= self._make_past_plan(made, debtors, part, state)
        return plans

    @api.model
    def _make_past_plan(self, made, debtors, part, state):
        item, paid_on = part.debit_move_id, part.credit_move_id.date
        # a payment that came too late for the plan that defaulted
        first = paid_on - timedelta(days=60 if state == "defaulted" else 31)
        items = [(item, item.amount_currency)]
        rows = self._equal_parts(items, first, 2)
        debtor = debtors[item.partner_id.commercial_partner_id]
        plan = self._create_plan(made, debtor, items, rows)
        vals = {"offered_on": first - timedelta(days=20), "judged_on": paid_on, "state": state}
        if state == "cancelled":
            vals |= {"lapsed": True, "offered_until": first - timedelta(days=6)}
        else:
            vals |= {"accepted_on": first - timedelta(days=15), "accepted_how": "phone"}
        if state == "completed":
            vals |= {"completed_on": paid_on, "paid": plan.amount}
            for line in plan.line_ids:
                line.write({"state": "paid", "paid": line.amount, "paid_on": line.date})
        if state == "defaulted":
            vals |= {"defaulted_on": first + timedelta(days=4), "missed": 1}
            plan.line_ids[:1].state = "missed"
            plan.line_ids[1:].state = "upcoming"
        plan.write(vals)
        return plan

    # === THE TIMELINE === #
    @api.model
    def _make_messages(self, made):
        """What was said of the plans that run, on the days on which it would have been."""
        for plan in made.plans.filtered(lambda plan: plan.state == "active"):
            author = plan.user_id.partner_id
            made.messages.append(
                (
                    None,
                    {
                        "res_id": plan.collection_id.id,
                        "author_id": author.id,
                        "email_from": author.email_formatted,
                        "date": at(plan.accepted_on, 11),
                        "body": plan._state_text("offered"),
                        "message_type": "notification",
                    },
                )
            )
        return super()._make_messages(made)
