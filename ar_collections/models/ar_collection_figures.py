from itertools import accumulate

from odoo import api, models
from odoo.tools import SQL

from ..tools import allocation, prepared
from . import repeated

#: Kinds of hold as they are told apart in the figures, in the order of the running sums.
HELD_COLUMNS = {
    "disputed": ("disputed",),
    "promised": ("promised",),
    "planned": ("planned",),
    "held_other": ("placed", "withheld", "other"),
}
#: Kind of hold -> which of them.
COLUMN_OF_KIND = {
    kind: number for number, kinds in enumerate(HELD_COLUMNS.values()) for kind in kinds
}
#: Receivable accounts of trade.
TRADE = SQL(
    "SELECT id FROM account_account"
    " WHERE account_type = 'asset_receivable' AND non_trade IS NOT TRUE"
)
#: Invoices that core's payment state excludes.
BLOCKED = SQL("SELECT id FROM account_move WHERE payment_state = 'blocked'")
#: All companies, each with its root.
COMPANIES = SQL("SELECT id, split_part(parent_path, '/', 1)::int AS root_id FROM res_company")
#: All levels, the lowest first.
LEVELS = SQL("SELECT id FROM ar_collection_level ORDER BY delay, id")


class ArCollectionFigures(models.AbstractModel):
    """The one place that reads open items out of the ledger, as SQL.

    Everything that states a debtor's figures builds on ``_items_sql``: the refresh of the
    cache, the live figures of the form, and the decisions of a run.
    """

    _name = "ar.collection.figures"
    _description = "Figures of Debtors"

    @api.model
    def _items_sql(self, partner_ids=None, day=None, waiting=False, company_id=None):
        """SQL: one row per open trade item with its held parts.

        Columns: line_id, partner_id (the debtor), company_id (root), branch_id, currency_id, digits,
        open and open_currency (negative: a credit), days (past due), bucket (-1: a credit,
        0: not due, 1 to 5: overdue), is_held, disputed, promised, planned, held_other and
        their sum held_company (company currency), held_currency, level_id, level_date, debtor_hold (kind of the
        hold on the whole debtor, or NULL); with ``waiting`` also resume_on (first day after
        the resume days of a hold that has just ended, or NULL).

        :param partner_ids: ids of debtors; None: all. :param day: a date for all; None:
            today where each root company is. :param company_id: a root company; None: all.
        """
        return SQL(
            """
            SELECT item.*, %(held_columns)s,
                   CASE WHEN upto_held_other IS NOT NULL THEN %(held_company)s
                        WHEN whole_kind IS NOT NULL THEN abs(open)
                        ELSE 0 END AS held_company,
                   CASE WHEN upto_held_other IS NOT NULL THEN upto_held_other
                        WHEN whole_kind IS NOT NULL THEN abs(open_currency)
                        ELSE 0 END AS held_currency
              FROM (%(raw)s) item
            """,
            held_columns=repeated.remember(
                self.env,
                "held_columns",
                lambda: SQL(", ").join(self._held_column_sql(name) for name in HELD_COLUMNS),
            ),
            held_company=self._share_sql("held_other"),
            raw=self._raw_items_sql(partner_ids, day, waiting, company_id),
        )

    @api.model
    def _raw_items_sql(self, partner_ids, day, waiting, company_id):
        """SQL: open items, what is held of them not yet worked out.

        Its OFFSET is a fence. Behind it each column is computed once for an item; without
        it PostgreSQL would compute it anew for each sum that uses it. The held parts stand
        before the fence: most items have none, and then nothing asks for them. It is written
        as a text: an OFFSET 0 would first have to be converted, and what PostgreSQL takes for
        an expression keeps everything before the fence from running in parallel.
        """
        blocked = self._blocked_sql()
        roots = repeated.remember(self.env, "roots", self.env["res.company"]._ar_every_root)
        if company_id:
            roots = roots.browse(company_id)  # what is of no root company is not joined
        holds = self.env["ar.collection.hold"]._in_force(partner_ids, day)
        debtor_join, debtor_kind = self._debtor_join_sql(holds)
        whole = self._whole_kind_sql(blocked, debtor_kind)
        waiting_join, resume_on = (
            self._waiting_sql(roots, day, partner_ids) if waiting else (SQL(), SQL())
        )
        return SQL(
            """
            SELECT line.id AS line_id, partner.commercial_partner_id AS partner_id,
                   company.root_id AS company_id, line.company_id AS branch_id,
                   line.currency_id, company.digits,
                   line.amount_residual AS open, line.amount_residual_currency AS open_currency,
                   due.days, due.date AS due_date, company.day AS today,
                   CASE WHEN line.amount_residual < 0 THEN -1 WHEN due.days <= 0 THEN 0
                        WHEN due.days <= company.limit_1 THEN 1
                        WHEN due.days <= company.limit_2 THEN 2
                        WHEN due.days <= company.limit_3 THEN 3
                        WHEN due.days <= company.limit_4 THEN 4 ELSE 5 END AS bucket,
                   held.line_id IS NOT NULL OR %(whole)s IS NOT NULL AS is_held,
                   held.upto_disputed, held.upto_promised, held.upto_planned,
                   held.upto_held_other, %(whole)s AS whole_kind,
                   %(debtor_kind)s AS debtor_hold,
                   line.ar_level_id AS level_id, line.ar_level_date AS level_date
                   %(waiting_column)s
              FROM account_move_line line
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN %(companies)s ON company.id = line.company_id
             CROSS JOIN LATERAL (
                   SELECT coalesce(line.date_maturity, line.date) AS date,
                          company.day - coalesce(line.date_maturity, line.date) AS days) due
              LEFT JOIN %(parts)s ON held.line_id = line.id
              %(debtor_join)s %(blocked)s %(waiting_join)s
             WHERE line.account_id = ANY(%(accounts)s::int[])
               AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
               AND line.amount_residual != 0 AND %(of_partners)s
            OFFSET '0'
            """,
            accounts=self._trade_account_ids(),
            whole=whole,
            blocked=blocked,
            companies=self._companies_sql(roots, day),
            parts=self._held_parts(holds),
            debtor_join=debtor_join,
            debtor_kind=debtor_kind,
            waiting_column=SQL(", %s AS resume_on", resume_on) if waiting else SQL(),
            waiting_join=waiting_join,
            of_partners=(
                SQL("partner.commercial_partner_id = ANY(%s::int[])", prepared.array(partner_ids))
                if partner_ids is not None
                else SQL("TRUE")
            ),
        )

    @api.model
    def _trade_account_ids(self):
        """Ids of the receivable accounts of trade.

        They are given to PostgreSQL as numbers: from its statistics of them it knows how
        many items to expect, and plans well; of a join with the accounts it knows nothing.
        """
        return repeated.remember(self.env, "trade", lambda: self._ids_of(TRADE))

    @api.model
    def _ids_of(self, query):
        return [row_id for [row_id] in self.env.execute_query(query)]

    @api.model
    def _held_parts(self, holds, at=None):
        """SQL table ``held``: items with holds of their own, running sums in item currency.

        :param holds: rows of ``ar.collection.hold._in_force``. :param at: see ``_allocate``.
        """
        allocated = self.env["ar.collection.hold"]._allocate(holds=holds, at=at)
        arrays = [list(allocated), *([] for _name in HELD_COLUMNS)]
        for parts in allocated.values():
            amounts = [0] * len(HELD_COLUMNS)
            for kind, amount in parts.items():
                amounts[COLUMN_OF_KIND[kind]] += amount
            for column, running in zip(arrays[1:], accumulate(amounts), strict=True):
                column.append(running)
        # DISTINCT tells PostgreSQL that an item stands there once: it hashes these few items
        # then, not all open ones.
        return SQL(
            """
            (SELECT DISTINCT ON (line_id) *
               FROM unnest(%s::int[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[])
                 AS part(line_id, upto_disputed, upto_promised, upto_planned, upto_held_other)
            ) held
            """,
            *map(prepared.array, arrays),
        )

    @api.model
    def _blocked_sql(self):
        """SQL join ``blocked``: invoices that core's payment state excludes; empty if none is."""
        some = repeated.delivers(self.env) or repeated.remember(  # few items: joining is cheaper
            self.env, "blocked", self._is_some_blocked, of_notice=True
        )
        return (
            SQL("LEFT JOIN (%s) blocked ON blocked.id = line.move_id", BLOCKED) if some else SQL()
        )

    @api.model
    def _is_some_blocked(self):
        [[some]] = self.env.execute_query(SQL("SELECT EXISTS (%s)", BLOCKED))
        return some

    @api.model
    def _whole_kind_sql(self, blocked, debtor_kind):
        """SQL: the kind that holds an item as a whole: the debtor's hold, or core's exclusion.

        :param SQL blocked: the join, where some invoice is blocked.
        :param SQL debtor_kind: see ``_debtor_join_sql``.
        """
        return SQL(
            "coalesce(%s, CASE WHEN line.no_followup %s THEN 'other' END)",
            debtor_kind,
            SQL("OR blocked.id IS NOT NULL") if blocked else SQL(),
        )

    @api.model
    def _held_column_sql(self, name):
        """SQL: the held part ``name`` of an item in company currency, in proportion.

        The running sums are rounded, not the parts, so that they add up.
        """
        names = list(HELD_COLUMNS)
        index = names.index(name)
        return SQL(
            """
            CASE WHEN upto_held_other IS NOT NULL THEN %(upto)s - %(before)s
                 WHEN whole_kind = ANY(%(kinds)s::text[]) THEN abs(open)
                 ELSE 0 END AS %(name)s
            """,
            upto=self._share_sql(name),
            before=self._share_sql(names[index - 1]) if index else SQL("0"),
            kinds=list(HELD_COLUMNS[name]),
            name=SQL.identifier(name),
        )

    @api.model
    def _share_sql(self, name):
        """SQL: held up to and with the part ``name`` of an item, in company currency."""
        return SQL(
            "coalesce(round(abs(open) * %s / nullif(abs(open_currency), 0), digits), 0)",
            SQL.identifier(f"upto_{name}"),
        )

    @api.model
    def _companies_sql(self, roots, day=None):
        """SQL table ``company``: every company with its root's today and bucket limits."""
        columns = {
            root.id: (
                root.id,
                day or root._ar_today(),
                root.currency_id.decimal_places,
                *root._ar_limits(),
            )
            for root in roots
        }
        companies = repeated.remember(
            self.env, "companies", lambda: self.env.execute_query(COMPANIES)
        )
        rows = [
            (company_id, *columns[root_id])
            for company_id, root_id in companies
            if root_id in columns
        ]
        return SQL(
            "unnest(%s::int[], %s::int[], %s::date[], %s::int[], %s::int[], %s::int[], %s::int[],"
            " %s::int[]) AS company(id, root_id, day, digits, limit_1, limit_2, limit_3, limit_4)",
            *(list(column) for column in zip(*rows, strict=True)),
        )

    @api.model
    def _debtor_join_sql(self, holds):
        """The hold on each whole debtor that counts first: SQL join ``debtor`` to ``partner``
        and ``company``, and the SQL of its kind; where there is none nothing is joined, unless
        the statement is prepared: then its text shall not depend on it.

        :param holds: rows of ``ar.collection.hold._in_force``.
        """
        first = {}
        for hold in holds:
            if hold["scope"] == "debtor":
                key = hold["partner_id"], hold["company_id"]
                first.setdefault(key, []).append(allocation.ORDER.index(hold["kind"]))
        if not first and not self.env.context.get("ar_delivery_worker"):
            return SQL(), SQL("NULL::text")
        join = SQL(
            """
            LEFT JOIN (SELECT DISTINCT ON (partner_id, company_id) *
                         FROM unnest(%s::int[], %s::int[], %s::text[])
                           AS hold(partner_id, company_id, kind)) debtor
                   ON debtor.partner_id = partner.commercial_partner_id
                  AND debtor.company_id = company.root_id
            """,
            prepared.array(partner_id for partner_id, _company_id in first),
            prepared.array(company_id for _partner_id, company_id in first),
            [allocation.ORDER[min(places)] for places in first.values()],
        )
        return join, SQL("debtor.kind")

    @api.model
    def _waiting_sql(self, roots, day=None, partner_ids=None):
        """What waits because its hold has just ended: SQL joins, and the SQL of the first day
        after the resume days, NULL where nothing waits.

        Most holds ended long ago: what nothing waits for is not joined.
        """
        ended = self._ended_sql(roots, day, partner_ids)
        [found] = repeated.execute(
            self.env,
            SQL(
                "SELECT bool_or(scope = 'item') AS items, bool_or(scope = 'debtor') AS debtors"
                " FROM (%s) ended",
                ended,
            ),
        )
        joins, days = [], [SQL("NULL::date")]
        if found["items"]:
            days.append(SQL("waits.resume_on"))
            joins.append(
                SQL(
                    """
                    LEFT JOIN (
                        SELECT line_id, max(resume_on) AS resume_on FROM (%s) ended
                         WHERE scope = 'item' GROUP BY line_id
                    ) waits ON waits.line_id = line.id
                    """,
                    ended,
                )
            )
        if found["debtors"]:
            days.append(SQL("debtor_waits.resume_on"))
            joins.append(
                SQL(
                    """
                    LEFT JOIN (
                        SELECT partner_id, company_id, max(resume_on) AS resume_on
                          FROM (%s) ended WHERE scope = 'debtor' GROUP BY partner_id, company_id
                    ) debtor_waits ON debtor_waits.partner_id = partner.commercial_partner_id
                                  AND debtor_waits.company_id = company.root_id
                    """,
                    ended,
                )
            )
        return SQL(" ").join(joins), SQL("greatest(%s)", SQL(", ").join(days))

    @api.model
    def _ended_sql(self, roots, day, partner_ids):
        """SQL: the holds that have ended and whose resume days are not over."""
        holds = self.env["ar.collection.hold"]
        return SQL(
            """
            SELECT hold.line_id, account.partner_id, account.company_id, hold.scope,
                   %(end)s + coalesce(policy.resume_days, 0) AS resume_on
              FROM ar_collection_hold hold
              JOIN %(accounts)s account ON account.id = hold.collection_id
              JOIN %(todays)s ON todays.root_id = account.company_id
              LEFT JOIN ar_collection_policy policy ON policy.id = account.policy_id
             WHERE %(end)s <= %(day)s AND %(end)s >= hold.date_from
               AND %(end)s + coalesce(policy.resume_days, 0) > %(day)s AND %(of_partners)s
            """,
            accounts=self._accounts_sql(),
            end=holds._end_sql("hold"),
            todays=holds._todays_sql(day, roots),
            day=day or SQL("todays.day"),
            of_partners=self._of_accounts_sql(SQL("hold.collection_id"), partner_ids),
        )

    @api.model
    def _of_accounts_sql(self, column, partner_ids):
        """SQL: the column is an account of one of these debtors; None: of any."""
        if partner_ids is None:
            return SQL("TRUE")
        return SQL(
            # an array, not a join: PostgreSQL then starts from these few debtors
            "%s = ANY(ARRAY(SELECT id FROM ar_collection WHERE partner_id = ANY(%s::int[])))",
            column,
            prepared.array(partner_ids),
        )

    @api.model
    def _flush_ledger(self):
        """Write what the cache of the ORM still holds of the tables read here."""
        names = (
            "account.move",
            "account.move.line",
            "account.account",
            "res.partner",
            "res.company",
            "ar.collection",
            "ar.collection.hold",
            "ar.collection.level",
            "ar.collection.policy",
            "ar.collection.priority.rule",
            "ar.collection.promise",
        )
        repeated.flush(self.env, names)
