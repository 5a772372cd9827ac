from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .ar_collection_approval import KINDS

#: What may still be changed of a deputy: the rest is evidence.
CHANGEABLE = frozenset({"date_to", "note"})


class ArCollectionDeputy(models.Model):
    """Approval rights lent to somebody from a day to a day."""

    _name = "ar.collection.deputy"
    _description = "Deputy"
    _order = "date_from desc, id desc"
    _rec_name = "deputy_id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company._ar_root(),
        domain="[('parent_id', '=', False)]",
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Rights of",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete="restrict",
    )
    deputy_id = fields.Many2one(
        "res.users",
        string="Lent to",
        required=True,
        index=True,
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        ondelete="restrict",
    )
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="To", required=True, help="The last day.")
    kind = fields.Selection(KINDS, string="For", help="Empty: for everything.")
    amount = fields.Monetary(
        string="Up to", help="Empty: as much as the one who lends the rights may approve."
    )
    note = fields.Char()
    state = fields.Selection(
        [("planned", "Planned"), ("active", "In force"), ("ended", "Ended")],
        compute="_compute_state",
    )

    _dates_ascend = models.Constraint(
        "CHECK (date_to >= date_from)",
        "The last day is before the first. Please choose a later one.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount IS NULL OR amount >= 0)", "The amount cannot be negative."
    )
    _not_oneself = models.Constraint(
        "CHECK (user_id != deputy_id)", "Nobody is the deputy of himself or herself."
    )

    @api.depends("date_from", "date_to", "company_id")
    def _compute_state(self):
        for deputy in self:
            today = (deputy.company_id or self.env.company)._ar_today()
            if deputy.date_to and deputy.date_to < today:
                deputy.state = "ended"
            else:
                late = deputy.date_from and deputy.date_from > today
                deputy.state = "planned" if late else "active"

    @api.constrains("deputy_id")
    def _check_deputy(self):
        for deputy in self:
            if not deputy.deputy_id.has_group("ar_collections.group_ar_collection_all"):
                raise ValidationError(
                    self.env._(
                        "%(user)s sees only own debtors and cannot decide about the others. Please "
                        "choose a collector of all debtors or a manager.",
                        user=deputy.deputy_id.name,
                    )
                )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        deputies = super().create(vals_list)
        deputies._check_lender()
        deputies._log(self.env._("Rights of %(user)s lent to %(deputy)s from %(from)s to %(to)s"))
        return deputies

    def write(self, vals):
        if set(vals) - CHANGEABLE:
            raise UserError(
                self.env._(
                    "Of lent rights only the last day and the note can be changed. Let this one "
                    "end, and lend anew."
                )
            )
        self._check_lender()
        result = super().write(vals)
        self._log(self.env._("Lent rights changed: %(user)s to %(deputy)s from %(from)s to %(to)s"))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Lent rights are evidence and cannot be deleted. Let them end instead.")
        )

    def _check_lender(self):
        """Rights are lent by their owner, or by an administrator, to somebody else."""
        user = self.env.user
        if self.env.su:
            return
        for deputy in self:
            if deputy.user_id == user:
                continue
            if deputy.deputy_id == user or not user.has_group("base.group_system"):
                raise AccessError(
                    self.env._(
                        "Rights of %(user)s are lent by %(user)s or by an administrator, and not "
                        "to oneself.",
                        user=deputy.user_id.name,
                    )
                )

    def _log(self, text):
        def describe(deputy):
            values = {
                "user": deputy.user_id.name,
                "deputy": deputy.deputy_id.name,
                "from": str(deputy.date_from),
                "to": str(deputy.date_to),
            }
            result = text
            for name, value in values.items():
                result = result.replace(f"%({name})s", value)
            return result

        self.env["ar.collection.audit"]._log(self, "right", describe)

    # === BUSINESS === #
    @api.model
    def _in_force(self, user, company):
        """The rights lent to a user that count today."""
        today = company._ar_today()
        return self.search(
            [
                ("deputy_id", "=", user.id),
                ("company_id", "=", company.id),
                ("date_from", "<=", today),
                ("date_to", ">=", today),
            ]
        )
