"""Rows of core's tables for mails, written by a delivery worker for notice after notice.

The ORM's ``create`` of message, mail and notification takes longer than all the rest of a
claim, and nothing of what it does beside writing the rows is needed here.
"""

from odoo.tools import SQL

from . import repeated

#: Whose ``create`` does nothing beside writing the rows of a mail like ours.
KNOWN = ("odoo.orm.", "odoo.models", "odoo.addons.mail.", "odoo.addons.ar_collections.")


def fits(env):
    """Whether the rows may be written so: by a worker, and no other addon has its part in it."""
    names = ("mail.message", "mail.mail", "mail.notification")
    return bool(env.context.get("ar_delivery_worker")) and repeated.remember(
        env, "mail_rows", lambda: all(_is_plain(env[name]) for name in names)
    )


def insert(model, vals, relations=None):
    """Write a row, and what the ORM knows of it.

    :param vals: dict of values of columns as the database takes them; of the others the
        defaults.
    :param relations: dict many2many field -> ids.
    :return: the record.
    """
    env, relations = model.env, relations or {}
    now = env.cr.now()
    log = {"create_uid": env.uid, "write_uid": env.uid, "create_date": now, "write_date": now}
    row = {**_defaults(model), **(log if model._log_access else {}), **vals}
    row = {
        name: None if value is False and model._fields[name].type != "boolean" else value
        for name, value in row.items()
    }
    code = repeated.remember(
        env, ("insert", model._name, *row, *relations), lambda: _insert_code(model, row, relations)
    )
    [found] = repeated.execute(env, SQL(code, *row.values(), *map(list, relations.values())))
    record = model.browse(found["id"])
    for name, value in row.items():
        model._fields[name]._update_cache(record, value)
    for name, ids in relations.items():
        model._fields[name]._update_cache(record, tuple(ids))
    return record


def _insert_code(model, row, relations):
    """Text of the statement: names only, its values stand for themselves."""
    links = [_link_sql(model._fields[name], index) for index, name in enumerate(relations)]
    return SQL(
        "WITH made AS (INSERT INTO %s (%s) VALUES (%s) RETURNING id)%s SELECT id FROM made",
        SQL.identifier(model._table),
        SQL(", ").join(SQL.identifier(name) for name in row),
        SQL(", ").join(SQL("%s", None) for _name in row),
        SQL("").join(links),
    ).code


def _link_sql(field, index):
    return SQL(
        ", %s AS (INSERT INTO %s (%s, %s) SELECT id, unnest(%s::int[]) FROM made)",
        SQL.identifier(f"link_{index}"),
        SQL.identifier(field.relation),
        SQL.identifier(field.column1),
        SQL.identifier(field.column2),
        None,
    )


def _columns(model):
    return [
        field
        for field in model._fields.values()
        if field.store and field.column_type and field.name != "id"
    ]


def _mro(model):
    return type(model).mro()


def _is_plain(model):
    creators = [cls.__module__ for cls in _mro(model) if "create" in vars(cls)]
    return all(name.startswith(KNOWN) for name in creators) and not any(
        field.compute or field.translate or field.company_dependent for field in _columns(model)
    )


def _defaults(model):
    def defaults():
        columns = _columns(model)
        given = model.default_get([field.name for field in columns])
        return {
            field.name: field.convert_to_column(given.get(field.name, False), model)
            for field in columns
        }

    return repeated.remember(model.env, ("defaults", model._name), defaults)
