"""The demo company in the browser, after tonight's dunning run into a real mail server.

The database is made anew when it is older than today (its dates are relative to today)
or when the addons changed; else it is used as it is, and a server that runs is left alone.
"""

import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path

from . import databases
from .paths import LOCAL, ROOT, SCRIPTS, addons
from .processes import (
    end_cleanly,
    free_port,
    is_ours,
    local_log,
    odoo,
    port_is_free,
    running,
    spawn,
    start,
    stop,
)

DATABASE = "demo"
MAILBOX = LOCAL / "mailbox"
ROLE = "demo"
SOURCES = (".py", ".xml", ".csv", ".js", ".scss", ".po")
SERVERS = ("mail server", "Odoo server")
STATE = LOCAL / "demo.json"
SERVER_START_SECONDS = 180


def main() -> int:
    end_cleanly()
    with databases.lock("demo"):
        return _serve()


def _serve() -> int:
    port = int(os.environ.get("PORT") or 8069)
    key = _key()
    state = _read_state()
    fresh = state.get("key") == key and databases.exists(DATABASE)
    if fresh and state["port"] == port and len(running(ROLE)) == len(SERVERS):
        print("The demo is running already.")
        _say_where(state)
        return 0

    stop(ROLE)
    if not port_is_free(port):
        print(
            f"Port {port} of 127.0.0.1 is taken by another program.\n"
            f"Choose another one:  PORT={port + 1} make demo"
        )
        return 1
    smtp_port, mailbox_port = _ports()
    state = {"key": key, "port": port, "mailbox_port": mailbox_port}
    if not fresh:
        STATE.unlink(missing_ok=True)
        _make_database()
    try:
        _start_sink(smtp_port, mailbox_port)
        _start_server(port, smtp_port)
        if not fresh:
            _run_tonight(port, smtp_port)
    except BaseException:
        stop(ROLE)
        raise
    STATE.write_text(json.dumps(state))
    _say_where(state)
    return 0


def _key() -> str:
    """What the demo database was made from: the day, Odoo, the addons and the script."""
    digest = hashlib.sha256(f"{date.today()} {databases.template_name(demo=True)}".encode())
    files = [SCRIPTS / "demo_run.py"]
    for addon in addons():
        files += (path for path in (ROOT / addon).rglob("*") if _matters(path))
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _matters(path: Path) -> bool:
    return path.suffix in SOURCES and "tests" not in path.parts


def _read_state() -> dict:
    try:
        return json.loads(STATE.read_text())
    except (FileNotFoundError, ValueError):
        return {}


def _ports() -> tuple[int, int]:
    """Those of the mail server and of the mailbox page: the usual ones if they are free."""
    wanted = [("SMTP_PORT", 8025), ("MAILBOX_PORT", 8026)]
    ports = [int(os.environ.get(name) or usual) for name, usual in wanted]
    smtp_port, mailbox_port = (port if port_is_free(port) else free_port() for port in ports)
    return smtp_port, mailbox_port


def _make_database() -> None:
    template = databases.template(demo=True)
    print("Making the demo company: a minute or two ...", flush=True)
    begin = time.monotonic()
    for path in MAILBOX.glob("*.eml"):
        path.unlink()
    databases.copy(template, DATABASE)
    databases.install(DATABASE, addons(), "demo-install.log", demo=True)
    # What core's own demo data would like to tell by mail is not about collections.
    with databases.cursor(DATABASE) as cr:
        cr.execute("UPDATE mail_mail SET state = 'cancel' WHERE state = 'outgoing'")
    print(f"Making the demo company: done in {time.monotonic() - begin:.0f} s", flush=True)


def _start_sink(smtp_port: int, mailbox_port: int) -> None:
    log = local_log("smtp-sink.log")
    pid = start(
        [
            str(SCRIPTS / "python"), str(SCRIPTS / "smtp_sink.py"), "--mailbox", str(MAILBOX),
            "--smtp-port", str(smtp_port), "--http-port", str(mailbox_port),
        ],
        log,
        ROLE,
    )  # fmt: skip
    _wait_for(f"http://127.0.0.1:{mailbox_port}/", pid, SERVERS[0], log)


def _start_server(port: int, smtp_port: int) -> None:
    log = local_log("demo-server.log")
    pid = start(
        odoo(
            "server", "-d", DATABASE, "--db-filter", f"^{DATABASE}$", "--http-port", str(port),
            "--smtp-port", str(smtp_port), "--max-cron-threads", "1",
        ),
        log,
        ROLE,
    )  # fmt: skip
    _wait_for(f"http://127.0.0.1:{port}/web/login", pid, SERVERS[1], log)


def _wait_for(url: str, pid: int, what: str, log: Path) -> None:
    deadline = time.monotonic() + SERVER_START_SECONDS
    while time.monotonic() < deadline and is_ours(pid):
        try:
            urllib.request.urlopen(url, timeout=30).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    sys.exit(f"The {what} did not answer on {url}. The log: {log}")


def _run_tonight(port: int, smtp_port: int) -> None:
    """Run ``demo_run.py`` in Odoo's shell, beside the server that serves its letters' styles."""
    print("Tonight's dunning run ...", flush=True)
    log = local_log("demo-run.log")
    command = odoo("shell", "-d", DATABASE, "--no-http", "--smtp-port", str(smtp_port))
    environment = {**os.environ, "DEMO_URL": f"http://localhost:{port}"}
    script = (SCRIPTS / "demo_run.py").open()
    with (
        script,
        log.open("w") as err,
        spawn(command, stdin=script, stderr=err, env=environment) as run,
    ):
        if run.wait():
            sys.exit(f"The dunning run failed:\n{log.read_text()[-3000:]}\nThe whole log: {log}")


def _say_where(state: dict) -> None:
    print(
        f"\n  Odoo      http://localhost:{state['port']}   (user admin, password admin)\n"
        f"  Mailbox   http://localhost:{state['mailbox_port']}   (what the debtors received; "
        f"files in {MAILBOX.relative_to(ROOT)})\n"
        "  `make stop` ends it.",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
