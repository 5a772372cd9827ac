from odoo import api, fields, models
from odoo.exceptions import UserError


class ArCollection(models.Model):
    """A reminder of the collector's own: call this debtor at that time, not before.

    On the worklist it is a call-back like one the debtor asked for. For the contact rule it
    is not: nobody consented to be called then.
    """

    _name = "ar.collection"
    _inherit = "ar.collection"

    remind_at = fields.Datetime(
        readonly=True, copy=False, help="The time at which the collector wants to call."
    )

    @api.model
    def _kept_fields(self):
        return super()._kept_fields() | {"remind_at"}

    def action_remind(self, at):
        """Put the debtor on top of the worklist at a time; the next call ends the reminder.

        :param at: UTC, ``YYYY-MM-DD HH:MM:SS``.
        :return: True
        :raises UserError: the time lies in the past.
        """
        self.check_access("write")
        at = fields.Datetime.to_datetime(at)
        if not at or at <= fields.Datetime.now():
            raise UserError(self.env._("Please choose a time to be reminded that is still ahead."))
        # sudo: the time is kept by the program
        self.sudo().remind_at = at
        self._recount_calls()
        for account in self:
            zone = self.env.user.tz or account.company_id.sudo().partner_id.tz or "UTC"  # a zone
            local = fields.Datetime.context_timestamp(account.with_context(tz=zone), at)
            account.with_context(tracking_disable=True).write(
                {
                    "next_action": self.env._("Call"),
                    "next_action_date": local.date(),
                    "snoozed_until": False,
                    "snooze_reason": False,
                }
            )
        return True


class ArCollectionCall(models.Model):
    _inherit = "ar.collection.call"

    def _after_log(self):
        """Who was called, or called, is no longer to be remembered."""
        # sudo: kept by the program
        self.collection_id.sudo().filtered("remind_at").remind_at = False
        return super()._after_log()
