from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import contact
from . import repeated


class ArCollectionNotice(models.Model):
    """A notice waits for the hours in which its debtor may be contacted, instead of failing."""

    _inherit = "ar.collection.notice"

    allowed_at = fields.Datetime(
        string="Allowed from",
        readonly=True,
        help="The contact rule of the debtor: the notice leaves then.",
    )

    def _set_state(self, state, **vals):
        return super()._set_state(state, **{"allowed_at": False, **vals})

    @api.model
    def _due_sql(self):
        return SQL(
            "%s AND (allowed_at IS NULL OR allowed_at <= %s)",
            super()._due_sql(),
            fields.Datetime.now(),
        )

    def _claim(self):
        self.ensure_one()
        if self._wait_for_window():
            return False
        return super()._claim()

    def _wait_for_window(self):
        """Let the contact rule speak before anything is written.

        :return: whether the notice does not leave now: it waits for the hours, or it is
            skipped because the debtor is not to be contacted.
        """
        account = self.collection_id
        if not self._keeps_hours() and not account._contact_stopped(account.ids, {self.channel}):
            return False  # nothing to ask: what most notices come to, and cheap
        verdict = account._contact_check(self.channel)[account.id]
        if verdict["allowed"]:
            return False
        if verdict["allowed_at"]:
            self.write({"allowed_at": verdict["allowed_at"], "error": verdict["reason"]})
            self._trigger_delivery(verdict["allowed_at"])
            return True
        if verdict["code"] not in {*contact.STOPS, "channel"}:
            return False  # the address has opted out: the decision finds another, or says so
        self._skip("contact_rule", verdict["reason"])
        return True

    def _keeps_hours(self):
        """Whether a rule may bind the channel to hours."""
        if self.channel in contact.Rule().timed:
            return True
        rules = self.env["ar.collection.contact.rule"].sudo()  # a yes or no
        return self.channel == "email" and repeated.remember(
            self.env,
            "hours_email",
            lambda: bool(rules.search_count([("hours_email", "=", True)], limit=1)),
        )

    @api.model
    def _paid_notices(self, condition):
        """Nobody who is not to be contacted is thanked either."""
        notices = super()._paid_notices(condition)
        stopped = self.env["ar.collection"]._contact_stopped(notices.collection_id.ids, {"email"})
        return notices.filtered(lambda notice: not stopped.get(notice.collection_id.id))

    @api.model
    def _release_waiting(self, accounts, channel):
        """A manager has allowed the contact: notices that wait for the hours leave now."""
        # sudo: notices are read-only for every human; the right was checked by the caller
        waiting = self.sudo().search(
            [
                ("collection_id", "in", accounts.ids),
                ("channel", "=", channel),
                ("state", "=", "queued"),
                ("allowed_at", "!=", False),
            ]
        )
        if waiting:
            waiting.write({"allowed_at": False, "error": False})
            self._trigger_delivery()
