from odoo import models
from odoo.exceptions import UserError


class ArCollectionPromise(models.Model):
    """States change by transitions only."""

    _inherit = "ar.collection.promise"
    #: What was judged is judged again when money comes, is matched late, or goes back; what a
    #: person cancelled stays so.
    _transitions = {
        "open": {"kept", "partial", "broken", "cancelled"},
        "kept": {"open", "partial", "broken", "cancelled"},
        "partial": {"open", "kept", "broken", "cancelled"},
        "broken": {"open", "kept", "partial", "cancelled"},
        "cancelled": {"open", "kept", "partial", "broken"},
    }

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
