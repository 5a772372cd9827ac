from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .ar_collection_stage import KINDS

#: Amounts of a row, as on ``ar.collection``.
AMOUNTS = (
    "total_due",
    "not_due",
    "total_overdue",
    "bucket_1",
    "bucket_2",
    "bucket_3",
    "bucket_4",
    "bucket_5",
    "disputed",
    "promised",
    "planned",
    "held_other",
    "collectable",
    "unapplied_credit",
)
#: What of not due and of each bucket but the last had moved on since the month's end before.
ROLLED = tuple(f"rolled_{number}" for number in range(1, 6))
#: What else of a debtor makes a new row when it moves.
FACTS = ("user_id", "policy_id", "level_id", "fact_kind")
SOURCES = [("reported", "As known that day"), ("restated", "Computed later")]
#: From this hour of the company's day on its snapshot is taken.
HOUR = 23


class Noted(fields.Many2one):
    """What stood there that day: a many2one without a foreign key.

    PostgreSQL checks a foreign key row by row: with five of them that took longer than writing
    the rows of 100,000 debtors. The debtor's key stays, and what the others name is kept right
    by ``ar_collection_snapshot_noted``.
    """

    def update_db_foreign_key(self, model, column):
        """None."""


class ArCollectionSnapshot(models.Model):
    """What was known on a day: a row per debtor of whom something changed, and one per company.

    Append-only. A debtor's row is in force until the next one; at a month's end every debtor
    with a balance has one. The row of the company (no debtor) also tells the month's credit
    sales and cash so far. ``reported`` is what was known that day; where the day was computed
    anew from the ledger of later, a ``restated`` row stands beside it.
    """

    _name = "ar.collection.snapshot"
    _description = "Snapshot of a Day"
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "date"

    date = fields.Date(string="Day", required=True, readonly=True)
    known_at = fields.Datetime(
        string="Computed", required=True, readonly=True, help="When the row was made."
    )
    source = fields.Selection(SOURCES, required=True, readonly=True, default="reported")
    month_end = fields.Boolean(readonly=True, help="Last day of a month.")
    company_id = Noted("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    collection_id = fields.Many2one(
        "ar.collection",
        string="Debtor",
        readonly=True,
        ondelete="restrict",
        help="Empty: the company in total.",
    )
    user_id = Noted("res.users", string="Collector", readonly=True, help="In charge that day.")
    country_id = Noted("res.country", readonly=True)
    policy_id = Noted("ar.collection.policy", readonly=True)
    level_id = Noted("ar.collection.level", readonly=True)
    fact_kind = fields.Selection(KINDS, string="Stage", readonly=True)

    total_due = fields.Monetary(string="Claims", readonly=True, help="Due or not.")
    not_due = fields.Monetary(readonly=True)
    total_overdue = fields.Monetary(string="Overdue", readonly=True)
    bucket_1 = fields.Monetary(readonly=True)
    bucket_2 = fields.Monetary(readonly=True)
    bucket_3 = fields.Monetary(readonly=True)
    bucket_4 = fields.Monetary(readonly=True)
    bucket_5 = fields.Monetary(readonly=True)
    disputed = fields.Monetary(readonly=True)
    promised = fields.Monetary(readonly=True)
    planned = fields.Monetary(readonly=True)
    held_other = fields.Monetary(string="Held otherwise", readonly=True)
    collectable = fields.Monetary(readonly=True)
    unapplied_credit = fields.Monetary(readonly=True)
    balance = fields.Monetary(
        compute="_compute_balance", help="Claims less unapplied credits: the trade balance."
    )
    sales_month = fields.Monetary(
        string="Credit sales of the month",
        readonly=True,
        help="Posted customer invoices less credit notes, with tax, from the first of the month "
        "to the day. Only in the row of the company.",
    )
    cash_month = fields.Monetary(
        string="Collected in the month",
        readonly=True,
        help="Money matched with claims, by its accounting date, from the first of the month to "
        "the day. Only in the row of the company.",
    )

    _debtor_idx = models.Index(
        "(collection_id, date DESC, id DESC) WHERE collection_id IS NOT NULL"
    )
    _company_idx = models.Index("(company_id, date DESC, id DESC) WHERE collection_id IS NULL")
    _month_idx = models.Index("(company_id, date) WHERE month_end")

    def init(self):
        """Guard the table itself: SQL of whatever module cannot rewrite history either."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION ar_collection_snapshot_guard() RETURNS trigger
                AS $guard$
                BEGIN
                    IF to_jsonb(NEW) - '{collection_id,policy_id,level_id}'::text[]
                       = to_jsonb(OLD) - '{collection_id,policy_id,level_id}'::text[]
                       AND (NEW.collection_id IS NULL) = (OLD.collection_id IS NULL) THEN
                        RETURN NEW;  -- two debtors were merged, or a level was deleted
                    END IF;
                    RAISE EXCEPTION 'Snapshots of collections cannot be changed.';
                END $guard$ LANGUAGE plpgsql;
                CREATE OR REPLACE TRIGGER ar_collection_snapshot_guard
                    BEFORE UPDATE ON ar_collection_snapshot
                    FOR EACH ROW EXECUTE FUNCTION ar_collection_snapshot_guard();
                ALTER TABLE ar_collection_snapshot
                    DROP CONSTRAINT IF EXISTS ar_collection_snapshot_company_id_fkey,
                    DROP CONSTRAINT IF EXISTS ar_collection_snapshot_user_id_fkey,
                    DROP CONSTRAINT IF EXISTS ar_collection_snapshot_country_id_fkey,
                    DROP CONSTRAINT IF EXISTS ar_collection_snapshot_policy_id_fkey,
                    DROP CONSTRAINT IF EXISTS ar_collection_snapshot_level_id_fkey;
                """
            )
        )

    @api.depends("total_due", "unapplied_credit")
    def _compute_balance(self):
        for row in self:
            row.balance = row.total_due - row.unapplied_credit

    @api.depends("date", "collection_id", "company_id")
    def _compute_display_name(self):
        for row in self:
            whose = row.collection_id or row.company_id
            row.display_name = f"{fields.Date.to_string(row.date)}, {whose.display_name}"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """The buckets are named by the limits of the current company, as on the debtors."""
        result = super().fields_get(allfields, attributes)
        for value, label in self.env["ar.collection"]._selection_oldest_bucket()[1:]:
            if "string" in result.get(f"bucket_{value}", {}):
                result[f"bucket_{value}"]["string"] = label
        return result

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(
            self.env._(
                "A snapshot is what was known that day and cannot be changed. Compute the day anew: "
                "both stand side by side then."
            )
        )

    # === TAKING === #
    @api.model
    def _cron_take(self):
        """Take the snapshot of each company whose day ends, once; days missed are computed."""
        for company in self.env["res.company"]._ar_every_root():
            self._take_in_the_evening(company)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _take_in_the_evening(self, company):
        today = company._ar_today()
        evening = company._ar_day_start() + timedelta(hours=HOUR)
        if fields.Datetime.now() >= evening and self._take(company, today):
            self.env["ar.collection.forecast"]._remake(company, today)
            self.env["ar.collection.turnover"]._remake(company, today)
        self._catch_up(company, today)

    @api.model
    def _catch_up(self, company, today):
        """Hook: compute the days on which no snapshot was taken."""

    @api.model
    def _take(self, company, day):
        """Note what is known of today; nothing when that was done already.

        :return: whether rows were made.
        """
        if self._total(company, day, source="reported"):
            return False
        self._refresh_moved()
        self.env.flush_all()
        self.env.cr.execute(self._debtor_rows_sql(company, day))
        self.env.cr.execute(self._total_row_sql(company, day))
        return True

    @api.model
    def _refresh_moved(self):
        """Bring the debtors whose figures moved a moment ago in line with the ledger."""
        queue = self.env["ar.collection.queue"].sudo()  # sudo: the machine's own list
        row_ids, *concerned = queue._take()
        if row_ids:
            self.env["ar.collection"]._refresh(*concerned)
            queue._done(row_ids)

    @api.model
    def _total(self, company, day, source=None):
        """The row of the company on a day, the one of that day's knowledge first."""
        domain = [
            ("company_id", "=", company.id),
            ("collection_id", "=", False),
            ("date", "=", day),
            *([("source", "=", source)] if source else []),
        ]
        # sudo: the machine asks, or the caller checks whether the total may be seen
        return self.sudo().search(domain, order="source, id desc", limit=1)

    @api.model
    def _debtor_rows_sql(self, company, day):
        """SQL: a row for each debtor of whom something changed since the last one.

        At a month's end for each debtor with a balance. All rows are found before the first is
        written (hence the sort): into an empty table PostgreSQL would look at each of them for each.
        """
        columns = (*FACTS, *AMOUNTS)
        return SQL(
            """
            INSERT INTO ar_collection_snapshot
                   (date, known_at, source, month_end, company_id, collection_id, country_id,
                    %(names)s)
            WITH made AS MATERIALIZED (
            SELECT %(day)s::date, %(now)s::timestamp, 'reported', %(month_end)s,
                   account.company_id, account.id,
                   partner.country_id, %(values)s
              FROM ar_collection account
              JOIN res_partner partner ON partner.id = account.partner_id
              LEFT JOIN LATERAL (
                   SELECT %(names)s FROM ar_collection_snapshot
                    WHERE collection_id = account.id AND source = 'reported'
                    ORDER BY date DESC, id DESC LIMIT 1) last ON TRUE
             WHERE account.company_id = %(company)s
               AND (%(month_end)s AND (account.total_due != 0 OR account.unapplied_credit != 0)
                    OR (%(values)s) IS DISTINCT FROM (%(lasts)s)
                       AND (account.total_due != 0 OR account.unapplied_credit != 0
                            OR last.total_due != 0 OR last.unapplied_credit != 0)))
            SELECT * FROM made ORDER BY 6
            """,
            names=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(SQL.identifier("account", name) for name in columns),
            lasts=SQL(", ").join(SQL.identifier("last", name) for name in columns),
            day=day,
            now=fields.Datetime.now(),
            month_end=ends_month(day),
            company=company.id,
        )

    @api.model
    def _total_row_sql(self, company, day):
        """SQL: the row of the company."""
        facts = self.env["ar.collection.kpi"]
        first = day.replace(day=1)
        found = {
            "sales_month": facts._sales(company, first, day),
            "cash_month": facts._collected(company, first, day),
            **self._rolled_amounts(company, day),
        }
        return SQL(
            """
            INSERT INTO ar_collection_snapshot
                   (date, known_at, source, month_end, company_id, %(names)s, %(found_names)s)
            SELECT %(day)s, %(now)s, 'reported', %(month_end)s, %(company)s, %(sums)s, %(found)s
              FROM ar_collection WHERE company_id = %(company)s
            """,
            names=SQL(", ").join(map(SQL.identifier, AMOUNTS)),
            sums=SQL(", ").join(
                SQL("coalesce(sum(%s), 0)", SQL.identifier(name)) for name in AMOUNTS
            ),
            day=day,
            now=fields.Datetime.now(),
            month_end=ends_month(day),
            company=company.id,
            found_names=SQL(", ").join(map(SQL.identifier, found)),
            found=SQL(", ").join(SQL("%s", amount) for amount in found.values()),
        )

    @api.model
    def _rolled_amounts(self, company, day):
        """Hook: dict of ``ROLLED``, empty where it is not known."""
        return {}


def ends_month(day):
    return (day + timedelta(days=1)).day == 1
