from odoo import api, fields, models

ACTIVITY = "ar_collections.mail_activity_type_ar_collection_approval"


class ArCollectionApproval(models.Model):
    """Ask the approver by an activity: one per request, for notices one for all of them."""

    _inherit = "ar.collection.approval"

    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        waiting = requests.filtered(lambda request: request.state == "waiting")
        for (company, asker, kind), group in waiting.grouped(
            lambda request: (request.company_id, request.user_id, request.kind)
        ).items():
            if approver := self._approver(company, asker, kind):
                group._ask(approver)
        return requests

    @api.model
    def _approver(self, company, asker, kind=None):
        """Who is asked: the one of the settings, else the first manager who did not ask."""
        managers = self._managers(company)
        managers = self._able(managers, kind) or managers
        others = (managers - asker) or managers
        chosen = company.sudo().ar_approver_id  # a setting
        return chosen if chosen in others else others.sorted("id")[:1]

    @api.model
    def _activity_type(self):
        """The type of our activities; empty when somebody has deleted it."""
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        return kind or self.env["mail.activity.type"]

    def _ask(self, approver):
        notices = self.filtered(lambda request: request.kind == "notice")
        if notices:
            notices.activity_id = notices._activity_for_notices(approver)
        for request in self - notices:
            # sudo: who asks may not see the activities of others
            account = request.collection_id.sudo().with_context(mail_activity_quick_update=True)
            request.activity_id = account.activity_schedule(
                ACTIVITY,
                summary=self.env._("To approve: %(what)s", what=request.name),
                note=request.reason,
                user_id=approver.id,
            )

    def _activity_for_notices(self, approver):
        """The activity, without a debtor, that asks for however many notices wait."""
        company = self.company_id
        asked = self.search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "notice"),
                ("state", "=", "waiting"),
                ("activity_id.active", "=", True),
                ("activity_id.user_id", "=", approver.id),
            ],
            limit=1,
        )
        if asked:
            return asked.activity_id
        # sudo: the activity belongs to the approver
        activities = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        return activities.create(
            {
                "activity_type_id": self._activity_type().id,
                "summary": self.env._("Notices of %(company)s to approve", company=company.name),
                "note": self.env._("You find them under Collections, To approve."),
                "user_id": approver.id,
            }
        )

    def _end_activities(self):
        """What is answered is asked no more."""
        # sudo: the activity may be somebody else's
        activities = self.sudo().activity_id
        if not activities:
            return
        waiting = self.sudo().search(  # and may ask for requests the user does not see
            [("activity_id", "in", activities.ids), ("state", "=", "waiting")]
        )
        (activities - waiting.activity_id).unlink()
