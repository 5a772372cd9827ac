from odoo import fields, models
from odoo.exceptions import UserError


class ArCollectionApplication(models.Model):
    """Taking applied money back off its items."""

    _inherit = "ar.collection.application"

    def _undo(self, reason=None):
        """Undo these applications: their own matchings are taken off, their entries reversed,
        their bank lines given back. Matchings that others removed already are left as they are.

        Disputes and write-offs that were opened end, see ``_end_opened``.

        :return: list of texts: what of these stays, and who must act.
        :raises UserError: a period is locked, an item is being changed by somebody else.
        """
        stays = []
        self._check_may_apply(self.statement_line_id and self.credit_line_id)
        for application in self.sorted("id", reverse=True):
            if application.state != "applied":
                raise UserError(
                    self.env._(
                        "%(application)s was undone already.", application=application.display_name
                    )
                )
            lines = application.line_ids
            application._lock_and_reread((lines.line_id | application.credit_line_id).exists())
            lines.partial_ids.unlink()
            application._reverse_entries()
            if application.statement_line_id:
                application._unbook_bank_line()
            application._set_state(
                "undone",
                undone_on=fields.Datetime.now(),
                undone_by_id=self.env.uid,
                undone_reason=reason,
            )
            of_this = application._end_opened()
            application._announce_undone(of_this)
            stays += of_this
        return stays

    def _reverse_entries(self):
        """Reverse the entries of the differences and of the transfer, on a day that is open."""
        moves = (self.line_ids.move_id | self.transfer_move_id).filtered(
            lambda move: move.state == "posted" and not move.reversal_move_ids
        )
        moves.line_ids.filtered(
            lambda line: line.matched_debit_ids or line.matched_credit_ids
        ).remove_move_reconcile()
        if moves:
            moves._reverse_moves(
                [
                    {
                        "date": move._get_accounting_date(move.date, move._affect_tax_report()),
                        "ref": self.env._("Undone: %(ref)s", ref=move.ref or move.name),
                    }
                    for move in moves
                ],
                cancel=True,
            )

    def _announce_undone(self, stays):
        account = self.sudo().collection_id  # whoever may undo writes on the timeline
        if not account:
            return
        text = self.env._(
            "Taken back: %(amount)s of %(credit)s.",
            amount=self.currency_id.format(self.amount),
            credit=self.credit_name or "",
        )
        account._message_log(body=" ".join(filter(None, [text, self.undone_reason, *stays])))

    def _told(self, stays):
        """What a button returns after undoing: True, or a notice that stays until it is read."""
        if not stays:
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Undone; please look at this"),
                "message": "\n".join(stays),
                "type": "warning",
                "sticky": True,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
