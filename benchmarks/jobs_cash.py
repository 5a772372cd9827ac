"""Cash application: proposals for thousands of credits, and the screen of a large debtor."""

from measure import Job, interleave

#: Credits proposed for, and a tenth of them: the time must grow no faster than they do.
CREDITS = 5000
#: More than linear growth between the two is a failure: 10 times the credits, this many times
#: the time at most.
LINEAR = 13


class Cash:
    """Jobs on one database, as somebody who sees all debtors."""

    def __init__(self, env) -> None:
        self.env = env
        self.credits = env["ar.collection.credit"]

    def measure(self, rounds: int) -> list[Job]:
        found = self.credits.search([], limit=CREDITS)
        few = found[: max(len(found) // 10, 1)]
        huge = self._huge()
        jobs = [
            Job("proposals, 500 credits", lambda: self.propose(few), after=self._forget),
            Job(
                "proposals, 5,000 credits",
                lambda: self.propose(found),
                after=self._forget,
                floor=("proposals, 500 credits",),
                target=LINEAR,
                limit=f"{LINEAR} x of a tenth",
            ),
            Job(
                "proposals, 5,000 credits, in all",
                lambda: self.propose(found),
                after=self._forget,
                target=60,
                limit="60 s",
            ),
            Job(
                "cash screen, 2,000 open items",
                huge.cash_open,
                after=self._forget,
                target=0.5,
                limit="500 ms",
            ),
            Job(
                "cash screen, list of credits",
                self.credits.cash_list,
                after=self._forget,
                target=1.0,
                limit="1 s",
            ),
        ]
        self._forget()
        return interleave(jobs, rounds)

    def propose(self, credits_found) -> None:
        self.credits._propose(credits_found)

    def _forget(self) -> None:
        """Every request begins with an empty cache."""
        self.env.flush_all()
        self.env.invalidate_all()

    def _huge(self):
        """A credit of the debtor with the most open items among those that have credits."""
        self.env.cr.execute(
            """
            SELECT account.partner_id FROM ar_collection account
              JOIN account_move_line line ON line.partner_id = account.partner_id
             WHERE line.reconciled IS NOT TRUE AND line.amount_residual > 0
               AND EXISTS (SELECT FROM account_move_line credit
                            WHERE credit.partner_id = account.partner_id
                              AND credit.reconciled IS NOT TRUE AND credit.amount_residual < 0
                              AND credit.parent_state = 'posted')
             GROUP BY account.partner_id ORDER BY count(*) DESC LIMIT 1
            """
        )
        [[partner_id]] = self.env.cr.fetchall()
        return self.credits.search([("partner_id", "=", partner_id)], limit=1)
