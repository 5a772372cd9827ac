"""Databases of the benchmarks, and an Odoo environment on one of them.

Run through ``scripts/python``: Odoo and the settings of this checkout come from there.
"""

import contextlib
import hashlib
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "scripts"))

from odoo import SUPERUSER_ID, api  # noqa: E402
from odoo.modules.registry import Registry  # noqa: E402
from odoo.tools import config  # noqa: E402

import measure  # noqa: E402
from harness import databases  # noqa: E402

#: size -> (debtors, open items); as many items are paid.
SIZES = {"S": (1_000, 10_000), "M": (10_000, 100_000), "L": (100_000, 1_000_000)}
ADDON = "ar_collections"
#: What a generated database depends on: these files, and what Odoo it was made with.
SOURCES = ("specimens.py", "plan.py", "copies.py", "holds.py", "generate.py")


def configure() -> None:
    """Read the configuration of this checkout; be quiet."""
    config.parse_config(["--log-level=error", "--max-cron-threads=0", "--no-http"])
    logging.getLogger("odoo").setLevel(logging.ERROR)


@contextlib.contextmanager
def environment(name: str, uid: int = SUPERUSER_ID) -> Iterator[api.Environment]:
    """An Odoo environment on a database; what was not committed is rolled back."""
    registry = Registry(name)
    with registry.cursor() as cr:
        backend = cr._cnx.info.backend_pid
        measure.backends.add(backend)
        try:
            yield api.Environment(cr, uid, {})
        finally:
            measure.backends.discard(backend)
            cr.rollback()


def close(name: str) -> None:
    """Forget a database, so that it can be dropped or copied."""
    from odoo import sql_db  # noqa: PLC0415 (after the configuration was read)

    Registry.delete(name)
    sql_db.close_db(name)


def odoo(*arguments: str) -> None:
    """Run Odoo's command line; its log is shown only when it fails."""
    command = [
        str(databases.SCRIPTS / "odoo"), *arguments, "--log-level=warn", "--no-http",
        f"--addons-path={','.join(config['addons_path'])}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def vacuum(name: str, *tables: str) -> None:
    """VACUUM ANALYZE tables, or the whole database: the state after a quiet night."""
    with databases.cursor(name) as cr:
        cr.execute("VACUUM ANALYZE" + (" " + ", ".join(tables) if tables else ""))


def digest() -> str:
    """Changes when the generated data would."""
    text = databases.template_name(demo=False)
    for name in SOURCES:
        text += (HERE / name).read_text()
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def is_current(name: str) -> bool:
    """Whether the template database exists and was made by the present generator."""
    with databases.cursor() as cr:
        cr.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        )
        return cr.fetchone() == (digest(),)
