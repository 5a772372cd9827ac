from datetime import timedelta

from odoo import api, models

from . import plan


class ArCollectionDemo(models.AbstractModel):
    """What the team found that could be better, and what it brought."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_collecting(self, made):
        result = super()._make_collecting(made)
        improvements = self.env["ar.collection.improvement"].create(
            [self._prepare_improvement_vals(made, row) for row in plan.rows_of("improvements")]
        )
        for improvement in improvements.filtered(lambda found: found.state == "done"):
            improvement.date_done = improvement.deadline
        return result

    @api.model
    def _prepare_improvement_vals(self, made, row):
        deadline = row["deadline_in"]
        measured = row["measured_ago"]
        return {
            "name": row["finding"],
            "company_id": made.company.id,
            "category": row["category"],
            "user_id": made.users[row["owner"]].id,
            "state": row["state"],
            "date": made.day(row["found"]),
            "deadline": deadline and made.plan.today + timedelta(days=int(deadline)),
            "figure": row["figure"],
            "unit": row["unit"],
            "value_before": float(row["before"]),
            "value_expected": float(row["expected"]),
            "value_measured": float(row["measured"] or 0),
            "measured_on": measured and made.day(measured),
            "note": row["note"],
        }
