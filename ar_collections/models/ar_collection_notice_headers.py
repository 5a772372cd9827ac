from odoo import api, models
from odoo.tools import SQL


class ArCollectionNotice(models.Model):
    """The notices of a run: one of each sort through the ORM, the others are copies of it.

    So defaults, computed columns and what other addons add on creation are worked out by the
    ORM, and 100,000 notices take seconds: one by one it needs half a millisecond each, and
    keeps half a gigabyte in its cache.
    """

    _inherit = "ar.collection.notice"

    @api.model
    def _create_headers(self, run, rows):
        """Make notices without their lines.

        :param rows: list of (row of ``ar.collection.run._decide``, channel); the channels of
            a decision follow each other, and their notices are made in this order.
        :return: the notices, in the order of the rows.
        """
        examples = {}
        for row, _channel in rows:
            examples.setdefault(_sort_of(row), row)
        first = [n for n, (row, _channel) in enumerate(rows) if examples[_sort_of(row)] is row]
        created = self.create([self._prepare_run_vals(run, *rows[n]) for n in first])
        created.flush_recordset()
        ids = dict(zip(first, created.ids, strict=True))
        model_ids = {(_sort_of(rows[n][0]), rows[n][1]): ids[n] for n in first}
        others = [n for n in range(len(rows)) if n not in ids]
        copied = self._copy_headers(
            [rows[n][0] for n in others],
            [model_ids[_sort_of(rows[n][0]), rows[n][1]] for n in others],
        )
        ids.update(zip(others, copied, strict=True))
        notices = self.browse([ids[n] for n in range(len(rows))])
        notices.fetch(["collection_id", "address_id", "lang", "state"])
        return notices

    @api.model
    def _prepare_run_vals(self, run, row, channel):
        level = self.env["ar.collection.level"].browse(row["decision"].level.id)
        return {
            "company_id": run.company_id.id,  # else the ORM writes each notice twice
            "run_id": run.id,
            "channel": channel,
            "date": run.date,
            "state": "queued" if level.automatic else "to_approve",
            **self._prepare_level_vals(level, run.date),
            **self._prepare_own_vals(row),
        }

    @api.model
    def _prepare_own_vals(self, row):
        """What a notice does not have in common with others at its level, beside its number:
        columns only."""
        return {
            "collection_id": row["account"]["account_id"],
            "address_id": row["account"]["address_id"],
            **self._prepare_claim_vals(row["decision"]),
        }

    @api.model
    def _copy_headers(self, decided, model_ids):
        """Make notices as copies of others, by one statement.

        :param decided: what is their own: rows of ``ar.collection.run._decide``.
        :param model_ids: the notice that each is a copy of in all else.
        :return: their ids, in this order.
        """
        if not decided:
            return []
        names = self._draw_names(len(decided))
        own = [
            {**self._prepare_own_vals(row), "name": name}
            for row, name in zip(decided, names, strict=True)
        ]
        ids = dict(self.env.execute_query(self._copy_headers_sql(own, model_ids)))
        # the ORM does not know of them: its lists of notices are outdated
        for name in ("collection_id", "run_id"):
            for inverse in self.pool.field_inverses[self._fields[name]]:
                self.env[inverse.model_name].invalidate_model([inverse.name])
        return [ids[name] for name in names]

    @api.model
    def _copy_headers_sql(self, own, model_ids):
        """SQL: INSERT; returns (number, id) of each.

        :param own: list of dicts with the same keys, a notice each.
        """
        fields = [self._fields[name] for name in own[0]]
        same = SQL(", ").join(
            SQL.identifier(name)
            for name, field in self._fields.items()
            if field.store and field.column_type and name != "id" and name not in own[0]
        )
        names = SQL(", ").join(SQL.identifier(field.name) for field in fields)
        return SQL(
            """
            INSERT INTO ar_collection_notice (%(same)s, %(names)s)
            SELECT model.*, %(own)s
              FROM unnest(%(models)s::int[], %(values)s) WITH ORDINALITY
                   AS own(model_id, %(names)s, position)
             CROSS JOIN LATERAL (
                   SELECT %(same)s FROM ar_collection_notice WHERE id = own.model_id) model
             ORDER BY own.position
            RETURNING name, id
            """,
            same=same,
            names=names,
            own=SQL(", ").join(SQL.identifier("own", field.name) for field in fields),
            models=model_ids,
            values=SQL(", ").join(
                SQL(
                    "%s::%s[]",
                    [field.convert_to_column(vals[field.name], self) for vals in own],
                    SQL(field.column_type[0]),
                )
                for field in fields
            ),
        )


def _sort_of(row):
    """Notices of one sort differ in what ``_prepare_own_vals`` says and in their channel only."""
    return row["decision"].level.id, row["decision"].channels
