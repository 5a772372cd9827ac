from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import dispute as tool


class ArCollectionDispute(models.Model):
    """States change by transitions only, and the time spent in each is kept."""

    _inherit = "ar.collection.dispute"
    #: What has ended can be opened again, with a reason.
    _transitions = {
        "new": {"investigating", "waiting", "resolved", "rejected"},
        "investigating": {"waiting", "resolved", "rejected"},
        "waiting": {"waiting", "investigating", "resolved", "rejected"},
        "resolved": {"investigating", "waiting"},
        "rejected": {"investigating", "waiting"},
    }

    state_since = fields.Datetime(readonly=True, default=fields.Datetime.now, copy=False)
    state_seconds = fields.Json(readonly=True, copy=False, help="Seconds in each state left.")
    state_times = fields.Char(string="Time in each state", compute="_compute_state_times")

    @api.depends("state", "state_since", "state_seconds")
    def _compute_state_times(self):
        now = fields.Datetime.now()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for dispute in self:
            seconds = dispute.state_seconds or {}
            if dispute.is_open:
                seconds = tool.add_time(seconds, dispute.state, dispute.state_since, now)
            dispute.state_times = " · ".join(
                f"{label} {self._time_text(seconds[state])}"
                for state, label in labels.items()
                if state in seconds
            )

    @api.model
    def _time_text(self, seconds):
        days, hours = tool.split_time(seconds)
        if days:
            return self.env._("%(days)s d %(hours)s h", days=days, hours=hours)
        return self.env._("%(hours)s h", hours=hours)

    def _check_open_state(self):
        """:raises UserError: one of these has ended."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for dispute in self:
            if not dispute.is_open:
                raise UserError(
                    self.env._(
                        "%(dispute)s is closed (%(state)s). Re-open it with a reason first.",
                        dispute=dispute.name,
                        state=labels[dispute.state],
                    )
                )
            if dispute._is_decided() and not self.env.su:
                raise UserError(
                    self.env._(
                        "%(dispute)s is decided and waits to be carried out. Take the decision "
                        "back first.",
                        dispute=dispute.name,
                    )
                )

    def _set_state(self, state, **vals):
        """Move disputes to a state; those that cannot get there are left as they are.

        :param vals: what else is noted with it.
        :return: those that moved.
        """
        moved = self.filtered(lambda dispute: state in self._transitions[dispute.state])
        now = fields.Datetime.now()
        before = {dispute.id: dispute.state for dispute in moved}
        for dispute in moved:
            # sudo: states are written by transitions only
            dispute.sudo().write(
                {
                    "waiting_for": False,
                    **vals,
                    "state": state,
                    "state_since": now,
                    "state_seconds": dispute._seconds_until(now),
                    **dispute._close_vals(state, now),
                }
            )
        moved._sync_holds()
        moved._on_state(state, before)
        return moved

    def _seconds_until(self, now):
        if not self.is_open:
            return self.state_seconds
        return tool.add_time(self.state_seconds, self.state, self.state_since, now)

    def _on_amounts(self, changes):
        """The disputed amounts were changed by a person.

        :param changes: list of (number of the item, before, now).
        """
        self._sync_holds()
        for dispute in self:
            lines = ", ".join(
                self.env._(
                    "%(item)s %(before)s, now %(now)s",
                    item=name,
                    before=dispute.currency_id.format(before),
                    now=dispute.currency_id.format(now),
                )
                for name, before, now in changes
            )
            dispute._message_log(
                body=self.env._("Disputed amount changed: %(changes)s", changes=lines)
            )

    # === ACTIONS === #
    def action_investigate(self):
        """Somebody looks into these disputes now."""
        self.check_access("write")
        self._check_open_state()
        self._set_state("investigating")
        return True
