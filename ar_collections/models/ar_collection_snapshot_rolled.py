from datetime import timedelta

from odoo import api, fields, models

from .ar_collection_kpi_scope import Scope
from .ar_collection_snapshot import ROLLED, ends_month


class ArCollectionSnapshot(models.Model):
    """What moved on between two month ends, kept in the row of the company: nobody adds up the
    rows of 100,000 debtors to look at the dashboard."""

    _inherit = "ar.collection.snapshot"

    rolled_1 = fields.Monetary(string="Became overdue", readonly=True)
    rolled_2 = fields.Monetary(string="Moved on to the 2nd bucket", readonly=True)
    rolled_3 = fields.Monetary(string="Moved on to the 3rd bucket", readonly=True)
    rolled_4 = fields.Monetary(string="Moved on to the 4th bucket", readonly=True)
    rolled_5 = fields.Monetary(string="Moved on to the last bucket", readonly=True)

    @api.model
    def _rolled_amounts(self, company, day):
        """dict of ``ROLLED`` at a month's end whose month before is known, else empty."""
        if not ends_month(day):
            return {}
        before = day.replace(day=1) - timedelta(days=1)
        scope = Scope(company, before, day)
        facts = self.env["ar.collection.kpi"].sudo()  # sudo: the machine computes the company
        if before not in facts._month_ends(scope, before, before):
            return {}
        return dict(zip(ROLLED, facts._rolled_of_debtors(scope, before, day), strict=True))
