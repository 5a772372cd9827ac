from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import prepared
from .ar_collection import AMOUNTS
from .ar_collection_priority import PRIORITY_COLUMNS

#: Columns the refresh writes beside the amounts.
OTHERS = ("oldest_due_date", "days_overdue", "oldest_bucket", "level_id")
COLUMNS = (*AMOUNTS, *OTHERS, "fact_kind", *PRIORITY_COLUMNS)
#: Kinds of stage that no figures end.
STICKY = ("legal", "agency", "escalated")


class ArCollection(models.Model):
    """The new figures of accounts, found and written."""

    _name = "ar.collection"
    _inherit = ["ar.collection", "ar.collection.figures"]

    @api.model
    def _prepare_figures(self):
        """Aggregate the ledger into the temporary table ``ar_figures``, a row per debtor with
        something open; add the accounts that are missing, and what is kept beside figures."""
        self._flush_ledger()
        self._drop_figures()
        # Reading all items is worth a second core. PostgreSQL thinks that handing them over
        # costs more than it does, so it is told that it costs nothing.
        self.env.cr.execute("SET LOCAL parallel_tuple_cost = 0")
        self.env.cr.execute(SQL("CREATE TEMPORARY TABLE ar_figures AS %s", self._debtors_sql()))
        self.env.cr.execute("SET LOCAL parallel_tuple_cost TO DEFAULT")
        missing = self.env.execute_query(
            SQL(
                """
                SELECT figures.partner_id, figures.company_id FROM ar_figures figures
                 WHERE NOT EXISTS (SELECT FROM ar_collection account
                                    WHERE account.partner_id = figures.partner_id
                                      AND account.company_id = figures.company_id)
                """
            )
        )
        new_ids = self._insert_missing(missing)
        self._assign_policies()
        self._update_last_payments(new_ids, None)

    @api.model
    def _drop_figures(self):
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS ar_figures, ar_changes"))

    @api.model
    def _insert_missing(self, missing):
        """Add an account for each debtor without one; ids of the new ones.

        Found first and inserted then: a statement that looks into the table it fills reads
        ever more of it, which took ten minutes for the first 100,000 debtors.

        :param missing: rows (id of the debtor, id of the root company).
        """
        if not missing:
            return []
        partner_ids, company_ids = map(list, zip(*missing, strict=True))
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO ar_collection (partner_id, company_id, currency_id, stage_id,
                       fact_kind, oldest_bucket, priority, days_overdue, broken_promises,
                       date_last_stage_update, create_uid, write_uid, create_date, write_date)
                SELECT missing.partner_id, company.id, company.currency_id, %(stage)s,
                       NULL, '0', 0, 0, 0, %(now)s, %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM unnest(%(partners)s, %(companies)s) AS missing(partner_id, company_id)
                  JOIN res_company company ON company.id = missing.company_id
                    ON CONFLICT DO NOTHING
                RETURNING id
                """,
                stage=self.env["ar.collection.stage"]._by_kind()["current"].id,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                partners=partner_ids,
                companies=company_ids,
            )
        )
        return [new_id for [new_id] in rows]

    @api.model
    def _changes_sql(self, partner_ids):
        """SQL: the accounts that differ, with their new values.

        OFFSET is a fence: without it PostgreSQL would compute a new value once to compare it
        and again to keep it.
        """
        figures = [
            *(SQL("coalesce(figures.%s, 0)", SQL.identifier(name)) for name in AMOUNTS),
            SQL("figures.oldest_due_date"),
            SQL("coalesce(figures.days_overdue, 0)"),
            SQL("coalesce(figures.oldest_bucket, '0')"),
            SQL("figures.level_id"),
            self._fact_kind_sql(),
            *self._priority_sql(),
        ]
        return SQL(
            """
            SELECT account.id, %(now)s::timestamp AS made_at, new.*
              FROM ar_collection account
              LEFT JOIN ar_figures figures ON figures.partner_id = account.partner_id
                    AND figures.company_id = account.company_id
              %(joins)s
             CROSS JOIN LATERAL (SELECT %(figures)s OFFSET 0) new(%(names)s)
             WHERE %(restrict)s AND (%(olds)s) IS DISTINCT FROM (%(news)s)
            """,
            figures=SQL(", ").join(figures),
            joins=self._priority_joins_sql("figures"),
            now=fields.Datetime.now() if partner_ids is None else None,  # else one transaction
            names=SQL(", ").join(SQL.identifier(name) for name in COLUMNS),
            olds=SQL(", ").join(SQL.identifier("account", name) for name in COLUMNS),
            news=SQL(", ").join(SQL.identifier("new", name) for name in COLUMNS),
            restrict=self._partners_condition(partner_ids),
        )

    @api.model
    def _update_figures(self, changes):
        """Give accounts their new values, and move them to the stage that follows.

        :param SQL changes: table of ids and new values, see ``_changes_sql``.
        :return: the accounts.
        """
        # a conflict is no error
        self.env.cr.execute(self._update_sql(changes), log_exceptions=False)
        rows = self.env.cr.fetchall()
        self._follow_figures(rows)
        # sudo: the machine owns these fields, whoever posted the invoice
        changed = self.sudo().browse(row[0] for row in rows)
        # Their group follows from what a person wrote since the aggregate.
        changed.browse(row[0] for row in rows if row[3])._update_priority()
        return changed

    @api.model
    def _follow_figures(self, rows):
        """Figures have been written: move the debtors to the stage that follows.

        :param rows: (id, old kind of stage, new kind, ...) of each account.
        """
        self.invalidate_model()
        self._move_stages({row_id: new for row_id, old, new, *_rest in rows if old and old != new})
        self._set_first_stages({row_id: new for row_id, old, new, *_rest in rows if not old})

    @api.model
    def _update_sql(self, changes):
        """SQL: give accounts their new values; returns id, old and new kind of stage, and
        whether somebody wrote the account since its figures were added up."""
        news = {name: SQL.identifier("new", name) for name in COLUMNS}
        news["fact_kind"] = SQL(  # since the aggregate somebody may have handed it over
            "CASE WHEN old.fact_kind IN %s THEN old.fact_kind ELSE new.fact_kind END", STICKY
        )
        return SQL(
            """
            UPDATE ar_collection account
               SET (%(names)s, write_date) = (%(news)s, %(now)s::timestamp)
              FROM %(changes)s new JOIN ar_collection old ON old.id = new.id
             WHERE account.id = new.id
            RETURNING account.id, old.fact_kind AS was, account.fact_kind AS becomes,
                      old.write_date >= new.made_at AS since
            """,
            names=SQL(", ").join(SQL.identifier(name) for name in news),
            news=SQL(", ").join(news.values()),
            now=fields.Datetime.now(),
            changes=changes,
        )

    @api.model
    def _fact_kind_sql(self):
        """SQL: the kind of stage that follows from the facts (DESIGN section 6)."""
        return SQL(
            """
            CASE WHEN account.fact_kind IN %s THEN account.fact_kind
                 WHEN figures.partner_id IS NULL THEN 'closed'
                 WHEN figures.collectable = 0 AND figures.held > figures.held_other THEN
                      CASE greatest(figures.disputed, figures.planned, figures.promised)
                           WHEN figures.disputed THEN 'dispute'
                           WHEN figures.planned THEN 'plan' ELSE 'promise' END
                 WHEN ladder.id IS NOT NULL THEN 'reminder'
                 ELSE 'current' END
            """,
            STICKY,
        )

    # === STAGES === #
    def _move_stages(self, kinds):
        """Move the debtors whose kind of stage changed, one write per target.

        :param dict kinds: id of the account -> the new kind. A stage chosen by hand stays
            until the facts change.
        """
        if not kinds:
            return
        stages = self.env["ar.collection.stage"]._by_kind()
        for kind in set(kinds.values()):
            accounts = self.sudo().browse(  # the machine moves debtors of every collector
                account_id for account_id, new_kind in kinds.items() if new_kind == kind
            )
            accounts.write({"stage_id": stages[kind].id})

    def _set_first_stages(self, kinds):
        """Put new debtors where they belong: no move, so nothing to tell in the chatter."""
        if not kinds:
            return
        stages = self.env["ar.collection.stage"]._by_kind()
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection account SET stage_id = first.stage_id
                  FROM unnest(%s, %s) AS first(id, stage_id)
                 WHERE account.id = first.id AND account.stage_id IS DISTINCT FROM first.stage_id
                """,
                list(kinds),
                [stages[kind].id for kind in kinds.values()],
            )
        )
        self.invalidate_model(["stage_id"])

    @api.model
    def _partners_condition(self, partner_ids):
        if partner_ids is None:
            return SQL("TRUE")
        return SQL("account.partner_id = ANY(%s::int[])", prepared.array(partner_ids))
