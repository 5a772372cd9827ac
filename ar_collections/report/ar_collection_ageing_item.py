from odoo import api, fields, models
from odoo.tools import SQL


class ArCollectionAgeingItem(models.Model):
    """The items of the ageing report, as they stood at its day: what is behind an amount.

    Which report, and which of its rows, the context says: ``ar_ageing``, with ``options`` and
    ``path`` as in ``tools.ageing_options``; without it, today's.
    """

    _name = "ar.collection.ageing.item"
    _description = "Item of the Ageing Report"
    _auto = False
    _order = "due_date, id"
    _rec_name = "name"

    name = fields.Char(string="Number", readonly=True)
    ref = fields.Char(string="Reference", readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Debtor", readonly=True)
    account_id = fields.Many2one("account.account", string="Receivable account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Date(readonly=True)
    due_date = fields.Date(string="Due", readonly=True)
    days = fields.Integer(aggregator="max", readonly=True, help="Past the date.")
    bucket = fields.Selection("_selection_bucket", string="Age", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    open_currency = fields.Monetary(string="Open in currency", aggregator=None, readonly=True)
    open = fields.Monetary(currency_field="company_currency_id", readonly=True)
    disputed = fields.Monetary(
        string="In dispute", currency_field="company_currency_id", readonly=True
    )
    promised = fields.Monetary(currency_field="company_currency_id", readonly=True)
    planned = fields.Monetary(string="On plan", currency_field="company_currency_id", readonly=True)
    held_other = fields.Monetary(
        string="Held otherwise", currency_field="company_currency_id", readonly=True
    )

    @api.model
    def _selection_bucket(self):
        labels = self.env.company._ar_root().sudo()._ar_bucket_labels()  # settings
        return [
            ("-1", self.env._("Credit")),
            ("0", self.env._("Not due")),
            *(
                (str(number), self.env._("%(days)s days", days=label))
                for number, label in enumerate(labels, 1)
            ),
        ]

    @property
    def _table_query(self):
        ageing = self.env["ar.collection.ageing"]
        ageing._flush_ageing()
        asked = self.env.context.get("ar_ageing") or {}
        options = ageing._options(asked.get("options"))
        path = ageing._ageing_path(asked.get("path"), options)
        currency = self.env.company._ar_root().sudo().currency_id  # its id
        return SQL(
            """
            SELECT shown.line_id + shown.part_number * 10000000000 AS id, shown.name, shown.ref, shown.move_id, shown.partner_id,
                   shown.account_id, shown.branch_id AS company_id, shown.date, shown.due_date,
                   shown.days, shown.bucket::text AS bucket, shown.currency_id,
                   %s AS company_currency_id, shown.open_currency, shown.open, shown.disputed,
                   shown.promised, shown.planned, shown.held_other
              FROM (%s) shown
            """,
            currency.id,
            ageing._ageing_shown_items_sql(options, path),
        )

    def action_open_entry(self):
        """The document behind the item."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self[:1].move_id.id,
            "views": [(False, "form")],
        }


class ArCollectionAgeingDifference(models.Model):
    """The items of which the ageing report says something else than the receivable accounts at
    its day, which the context says as above."""

    _name = "ar.collection.ageing.difference"
    _description = "Difference of the Ageing Report to the Ledger"
    _auto = False
    _order = "date, id"
    _rec_name = "name"

    name = fields.Char(string="Number", readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Debtor", readonly=True)
    account_id = fields.Many2one("account.account", string="Receivable account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date(readonly=True)
    reported = fields.Monetary(string="Report", readonly=True)
    booked = fields.Monetary(
        string="Ledger", readonly=True, help="What the entries up to the day leave open of it."
    )
    difference = fields.Monetary(readonly=True)
    reason = fields.Selection(
        [
            ("later", "Dated after the day"),
            ("later_match", "Matched with an entry dated after the day"),
            ("unposted", "Matched with an entry that is not posted"),
            ("branch", "Matched with an entry of another branch"),
        ],
        string="Why",
        readonly=True,
    )

    @property
    def _table_query(self):
        ageing = self.env["ar.collection.ageing"]
        ageing._flush_ageing()
        asked = self.env.context.get("ar_ageing") or {}
        options = ageing._options(asked.get("options"))
        currency = self.env.company._ar_root().sudo().currency_id  # its id
        return SQL(
            """
            SELECT line.id, line.move_name AS name, line.move_id, line.partner_id,
                   line.account_id, line.company_id, %s AS currency_id, line.date,
                   found.reported, found.booked, found.reported - found.booked AS difference,
                   found.reason
              FROM (%s) found JOIN account_move_line line ON line.id = found.line_id
             WHERE %s
            """,
            currency.id,
            ageing._differences_sql(options),
            ageing._ageing_sees_all(),
        )

    def action_open_entry(self):
        """The document behind the item."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self[:1].move_id.id,
            "views": [(False, "form")],
        }
