from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class ArCollectionDay(models.Model):
    """The end of a collector's day: what is still open, confirmed by the collector, seen by the
    lead. Written by its own actions only."""

    _name = "ar.collection.day"
    _description = "End of Day"
    _order = "date desc, user_id"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", string="Collector", required=True, ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade", readonly=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, index=True, readonly=True)
    calls = fields.Integer(readonly=True)
    no_action = fields.Integer(string="Calls without next action", readonly=True)
    no_promise = fields.Integer(
        string="Promised without amount and date",
        readonly=True,
        help="Calls of the day whose result is a promise, and that have none.",
    )
    unanswered = fields.Integer(string="Replies unanswered", readonly=True)
    untouched = fields.Integer(
        string="Large debtors untouched",
        readonly=True,
        help="Debtors over the amount of the settings nobody spoke or wrote to for as many days as "
        "the settings say.",
    )
    findings = fields.Integer(compute="_compute_findings", store=True)
    note = fields.Text(help="What the lead should know.")
    confirmed_at = fields.Datetime(string="Confirmed", readonly=True)
    seen_by = fields.Many2one("res.users", string="Seen by", readonly=True, ondelete="restrict")
    seen_at = fields.Datetime(string="Seen", readonly=True)
    led = fields.Boolean(
        compute="_compute_led", search="_search_led", help="Of a collector of a portfolio I lead."
    )
    mine = fields.Boolean(compute="_compute_mine", export_string_translation=False)

    _day_uniq = models.UniqueIndex(
        "(user_id, date, company_id)", "There is one end of day per collector and day."
    )

    @api.depends("no_action", "no_promise", "unanswered", "untouched")
    def _compute_findings(self):
        for day in self:
            day.findings = day.no_action + day.no_promise + day.unanswered + day.untouched

    @api.depends_context("uid")
    def _compute_mine(self):
        for day in self:
            day.mine = day.user_id == self.env.user

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_led(self):
        users = self.env["ar.collection.target"]._led_users()
        for record in self:
            record.led = record.user_id in users

    @api.model
    def _search_led(self, operator, value):
        return self.env["ar.collection.target"]._search_led(operator, value)

    def write(self, vals):
        """Only the note is written by hand, by whose day it is, until it is confirmed."""
        if not self.env.su and (
            set(vals) - {"note"} or any(not day.mine or day.confirmed_at for day in self)
        ):
            raise AccessError(
                self.env._("The end of a day is written by its collector, until it is confirmed.")
            )
        return super().write(vals)

    # === ACTIONS === #
    @api.model
    def action_look(self):
        """Open the end of today of the user, counted anew."""
        self.env["ar.collection.call"].check_access("create")
        company = self.env.company._ar_root()
        today = company._ar_today()
        # sudo: written by this action only
        days = self.sudo()
        day = days.search(
            [
                ("user_id", "=", self.env.uid),
                ("date", "=", today),
                ("company_id", "=", company.id),
            ]
        ) or days.create({"user_id": self.env.uid, "date": today, "company_id": company.id})
        if not day.confirmed_at:
            day.with_env(self.env)._count()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("End of the day"),
            "res_model": self._name,
            "res_id": day.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_confirm(self):
        """The collector has gone through it."""
        for day in self:
            if day.user_id != self.env.user:
                raise AccessError(self.env._("A day is confirmed by its collector."))
        self._count()
        # sudo: written by this action only
        self.filtered(lambda day: not day.confirmed_at).sudo().confirmed_at = fields.Datetime.now()
        return {"type": "ir.actions.act_window_close"}

    def action_seen(self):
        """The lead has seen it."""
        self.check_access("read")
        if not self.env.user.has_group("ar_collections.group_ar_collection_all") and any(
            day.mine for day in self
        ):
            raise AccessError(self.env._("A day is seen by the lead, not by its collector."))
        if self.env.user.has_group("ar_collections.group_ar_collection_user"):
            # sudo: written by this action only
            self.filtered(lambda day: not day.seen_at).sudo().write(
                {"seen_at": fields.Datetime.now(), "seen_by": self.env.uid}
            )
        return True

    def action_open_finding(self):
        """What stands behind a count, named by ``ar_finding`` of the context."""
        self.ensure_one()
        self.check_access("read")
        name = self.env.context.get("ar_finding")
        if name not in self._finding_domains():
            name = "no_action"
        model, domain = self._finding_domains()[name]
        return {
            "type": "ir.actions.act_window",
            "name": self._fields[name]._description_string(self.env),
            "res_model": model,
            "domain": list(domain),
            "views": [(False, "list"), (False, "form")],
        }

    # === BUSINESS === #
    def _count(self):
        for day in self:
            counts = {
                name: self.env[model].search_count(domain)
                for name, (model, domain) in day._finding_domains().items()
            }
            # sudo: written by the program only
            day.sudo().write(counts)

    def _finding_domains(self):
        """dict: field of a count -> (model, domain) of what it counts."""
        start, end = self._bounds()
        calls = Domain(
            [
                ("user_id", "=", self.user_id.id),
                ("company_id", "=", self.company_id.id),
                ("date", ">=", start),
                ("date", "<", end),
            ]
        )
        accounts = Domain(
            [("user_id", "=", self.user_id.id), ("company_id", "=", self.company_id.id)]
        )
        company = self.company_id.sudo()  # settings
        before = self.date - timedelta(days=company.ar_untouched_days)
        return {
            "calls": ("ar.collection.call", calls),
            "no_action": ("ar.collection.call", calls & Domain("next_action_date", "=", False)),
            "no_promise": (
                "ar.collection.call",
                calls
                & Domain("result_id.asks", "=", "promise")
                & Domain("promise_ids", "=", False),
            ),
            "unanswered": ("ar.collection", accounts & Domain("reply_received_at", "!=", False)),
            "untouched": (
                "ar.collection",
                accounts
                & Domain("net_collectable", ">=", company.ar_untouched_amount)
                & Domain("net_collectable", ">", 0)
                & (
                    Domain("last_contact_date", "=", False)
                    | Domain("last_contact_date", "<", before)
                ),
            ),
        }

    def _bounds(self):
        """Begin and end of the day where the company is, UTC."""
        zone = ZoneInfo(self.company_id.sudo().partner_id.tz or "UTC")  # a timezone
        return tuple(
            datetime.combine(day, time.min, tzinfo=zone)
            .astimezone(ZoneInfo("UTC"))
            .replace(tzinfo=None)
            for day in (self.date, self.date + timedelta(days=1))
        )


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = "res.company"

    ar_untouched_amount = fields.Monetary(
        string="Large debtors from",
        default=5000,
        help="The end of the day lists debtors with so much to collect nobody spoke to lately.",
    )
    ar_untouched_days = fields.Integer(string="Untouched for (days)", default=14)
