from odoo import models


class ArCollectionStateMixin(models.AbstractModel):
    """States change by transitions only.

    A model gives its ``state`` and ``_transitions``.
    """

    _name = "ar.collection.state.mixin"
    _description = "Moved from State to State"

    #: dict state -> states it may go to.
    _transitions = {}

    def _set_state(self, state, **vals):
        """Move these to a state; those that cannot get there are left as they are.

        :param vals: what else is noted with it.
        :return: those that moved.
        """
        moved = self.filtered(lambda record: state in self._transitions[record.state])
        before = {record.id: record.state for record in moved}
        # sudo: states are written by transitions only; the approver is not who asked
        moved.sudo().write({**vals, "state": state})
        moved._on_state(state, before)
        return moved

    def _on_state(self, state, before):
        """Hook: these have just moved to a state.

        :param dict before: id -> the state they were in.
        """
