from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize


class ResConfigSettings(models.TransientModel):
    _name = "res.config.settings"
    _inherit = "res.config.settings"

    ar_company_id = fields.Many2one(
        "res.company", compute="_compute_ar_company_id", help="The head company of this company."
    )
    ar_automatic = fields.Boolean(related="ar_company_id.ar_automatic", readonly=False)
    ar_first_run_seen = fields.Boolean(related="ar_company_id.ar_first_run_seen")
    ar_bucket_1 = fields.Integer(related="ar_company_id.ar_bucket_1", readonly=False)
    ar_bucket_2 = fields.Integer(related="ar_company_id.ar_bucket_2", readonly=False)
    ar_bucket_3 = fields.Integer(related="ar_company_id.ar_bucket_3", readonly=False)
    ar_bucket_4 = fields.Integer(related="ar_company_id.ar_bucket_4", readonly=False)
    ar_sender_id = fields.Many2one(related="ar_company_id.ar_sender_id", readonly=False)
    ar_email = fields.Char(related="ar_company_id.ar_email", readonly=False)
    ar_approver_id = fields.Many2one(related="ar_company_id.ar_approver_id", readonly=False)
    ar_attachment_limit = fields.Integer(
        related="ar_company_id.ar_attachment_limit", readonly=False
    )
    ar_bank_line_days = fields.Integer(related="ar_company_id.ar_bank_line_days", readonly=False)
    ar_bank_line_wait = fields.Boolean(related="ar_company_id.ar_bank_line_wait", readonly=False)
    ar_worklist_minimum = fields.Monetary(
        related="ar_company_id.ar_worklist_minimum",
        readonly=False,
        currency_field="ar_call_currency_id",
    )
    ar_quiet_days = fields.Integer(related="ar_company_id.ar_quiet_days", readonly=False)
    ar_in_use_minutes = fields.Integer(related="ar_company_id.ar_in_use_minutes", readonly=False)
    ar_letter_form = fields.Selection(related="ar_company_id.ar_letter_form", readonly=False)
    ar_delivery_workers = fields.Integer(
        string="Delivery workers", config_parameter="ar_collections.delivery_workers", default=1
    )
    group_ar_collection_policies = fields.Boolean(
        string="Several policies",
        implied_group="ar_collections.group_ar_collection_policies",
        group="ar_collections.group_ar_collection_user,ar_collections.group_ar_collection_readonly",
    )
    group_ar_collection_approvals = fields.Boolean(
        string="Approvals",
        implied_group="ar_collections.group_ar_collection_approvals",
        group="ar_collections.group_ar_collection_user,ar_collections.group_ar_collection_readonly",
    )
    group_ar_collection_letters = fields.Boolean(
        string="Letters on paper",
        implied_group="ar_collections.group_ar_collection_letters",
        group="ar_collections.group_ar_collection_user,ar_collections.group_ar_collection_readonly",
    )
    group_ar_collection_contact_rules = fields.Boolean(
        string="Contact rules",
        implied_group="ar_collections.group_ar_collection_contact_rules",
        group="ar_collections.group_ar_collection_user,ar_collections.group_ar_collection_readonly",
    )
    group_ar_collection_portfolios = fields.Boolean(
        string="Portfolios and teams",
        implied_group="ar_collections.group_ar_collection_portfolios",
        group="ar_collections.group_ar_collection_user,ar_collections.group_ar_collection_readonly",
    )
    group_ar_collection_disputes = fields.Boolean(
        string="Dispute routing and deadlines",
        implied_group="ar_collections.group_ar_collection_disputes",
        group="ar_collections.group_ar_collection_user,ar_collections.group_ar_collection_readonly",
    )
    group_ar_collection_plans = fields.Boolean(
        string="Payment plans",
        implied_group="ar_collections.group_ar_collection_plans",
        group="ar_collections.group_ar_collection_user,ar_collections.group_ar_collection_readonly",
    )
    group_ar_collection_cash = fields.Boolean(
        string="Cash application",
        implied_group="ar_collections.group_ar_collection_cash",
        group="ar_collections.group_ar_collection_user,ar_collections.group_ar_collection_readonly",
    )
    ar_followup_installed = fields.Boolean(compute="_compute_ar_hints")
    ar_sent_as = fields.Char(
        compute="_compute_ar_sent_as",
        help="The address e-mails really come from, when it is not the one chosen here.",
    )
    ar_no_alias_domain = fields.Boolean(compute="_compute_ar_hints")
    ar_no_incoming = fields.Boolean(compute="_compute_ar_hints")
    ar_no_mail_server = fields.Boolean(compute="_compute_ar_hints")

    @api.depends("company_id")
    def _compute_ar_company_id(self):
        for settings in self:
            settings.ar_company_id = settings.company_id._ar_root()

    @api.depends("company_id")
    def _compute_ar_hints(self):
        # sudo: technical records, for a yes or no to the administrator
        followup = (
            self.env["ir.module.module"]
            .sudo()
            .search_count([("name", "=", "account_followup"), ("state", "=", "installed")])
        )
        servers = self.env["ir.mail_server"].sudo().search_count([])  # dito
        incoming = self.env["fetchmail.server"].sudo().search_count([])  # dito
        for settings in self:
            settings.ar_followup_installed = bool(followup)
            settings.ar_no_mail_server = not servers
            # sudo: the head company may be out of reach of the user's branch
            domain = settings.ar_company_id.sudo().alias_domain_id
            settings.ar_no_alias_domain = not domain
            settings.ar_no_incoming = bool(domain) and not incoming

    @api.depends("ar_email", "company_id")
    def _compute_ar_sent_as(self):
        """Core writes the notification address into mails that no server may send as theirs."""
        for settings in self:
            # sudo: mail servers are read to say which address they let pass
            company = settings.ar_company_id.sudo()
            wanted = email_normalize(settings.ar_email or company.email)
            servers = self.env["ir.mail_server"].sudo()  # dito
            servers = servers.with_context(
                domain_notifications_email=company.alias_domain_id.default_from_email
            )
            settings.ar_sent_as = False
            if wanted and servers.search_count([], limit=1):
                sent_as = email_normalize(servers._find_mail_server(wanted)[1])
                settings.ar_sent_as = sent_as != wanted and sent_as

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("ar_automatic"):
                company = self.env["res.company"].browse(
                    vals.get("company_id", self.env.company.id)
                )
                self._check_catch_up(company._ar_root())
        return super().create(vals_list)

    @api.model
    def _check_catch_up(self, company):
        """Refuse to switch on what would send to old debt nobody has thought of."""
        if not company.ar_automatic and company._ar_needs_catch_up():
            raise UserError(
                self.env._(
                    "Before notices leave by themselves, please say where old debt starts: Collections, "
                    "Configuration, Start with old debt."
                )
            )

    def set_values(self):
        if self.ar_automatic and not self.ar_first_run_seen:
            raise UserError(
                self.env._(
                    "Before notices leave by themselves, please look at a first run: Collections, "
                    "Dunning, Tonight."
                )
            )
        result = super().set_values()
        self.env["ar.collection.notice"]._set_delivery_workers(self.ar_delivery_workers)
        return result
