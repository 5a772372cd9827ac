from collections import defaultdict

from odoo import api, models

from .plan_dunning import COUNTS

#: Reasons of the plan that core itself keeps on the item.
CORE = ("blocked", "no_followup")
REASONS = {
    "query": "hold_reason_query",
    "dispute": "hold_reason_dispute",
    "plan": "hold_reason_plan",
    "withheld": "hold_reason_withheld",
    "debit": "hold_reason_debit",
    "reserved": "hold_reason_reserved",
    "other": "hold_reason_other",
}


class ArCollectionDemo(models.AbstractModel):
    """Collection accounts, holds, and the levels at which past notices left the items."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_evidence(self, made):
        accounts = self.env["ar.collection"]
        accounts._refresh()
        found = {
            account.partner_id: account
            for account in accounts.search([("company_id", "=", made.company.id)])
        }
        for key, partner in made.partners.items():
            if made.plan.debtors[key].role == "insurer":
                continue  # owes nothing from trade
            # those who paid everything have accounts too: they were customers all the time
            made.collections[key] = found.get(partner) or accounts.create(
                {"partner_id": partner.id, "company_id": made.company.id}
            )
        self._make_holds(made)
        levels = {
            level.delay: level
            for level in self.env["ar.collection.level"].search(
                [("company_id", "=", made.company.id)]
            )
        }
        self._make_notices(made, levels)
        self._write_levels(made, levels)
        # by name: so the date of the last payment is looked up for each
        accounts._refresh([partner.id for partner in made.partners.values()])

    # === HOLDS === #
    @api.model
    def _make_holds(self, made):
        vals_list = []
        for hold in made.plan.holds:
            item = made.item(hold.item, hold.part) if hold.item else None
            if hold.reason in ("promise", "plan") or self._is_dispute(hold):
                continue  # its promise, plan or dispute places it
            if hold.reason == "blocked":
                item.move_id.action_toggle_block_payment()
            elif hold.reason == "no_followup":
                item.no_followup = True
            else:
                vals_list.append(self._prepare_hold_vals(made, hold, item))
        self.env["ar.collection.hold"].create(vals_list)

    @api.model
    def _is_dispute(self, hold):
        """Hook: whether a dispute places a hold of the plan."""
        return False

    @api.model
    def _prepare_hold_vals(self, made, hold, item):
        vals = {
            "collection_id": made.collections[hold.debtor].id,
            "scope": "item" if item else "debtor",
            "amount": float(hold.amount) if hold.amount else False,
            "date_from": hold.since,
            "date_to": hold.until,
            "date_ended": hold.ended,
            "note": hold.note,
            "user_id": made.users.get(hold.by, self.env.user).id,
        }
        if item:
            vals["line_id"] = item.id
        if hold.reason in REASONS:
            vals["reason_id"] = self.env.ref(f"ar_collections.{REASONS[hold.reason]}").id
        else:
            vals["kind"] = hold.reason
        return vals

    # === LEVELS === #
    @api.model
    def _write_levels(self, made, levels):
        """Put the items where the last notice left them, and note the dates on the accounts."""
        reached, last = {}, {}
        for row in made.plan.notices:
            if row.state not in COUNTS:
                continue
            if row.state == "sent":
                last[row.debtor] = row.date
            for line in row.lines:
                if line.kind in ("claim", "also") and line.level != line.previous:
                    reached[line.item, line.part] = (line.level, row.date)
        groups = defaultdict(lambda: self.env["account.move.line"])
        for (key, part), stand in reached.items():
            groups[stand] |= made.item(key, part)
        for (delay, day), lines in groups.items():
            lines.write({"ar_level_id": levels[delay].id, "ar_level_date": day})
        for key, day in last.items():
            made.collections[key].write({"last_notice_date": day, "last_contact_date": day})
