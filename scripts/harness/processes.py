"""Processes that ``make stop`` knows: each has a file ``.local/run/<pid>.pid``."""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .paths import LOCAL, RUN, SCRIPTS


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def spawn(command: list[str], **options) -> Iterator[subprocess.Popen]:
    """Run ``command`` in a process group of its own, gone when the block is left.

    The group takes along what the program starts itself, Chromium for one.
    """
    process = subprocess.Popen(command, start_new_session=True, **options)
    RUN.mkdir(parents=True, exist_ok=True)
    record = RUN / f"{process.pid}.pid"
    record.write_text(f"{process.pid}\n")
    try:
        yield process
    finally:
        _end_group(process)
        record.unlink(missing_ok=True)


def _end_group(process: subprocess.Popen) -> None:
    for signum in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)


def raise_on_sigterm() -> None:
    """Let a terminated script run its ``finally`` blocks, as an interrupted one does."""

    def stop(signum, _frame):
        raise SystemExit(128 + signum)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)


def odoo(*arguments: str) -> list[str]:
    """The command line of Odoo in this environment."""
    return [str(SCRIPTS / "odoo"), *arguments]


def local_log(name: str) -> Path:
    """A file in ``.local/log``, whose folder exists."""
    (LOCAL / "log").mkdir(parents=True, exist_ok=True)
    return LOCAL / "log" / name
