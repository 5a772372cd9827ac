from odoo import api, fields, models

from ..tools import dispute as tool


class ArCollectionDispute(models.Model):
    """Who answers: the owner and the team of the reason; and what is to be collected for it."""

    _inherit = "ar.collection.dispute"

    def _after_open(self):
        for dispute in self:
            # sudo: who opens it may not see settings of others; the program routes it
            dispute.sudo()._route()
        return super()._after_open()

    def _route(self):
        """Root cause, team, owner and checklist of the reason, where nothing was said."""
        self.ensure_one()
        reason = self.reason_id
        vals = {
            "root_cause_id": self.root_cause_id.id or reason.root_cause_id.id,
            "team_id": self.team_id.id or reason.team_id.id,
        }
        team = self.env["ar.collection.dispute.team"].browse(vals["team_id"] or [])
        if not self.user_id:
            vals["user_id"] = self._default_owner(reason, team).id
        if not self.evidence_ids:
            vals["evidence_ids"] = self._checklist_commands(reason)
        self.write(vals)

    def _checklist_commands(self, reason):
        return [
            fields.Command.create({"name": name, "sequence": index})
            for index, name in enumerate(tool.checklist(reason.evidence))
        ]

    def _default_owner(self, reason, team):
        """The salesperson of the invoice if the reason wants him, the owner of the reason, the
        lead of the team, the collector: the first who is there and works here."""
        sellers = self.item_ids.move_id.invoice_user_id if reason.to_salesperson else []
        candidates = [*sellers, reason.user_id, team.user_id, self.collector_id]
        return next(
            (user for user in candidates if self._can_own(user)),
            self.env["res.users"],
        )

    @api.model
    def _can_own(self, user):
        return bool(user) and user.active and not user.share

    @api.onchange("reason_id")
    def _onchange_reason(self):
        """Another reason, another team."""
        if self.reason_id:
            self.team_id = self.reason_id.team_id or self.team_id
            self.root_cause_id = self.reason_id.root_cause_id or self.root_cause_id
