"""The ageing report: today, at a past date, its first screen, its check, its spreadsheet."""

import tempfile
from datetime import timedelta
from pathlib import Path

from jobs_refresh import SUM, Refresh
from measure import Job, interleave

#: Days ago of the past report.
PAST = 60


class Reports:
    """Jobs on one database; nothing is committed."""

    def __init__(self, env) -> None:
        # found only when the configuration was read
        from odoo.addons.ar_collections.tools.ageing_options import Options  # noqa: PLC0415

        self.env = env
        self.ageing = env["ar.collection.ageing"]
        today = env.company._ar_today()
        self.today = Options(today, live=True)
        self.past = Options(today - timedelta(days=PAST))

    def measure(self, rounds: int, size: str) -> list[Job]:
        jobs = [
            Job(SUM, Refresh(self.env).aggregate, after=self.forget),
            self._job("ageing today, a row per debtor", self.today, 4),
            self._job(f"ageing {PAST} days ago, a row per debtor", self.past, 10),
            Job(
                "ageing screen, by collector",
                lambda: self.ageing.table({"rows": ["collector", "debtor"]}),
                after=self.forget,
            ),
            Job(
                "ageing screen, first page of debtors",
                lambda: self.ageing.table({"rows": ["debtor"]}),
                after=self.forget,
            ),
            Job("check against the ledger", lambda: self.ageing.check({}), after=self.forget),
        ]
        interleave(jobs, rounds)
        seconds = {"M": 18, "L": 180}.get(size)
        sheet = Job(
            "spreadsheet of all items",
            self.spreadsheet,
            after=self.forget,
            target=seconds,
            limit=f"{seconds} s, 200 MB" if seconds else "",
        )
        return [*jobs[1:], *interleave([sheet], 1, warm=False)]

    def _job(self, name: str, options, target: float) -> Job:
        return Job(
            name,
            lambda: self.ageing._ageing_leaves(options, ["total", "credits"]),
            after=self.forget,
            floor=(SUM,),
            target=target,
            limit=f"{target}x aggregate",
        )

    def spreadsheet(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.ageing._write_xlsx(str(Path(folder, "ageing")), self.today)

    def forget(self) -> None:
        """Every request begins with an empty cache."""
        self.env.cr.rollback()
        self.env.invalidate_all()
