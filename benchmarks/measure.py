"""Wall time, CPU time, queries and peak memory of a job; medians over interleaved rounds.

Floors and jobs take turns, so that a busy machine slows both: ratios hold where seconds
do not. CPU time (of this process and of its connection's PostgreSQL backend) tells how
much of the wall time was waiting for others.
"""

import gc
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from odoo import sql_db


@dataclass
class Job:
    """Something to be measured. ``before`` and ``after`` are not timed.

    ``floor``: names of the jobs whose times make up its floor. ``target``: what may not
    be exceeded, in seconds, or times the floor where there is one.
    """

    name: str
    run: Callable[[], object]
    before: Callable[[], object] | None = None
    after: Callable[[], object] | None = None
    floor: tuple[str, ...] = ()
    target: float | None = None
    limit: str = ""
    times: list[float] = field(default_factory=list)
    cpu_times: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    queries: int = 0
    peak: float = 0.0

    @property
    def seconds(self) -> float:
        return median(self.times)

    @property
    def cpu(self) -> float:
        return median(self.cpu_times)

    @property
    def ratio(self) -> float | None:
        return median(self.ratios) if self.ratios else None

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return (self.ratio if self.floor else self.seconds) <= self.target


def interleave(jobs: list[Job], rounds: int, warm: bool = True) -> list[Job]:
    """Run the jobs in turns; with ``warm``, a first turn fills the caches and does not count."""
    for turn in range(0 if warm else 1, rounds + 1):
        seconds = {}
        for job in jobs:
            seconds[job.name], cpu = _once(job)
            if turn:
                job.times.append(seconds[job.name])
                job.cpu_times.append(cpu)
                if job.floor:
                    floor = sum(seconds[name] for name in job.floor)
                    job.ratios.append(seconds[job.name] / floor)
    return jobs


#: Process ids of the PostgreSQL backends that work for the jobs.
backends: set[int] = set()


def _once(job: Job) -> tuple[float, float]:
    if job.before:
        job.before()
    gc.collect()
    _reset_peak()
    memory, queries = _memory("VmRSS"), sql_db.sql_counter
    begin, cpu = time.perf_counter(), _cpu()
    job.run()
    seconds, cpu = time.perf_counter() - begin, _cpu() - cpu
    job.queries = sql_db.sql_counter - queries
    job.peak = max(job.peak, _memory("VmHWM") - memory)
    if job.after:
        job.after()
    return seconds, cpu


def _cpu() -> float:
    """CPU seconds used so far by this process, the programs it ran, and the backends."""
    ticks = 0
    for pid in backends:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return sum(os.times()[:4]) + ticks / os.sysconf("SC_CLK_TCK")


def _reset_peak() -> None:
    """From now on, VmHWM is the peak since now."""
    Path("/proc/self/clear_refs").write_text("5")


def _memory(name: str) -> float:
    """A line of ``/proc/self/status``, in megabytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0
