from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache
from odoo.tools.safe_eval import safe_eval


class ArCollectionPortfolio(models.Model):
    """Whose debtors are whose: the first portfolio that fits a debtor is used."""

    _name = "ar.collection.portfolio"
    _description = "Portfolio"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company._ar_root(),
        domain="[('parent_id', '=', False)]",
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10, help="The first portfolio that fits a debtor is used.")
    domain = fields.Char(
        string="For debtors", default="[]", tracking=True, help="Empty: for every debtor."
    )
    lead_id = fields.Many2one(
        "res.users",
        string="Team lead",
        tracking=True,
        index="btree_not_null",
        domain="[('share', '=', False)]",
        ondelete="restrict",
        help="Sees and works every debtor of the portfolio.",
    )
    member_ids = fields.One2many(
        "ar.collection.portfolio.member", "portfolio_id", string="Collectors", copy=True
    )
    method = fields.Selection(
        [("number", "By number of debtors"), ("amount", "By amount overdue")],
        string="Share out",
        required=True,
        default="number",
        tracking=True,
        help="New debtors go to the collector who has the least.",
    )
    sticky = fields.Boolean(
        string="Debtors keep their collector",
        default=True,
        tracking=True,
        help="Off: all debtors of the portfolio are shared out anew each time.",
    )
    account_ids = fields.One2many("ar.collection", "portfolio_id", string="Debtors")

    @api.constrains("domain")
    def _check_domain(self):
        for portfolio in self:
            try:
                self.env["ar.collection"].search(portfolio._domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The conditions of %(portfolio)s cannot be read: %(error)s",
                        portfolio=portfolio.name,
                        error=error,
                    )
                ) from error

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        portfolios = super().create(vals_list)
        self._forget_leads()
        return portfolios

    def write(self, vals):
        result = super().write(vals)
        if "lead_id" in vals:
            self._forget_leads()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_leads()
        return result

    @api.model
    @ormcache("uid")
    def _led_ids(self, uid):
        """Ids of the portfolios a user leads; kept, because record rules ask a dozen times."""
        # sudo: for the rule that decides what one sees
        led = self.sudo().with_context(active_test=False).search([("lead_id", "=", uid)])
        return tuple(led.ids)

    @api.model
    def _forget_leads(self):
        """Now, and when others can see it: who asks in between keeps what was before."""
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    def _domain(self):
        """The debtors the portfolio is for, were it the first."""
        self.ensure_one()
        return Domain("company_id", "=", self.company_id.id) & Domain(
            safe_eval(self.domain or "[]")
        )


class ArCollectionPortfolioMember(models.Model):
    """A collector of a portfolio."""

    _name = "ar.collection.portfolio.member"
    _description = "Collector of a Portfolio"
    _order = "portfolio_id, id"
    _rec_name = "user_id"

    portfolio_id = fields.Many2one(
        "ar.collection.portfolio", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="portfolio_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        required=True,
        index=True,
        domain="[('share', '=', False)]",
        ondelete="restrict",
    )
    capacity = fields.Integer(
        string="Debtors at most", help="Of this portfolio; 0: as many as there are."
    )

    debtor_count = fields.Integer(string="Debtors now", compute="_compute_debtor_count")
    amount = fields.Monetary(string="Overdue now", compute="_compute_debtor_count")
    currency_id = fields.Many2one(related="portfolio_id.currency_id")

    _user_uniq = models.UniqueIndex(
        "(portfolio_id, user_id)", "A collector stands once in a portfolio."
    )
    _capacity_positive = models.Constraint(
        "CHECK (capacity >= 0)", "The number of debtors cannot be negative."
    )

    @api.depends("user_id", "portfolio_id")
    def _compute_debtor_count(self):
        rows = self.env["ar.collection"]._read_group(
            [("portfolio_id", "in", self.portfolio_id.ids), ("total_due", ">", 0)],
            ["portfolio_id", "user_id"],
            ["__count", "total_overdue:sum"],
        )
        found = {(one, user): figures for one, user, *figures in rows}
        for member in self:
            member.debtor_count, member.amount = found.get(
                (member.portfolio_id, member.user_id), (0, 0.0)
            )

    @api.constrains("user_id")
    def _check_user(self):
        for member in self:
            user = member.user_id
            collector = user.has_group("ar_collections.group_ar_collection_user")
            if not collector or member.company_id not in user.company_ids.root_id:
                raise ValidationError(
                    self.env._(
                        "%(user)s is no collector of %(company)s. Please give the access right "
                        "first, or choose somebody else.",
                        user=user.name,
                        company=member.company_id.name,
                    )
                )
