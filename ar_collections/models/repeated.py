"""What a delivery worker does for notice after notice: done once, then remembered.

Outside of a delivery, without a worker in the context, everything is done anew.
"""

from itertools import count

from odoo.tools import SQL

from ..tools import prepared

_numbers = count(1)


def remember(env, key, compute, of_notice=False):
    """A value that is the same for the notices of a batch, or for all that is done for one."""
    worker = env.context.get("ar_delivery_worker")
    if not worker:
        return compute()
    memory = worker.of_notice if of_notice else worker.memory
    if key not in memory:
        memory[key] = compute()
    return memory[key]


def flush(env, names, but=None):
    """Write what the cache of the ORM still holds of these models.

    Mostly nothing is pending, which asking model by model takes long to find out.

    :param but: a record that the statement which follows does not look at.
    """
    pending = [*env.transaction.tocompute.items(), *env.transaction.field_dirty.items()]
    own = (but._name, set(but.ids)) if but else ("", set())
    if any(ids and (field.model_name != own[0] or set(ids) - own[1]) for field, ids in pending):
        for name in names:
            env[name].flush_model()


def know(record, row):
    """Tell the ORM what the row of a record holds, so that it does not read it again.

    :param row: dict with all columns of its table.
    """
    for name, field in record._fields.items():
        if name in row and field.column_type and not field.translate:
            field._update_cache(record, row[name])


def keep_plans(cr):
    """Let PostgreSQL plan a prepared statement once.

    By itself it plans the statements of a claim anew, because it takes the joins over a few
    rows for more expensive than they are. Core prepares no statements.
    """
    cr.execute("SET plan_cache_mode = force_generic_plan")


def forget_plans(cr):
    cr.execute("RESET plan_cache_mode")
    cr.execute("DEALLOCATE ALL")


def execute(env, sql):
    """Run a statement; for a worker it is planned once, not at each call.

    The statements of a claim join a dozen tables for a few rows: planning takes five times
    as long as running. Elsewhere a statement comes once, and preparing would only cost.

    :return: list of dicts, None when the statement returns no rows.
    """
    if worker := env.context.get("ar_delivery_worker"):
        _execute_prepared(env.cr, sql, worker.statements)
    else:
        env.cr.execute(sql)
    if not env.cr.description:
        return None
    names = [column.name for column in env.cr.description]  # once: core asks for each row
    return [dict(zip(names, row, strict=True)) for row in env.cr.fetchall()]


def _execute_prepared(cr, sql, known):
    """:param known: text of a statement -> (its name, how its parameters are handed over)."""
    text, values = prepared.numbered(
        sql.code, sql.params, lambda value: cr.mogrify("%s", [value]).decode()
    )
    if text not in known:
        known[text] = _prepare(cr, text)
    name, arguments = known[text]
    cr.execute(SQL("EXECUTE %s%s", SQL.identifier(name), SQL(arguments, *values)))


def _prepare(cr, text):
    """:return: (name, the arguments with the types that PostgreSQL has found out)."""
    name = f"ar_collections_{next(_numbers)}"
    cr.execute(SQL("PREPARE %s AS %s", SQL.identifier(name), SQL(text)))
    cr.execute(
        SQL(
            "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = %s",
            name,
        )
    )
    types = [f"%s::{kind}" for [kind] in cr.fetchall()]
    return name, f" ({', '.join(types)})" if types else ""
