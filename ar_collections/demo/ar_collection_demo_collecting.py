from datetime import datetime, timedelta

from markupsafe import Markup

from odoo import api, fields, models

from . import plan


class ArCollectionDemo(models.AbstractModel):
    """What people did: collectors, stages, next actions, notes."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_collecting(self, made):
        stages = self.env["ar.collection.stage"]._by_kind()
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
                account.date_last_stage_update = _noon(made.day(row["stage_days"]))
        self._make_notes(made)
        self._make_activities(made)

    @api.model
    def _make_notes(self, made):
        """Notes on the accounts, dated in the past."""
        authors = {login: user.partner_id for login, user in made.users.items()}
        authors["fiona"] = made.contacts["brennan", "ar_collections"]
        self.env["mail.message"].create(
            [
                {
                    "model": "ar.collection",
                    "res_id": made.collections[row["debtor"]].id,
                    "message_type": "email" if row["author"] == "fiona" else "comment",
                    "subtype_id": self.env.ref("mail.mt_note").id,
                    "author_id": authors[row["author"]].id,
                    "email_from": authors[row["author"]].email_formatted,
                    "date": _noon(made.day(row["days"])),
                    "body": Markup("<p>%s</p>") % row["text"],
                }
                for row in sorted(plan.rows_of("notes"), key=lambda row: -int(row["days"]))
            ]
        )

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


def _noon(day):
    return fields.Datetime.to_string(datetime.combine(day, datetime.min.time()).replace(hour=10))
