from odoo import api, models

#: Targets of the key figures, in their units.
TARGETS = {
    "overdue_share": 60,
    "dso": 45,
    "days_delinquent": 30,
    "effectiveness": 80,
    "promises_kept": 75,
    "right_party": 60,
}


class ArCollectionDemo(models.AbstractModel):
    """What the dashboard tells: targets, the year's month ends, what is expected."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_history(self, made):
        """Made last: it looks at everything else."""
        self.env["ar.collection"]._refresh()
        for role in ("user", "readonly"):
            group = self.env.ref(f"ar_collections.group_ar_collection_{role}")
            group.implied_ids |= self.env.ref("ar_collections.group_ar_collection_plans")
        kpis = self.env["ar.collection.kpi"].with_company(made.company)
        for code, record in kpis._by_code(made.company).items():
            if code in TARGETS:
                record.target = TARGETS[code]
        snapshots = self.env["ar.collection.snapshot"]
        while snapshots._missed_days(made.company, made.plan.today):
            snapshots._catch_up(made.company, made.plan.today)
        self.env["ar.collection.forecast"]._remake(made.company, made.plan.today)
