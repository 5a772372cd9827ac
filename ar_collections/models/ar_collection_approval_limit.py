from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import approval
from .ar_collection_approval import KINDS

#: Groups that approve, those who may most first; a user has the best of all groups held.
GROUPS = [
    ("manager", "Managers"),
    ("all", "Collectors of all debtors"),
    ("user", "Collectors of own debtors"),
]


class ArCollectionApprovalLimit(models.Model):
    """Up to how much a group approves. Without one managers have no limit, others no right."""

    _name = "ar.collection.approval.limit"
    _description = "Approval Limit"
    _order = "company_id, kind, group, id"
    _rec_name = "group"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company._ar_root(),
        domain="[('parent_id', '=', False)]",
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    group = fields.Selection(GROUPS, string="Who", required=True)
    kind = fields.Selection(KINDS, string="What", help="Empty: whatever has no limit of its own.")
    amount = fields.Monetary(
        string="Up to",
        help="Per debtor and kind, everything approved in 12 months taken together; 0: nothing.",
    )

    _amount_positive = models.Constraint("CHECK (amount >= 0)", "A limit cannot be negative.")
    _group_uniq = models.UniqueIndex(
        "(company_id, \"group\", coalesce(kind, ''))",
        "There is a limit for this group and kind already. Please change that one.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        limits = super().create(vals_list)
        limits._log(self.env._("Limit set: %(limit)s"))
        return limits

    def write(self, vals):
        result = super().write(vals)
        self._log(self.env._("Limit changed: %(limit)s"))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_logged(self):
        self._log(self.env._("Limit taken away: %(limit)s"))

    def _log(self, text):
        self.env["ar.collection.audit"]._log(
            self, "right", lambda limit: text.replace("%(limit)s", limit.display_name)
        )

    @api.depends("group", "kind", "amount")
    def _compute_display_name(self):
        groups = dict(self._fields["group"]._description_selection(self.env))
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for limit in self:
            limit.display_name = self.env._(
                "%(group)s, %(kind)s, up to %(amount)s",
                group=groups.get(limit.group, ""),
                kind=kinds.get(limit.kind) or self.env._("everything else"),
                amount=limit.currency_id.format(limit.amount) if limit.currency_id else "",
            )

    @api.model
    def _rights(self, user, kind, company):
        """The rights of a user: own and lent ones, as ``tools.approval.Right``."""
        limits = self._by_group(kind, company)
        own = self._own_right(user, limits)
        rights = [own] if own else []
        # sudo: who lends to whom decides here, whoever asks
        for deputy in self.env["ar.collection.deputy"].sudo()._in_force(user, company):
            lender = self._own_right(deputy.user_id, limits)
            if lender and deputy.kind in (False, kind):
                amount = Decimal(str(deputy.amount)) if deputy.amount else None
                rights.append(approval.lent(lender, amount))
        return rights

    @api.model
    def _by_group(self, kind, company):
        """dict group -> Decimal, the limits for a kind; a group without one is missing."""
        # sudo: limits are no secret to the check itself
        rows = self.sudo().search(
            Domain("company_id", "=", company.id) & Domain("kind", "in", (kind, False))
        )
        rows = rows.sorted(lambda row: bool(row.kind))  # the special one overrides
        return {row.group: Decimal(str(row.amount)) for row in rows}

    @api.model
    def _own_right(self, user, limits):
        """The best right the groups of a user give, else None."""
        if not user.active:
            return None
        values = []
        for group, _label in GROUPS:
            if user.has_group(f"ar_collections.group_ar_collection_{group}"):
                if group in limits:
                    values.append(limits[group])
                elif group == "manager":
                    return approval.Right(user.id)
        return approval.Right(user.id, max(values)) if values else None
