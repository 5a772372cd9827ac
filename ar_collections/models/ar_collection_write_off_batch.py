from odoo import models

KEY = "ar_collections_balance_batch"


class ArCollectionApproval(models.Model):
    """The requests of one batch are asked for by one activity."""

    _inherit = "ar.collection.approval"

    def _ask(self, approver):
        batch = self.env["ar.collection.balance.batch"].browse(self.env.context.get(KEY))
        if not batch:
            return super()._ask(approver)
        self.activity_id = self._activity_for_batch(batch, approver)
        return None

    def _activity_for_batch(self, batch, approver):
        requests = self.env["ar.collection.write.off"].search(
            [("source_model", "=", batch._name), ("source_id", "=", batch.id)]
        )
        asked = self.search(
            [
                ("res_model", "=", requests._name),
                ("res_id", "in", requests.ids),
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
                "summary": self.env._("Batch %(batch)s to approve", batch=batch.name),
                "note": self.env._("You find it under Collections, Cash, Small balances."),
                "user_id": approver.id,
            }
        )
