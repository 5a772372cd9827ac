from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import dispute as tool


class ArCollectionDispute(models.Model):
    _inherit = "ar.collection.dispute"

    call_id = fields.Many2one(
        "ar.collection.call",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The call on which it was raised.",
    )

    @api.constrains("call_id", "collection_id")
    def _check_call(self):
        for dispute in self.filtered("call_id"):
            if dispute.call_id.sudo().collection_id != dispute.collection_id:  # whose it is
                raise ValidationError(self.env._("This call was with another debtor."))


class ArCollectionCall(models.Model):
    """Disputes raised on a call: of the items talked about, whole or in part."""

    _name = "ar.collection.call"
    _inherit = "ar.collection.call"

    dispute_reason_id = fields.Many2one(
        "ar.collection.dispute.reason",
        string="Dispute",
        domain=[("for_query", "=", False)],
        help="Opens a dispute of the items talked about.",
    )
    dispute_amount = fields.Monetary(
        string="Disputed amount",
        help="In the currency of the items, the oldest first. Zero: all that is open of them.",
    )
    dispute_ids = fields.One2many(
        "ar.collection.dispute", "call_id", string="Disputes", readonly=True
    )

    @api.model
    def _sayable(self):
        return super()._sayable() | {"dispute_reason_id", "dispute_amount"}

    def _missing(self):
        missing = super()._missing()
        if missing:
            return missing
        if self.result_id.outcome == "dispute" and not self.dispute_reason_id:
            return self.env._("the reason of the dispute")
        if self.dispute_reason_id and not self.line_ids:
            return self.env._("at least one invoice ticked that is disputed")
        return ""

    # === OUTCOME === #
    def _do_outcome(self):
        if self.dispute_reason_id and not self.dispute_ids:
            self._open_disputes()
        return super()._do_outcome()

    def _outcome_dispute(self):
        """Whatever the result, the reason opens it."""

    def _text_dispute(self):
        if not self.dispute_reason_id:
            return ""
        return self.env._("What is disputed is held; no notice claims it meanwhile.")

    def _open_disputes(self):
        """One per currency of the ticked items."""
        items = self.line_ids.filtered(lambda line: line.amount_residual > 0)
        if self.dispute_amount and len(items.currency_id) > 1:
            raise UserError(
                self.env._(
                    "The ticked items are in several currencies: please tick those of one, or "
                    "leave the disputed amount empty."
                )
            )
        for lines in items.grouped("currency_id").values():
            self.env["ar.collection.dispute"]._open(
                self.collection_id,
                self._disputed_parts(lines),
                reason=self.dispute_reason_id,
                channel="call" if self.channel == "phone" else "other",
                note=self.note,
                contact_id=self.contact_id.id,
                call_id=self.id,
            )

    def _disputed_parts(self, lines):
        """dict id of the item -> disputed amount; None where it is all that is open."""
        if not self.dispute_amount:
            return dict.fromkeys(lines.ids)
        lines = lines.sorted(lambda line: (line.date_maturity or line.date, line.id))
        free = self.env["ar.collection.dispute.item"]._free_of(lines)
        caps = [tool.exact(free[line.id]) for line in lines]
        parts = tool.fill(tool.exact(self.dispute_amount), caps)
        found = {line.id: float(part) for line, part in zip(lines, parts, strict=True) if part}
        if sum(parts) < tool.exact(self.dispute_amount):
            # the oldest takes it all: the dispute says what is open
            found[lines[0].id] = self.dispute_amount
        return found

    def _line_texts(self):
        texts = [
            self.env._(
                "Dispute %(number)s: %(reason)s, %(amount)s of %(items)s.",
                number=dispute.name,
                reason=dispute.reason_id.name,
                amount=dispute.currency_id.format(dispute.amount),
                items=dispute._items_text(),
            )
            for dispute in self.dispute_ids
        ]
        return texts + super()._line_texts()

    # === API === #
    @api.model
    def log(self, values):
        """As before, with ``disputes``: list of dicts ``reason_id`` (required), ``kind``,
        ``line_ids`` (rows of item id and amount; None: all that is open; without it the items of
        the call), ``note``. The answer names their ids in ``dispute_ids``."""
        values = dict(values)
        disputes = values.pop("disputes", None) or []
        result = super().log(values)
        call = self.browse(result["id"])
        if not result["already"]:
            for dispute in disputes:
                call._log_dispute(dispute)
        return {**result, "dispute_ids": call.dispute_ids.ids}

    def _log_dispute(self, values):
        known = {"reason_id", "kind", "line_ids", "note"}
        if not isinstance(values, dict) or set(values) - known or not values.get("reason_id"):
            raise UserError(
                self.env._(
                    "A dispute is given as a dictionary of %(names)s; reason_id is required.",
                    names=", ".join(sorted(known)),
                )
            )
        amounts = dict(values.get("line_ids") or dict.fromkeys(self.line_ids.ids))
        self.env["ar.collection.dispute"]._open(
            self.collection_id,
            amounts,
            kind=values.get("kind") or "dispute",
            reason=self.env["ar.collection.dispute.reason"].browse(values["reason_id"]),
            channel="call" if self.channel == "phone" else "other",
            note=values.get("note") or self.note,
            contact_id=self.contact_id.id,
            call_id=self.id,
        )
