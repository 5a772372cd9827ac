from odoo import api, models
from odoo.tools import SQL

from ..tools.ageing_options import HELD
from .ar_collection_ageing_agreed import COLUMNS, HELD_UPTO

#: Levels of rows that are the item's own; the others are those of its debtor.
ITEM_LEVELS = {
    "currency": SQL("item.currency_id"),
    "level": SQL("item.level_id"),
    "salesperson": SQL("item.salesperson_id"),
    "dispute": SQL("item.dispute"),
    "debtor": SQL("item.partner_id"),
    "kind": SQL("item.kind"),
}
#: Levels of rows that follow from the debtor: column of its account.
ACCOUNT_LEVELS = {
    "collector": SQL("user_id"),
    "portfolio": SQL("portfolio_id"),
    "policy": SQL("policy_id"),
    "stage": SQL("stage_id"),
}


class ArCollectionAgeing(models.AbstractModel):
    """The items of a day, as SQL: the one source of the ageing report."""

    _inherit = "ar.collection.ageing"

    @api.model
    def _ageing_items_sql(self, options, path=()):
        """SQL: the items that were open at the end of a day, held parts by their dates.

        Columns: line_id, part_number (by agreement an item has a row per instalment; 0 in one of
        them), kind (trade, non_trade, no_partner), partner_id (the debtor, of trade
        only), company_id (root), branch_id, account_id, move_id, currency_id, digits, open and
        open_currency (negative: a credit), amount (the one of both that the report shows),
        due_date, days, bucket (-1: a credit, 0 to 5), is_held, disputed, promised, planned,
        held_other (in the money of ``amount``), level_id, salesperson_id, dispute.

        :param options: see ``tools.ageing_options``. :param path: the rows opened, see there.
        """
        columns = [self._ageing_held_sql(name, options.in_currency) for name in HELD]
        return SQL(
            "SELECT item.*, %s, %s FROM (%s) item WHERE %s",
            SQL("open_currency AS amount" if options.in_currency else "open AS amount"),
            SQL(", ").join(columns),
            self._ageing_raw_sql(options, path),
            SQL(" AND ").join(
                [
                    self._ageing_kind_sql(path),
                    *(
                        SQL("%s IS NOT DISTINCT FROM %s", ITEM_LEVELS[name], value)
                        for name, value in path
                        if name in ITEM_LEVELS
                    ),
                ]
            ),
        )

    @api.model
    def _ageing_kind_sql(self, path):
        """SQL condition: below a row of debtors stand no items of other accounts or of nobody."""
        names = {name for name, _value in path}
        return (
            SQL("item.kind = 'trade'")
            if names - {"kind", "currency"} and "kind" not in names
            else SQL("TRUE")
        )

    @api.model
    def _ageing_raw_sql(self, options, path):
        """SQL: the items, what is held of them not yet worked out. OFFSET is a fence, see
        ``ar.collection.figures``."""
        root, branch_ids = self._ageing_companies()
        blocked = self._figures()._blocked_sql()
        non_trade = [account_id for account_id, other in self._ageing_accounts() if other]
        names = {name for name, _value in path} | set(options.levels)
        with_move = "salesperson" in names
        debtor = next((value for name, value in path if name == "debtor"), None)
        partner_ids = [debtor] if debtor else None
        holds = self.env["ar.collection.hold"]._in_force(partner_ids, options.day)
        debtor_join, kind = self._figures()._debtor_join_sql(holds)
        whole = self._figures()._whole_kind_sql(blocked, kind)
        agreed = options.basis == "agreed"
        lines = self._ageing_lines_sql(options, branch_ids, partner_ids)
        return SQL(
            """
            SELECT line.id AS line_id, %(number)s AS part_number, %(kind)s AS kind,
                   company.root_id AS company_id,
                   CASE WHEN %(kind)s = 'trade' THEN partner.commercial_partner_id END AS partner_id,
                   line.company_id AS branch_id, line.account_id, line.move_id, line.currency_id,
                   company.digits, line.open, line.open_currency, due.date AS due_date,
                   company.day - due.date AS days, %(bucket)s AS bucket,
                   %(is_held)s AS is_held, %(held)s, %(whole)s AS whole_kind,
                   %(level)s AS level_id, %(salesperson)s AS salesperson_id,
                   %(dispute)s AS dispute
              FROM (%(lines)s) line
              JOIN %(companies)s ON company.id = line.company_id
              LEFT JOIN res_partner partner ON partner.id = line.partner_id
             CROSS JOIN LATERAL (SELECT %(due)s AS date) due
              LEFT JOIN %(parts)s ON held.line_id = line.id
              %(debtor_join)s %(blocked)s %(move)s %(dispute_join)s %(level_join)s
             WHERE %(wanted)s
            OFFSET 0
            """,
            kind=SQL(
                "CASE WHEN line.account_id = ANY(%s::int[]) THEN 'non_trade'"
                " WHEN line.partner_id IS NULL THEN 'no_partner' ELSE 'trade' END",
                non_trade,
            ),
            bucket=self._ageing_bucket_sql(options),
            is_held=SQL(
                "line.open > 0 AND line.partner_id IS NOT NULL AND line.account_id != ALL(%s::int[])"
                " AND (held.line_id IS NOT NULL OR %s IS NOT NULL)",
                non_trade,
                whole,
            ),
            whole=whole,
            salesperson=SQL("coalesce(move.invoice_user_id, partner.user_id)")
            if with_move
            else SQL("NULL::int"),
            dispute=self._ageing_dispute_sql(names, kind),
            lines=self._ageing_agreed_lines_sql(lines) if agreed else lines,
            number=SQL("line.part_number") if agreed else SQL("0"),
            held=self._ageing_agreed_held_sql()
            if agreed
            else SQL(", ").join(SQL.identifier("held", name) for name in HELD_UPTO),
            companies=self._figures()._companies_sql(root, options.day),
            due=self._ageing_due_sql(options.basis),
            parts=self._figures()._held_parts(holds, None if options.live else options.day),
            debtor_join=debtor_join,
            blocked=blocked,
            move=SQL("LEFT JOIN account_move move ON move.id = line.move_id")
            if with_move
            else SQL(),
            dispute_join=self._ageing_dispute_join(names, options.day),
            level=self._ageing_item_level_sql(options, names),
            level_join=self._ageing_item_level_join(options, names),
            wanted=SQL(" AND ").join(self._ageing_conditions(options, path, root)),
        )

    @api.model
    def _ageing_lines_sql(self, options, branch_ids, partner_ids):
        """SQL: the journal items with what was open of them at the end of the day.

        Today: what is open, as everywhere else. Of another day: of entries dated up to it,
        what is open today and what was taken off later.
        """
        columns = SQL(", ").join(SQL.identifier("line", name) for name in COLUMNS)
        wanted = SQL(
            "line.account_id = ANY(%s::int[]) AND line.company_id = ANY(%s::int[])"
            " AND line.parent_state = 'posted' AND %s",
            [account_id for account_id, _other in self._ageing_accounts()],
            branch_ids,
            SQL(
                "line.partner_id = ANY(ARRAY(SELECT id FROM res_partner"
                " WHERE commercial_partner_id = ANY(%s::int[])))",
                partner_ids,
            )
            if partner_ids
            else SQL("TRUE"),
        )
        if options.live:
            return SQL(
                "SELECT %s, line.amount_residual AS open, line.amount_residual_currency"
                " AS open_currency FROM account_move_line line WHERE %s AND line.reconciled"
                " IS NOT TRUE AND (line.amount_residual != 0"
                " OR line.amount_residual_currency != 0)",
                columns,
                wanted,
            )
        return SQL(
            """
            WITH later AS MATERIALIZED (%(later)s)
            SELECT * FROM (
                SELECT %(columns)s, line.amount_residual + coalesce(later.amount, 0) AS open,
                       line.amount_residual_currency + coalesce(later.amount_currency, 0)
                           AS open_currency
                  FROM account_move_line line
                  LEFT JOIN later ON later.line_id = line.id
                 WHERE %(wanted)s AND line.reconciled IS NOT TRUE AND line.date <= %(day)s
                 UNION ALL
                SELECT %(columns)s, line.amount_residual + later.amount,
                       line.amount_residual_currency + later.amount_currency
                  FROM later
                  JOIN account_move_line line ON line.id = later.line_id
                 WHERE %(wanted)s AND line.reconciled AND line.date <= %(day)s) line
             WHERE line.open != 0 OR line.open_currency != 0
            """,
            later=self._ageing_later_sql(options.day),
            columns=columns,
            wanted=wanted,
            day=options.day,
        )

    @api.model
    def _ageing_later_sql(self, day):
        """SQL: per item what allocations took off it after a day, or together with an entry
        that is not posted (core leaves a draft allocated): it was open at the day.

        An exchange difference is an entry of its own, allocated at its own date.
        """
        return SQL(
            """
            SELECT line_id, sum(amount) AS amount, sum(amount_currency) AS amount_currency
              FROM (WITH part AS MATERIALIZED (
                        SELECT debit_move_id, credit_move_id, amount, debit_amount_currency,
                               credit_amount_currency
                          FROM account_partial_reconcile
                         WHERE max_date > %(day)s OR id IN (%(unposted)s))
                    SELECT debit_move_id AS line_id, amount,
                           debit_amount_currency AS amount_currency
                      FROM part
                     UNION ALL
                    SELECT credit_move_id, -amount, -credit_amount_currency FROM part) side
             GROUP BY line_id
            """,
            day=day,
            unposted=self._unposted_partials_sql(),
        )

    @api.model
    def _unposted_partials_sql(self):
        """SQL: ids of allocations with an entry that is not posted."""
        return SQL(
            """
            WITH unposted AS MATERIALIZED (
                SELECT line.id FROM account_move move
                  JOIN account_move_line line ON line.move_id = move.id
                 WHERE move.state != 'posted' AND line.account_id = ANY(%s::int[]))
            SELECT part.id FROM unposted
              JOIN account_partial_reconcile part ON part.debit_move_id = unposted.id
             UNION ALL
            SELECT part.id FROM unposted
              JOIN account_partial_reconcile part ON part.credit_move_id = unposted.id
            """,
            [account_id for account_id, _other in self._ageing_accounts()],
        )

    @api.model
    def _ageing_due_sql(self, basis):
        """SQL: the date by which an item ages."""
        if basis == "invoice":
            return SQL("coalesce(line.invoice_date, line.date)")
        if basis == "original":
            return self.env["account.move.line"]._ar_original_due_sql("line")
        if basis == "agreed":
            original = self.env["account.move.line"]._ar_original_due_sql("line")
            return SQL("coalesce(line.agreed_date, %s)", original)
        return SQL("coalesce(line.date_maturity, line.date)")

    @api.model
    def _ageing_bucket_sql(self, options):
        """SQL: the bucket of an item; credits have none of their own unless they are aged."""
        return SQL(
            """
            CASE %s WHEN due.date >= company.day THEN 0
                 WHEN company.day - due.date <= company.limit_1 THEN 1
                 WHEN company.day - due.date <= company.limit_2 THEN 2
                 WHEN company.day - due.date <= company.limit_3 THEN 3
                 WHEN company.day - due.date <= company.limit_4 THEN 4 ELSE 5 END
            """,
            SQL("WHEN line.open < 0 OR line.open = 0 AND line.open_currency < 0 THEN -1")
            if options.credits != "aged"
            else SQL(),
        )

    @api.model
    def _ageing_dispute_sql(self, names, kind):
        """SQL: the reason for which an item is disputed; -1: without one; NULL: it is not.

        :param SQL kind: kind of the hold on the whole debtor.
        """
        if "dispute" not in names:
            return SQL("NULL::int")
        disputed = SQL("held.upto_disputed > 0 OR %s = 'disputed'", kind)
        return SQL("CASE WHEN %s THEN coalesce(dispute.reason_id, -1) END", disputed)

    @api.model
    def _ageing_dispute_join(self, names, day):
        """SQL: the dispute behind the hold of an item that was in force at the day."""
        if "dispute" not in names:
            return SQL()
        return SQL(
            """
            LEFT JOIN (SELECT DISTINCT ON (hold.line_id) hold.line_id, dispute.reason_id
                         FROM ar_collection_hold hold
                         JOIN ar_collection_dispute dispute ON dispute.id = hold.source_id
                        WHERE hold.source_model = 'ar.collection.dispute' AND %s
                        ORDER BY hold.line_id, hold.id) dispute ON dispute.line_id = line.id
            """,
            self.env["ar.collection.hold"]._in_force_sql("hold", day),
        )

    @api.model
    def _figures(self):
        return self.env["ar.collection.figures"]

    # === HELD PARTS === #
    @api.model
    def _ageing_held_sql(self, name, in_currency):
        """SQL: a held part of an item, in the money of the report."""
        if not in_currency:
            return self._figures()._held_column_sql(name)
        index = HELD.index(name)
        kinds = {"held_other": ("placed", "withheld", "other")}.get(name, (name,))
        return SQL(
            """
            CASE WHEN upto_held_other IS NOT NULL THEN %(upto)s - %(before)s
                 WHEN whole_kind IN %(kinds)s THEN abs(open_currency) ELSE 0 END AS %(name)s
            """,
            upto=SQL.identifier(f"upto_{name}"),
            before=SQL.identifier(f"upto_{HELD[index - 1]}") if index else SQL("0"),
            kinds=kinds,
            name=SQL.identifier(name),
        )
