from odoo import fields, models
from odoo.tools import SQL


class ArCollectionNonpayment(models.Model):
    """Why debtors did not pay, as told on calls: a row for each call, item talked about and
    product sold with it. Amounts of an item are shared out over its products."""

    _name = "ar.collection.nonpayment"
    _description = "Reasons for Late Payment Analysis"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "reason_id"
    _depends = {
        "ar.collection": ["partner_id", "company_id", "currency_id", "portfolio_id"],
        "ar.collection.call": [
            "collection_id",
            "date",
            "user_id",
            "nonpayment_reason_id",
            "line_ids",
        ],
        "account.move": ["invoice_user_id", "move_type"],
        "account.move.line": [
            "amount_residual",
            "balance",
            "display_type",
            "move_id",
            "price_total",
            "product_id",
        ],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id"],
        "res.partner": ["user_id", "tz"],
    }

    call_id = fields.Many2one("ar.collection.call", readonly=True)
    date = fields.Date(readonly=True, help="Day of the call.")
    reason_id = fields.Many2one(
        "ar.collection.nonpayment.reason", string="Reason for late payment", readonly=True
    )
    collection_id = fields.Many2one("ar.collection", string="Account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Collector", readonly=True)
    portfolio_id = fields.Many2one("ar.collection.portfolio", string="Team", readonly=True)
    line_id = fields.Many2one("account.move.line", string="Item", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product category", readonly=True)
    salesperson_id = fields.Many2one(
        "res.users",
        readonly=True,
        help="Of the invoice; where no item was talked about, of the customer.",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    calls = fields.Integer(
        aggregator="count_distinct",
        readonly=True,
        help="Different calls on which the reason was told.",
    )
    debtors = fields.Integer(
        aggregator="count_distinct", readonly=True, help="Different debtors who told it."
    )
    items = fields.Integer(
        aggregator="count_distinct", readonly=True, help="Different items talked about."
    )
    amount = fields.Monetary(
        string="Invoiced",
        readonly=True,
        help="Original amount of the items talked about, each item once, under the reason told "
        "last; shared over its products by their amounts with tax.",
    )
    open_amount = fields.Monetary(
        string="Still open",
        readonly=True,
        help="What is open of these items now, counted the same way.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT row_number() OVER (ORDER BY talk.call_id, talk.line_id, sold.product_id) AS id,
                   talk.call_id, talk.call_id AS calls, talk.line_id, talk.line_id AS items,
                   (talk.date AT TIME ZONE 'UTC'
                    AT TIME ZONE coalesce(nullif(place.tz, ''), 'UTC'))::date AS date,
                   talk.reason_id, talk.user_id, account.id AS collection_id,
                   account.id AS debtors, account.partner_id, account.portfolio_id,
                   account.company_id, account.currency_id, item.move_id, sold.product_id,
                   template.categ_id, coalesce(move.invoice_user_id, partner.user_id)
                   AS salesperson_id,
                   CASE WHEN talk.latest
                        THEN item.balance * coalesce(sold.share, 1) ELSE 0 END AS amount,
                   CASE WHEN talk.latest
                        THEN item.amount_residual * coalesce(sold.share, 1) ELSE 0 END
                   AS open_amount
              FROM (SELECT call.id AS call_id, call.collection_id, call.date, call.user_id,
                           call.nonpayment_reason_id AS reason_id, rel.line_id,
                           rel.line_id IS NOT NULL AND row_number() OVER (
                               PARTITION BY rel.line_id ORDER BY call.date DESC, call.id DESC
                           ) = 1 AS latest
                      FROM ar_collection_call call
                      LEFT JOIN ar_collection_call_item_rel rel ON rel.call_id = call.id
                     WHERE call.nonpayment_reason_id IS NOT NULL) talk
              JOIN ar_collection account ON account.id = talk.collection_id
              JOIN res_partner partner ON partner.id = account.partner_id
              JOIN res_company company ON company.id = account.company_id
              JOIN res_partner place ON place.id = company.partner_id
              LEFT JOIN account_move_line item ON item.id = talk.line_id
              LEFT JOIN account_move move ON move.id = item.move_id
              LEFT JOIN LATERAL %(sold)s ON TRUE
              LEFT JOIN product_product product ON product.id = sold.product_id
              LEFT JOIN product_template template ON template.id = product.product_tmpl_id
            """,
            sold=self._sold_sql(),
        )

    def _sold_sql(self):
        """The products of the invoice ``move`` with their share; free goods share equally."""
        return SQL(
            """
            (SELECT line.product_id,
                    coalesce(sum(line.price_total) / nullif(sum(sum(line.price_total)) OVER (), 0),
                             1.0 / count(*) OVER ()) AS share
               FROM account_move_line line
              WHERE line.move_id = move.id AND line.display_type = 'product'
                AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
              GROUP BY line.product_id) sold
            """
        )

    def action_open_record(self):
        """Open the call on which the reason was told."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.collection.call",
            "res_id": self.call_id.id,
            "views": [(False, "form")],
            "target": "new",
        }
