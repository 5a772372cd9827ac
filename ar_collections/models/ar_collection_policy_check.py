from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from ..tools import ladder_check
from .ar_collection_level import LATER


class ArCollectionPolicy(models.Model):
    """Refuse nonsense, and say what to change."""

    _inherit = "ar.collection.policy"

    def _later(self):
        """These records, to be checked by the caller when the whole change is made."""
        return self.with_context(ar_collections_check=LATER)

    def _checked_later(self):
        return self.env.context.get("ar_collections_check") is LATER

    @api.constrains("level_ids", "dunned", "active")
    def _check_ladder(self):
        for policy in self if not self._checked_later() else ():
            policy._raise_problems(policy._ladder_problems())

    @api.constrains("domain", "sequence", "active", "by_hand", "company_id")
    def _check_reach(self):
        if self._checked_later():
            return
        for company in self.company_id:
            for policy in self._of_company(company):
                policy._raise_problems(policy._reach_problems())

    def _raise_problems(self, texts):
        if texts:
            raise ValidationError("\n".join(texts))

    @api.model
    def _of_company(self, company):
        """The active policies of a company in their order."""
        return self.search([("company_id", "=", company.id)])

    # === THE LADDER === #
    def _ladder_problems(self):
        """Sentences: what contradicts itself in the levels, and what to change."""
        self.ensure_one()
        if not (self.dunned and self.active):
            return []
        levels = self.level_ids.sorted(lambda level: (level.sequence, level.delay, level.id))
        if not levels:
            # data files bring the levels after their policy
            return [] if self.env.context.get("install_mode") else [self._explain_no_levels()]
        rungs = [ladder_check.Rung(level.delay, level.min_days, level.formal) for level in levels]
        return [
            self._explain_problem(problem, levels) for problem in ladder_check.problems(rungs)
        ] + [text for level in levels for text in level._text_problems()]

    def _explain_no_levels(self):
        return self.env._(
            "Policy %(policy)s sends notices but has no level. Add a level, or switch off "
            "Send notices.",
            policy=self.name,
        )

    def _explain_problem(self, problem, levels):
        level = levels[problem.second]
        before = levels[problem.first or 0]
        values = {
            "level": level.name,
            "before": before.name,
            "day": level.delay,
            "before_day": before.delay,
        }
        match problem.code:
            case "same_day":
                return self.env._(
                    "%(level)s and %(before)s both stand on day %(day)s. Give each level its own "
                    "day.",
                    **values,
                )
            case "falls":
                return self.env._(
                    "%(level)s comes after %(before)s, but stands on day %(day)s, before day "
                    "%(before_day)s. Give it a day after %(before_day)s, or change their order.",
                    **values,
                )
            case "waits":
                return self.env._(
                    "%(level)s stands on day %(day)s but waits %(wait)s days after %(before)s on day "
                    "%(before_day)s: it could never leave before day %(earliest)s. Move it to day "
                    "%(earliest)s or later, or let it wait at most %(gap)s days.",
                    **values,
                    wait=level.min_days,
                    earliest=problem.day,
                    gap=level.delay - before.delay,
                )
        return self.env._(
            "%(level)s is formal: it demands only items that had a notice before, but no level after "
            "the due date comes before it. Add a level before day %(day)s, or switch off Formal.",
            **values,
        )

    # === WHO IT IS FOR === #
    def _match_domain(self):
        """The condition on partners, in its simplest form."""
        if self.by_hand:
            return Domain.FALSE
        partners = self.env["res.partner"].sudo()  # a condition is no secret; nothing is read
        return Domain(safe_eval(self.domain or "[]")).optimize_full(
            partners.with_context(active_test=False)
        )

    def _reach_problems(self):
        """Sentences: why no debtor can ever get the policy, and what to change."""
        self.ensure_one()
        if not self.active or self.by_hand:
            return []
        partners = self.env["res.partner"].sudo().with_context(active_test=False)  # as above
        domain = self._match_domain()
        if domain.is_false():
            return [
                self.env._(
                    "No debtor can ever meet the conditions of policy %(policy)s: they exclude each "
                    "other. Change them, or mark it as chosen by hand.",
                    policy=self.name,
                )
            ]
        for earlier in self._of_company(self.company_id):
            if earlier == self:
                return []
            if (domain & ~earlier._match_domain()).optimize_full(partners).is_false():
                return [
                    self.env._(
                        "No debtor can ever get policy %(policy)s: %(earlier)s comes before it and "
                        "is for all of its debtors. Move %(policy)s before %(earlier)s, narrow the "
                        "conditions of %(earlier)s, or mark %(policy)s as chosen by hand.",
                        policy=self.name,
                        earlier=earlier.name,
                    )
                ]
        return []

    def _reach_warnings(self):
        """Sentences: what is odd today, but may come right."""
        if not self.active or self.debtor_count:
            return []
        if self.by_hand:
            return [self.env._("No debtor has been given policy %(policy)s yet.", policy=self.name)]
        return [self.env._("Policy %(policy)s fits no debtor at present.", policy=self.name)]

    def _problems(self):
        """All there is to say against the policy: sentences, refusals first."""
        self.ensure_one()
        return self._ladder_problems() + self._reach_problems() + self._reach_warnings()

    def action_check(self):
        """Say what is wrong with the policy, and what to change."""
        self.ensure_one()
        self.check_access("read")
        problems = self._problems()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if problems else "success",
                "title": self.name,
                "message": " ".join(problems)
                or self.env._("Nothing to say against it: every level can be sent."),
                "sticky": bool(problems),
            },
        }
