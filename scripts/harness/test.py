"""Runs the tests of the project's addons and ends in one line, ``N passed, N failed``.

Three lanes side by side, each on scratch databases, shared out so that they end together: the
main tests on copies of one database without demo data, where the addons are installed first.
The third lane meanwhile does the tests tagged ``ar_demo`` on a database with demo data, whose
making is itself a test of the demo, and the check that uninstalling leaves nothing.
``TAGS`` in the environment (or as the argument) chooses tests as ``--test-tags`` does.
"""

import argparse
import contextlib
import fcntl
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

from . import databases, lanes
from .odoo_log import LogReader, Summary
from .paths import LOCAL, LOG, ROOT, addons
from .processes import end_cleanly, free_port, local_log, odoo, spawn

DEMO_TAG = "ar_demo"
SHARES = ("main", "second", "third")
#: Seconds that each lane does something else than its share, beyond what all wait for.
BESIDES = (0, 0, 200)
#: Held while the database is made that the shares are run on copies of.
READY = "ready"


def main() -> int:
    end_cleanly()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tags", nargs="?", default=os.environ.get("TAGS") or "")
    parser.add_argument("--lane", choices=SHARES, help=argparse.SUPPRESS)
    parser.add_argument("--suffix", default="", help=argparse.SUPPRESS)
    parser.add_argument("--ready", metavar="DATABASE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.lane:
        counts = _lane(options.lane, options.suffix, options.ready)
    else:
        with _log_suffix() as suffix:
            if options.tags:
                name = "demo" if DEMO_TAG in options.tags else "main"
                counts = [_suite(name, options.tags, suffix)]
            else:
                counts = _every_lane(suffix)
    passed, failed = map(sum, zip(*counts, strict=True))
    if not passed and not failed:
        print("No test was run: that is a failure.")
        failed = 1
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def _every_lane(suffix: str) -> list[tuple[int, int]]:
    """A share of the main suite, and meanwhile the other lanes, whose output follows it."""
    name = databases.scratch_name("ready")
    with contextlib.ExitStack() as stack:
        with databases.lock(READY):
            arguments = (f"--suffix={suffix}", f"--ready={name}")
            third = stack.enter_context(_start("test", "--lane=third", *arguments))
            stack.enter_context(_ready(suffix))
        second = stack.enter_context(_start("test", "--lane=second", *arguments))
        counts = _lane("main", suffix, name)
        others = [_count(lane.communicate()[0], lane.returncode) for lane in (second, third)]
        return counts + others


def _lane(name: str, suffix: str, ready: str) -> list[tuple[int, int]]:
    counts = []
    if name == "third":
        counts += [_suite("demo", _demo_tags(), suffix), _count(*_child("uninstall"))]
        with databases.lock(READY):
            pass  # made by now, as a rule
    share = lanes.lanes(BESIDES, DEMO_TAG)[SHARES.index(name)]
    return [*counts, _suite(name, share, suffix, ready)]


@contextlib.contextmanager
def _ready(suffix: str) -> Iterator[str]:
    """A database with the addons and what all tests need, to be copied and then dropped."""
    begin = time.monotonic()
    print("Installing the addons, log in .local/log/install.log", flush=True)
    with databases.scratch(demo=False, purpose="ready") as database:
        databases.install(database, addons(), f"install{suffix}.log")
        databases.run_script(database, "prepare_tests.py", f"prepare{suffix}.log")
        print(f"Installing the addons: done in {time.monotonic() - begin:.0f} s", flush=True)
        yield database


def _suite(name: str, tags: str, suffix: str, source: str | None = None) -> tuple[int, int]:
    log = local_log(f"test{'' if name == 'main' else '-' + name}{suffix}.log")
    summary = run_suite(name, name == "demo", tags, log, source)
    return summary.passed, summary.failed


def _start(module: str, *arguments: str):
    return spawn(
        [sys.executable, "-m", f"harness.{module}", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _child(module: str) -> tuple[str, int]:
    with _start(module) as process:
        return process.communicate()[0], process.returncode


def _count(output: str, code: int) -> tuple[int, int]:
    """Show what a child said; its closing line tells (passed, failed)."""
    print(output.rstrip(), flush=True)
    closing = re.search(r"(\d+) passed, (\d+) failed$", output.rstrip())
    if not closing:
        return 0, 1
    passed, failed = map(int, closing.groups())
    return passed, failed or int(code != 0)


@contextlib.contextmanager
def _log_suffix() -> Iterator[str]:
    """Nothing, or the process id while another run writes the usual log files."""
    with (LOCAL / "test.lock").open("w") as handle:
        suffix = ""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            suffix = f"-{os.getpid()}"
        yield suffix


def _demo_tags() -> str:
    """Tests that need the demo company: ours that carry the tag, and nothing standard."""
    return ",".join(f"{DEMO_TAG}/{name}" for name in addons())


def _has_demo_tests() -> bool:
    return any(DEMO_TAG in path.read_text() for path in ROOT.glob("ar_collections*/tests/**/*.py"))


def run_suite(name: str, demo: bool, tags: str, log, source: str | None = None) -> Summary:
    """Run the tests that ``tags`` choose on a copy of ``source``, or where the addons have just
    been installed."""
    begin = time.monotonic()
    shown = tags if len(tags) < 80 else f"{tags.count(',') + 1} classes"
    print(f"Tests of the {name} suite ({shown}), log in {log.relative_to(ROOT)}", flush=True)
    progress = Progress()
    reader = LogReader(addons(), progress.start, progress.complain)
    with databases.scratch(demo, name, source) as database:
        code = _run_odoo(database, tags, log, reader, [] if source else ["-i", ",".join(addons())])
    summary = reader.close()
    progress.end()
    if code and not summary.failed:
        summary.outside_tests += 1
        print(f"Odoo ended with exit code {code}: see the end of {log}")
    if not summary.started and not summary.failed and (not demo or _has_demo_tests()):
        summary.outside_tests += 1
        print(f"No test of the {name} suite was run: that is a failure. Wrong tags?")
    for warning in dict.fromkeys(summary.warnings):
        print(f"warning: {warning}")
    print(
        f"{name} suite: {summary.passed} of {len(summary.started)} tests passed, "
        f"{summary.failed} failures, {time.monotonic() - begin:.0f} s",
        flush=True,
    )
    return summary


def _run_odoo(database: str, tags: str, log, reader: LogReader, install: list[str]) -> int:
    command = odoo(
        "server", "-d", database, *install, "--test-tags", tags, "--stop-after-init",
        "--http-port", str(free_port()), "--max-cron-threads", "0",
        "--screenshots", str(LOG / "screenshots"), "--log-level", "info",
    )  # fmt: skip
    with (
        log.open("w") as out,
        spawn(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as process,
    ):
        for line in process.stdout:
            out.write(line)
            out.flush()
            reader.feed(line)
        return process.wait()


class Progress:
    """Shows where the run is: a line that is rewritten on a terminal, else a dot per test."""

    def __init__(self):
        self._count = 0
        self._terminal = sys.stdout.isatty()

    def start(self, test: str) -> None:
        self._count += 1
        if self._terminal:
            print(f"\r\033[K{self._count} {test}", end="", flush=True)
        elif self._count % 10 == 0:
            print(f"  {self._count} tests started", flush=True)

    def complain(self, text: str) -> None:
        self.end()
        print(text, flush=True)

    def end(self) -> None:
        if self._terminal:
            print("\r\033[K", end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
