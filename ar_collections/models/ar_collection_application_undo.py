from odoo import fields, models
from odoo.exceptions import UserError


class ArCollectionApplication(models.Model):
    """Taking applied money back off its items."""

    _inherit = "ar.collection.application"

    def _undo(self, reason=None):
        """Undo these applications: their own matchings are taken off, their entries reversed,
        their bank lines given back. Matchings that others removed already are left as they are.

        Disputes and requests that were opened stay, with a note: a person wrote them.

        :raises UserError: a period is locked, an item is being changed by somebody else.
        """
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
            application._announce_undone()
        return True

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

    def _announce_undone(self):
        account = self.sudo().collection_id  # whoever may undo writes on the timeline
        if not account:
            return
        text = self.env._(
            "Taken back: %(amount)s of %(credit)s.",
            amount=self.currency_id.format(self.amount),
            credit=self.credit_name or "",
        )
        opened = self.line_ids.filtered("record_model")
        if opened:
            text += " " + self.env._("What it opened stays; please look at it.")
        account._message_log(body=f"{text} {self.undone_reason or ''}".strip())
