from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..tools import contact

#: Why a debtor gets no notice, in the order of what needs somebody's work first.
REASONS = [
    ("no_address", "No address"),
    ("covered_by_credit", "Covered by credit"),
    ("money_on_its_way", "Money on its way"),
    ("delivery_unknown", "Delivery unknown"),
    ("no_policy", "No policy"),
    ("pending_notice", "A notice is waiting"),
    ("awaiting_approval", "Awaiting approval"),
    ("quiet_period", "Quiet period"),
    ("resume_wait", "Hold has just ended"),
    ("level_not_reached", "Next level not reached"),
    ("all_held", "All held"),
    ("claim_changed", "Changed meanwhile"),
    ("debtor_paused", "Debtor paused"),
    ("below_minimum", "Below minimum"),
    ("direct_debit", "Collected by direct debit"),
    ("contact_rule", "Contact rule"),
    ("not_dunned", "Not dunned"),
    ("nothing_overdue", "Nothing overdue"),
]
#: Colour of a reason on screens; the others are calm.
TONES = {
    "no_address": "danger",
    "delivery_unknown": "danger",
    "no_policy": "danger",
    "covered_by_credit": "promised",
    "money_on_its_way": "promised",
    "awaiting_approval": "warning",
    "pending_notice": "warning",
    "quiet_period": "info",
    "resume_wait": "info",
    "level_not_reached": "info",
}


class ArCollectionDecision(models.Model):
    """What a run, or a simulation, concluded for one debtor: plain rows, never changed."""

    _name = "ar.collection.decision"
    _inherit = ["ar.collection.debtor.mixin"]
    _description = "Dunning Decision"
    _order = "run_id desc, level_delay desc nulls last, reason_rank, claim desc, id"
    _log_access = False
    _rec_name = "partner_id"

    run_id = fields.Many2one(
        "ar.collection.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    collection_id = fields.Many2one(
        "ar.collection",
        string="Account",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    country_id = fields.Many2one(related="partner_id.country_id", store=False)
    policy_id = fields.Many2one("ar.collection.policy", readonly=True, ondelete="set null")
    level_id = fields.Many2one("ar.collection.level", readonly=True, ondelete="set null")
    level_delay = fields.Integer(readonly=True, aggregator="max")
    reason = fields.Selection(REASONS, string="No notice because", readonly=True)
    reason_rank = fields.Integer(readonly=True, aggregator="min")
    reason_date = fields.Date(string="Look again on", readonly=True)
    channels = fields.Char(readonly=True)
    overdue = fields.Monetary(readonly=True)
    held = fields.Monetary(readonly=True)
    credit = fields.Monetary(readonly=True)
    claim = fields.Monetary(
        readonly=True, help="What the notice claims, credits deducted, in company currency."
    )
    days_overdue = fields.Integer(string="Oldest (days)", readonly=True, aggregator="max")
    notice_id = fields.Many2one("ar.collection.notice", readonly=True, ondelete="set null")
    conclusion = fields.Char(
        string="Decision", compute="_compute_conclusion", search="_search_conclusion"
    )
    why = fields.Char(compute="_compute_conclusion")
    tone = fields.Char(compute="_compute_conclusion")
    oldest_bucket = fields.Char(compute="_compute_oldest_bucket")
    items = fields.Json(
        compute="_compute_items",
        help="A table of the debtor's items: of a notice as it froze them, else those open now.",
    )

    @api.depends("level_id", "reason", "reason_date")
    def _compute_conclusion(self):
        labels = dict(self._fields["reason"]._description_selection(self.env))
        for row in self:
            row.conclusion = row.level_id.name if not row.reason else labels[row.reason]
            row.why = row._explain()
            address = row.address_id
            if address and address != row.partner_id:
                row.why = f"{address.name or address.city or address.display_name}: {row.why}"
            row.tone = TONES.get(row.reason, "calm") if row.reason else row.level_id.tone

    @api.model
    def _search_conclusion(self, operator, value):
        if operator != "in":
            return NotImplemented
        labels = self._fields["reason"]._description_selection(self.env)
        return Domain("reason", "in", [reason for reason, label in labels if label in value]) | (
            Domain("reason", "=", False) & Domain("level_id.name", "in", value)
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Decisions are grouped by their conclusion, in the reader's language."""
        if field_expr != "conclusion":
            return super()._field_to_sql(alias, field_expr, query)
        labels = self._fields["reason"]._description_selection(self.env)
        return SQL(
            "coalesce(CASE %(reason)s %(labels)s END, (SELECT coalesce(level.name ->> %(lang)s,"
            " level.name ->> 'en_US') FROM ar_collection_level level WHERE level.id = %(level)s))",
            reason=SQL.identifier(alias, "reason"),
            labels=SQL(" ").join(SQL("WHEN %s THEN %s", *label) for label in labels),
            lang=self.env.lang or "en_US",
            level=SQL.identifier(alias, "level_id"),
        )

    @api.depends("days_overdue", "company_id")
    def _compute_oldest_bucket(self):
        limits = {company: company.sudo()._ar_limits() for company in self.company_id}  # settings
        for row in self:
            over = [limit for limit in limits.get(row.company_id, ()) if row.days_overdue > limit]
            row.oldest_bucket = str(1 + len(over)) if row.days_overdue > 0 else "0"

    @api.depends("notice_id", "run_id")
    def _compute_items(self):
        for row in self:
            if row.notice_id:
                table = row.run_id._noticed_items_table(row.notice_id)
            else:
                key = row.collection_id.id, row.address_id.id or None
                items = row.run_id._open_items(row.partner_id.ids).get(key, [])
                table = row.run_id._items_table(self.env._("Items"), items)
            row.items = table.without(0).to_screen()

    def _explain(self):
        """One sentence: why this debtor gets this notice, or none."""
        money = self.currency_id.format
        match self.reason:
            case "no_address":
                return self.env._("No usable address for this level; please complete the contact")
            case "covered_by_credit":
                return self.env._(
                    "Credits of %(credit)s cover it; please apply them", credit=money(self.credit)
                )
            case "below_minimum":
                return self.env._("Less to collect than the minimum of the policy")
            case "all_held":
                return self.env._("%(held)s held: nothing left to claim", held=money(self.held))
            case "money_on_its_way":
                return self.env._("Money of this debtor is not matched yet; please match it")
            case "delivery_unknown":
                return self.env._("An earlier notice may or may not have arrived; please decide")
            case "contact_rule":
                return self._explain_contact()
            case None | False:
                return self._explain_notice()
        labels = dict(self._fields["reason"]._description_selection(self.env))
        return self._explain_date() or labels[self.reason]

    def _explain_contact(self):
        """Who or what forbids it, as it is noted today."""
        account = self.collection_id.sudo()  # what was noted of a debtor whose row one reads
        if account.attorney_id:
            return self.env._(
                "Represented by %(attorney)s: nothing goes to the debtor, please write to the "
                "attorney",
                attorney=account.attorney_id.name,
            )
        labels = account.fields_get(list(contact.STOPS), ["string"])
        why = [label["string"] for name, label in labels.items() if account[name]]
        if why:
            return self.env._(
                "The debtor is not to be contacted: %(why)s", why=", ".join(sorted(why))
            )
        return self.env._("The contact rule of the debtor forbids every channel of this level")

    def _explain_date(self):
        """One sentence with the day on which things change; None without such a day."""
        if not self.reason_date:
            return None
        day = format_date(self.env, self.reason_date)
        match self.reason:
            case "quiet_period":
                return self.env._("A notice went out lately; the next one from %(day)s", day=day)
            case "resume_wait":
                return self.env._("A hold has just ended; chased again from %(day)s", day=day)
            case "level_not_reached" | "nothing_overdue":
                return self.env._("The next level is reached on %(day)s", day=day)
            case "direct_debit":
                return self.env._("Collected by direct debit on %(day)s", day=day)
        return None

    def _explain_notice(self):
        parts = []
        if self.days_overdue > 0:
            parts.append(self.env._("Oldest item %(days)s days", days=self.days_overdue))
        if self.held:
            parts.append(
                self.env._("%(held)s held left out", held=self.currency_id.format(self.held))
            )
        if self.credit:
            parts.append(
                self.env._(
                    "credit of %(credit)s deducted", credit=self.currency_id.format(self.credit)
                )
            )
        return "; ".join(parts) or self.env._("Falls due soon")

    def action_open_items(self):
        """Show the items behind the decision."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.partner_id.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
