from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

from ..tools.remittance_settle import Claim, settle


class ArCollectionRemittance(models.Model):
    """Applying: each item gets what its line says, in one go, or nothing does."""

    _inherit = "ar.collection.remittance"

    # === ACTIONS === #
    def action_apply(self):
        """Apply the payment of each advice to the items of its lines.

        Discounts in time are booked with their tax, deductions become disputes; what is short
        stays open; lines without an item are left, and their money stays with the payment.

        :raises UserError: no payment, nothing to apply, or an item was paid in between.
        :return: True
        """
        self.check_access("write")
        for remittance in self:
            remittance._check_applicable()
            remittance._apply_lines()
        return True

    def action_open_applications(self):
        """What was applied of the advice."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Applied"),
            "res_model": "ar.collection.application",
            "views": [(False, "list"), (False, "form")],
            "domain": [("source_model", "=", self._name), ("source_id", "=", self.id)],
        }

    def _check_applicable(self):
        if self.state not in ("matched", "partial") or not self.credit_line_id:
            raise UserError(
                self.env._(
                    "%(remittance)s has no payment yet. It is found when the money is recorded, or "
                    "choose it by hand.",
                    remittance=self.name,
                )
            )

    def _open_lines(self):
        """Lines that can be applied: with an item, in the currency of the advice, not yet."""
        return self.line_ids.filtered(
            lambda line: (
                line.item_id and not line.applied and line.item_id.currency_id == self.currency_id
            )
        )

    def _apply_lines(self):
        # re-read before anything is worked out; core's locks come with the application
        self.line_ids.item_id.invalidate_recordset(["amount_residual_currency", "reconciled"])
        lines = self._open_lines()
        parts = self._parts(lines)
        if not any(part.paid for part in parts):
            raise UserError(
                self.env._(
                    "%(remittance)s: no line has an open item in %(currency)s to apply the payment "
                    "to. Choose the items, or apply the payment by hand.",
                    remittance=self.name,
                    currency=self.currency_id.name,
                )
            )
        allocations, differences = self._to_apply(parts)
        hand = "hand" in lines.mapped("found")
        application = self.env["ar.collection.application"]._apply(
            self.credit_line_id,
            allocations,
            differences,
            mode="manual" if hand else "assisted",
            source=self,
            reason=self.env._("Remittance advice %(name)s", name=self.reference or self.name),
        )
        self._note_applied(parts, application)

    def _parts(self, lines):
        """What each line does to its items: ``remittance_settle.Part``."""
        items = lines._items()
        claims = [
            Claim(
                line.id,
                items[line.id].ids,
                *(_decimal(line, name) for name in ("amount", "discount", "deduction")),
            )
            for line in lines
        ]
        open_amounts = {
            item.id: Decimal(str(item.amount_residual_currency))
            for of_line in items.values()
            for item in of_line
        }
        return settle(claims, open_amounts)

    def _to_apply(self, parts):
        """(allocations, differences) as ``ar.collection.application._apply`` takes them."""
        Item = self.env["account.move.line"]
        lines = {line.id: line for line in self.line_ids}
        allocations, differences = [], []
        last = {part.item: index for index, part in enumerate(parts)}
        for index, part in enumerate(parts):
            item, line = Item.browse(part.item), lines[part.line]
            if part.paid:
                allocations.append((item, float(part.paid)))
            short = part.left if last[part.item] == index else 0
            differences += line._differences(item, part, short)
        return allocations, differences

    def _note_applied(self, parts, application):
        applied = defaultdict(float)
        for part in parts:
            applied[part.line] += float(part.paid)
        for line in self.line_ids.filtered(lambda line: applied[line.id]):
            # sudo: what was applied is written by the program only
            line.sudo().write({"applied": applied[line.id], "application_id": application.id})
        self._tell_what_was_less(applied)
        rest = self.line_ids.filtered(lambda line: not line.applied and line.amount)
        self._set_state("partial" if rest else "applied")

    # === UNDONE === #
    def _on_application_undone(self, application):
        """The money went back to the payment: its lines can be applied again."""
        lines = self.line_ids.filtered(lambda line: line.application_id == application)
        # sudo: what was applied is written by the program only
        lines.sudo().write({"applied": 0.0, "application_id": False})
        if any(self.line_ids.mapped("applied")):
            self._set_state("partial")
        else:
            self._set_state("matched" if self.credit_line_id else "waiting")

    def _tell_what_was_less(self, applied):
        """Name the lines of which less was open than they pay: somebody paid in between."""
        less = [
            self.env._(
                "%(reference)s: %(applied)s of %(amount)s",
                reference=line.reference or line.item_id.move_name,
                applied=self.currency_id.format(applied[line.id]),
                amount=self.currency_id.format(line.amount),
            )
            for line in self.line_ids
            if line.id in applied
            and self.currency_id.compare_amounts(applied[line.id], line.amount)
        ]
        if less:
            self.message_post(
                body=self.env._(
                    "Less was open than the advice pays; the rest stays with the payment. %(lines)s",
                    lines="; ".join(less[:20]),
                )
            )


def _decimal(line, name):
    return Decimal(str(line.currency_id.round(line[name])))
