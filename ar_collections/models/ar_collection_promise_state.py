from odoo import models
from odoo.exceptions import UserError

#: From which states a promise may go to which. What was judged is judged again when money
#: comes, is matched late, or goes back; what a person cancelled stays so.
TRANSITIONS = {
    "open": {"kept", "partial", "broken", "cancelled"},
    "kept": {"open", "partial", "broken", "cancelled"},
    "partial": {"open", "kept", "broken", "cancelled"},
    "broken": {"open", "kept", "partial", "cancelled"},
    "cancelled": {"open", "kept", "partial", "broken"},
}


class ArCollectionPromise(models.Model):
    """States change by transitions only."""

    _inherit = "ar.collection.promise"

    # === ACTIONS === #
    def action_cancel(self, reason=None):
        """Cancel open promises, for example because another date was agreed.

        :param str reason: why.
        :raises UserError: one of them was judged already: that is evidence.
        :return: True
        """
        self.check_access("write")
        for promise in self:
            if promise.state != "open":
                raise UserError(
                    self.env._(
                        "The promise %(promise)s is judged already; only open ones can be cancelled.",
                        promise=promise.display_name,
                    )
                )
        # sudo: the reason is written by this transition only
        self.sudo().write({"cancel_reason": reason or False})
        self._set_state("cancelled")
        return True

    def action_open_debtor(self):
        """The debtor of the promise."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.collection",
            "res_id": self.collection_id.id,
            "views": [(False, "form")],
        }

    # === STATE === #
    def _set_state(self, state, **vals):
        """Move promises to a state; those that cannot get there are left as they are.

        :param vals: what else is noted with it.
        :return: those that moved.
        """
        moved = self.filtered(lambda promise: state in TRANSITIONS[promise.state])
        before = {promise.id: promise.state for promise in moved}
        # sudo: states are written by transitions only
        moved.sudo().write({**vals, "state": state})
        moved._on_state(state, before)
        return moved
