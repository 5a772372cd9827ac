from odoo import api, models

from ..tools import bounce


class MailThread(models.AbstractModel):
    _name = "mail.thread"
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """An e-mail came back: if it was a notice, which its Message-Id says, it failed."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        report = bounce.read(email_message)
        message = message_dict.get("bounced_message")
        if message and report.failed:
            # sudo: the mail gateway has no rights in collections
            self.env["ar.collection.notice"].sudo()._came_back(message, report.why)
        return result
