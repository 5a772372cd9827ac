from odoo import models


class ArCollectionWithheld(models.Model):
    """What is withheld is held: a hold per item, in force while the certificate is missing."""

    _inherit = "ar.collection.withheld"

    def _holds(self):
        """The holds of these, ended ones too."""
        # sudo: a hold with a source is the source's alone
        return (
            self.env["ar.collection.hold"]
            .sudo()
            .search(
                [
                    ("collection_id", "in", self.collection_id.ids),
                    ("source_model", "=", self._name),
                    ("source_id", "in", self.ids),
                ]
            )
        )

    def _place_holds(self):
        """Hold what these withhold: a hold that has ended resumes, its amount follows."""
        holds = {hold.source_id: hold for hold in self._holds()}
        reason = self.env.ref("ar_collections.hold_reason_withheld", raise_if_not_found=False)
        vals_list = []
        for record in self.filtered("line_id"):
            hold = holds.get(record.id)
            if hold and (hold.amount != record.amount or hold.date_ended):
                hold.write({"amount": record.amount, "date_ended": False})
            if hold:
                continue
            vals_list.append(
                {
                    "collection_id": record.collection_id.id,
                    "line_id": record.line_id.id,
                    "amount": record.amount,
                    "kind": "withheld",
                    "reason_id": reason and reason.id,
                    "date_from": record.company_id._ar_today(),
                    "note": record._hold_note(),
                    "source_model": self._name,
                    "source_id": record.id,
                }
            )
        # sudo: dito
        self.env["ar.collection.hold"].sudo().create(vals_list)

    def _hold_note(self):
        return self.env._(
            "%(quarter)s, certificate expected by %(date)s",
            quarter=self.quarter,
            date=self.certificate_due,
        )

    def _end_holds(self):
        for hold in self._holds().filtered(lambda hold: not hold.date_ended):
            hold.date_ended = hold.company_id._ar_today()
