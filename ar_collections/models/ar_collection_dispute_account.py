from odoo import fields, models
from odoo.exceptions import UserError


class ArCollectionDispute(models.Model):
    """What the timeline of the debtor says of disputes: the collector need not ask."""

    _inherit = "ar.collection.dispute"

    def _after_open(self):
        result = super()._after_open()
        self._log_on_accounts(lambda dispute: dispute._opened_text())
        return result

    def _on_state(self, state, before):
        result = super()._on_state(state, before)
        self._log_on_accounts(lambda dispute: dispute._state_text())
        return result

    def _opened_text(self):
        values = {
            "number": self.name,
            "reason": self.reason_id.name or self.env._("no reason yet"),
            "items": self._items_text(),
            "amount": self.currency_id.format(self.amount),
        }
        if self.kind == "query":
            return self.env._("Query %(number)s noted: %(reason)s.", **values)
        return self.env._(
            "Dispute %(number)s opened: %(reason)s, %(amount)s of %(items)s; no notice claims it "
            "meanwhile.",
            **values,
        )

    def _state_text(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        waiting = dict(self._fields["waiting_for"]._description_selection(self.env))
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        text = f"{self.name}: {labels[self.state]}"
        if self.waiting_for:
            text = self.env._("%(text)s for: %(whom)s", text=text, whom=waiting[self.waiting_for])
        if self.outcome:
            text = f"{text} ({outcomes[self.outcome]})"
        why = (self.resolution or "").strip()
        return f"{text}. {why}" if why and not self.is_open else f"{text}."

    def _log_on_accounts(self, text):
        """A line in the timelines; none of what is taken over from elsewhere."""
        if self.env.su and self.env.context.get("ar_collections_history"):
            return None
        return super()._log_on_accounts(text)


class ArCollection(models.Model):
    _inherit = "ar.collection"

    dispute_ids = fields.One2many("ar.collection.dispute", "collection_id", string="Disputes")
    open_disputes = fields.Integer(compute="_compute_open_disputes")

    def _compute_open_disputes(self):
        counts = dict(
            self.env["ar.collection.dispute"]._read_group(
                [("collection_id", "in", self.ids), ("is_open", "=", True)],
                ["collection_id"],
                ["__count"],
            )
        )
        for account in self:
            account.open_disputes = counts.get(account, 0)

    def action_dispute(self):
        """Open the form that notes a dispute of the debtor."""
        self.ensure_one()
        self.check_access("read")
        return self._action_dispute()

    def _action_dispute(self, items=None, **defaults):
        """The form of a new dispute. :param items: ``account.move.line``, ticked."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_dispute_open_action"
        )
        message = self._replied_message()
        context = {"default_collection_id": self.id, **defaults}
        if items:
            context["ar_collections_dispute_items"] = items.ids
        if message:
            context["ar_message_id"] = message.id
        action["context"] = context
        return action


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def action_ar_dispute(self):
        """Open the form that notes a dispute of these items of one debtor."""
        account = self._ar_account()
        if len(self.currency_id) != 1:
            raise UserError(
                self.env._("Please tick items of one currency only: one dispute per currency.")
            )
        return account._action_dispute(self)


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_ar_dispute(self):
        """Open the form that notes a dispute of this invoice; its lines can be ticked."""
        self.check_access("read")
        items = self._ar_receivables()
        if not items or len(self) != 1:
            raise UserError(
                self.env._(
                    "%(invoice)s has no receivable item that could be disputed.",
                    invoice=self[:1].display_name,
                )
            )
        still_open = items.filtered(lambda item: item.amount_residual > 0)
        return (still_open or items).action_ar_dispute()

    def action_ar_open_dispute(self):
        """The dispute that this credit note settles, or those of this invoice."""
        self.ensure_one()
        self.check_access("read")
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Disputes"),
            "res_model": "ar.collection.dispute",
            "views": [(False, "list"), (False, "form")],
            "domain": [("item_ids.move_id", "=", self.id)],
        }
        if self.ar_dispute_id:
            action.update(res_id=self.ar_dispute_id.id, views=[(False, "form")])
        return action

    ar_dispute_count = fields.Integer(string="Disputes", compute="_compute_ar_dispute_count")

    def _compute_ar_dispute_count(self):
        counts = {}
        items = self.env["ar.collection.dispute.item"]
        if items.has_access("read"):
            counts = dict(
                items._read_group([("move_id", "in", self.ids)], ["move_id"], ["__count"])
            )
        for move in self:
            move.ar_dispute_count = counts.get(move, 0)
