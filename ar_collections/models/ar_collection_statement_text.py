from odoo import models

#: So many items that a payment was for are named; of more the rest is counted.
NAMED = 2


class ArCollectionStatement(models.Model):
    """What a statement says of an item and of a movement, in words."""

    _inherit = "ar.collection.statement"

    def _status_text(self, status):
        return {
            "credit": self.env._("Not applied"),
            "disputed": self.env._("In dispute"),
            "planned": self.env._("On plan"),
            "promised": self.env._("Promised"),
            "overdue": self.env._("Overdue"),
            "not_due": self.env._("Not due"),
        }[status]

    def _kind_text(self, kind):
        return {
            "invoice": self.env._("Invoice"),
            "credit_note": self.env._("Credit note"),
            "payment": self.env._("Payment"),
            "returned": self.env._("Payment returned"),
            "refund": self.env._("Refund"),
            "conversion": self.env._("Applied in another currency"),
            "entry": self.env._("Booking"),
        }[kind]

    def _movement_text(self, move):
        """``Invoice, due 2 Nov 2026``; ``Payment, part of INV/1``; ``Credit note, pallets``."""
        text = self._kind_text(move.kind)
        if move.kind == "invoice":
            if move.parts > 1:
                return self.env._(
                    "%(kind)s, %(count)s parts, first due %(day)s",
                    kind=text,
                    count=move.parts,
                    day=self._format_date(move.due, short=True),
                )
            return self.env._(
                "%(kind)s, due %(day)s", kind=text, day=self._format_date(move.due, short=True)
            )
        detail = move.reference if move.kind in ("credit_note", "entry") else ""
        if not detail and move.applied and self.kind != "detailed":
            detail = self._applied_text(move.applied)
        return self.env._("%(kind)s, %(detail)s", kind=text, detail=detail) if detail else text

    def _applied_text(self, applied):
        names = [self._numbered(row.number, row.instalment) for row in applied]
        if len(applied) == 1 and applied[0].part:
            return self.env._("part of %(number)s", number=names[0])
        if len(names) > NAMED:
            return self.env._(
                "%(numbers)s and %(count)s more",
                numbers=", ".join(names[:NAMED]),
                count=len(names) - NAMED,
            )
        return ", ".join(names)
