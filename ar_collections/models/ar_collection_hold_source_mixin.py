from collections import defaultdict

from odoo import fields, models


class ArCollectionHoldSourceMixin(models.AbstractModel):
    """A record that holds items of its debtor: the holds are placed and ended by it alone.

    For models with ``collection_id``.
    """

    _name = "ar.collection.hold.source.mixin"
    _description = "Source of Holds"

    hold_count = fields.Integer(compute="_compute_hold_count")

    def _compute_hold_count(self):
        counts = defaultdict(int)
        for hold in self._holds():
            counts[hold.source_id] += 1
        for record in self:
            record.hold_count = counts[record._origin.id]

    def _holds(self):
        """The holds of these records, ended ones too."""
        # sudo: what belongs to a record the reader may see
        return (
            self.env["ar.collection.hold"]
            .sudo()
            .search(
                [
                    ("collection_id", "in", self.sudo().collection_id.ids),  # dito
                    ("source_model", "=", self._name),
                    ("source_id", "in", self.ids),
                ]
            )
        )

    def _prepare_hold(self, line, amount, kind, reason, date_to=False, **vals):
        """Values of a hold of this record.

        :param line: the item. :param amount: in its currency.
        :param kind: kind of the hold. :param reason: number of the reason in our data.
        :param date_to: last day; without one it ends with its source.
        :param vals: what else is said of it.
        """
        self.ensure_one()
        reason = self.env.ref(f"ar_collections.hold_reason_{reason}", raise_if_not_found=False)
        return {
            "collection_id": self.collection_id.id,
            "line_id": line.id,
            "amount": amount,
            "kind": kind,
            "reason_id": reason and reason.id,
            "date_from": self.company_id._ar_today(),
            "date_to": date_to,
            "source_model": self._name,
            "source_id": self.id,
            **vals,
        }

    def _end_holds(self):
        """Their holds end today."""
        holds = self._holds().filtered(lambda hold: hold.state != "ended")
        for company, of_company in holds.grouped("company_id").items():
            of_company.write({"date_ended": company._ar_today()})
