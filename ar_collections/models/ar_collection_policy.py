from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from ..tools import prepared


class ArCollectionPolicy(models.Model):
    _name = "ar.collection.policy"
    _description = "Follow-up Policy"
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
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10, help="The first policy that fits a debtor is used.")
    domain = fields.Char(
        string="For debtors", default="[]", tracking=True, help="Empty: for every debtor."
    )
    by_hand = fields.Boolean(
        string="Chosen by hand",
        tracking=True,
        help="Only for debtors that are given this policy on their contact; conditions do not "
        "count.",
    )
    dunned = fields.Boolean(
        string="Send notices",
        default=True,
        tracking=True,
        help="Off: debtors of this policy are never sent a notice.",
    )
    escalation = fields.Selection(
        [("sequential", "One level after the other"), ("direct", "The level the age calls for")],
        required=True,
        default="sequential",
        tracking=True,
    )
    notice_per = fields.Selection(
        [("debtor", "Debtor"), ("address", "Invoice address")],
        string="One notice per",
        required=True,
        default="debtor",
        tracking=True,
        help="Debtor: one notice names all that is overdue. Invoice address: each contact that "
        "invoices are addressed to gets a notice of its own, at a level of its own.",
    )
    min_amount = fields.Monetary(
        string="Minimum claim",
        tracking=True,
        help="Debtors with less to collect, credits deducted, get no notice.",
    )
    quiet_days = fields.Integer(
        default=7, tracking=True, help="Days without a notice after the notice before."
    )
    resume_days = fields.Integer(
        default=3,
        tracking=True,
        help="Days an item waits after its hold has ended: un-pausing never fires a letter at once.",
    )
    contact_rule_id = fields.Many2one(
        "ar.collection.contact.rule",
        string="Contact rule",
        tracking=True,
        ondelete="restrict",
        domain="[('company_id', 'in', (company_id, False))]",
        help="When and how often these debtors may be contacted. Empty: the first rule that fits "
        "the debtor.",
    )
    catch_up_level_id = fields.Many2one(
        "ar.collection.level",
        string="Old debt starts at",
        domain="[('policy_id', '=', id), ('delay', '>=', 0)]",
        ondelete="set null",
        copy=False,
        help="When collections are switched on, what is overdue by then counts as noticed at the "
        "level its age calls for, but at most at this one. Empty: it starts from the bottom.",
    )
    level_ids = fields.One2many("ar.collection.level", "policy_id", string="Levels", copy=True)
    bucket_limits = fields.Json(
        compute="_compute_bucket_limits", help="Last days of the ageing buckets, for the ladder."
    )
    debtor_count = fields.Integer(compute="_compute_debtor_count")

    _days_positive = models.Constraint(
        "CHECK (quiet_days >= 0 AND resume_days >= 0)", "Days cannot be negative."
    )

    @api.depends("company_id")
    def _compute_bucket_limits(self):
        for policy in self:
            # sudo: a setting everybody may know
            policy.bucket_limits = list(
                policy.company_id.sudo()._ar_limits() if policy.company_id else ()
            )

    def _compute_debtor_count(self):
        counts = dict(
            self.env["ar.collection"]._read_group(
                [("policy_id", "in", self.ids)], ["policy_id"], ["__count"]
            )
        )
        for policy in self:
            policy.debtor_count = counts.get(policy, 0)

    @api.constrains("company_id")
    def _check_root_company(self):
        for policy in self:
            if policy.company_id.parent_id:
                raise ValidationError(
                    self.env._(
                        "%(policy)s must belong to the head company %(root)s, not to its branch "
                        "%(branch)s.",
                        policy=policy.name,
                        root=policy.company_id._ar_root().name,
                        branch=policy.company_id.name,
                    )
                )

    @api.constrains("domain")
    def _check_domain(self):
        for policy in self:
            try:
                policy._partners_sql()
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The conditions of %(policy)s cannot be read: %(error)s",
                        policy=policy.name,
                        error=error,
                    )
                ) from error

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        self.env["ar.collection"].sudo()._assign_policies()  # the machine assigns policies
        return policies

    def write(self, vals):
        result = super().write(vals)
        if {"domain", "by_hand", "sequence", "active", "company_id"} & set(vals):
            self.env["ar.collection"].sudo()._assign_policies()  # the machine assigns policies
        return result

    def _partners_sql(self):
        """SQL: ids of the partners who meet the conditions of the policy."""
        return self._search_partners(Domain(safe_eval(self.domain or "[]")))

    def _search_partners(self, domain):
        partners = self.env["res.partner"].sudo().with_context(active_test=False)  # no rules
        return SQL("(%s)", partners._search(domain).select())

    def _fits_sql(self, partner_ids=None, tried=False):
        """SQL condition: the policy is for ``account.partner_id``.

        EXISTS, unlike IN, lets PostgreSQL look up a few debtors without reading all partners.

        :param partner_ids: only these debtors are asked for; None: any.
        :param tried: by its conditions, although it is chosen by hand only.
        """
        if self.by_hand and not tried:
            return SQL("FALSE")
        domain = Domain(safe_eval(self.domain or "[]"))
        if domain.is_true():
            return SQL("TRUE")
        if partner_ids is not None:
            ids = prepared.array(partner_ids)
            domain &= Domain.custom(
                to_sql=lambda model, alias, query: SQL(
                    "%s = ANY(%s::int[])", model._field_to_sql(alias, "id", query), ids
                )
            )
        return SQL(
            "EXISTS (SELECT FROM %s fits(id) WHERE fits.id = account.partner_id)",
            self._search_partners(domain),
        )

    def action_open_debtors(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_action"
        )
        action["domain"] = [("policy_id", "=", self.id)]
        action["context"] = {}
        return action

    @api.model
    def action_configure(self):
        """The policies; where there is one for all, that one."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_policy_action"
        )
        if not self.env.user.has_group("ar_collections.group_ar_collection_policies"):
            company = self.env.company._ar_root()
            policy = self.search([("company_id", "=", company.id), ("dunned", "=", True)], limit=1)
            action.update(res_id=policy.id, views=[(False, "form")], context={"create": False})
        return action

    def action_simulate(self):
        """Look at what tonight's run of the company would decide."""
        self.ensure_one()
        return self.env["ar.collection.run"]._action_simulate(self.company_id)

    def copy_data(self, default=None):
        """A copy in the same company is archived: to be changed and tried before it is used."""
        vals_list = super().copy_data(default)
        if not (default and default.keys() & {"company_id", "by_hand", "active", "domain"}):
            vals_list = [{**vals, "active": False} for vals in vals_list]
        if not (default and default.get("name")):
            for policy, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%(policy)s (copy)", policy=policy.name)
        return vals_list
