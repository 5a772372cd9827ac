from decimal import Decimal

from odoo import api, fields, models

from ..tools import ladder

#: In the context, this very object defers the checks to the end of a change of several
#: records. No client can send it.
LATER = object()
TONES = [("calm", "Calm"), ("info", "Reminder"), ("warning", "Serious"), ("danger", "Final")]


class ArCollectionLevel(models.Model):
    _name = "ar.collection.level"
    _description = "Follow-up Level"
    _order = "policy_id, sequence, delay, id"

    name = fields.Char(required=True, translate=True)
    policy_id = fields.Many2one(
        "ar.collection.policy", required=True, index=True, ondelete="cascade"
    )
    active = fields.Boolean(
        default=True, help="Off: no longer reached; items and notices that name it keep it."
    )
    sequence = fields.Integer(help="Place in the ladder; a new level takes that of its day.")
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    currency_id = fields.Many2one(related="policy_id.currency_id")
    delay = fields.Integer(
        string="Days after due",
        required=True,
        help="Days past the due date of the item; negative: a courtesy reminder that many days "
        "before it, sent only before the due date.",
    )
    min_days = fields.Integer(
        string="Days after previous", help="At least so many days since the previous level."
    )
    min_amount = fields.Monetary(string="From", help="Only for claims of at least this amount.")
    formal = fields.Boolean(
        help="A final demand: it demands only items that had a notice before; younger ones are "
        "listed as also overdue. Its deadline is printed."
    )
    automatic = fields.Boolean(
        default=True, help="Off: a manager approves each notice before it leaves."
    )
    deadline_days = fields.Integer(
        string="Pay within (days)", default=10, help="Deadline printed on the notice."
    )
    send_email = fields.Boolean(string="E-mail", default=True)
    send_letter = fields.Boolean(string="Letter", help="A letter on paper, to be printed.")
    fallback_channel = fields.Selection(
        [("email", "E-mail"), ("letter", "Letter")],
        string="Otherwise by",
        help="Used for debtors without an address for any of the channels above.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail text",
        domain="[('model', '=', 'ar.collection.notice')]",
        default=lambda self: self.env.ref(
            "ar_collections.mail_template_ar_collection_notice", raise_if_not_found=False
        ),
        ondelete="restrict",
    )
    attach_letter = fields.Boolean(
        string="Attach the letter",
        default=True,
        help="The e-mail carries the letter as PDF. Off: the e-mail alone, which names every item.",
    )
    letter_title = fields.Char(string="Subject of the letter", translate=True)
    letter_text = fields.Text(
        string="Text before the items",
        translate=True,
        default=lambda self: self.env._(
            "The invoices below have passed their due date. Please pay them by %(deadline)s, or tell "
            "us what stands in the way.",
            deadline="%(deadline)s",
        ),
        help="%(deadline)s is replaced by the date to pay by, %(notices)s by the dates of the "
        "notices before.",
    )
    letter_closing = fields.Text(string="Text after the items", translate=True)
    attach_invoices = fields.Boolean(
        string="Attach the invoices",
        help="The invoices that are claimed go with the notice, as PDF.",
    )
    call_task = fields.Boolean(
        string="Call",
        help="After the notice the collector is asked to call: it becomes the next action.",
    )
    call_task_days = fields.Integer(
        string="Days until the call", default=3, help="Days from the notice to the call."
    )
    call_script = fields.Text(
        translate=True, help="What to say: shown to the collector when the call is due."
    )
    stage_id = fields.Many2one(
        "ar.collection.stage",
        string="Move to stage",
        ondelete="set null",
        index="btree_not_null",
        help="Where the debtor goes on the board once the notice is sent. Empty: where the facts "
        "put it.",
    )
    tone = fields.Selection(
        TONES,
        compute="_compute_tone",
        help="How serious the level is: its colour on screens.",
    )

    _delay_uniq = models.UniqueIndex(
        "(policy_id, delay) WHERE active",
        "Another level of this policy already stands on this day. Give each level its own day.",
    )
    _days_positive = models.Constraint(
        "CHECK (min_days >= 0 AND deadline_days >= 0 AND call_task_days >= 0)",
        "Days after the previous level, to pay and until the call cannot be negative. Only the day "
        "of a courtesy level can.",
    )

    @api.depends("delay", "formal", "policy_id.level_ids.delay")
    def _compute_tone(self):
        for level in self:
            first = min(
                level.policy_id.level_ids.filtered(lambda other: other.delay >= 0).mapped("delay"),
                default=level.delay,
            )
            if level.formal:
                level.tone = "danger"
            elif level.delay < 0:
                level.tone = "calm"
            else:
                level.tone = "info" if level.delay <= first else "warning"

    @api.model
    def _channel_fields(self):
        """dict: field of the level -> the channel it switches on, in the order of the notice's."""
        names = [
            name for name, _label in self.env["ar.collection.notice"]._fields["channel"].selection
        ]
        return {f"send_{name}": name for name in names if f"send_{name}" in self._fields}

    def _channels(self):
        """The channels the level wants, several at once."""
        self.ensure_one()
        return [channel for field, channel in self._channel_fields().items() if self[field]]

    def _to_ladder(self):
        """The levels that can be reached, as plain values for ``tools.ladder``."""
        return [
            ladder.Level(
                level.id, level.delay, level.min_days, Decimal(str(level.min_amount)), level.formal
            )
            for level in self
            if level.active
        ]

    @api.model
    def _channel_words(self):
        """Hook: dict channel -> how it stands in a sentence."""
        return {"email": self.env._("e-mail"), "letter": self.env._("letter")}

    def _channel_names(self):
        """The channels as they stand in a sentence."""
        names = self._channel_words()
        return [names[channel] for channel in self._channels()]

    @api.depends("name", "delay")
    @api.depends_context("ar_collections_with_day")
    def _compute_display_name(self):
        with_day = self.env.context.get("ar_collections_with_day")
        for level in self:
            level.display_name = (
                self.env._("%(level)s, day %(day)s", level=level.name, day=level.delay)
                if with_day
                else level.name
            )
