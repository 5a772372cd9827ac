"""Deciding for all debtors, and a run that makes notices and their lines."""

from jobs_refresh import SUM, Refresh
from measure import Job, interleave


class Run:
    """Jobs on one database; nothing is committed."""

    def __init__(self, env) -> None:
        self.env = env
        self.company, self.runs = env.company, env["ar.collection.run"]
        self.today = self.company._ar_today()

    def measure(self, rounds: int, size: str) -> list[Job]:
        decisions = interleave(
            [
                Job(SUM, Refresh(self.env).aggregate, after=self.env.cr.rollback),
                Job(
                    "decisions for all debtors",
                    lambda: self.runs._decide(self.company, self.today),
                    after=self.rollback,
                    floor=(SUM,),
                    target=5,
                    limit="5x aggregate",
                ),
                Job("what would go out tonight", self.runs.tonight, after=self.rollback),
            ],
            rounds,
        )
        seconds = {"M": 15, "L": 150}.get(size)
        run = Job(
            "run: decisions, notices and lines",
            self.run,
            before=self.forget,
            after=self.rollback,
            target=seconds,
            limit=f"{seconds} s" if seconds else "",
        )
        return [*decisions[1:], *interleave([run], max(1, rounds // 2), warm=size != "L")]

    def run(self) -> None:
        self.runs._run(self.today)
        self.env.cr.flush()

    def forget(self) -> None:
        """What earlier notices said keeps nobody from getting the next."""
        self.env.cr.execute("UPDATE ar_collection SET last_notice_date = NULL")
        self.env.invalidate_all()

    def rollback(self) -> None:
        self.env.cr.rollback()
