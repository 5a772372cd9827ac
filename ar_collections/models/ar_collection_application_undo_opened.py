from odoo import models

#: Ends of a dispute after which nothing of it stands.
GONE = ("withdrawn", "rejected", "merged")


class ArCollectionApplication(models.Model):
    """Undone, an application takes along the disputes and write-offs it opened, as long as nobody
    else has gone on with them; what stays is said, and who must act."""

    _inherit = "ar.collection.application"

    def _end_opened(self):
        """End what this application opened.

        :return: list of texts: what stays, and what is to be done about it.
        """
        self.ensure_one()
        stays = []
        for line in self.line_ids.filtered("record_model"):
            # sudo: whoever may take the money back takes back what was opened with it; the
            # dispute may belong to a collector whose records he does not see
            record = self.env[line.record_model].sudo().browse(line.record_id).exists()
            if record:
                stays.append(getattr(self, f"_end_{line.kind}")(line, record))
        return [text for text in stays if text]

    def _end_deduction(self, line, dispute):
        if not dispute.is_open:
            return None if dispute.outcome in GONE else self._decided_text(dispute)
        if not self._is_untouched(line, dispute):
            return self.env._(
                "%(dispute)s stays open, %(user)s has gone on with it. The money it was about is no "
                "longer there; please end or change it.",
                dispute=dispute.name,
                user=dispute.user_id.name or self.env._("somebody"),
            )
        note = self.env._("The application that opened it was undone.")
        dispute._set_state("resolved", outcome="withdrawn", resolution=note)
        return None

    def _decided_text(self, dispute):
        labels = dict(dispute._fields["outcome"]._description_selection(self.env))
        return self.env._(
            "%(dispute)s has ended meanwhile (%(outcome)s). What was given up stays so until an "
            "accountant reverses its entry.",
            dispute=dispute.name,
            outcome=labels.get(dispute.outcome, ""),
        )

    def _is_untouched(self, line, dispute):
        """Whether a dispute is as the application opened it: nobody has changed, decided or
        written anything."""
        said = dispute.message_ids.filtered(
            lambda message: message.message_type in ("comment", "email", "email_outgoing")
        )
        amounts = dispute.item_ids.mapped("amount")
        return (
            dispute.state == "new"
            and dispute.item_ids.line_id == line.line_id
            and not line.currency_id.compare_amounts(sum(amounts), line.amount)
            and not said
        )

    def _end_write_off(self, line, request):
        if request.state in ("draft", "to_approve"):
            request.action_cancel(self.env._("The application that asked for it was undone."))
            return None
        if request.state != "posted":
            return None
        approvals = request.approval_ids.filtered(lambda approval: approval.state == "approved")
        if request.answered_by_id == self.user_id and all(approvals.mapped("self_approved")):
            # posted at once with the application: core reverses it with the user's own rights
            request.sudo(False).action_reverse(
                self.env._("The application that asked for it was undone.")
            )
            return None
        return self.env._(
            "%(request)s stays written off, %(user)s has approved it. If the item is to be "
            "collected in full, an accountant reverses it there.",
            request=request.name,
            user=request.answered_by_id.name,
        )
