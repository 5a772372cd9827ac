from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import prepared
from .ar_collection_stage import KINDS

BUCKETS = [
    ("0", "Not due"),
    ("1", "Bucket 1"),
    ("2", "Bucket 2"),
    ("3", "Bucket 3"),
    ("4", "Bucket 4"),
    ("5", "Bucket 5"),
]

#: Amounts that only the refresh writes, all taken from ``ar.collection.figures._debtors_sql``.
AMOUNTS = (
    "total_due",
    "not_due",
    "total_overdue",
    "bucket_1",
    "bucket_2",
    "bucket_3",
    "bucket_4",
    "bucket_5",
    "disputed",
    "promised",
    "planned",
    "held_other",
    "held",
    "collectable",
    "unapplied_credit",
    "net_collectable",
)
#: Fields that only the refresh writes: the cache of the ledger.
MACHINE_FIELDS = (
    *AMOUNTS,
    "oldest_due_date",
    "days_overdue",
    "oldest_bucket",
    "level_id",
    "fact_kind",
    "credit_used",
    "priority",
    "priority_reason",
)
#: What else no person may write, over the API either: what the account is, and evidence.
KEPT_FIELDS = (
    *MACHINE_FIELDS,
    "partner_id",
    "company_id",
    "currency_id",
    "policy_id",
    "date_last_stage_update",
    "last_payment_date",
    "last_contact_date",
    "last_notice_date",
    "broken_promises",
)


class ArCollection(models.Model):
    """One debtor (commercial partner) in one root company: the aggregate root.

    The figures are a cache of the ledger, refreshed from it (see
    ``ar_collection_refresh``), so that 100,000 debtors can be filtered, grouped and
    sorted; ``live_figures`` reads the ledger.
    """

    _name = "ar.collection"
    _description = "Collection Account"
    _inherit = ["mail.tracking.duration.mixin", "mail.activity.mixin"]
    _order = "priority desc, id"
    _rec_name = "partner_id"
    _rec_names_search = ["partner_id"]
    _track_duration_field = "stage_id"

    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    country_id = fields.Many2one(related="partner_id.country_id")
    place = fields.Char(compute="_compute_place", help="City and country of the debtor.")
    email = fields.Char(compute="_compute_contact_id")
    phone = fields.Char(compute="_compute_contact_id")
    contact_id = fields.Many2one(
        "res.partner",
        compute="_compute_contact_id",
        help="Address of type Collections, else the invoice address, else the company contact.",
    )

    # === Figures: a cache of the ledger, in company currency, all positive === #
    total_due = fields.Monetary(readonly=True, help="All claims, due or not: not due + overdue.")
    not_due = fields.Monetary(readonly=True, help="Claims whose due date is today or later.")
    total_overdue = fields.Monetary(
        string="Overdue", readonly=True, help="Claims whose due date is before today."
    )
    bucket_1 = fields.Monetary(readonly=True)
    bucket_2 = fields.Monetary(readonly=True)
    bucket_3 = fields.Monetary(readonly=True)
    bucket_4 = fields.Monetary(readonly=True)
    bucket_5 = fields.Monetary(readonly=True)
    held = fields.Monetary(
        readonly=True, help="The part of the overdue claims that is not chased now."
    )
    disputed = fields.Monetary(readonly=True, help="Held because of a dispute.")
    promised = fields.Monetary(readonly=True, help="Held because of a promise to pay.")
    planned = fields.Monetary(readonly=True, help="Held because of a payment plan.")
    held_other = fields.Monetary(
        string="Held otherwise", readonly=True, help="Held for any other reason."
    )
    collectable = fields.Monetary(readonly=True, help="Overdue less held.")
    unapplied_credit = fields.Monetary(
        readonly=True, help="Payments and credit notes not yet matched with a claim."
    )
    net_collectable = fields.Monetary(
        readonly=True,
        help="Collectable less the available credits of the same currency, per currency, never "
        "below zero, summed.",
    )
    oldest_due_date = fields.Date(readonly=True, help="Due date of the oldest overdue claim.")
    days_overdue = fields.Integer(
        string="Oldest (days)", readonly=True, aggregator="max", help="Days since that date."
    )
    oldest_bucket = fields.Selection(
        "_selection_oldest_bucket",
        readonly=True,
        default="0",
        help="Ageing bucket of the oldest overdue claim.",
    )
    level_id = fields.Many2one(
        "ar.collection.level",
        string="Level reached",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The highest follow-up level of an open item.",
    )
    level_tone = fields.Selection(related="level_id.tone")
    call_script = fields.Text(related="level_id.call_script")
    fact_kind = fields.Selection(
        KINDS, readonly=True, default="current", help="The kind of stage that follows from facts."
    )
    figures_at = fields.Datetime(
        string="Figures of",
        compute="_compute_figures_at",
        help="When the figures of this list were last brought in line with the ledger.",
    )

    # === Collecting === #
    stage_id = fields.Many2one(
        "ar.collection.stage",
        tracking=True,
        ondelete="restrict",
        group_expand="_group_expand_stage_id",
        default=lambda self: self.env["ar.collection.stage"].search([], limit=1),
    )
    date_last_stage_update = fields.Datetime(
        string="In stage since", readonly=True, default=fields.Datetime.now
    )
    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        tracking=True,
        index="btree_not_null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    policy_id = fields.Many2one(
        "ar.collection.policy",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Chosen by the refresh: the own choice below, else the first policy that fits.",
    )
    own_policy_id = fields.Many2one(
        "ar.collection.policy",
        string="Policy of this debtor",
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Empty: the first policy whose conditions the debtor meets.",
    )
    next_action = fields.Char(string="Next action", tracking=True)
    next_action_date = fields.Date(string="Next action on", tracking=True, index="btree_not_null")
    priority = fields.Integer(
        readonly=True, aggregator="max", help="Higher first. Hover or open for the reasons."
    )
    priority_reason = fields.Json(readonly=True, help="List of [rule, points, figure].")
    last_payment_date = fields.Date(readonly=True)
    last_contact_date = fields.Date(readonly=True)
    last_notice_date = fields.Date(readonly=True)
    broken_promises = fields.Integer(readonly=True)
    note = fields.Text(string="Good to know")

    hold_ids = fields.One2many("ar.collection.hold", "collection_id", string="Holds")
    notice_ids = fields.One2many("ar.collection.notice", "collection_id", string="Notices")
    notice_count = fields.Integer(compute="_compute_notice_count")

    _partner_company_uniq = models.UniqueIndex(
        "(partner_id, company_id)", "There is one collection account per debtor and company."
    )
    _priority_idx = models.Index("(priority DESC, id)")
    # A column of the board in its order; what the board counts and adds up is in it, so that
    # the counters of 100,000 debtors read 6 MB, not the 64 of the table.
    _stage_idx = models.Index(
        "(stage_id, priority DESC, id) INCLUDE (company_id, user_id, oldest_bucket, total_due,"
        " unapplied_credit, total_overdue)"
    )

    _check_company_auto = True

    @api.model
    def _selection_oldest_bucket(self):
        """The buckets, named by the limits of the current company."""
        labels = self.env.company._ar_root()._ar_bucket_labels()
        return [
            BUCKETS[0],
            *(
                (str(n), self.env._("%(days)s days", days=label))
                for n, label in enumerate(labels, 1)
            ),
        ]

    # === COMPUTES === #
    @api.depends("partner_id.city", "partner_id.country_id")
    def _compute_place(self):
        for account in self:
            partner = account.partner_id.sudo()  # address of a debtor the reader may see
            account.place = ", ".join(filter(None, [partner.city, partner.country_code]))

    @api.depends("partner_id")
    def _compute_contact_id(self):
        contacts = self.partner_id._ar_contacts()
        self.env["res.partner"].union(*contacts.values()).mapped("email")  # all at once
        for account in self:
            contact = contacts.get(account.partner_id.id, self.env["res.partner"])
            account.contact_id = contact
            account.email = contact.email
            account.phone = contact.phone or account.partner_id.phone

    @api.depends("write_date")
    def _compute_figures_at(self):
        refreshed = self._refreshed_at()
        for account in self:
            account.figures_at = max(filter(None, [refreshed, account.write_date]), default=False)

    def _compute_notice_count(self):
        counts = dict(
            self.env["ar.collection.notice"]._read_group(
                [("collection_id", "in", self.ids)], ["collection_id"], ["__count"]
            )
        )
        for account in self:
            account.notice_count = counts.get(account, 0)

    @api.model
    def _group_expand_stage_id(self, stages, domain):
        return stages.search(Domain.TRUE)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """The amounts of the buckets are named by the limits of the current company."""
        result = super().fields_get(allfields, attributes)
        for value, label in self._selection_oldest_bucket():
            if "string" in result.get(f"bucket_{value}", {}):
                result[f"bucket_{value}"]["string"] = label
        return result

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        """Accounts appear by themselves; a person cannot make one."""
        if not self.env.su:
            raise UserError(
                self.env._(
                    "A collection account appears by itself after the first posted invoice of a "
                    "customer. To follow up somebody else, post an invoice or an entry first."
                )
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and (forbidden := set(vals) & self._kept_fields()):
            raise AccessError(
                self.env._(
                    "The figures of a debtor come from the ledger, and these are kept by the program "
                    "itself: %(names)s.",
                    names=", ".join(sorted(self._fields[name].string for name in forbidden)),
                )
            )
        if "stage_id" in vals:
            vals = {**vals, "date_last_stage_update": fields.Datetime.now()}
        result = super().write(vals)
        if "own_policy_id" in vals:
            self._assign_policies(self.partner_id.ids)
        return result

    @api.model
    def _kept_fields(self):
        """Hook: names of the fields that no person may write, over the API either."""
        return set(KEPT_FIELDS)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "The collection account of %(names)s is evidence and cannot be deleted. It "
                    "closes by itself when nothing is open.",
                    names=", ".join(self.mapped("display_name")),
                )
            )

    @api.depends("partner_id.display_name", "company_id")
    def _compute_display_name(self):
        for account in self:
            # sudo: a collector may not see the contact of another company's debtor, but
            # reads the account only where a rule lets him
            account.display_name = account.partner_id.sudo().name or self.env._("Debtor")

    def _mail_get_partner_fields(self, introspect_fields=False):
        return ["partner_id"]

    # === ACTIONS === #
    def action_refresh(self):
        """Bring the figures of these debtors in line with the ledger now."""
        self.check_access("read")
        # sudo: the figures belong to the machine; nobody may write them by hand
        self.sudo()._refresh(self.partner_id.ids)
        return True

    def action_check_ledger(self):
        """Compare the cache with the ledger and list the debtors that differ."""
        return self.env["ar.collection"]._action_differences()

    @api.model
    def figures_time(self):
        """When the figures in lists were last brought in line with the ledger; False: never."""
        self.check_access("read")
        return self._refreshed_at()

    @api.model
    def action_refresh_moved(self):
        """Bring the debtors whose items moved lately in line with the ledger now.

        :return: the time the figures are of.
        """
        self.check_access("read")
        # sudo: the queue and the figures belong to the machine
        row_ids, *concerned = self.env["ar.collection.queue"].sudo()._take()  # see above
        self.sudo()._refresh(*concerned)  # dito
        self.env["ar.collection.queue"].sudo()._done(row_ids)  # dito
        return fields.Datetime.now()

    # === BUSINESS === #
    def _among(self, name):
        """Domain: the field ``name`` is one of these accounts.

        All of them as one array: as values of a domain thousands of ids would be checked and
        quoted one by one, in each of the searches that follow a refresh.
        """
        ids = prepared.array(self.ids)
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = ANY(%s::int[])", model._field_to_sql(alias, name, query), ids
            )
        )

    def _set_next_action(self, text, date):
        """Propose the collector's next step; an earlier one of the collector's own stays.

        No message in the chatter: a run may do so for thousands, and its decision says why.
        """
        free = self.filtered(
            lambda account: not account.next_action_date or account.next_action_date > date
        )
        free.with_context(tracking_disable=True).write(
            {"next_action": text, "next_action_date": date}
        )

    @api.model
    def _refreshed_at(self):
        """When a refresh last ended: the figures in lists are at least as new as that."""
        crons = self.env["ir.cron"].sudo()  # one date of our own jobs
        for name in ("refresh", "refresh_full"):
            crons |= self.env.ref(f"ar_collections.ir_cron_ar_collection_{name}").sudo()  # dito
        return max(filter(None, crons.mapped("lastcall")), default=False)
