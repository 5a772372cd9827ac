from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .ar_collection_hold_reason import KINDS

#: What may still be changed of a hold that was placed; all else is evidence.
CHANGEABLE = frozenset({"date_to", "note"})
#: What a person may say of a new hold; all else is noted by the machine.
SAYABLE = CHANGEABLE | {
    "collection_id",
    "scope",
    "line_id",
    "amount",
    "kind",
    "reason_id",
    "date_from",
}


class ArCollectionHold(models.Model):
    """ "This amount of this item is not chased until this date, because ..."

    A hold is on an item (``scope`` item; no amount: the whole item) or on the whole
    debtor. It ends by comparison of dates, not by a job. It is in force on a day when
    ``date_from <= day <= date_to`` (if any) and ``day < date_ended`` (if ended early), and
    it does not wait for approval.
    """

    _name = "ar.collection.hold"
    _inherit = ["ar.collection.debtor.mixin"]
    _description = "Hold"
    _order = "date_from desc, id desc"

    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="collection_id.partner_id", string="Customer")
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    scope = fields.Selection(
        [("item", "Item"), ("debtor", "Whole debtor")], required=True, default="item"
    )
    line_id = fields.Many2one(
        "account.move.line", string="Item", index="btree_not_null", ondelete="set null"
    )
    item_name = fields.Char(string="Number", readonly=True)
    item_due_date = fields.Date(string="Due", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(help="In the currency of the item. Empty: the whole item.")
    held_now = fields.Monetary(
        compute="_compute_held_now", help="What the hold keeps from being chased today."
    )
    kind = fields.Selection(KINDS, required=True, default="other")
    reason_id = fields.Many2one("ar.collection.hold.reason", ondelete="restrict")
    reason = fields.Char(string="Why", compute="_compute_reason", search="_search_reason")
    note = fields.Text()
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="Until", index="btree_not_null", help="The last day of the hold.")
    date_ended = fields.Date(
        string="Ended early on", readonly=True, help="From this day on the hold counts no more."
    )
    state = fields.Selection(
        [("planned", "Planned"), ("active", "In force"), ("ended", "Ended")],
        compute="_compute_state",
        search="_search_state",
    )
    user_id = fields.Many2one(
        "res.users", string="Placed by", readonly=True, default=lambda self: self.env.user
    )
    source_model = fields.Char(readonly=True)
    source_id = fields.Many2oneReference(model_field="source_model", readonly=True)
    baseline = fields.Integer(
        readonly=True,
        help="Number of the last allocation of cash before the hold was placed; only later ones "
        "consume a promise.",
    )

    # Those on whole debtors are few among many: the figures look for them each time.
    _debtor_idx = models.Index("(collection_id) WHERE scope = 'debtor'")
    _amount_positive = models.Constraint(
        "CHECK (amount IS NULL OR amount >= 0)", "The held amount cannot be negative."
    )
    _dates_ascend = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "The hold would end before it begins. Please choose a later end.",
    )

    # === COMPUTES === #
    @api.depends("reason_id", "note", "kind")
    def _compute_reason(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for hold in self:
            hold.reason = hold.reason_id.name or labels.get(hold.kind)

    @api.model
    def _search_reason(self, operator, value):
        return ["|", ("reason_id.name", operator, value), ("note", operator, value)]

    @api.depends("date_from", "date_to", "date_ended", "collection_id")
    def _compute_state(self):
        for hold in self:
            today = hold.company_id._ar_today() if hold.company_id else fields.Date.today()
            if hold._ended_on(today):
                hold.state = "ended"
            else:
                hold.state = "planned" if hold.date_from and hold.date_from > today else "active"

    def _ended_on(self, today):
        return bool(
            (self.date_ended and self.date_ended <= today)
            or (self.date_to and self.date_to < today)
        )

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        ended = ["|", ("date_ended", "<=", today), ("date_to", "<", today)]
        domains = {
            "ended": ended,
            "planned": ["&", "!", *ended, ("date_from", ">", today)],
            "active": ["&", "!", *ended, ("date_from", "<=", today)],
        }
        return fields.Domain.OR(fields.Domain(domains[state]) for state in value if state)

    @api.depends("item_name", "partner_id", "scope")
    def _compute_display_name(self):
        for hold in self:
            what = hold.item_name if hold.scope == "item" else hold.partner_id.name
            hold.display_name = f"{what or ''}: {hold.reason or ''}"

    # === CONSTRAINTS === #
    @api.constrains("scope", "line_id", "amount", "collection_id")
    def _check_item(self):
        for hold in self.filtered(lambda hold: hold.scope == "item" and hold.line_id):
            line, account = hold.line_id.sudo(), hold.collection_id  # branch items: read only
            if line.account_id.account_type != "asset_receivable" or line.parent_state != "posted":
                raise ValidationError(
                    self.env._(
                        "%(item)s is not a posted receivable and cannot be held.",
                        item=line.move_name or line.display_name,
                    )
                )
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

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        baseline = self._last_allocation()
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            if not self.env.su:
                self._check_sayable(vals)
                # whatever the context proposes
                vals.update(user_id=self.env.uid, source_model=False, date_ended=False)
            vals.setdefault("baseline", baseline)
            if vals.get("reason_id"):
                reason = self.env["ar.collection.hold.reason"].browse(vals["reason_id"])
                vals.setdefault("kind", reason.kind)
            if line_id := vals.get("line_id"):
                line = self.env["account.move.line"].browse(line_id)
                vals.update(
                    scope="item",
                    currency_id=line.currency_id.id,
                    item_name=line.move_name,
                    item_due_date=line.date_maturity or line.date,
                )
            elif account := self.env["ar.collection"].browse(vals.get("collection_id")):
                vals.setdefault("currency_id", account.currency_id.id)
        holds = super().create(vals_list)
        holds._check_placing()
        holds._settle_endless()
        holds._moved()
        return holds

    def write(self, vals):
        if not self.env.su and (set(vals) - CHANGEABLE):
            raise UserError(
                self.env._(
                    "A hold is evidence: only its end and its note can be changed. To change the "
                    "amount, end this hold and place another."
                )
            )
        if "date_to" in vals:
            self._check_new_end(fields.Date.to_date(vals["date_to"]))
        result = super().write(vals)
        self._moved()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(self.env._("A hold is evidence and cannot be deleted. End it instead."))

    def _check_sayable(self, vals):
        if forbidden := set(vals) - SAYABLE:
            raise AccessError(
                self.env._(
                    "A person cannot say this of a hold: %(names)s.",
                    names=", ".join(sorted(self._fields[name].string for name in forbidden)),
                )
            )

    def _check_placing(self):
        """A hold placed by a person: positive, within what is open. That of a dispute or plan
        may be over more than is open: a payment may still go back."""
        for hold in self.filtered(lambda hold: not hold.source_model):
            if hold.scope == "item" and hold.line_id:
                residual = abs(hold.line_id.sudo().amount_residual_currency)  # branch item
                currency = hold.currency_id
                if currency.is_zero(residual):
                    raise UserError(
                        self.env._(
                            "%(item)s is paid; nothing is left to hold.", item=hold.item_name
                        )
                    )
                if hold.amount and currency.compare_amounts(hold.amount, residual) > 0:
                    raise UserError(
                        self.env._(
                            "%(item)s has %(open)s open; %(amount)s cannot be held. Leave the amount "
                            "empty to hold all of it.",
                            item=hold.item_name,
                            open=currency.format(residual),
                            amount=currency.format(hold.amount),
                        )
                    )
            elif hold.scope == "item":
                raise UserError(
                    self.env._("Please choose the item to hold, or hold the whole debtor.")
                )

    def _settle_endless(self):
        """Hook: of these new holds, those without an end are placed, asked for or refused."""

    def _check_new_end(self, new_end):
        for hold in self:
            today = hold.company_id._ar_today()
            if hold.state == "ended":
                raise UserError(
                    self.env._(
                        "%(hold)s has ended. Place a new hold instead.", hold=hold.display_name
                    )
                )
            if new_end and new_end < today:
                raise UserError(
                    self.env._(
                        "The new end is in the past. Choose today or later, or end the hold now."
                    )
                )

    # === ACTIONS === #
    def action_end(self):
        """End these holds now. What they held can be chased again after the resume days."""
        self.check_access("write")
        for hold in self:
            if hold.state == "ended":
                continue
            if hold.source_model and not self.env.su:
                raise AccessError(
                    self.env._(
                        "%(hold)s belongs to a promise, dispute or plan and ends with it.",
                        hold=hold.display_name,
                    )
                )
            # sudo: the day of the end is written by this transition only
            hold.sudo().write({"date_ended": hold.company_id._ar_today()})
            hold.collection_id.message_post(
                body=self.env._("Hold ended: %(hold)s", hold=hold.display_name)
            )
        return True

    # === BUSINESS === #
    def _moved(self):
        """What depends on holds is read anew; the figures follow from the queue."""
        self.env["account.move"].invalidate_model(["ar_status"])
        self.env["account.move.line"].invalidate_model(["ar_held", "ar_held_reason"])
        self.env["ar.collection"].invalidate_model(["live_figures"])
        self.env["ar.collection.queue"]._add(self.collection_id.partner_id.ids)

    @api.model
    def _last_allocation(self):
        """Number of the newest allocation: later ones have a greater one."""
        [[last]] = self.env.execute_query(
            SQL("SELECT coalesce(max(id), 0) FROM account_partial_reconcile")
        )
        return last
