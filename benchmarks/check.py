"""Is a generated database what the ORM would hold? A sample is computed again.

Every stored computed field of 50 documents, of their items, payments and partners, is
computed anew and compared with what is stored. A field that the ORM changes in its own
documents too, the specimens, says nothing and is left out.

    scripts/python benchmarks/check.py bench_S
"""

import sys

from odoo.tools import SQL

from environment import configure, environment

SAMPLE = 50


def check(env) -> None:
    """Compare a sample with the ORM; ``SystemExit`` lists what differs."""
    specimen = env["res.partner"].search([("name", "=", "Debtor 0000000")])
    own = _documents(env, SQL("commercial_partner_id = %s", specimen.id), SQL("id"))
    sample = _documents(
        env,
        SQL("commercial_partner_id != %s", specimen.id),
        SQL("hashint4extended(id, 10)"),
    )
    count, problems = 0, []
    for records, originals in zip(_with_belongings(sample), _with_belongings(own), strict=True):
        unstable = {name for _record, name, _old, _new in _differences(originals)[1]}
        compared, found = _differences(records, unstable)
        count += compared
        problems += found
    if problems:
        raise SystemExit(
            "The generated data differ from the ORM:\n"
            + "\n".join(
                f"  {record} {name}: {old!r}, the ORM says {new!r}"
                for record, name, old, new in problems[:50]
            )
        )
    print(f"  {count:,} values of {len(sample)} documents are as the ORM computes them")


def _documents(env, condition: SQL, order: SQL):
    env.cr.execute(
        SQL("SELECT id FROM account_move WHERE %s ORDER BY %s LIMIT %s", condition, order, SAMPLE)
    )
    return env["account.move"].browse(move_id for (move_id,) in env.cr.fetchall())


def _with_belongings(moves) -> list:
    return [moves, moves.line_ids, moves.origin_payment_id, moves.partner_id]


def _differences(records, without: frozenset | set = frozenset()) -> tuple[int, list[tuple]]:
    """How many values were compared, and (record, field, stored, computed) where they differ."""
    names = [
        name
        for name, field in records._fields.items()
        if field.store and field.compute and field.column_type and name not in without
    ]
    problems = []
    for name in names:
        stored = {record: record[name] for record in records}
        records.env.add_to_compute(records._fields[name], records)
        problems += [
            (record, name, old, record[name])
            for record, old in stored.items()
            if not _same(old, record[name])
        ]
        records.env.cr.rollback()
    return len(names) * len(records), problems


def _same(old, new) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return abs(old - new) < 1e-6
    return old == new or (not old and not new)


if __name__ == "__main__":
    configure()
    with environment(sys.argv[1]) as environ:
        check(environ)
