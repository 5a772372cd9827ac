from odoo import models


class ArCollectionWithheld(models.Model):
    """What is withheld is held: a hold per item, in force while the certificate is missing."""

    _inherit = "ar.collection.withheld"

    def _place_holds(self):
        """Hold what these withhold: a hold that has ended resumes, its amount follows."""
        holds = {hold.source_id: hold for hold in self._holds()}
        vals_list = []
        for record in self.filtered("line_id"):
            hold = holds.get(record.id)
            if hold and (hold.amount != record.amount or hold.date_ended):
                hold.write({"amount": record.amount, "date_ended": False})
            if hold:
                continue
            vals_list.append(
                record._prepare_hold(
                    record.line_id,
                    record.amount,
                    "withheld",
                    "withheld",
                    note=record._hold_note(),
                )
            )
        # sudo: a hold with a source is placed by its source only
        self.env["ar.collection.hold"].sudo().create(vals_list)

    def _hold_note(self):
        return self.env._(
            "%(quarter)s, certificate expected by %(date)s",
            quarter=self.quarter,
            date=self.certificate_due,
        )
