"""Processes that ``make stop`` knows: each has a file ``.local/run/<pid>.pid``.

Each also carries the mark of this checkout in its environment (``scripts/lib.sh`` sets
it), so that a number which another program got meanwhile is never taken for ours.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from .paths import LOCAL, LOG, RUN, SCRIPTS

MARK = f"AR_COLLECTIONS_LOCAL={LOCAL}".encode()
ROLE = "AR_COLLECTIONS_ROLE"


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def is_ours(pid: int, role: str | None = None) -> bool:
    """Whether the process lives and was started by a script of this checkout (in that role).

    A process that is just becoming another program has no environment for a moment,
    and a dead one has none for good.
    """
    wanted = {MARK} if role is None else {MARK, f"{ROLE}={role}".encode()}
    for _attempt in range(10):
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False
        if environment:
            return wanted <= set(environment.split(b"\0"))
        time.sleep(0.02)
    return False


def running(role: str) -> list[int]:
    """The servers that ``start`` started in that role and that still run."""
    pids = (int(path.stem) for path in RUN.glob("*.pid"))
    return sorted(pid for pid in pids if is_ours(pid, role))


@contextlib.contextmanager
def spawn(command: list[str], **options) -> Iterator[subprocess.Popen]:
    """Run ``command`` in a process group of its own, gone when the block is left.

    The group takes along what the program starts itself, Chromium for one.
    """
    process = subprocess.Popen(command, start_new_session=True, **options)
    _remember(process.pid)
    try:
        yield process
    finally:
        _end_group(process.pid, process.poll)
        process.wait()


def start(command: list[str], log: Path, role: str) -> int:
    """Start a server that outlives this script, and give its process id."""
    environment = {**os.environ, ROLE: role}
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
        )
    _remember(process.pid)
    return process.pid


def stop(role: str) -> None:
    """End the servers of that role."""
    for pid in running(role):
        _end_group(pid, lambda pid=pid: None if is_ours(pid) else 0)


def _record(pid: int) -> Path:
    return RUN / f"{pid}.pid"


def _remember(pid: int) -> None:
    RUN.mkdir(parents=True, exist_ok=True)
    _record(pid).write_text(f"{pid}\n")


def _end_group(pid: int, ended) -> None:
    """Ask the group to end, and after ten seconds make it; ``ended`` tells of the leader."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM)
        deadline = time.monotonic() + 10
        while ended() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(pid, signal.SIGKILL)
    _record(pid).unlink(missing_ok=True)


def end_cleanly() -> None:
    """Let a script that is told to end run its ``finally`` blocks first."""

    def end(signum, _frame):
        raise SystemExit(128 + signum)

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, end)


def odoo(*arguments: str) -> list[str]:
    """The command line of Odoo in this environment."""
    return [str(SCRIPTS / "odoo"), *arguments]


def local_log(name: str) -> Path:
    """A file in ``.local/log``, whose folder exists."""
    LOG.mkdir(parents=True, exist_ok=True)
    return LOG / name
