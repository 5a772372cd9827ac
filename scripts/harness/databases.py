"""Databases of this checkout, and the two cached templates that new ones are copied from.

A template holds the addons that ours depend on, with or without their demo data, and
is named after what is in it, so that another Odoo or another dependency makes a new one.
"""

import ast
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg2
from psycopg2 import sql

from .odoo_log import LogReader
from .paths import FILESTORE, LOCAL, ODOO_PACKAGE, ROOT, SCRIPTS, addons
from .processes import is_ours, local_log, odoo, spawn


@contextlib.contextmanager
def cursor(database: str = "postgres") -> Iterator:
    """A cursor in autocommit mode on one of the project's databases."""
    subprocess.run([SCRIPTS / "pg", "start"], check=True)
    connection = psycopg2.connect(host=str(LOCAL / "pg" / "socket"), user="odoo", dbname=database)
    connection.autocommit = True
    try:
        with connection.cursor() as cr:
            yield cr
    finally:
        connection.close()


def version() -> str:
    """The server, as it names itself: "PostgreSQL 15.8"."""
    with cursor() as cr:
        cr.execute("SELECT 'PostgreSQL ' || current_setting('server_version')")
        return cr.fetchone()[0].partition(" (")[0]


def exists(name: str) -> bool:
    with cursor() as cr:
        cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return bool(cr.rowcount)


def drop(name: str) -> None:
    """Drop a database and its files, whoever is connected to it."""
    with cursor() as cr:
        cr.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    shutil.rmtree(FILESTORE / name, ignore_errors=True)


def copy(source: str, target: str) -> None:
    """Make ``target`` a copy of ``source``. Files are linked: Odoo never changes one."""
    drop(target)
    with cursor() as cr:
        cr.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(target), sql.Identifier(source)
            )
        )
    if (FILESTORE / source).is_dir():
        shutil.copytree(FILESTORE / source, FILESTORE / target, copy_function=os.link)


@contextlib.contextmanager
def scratch(demo: bool, purpose: str, source: str | None = None) -> Iterator[str]:
    """A database of one's own, copied from ``source`` or a template and dropped at the end."""
    _drop_abandoned()
    name = scratch_name(purpose)
    copy(source or template(demo), name)
    try:
        yield name
    finally:
        drop(name)


def scratch_name(purpose: str) -> str:
    """What a scratch database of this process is called."""
    return f"scratch_{purpose}_{os.getpid()}"


def install(database: str, names: list[str], log_name: str = "install.log", demo=False) -> None:
    """Install addons and stop; the first thing that Odoo complains of ends the script."""
    log = local_log(log_name)
    command = odoo(
        "server", "-d", database, "-i", ",".join(names), "--stop-after-init", "--no-http",
        "--with-demo" if demo else "--without-demo",
    )  # fmt: skip
    reader = LogReader(names)
    with log.open("w") as out, spawn(command, stdout=out, stderr=out) as process:
        code = process.wait()
    for line in log.read_text(errors="replace").splitlines():
        reader.feed(line)
    complaints = reader.close().complaints
    if code or complaints:
        sys.exit("\n".join([*complaints, f"Could not install {', '.join(names)}. The log: {log}"]))


def run_script(database: str, script: str, log_name: str) -> None:
    """Run one of the ``scripts/*.py`` that are written for Odoo's shell."""
    log = local_log(log_name)
    command = odoo("shell", "-d", database, "--no-http")
    with (
        (SCRIPTS / script).open() as lines,
        log.open("w") as out,
        spawn(command, stdin=lines, stdout=out, stderr=out) as process,
    ):
        if process.wait():
            sys.exit(f"{script} failed:\n{log.read_text()[-3000:]}\nThe whole log: {log}")


def _drop_abandoned() -> None:
    """Drop the scratch databases of scripts that were killed."""
    with cursor() as cr:
        cr.execute("SELECT datname FROM pg_database WHERE datname LIKE 'scratch%'")
        names = [name for (name,) in cr.fetchall()]
    for name in names:
        if not is_ours(int(name.rpartition("_")[2])):
            drop(name)


def template(demo: bool) -> str:
    """The name of the template database, which is made first if need be."""
    name = template_name(demo)
    with lock(name):
        if not exists(name):
            _make(name, _dependencies(), demo)
    return name


def template_name(demo: bool) -> str:
    digest = hashlib.sha256(" ".join(_dependencies()).encode())
    digest.update(_odoo_version().encode())
    return f"template_{'demo' if demo else 'plain'}_{digest.hexdigest()[:10]}"


def _make(name: str, dependencies: list[str], demo: bool) -> None:
    print(f"Making the template database {'with' if demo else 'without'} demo data ...", flush=True)
    begin = time.monotonic()
    unfinished = f"{name}_unfinished"
    drop(unfinished)
    install(unfinished, dependencies, f"{name}.log", demo)
    if (FILESTORE / unfinished).is_dir():
        shutil.rmtree(FILESTORE / name, ignore_errors=True)
        (FILESTORE / unfinished).rename(FILESTORE / name)
    with cursor() as cr:
        cr.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(unfinished), sql.Identifier(name)
            )
        )
    print(f"Making the template database: done in {time.monotonic() - begin:.0f} s", flush=True)


def _dependencies() -> list[str]:
    """What our addons depend on, without our addons themselves."""
    own = addons()
    names = set()
    for addon in own:
        manifest = ast.literal_eval((ROOT / addon / "__manifest__.py").read_text())
        names.update(manifest.get("depends", ["base"]))
    return sorted(names - set(own))


def _odoo_version() -> str:
    """Changes when Odoo's code does: the Debian package's version or the git commit."""
    package = LOCAL / "odoo" / "VERSION"
    home = os.environ.get("ODOO_HOME")
    if not home and package.exists():
        return package.read_text()
    commit = subprocess.run(
        ["git", "-C", home or ".", "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    return commit.stdout or (ODOO_PACKAGE / "release.py").read_text()


@contextlib.contextmanager
def lock(name: str) -> Iterator[None]:
    """Only one process at a time is inside; the others wait for it."""
    path = LOCAL / f"{name}.lock"
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
