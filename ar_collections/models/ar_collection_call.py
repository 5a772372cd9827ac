from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools import call as rules
from .ar_collection_call_result import REACHED

CHANNELS = [
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("letter", "Letter"),
    ("visit", "Visit"),
    ("meeting", "Meeting"),
    ("portal", "Portal"),
]


class ArCollectionCall(models.Model):
    """One logged contact with a debtor, phone first, any channel, in or out."""

    _name = "ar.collection.call"
    _description = "Call"
    _order = "date desc, id desc"
    _rec_name = "collection_id"

    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="collection_id.partner_id", string="Customer")
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    contact_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="set null",
        domain="[('commercial_partner_id', '=', partner_id)]",
    )
    channel = fields.Selection(CHANNELS, required=True, default="phone")
    direction = fields.Selection([("out", "Out"), ("in", "In")], required=True, default="out")
    number = fields.Char(help="The number dialled, or the address written to.")
    date = fields.Datetime(string="Start", required=True, index=True, default=fields.Datetime.now)
    duration = fields.Integer(string="Seconds", help="How long it took, in seconds.")
    result_id = fields.Many2one(
        "ar.collection.call.result", required=True, index=True, ondelete="restrict"
    )
    reached = fields.Selection(
        REACHED,
        string="Right person reached",
        compute="_compute_reached",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    right_party = fields.Boolean(
        compute="_compute_right_party", store=True, help="The right person was reached."
    )
    is_attempt = fields.Boolean(
        string="Attempt",
        compute="_compute_counts",
        store=True,
        help="An outgoing contact whose result counts as an attempt.",
    )
    is_contact = fields.Boolean(
        string="Conversation",
        compute="_compute_counts",
        store=True,
        help="Somebody was spoken to, and the result counts as a contact.",
    )
    nonpayment_reason_id = fields.Many2one(
        "ar.collection.nonpayment.reason", string="Reason for late payment", ondelete="restrict"
    )
    line_ids = fields.Many2many(
        "account.move.line",
        "ar_collection_call_item_rel",
        "call_id",
        "line_id",
        string="Items talked about",
    )
    note = fields.Text()
    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    callback_at = fields.Datetime(string="Call back on")
    next_action = fields.Char(
        string="Next action",
        compute="_compute_next_action",
        store=True,
        readonly=False,
        precompute=True,
        help="Proposed by the result; becomes the next action of the debtor.",
    )
    next_action_date = fields.Date(
        string="Next action on",
        compute="_compute_next_action_date",
        store=True,
        readonly=False,
        precompute=True,
    )
    level_id = fields.Many2one(
        "ar.collection.level",
        string="Call after",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The level of the notice after which this call was asked for.",
    )

    _account_idx = models.Index("(collection_id, date DESC, id DESC)")
    _duration_positive = models.Constraint(
        "CHECK (duration >= 0)", "A call cannot last less than no time."
    )

    # === COMPUTES === #
    @api.depends("result_id")
    def _compute_reached(self):
        for call in self:
            call.reached = call.result_id.reached or call.reached or "right"

    @api.depends("reached")
    def _compute_right_party(self):
        for call in self:
            call.right_party = call.reached == "right"

    @api.depends("result_id", "direction", "reached")
    def _compute_counts(self):
        """Kept as they were when the call was saved: a result changed later changes no past."""
        for call in self:
            result = call.result_id
            call.is_attempt = call.direction == "out" and result.is_attempt
            call.is_contact = call.reached != "nobody" and result.is_contact

    @api.depends("result_id")
    def _compute_next_action(self):
        for call in self:
            call.next_action = call.result_id.next_action

    @api.depends("result_id", "callback_at", "collection_id", "date")
    def _compute_next_action_date(self):
        for call in self:
            call.next_action_date = call._next_day()[0] if call.next_action else False

    def _next_day(self):
        """Day of the next step that this call proposes, and from what it follows."""
        made = self._local_of_company(self.date or fields.Datetime.now()).date()
        callback = self.callback_at and self._local(self.callback_at).date()
        return rules.next_day(
            made, self.result_id.next_action_days, callback, self._promised_dates()
        )

    def _promised_dates(self):
        """Hook: the days for which payment was promised on this call."""
        return []

    def _local_of_company(self, moment):
        """A moment where the company is."""
        zone = self.company_id.sudo().partner_id.tz or "UTC"  # a timezone
        return fields.Datetime.context_timestamp(self.with_context(tz=zone), moment)

    def _local(self, moment):
        """A moment where the user is, else where the company is."""
        zone = self.env.user.tz or self.company_id.sudo().partner_id.tz or "UTC"  # a timezone
        return fields.Datetime.context_timestamp(self.with_context(tz=zone), moment)

    @api.depends("date", "result_id")
    def _compute_display_name(self):
        for call in self:
            day = call.date and format_date(self.env, call._local(call.date).date())
            call.display_name = ", ".join(filter(None, [day, call.result_id.name]))

    def _clock(self):
        """The duration as minutes and seconds."""
        return rules.clock(self.duration)

    # === CONSTRAINTS === #
    @api.constrains("collection_id", "contact_id", "line_ids")
    def _check_of_debtor(self):
        for call in self:
            account = call.collection_id
            # sudo: contact and branch items of a debtor the writer may see
            contact, lines = call.contact_id.sudo(), call.line_ids.sudo()
            if contact and contact.commercial_partner_id != account.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is not a contact of %(debtor)s. Please choose one of theirs.",
                        contact=contact.display_name,
                        debtor=account.display_name,
                    )
                )
            for line in lines:
                if (
                    line.partner_id.commercial_partner_id != account.partner_id
                    or line.company_id._ar_root() != account.company_id
                ):
                    raise ValidationError(
                        self.env._(
                            "%(item)s does not belong to %(debtor)s. Please choose items of this "
                            "debtor and company.",
                            item=line.move_name,
                            debtor=account.display_name,
                        )
                    )
