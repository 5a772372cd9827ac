from datetime import timedelta

from odoo import Command, api, models

from . import plan
from .ar_collection_demo import at

#: The grace of the promises of the demo, as delivered.
GRACE = 2
#: Days of past payments that were promised before, and how many of them.
MONTH, PAST = 40, 16
#: Given with a bill: debtor -> number and bank.
BILLS = {"mueller": ("WE-2291", "Bank in Zürich")}


class ArCollectionDemo(models.AbstractModel):
    """A month of promises of every outcome: those of the table of holds, and past ones."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_holds(self, made):
        result = super()._make_holds(made)
        vals_list = self._prepare_open_promises(made) + self._prepare_past_promises(made)
        promises = self.env["ar.collection.promise"].create(vals_list)
        promises._judge(made.plan.today)
        for promise in promises:
            vals = {"date_from": promise.given_on, "note": promise.note}
            if promise.judged_on:
                promise.judged_on = promise.last_date + timedelta(days=1)
                vals["date_ended"] = promise.judged_on
            promise._holds().write(vals)
        made.promises = promises
        return result

    # === WHAT WAS PROMISED === #
    @api.model
    def _prepare_open_promises(self, made):
        """The promises of the table of holds, their rows together where they are one."""
        groups = {}
        for hold in made.plan.holds:
            if hold.reason == "promise":
                key = (hold.debtor, hold.since, hold.until, hold.by, hold.note)
                groups.setdefault(key, []).append(hold)
        vals_list = []
        for (debtor, since, until, user, note), holds in groups.items():
            lines = []
            for hold in holds:
                item = made.item(hold.item, hold.part)
                amount = float(hold.amount or 0) or item.amount_residual_currency
                lines.append((item, amount))
            vals = self._promise_vals(
                made, debtor, lines, since, until - timedelta(days=GRACE), user
            )
            if debtor in BILLS:
                number, bank = BILLS[debtor]
                vals.update(
                    method="bill",
                    instrument_number=number,
                    instrument_bank=bank,
                    instrument_place="Safe 1, folder 3",
                )
            vals_list.append({**vals, "note": note})
        return vals_list

    @api.model
    def _prepare_past_promises(self, made):
        """Promises before payments of the last weeks: most kept, some late, some in part."""
        collectors = {row["debtor"]: row["collector"] for row in plan.rows_of("collecting")}
        debtors = {partner: key for key, partner in made.partners.items()}
        since = made.day(MONTH)
        parts = self.env["account.partial.reconcile"].search(
            [
                ("credit_move_id.journal_id.type", "=", "bank"),
                ("credit_move_id.date", ">=", since - timedelta(days=MONTH)),
                ("debit_move_id.account_type", "=", "asset_receivable"),
                ("company_id", "child_of", made.company.id),
            ]
        )
        parts = parts.sorted(
            lambda part: (part.credit_move_id.date, part.debit_move_id.move_name, part.id)
        )
        in_part = parts.filtered(lambda part: part.debit_move_id.amount_residual > 0)
        in_full = (parts - in_part).filtered(lambda part: part.credit_move_id.date >= since)
        step = max(1, len(in_full) // PAST)
        vals_list = []
        for number, part in enumerate((*in_full[::step][:PAST], *in_part)):
            item, paid_on = part.debit_move_id, part.credit_move_id.date
            debtor = debtors.get(item.partner_id.commercial_partner_id)
            if not debtor:
                continue
            late = part not in in_part and number % 4 == 2
            date = paid_on - timedelta(days=4) if late else paid_on + timedelta(days=1)
            user = collectors.get(debtor) or "lena"
            lines = [(item, item.amount_currency)]
            vals = self._promise_vals(made, debtor, lines, date - timedelta(days=7), date, user)
            if number % 5 == 4:
                vals.update(
                    method="cheque",
                    instrument_number=f"{4711 + number * 37:07d}",
                    instrument_state="cleared",
                    deposited_on=date - timedelta(days=3),
                )
            vals_list.append({**vals, "baseline": 0})
        return vals_list

    @api.model
    def _promise_vals(self, made, debtor, lines, given, date, user):
        return {
            "collection_id": made.collections[debtor].id,
            "currency_id": lines[0][0].currency_id.id,
            "amount": sum(amount for _item, amount in lines),
            "date": date,
            "given_on": given,
            "grace_days": GRACE,
            "user_id": made.users.get(user, self.env.user).id,
            "line_ids": [
                Command.create({"line_id": item.id, "amount": amount}) for item, amount in lines
            ],
        }

    # === THE TIMELINE === #
    @api.model
    def _make_messages(self, made):
        """What the program said of promises, on the days on which it would have."""
        self.env["mail.message"].search(
            [
                ("model", "=", "ar.collection"),
                ("res_id", "in", [account.id for account in made.collections.values()]),
            ]
        ).unlink()
        for promise in made.promises:
            texts = [(promise.given_on, 10, promise._new_text())]
            if promise.judged_on:
                texts.append((promise.judged_on, 1, promise._state_text("open")))
            made.messages += [
                (
                    None,
                    {
                        "res_id": promise.collection_id.id,
                        "author_id": promise.user_id.partner_id.id,
                        "email_from": promise.user_id.partner_id.email_formatted,
                        "date": at(day, hour),
                        "body": text,
                        "message_type": "notification",
                    },
                )
                for day, hour, text in texts
            ]
        return super()._make_messages(made)
