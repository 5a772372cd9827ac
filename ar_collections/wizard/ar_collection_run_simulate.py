from odoo import api, fields, models
from odoo.exceptions import UserError


class ArCollectionRunSimulate(models.TransientModel):
    """Ask what would be sent, on any date and under any policies; nothing is sent."""

    _name = "ar.collection.run.simulate"
    _description = "Simulate a Dunning Run"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company._ar_root(),
    )
    question = fields.Selection(
        [
            ("simulate", "What would be sent on a day?"),
            ("compare", "What would other policies change?"),
            ("replay", "What would have been sent in the last months?"),
        ],
        required=True,
        default="simulate",
    )
    date = fields.Date(
        string="On", required=True, default=lambda self: self.env.company._ar_root()._ar_today()
    )
    months = fields.Integer(default=6)
    policy_ids = fields.Many2many(
        "ar.collection.policy",
        "ar_collection_run_simulate_policy_rel",
        string="Policies",
        domain="[('company_id', '=', company_id)]",
        context={"active_test": False},
    )
    other_policy_ids = fields.Many2many(
        "ar.collection.policy",
        "ar_collection_run_simulate_other_policy_rel",
        string="Other policies",
        domain="[('company_id', '=', company_id)]",
        context={"active_test": False},
    )

    @api.onchange("question")
    def _onchange_question(self):
        """Start from the policies in force: most questions change one of them."""
        if self.question != "simulate" and not self.policy_ids:
            self.policy_ids = self.other_policy_ids = self._policies_in_force()

    def _policies_in_force(self):
        """The policies debtors are given; copies nobody uses are left out."""
        policies = self.env["ar.collection.policy"].search(
            [("company_id", "=", self.company_id.id)]
        )
        return policies.filtered(lambda policy: not policy.by_hand or policy.debtor_count)

    def action_simulate(self):
        """Answer the question.

        :raises UserError: nothing to compare.
        """
        self.ensure_one()
        runs = self.env["ar.collection.run"]
        if self.question == "simulate":
            return runs._action_simulate(self.company_id, self.date, self.policy_ids)
        if self.policy_ids == self.other_policy_ids:
            raise UserError(
                self.env._("Please choose other policies on the right: the two sides are the same.")
            )
        if self.question == "compare":
            return runs._action_compare(
                self.company_id, self.date, self.policy_ids, self.other_policy_ids
            )
        return self.env["ar.collection.run.replay"]._action_replay(
            self.company_id, self.months, self.policy_ids, self.other_policy_ids
        )
