from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.ar_collection_contact import CHANNELS


class ArCollectionContactOverride(models.TransientModel):
    """A manager allows what the contact rule refuses, and says why."""

    _name = "ar.collection.contact.override"
    _description = "Contact Against the Rule"

    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, readonly=True, ondelete="cascade"
    )
    channel = fields.Selection(CHANNELS, required=True, default="phone")
    verdict = fields.Json(compute="_compute_verdict")
    may_override = fields.Boolean(compute="_compute_verdict")
    until = fields.Datetime(
        required=True,
        default=lambda _self: fields.Datetime.now() + timedelta(hours=1),
        help="At most a day from now.",
    )
    reason = fields.Text(string="Why", required=True)

    @api.depends("collection_id", "channel")
    def _compute_verdict(self):
        manager = self.env.user.has_group("ar_collections.group_ar_collection_manager")
        for override in self:
            account = override.collection_id
            checks = account._contact_check(override.channel) if account else {}
            override.verdict = account._contact_json(checks.get(account.id))
            override.may_override = manager

    def action_override(self):
        """Allow the contact until then.

        :raises AccessError: the caller is no manager. :raises UserError: nothing is refused,
            no reason, or the time lies in the past or too far ahead.
        """
        self.ensure_one()
        self.collection_id._override_contact(self.channel, self.until, self.reason)
        return {"type": "ir.actions.act_window_close"}

    def action_ask(self):
        """Ask a manager: an activity on the debtor, with the reason."""
        self.ensure_one()
        account = self.collection_id
        account.check_access("write")
        if not (self.reason or "").strip():
            raise UserError(self.env._("Please say why this contact cannot wait."))
        account._ask_override(self.channel, self.reason)
        return {"type": "ir.actions.act_window_close"}
