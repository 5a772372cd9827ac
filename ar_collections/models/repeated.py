"""What a delivery worker does for notice after notice: done once, then remembered.

Outside of a delivery, without a worker in the context, everything is done anew. The refresh
of a few debtors, which comes every minute, puts its ``Few`` where a worker would stand.
"""

from itertools import count
from weakref import WeakKeyDictionary

from odoo.tools import SQL

from ..tools import prepared

_numbers = count(1)
#: Connection -> statements of refreshes that are prepared in it.
_of_connections = WeakKeyDictionary()
#: Most of them in a connection: their texts change with policies, levels and rules.
KEPT = 50


class Few:
    """What the refresh of a few debtors remembers: settings while it lasts, and as long as the
    connection lives its statements. They join two dozen tables for a hundred rows: planning
    takes longer than running.
    """

    def __init__(self, cr, **queries):
        """:param queries: name of a thing to be remembered -> SQL expression of it."""
        self.memory, self.of_notice = {}, {}
        self.statements = _of_connections.setdefault(cr.connection, {})
        cr.execute(
            SQL(
                "SELECT set_config('plan_cache_mode', 'force_generic_plan', TRUE),"
                " ARRAY(SELECT name FROM pg_prepared_statements), %s",
                SQL(", ").join(queries.values()),
            )
        )
        [[_mode, names, *values]] = cr.fetchall()
        self.memory.update(zip(queries, values, strict=True))
        self.of_notice.update(self.memory)
        self._keep(cr, set(names))

    def _keep(self, cr, names):
        """Know the statements that the connection still has; begin anew when there are many."""
        for text, (name, _arguments) in list(self.statements.items()):
            if name not in names or len(self.statements) > KEPT:
                del self.statements[text]
                if name in names:
                    cr.execute(SQL("DEALLOCATE %s", SQL.identifier(name)))


def delivers(env):
    """Whether notices are being delivered by a worker."""
    worker = env.context.get("ar_delivery_worker")
    return bool(worker) and not isinstance(worker, Few)


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
    waiting = {
        field.model_name
        for field, ids in pending
        if ids and (field.model_name != own[0] or set(ids) - own[1])
    }
    for name in waiting & set(names):
        env[name].flush_model()


def know(records, *rows):
    """Tell the ORM what the rows of records hold, so that it does not read them again.

    :param rows: dicts with columns of their table, a row for each record, in their order.
    """
    for name in rows[0] if rows else ():
        field = records._fields.get(name)
        if field and field.column_type and not field.translate and name != "id":
            cache = field._get_cache(records.env)
            cache.update(
                (row_id, row[name]) for row_id, row in zip(records._ids, rows, strict=True)
            )


def note_begin(env, moment):
    """When the transaction began, which core asks for by a statement of its own."""
    if delivers(env):
        env.cr._now = moment


def keep_plans(cr):
    """Let PostgreSQL plan a prepared statement once.

    By itself it plans the statements of a claim anew, because it takes the joins over a few
    rows for more expensive than they are. Core prepares no statements.
    """
    cr.execute("SET plan_cache_mode = force_generic_plan")


def forget_plans(cr):
    cr.execute("RESET plan_cache_mode")
    cr.execute("DEALLOCATE ALL")


def execute(env, sql, log_exceptions=True):
    """Run a statement; for a worker it is planned once, not at each call.

    The statements of a claim join a dozen tables for a few rows: planning takes five times
    as long as running. Elsewhere a statement comes once, and preparing would only cost.

    :param log_exceptions: whether a failure is an error.
    :return: list of dicts, None when the statement returns no rows.
    """
    rows = each_row(env, sql, log_exceptions)
    if not env.cr.description:
        return None
    names = [column.name for column in env.cr.description]  # once: core asks for each row
    return [dict(zip(names, row, strict=True)) for row in rows]


def each_row(env, sql, log_exceptions=True):
    """The same for many rows: an iterator of tuples, to be used up before the next statement."""
    if worker := env.context.get("ar_delivery_worker"):
        _execute_prepared(env.cr, sql, worker, log_exceptions)
    else:
        env.cr.execute(sql, log_exceptions=log_exceptions)
    return iter(env.cr.fetchone, None)


def _execute_prepared(cr, sql, worker, log_exceptions):
    # text of a statement, or its code -> (its name, how parameters are handed over)
    known, values = worker.statements, sql.params
    of_code = not isinstance(worker, Few) and not any(isinstance(v, tuple) for v in values)
    if not of_code or sql.code not in known:
        text, values = prepared.numbered(
            sql.code,
            sql.params,
            lambda value: cr.mogrify("%s", [value]).decode(),
            only_cast=isinstance(worker, Few),
        )
        if text not in known:
            known[text] = _prepare(cr, text)
        if of_code:
            known[sql.code] = known[text]
    name, arguments = known[sql.code if of_code else text]
    cr.execute(
        SQL("EXECUTE %s%s", SQL.identifier(name), SQL(arguments, *values)),
        log_exceptions=log_exceptions,
    )


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
