from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

#: An override lasts so long at most.
MOST = timedelta(hours=24)


class ArCollection(models.Model):
    """A manager may allow for a while what the contact rule refuses; the audit list keeps why."""

    _inherit = "ar.collection"

    contact_override_channel = fields.Char(readonly=True)
    contact_override_until = fields.Datetime(string="Allowed against the rule until", readonly=True)
    contact_override_user_id = fields.Many2one(
        "res.users",
        string="Allowed against the rule by",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    @api.model
    def _kept_fields(self):
        return super()._kept_fields() | {
            "contact_override_channel",
            "contact_override_until",
            "contact_override_user_id",
        }

    # === ACTIONS === #
    def action_contact_override(self, channel="phone"):
        """Open the form in which a manager allows a contact, or a collector asks for it."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_contact_override_action"
        )
        action["context"] = {"default_collection_id": self.id, "default_channel": channel}
        return action

    def action_open_attorney(self):
        """Show whom to contact instead of the debtor."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.attorney_id.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # === BUSINESS === #
    def _override_contact(self, channel, until, reason):
        """Allow a contact through a channel until a time (UTC), and note it.

        :raises AccessError: the caller is no manager. :raises UserError: nothing is refused,
            no reason, or the time lies in the past or too far ahead.
        """
        self.ensure_one()
        if not self.env.user.has_group("ar_collections.group_ar_collection_manager"):
            raise AccessError(
                self.env._("Only a manager may allow a contact against the rule. Please ask one.")
            )
        self.check_access("write")
        now = fields.Datetime.now()
        verdict = self._contact_check(channel)[self.id]
        if verdict["allowed"]:
            raise UserError(
                self.env._(
                    "%(debtor)s may be contacted now: there is nothing to override.",
                    debtor=self.display_name,
                )
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why this contact cannot wait."))
        if not now < until <= now + MOST:
            raise UserError(self.env._("Please choose a time within a day from now."))
        # sudo: kept by the program; the right was checked above
        self.sudo().write(
            {
                "contact_override_channel": channel,
                "contact_override_until": until,
                "contact_override_user_id": self.env.uid,
            }
        )
        self.env["ar.collection.audit"]._log(
            self,
            "override",
            self.env._(
                "Contact by %(channel)s allowed: %(rule)s",
                channel=self._channel_label(channel),
                rule=verdict["reason"],
            ),
            reason,
        )
        self.env["ar.collection.notice"]._release_waiting(self, channel)

    def _ask_override(self, channel, reason):
        """Ask a manager to allow a contact: an activity on the debtor."""
        self.ensure_one()
        verdict = self._contact_check(channel)[self.id]
        company = self.company_id.sudo()  # whom the company names for approvals
        manager = self.env.ref("ar_collections.group_ar_collection_manager")
        approver = company.ar_approver_id or self._managers(manager)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Contact against the rule: please decide"),
            note=self.env._(
                "%(rule)s Asked for by %(user)s: %(reason)s",
                rule=verdict["reason"],
                user=self.env.user.name,
                reason=reason,
            ),
            user_id=approver.id or self.env.uid,
        )

    def _managers(self, group):
        """The first manager of the company who did not ask."""
        return self.env["res.users"].search(
            [
                ("all_group_ids", "in", group.ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
                ("id", "!=", self.env.uid),
            ],
            order="id",
            limit=1,
        )

    @api.model
    def _channel_label(self, channel):
        labels = self._fields["preferred_channel"]._description_selection(self.env)
        return dict(labels).get(channel, channel)
