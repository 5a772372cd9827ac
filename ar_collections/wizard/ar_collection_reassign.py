from odoo import api, fields, models
from odoo.exceptions import UserError

#: Of so many debtors each is told in its own timeline; of more the audit list tells.
TOLD = 80


class ArCollectionReassign(models.TransientModel):
    """Give debtors to another collector by hand, with a reason."""

    _name = "ar.collection.reassign"
    _description = "Reassign Debtors"

    account_ids = fields.Many2many(
        "ar.collection", "ar_collection_reassign_rel", string="Debtors", required=True
    )
    count = fields.Integer(string="How many", compute="_compute_count")
    company_ids = fields.Many2many("res.company", compute="_compute_count")
    user_id = fields.Many2one(
        "res.users",
        string="New collector",
        domain="[('share', '=', False), ('company_ids', 'in', company_ids)]",
        help="Empty: nobody.",
    )
    keep = fields.Boolean(
        string="They stay there",
        default=True,
        help="Sharing out does not move them again. Off: the portfolios may.",
    )
    reason = fields.Char(string="Why", required=True)

    @api.depends("account_ids")
    def _compute_count(self):
        for one in self:
            one.count = len(one.account_ids)
            one.company_ids = one.account_ids.company_id

    def action_reassign(self):
        """:raises AccessError: a debtor is out of reach. :raises UserError: nothing to move."""
        self.ensure_one()
        self.account_ids._reassign(self.user_id, self.reason, keep=self.keep)
        return {"type": "ir.actions.act_window_close"}


class ArCollection(models.Model):
    _inherit = "ar.collection"

    def action_reassign(self):
        """Open the form that gives these debtors to another collector."""
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_reassign_action"
        )
        action["context"] = {"default_account_ids": self.ids}
        return action

    def _reassign(self, user, reason, *, keep=True):
        """Give these debtors to a collector, empty: to nobody; the audit list keeps why.

        :raises AccessError: the caller may not write one of them.
        :raises UserError: no debtors, no reason, or the new collector cannot work them.
        """
        self.check_access("write")
        if not self or not (reason or "").strip():
            raise UserError(self.env._("Please choose debtors, and say why they change hands."))
        outside = self.company_id - user.sudo().company_ids.root_id  # companies the user may enter
        if user and (outside or not user.has_group("ar_collections.group_ar_collection_user")):
            raise UserError(
                self.env._(
                    "%(user)s cannot work these debtors: the access right for collections, or the "
                    "company %(company)s, is missing.",
                    user=user.name,
                    company=", ".join((outside or self.company_id).mapped("name")),
                )
            )
        before = {account: account.user_id.name for account in self}
        nobody = self.env._("nobody")
        self.env["ar.collection.audit"]._log(
            self,
            "override",
            lambda account: self.env._(
                "Debtor moved from %(before)s to %(after)s",
                before=before[account] or nobody,
                after=user.name or nobody,
            ),
            reason,
        )
        accounts = self.with_context(tracking_disable=len(self) > TOLD)
        accounts.write({"user_id": user.id, "keep_collector": keep})
