from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..tools import ageing


class ResCompany(models.Model):
    """Settings of AR Collections; those of the root company count for its branches."""

    _name = "res.company"
    _inherit = "res.company"

    ar_automatic = fields.Boolean(
        string="Send notices automatically",
        help="Off until a first run was looked at. Then notices are decided every night and "
        "leave without a click, save those that need approval.",
    )
    ar_first_run_seen = fields.Boolean(
        string="First run looked at",
        help="Somebody has looked at a simulation or a run of this company.",
    )
    ar_catch_up_done = fields.Boolean(
        string="Start of old debt settled",
        help="It was decided at which level debt from before collections were switched on starts.",
    )
    ar_bucket_1 = fields.Integer(string="Bucket 1 to", default=30)
    ar_bucket_2 = fields.Integer(string="Bucket 2 to", default=60)
    ar_bucket_3 = fields.Integer(string="Bucket 3 to", default=90)
    ar_bucket_4 = fields.Integer(string="Bucket 4 to", default=120)
    ar_sender_id = fields.Many2one(
        "res.users",
        string="Contact for debtors",
        help="Name and telephone on letters to debtors without a collector.",
    )
    ar_email = fields.Char(
        string="Sender address",
        help="Notices are sent from this address. Empty: the address of the company.",
    )
    ar_approver_id = fields.Many2one(
        "res.users",
        string="Asked for approval",
        help="Gets an activity when something waits for approval. Empty: the first manager who did "
        "not ask.",
    )
    ar_attachment_limit = fields.Integer(
        string="Attachments up to (MB)",
        default=8,
        help="Letter and invoices together. Larger: the e-mail has a link to each invoice instead.",
    )
    ar_bank_line_days = fields.Integer(
        string="Bank lines at most",
        default=3,
        help="A run warns when the newest bank line is older than so many working days; 0: never.",
    )
    ar_bank_line_wait = fields.Boolean(
        string="Wait for the bank",
        help="A run that would warn about old bank lines sends nothing and waits.",
    )
    ar_worklist_minimum = fields.Monetary(
        string="Worklist from",
        help="Debtors with less to collect are not on the worklist, unless something is planned.",
    )
    ar_quiet_days = fields.Integer(
        string="Quiet days",
        default=1,
        help="Days after a contact on which a debtor is not on the worklist; 1: the day itself.",
    )
    ar_in_use_minutes = fields.Integer(
        string="Being worked on",
        default=10,
        help="Minutes after which the mark of a collector at work on a debtor runs out.",
    )
    ar_letter_form = fields.Selection(
        [
            ("din", "A4, window on the left (DIN 5008 B)"),
            ("us10", "US Letter, #10 window envelope"),
        ],
        string="Form of letters",
        compute="_compute_ar_letter_form",
        store=True,
        readonly=False,
        help="Follows the envelopes, whatever the language of the letter.",
    )

    _ar_attachment_limit_positive = models.Constraint(
        "CHECK (ar_attachment_limit >= 0)", "The size of attachments cannot be negative."
    )

    _ar_quiet_days_positive = models.Constraint(
        "CHECK (ar_quiet_days >= 0 AND ar_in_use_minutes > 0)",
        "Quiet days cannot be negative, and a mark lasts a minute at least.",
    )

    @api.depends("country_id")
    def _compute_ar_letter_form(self):
        for company in self:
            american = company.country_id.code in ("US", "CA")
            company.ar_letter_form = "us10" if american else "din"

    @api.constrains("ar_bucket_1", "ar_bucket_2", "ar_bucket_3", "ar_bucket_4")
    def _check_ar_buckets(self):
        for company in self:
            if not ageing.check_limits(company._ar_limits()):
                raise ValidationError(
                    self.env._(
                        "The ageing buckets of %(company)s must be positive and each must end "
                        "later than the one before, for example 30, 60, 90, 120 days.",
                        company=company.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env.registry.clear_cache()  # core forgets before it creates; see _ar_root_ids
        companies._ar_create_policies()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if {"active", "sequence"} & set(vals):
            self.env.registry.clear_cache()  # core forgets before it writes; see _ar_root_ids
        if any(
            name.startswith(("ar_bucket_", "ar_worklist_", "ar_quiet_", "account_use_credit_limit"))
            for name in vals
        ):
            # sudo: our job, which gives every debtor its new bucket, priority and group
            self.env.ref("ar_collections.ir_cron_ar_collection_refresh_full").sudo()._trigger()
        return result

    def _ar_root(self):
        """The root companies, as superuser: they may be out of reach of a branch user."""
        return self.sudo().root_id  # reason above

    def _ar_today(self):
        """Today where the company is: the timezone of its address, else UTC."""
        self.ensure_one()
        zone = self.sudo().partner_id.tz or "UTC"  # sudo: only the timezone is read
        return (
            fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).date()
        )

    @api.model
    def _ar_every_root(self):
        """All root companies, as superuser, read in as far as the figures need them."""
        # sudo: jobs work for all companies; only their settings are read
        roots = self.sudo().browse(self._ar_root_ids())
        roots.fetch(
            [
                "currency_id",
                "partner_id",
                "account_use_credit_limit",
                "ar_worklist_minimum",
                "ar_quiet_days",
                *(f"ar_bucket_{number}" for number in range(1, 5)),
            ]
        )
        roots.partner_id.fetch(["tz"])
        roots.currency_id.fetch(["decimal_places"])
        return roots

    @api.model
    @ormcache()
    def _ar_root_ids(self):
        """Kept: every statement on figures asks for them, some four times in a second."""
        return tuple(self.sudo().search([("parent_id", "=", False)]).ids)  # sudo: as above

    def _ar_needs_catch_up(self):
        """Whether it is still to be said where old debt starts: nothing was sent yet, and
        something is overdue since more than a month."""
        self.ensure_one()
        own = [("company_id", "=", self.id)]
        # sudo: a yes or no on the company, whoever asks
        return not (
            self.ar_catch_up_done
            or self.env["ar.collection.notice"].sudo().search(own, limit=1)
            or not self.env["ar.collection"]
            .sudo()
            .search([*own, ("days_overdue", ">", 30)], order="id", limit=1)
        )

    def _ar_limits(self):
        self.ensure_one()
        return (self.ar_bucket_1, self.ar_bucket_2, self.ar_bucket_3, self.ar_bucket_4)

    def _ar_bucket_labels(self):
        """Day ranges of the five buckets, e.g. ``1-30``."""
        return ageing.bucket_labels(self._ar_limits())

    def _ar_create_policies(self):
        """Give each root company without policies a copy of the delivered ones."""
        roots = self._ar_root()
        policies = self.env["ar.collection.policy"].sudo()  # set-up, whoever makes the company
        having = (
            policies.with_context(active_test=False)
            .search([("company_id", "in", roots.ids)])
            .company_id
        )
        templates = policies.browse()
        for xmlid in ("policy_not_dunned", "policy_standard"):
            templates |= (
                self.env.ref(f"ar_collections.{xmlid}", raise_if_not_found=False) or policies
            )
        for company in roots - having - templates.company_id:
            for template in templates:
                template.copy({"company_id": company.id, "name": template.name})
