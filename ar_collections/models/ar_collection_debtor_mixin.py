from collections import defaultdict

from odoo import models


class ArCollectionDebtorMixin(models.AbstractModel):
    """A record about one debtor: the way to it, and a line in its timeline.

    For models with ``collection_id``.
    """

    _name = "ar.collection.debtor.mixin"
    _description = "Record of a Debtor"

    def action_open_debtor(self):
        """The debtor this is about."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.collection",
            "res_id": self.collection_id.id,
            "views": [(False, "form")],
        }

    def _log_on_accounts(self, text):
        """A note per debtor in one go.

        :param text: called with each record; nothing is noted of those it says nothing of.
        """
        bodies = defaultdict(list)
        for record in self:
            if line := text(record):
                # sudo: who approves may not see the debtor
                bodies[record.sudo().collection_id.id].append(line)
        if bodies:
            # sudo: the machine, or who may act here, writes on the timeline
            accounts = self.env["ar.collection"].sudo().browse(bodies)
            accounts._message_log_batch({key: " ".join(lines) for key, lines in bodies.items()})

    def _note_on_account(self, text):
        """A note in the timeline of the debtor of this record."""
        self._log_on_accounts(lambda _record: text)

    def _show_figures(self):
        """A person acted: the figures of the debtor move in front of his eyes, not in a minute."""
        # sudo: the figures belong to the machine
        self.env["ar.collection"].sudo()._refresh(self.sudo().collection_id.partner_id.ids)
