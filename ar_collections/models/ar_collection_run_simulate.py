from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from .ar_collection_figures_policies import CHOSEN


class ArCollectionRun(models.Model):
    """Simulations: for any date and any set of policies; they write their own decisions only."""

    _inherit = "ar.collection.run"

    policy_ids = fields.Many2many(
        "ar.collection.policy",
        "ar_collection_run_policy_rel",
        string="As if these were the policies",
        readonly=True,
        context={"active_test": False},
        help="Of a simulation; none: the policies in force.",
    )

    @api.depends("date", "simulation", "company_id", "policy_ids")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for run in self.filtered("policy_ids"):
            run.display_name = self.env._(
                "Simulation of %(day)s: %(policies)s",
                day=format_date(self.env, run.date),
                policies=", ".join(run.policy_ids.mapped("name")),
            )
        return result

    @api.autovacuum
    def _gc_simulations(self):
        """Simulations are kept a week."""
        old = self.search(
            [
                ("simulation", "=", True),
                ("create_date", "<", fields.Datetime.now() - timedelta(days=7)),
            ]
        )
        old.sudo().unlink()  # nobody else may delete runs

    @api.model
    def _what_if(self, policies):
        """The model, deciding as if these were the policies; None: those in force."""
        if policies is None:
            return self
        return self.with_context(**{CHOSEN: policies.ids})

    @api.model
    def _simulate(self, company, on_date=None, policies=None):
        """Decide for a date and keep the decisions, and nothing else.

        :param company: root company. :param on_date: date; None: today.
        :param policies: as if these were the policies; None or none: those in force.
        :return: the simulation.
        """
        # sudo: a simulation writes its own decisions, which nobody may write by hand
        run = self.sudo().create(
            {
                "company_id": company.id,
                "date": on_date or company._ar_today(),
                "simulation": True,
                "state": "done",
                "user_id": self.env.uid,
                "policy_ids": policies.ids if policies else [],
            }
        )
        run.warning = run._bank_warning()
        run._insert_decisions(run._decide(company, run.date, policies=policies or None))
        return run.with_env(self.env)

    @api.model
    def action_look(self):
        """Simulate tonight's run of the current company and show it."""
        return self._action_simulate(self.env.company)

    @api.model
    def _action_simulate(self, company, on_date=None, policies=None):
        self.check_access("read")
        company = company._ar_root()
        run = self._simulate(company, on_date, policies)
        if self.env.user.has_group("ar_collections.group_ar_collection_manager"):
            company.sudo().ar_first_run_seen = True  # a manager has looked
        return run.action_open_decisions()
