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
from pathlib import Path

import psycopg2
from psycopg2 import sql

from .paths import FILESTORE, LOCAL, ODOO_PACKAGE, ROOT, SCRIPTS, addons
from .processes import local_log, odoo, spawn


@contextlib.contextmanager
def cursor(database: str = "postgres") -> Iterator:
    """A cursor in autocommit mode on one of the project's databases."""
    subprocess.run([SCRIPTS / "pg", "start"], check=True)
    connection = psycopg2.connect(
        host=str(LOCAL / "pg" / "socket"), user="odoo", dbname=database
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cr:
            yield cr
    finally:
        connection.close()


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
def scratch(demo: bool, purpose: str) -> Iterator[str]:
    """A database of one's own, copied from a template and dropped at the end."""
    name = f"{purpose}_{os.getpid()}"
    copy(template(demo), name)
    try:
        yield name
    finally:
        drop(name)


def template(demo: bool) -> str:
    """The name of the template database, which is made first if need be."""
    dependencies = _dependencies()
    name = f"template_{'demo' if demo else 'plain'}_{_key(dependencies)}"
    with _lock(name):
        if not exists(name):
            _make(name, dependencies, demo)
    return name


def _make(name: str, dependencies: list[str], demo: bool) -> None:
    print(f"Making the template database {'with' if demo else 'without'} demo data ...", flush=True)
    begin = time.monotonic()
    unfinished = f"{name}_unfinished"
    drop(unfinished)
    log = local_log(f"{name}.log")
    command = odoo(
        "server", "-d", unfinished, "-i", ",".join(dependencies), "--stop-after-init",
        "--no-http", "--with-demo" if demo else "--without-demo",
    )  # fmt: skip
    with log.open("w") as out, spawn(command, stdout=out, stderr=out) as process:
        if process.wait():
            sys.exit(f"Odoo could not make the template database. The whole log: {log}")
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


def _key(dependencies: list[str]) -> str:
    digest = hashlib.sha256(" ".join(dependencies).encode())
    digest.update(_odoo_version().encode())
    return digest.hexdigest()[:10]


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
def _lock(name: str) -> Iterator[None]:
    """Only one process at a time makes a template; the others wait for it."""
    path: Path = LOCAL / f"{name}.lock"
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
