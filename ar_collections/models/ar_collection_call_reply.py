from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, html2plaintext

#: Characters of a message that become the note of a call.
LENGTH = 2000


class ArCollection(models.Model):
    """Replies of the debtor wake the account, and become calls and promises."""

    _name = "ar.collection"
    _inherit = "ar.collection"

    def message_update(self, msg_dict, update_vals=None):
        """The debtor has answered a notice: somebody has to read it today."""
        result = super().message_update(msg_dict, update_vals)
        # sudo: the mail gateway has no rights in collections
        for account in self.sudo():
            today = account.company_id._ar_today()
            sender = msg_dict.get("email_from") or account.display_name
            # nothing puts the account off any longer, and no line says so: the mail does
            account.with_context(tracking_disable=True).write(
                {
                    "reply_received_at": fields.Datetime.now(),
                    "last_contact_date": today,
                    "next_action": self.env._("Answer %(sender)s", sender=sender),
                    "next_action_date": today,
                    "snoozed_until": False,
                }
            )
            account._recount_calls()
        return result

    def _message_post_after_hook(self, message, msg_vals):
        """Who writes to the debtor has answered."""
        result = super()._message_post_after_hook(message, msg_vals)
        if (
            message.message_type == "comment"
            and self.reply_received_at
            and message.author_id.user_ids.filtered(lambda user: not user.share)
            and message.partner_ids.filtered(
                lambda partner: partner.commercial_partner_id == self.partner_id
            )
        ):
            self._reply_answered()
        return result

    def _reply_answered(self):
        """What the debtor wrote was answered."""
        # sudo: kept by the program
        waiting = self.sudo().filtered("reply_received_at")
        if waiting:
            waiting.reply_received_at = False

    def _call_defaults(self):
        values = super()._call_defaults()
        message = self._replied_message()
        if not message:
            return values
        contact = message.author_id
        if contact.commercial_partner_id != self.partner_id:
            contact = self.env["res.partner"]
        return {
            **values,
            "channel": "email",
            "direction": "in",
            "reached": "right",
            "message_id": message.id,
            "contact_id": contact.id or values["contact_id"],
            "number": email_normalize(message.email_from or "") or values["number"],
            "date": fields.Datetime.to_string(message.date),
            "note": html2plaintext(message.body)[:LENGTH].strip(),
        }

    def _replied_message(self):
        """The message of the context that an entry is made of, if any.

        :raises UserError: it is not of this debtor.
        """
        message = self.env["mail.message"].browse(self.env.context.get("ar_message_id") or [])
        if message and (message.model, message.res_id) != (self._name, self.id):
            raise UserError(
                self.env._("This message does not belong to %(debtor)s.", debtor=self.display_name)
            )
        return message
