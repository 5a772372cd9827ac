from odoo import models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, table_columns, table_exists


class ArCollectionPolicyCatchUp(models.TransientModel):
    """Levels that another program has left: OCA account_credit_control, Enterprise
    account_followup. Read by SQL, for their modules need not be installed any more."""

    _inherit = "ar.collection.policy.catch.up"

    # === LEVELS OF ITEMS === #
    def _former_sql(self):
        """SQL: line_id, rank (1: the first level of its program) and date, the highest per item."""
        sources = self._former_sources() if self.take_over else []
        if not sources:
            return SQL(
                "SELECT NULL::int AS line_id, NULL::int AS rank, NULL::date AS date WHERE FALSE"
            )
        return SQL(
            "SELECT DISTINCT ON (line_id) line_id, rank, date FROM (%s) every"
            " WHERE rank IS NOT NULL ORDER BY line_id, rank DESC, date DESC NULLS LAST",
            SQL(" UNION ALL ").join(source for _name, source in sources),
        )

    def _former_sources(self):
        """The programs found: list of (name, SQL of line_id, rank, date)."""
        cr, sources = self.env.cr, []
        if table_exists(cr, "credit_control_line") and table_exists(
            cr, "credit_control_policy_level"
        ):
            sources.append(("OCA credit control", self._credit_control_sql()))
        if table_exists(cr, "account_followup_followup_line"):
            if column_exists(cr, "account_move_line", "followup_line_id"):
                sources.append(("Enterprise follow-up", self._followup_items_sql()))
            if self._kind_of("followup_line_id") == "int4":
                sources.append(("Enterprise follow-up", self._followup_partners_sql()))
        return sources

    def _credit_control_sql(self):
        day = SQL("line.date::date")
        if column_exists(self.env.cr, "credit_control_line", "date_sent"):
            day = SQL("coalesce(line.date_sent::date, line.date::date)")
        return SQL(
            """
            SELECT line.move_line_id AS line_id, %s AS date,
                   (SELECT count(*) FROM credit_control_policy_level other
                     WHERE other.policy_id = level.policy_id
                       AND other.level <= level.level)::int AS rank
              FROM credit_control_line line
              JOIN credit_control_policy_level level ON level.id = line.policy_level_id
             WHERE line.state = 'sent'
            """,
            day,
        )

    def _followup_rank_sql(self):
        """SQL: which of its company's follow-up lines ``level`` is."""
        return SQL(
            "(SELECT count(*) FROM account_followup_followup_line other"
            " WHERE other.company_id IS NOT DISTINCT FROM level.company_id"
            " AND other.delay <= level.delay)::int"
        )

    def _followup_items_sql(self):
        day = SQL("NULL::date")
        if column_exists(self.env.cr, "account_move_line", "last_followup_date"):
            day = SQL("line.last_followup_date::date")
        return SQL(
            """
            SELECT line.id AS line_id, %s AS date, %s AS rank
              FROM account_move_line line
              JOIN account_followup_followup_line level ON level.id = line.followup_line_id
            """,
            day,
            self._followup_rank_sql(),
        )

    def _followup_partners_sql(self):
        """Of versions that note the level on the partner: its items that are old enough for it."""
        return SQL(
            """
            SELECT line.id AS line_id, NULL::date AS date, %s AS rank
              FROM res_partner partner
              JOIN account_followup_followup_line level ON level.id = partner.followup_line_id
              JOIN account_move_line line ON line.partner_id = partner.id
             WHERE line.parent_state = 'posted' AND line.amount_residual > 0
               AND %s - coalesce(line.date_maturity, line.date) >= level.delay
            """,
            self._followup_rank_sql(),
            self.company_id._ar_today(),
        )

    # === DEBTORS === #
    def _kind_of(self, column):
        """Type of a column of contacts: ``jsonb`` where its value depends on the company;
        None without it."""
        return table_columns(self.env.cr, "res_partner").get(column, {}).get("udt_name")

    def _postponed(self):
        """dict account -> date until which Enterprise was told to send nothing."""
        kind = self._kind_of("followup_next_action_date")
        if not (self.take_over and kind):
            return {}
        day = SQL("partner.followup_next_action_date")
        if kind == "jsonb":
            day = SQL("(partner.followup_next_action_date ->> %s)::date", str(self.company_id.id))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account.id, max(%(day)s) FROM res_partner partner
                  JOIN ar_collection account
                    ON account.partner_id = partner.commercial_partner_id
                 WHERE account.company_id = %(company)s AND %(day)s > %(today)s
                 GROUP BY account.id
                """,
                day=day,
                company=self.company_id.id,
                today=self.company_id._ar_today(),
            )
        )
        return {self.env["ar.collection"].browse(account_id): date for account_id, date in rows}

    def _postpone_debtors(self):
        """Hold the debtors that were to be left in peace until a date."""
        today = self.company_id._ar_today()
        self.env["ar.collection.hold"].create(
            [
                {
                    "collection_id": account.id,
                    "scope": "debtor",
                    "kind": "other",
                    "date_from": today,
                    "date_to": date,
                    "note": self.env._("Postponed in the former follow-up program"),
                }
                for account, date in self._postponed().items()
            ]
        )

    def _undunned(self):
        """The accounts whose OCA policy says that nothing is sent."""
        cr = self.env.cr
        kind = self._kind_of("credit_policy_id")
        if not (
            self.take_over and kind and column_exists(cr, "credit_control_policy", "do_nothing")
        ):
            return self.env["ar.collection"]
        policy = SQL("partner.credit_policy_id")
        if kind == "jsonb":
            policy = SQL("(partner.credit_policy_id ->> %s)::int", str(self.company_id.id))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account.id FROM res_partner partner
                  JOIN credit_control_policy policy ON policy.id = %s AND policy.do_nothing
                  JOIN ar_collection account ON account.partner_id = partner.id
                 WHERE account.company_id = %s AND account.own_policy_id IS NULL
                """,
                policy,
                self.company_id.id,
            )
        )
        return self.env["ar.collection"].browse(account_id for [account_id] in rows)

    def _keep_undunned(self):
        """Give those accounts our policy that sends nothing."""
        accounts = self._undunned()
        policy = self.env["ar.collection.policy"].search(
            [("company_id", "=", self.company_id.id), ("dunned", "=", False)], limit=1
        )
        if accounts and policy:
            accounts.own_policy_id = policy

    # === WHAT WAS FOUND === #
    def _describe_found(self):
        texts = [
            self.env._("%(program)s: %(count)s open items have a level.", program=name, count=count)
            for name, count in self._count_former().items()
        ]
        if postponed := len(self._postponed()):
            texts.append(
                self.env._(
                    "Enterprise follow-up: %(count)s debtors are postponed; they are held until then.",
                    count=postponed,
                )
            )
        if undunned := len(self._undunned()):
            texts.append(
                self.env._(
                    "OCA credit control: %(count)s debtors are sent nothing; they get the policy that "
                    "sends nothing.",
                    count=undunned,
                )
            )
        if excluded := self._count_excluded():
            texts.append(
                self.env._(
                    "%(count)s open items are marked No follow-up in accounting: they stay held.",
                    count=excluded,
                )
            )
        return texts

    def _count_former(self):
        """dict name of the program -> open items of the company with a level there."""
        counts = {}
        items = self.env["ar.collection"]._items_sql(None, None, company_id=self.company_id.id)
        for name, source in self._former_sources():
            [[count]] = self.env.execute_query(
                SQL(
                    "SELECT count(DISTINCT item.line_id) FROM (%s) item JOIN (%s) former"
                    " ON former.line_id = item.line_id WHERE item.open > 0",
                    items,
                    source,
                )
            )
            counts[name] = max(counts.get(name, 0), count)
        return {name: count for name, count in counts.items() if count}

    def _count_excluded(self):
        # sudo: a count, whatever branches the reader has
        return (
            self.env["account.move.line"]
            .sudo()
            .search_count(
                [
                    ("company_id", "child_of", self.company_id.id),
                    ("no_followup", "=", True),
                    ("account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                    ("amount_residual", ">", 0),
                ]
            )
        )
