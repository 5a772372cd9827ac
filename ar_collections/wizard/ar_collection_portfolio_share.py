from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.tools import SQL


class ArCollectionPortfolioShare(models.TransientModel):
    """Look at what sharing out would change, then do it."""

    _name = "ar.collection.portfolio.share"
    _description = "Share Out Debtors"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    row_ids = fields.One2many(
        "ar.collection.portfolio.share.row", "share_id", string="Collectors", readonly=True
    )
    move_ids = fields.One2many(
        "ar.collection.portfolio.share.move", "share_id", string="Changes", readonly=True
    )
    changed = fields.Integer(string="Debtors that change hands", readonly=True)
    unassigned = fields.Integer(string="Debtors without collector", readonly=True)
    without_portfolio = fields.Integer(string="In no portfolio", readonly=True)

    @api.model
    def action_look(self):
        """Simulate for the current company, and show what would change."""
        portfolios = self.env["ar.collection.portfolio"]
        portfolios._check_may_share()
        company = self.env.company._ar_root()
        share = self.create({"company_id": company.id})
        share._fill(portfolios._plan(company))
        return share._action_open()

    def _action_open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Share out debtors"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _fill(self, moves):
        """Keep the changes, and sum them up per portfolio and collector."""
        self.ensure_one()
        owing = [move for move in moves if move.amount > 0]
        self.write(
            {
                "changed": sum(move.user != move.user_before for move in moves),
                "unassigned": sum(not move.user for move in owing),
                "without_portfolio": sum(not move.portfolio for move in owing),
            }
        )
        before, after = Counter(), Counter()
        amounts = defaultdict(float)
        for move in owing:
            before[move.portfolio, move.user_before] += 1
            after[move.portfolio, move.user] += 1
            amounts[move.portfolio, move.user] += move.amount
        self.env["ar.collection.portfolio.share.row"].create(
            [
                {
                    "share_id": self.id,
                    "portfolio_id": key[0],
                    "user_id": key[1],
                    "before": before[key],
                    "after": after[key],
                    "amount": amounts[key],
                }
                for key in sorted(before | after, key=lambda key: (key[0] or 0, key[1] or 0))
            ]
        )
        self._insert_moves([move for move in moves if move.changed])

    def _insert_moves(self, moves):
        columns = [list(column) for column in zip(*moves, strict=True)] or [[]] * 6
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ar_collection_portfolio_share_move
                       (share_id, collection_id, portfolio_before_id, portfolio_id,
                        user_before_id, user_id, amount, create_uid, create_date)
                SELECT %s, move.*, %s, now() AT TIME ZONE 'UTC'
                  FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[],
                              %s::numeric[]) AS move
                """,
                self.id,
                self.env.uid,
                *columns,
            )
        )
        self.invalidate_recordset(["move_ids"])

    def action_apply(self):
        """Do what was looked at; debtors that changed hands meanwhile are left as they are.

        :raises UserError: the caller is no manager.
        """
        self.ensure_one()
        portfolios = self.env["ar.collection.portfolio"]
        portfolios._check_may_share()
        done = portfolios._apply(portfolios._plan_of(self.move_ids))
        self.env["ar.collection.audit"]._log(
            self,
            "right",
            self.env._("Debtors shared out by portfolios: %(count)s", count=len(done)),
        )
        return (
            portfolios.action_unassigned()
            if self.unassigned
            else {"type": "ir.actions.act_window_close"}
        )


class ArCollectionPortfolioShareRow(models.TransientModel):
    _name = "ar.collection.portfolio.share.row"
    _description = "Share Out Debtors: Collector"

    share_id = fields.Many2one("ar.collection.portfolio.share", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="share_id.currency_id")
    portfolio_id = fields.Many2one("ar.collection.portfolio", readonly=True)
    user_id = fields.Many2one("res.users", string="Collector", readonly=True)
    before = fields.Integer(string="Now", readonly=True)
    after = fields.Integer(string="Then", readonly=True)
    amount = fields.Monetary(string="Open then", readonly=True)


class ArCollectionPortfolioShareMove(models.TransientModel):
    _name = "ar.collection.portfolio.share.move"
    _description = "Share Out Debtors: Change"
    _order = "amount desc, id"

    share_id = fields.Many2one(
        "ar.collection.portfolio.share", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="share_id.currency_id")
    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", readonly=True, ondelete="cascade"
    )
    portfolio_before_id = fields.Many2one(
        "ar.collection.portfolio", string="Portfolio now", readonly=True
    )
    portfolio_id = fields.Many2one("ar.collection.portfolio", readonly=True)
    user_before_id = fields.Many2one("res.users", string="Collector now", readonly=True)
    user_id = fields.Many2one("res.users", string="Collector", readonly=True)
    amount = fields.Monetary(string="Open", readonly=True)
