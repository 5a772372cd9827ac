from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.table import Column, Table


class ArCollectionRun(models.Model):
    """What would change: one day decided twice, under two sets of policies."""

    _inherit = "ar.collection.run"

    compared_run_id = fields.Many2one(
        "ar.collection.run",
        string="Compared with",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The simulation A of a comparison; this one is B.",
    )
    comparison = fields.Json(compute="_compute_comparison", help="A table: by level, A and B.")

    @api.model
    def _action_compare(self, company, on_date, policies, other_policies):
        """Decide a day under two sets of policies and show the difference."""
        self.check_access("read")
        return self._compare(company, on_date, policies, other_policies).action_open_comparison()

    @api.model
    def _compare(self, company, on_date, policies, other_policies):
        """:return: simulation B, which knows A."""
        first = self._simulate(company, on_date, policies)
        second = self._simulate(company, on_date, other_policies)
        # sudo: of simulations we have just made; nobody writes runs by hand
        second.sudo().compared_run_id = first
        return second

    def action_open_comparison(self):
        """Show the decisions of both simulations side by side."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_comparison_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {"search_default_changed": 1, "ar_collections_run_id": self.id}
        return action

    def _compute_comparison(self):
        for run in self:
            table = run.compared_run_id and run._comparison_table()
            run.comparison = table.to_screen() if table else False

    def _comparison_table(self):
        """By level: notices and claims of A and of B; what stays without a notice below."""
        sides = [
            {
                row["name"]: row
                for row in reversed(run._summarize()["levels"])  # the earliest level first
            }
            for run in (self.compared_run_id, self)
        ]
        rows = []
        for name in dict.fromkeys([*sides[0], *sides[1]]):
            counts = [side.get(name, {}).get("count", 0) for side in sides]
            claims = [side.get(name, {}).get("claim", 0) for side in sides]
            rows.append(
                [
                    name,
                    counts[0],
                    self._money(claims[0]),
                    counts[1],
                    self._money(claims[1]),
                    counts[1] - counts[0],
                    self._money(claims[1] - claims[0]),
                ]
            )
        return Table(self.env._("Comparison"), self._comparison_columns(), rows, self._sides())

    def _comparison_columns(self):
        return [
            Column(self.env._("Level")),
            Column(self.env._("Notices A"), "integer", total=True),
            Column(self.env._("Claim A"), "money", total=True),
            Column(self.env._("Notices B"), "integer", total=True),
            Column(self.env._("Claim B"), "money", total=True),
            Column(self.env._("More notices"), "integer", total=True),
            Column(self.env._("Difference"), "money", total=True),
        ]

    def _sides(self):
        """Sentences that say what A and B are, and how many debtors differ."""
        comparison = self.env["ar.collection.comparison"]
        of_run = Domain("run_id", "=", self.id)
        count = ["collection_id:count_distinct"]  # a debtor may have several addresses
        [[every]] = comparison._read_group(of_run, [], count)
        [[changed]] = comparison._read_group(of_run & Domain("change", "!=", "same"), [], count)
        in_force = self.env._("the policies in force")
        return [
            self.env._(
                "A: %(policies)s",
                policies=", ".join(self.compared_run_id.policy_ids.mapped("name")) or in_force,
            ),
            self.env._(
                "B: %(policies)s", policies=", ".join(self.policy_ids.mapped("name")) or in_force
            ),
            self.env._(
                "%(changed)s of %(debtors)s debtors would be treated otherwise.",
                changed=changed,
                debtors=every,
            ),
        ]

    def _changes_table(self):
        columns = [
            Column(self.env._("Debtor")),
            Column(self.env._("Change")),
            Column(self.env._("Decision A")),
            Column(self.env._("Decision B")),
            Column(self.env._("Overdue"), "money", total=True),
            Column(self.env._("Claim A"), "money", total=True),
            Column(self.env._("Claim B"), "money", total=True),
            Column(self.env._("Difference"), "money", total=True),
            Column(self.env._("Why B")),
        ]
        comparison = self.env["ar.collection.comparison"]
        labels = dict(comparison._fields["change"]._description_selection(self.env))
        rows = [
            [
                (row.address_id or row.partner_id).display_name,
                labels[row.change],
                row.conclusion_a or "",
                row.conclusion_b or "",
                *(
                    self._money(row[name])
                    for name in ("overdue", "claim_a", "claim_b", "difference")
                ),
                row.why_b or "",
            ]
            for row in comparison.search([("run_id", "=", self.id)])
        ]
        return Table(self.env._("Changes"), columns, rows)
