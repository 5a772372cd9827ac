from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..tools import reference
from . import repeated
from .ar_collection_decision import REASONS
from .ar_collection_level import TONES

STATES = [
    ("draft", "Draft"),
    ("to_approve", "To approve"),
    ("queued", "Queued"),
    ("sending", "Sending"),
    ("to_print", "To print"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("skipped", "Skipped"),
    ("cancelled", "Cancelled"),
]
#: From which states a notice may go to which.
TRANSITIONS = {
    "to_approve": {"draft", "queued"},
    "queued": {"draft", "to_approve", "sending", "to_print", "failed"},
    "sending": {"queued"},
    "to_print": {"queued"},
    "sent": {"sending", "to_print", "failed"},
    "failed": {"queued", "sending", "to_print", "sent", "failed"},
    "skipped": {"queued", "to_approve"},
    "cancelled": {"draft", "to_approve", "queued", "to_print", "failed"},
}
#: So many notices, and their lines are made from a reading of all items.
MANY = 5000
#: What a notice says of the documents of its items; a document has a hundred columns more.
MOVE_FIELDS = [
    "move_type",
    "invoice_date",
    "origin_payment_id",
    "partner_bank_id",
    "payment_reference",
    "statement_line_id",
]


class ArCollectionNotice(models.Model):
    """One communication to one debtor. Read-only for every human role."""

    _name = "ar.collection.notice"
    _inherit = ["ar.collection.debtor.mixin"]
    _description = "Notice"
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, index=True)
    collection_id = fields.Many2one(
        "ar.collection",
        string="Debtor",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(related="collection_id.partner_id", string="Customer")
    company_id = fields.Many2one(
        related="collection_id.company_id", store=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    run_id = fields.Many2one(
        "ar.collection.run", readonly=True, index="btree_not_null", ondelete="set null"
    )
    channel = fields.Selection(
        [("email", "E-mail"), ("letter", "Letter")], default="email", required=True, readonly=True
    )
    state = fields.Selection(STATES, default="queued", required=True, readonly=True, index=True)
    date = fields.Date(required=True, readonly=True)
    deadline = fields.Date(string="Pay by", readonly=True)
    date_sent = fields.Datetime(string="Sent", readonly=True)
    contact_id = fields.Many2one(
        "res.partner", string="Sent to", readonly=True, ondelete="restrict"
    )
    email_to = fields.Char(string="E-mail", readonly=True)
    postal_address = fields.Char(
        string="Postal address", readonly=True, help="Where the letter goes."
    )
    lang = fields.Char(string="Language", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Contact person", readonly=True, ondelete="set null"
    )

    # === What was said: kept as it was, whatever becomes of policy and texts === #
    level_id = fields.Many2one(
        "ar.collection.level",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    level_name = fields.Char(readonly=True)
    level_delay = fields.Integer(
        string="Level on day", readonly=True, help="Days past due of its level, as they were then."
    )
    level_tone = fields.Selection(TONES, readonly=True)
    letter_title = fields.Char(readonly=True)
    letter_text = fields.Text(string="Text before the items", readonly=True)
    letter_closing = fields.Text(string="Text after the items", readonly=True)
    formal = fields.Boolean(readonly=True)
    courtesy = fields.Boolean(readonly=True)
    subject = fields.Char(readonly=True)
    body = fields.Html(readonly=True, sanitize=False)
    attachment_id = fields.Many2one(
        "ir.attachment",
        string="Letter",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    line_ids = fields.One2many("ar.collection.notice.line", "notice_id", readonly=True)
    totals = fields.Json(
        readonly=True,
        help="Per currency: currency_id, claimed, credit, to_pay, reference, bank_account_id.",
    )
    amount = fields.Monetary(
        string="Claim", readonly=True, help="To pay, in company currency, credits deducted."
    )

    # === Delivery === #
    reason = fields.Selection(REASONS, string="Skipped because", readonly=True)
    error = fields.Text(readonly=True)
    delivery_unknown = fields.Boolean(
        readonly=True,
        help="The delivery was interrupted: the notice may or may not have left. A person decides.",
    )
    tries = fields.Integer(readonly=True)
    mail_message_id = fields.Many2one(
        "mail.message",
        string="Message",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    mail_mail_id = fields.Many2one(
        "mail.mail", readonly=True, index="btree_not_null", ondelete="set null"
    )
    message_reference = fields.Char(string="Message-Id", readonly=True)

    _name_uniq = models.UniqueIndex("(name, company_id)", "The number of a notice is unique.")
    _queue_idx = models.Index("(id) WHERE state IN ('queued', 'sending')")
    _bounced_idx = models.Index("(contact_id) WHERE failure = 'bounce'")
    _recent_idx = models.Index(
        "(date, collection_id) WHERE state = 'sent' OR state = 'cancelled' AND refused"
    )

    # === CRUD === #
    def write(self, vals):
        if "state" in vals and not self.env.su:
            raise AccessError(self.env._("The state of a notice changes only through its actions."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(self.env._("A notice is evidence and cannot be deleted."))

    # === STATE === #
    def _set_state(self, state, **vals):
        """Move to a state; those that may not go there are refused.

        :raises UserError: names the notice and the state it is in.
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for notice in self:
            if notice.state not in TRANSITIONS[state]:
                raise UserError(
                    self.env._(
                        "Notice %(name)s is %(state)s and cannot become %(new)s.",
                        name=notice.name,
                        state=labels[notice.state].lower(),
                        new=labels[state].lower(),
                    )
                )
        # sudo: the transition above is the only way to write the state
        self.sudo().write({"state": state, **vals})

    def _check_manager(self):
        if not self.env.user.has_group("ar_collections.group_ar_collection_manager"):
            raise AccessError(self.env._("Only a manager of AR Collections may do this."))
        self.check_access("read")

    def action_cancel(self):
        """Give up notices that have not left."""
        self._check_manager()
        self._give_up()
        return True

    def _give_up(self, **vals):
        """Cancel notices that have not left; items of those that were claimed step back."""
        # what was never approved is given up as a whole
        waiting = self.filtered(lambda notice: notice.state == "to_approve")
        self |= waiting._siblings().filtered(lambda notice: notice.state == "to_approve")
        claimed = self.filtered(lambda notice: notice._stands())
        # sudo: a letter given up leaves its batch, whoever gives it up
        batches = self.sudo().print_batch_id
        self._set_state("cancelled", delivery_unknown=False, print_batch_id=False, **vals)
        batches._make_pdf()
        claimed._keep_levels()

    def action_retry(self):
        """Send failed notices again; for *delivery unknown* that is a decision of a person."""
        self._check_manager()
        unknown = self.filtered("delivery_unknown")
        self._set_state("queued", error=False, failure=False, delivery_unknown=False)
        unknown._keep_levels()
        self._trigger_delivery()
        return True

    def action_confirm_sent(self):
        """The notice of unknown delivery did leave: count it as sent."""
        self._check_manager()
        for notice in self:
            if not notice.delivery_unknown:
                raise UserError(
                    self.env._("Notice %(name)s is not of unknown delivery.", name=notice.name)
                )
        self._set_state(
            "sent",
            delivery_unknown=False,
            error=False,
            failure=False,
            date_sent=fields.Datetime.now(),
        )
        self._after_sending()
        return True

    def action_open_letter(self):
        """Show the letter that was attached."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}",
            "target": "new",
        }

    # === CREATION === #
    @api.model
    def _create_from(self, run, decided):
        """Make the notices of a run with their lines.

        :param decided: rows of ``ar.collection.run._decide`` that have a level.
        :return: a notice per decision: that of its first channel. Those of further channels
            follow it, see ``_claim_with``.
        """
        rows = [(row, channel) for row in decided for channel in row["decision"].channels]
        notices = self._create_headers(run, rows)
        policies = self.env["ar.collection.policy"].with_context(active_test=False)
        items = run._ladder_items_sql(
            run.company_id,
            run.date,
            # of many debtors PostgreSQL reads all items faster than theirs
            [row["account"]["partner_id"] for row in decided] if len(rows) < MANY else None,
            policies.search([("company_id", "=", run.company_id.id)]),
        )
        notices._freeze_lines([row["decision"] for row, _channel in rows], items)
        return notices._follow_first()

    @api.model_create_multi
    def create(self, vals_list):
        unnamed = [vals for vals in vals_list if not vals.get("name")]
        for vals, name in zip(unnamed, self._draw_names(len(unnamed)), strict=True):
            vals["name"] = name
        return super().create(vals_list)

    @api.model
    def _draw_names(self, count):
        """Numbers of so many new notices.

        One query draws them all where the sequence allows it: one by one they take longer
        than everything else in a run.
        """
        sequence = self.env["ir.sequence"].search(
            [
                ("code", "=", "ar.collection.notice"),
                ("company_id", "in", (self.env.company.id, False)),
            ],
            order="company_id",
            limit=1,
        )
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence.next_by_id() for _number in range(count)]
        prefix, suffix = sequence._get_prefix_suffix()
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence.id:03d}",
                count,
            )
        )
        return [f"{prefix}{number:0{sequence.padding}d}{suffix}" for [number] in rows]

    @api.model
    def _prepare_level_vals(self, level, today):
        return {
            "level_id": level.id,
            "level_name": level.name,
            "level_delay": level.delay,
            "level_tone": level.tone,
            "formal": level.formal,
            "courtesy": level.delay < 0,
            "deadline": today + timedelta(days=level.deadline_days),
        }

    @api.model
    def _prepare_text_vals(self, level, lang):
        """The texts of the level in the language of the debtor: kept as they were said."""
        level = level.with_context(lang=lang)
        return {name: level[name] for name in ("letter_title", "letter_text", "letter_closing")}

    @api.model
    def _prepare_claim_vals(self, decision):
        return {
            "amount": float(decision.amount),
            "totals": [
                {
                    "currency_id": claim.currency_id,
                    "claimed": float(claim.claimed),
                    "credit": float(claim.credit),
                    "to_pay": float(claim.to_pay),
                }
                for claim in decision.claims
            ],
        }

    def _freeze_lines(self, decisions, items):
        """Write the lines of these notices anew, a decision for each.

        :param SQL items: their items, columns of ``ar.collection.run._ladder_items_sql``.
        """
        rows = [
            (
                notice.id,
                notice.collection_id.id,
                notice.address_id.id or None,
                claim.currency_id,
                decision.level.delay,
                self._level_kind(decision.level),
                notice.lang or None,
            )
            for notice, decision in zip(self, decisions, strict=True)
            for claim in decision.claims
        ]
        self.env["ar.collection.notice.line"]._write_anew(self, rows, items)

    @api.model
    def _level_kind(self, level):
        if level.courtesy:
            return "courtesy"
        return "formal" if level.formal else "normal"

    @api.model
    def _plan_lines(self, decided, company, today, partner_ids):
        """The items that notices would claim: dict key of a decision, see
        ``ar.collection.run._key`` -> rows of ``_ladder_items_sql``."""
        run = self.env["ar.collection.run"]
        policies = self.env["ar.collection.policy"].with_context(active_test=False)
        # sudo: the rule of the ladder is no secret; debtors were filtered by the caller
        policies = policies.sudo().search([("company_id", "=", company.id)])
        levels = {run._key(row["account"]): row["decision"].level for row in decided}
        claimed = {
            (run._key(row["account"]), claim.currency_id)
            for row in decided
            for claim in row["decision"].claims
        }
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT * FROM (%s) item WHERE claimable > 0 ORDER BY account_id, due_date, line_id",
                run._ladder_items_sql(company, today, partner_ids, policies),
            )
        )
        result = {}
        for row in rows:
            key = run._key(row)
            level = levels.get(key)
            if level and (key, row["currency_id"]) in claimed and _claims(level, row):
                result.setdefault(key, []).append(row)
        return result

    # === WHAT THE LETTER SAYS === #
    def _prepare_totals(self):
        """The totals with payment reference and bank account, per currency."""
        totals = []
        self._read_lines()
        for row in self.totals or []:
            claimed = self.line_ids.filtered(
                lambda line, row=row: (
                    line.kind == "claim" and line.currency_id.id == row["currency_id"]
                )
            )
            totals.append(
                {
                    **row,
                    "reference": self._payment_reference(claimed),
                    "bank_account_id": self._bank_account(claimed).id,
                }
            )
        return totals

    def _read_lines(self):
        """Read the lines, in their order, and of their documents what is said of these: the
        ORM takes four times as long."""
        self.ensure_one()
        lines, moves = self.env["ar.collection.notice.line"], self.env["account.move"]
        repeated.flush(self.env, [lines._name, moves._name], but=self)
        rows = repeated.execute(
            self.env,
            SQL(
                """
                SELECT line.*, %s FROM ar_collection_notice_line line
                  LEFT JOIN account_move move ON move.id = line.move_id
                  LEFT JOIN res_currency currency ON currency.id = line.currency_id
                 WHERE line.notice_id = %s
                 ORDER BY currency.active DESC, currency.name, line.kind_rank, line.date_due,
                          line.id
                """,
                SQL(", ").join(
                    SQL("move.%s AS %s", SQL.identifier(name), SQL.identifier(f"move_{name}"))
                    for name in MOVE_FIELDS
                ),
                self.id,
            ),
        )
        repeated.know(lines.browse(row["id"] for row in rows), *rows)
        of_moves = {row["move_id"]: row for row in rows if row["move_id"]}
        repeated.know(
            moves.browse(of_moves),
            *({name: row[f"move_{name}"] for name in MOVE_FIELDS} for row in of_moves.values()),
        )
        self._fields["line_ids"]._update_cache(self, tuple(row["id"] for row in rows))

    def _payment_reference(self, claimed):
        """The invoice's own reference for a single item, else one of the notice (ISO 11649)."""
        if len(claimed) == 1 and claimed.move_id.payment_reference:
            return claimed.move_id.payment_reference
        currency = claimed.currency_id[:1].name or ""
        return reference.creditor_reference(self.name, currency)

    def _bank_account(self, claimed):
        """Where to pay these items, the newest first, see ``_bank_account_for``."""
        moves = claimed.sorted("date_invoice", reverse=True).move_id
        return self._bank_account_for(moves, claimed.currency_id[:1])

    def _earlier_dates(self):
        """The dates of notices of the same items sent before this one, oldest first; that of
        the same decision through another channel is this one said twice."""
        self.ensure_one()
        repeated.flush(self.env, [self._name], but=self)
        rows = repeated.execute(
            self.env,
            SQL(
                """
                SELECT DISTINCT notice.date
                  FROM ar_collection_notice_line line
                  JOIN ar_collection_notice notice ON notice.id = line.notice_id
                 WHERE line.line_id = ANY(%s::int[]) AND line.kind IN ('claim', 'also')
                   AND notice.state = 'sent' AND coalesce(notice.lead_id, notice.id) != %s
                 ORDER BY notice.date
                """,
                self.line_ids.line_id.ids,
                self._lead().id or 0,
            ),
        )
        return [row["date"] for row in rows]


def _claims(level, row):
    """Whether a notice at the level claims the item."""
    if level.courtesy:
        return row["days"] <= 0 and (row["reached_delay"] or 0) < 0
    return row["days"] > 0 and (row["was_noticed"] or not level.formal)
