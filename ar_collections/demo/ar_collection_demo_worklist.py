from datetime import timedelta

from odoo import api, models

#: Put off, until in how many days, why.
SNOOZED = (
    ("patil", 2, "Wire announced by the bank in Pune"),
    ("papadakis", 6, "The owner travels until Monday"),
)
PINNED = ("meridian",)
#: Credit limits in company currency.
LIMITS = {"brennan": 40_000, "meridian": 120_000}


class ArCollectionDemo(models.AbstractModel):
    """The collector's day: what was put off or pinned, credit limits, a group of debtors."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_collecting(self, made):
        result = super()._make_collecting(made)
        for key, days, reason in SNOOZED:
            made.collections[key].write(
                {
                    "snoozed_until": made.plan.today + timedelta(days=days),
                    "snooze_reason": reason,
                }
            )
        for key in PINNED:
            made.collections[key].pinned = True
        made.company.account_use_credit_limit = True
        for key, limit in LIMITS.items():
            partner = made.collections[key].partner_id
            partner.with_company(made.company).credit_limit = limit
        group = self.env["ar.collection.group"].create(
            {
                "name": "Marsh holdings",
                "company_id": made.company.id,
                "note": "Same owner; each company pays for itself.",
            }
        )
        (made.collections["brennan"] | made.collections["papadakis"]).group_id = group
        everyone = self.env["ar.collection"].concat(*made.collections.values())
        everyone._update_priority()
        return result
