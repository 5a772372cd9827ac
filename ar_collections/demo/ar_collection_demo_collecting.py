from datetime import timedelta

from markupsafe import Markup

from odoo import api, models
from odoo.tools import SQL

from . import plan
from .ar_collection_demo import at

#: Days in their stage of those of whom the table does not say it.
STAGE_DAYS = 40


class ArCollectionDemo(models.AbstractModel):
    """What people did: collectors, stages, next actions, notes."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_collecting(self, made):
        stages = self.env["ar.collection.stage"]._by_kind()
        everyone = self.env["ar.collection"].concat(*made.collections.values())
        everyone.date_last_stage_update = at(made.day(STAGE_DAYS), 10)
        for row in plan.rows_of("collecting"):
            account = made.collections[row["debtor"]]
            vals = {"note": row["note"], "next_action": row["action"]}
            if row["collector"]:
                vals["user_id"] = made.users[row["collector"]].id
            if row["action"]:
                vals["next_action_date"] = made.plan.today + timedelta(days=int(row["action_in"]))
            if row["stage"]:
                vals["stage_id"] = stages[row["stage"]].id
            if row["contact"]:
                vals["last_contact_date"] = made.day(row["contact"])
            account.write(vals)
            if row["stage_days"]:
                account.date_last_stage_update = at(made.day(row["stage_days"]), 10)
        self._make_calls(made)
        self._date_back(made)
        self._make_messages(made)
        self._make_activities(made)

    @api.model
    def _date_back(self, made):
        """The accounts appeared when their debtors came into their stages, not just now.

        In SQL: nobody may write when a record was made.
        """
        self.env["ar.collection"].flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE ar_collection SET create_date = date_last_stage_update WHERE company_id = %s",
                made.company.id,
            )
        )
        self.env["ar.collection"].invalidate_model(["create_date", "duration_tracking"])

    @api.model
    def _prepare_notes(self, made):
        """What people noted on the accounts, as values of messages."""
        authors = {login: user.partner_id for login, user in made.users.items()}
        authors["fiona"] = made.contacts["brennan", "ar_collections"]
        return [
            {
                "res_id": made.collections[row["debtor"]].id,
                "author_id": authors[row["author"]].id,
                "email_from": authors[row["author"]].email_formatted,
                "date": at(made.day(row["days"]), 10),
                "body": Markup("<p>%s</p>") % row["text"],
            }
            for row in plan.rows_of("notes")
        ]

    @api.model
    def _make_messages(self, made):
        """Notes and notices in the order of their dates, in which the accounts show them."""
        rows = made.messages + [(None, vals) for vals in self._prepare_notes(made)]
        rows.sort(key=lambda row: row[1]["date"])
        note = self.env.ref("mail.mt_note")
        messages = self.env["mail.message"].create(
            [
                {
                    "model": "ar.collection",
                    "message_type": "comment",
                    "subtype_id": note.id,
                    **vals,
                }
                for _notice, vals in rows
            ]
        )
        for (notice, _vals), message in zip(rows, messages, strict=True):
            if notice:
                notice.mail_message_id = message

    @api.model
    def _make_activities(self, made):
        """What people were asked to do, without a mail to them."""
        todo = self.env.ref("mail.mail_activity_data_todo")
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("ar.collection"),
                    "res_id": made.collections[row["debtor"]].id,
                    "activity_type_id": todo.id,
                    "summary": row["text"],
                    "date_deadline": made.day(-int(row["in_days"])),
                    "user_id": made.users[row["user"]].id,
                }
                for row in plan.rows_of("activities")
            ]
        )
