from odoo import fields, models

#: What a provider reports of a message that did not arrive.
FAILED = {"bounce": "bounce", "exception": "refused"}


class SmsTracker(models.Model):
    _inherit = "sms.tracker"

    ar_notice_id = fields.Many2one(
        "ar.collection.notice", string="Notice", index="btree_not_null", ondelete="cascade"
    )

    def _update_sms_notifications(
        self, notification_status, failure_type=False, failure_reason=False
    ):
        """A notice whose text the provider took, and could not deliver, has failed."""
        result = super()._update_sms_notifications(
            notification_status, failure_type=failure_type, failure_reason=failure_reason
        )
        if notification_status in FAILED:
            labels = dict(
                self.env["sms.sms"]._fields["failure_type"]._description_selection(self.env)
            )
            why = failure_reason or labels.get(failure_type) or self.env._("Unknown error")
            # while it is being handed over the delivery itself notes what came of it
            for notice in self.ar_notice_id.filtered(lambda notice: notice.state == "sent"):
                notice._set_failed(why, FAILED[notification_status])
        return result
