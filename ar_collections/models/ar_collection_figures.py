from odoo import api, models
from odoo.tools import SQL

#: Kinds of hold as they are told apart in the figures, in the order of the running sums.
HELD_COLUMNS = {
    "disputed": ("disputed",),
    "promised": ("promised",),
    "planned": ("planned",),
    "held_other": ("placed", "withheld", "other"),
}


class ArCollectionFigures(models.AbstractModel):
    """The one place that reads open items out of the ledger, as SQL.

    Everything that states a debtor's figures builds on ``_items_sql``: the refresh of the
    cache, the live figures of the form, and the decisions of a run.
    """

    _name = "ar.collection.figures"
    _description = "Figures of Debtors"

    @api.model
    def _items_sql(self, partner_ids=None, day=None, waiting=False):
        """SQL: one row per open trade item with its held parts.

        Columns: line_id, partner_id (the debtor), company_id (root), currency_id, digits,
        open and open_currency (negative: a credit), days (past due), disputed, promised,
        planned, held_other (company currency), held_currency, level_id, level_date,
        debtor_hold (kind of the hold on the whole debtor, or NULL), limit_1 .. limit_4; with ``waiting`` also resume_on (first day after the resume
        days of an ended hold, or NULL).

        :param partner_ids: ids of debtors; None: all. :param day: a date for all; None:
            today where each root company is.
        """
        parts = self._held_parts(partner_ids, day)
        columns = []
        for name in HELD_COLUMNS:
            columns.append(self._held_column_sql(name))
        return SQL(
            """
            SELECT line.id AS line_id, partner.commercial_partner_id AS partner_id,
                   company.root_id AS company_id, line.currency_id, company.digits,
                   line.amount_residual AS open, line.amount_residual_currency AS open_currency,
                   company.day - coalesce(line.date_maturity, line.date) AS days,
                   coalesce(line.date_maturity, line.date) AS due_date, company.day AS today,
                   %(held_columns)s,
                   CASE WHEN held.line_id IS NOT NULL THEN held.upto_held_other
                        WHEN %(whole)s IS NOT NULL THEN abs(line.amount_residual_currency)
                        ELSE 0 END AS held_currency,
                   line.ar_level_id AS level_id, line.ar_level_date AS level_date,
                   debtor.kind AS debtor_hold,
                   company.limit_1, company.limit_2, company.limit_3, company.limit_4
                   %(waiting_column)s
              FROM account_move_line line
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN %(companies)s ON company.id = line.company_id
              LEFT JOIN %(parts)s ON held.line_id = line.id
              LEFT JOIN %(debtor_holds)s
                     ON debtor.partner_id = partner.commercial_partner_id
                    AND debtor.company_id = company.root_id
              LEFT JOIN (SELECT id FROM account_move WHERE payment_state = 'blocked') blocked
                     ON blocked.id = line.move_id
              %(waiting_join)s
             WHERE line.account_id = ANY(%(accounts)s::int[])
               AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
               AND line.amount_residual != 0 AND %(restrict)s
            """,
            accounts=self._trade_account_ids(),
            held_columns=SQL(", ").join(columns),
            whole=self._whole_kind_sql(),
            companies=self._companies_sql(day),
            parts=parts,
            debtor_holds=self._debtor_holds_sql(day),
            waiting_column=(
                SQL(", greatest(waits.resume_on, debtor_waits.resume_on) AS resume_on")
                if waiting
                else SQL()
            ),
            waiting_join=self._waiting_sql(day) if waiting else SQL(),
            restrict=(
                SQL(
                    "partner.commercial_partner_id IN %s",
                    tuple(partner_ids) or (0,),
                )
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
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM account_account"
                " WHERE account_type = 'asset_receivable' AND non_trade IS NOT TRUE"
            )
        )
        return [account_id for [account_id] in rows]

    @api.model
    def _held_parts(self, partner_ids, day):
        """SQL table ``held``: items with holds of their own, running sums in item currency."""
        allocated = self.env["ar.collection.hold"]._allocate(partner_ids=partner_ids, day=day)
        arrays = [list(allocated)]
        running = [0] * len(allocated)
        for kinds in HELD_COLUMNS.values():
            running = [
                before + sum(parts.get(kind, 0) for kind in kinds)
                for before, parts in zip(running, allocated.values(), strict=True)
            ]
            arrays.append(running)
        return SQL(
            "unnest(%s::int[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[])"
            " AS held(line_id, upto_disputed, upto_promised, upto_planned, upto_held_other)",
            *arrays,
        )

    @api.model
    def _whole_kind_sql(self):
        """SQL: the kind that holds an item as a whole: the debtor's hold, or core's exclusion."""
        return SQL(
            "coalesce(debtor.kind, CASE WHEN line.no_followup OR blocked.id IS NOT NULL"
            " THEN 'other' END)"
        )

    @api.model
    def _held_column_sql(self, name):
        """SQL: the held part ``name`` of an item in company currency, in proportion.

        The running sums are rounded, not the parts, so that they add up.
        """
        names = list(HELD_COLUMNS)
        index = names.index(name)
        upto = SQL.identifier("held", f"upto_{name}")
        before = SQL.identifier("held", f"upto_{names[index - 1]}") if index else SQL("0")

        def share(amount):
            return SQL(
                "round(abs(line.amount_residual) * %s"
                " / nullif(abs(line.amount_residual_currency), 0), company.digits)",
                amount,
            )

        return SQL(
            """
            CASE WHEN held.line_id IS NOT NULL THEN coalesce(%(upto)s - %(before)s, 0)
                 WHEN %(whole)s IN %(kinds)s THEN abs(line.amount_residual)
                 ELSE 0 END AS %(name)s
            """,
            upto=share(upto),
            before=share(before) if index else before,
            whole=self._whole_kind_sql(),
            kinds=HELD_COLUMNS[name],
            name=SQL.identifier(name),
        )

    @api.model
    def _companies_sql(self, day=None):
        """SQL table ``company``: every company with its root's today and bucket limits."""
        # sudo: jobs refresh all companies; only settings are read
        roots = self.env["res.company"].sudo().search([("parent_id", "=", False)])
        return SQL(
            """
            (SELECT res_company.id, root.* FROM res_company
               JOIN unnest(%s::int[], %s::date[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[])
                 AS root(root_id, day, digits, limit_1, limit_2, limit_3, limit_4)
                 ON root.root_id = split_part(res_company.parent_path, '/', 1)::int) company
            """,
            roots.ids,
            [day or root._ar_today() for root in roots],
            [root.currency_id.decimal_places for root in roots],
            *([getattr(root, f"ar_bucket_{index}") for root in roots] for index in range(1, 5)),
        )

    @api.model
    def _debtor_holds_sql(self, day=None):
        """SQL table ``debtor``: the hold in force on each whole debtor that counts first."""
        return SQL(
            """
            (SELECT DISTINCT ON (account.partner_id, account.company_id)
                    account.partner_id, account.company_id, hold.kind
               FROM (SELECT collection_id, date_from, date_to, date_ended,
                            CASE WHEN kind IN ('debit', 'exclusion') THEN 'other'
                                 ELSE kind END AS kind
                       FROM ar_collection_hold WHERE scope = 'debtor') hold
               JOIN ar_collection account ON account.id = hold.collection_id
               JOIN %(todays)s ON todays.root_id = account.company_id
              WHERE %(in_force)s
              ORDER BY account.partner_id, account.company_id,
                       array_position(ARRAY['placed', 'withheld', 'disputed', 'planned',
                                            'promised', 'other'], hold.kind)) debtor
            """,
            todays=self.env["ar.collection.hold"]._todays_sql(),
            in_force=self.env["ar.collection.hold"]._in_force_sql(
                "hold", day or SQL("todays.day")
            ),
        )

    @api.model
    def _waiting_sql(self, day=None):
        """SQL joins ``waits`` and ``debtor_waits``: items, and whole debtors, whose hold has
        ended, and when their resume days are over."""
        holds = self.env["ar.collection.hold"]
        ended = SQL(
            """
            SELECT hold.line_id, account.partner_id, account.company_id, hold.scope,
                   %(end)s + coalesce(policy.resume_days, 0) AS resume_on
              FROM ar_collection_hold hold
              JOIN ar_collection account ON account.id = hold.collection_id
              JOIN %(todays)s ON todays.root_id = account.company_id
              LEFT JOIN ar_collection_policy policy ON policy.id = account.policy_id
             WHERE %(end)s <= %(day)s AND %(end)s >= hold.date_from
            """,
            end=holds._end_sql("hold"),
            todays=holds._todays_sql(),
            day=day or SQL("todays.day"),
        )
        return SQL(
            """
            LEFT JOIN (
                SELECT line_id, max(resume_on) AS resume_on FROM (%(ended)s) ended
                 WHERE scope = 'item' GROUP BY line_id
            ) waits ON waits.line_id = line.id
            LEFT JOIN (
                SELECT partner_id, company_id, max(resume_on) AS resume_on FROM (%(ended)s) ended
                 WHERE scope = 'debtor' GROUP BY partner_id, company_id
            ) debtor_waits ON debtor_waits.partner_id = partner.commercial_partner_id
                          AND debtor_waits.company_id = company.root_id
            """,
            ended=ended,
        )

    @api.model
    def _debtors_sql(self, partner_ids=None, day=None):
        """SQL: the figures of each debtor with something open, in company currency."""
        return SQL(
            """
            WITH level AS (
                SELECT id, row_number() OVER (ORDER BY delay, id) AS rank
                  FROM ar_collection_level
            ),
            item AS (
                SELECT partner_id, company_id, currency_id, open, open_currency, days, today,
                       disputed, promised, planned, held_other, held_currency,
                       held_currency != 0 AS is_held, level.rank AS level_rank,
                       CASE WHEN open < 0 THEN -1 WHEN days <= 0 THEN 0
                            WHEN days <= limit_1 THEN 1 WHEN days <= limit_2 THEN 2
                            WHEN days <= limit_3 THEN 3 WHEN days <= limit_4 THEN 4
                            ELSE 5 END AS bucket
                  FROM (%(items)s) open_item LEFT JOIN level ON level.id = open_item.level_id
                OFFSET 0  -- a fence: each column is computed once, not once for each sum
            ),
            money AS (  -- the sum of nothing stays NULL here, which costs the next step nothing
                SELECT partner_id, company_id, currency_id,
                       sum(open) FILTER (WHERE bucket = 0) AS not_due,
                       sum(open) FILTER (WHERE bucket = 1) AS bucket_1,
                       sum(open) FILTER (WHERE bucket = 2) AS bucket_2,
                       sum(open) FILTER (WHERE bucket = 3) AS bucket_3,
                       sum(open) FILTER (WHERE bucket = 4) AS bucket_4,
                       sum(open) FILTER (WHERE bucket = 5) AS bucket_5,
                       sum(disputed) FILTER (WHERE bucket > 0 AND is_held) AS disputed,
                       sum(promised) FILTER (WHERE bucket > 0 AND is_held) AS promised,
                       sum(planned) FILTER (WHERE bucket > 0 AND is_held) AS planned,
                       sum(held_other) FILTER (WHERE bucket > 0 AND is_held) AS held_other,
                       sum(open_currency - held_currency) FILTER (WHERE bucket > 0) AS claim,
                       sum(- open_currency - held_currency) FILTER (WHERE bucket < 0) AS credit,
                       sum(- open - disputed - promised - planned - held_other)
                           FILTER (WHERE bucket < 0) AS credit_company,
                       sum(- open) FILTER (WHERE bucket < 0) AS unapplied_credit,
                       max(days) FILTER (WHERE bucket > 0) AS days_overdue,
                       max(bucket) AS oldest_bucket, max(today) AS today,
                       max(level_rank) FILTER (WHERE bucket >= 0) AS level_rank
                  FROM item
                 GROUP BY partner_id, company_id, currency_id
            ),
            debtor AS (
                SELECT partner_id, company_id,
                       coalesce(sum(not_due), 0) AS not_due,
                       coalesce(sum(bucket_1), 0) AS bucket_1,
                       coalesce(sum(bucket_2), 0) AS bucket_2,
                       coalesce(sum(bucket_3), 0) AS bucket_3,
                       coalesce(sum(bucket_4), 0) AS bucket_4,
                       coalesce(sum(bucket_5), 0) AS bucket_5,
                       coalesce(sum(disputed), 0) AS disputed,
                       coalesce(sum(promised), 0) AS promised,
                       coalesce(sum(planned), 0) AS planned,
                       coalesce(sum(held_other), 0) AS held_other,
                       coalesce(sum(unapplied_credit), 0) AS unapplied_credit,
                       coalesce(sum(net), 0) AS net_collectable,
                       max(today) - max(days_overdue) AS oldest_due_date,
                       coalesce(max(days_overdue), 0) AS days_overdue,
                       greatest(max(oldest_bucket), 0)::text AS oldest_bucket,
                       max(level_rank) AS level_rank
                  FROM (SELECT *, CASE WHEN claim > coalesce(credit, 0) THEN
                               greatest(0, coalesce(bucket_1, 0) + coalesce(bucket_2, 0)
                                   + coalesce(bucket_3, 0) + coalesce(bucket_4, 0)
                                   + coalesce(bucket_5, 0) - coalesce(disputed, 0)
                                   - coalesce(promised, 0) - coalesce(planned, 0)
                                   - coalesce(held_other, 0) - coalesce(credit_company, 0))
                               END AS net
                          FROM money) netted
                 GROUP BY partner_id, company_id
            )
            SELECT debtor.*, not_due + total_overdue AS total_due, total_overdue, held,
                   total_overdue - held AS collectable, level.id AS level_id
              FROM debtor
              LEFT JOIN level ON level.rank = debtor.level_rank
             CROSS JOIN LATERAL (
                   SELECT bucket_1 + bucket_2 + bucket_3 + bucket_4 + bucket_5 AS total_overdue,
                          disputed + promised + planned + held_other AS held) total
            """,
            items=self._items_sql(partner_ids, day),
        )

    @api.model
    def _flush_ledger(self):
        """Write what the cache of the ORM still holds of the tables read here."""
        for name in (
            "account.move",
            "account.move.line",
            "account.account",
            "res.partner",
            "res.company",
            "ar.collection",
            "ar.collection.hold",
            "ar.collection.level",
            "ar.collection.policy",
        ):
            self.env[name].flush_model()
