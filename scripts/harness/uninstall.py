"""Uninstalling leaves nothing behind, and the addon installs again.

A scratch database is photographed (columns, indexes, records that addons bring), the
addon is installed and used, uninstalled, and the photographs are compared; views are
opened; then it is installed and used again.
"""

import json
import subprocess
import sys

from . import databases
from .paths import SCRIPTS, addons
from .processes import end_cleanly, local_log, odoo, spawn

STEPS = SCRIPTS / "uninstall_steps"


def main() -> int:
    end_cleanly()
    with databases.scratch(False, "uninstall") as database:
        before = _step(database, "photograph")
        databases.install(database, addons(), "uninstall-install.log")
        used = _step(database, "use")
        _step(database, "remove")
        after = _step(database, "photograph")
        problems = _compare(before, after)
        databases.install(database, addons(), "uninstall-again.log")
        again = _step(database, "use")
    if used != again:
        problems.append(f"Used again it shows {again}, at first it was {used}")
    print("\n".join(problems))
    parts = len(before) + 1
    print(f"{max(parts - len(problems), 0)} passed, {len(problems)} failed")
    return 1 if problems else 0


def _step(database: str, step: str):
    """Run a step by Odoo's shell and give the JSON it prints."""
    log = local_log(f"uninstall-{step}.log")
    command = odoo("shell", "-d", database, "--no-http", "--log-level", "warn")
    with (
        (STEPS / f"{step}.py").open() as script,
        log.open("w") as errors,
        spawn(command, stdin=script, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        output, _none = process.communicate()
    for line in output.splitlines():
        if line.startswith("STEP "):
            return json.loads(line[5:])
    sys.exit(f"The step {step} failed. The log: {log}")


def _compare(before: dict, after: dict) -> list[str]:
    """What is there that was not, a sentence each; and what went along."""
    problems = []
    for part, names in before.items():
        left, gone = set(after[part]) - set(names), set(names) - set(after[part])
        if left:
            problems.append(f"Left behind, {part}: {', '.join(sorted(left)[:20])}")
        if gone:
            problems.append(f"Taken along, {part}: {', '.join(sorted(gone)[:20])}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
