from datetime import timedelta

from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL

from . import plan
from .ar_collection_demo import at

#: Days before the last contact on which a debtor was called.
BEFORE = (0, 6, 13, 21, 28)
#: What came of the calls, in turn, and what was noted.
RESULTS = (
    ("no_answer", ""),
    ("voicemail", "Asked for a call back."),
    ("refuses", "Wants to see the proof of delivery first."),
    ("copy", "The invoice never reached accounts payable."),
    ("callback", "In a meeting; asked to be called in the afternoon."),
    ("busy", ""),
    ("paid", "Says the transfer left last Friday."),
    ("wrong_contact", "Moved to another department."),
    ("cannot_pay", "Waits for a large customer of their own."),
    ("dispute", "Two positions were short."),
    ("wrong_number", ""),
    ("insolvent", "An administrator is said to be appointed; to be checked."),
    ("no_answer", ""),
)
REASONS = ("approval", "invoice", "process", "waits", "cash")


#: Days of each collector whose end was confirmed.
DAYS = 5


class ArCollectionDemo(models.AbstractModel):
    """A month of calls of every result by two collectors, some reviewed by the team lead."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_calls(self, made):
        rows = [row for row in plan.rows_of("collecting") if row["collector"]]
        vals_list = [
            self._prepare_call(made, row, number, step)
            for number, row in enumerate(rows)
            for step in range(len(BEFORE) if number % 3 else 3)
        ]
        vals_list += self._prepare_promise_calls(made)
        calls = self.env["ar.collection.call"].sudo()  # the past is written for others
        calls = calls.with_context(ar_collections_history=True).create(vals_list)
        self._link_promises(made, calls)
        self._date_back_calls(calls)
        self._make_call_messages(made, calls)
        self._make_reviews(made, calls)
        self._make_days(made, calls)

    @api.model
    def _prepare_call(self, made, row, number, step):
        account = made.collections[row["debtor"]]
        result, note = RESULTS[(number * len(BEFORE) + step) % len(RESULTS)]
        if result == "insolvent" and number > len(RESULTS):
            result, note = "no_answer", ""
        if step == 0 and (result == "callback" or row["debtor"] == "brennan"):
            # one call-back waits today, of the others something else came last
            waits = row["debtor"] == "brennan"
            result, note = ("callback", "Asked for a call.") if waits else ("voicemail", note)
        day = self._workday(made.day(int(row["contact"] or 3) + BEFORE[step]))
        answered = result not in ("no_answer", "voicemail", "busy", "wrong_number")
        hour = 8 + (number + step) % 8
        vals = {
            "collection_id": account.id,
            "user_id": made.users[row["collector"]].id,
            "result_id": self.env.ref(f"ar_collections.call_result_{result}").id,
            "number": account.phone,
            "date": at(day, hour) + timedelta(minutes=(number * 7) % 50),
            "duration": (number * 37 + step * 61) % 400 + 40 if answered else 20,
            "note": note,
        }
        if result == "cannot_pay" or (answered and number % 2):
            reason = REASONS[number % len(REASONS)]
            vals["nonpayment_reason_id"] = self.env.ref(
                f"ar_collections.nonpayment_reason_{reason}"
            ).id
        if result in ("copy", "paid", "dispute"):
            vals["line_ids"] = [Command.set(account.item_ids[:2].ids)]
        if result == "callback":
            vals["callback_at"] = at(made.day(0) if step == 0 else day, 16)
        return vals

    @api.model
    def _workday(self, day):
        return day - timedelta(days=max(0, day.weekday() - 4))

    @api.model
    def _prepare_promise_calls(self, made):
        """The calls on which the promises were given."""
        result = self.env.ref("ar_collections.call_result_promise")
        return [
            {
                "collection_id": promise.collection_id.id,
                "user_id": promise.user_id.id,
                "result_id": result.id,
                "number": promise.collection_id.phone,
                "date": at(promise.given_on, 10),
                "duration": 180,
                "note": promise.note or "Will pay as promised.",
            }
            for promise in self._promises_of(made)
        ]

    @api.model
    def _promises_of(self, made):
        return made.promises or self.env["ar.collection.promise"]

    @api.model
    def _link_promises(self, made, calls):
        given = {
            (call.collection_id, call.date.date()): call
            for call in calls
            if call.result_id.asks == "promise"
        }
        for promise in self._promises_of(made):
            promise.call_id = given.get((promise.collection_id, promise.given_on))

    @api.model
    def _date_back_calls(self, calls):
        """They were logged when they were made. In SQL: nobody may write when."""
        calls.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE ar_collection_call SET create_date = date, create_uid = user_id"
                " WHERE id IN %s",
                tuple(calls.ids),
            )
        )
        calls.invalidate_model(["create_date", "create_uid"])

    @api.model
    def _make_call_messages(self, made, calls):
        """The line of each call, in the timeline at its time."""
        for call in calls:
            body = self.env["ir.qweb"]._render(
                "ar_collections.ar_collection_call_line",
                {"call": call, "lines": []},
                minimal_qcontext=True,
            )
            author = call.user_id.partner_id
            vals = {
                "res_id": call.collection_id.id,
                "author_id": author.id,
                "email_from": author.email_formatted,
                "date": call.date,
                "body": body,
            }
            made.messages.append((None, vals))

    @api.model
    def _make_reviews(self, made, calls):
        """The team lead has listened to some."""
        by_user = calls.filtered("is_contact").grouped("user_id")
        spoken = calls.browse().concat(*(found[:3] for found in by_user.values()))
        reviews = self.env["ar.collection.review"].sudo()  # in the name of the lead
        reviews = reviews.create(
            [{"call_id": call.id, "reviewer_id": made.users["nele"].id} for call in spoken]
        )
        for number, review in enumerate(reviews[:4]):
            for place, line in enumerate(review.line_ids):
                line.score = "1" if (place + number) % 4 == 0 else "2"
            review.write({"remark": "Clear and friendly.", "state": "done"})

    @api.model
    def _make_days(self, made, calls):
        """The ends of the last days with calls, confirmed; the lead has seen all but the last."""
        lead = made.users["nele"]
        vals_list = []
        for user, of_user in calls.grouped("user_id").items():
            by_day = of_user.filtered(lambda call: call.date.date() < made.plan.today).grouped(
                lambda call: call.date.date()
            )
            for back, day in enumerate(sorted(by_day, reverse=True)[:DAYS]):
                vals_list.append(
                    {
                        "user_id": user.id,
                        "company_id": made.company.id,
                        "date": day,
                        "calls": len(by_day[day]),
                        "no_action": len(by_day[day].filtered(lambda c: not c.next_action_date)),
                        "unanswered": back % 3 == 1,
                        "untouched": back % 4,
                        "note": "The branch was closed in the afternoon." if back == 2 else False,
                        "confirmed_at": at(day, 17),
                        **({"seen_by": lead.id, "seen_at": at(day, 18)} if back else {}),
                    }
                )
        self.env["ar.collection.day"].sudo().create(vals_list)  # in the name of others
