"""The measured jobs beside their floor, as tables.

    make bench ARGS="--sizes S,M,L --rounds 5 --write"

``--write`` keeps the tables in RESULTS.md; ``--only refresh,run`` measures a part.
"""

import argparse
import math
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from environment import ADDON, HERE, SIZES, close, configure, databases, environment, odoo, vacuum
from generate import template
from jobs_cash import Cash
from jobs_dashboard import Dashboard
from jobs_delivery import Delivery
from jobs_posting import Posting
from jobs_refresh import Refresh
from jobs_reports import Reports
from jobs_run import Run
from jobs_screens import Screens
from measure import Job

PARTS = (
    "refresh", "run", "reports", "dashboard", "screens", "cash", "delivery", "posting",
)  # fmt: skip
RESULTS = HERE / "RESULTS.md"


def main() -> int:
    """Measure, print the tables, and end with 1 when a target is missed."""
    options = _options()
    configure()
    measured, posting = {}, ""
    if "posting" in options.only:
        posting = "\n" + _table("posting", _measure_posting(options.rounds), {})
    for size in options.sizes:
        measured[size] = list(_measure(size, options))
        exponents = _exponents(measured)
        text = "\n".join(_table(name, jobs, exponents) for name, jobs in measured.items())
        if options.write:  # after each size: the largest takes long
            RESULTS.write_text(_head(options) + text + posting)
    print(text + posting)
    return 1 if any(job.holds is False for jobs in measured.values() for job in jobs) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=lambda text: text.split(","), default=["S", "M"])
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(PARTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="keep the tables in RESULTS.md")
    options = parser.parse_args()
    for name, known in ((options.sizes, SIZES), (options.only, PARTS)):
        if set(name) - set(known):
            parser.error(f"choose from {', '.join(known)}")
    return options


def _measure(size: str, options: argparse.Namespace) -> Iterator[Job]:
    with _copy(template(size), f"bench_work_{size}") as name, environment(name) as env:
        # reading first, then of what nothing of is kept, then of writing
        parts = {
            "screens": lambda: Screens(env).measure(options.rounds),
            "reports": lambda: Reports(env).measure(options.rounds, size),
            "dashboard": lambda: Dashboard(env).measure(options.rounds),
            "run": lambda: Run(env).measure(options.rounds, size),
            "cash": lambda: Cash(env).measure(options.rounds),
            "refresh": lambda: Refresh(env).measure(options.rounds),
            # one notice after the other: it does not depend on the size
            "delivery": lambda: Delivery(env).measure() if size != "L" else [],
        }
        for part, measure in parts.items():
            if part in options.only:
                print(f"{size}: {part} ...", file=sys.stderr, flush=True)
                yield from measure()
                env.cr.rollback()


def _measure_posting(rounds: int) -> list[Job]:
    print("posting ...", file=sys.stderr, flush=True)
    plain = databases.template(demo=False)
    with _copy(plain, "bench_without") as without, _copy(plain, "bench_with") as with_addon:
        odoo("server", "-d", with_addon, "-i", ADDON, "--stop-after-init")
        with environment(without) as out_env, environment(with_addon) as in_env:
            return Posting(out_env, in_env).measure(rounds)


@contextmanager
def _copy(source: str, target: str) -> Iterator[str]:
    """A copy of a database, dropped at the end."""
    databases.copy(source, target)
    if source.startswith("bench_"):  # generated with an older state of the addon, maybe
        odoo("server", "-d", target, "-u", ADDON, "--stop-after-init")
    vacuum(target)
    try:
        yield target
    finally:
        close(target)
        databases.drop(target)


# === TABLES === #
def _exponents(measured: dict[str, list[Job]]) -> dict[str, float]:
    """Job -> the exponent of its growth between the smallest and the largest size."""
    if len(measured) < 2:
        return {}
    sizes = list(measured)
    small, large = sizes[0], sizes[-1]
    growth = math.log(SIZES[large][1] / SIZES[small][1])
    seconds = {job.name: job.seconds for job in measured[small]}
    return {
        job.name: math.log(job.seconds / seconds[job.name]) / growth
        for job in measured[large]
        if job.name in seconds
    }


def _table(size: str, jobs: list[Job], exponents: dict[str, float]) -> str:
    title = "Posting"
    if size in SIZES:
        debtors, items = SIZES[size]
        title = f"{size}: {debtors:,} debtors, {items:,} open items"
    rows = [
        "job | seconds | CPU s | queries | peak MB | ratio | exponent | limit | holds",
        "--- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---",
        *(_row(job, exponents.get(job.name)) for job in jobs),
    ]
    return f"## {title}\n\n" + "\n".join(f"| {row} |" for row in rows) + "\n"


def _row(job: Job, exponent: float | None) -> str:
    cells = (
        job.name,
        f"{job.seconds:.3f}",
        f"{job.cpu:.3f}",
        str(job.queries),
        f"{job.peak:.0f}",
        "" if job.ratio is None else f"{job.ratio:.2f}",
        "" if exponent is None else f"{exponent:.2f}",
        job.limit,
        {None: "", True: "yes", False: "**no**"}[job.holds],
    )
    return " | ".join(cells)


def _head(options: argparse.Namespace) -> str:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=HERE, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    version = databases.version()
    return f"""# Results of `make bench`

Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC at commit {commit} on {_machine()},
{version}, Python {platform.python_version()}; load of the machine when the measurement ended:
{os.getloadavg()[0]:.1f}. Medians of {options.rounds} rounds or more; every round also measures the
floor, and *ratio* is the median of the rounds' ratios. *Exponent*: of the growth of the time
with the number of open items, from the smallest to the largest size. The project's private
PostgreSQL runs without fsync and JIT (see `scripts/pg`): floors and jobs alike.

"""


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB of memory"


if __name__ == "__main__":
    sys.exit(main())
