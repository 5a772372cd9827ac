from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from .ar_collection_dispute_credit import ACTIVITY

#: Days between two reminders of somebody who does not answer.
REMIND_DAYS = {"internal": 2, "customer": 7}
#: Context key: the message is known to whoever owns the dispute.
KNOWN_KEY = "ar_collections_known_message"


class ArCollectionDispute(models.Model):
    """Asking: a colleague, who needs no rights in collections and answers in the chatter from
    a link, or the customer. Meanwhile the dispute waits, and reminds."""

    _inherit = "ar.collection.dispute"

    asked_user_ids = fields.Many2many(
        "res.users",
        "ar_collection_dispute_asked_rel",
        string="Asked",
        readonly=True,
        copy=False,
        help="They see this dispute and can answer in its chatter.",
    )
    remind_on = fields.Date(string="Remind on", readonly=True, copy=False, index="btree_not_null")

    # === ACTIONS === #
    def action_ask(self, user_id, question, days=None):
        """Ask a colleague, any user of the database.

        :param int user_id: who is asked. :param str question: what.
        :param int days: remind after so many days; default 2.
        :return: True
        """
        self.check_access("write")
        self._check_open_state()
        user = self.env["res.users"].browse(user_id).exists()
        if not user or not user.active or user.share:
            raise UserError(self.env._("Please choose an active user of this database."))
        if not (question or "").strip():
            raise UserError(self.env._("Please write the question."))
        for dispute in self:
            # sudo: whom one asks may see the dispute from now on
            dispute.sudo().asked_user_ids |= user
            dispute._ask_activity(
                user,
                self.env._("Question about %(dispute)s", dispute=dispute.name),
                question,
                days=days or REMIND_DAYS["internal"],
            )
            dispute._log_question(user.name, question)
            dispute._wait_for("internal", days)
        return True

    def action_wait_customer(self, note=None, days=None, send=False):
        """The customer has to answer; the clock of the deadline stands still meanwhile.

        :param str note: what is wanted of him. :param bool send: mail him the note.
        :param int days: remind after so many days; default 7.
        :return: True
        """
        self.check_access("write")
        self._check_open_state()
        for dispute in self:
            if send:
                dispute._mail_customer(
                    self.env._("Your reference %(dispute)s", dispute=dispute.name), note
                )
            elif note:
                dispute._log_question(dispute.partner_id.display_name, note)
            dispute._wait_for("customer", days)
        return True

    def _wait_for(self, whom, days):
        self._set_state(
            "waiting",
            waiting_for=whom,
            remind_on=fields.Date.add(self.company_id._ar_today(), days=days or REMIND_DAYS[whom]),
        )

    def _log_question(self, name, question):
        self._message_log(
            body=self.env._("Asked %(name)s: %(question)s", name=name, question=question)
        )

    # === ANSWERS === #
    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Who was asked may post without being allowed to change the dispute; who only reads
        it, as an auditor, may not."""
        result = super()._mail_get_operation_for_mail_message_operation(message_operation)
        if message_operation == "create":
            for dispute in self:
                # sudo: whether one was asked
                if self.env.user not in dispute.sudo().asked_user_ids:
                    result[dispute] = "write"
        return result

    def _message_post_after_hook(self, message, msg_vals):
        """Who was asked has answered: a colleague, or the customer by e-mail."""
        result = super()._message_post_after_hook(message, msg_vals)
        # sudo: who answers may have no rights here
        disputes = self.sudo()
        if message.message_type in ("comment", "email") and message.author_id:
            disputes -= disputes._note_answer(message)
        if message.message_type == "email" and not self.env.context.get(KNOWN_KEY):
            disputes._tell_of_mail(message)
        return result

    def _tell_of_mail(self, message):
        """An e-mail from outside that is no answer to a question: the owner is told.

        From whom nobody knows (no contact of the debtor), it is shown and told, and nothing else
        follows: anybody could claim to be the customer.
        """
        if message.author_id.user_ids.filtered(lambda user: not user.share):
            return
        for dispute in self:
            summary = (
                self.env._("E-mail about %(dispute)s", dispute=dispute.name)
                if dispute.is_open
                else self.env._("E-mail about %(dispute)s, which is closed", dispute=dispute.name)
            )
            note = ""
            if message.author_id.commercial_partner_id != dispute.partner_id:
                note = self.env._(
                    "%(sender)s is no contact of %(debtor)s: check who it is before you act on it.",
                    sender=message.email_from or message.author_id.name or "",
                    debtor=dispute.partner_id.display_name,
                )
            dispute._ask_activity(dispute.user_id or dispute.collector_id, summary, note)

    def _note_answer(self, message):
        """:return: the disputes that waited for this answer."""
        answered = self.browse()
        for dispute in self.filtered(lambda dispute: dispute.state == "waiting"):
            author = message.author_id
            users = author.user_ids & dispute.asked_user_ids
            if users:
                asked = dispute.activity_ids.filtered(
                    lambda activity, users=users: (
                        activity.user_id in users
                        and activity.activity_type_id == self.env.ref(ACTIVITY)
                    )
                )
                answer = html2plaintext(message.body or "").strip()
                asked.with_context(mail_activity_quick_update=True).action_feedback(
                    feedback=answer[:200]
                )
                answered |= dispute
                if dispute.waiting_for == "internal":
                    dispute._answered(author.name)
            elif (
                dispute.waiting_for == "customer"
                and author.commercial_partner_id == dispute.partner_id
            ):
                answered |= dispute
                dispute._answered(author.name)
        return answered

    def _answered(self, name):
        """Back to work: who owns it has the next step."""
        self._set_state("investigating", remind_on=False)
        self._ask_activity(
            self.user_id or self.collector_id,
            self.env._("%(name)s has answered about %(dispute)s", name=name, dispute=self.name),
        )

    def _close_vals(self, state, now):
        vals = super()._close_vals(state, now)
        return {**vals, "remind_on": False} if vals["date_closed"] else vals
