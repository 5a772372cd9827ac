from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

#: So many debtors are looked at for an example of the level.
CANDIDATES = 50


class ArCollectionLevel(models.Model):
    """For whom a level is previewed: the debtor asked for, else one that gets it tonight."""

    _inherit = "ar.collection.level"

    def _example_account(self, collection_id=None):
        """The account asked for, else one of the policy that the level may concern."""
        accounts = self.env["ar.collection"]
        if collection_id:
            account = accounts.browse(collection_id)
            account.check_access("read")
            if account.company_id != self.company_id:
                raise UserError(
                    self.env._(
                        "%(debtor)s is a debtor of another company than policy %(policy)s.",
                        debtor=account.display_name,
                        policy=self.policy_id.name,
                    )
                )
            return account
        own = [("company_id", "=", self.company_id.id), ("total_due", ">", 0)]
        of_policy = [*own, ("policy_id", "=", self.policy_id.id)]
        open_now = [("not_due" if self.delay < 0 else "net_collectable", ">", 0)]
        likely = accounts.search([*of_policy, *self._likely_domain()], limit=CANDIDATES)
        others = accounts.search([*of_policy, *open_now], limit=CANDIDATES)
        return (
            self._noticed_tonight(likely | others)
            or likely[:1]
            or others[:1]
            or accounts.search(own, limit=1)
        )

    def _noticed_tonight(self, accounts):
        """Of these accounts one that gets the level tonight, else one that gets another."""
        # sudo: what tonight's run would decide, whoever looks; the accounts are the reader's
        run = self.env["ar.collection.run"].sudo()
        found = {True: accounts.browse(), False: accounts.browse()}
        if accounts:
            company = self.company_id
            rows = run._decide(company, company._ar_today(), partner_ids=accounts.partner_id.ids)
            for row in rows:
                if level := row["decision"].level:
                    found[level.id == self.id] |= accounts.browse(row["account"]["account_id"])
        return (found[True] or found[False])[:1]

    def _likely_domain(self):
        """Debtors whom the level concerns about now, by the cached figures."""
        if self.delay < 0:
            return [("not_due", ">", 0), ("level_id", "=", False)]
        before = self.policy_id.level_ids.filtered(lambda level: level.delay < self.delay)
        before = before.sorted("delay")[-1:]
        levels = before.ids if before.delay >= 0 else [*before.ids, False]
        quiet_from = self.company_id._ar_today() - timedelta(days=self.policy_id.quiet_days)
        return [
            ("net_collectable", ">=", max(self.policy_id.min_amount, self.min_amount)),
            ("days_overdue", ">=", self.delay),
            ("level_id", "in", levels),
            "|",
            ("last_notice_date", "=", False),
            ("last_notice_date", "<=", quiet_from),
        ]
