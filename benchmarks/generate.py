"""Databases of the three sizes, generated once and then copied.

scripts/python benchmarks/generate.py S M
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2 import sql

import check
from copies import Copies
from environment import (
    SIZES,
    close,
    configure,
    databases,
    digest,
    environment,
    is_current,
    odoo,
    vacuum,
)
from holds import place_holds
from plan import Plan
from specimens import Specimens


def template(size: str) -> str:
    """The name of the database of a size, which is generated first if need be."""
    name = f"bench_{size}"
    with databases.lock(name):
        if not is_current(name):
            _make(name, *SIZES[size])
    return name


def _make(name: str, debtors: int, items: int) -> None:
    unfinished = f"{name}_unfinished"
    print(f"Generating {name}: {debtors:,} debtors, {items:,} open items", flush=True)
    with _step("install"):
        databases.copy(databases.template(demo=False), unfinished)
        odoo("server", "-d", unfinished, "-i", "ar_collections", "--stop-after-init")
    with environment(unfinished) as env:
        _fill(env, debtors, items)
    with _step("vacuum and analyze"):
        vacuum(unfinished)
    with environment(unfinished) as env, _step("first refresh, holds, second refresh"):
        env["ar.collection"]._cron_refresh_full()
        place_holds(env)
        env["ar.collection"]._cron_refresh_full()
    vacuum(unfinished)
    with environment(unfinished) as env, _step("check a sample against the ORM"):
        check.check(env)
    close(unfinished)
    _rename(unfinished, name)


def _fill(env, debtors: int, items: int) -> None:
    today = env.company._ar_today()
    # the copies are right by construction; checking every foreign key takes minutes
    env.cr.execute("SET session_replication_role = replica")
    with _step("specimens"):
        specimens = Specimens(env, today).make()
    plan, copies = Plan(env.cr, specimens), Copies(env.cr, specimens)
    with _step("plan"):
        plan.make_debtors(debtors)
        plan.make_documents(debtors, items)
        plan.map_rows()
    indexes = copies.drop_indexes("account_move", "account_move_line")
    for name in ("partners", "moves", "payments", "lines", "reconciliations"):
        with _step(name):
            getattr(copies, f"copy_{name}")()
    with _step("indexes"):
        for definition in indexes:
            env.cr.execute(definition)
    plan.drop()
    env.cr.execute("SET session_replication_role = origin")
    env.cr.commit()


def _rename(unfinished: str, name: str) -> None:
    databases.drop(name)
    with databases.cursor() as cr:
        target = sql.Identifier(name)
        cr.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), target)
        )
        cr.execute(sql.SQL("COMMENT ON DATABASE {} IS %s").format(target), [digest()])


@contextmanager
def _step(name: str) -> Iterator[None]:
    begin = time.monotonic()
    yield
    print(f"  {name}: {time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    configure()
    for wanted in sys.argv[1:] or ["S"]:
        template(wanted)
