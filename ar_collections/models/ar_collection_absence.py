from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, frozendict, ormcache


class ArCollectionAbsence(models.Model):
    """A collector is away from a day to a day, and a deputy works the list meanwhile.

    Nothing is moved: who is deputy follows from the dates, so that the list goes back by
    itself. Approval rights are lent apart, see ``ar.collection.deputy``.
    """

    _name = "ar.collection.absence"
    _description = "Absence"
    _order = "date_from desc, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete="cascade",
    )
    deputy_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        ondelete="restrict",
    )
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="To", required=True, help="The last day.")
    note = fields.Char()
    company_id = fields.Many2one(related="user_id.company_id")
    state = fields.Selection(
        [("planned", "Planned"), ("active", "Away"), ("ended", "Back")], compute="_compute_state"
    )

    _dates_ascend = models.Constraint(
        "CHECK (date_to >= date_from)",
        "The last day is before the first. Please choose a later one.",
    )
    _not_oneself = models.Constraint(
        "CHECK (user_id != deputy_id)", "Nobody is the deputy of himself or herself."
    )

    @api.depends("date_from", "date_to")
    def _compute_state(self):
        today = self.env.company._ar_today()
        for absence in self:
            if absence.date_to and absence.date_to < today:
                absence.state = "ended"
            else:
                late = absence.date_from and absence.date_from > today
                absence.state = "planned" if late else "active"

    @api.constrains("user_id", "deputy_id", "date_from", "date_to")
    def _check_deputy(self):
        for absence in self:
            deputy = absence.deputy_id
            if not deputy.has_group("ar_collections.group_ar_collection_user"):
                raise ValidationError(
                    self.env._(
                        "%(user)s is no collector and would see none of the debtors. Please choose "
                        "another deputy.",
                        user=deputy.name,
                    )
                )
            clash = self.sudo().search(  # whoever else is away then, also out of reach
                [
                    ("id", "!=", absence.id),
                    "|",
                    ("user_id", "in", (absence.user_id.id, deputy.id)),
                    ("deputy_id", "=", absence.user_id.id),
                    ("date_from", "<=", absence.date_to),
                    ("date_to", ">=", absence.date_from),
                ],
                limit=1,
            )
            if clash:
                raise ValidationError(
                    self.env._(
                        "From %(from)s to %(to)s %(user)s is away already, and %(deputy)s stands in. "
                        "Please choose other days or another deputy.",
                        **{
                            "user": clash.user_id.name,
                            "deputy": clash.deputy_id.name,
                            "from": format_date(self.env, clash.date_from),
                            "to": format_date(self.env, clash.date_to),
                        },
                    )
                )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        absences = super().create(vals_list)
        self._forget_today()
        absences._check_may()
        absences._note(self.env._("Debtors of %(user)s worked by %(deputy)s"))
        return absences

    def write(self, vals):
        self._check_may()
        result = super().write(vals)
        self._forget_today()
        self._check_may()
        self._note(self.env._("Absence changed: debtors of %(user)s worked by %(deputy)s"))
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_today()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_planned(self):
        self._check_may()
        begun = self.filtered(lambda absence: absence.state != "planned")[:1]
        if begun and not self.env.su:
            raise UserError(
                self.env._(
                    "The absence of %(user)s has begun. Please set its last day instead.",
                    user=begun.user_id.name,
                )
            )

    def _check_may(self):
        """One's own absence, that of the collectors one leads, or any for a manager."""
        user = self.env.user
        if self.env.su or user.has_group("ar_collections.group_ar_collection_manager"):
            return
        # sudo: whom one leads
        led = self.env["ar.collection.portfolio"].sudo().search([("lead_id", "=", user.id)])
        allowed = user | led.member_ids.user_id
        if wrong := self.filtered(lambda absence: absence.user_id not in allowed)[:1]:
            raise AccessError(
                self.env._(
                    "The absence of %(user)s is entered by %(user)s, the team lead or a manager.",
                    user=wrong.user_id.name,
                )
            )

    def _note(self, text):
        def describe(absence):
            said = text.replace("%(user)s", absence.user_id.name)
            said = said.replace("%(deputy)s", absence.deputy_id.name)
            return f"{said}, {absence.date_from} - {absence.date_to}"

        self.env["ar.collection.audit"]._log(self, "right", describe)

    # === BUSINESS === #
    @api.model
    def _today(self):
        """Absences by dates: dict collector -> deputy, of those who are away today."""
        return self._on_day(self.env.company._ar_today())

    @api.model
    @ormcache("day")
    def _on_day(self, day):
        """As ``_today``; kept, because the record rules of a page ask a dozen times."""
        # sudo: who stands in for whom decides what is seen, whoever asks
        absences = self.sudo().search([("date_from", "<=", day), ("date_to", ">=", day)])
        return frozendict((absence.user_id.id, absence.deputy_id.id) for absence in absences)

    @api.model
    def _forget_today(self):
        """Now, and when others can see it: who asks in between keeps what was before."""
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)


class ArCollection(models.Model):
    """Which portfolio a debtor belongs to, and who works it while its collector is away."""

    _inherit = "ar.collection"

    portfolio_id = fields.Many2one(
        "ar.collection.portfolio",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The first portfolio whose conditions the debtor meets.",
    )
    deputy_id = fields.Many2one(
        "res.users",
        compute="_compute_deputy_id",
        search="_search_deputy_id",
        help="Works the debtors of the collector who is away today.",
    )

    @api.model
    def _kept_fields(self):
        return super()._kept_fields() | {"portfolio_id"}

    @api.depends("user_id")
    def _compute_deputy_id(self):
        deputies = self.env["ar.collection.absence"]._today()
        for account in self:
            account.deputy_id = deputies.get(account.user_id.id, False)

    @api.model
    def _search_deputy_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        deputies = self.env["ar.collection.absence"]._today()
        wanted = set(value)
        away = [user for user, deputy in deputies.items() if deputy in wanted]
        domain = Domain("user_id", "in", away)
        if False in wanted:
            domain |= Domain("user_id", "not in", list(deputies))
        return domain
