from odoo import api, fields, models
from odoo.fields import Domain


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
        string="Deputy",
        required=True,
        index=True,
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        ondelete="restrict",
    )
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="To", required=True, help="The last day.")
    note = fields.Char()

    _dates_ascend = models.Constraint(
        "CHECK (date_to >= date_from)",
        "The last day is before the first. Please choose a later one.",
    )
    _not_oneself = models.Constraint(
        "CHECK (user_id != deputy_id)", "Nobody is the deputy of himself or herself."
    )

    @api.model
    def _today(self):
        """Absences by dates: dict collector -> deputy, of those who are away today."""
        today = self.env.company._ar_today()
        # sudo: who stands in for whom decides what is seen, whoever asks
        absences = self.sudo().search([("date_from", "<=", today), ("date_to", ">=", today)])
        return {absence.user_id.id: absence.deputy_id.id for absence in absences}


class ArCollection(models.Model):
    """Which portfolio a debtor belongs to, and who works it while its collector is away."""

    _inherit = "ar.collection"

    portfolio_id = fields.Many2one(
        "ar.collection.portfolio",
        string="Portfolio",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The first portfolio whose conditions the debtor meets.",
    )
    deputy_id = fields.Many2one(
        "res.users",
        string="Deputy",
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
