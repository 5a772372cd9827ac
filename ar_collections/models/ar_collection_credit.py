from odoo import api, fields, models
from odoo.tools import SQL

KINDS = [
    ("bank", "Bank line, not booked"),
    ("payment", "Payment"),
    ("overpayment", "Rest of a payment"),
    ("credit_note", "Credit note"),
    ("entry", "Other credit"),
]
AGES = [("1", "Up to 7 days"), ("2", "8 to 30 days"), ("3", "31 to 90 days"), ("4", "Older")]


class ArCollectionCredit(models.Model):
    """Money and credits that wait to be applied: open negative items, and bank lines that are not
    booked yet. A view on the ledger; the id is that of the journal item."""

    _name = "ar.collection.credit"
    _description = "Unapplied Credit"
    _auto = False
    _order = "date, id"
    _rec_name = "name"
    _depends = {
        "account.move.line": [
            "amount_residual",
            "amount_residual_currency",
            "reconciled",
            "parent_state",
            "partner_id",
            "account_id",
        ],
        "account.move": ["move_type", "ref", "state"],
        "account.bank.statement.line": [
            "is_reconciled",
            "partner_name",
            "account_number",
            "payment_ref",
        ],
        "account.payment": ["memo", "payment_reference"],
        "ar.collection": ["user_id", "total_due"],
        "ar.collection.hold": ["line_id", "date_from", "date_to", "date_ended", "approval_state"],
    }

    name = fields.Char(string="Number", readonly=True)
    line_id = fields.Many2one("account.move.line", string="Item", readonly=True)
    move_id = fields.Many2one("account.move", string="Document", readonly=True)
    statement_line_id = fields.Many2one(
        "account.bank.statement.line", string="Bank line", readonly=True
    )
    kind = fields.Selection(KINDS, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Debtor", readonly=True)
    collection_id = fields.Many2one("ar.collection", string="Account", readonly=True)
    user_id = fields.Many2one("res.users", string="Collector", readonly=True)
    identified = fields.Boolean(readonly=True, help="Whose it is, is known.")
    payer_name = fields.Char(string="Payer", readonly=True)
    payer_account = fields.Char(string="Payer's account", readonly=True)
    text = fields.Char(readonly=True, help="Everything the payer wrote.")
    date = fields.Date(readonly=True)
    age = fields.Integer(string="Age (days)", readonly=True, aggregator="avg")
    age_group = fields.Selection(AGES, string="Age", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Open", readonly=True)
    total = fields.Monetary(string="Original", readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    amount_company = fields.Monetary(
        string="In company currency", currency_field="company_currency_id", readonly=True
    )
    claims = fields.Monetary(
        string="Claims of the debtor", currency_field="company_currency_id", readonly=True
    )
    reserved = fields.Boolean(
        readonly=True, help="A hold keeps it for something: a deposit, an advance, a refund."
    )

    @property
    def _table_query(self):
        return self._credits_sql()

    @api.model
    def _flush_ledger(self):
        for name in self._depends:
            self.env[name].flush_model()

    @api.model
    def _credits_sql(self, ids=None):
        """SQL: a row per credit. :param ids: of these items only."""
        holds = self.env["ar.collection.hold"]
        return SQL(
            """
            WITH found AS (
                SELECT line.*, FALSE AS unbooked FROM account_move_line line
                 WHERE line.account_id = ANY(%(accounts)s::int[]) AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE AND line.amount_residual < 0 AND %(of_ids)s
                 UNION ALL
                SELECT line.*, TRUE
                  FROM account_bank_statement_line bank
                  JOIN account_journal journal ON journal.id = bank.journal_id
                  JOIN account_move_line line ON line.move_id = bank.move_id
                       AND line.account_id = journal.suspense_account_id
                 WHERE bank.is_reconciled IS NOT TRUE AND line.balance < 0
                   AND line.parent_state = 'posted' AND %(of_ids)s)
            SELECT line.id, line.id AS line_id, line.move_id, line.statement_line_id,
                   line.move_name AS name,
                   CASE WHEN line.unbooked THEN 'bank'
                        WHEN move.move_type IN ('out_refund', 'out_receipt') THEN 'credit_note'
                        WHEN line.payment_id IS NULL AND line.statement_line_id IS NULL THEN 'entry'
                        WHEN line.amount_residual != line.balance THEN 'overpayment'
                        ELSE 'payment' END AS kind,
                   todays.root_id AS company_id,
                   partner.commercial_partner_id AS partner_id,
                   account.id AS collection_id, account.user_id,
                   partner.id IS NOT NULL AS identified,
                   bank.partner_name AS payer_name, bank.account_number AS payer_account,
                   CASE WHEN bank.id IS NOT NULL THEN bank.payment_ref
                        WHEN payment.id IS NOT NULL
                        THEN concat_ws(' ', payment.memo, payment.payment_reference)
                        ELSE concat_ws(' ', move.ref, nullif(line.name, move.ref)) END AS text,
                   line.date, todays.day - line.date AS age,
                   CASE WHEN todays.day - line.date <= 7 THEN '1'
                        WHEN todays.day - line.date <= 30 THEN '2'
                        WHEN todays.day - line.date <= 90 THEN '3' ELSE '4' END AS age_group,
                   line.currency_id,
                   CASE WHEN line.unbooked THEN -line.amount_currency
                        ELSE -line.amount_residual_currency END AS amount,
                   -line.amount_currency AS total,
                   CASE WHEN line.unbooked THEN -line.balance
                        ELSE -line.amount_residual END AS amount_company,
                   account.total_due AS claims,
                   EXISTS (SELECT FROM ar_collection_hold hold
                            WHERE hold.line_id = line.id AND %(held)s) AS reserved
              FROM found line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_company company ON company.id = line.company_id
              JOIN %(todays)s ON todays.root_id = split_part(company.parent_path, '/', 1)::int
              LEFT JOIN account_bank_statement_line bank ON bank.id = line.statement_line_id
              LEFT JOIN account_payment payment ON payment.id = line.payment_id
              LEFT JOIN res_partner partner ON partner.id = line.partner_id
              LEFT JOIN ar_collection account ON account.company_id = todays.root_id
                    AND account.partner_id = partner.commercial_partner_id
            """,
            accounts=self.env["ar.collection"]._trade_account_ids(),
            of_ids=SQL("TRUE") if ids is None else SQL("line.id = ANY(%s::int[])", list(ids)),
            held=holds._in_force_sql("hold", SQL("todays.day")),
            todays=holds._todays_sql(),
        )

    # === ACTIONS === #
    def action_open_move(self):
        """The document of the credit."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    def action_apply(self):
        """Open these credits in the screen where money is applied."""
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "ar_collections.cash",
            "name": self.env._("Apply money"),
            "params": {"credit_ids": self.ids},
        }

    # === FIGURES === #
    @api.model
    def _age_of_cash(self, company, day=None):
        """How old unapplied money is: credit notes are no money.

        :param company: root company. :param day: date; None: today there.
        :return: dict ``amount``, ``unidentified`` (company currency), ``count``, ``days`` (mean
            age weighted by amount; None without money).
        """
        self._flush_ledger()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT coalesce(sum(amount_company), 0),
                       coalesce(sum(amount_company) FILTER (WHERE NOT identified), 0), count(*),
                       sum(amount_company * (%(day)s::date - date))
                           / nullif(sum(amount_company), 0)
                  FROM (%(credits)s) credit
                 WHERE company_id = %(company)s AND kind NOT IN ('credit_note', 'entry')
                   AND date <= %(day)s
                """,
                credits=self._credits_sql(),
                company=company.id,
                day=day or company._ar_today(),
            )
        )
        [[amount, unidentified, count, days]] = rows
        return {
            "amount": float(amount),
            "unidentified": float(unidentified),
            "count": count,
            "days": None if days is None else float(days),
        }
