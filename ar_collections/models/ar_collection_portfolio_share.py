from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import portfolio


class Move(NamedTuple):
    """What changes for a debtor: portfolio and collector, ids or None."""

    account_id: int
    portfolio_before: int | None
    portfolio: int | None
    user_before: int | None
    user: int | None
    amount: float

    @property
    def changed(self):
        return (self.portfolio_before, self.user_before) != (self.portfolio, self.user)


class ArCollectionPortfolio(models.Model):
    """Give the debtors of a company to its portfolios, and to their collectors."""

    _inherit = "ar.collection.portfolio"

    automatic = fields.Boolean(
        string="Every night",
        tracking=True,
        help="New debtors are given to a collector every night. Off: only when somebody shares out.",
    )
    debtor_count = fields.Integer(compute="_compute_debtor_count")
    unassigned_count = fields.Integer(string="Unassigned", compute="_compute_debtor_count")

    def _compute_debtor_count(self):
        counts = {}
        for one, user, count in self.env["ar.collection"]._read_group(
            [("portfolio_id", "in", self.ids), ("total_due", ">", 0)],
            ["portfolio_id", "user_id"],
            ["__count"],
        ):
            total, nobody = counts.get(one, (0, 0))
            counts[one] = (total + count, nobody + (0 if user else count))
        for one in self:
            one.debtor_count, one.unassigned_count = counts.get(one, (0, 0))

    # === ACTIONS === #
    def action_open_debtors(self):
        """The debtors of these portfolios."""
        self.check_access("read")
        name = ", ".join(self.mapped("name"))
        return self._action_debtors(name, [("portfolio_id", "in", self.ids)])

    @api.model
    def action_unassigned(self):
        """The debtors with something open whom nobody works."""
        self.check_access("read")
        return self._action_debtors(
            self.env._("Unassigned debtors"),
            [("user_id", "=", False), ("total_due", ">", 0)],
        )

    @api.model
    def _action_debtors(self, name, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_action"
        )
        return {**action, "display_name": name, "domain": domain, "context": {}}

    # === PLAN === #
    @api.model
    def _plan(self, company, nightly=False):
        """What sharing out would change, for every debtor of a company; nothing is written.

        :param company: root company. :param nightly: only portfolios that share out by
            themselves give collectors, and only to debtors without one.
        :return: list of ``Move``, one per account.
        """
        portfolios = self.search([("company_id", "=", company.id)])
        members_of = self._find_members(portfolios)
        rows = self._share_rows(company)
        left = {row["id"]: row for row in rows}
        moves = []
        for one in portfolios:
            own = [left.pop(account_id) for account_id in one._fitting_ids() if account_id in left]
            moves += one._plan_own(own, members_of[one], nightly)
        return moves + [self._move(row, None, row["user_id"]) for row in left.values()]

    def _plan_own(self, rows, members, nightly):
        """The moves of the debtors of this portfolio. Those that owe nothing get nobody new."""
        self.ensure_one()
        owing = [row for row in rows if row["amount"] > 0]
        given = {}
        if not nightly or self.automatic:
            given = portfolio.share_out(
                (
                    portfolio.Debtor(
                        row["id"],
                        row["amount"] if self.method == "number" else row["overdue"],
                        row["user_id"] if row["works"] else None,
                        row["keep_collector"] or bool(nightly and row["works"]),
                    )
                    for row in owing
                ),
                members,
                self.method,
                sticky=self.sticky,
            )
        return [self._move(row, self.id, given.get(row["id"], row["user_id"])) for row in rows]

    @api.model
    def _move(self, row, portfolio_id, user_id):
        return Move(
            row["id"], row["portfolio_id"], portfolio_id, row["user_id"], user_id, row["amount"]
        )

    @api.model
    def _find_members(self, portfolios):
        return {
            one: [
                portfolio.Member(member.user_id.id, member.capacity)
                for member in one.member_ids
                if member.user_id.active
            ]
            for one in portfolios
        }

    def _fitting_ids(self):
        """Ids of the accounts that meet the conditions."""
        # sudo: who belongs where is decided over all debtors; the caller's right was checked
        accounts = self.env["ar.collection"].sudo().with_context(active_test=False)
        query = accounts._search(self._domain(), order="id")
        return [account_id for [account_id] in self.env.execute_query(query.select())]

    @api.model
    def _share_rows(self, company):
        self.env["ar.collection"].flush_model()
        self.env["res.users"].flush_model(["active"])
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT account.id, account.portfolio_id, account.user_id,
                       account.keep_collector IS TRUE AS keep_collector,
                       coalesce(worker.active, FALSE) AS works,
                       coalesce(account.total_due, 0)::float8 AS amount,
                       coalesce(account.total_overdue, 0)::float8 AS overdue
                  FROM ar_collection account
             LEFT JOIN res_users worker ON worker.id = account.user_id
                 WHERE account.company_id = %s
                 ORDER BY account.id
                """,
                company.id,
            )
        )

    @api.model
    def _plan_of(self, rows):
        """The moves that were looked at: rows of ``ar.collection.portfolio.share.move``."""
        return [
            Move(
                row.collection_id.id,
                row.portfolio_before_id.id or None,
                row.portfolio_id.id or None,
                row.user_before_id.id or None,
                row.user_id.id or None,
                row.amount,
            )
            for row in rows
        ]

    # === APPLY === #
    @api.model
    def _apply(self, moves):
        """Write moves in one statement; those whose collector has changed meanwhile are left.

        :return: ids of the accounts written.
        """
        changed = [move for move in moves if move.changed]
        if not changed:
            return []
        columns = list(zip(*changed, strict=True))
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE ar_collection account
                   SET portfolio_id = move.portfolio, user_id = move.worker,
                       write_uid = %(uid)s, write_date = now() AT TIME ZONE 'UTC'
                  FROM unnest(%(ids)s::int[], %(portfolios)s::int[], %(before)s::int[],
                              %(workers)s::int[]) AS move(id, portfolio, before, worker)
                 WHERE account.id = move.id AND account.user_id IS NOT DISTINCT FROM move.before
             RETURNING account.id
                """,
                uid=self.env.uid,
                ids=list(columns[0]),
                portfolios=list(columns[2]),
                before=list(columns[3]),
                workers=list(columns[4]),
            )
        )
        self.env["ar.collection"].invalidate_model(["portfolio_id", "user_id"])
        return [account_id for [account_id] in rows]

    @api.model
    def _check_may_share(self):
        if not self.env.user.has_group("ar_collections.group_ar_collection_manager"):
            raise UserError(self.env._("Only a manager shares out the debtors. Please ask one."))

    @api.model
    def _cron_share(self):
        """Every night: debtors find their portfolio, new ones their collector."""
        companies = self.search(Domain.TRUE).company_id
        self.env["ir.cron"]._commit_progress(remaining=len(companies))
        for company in companies:
            self._apply(self._plan(company, nightly=True))
            self.env["ir.cron"]._commit_progress(1)


class ArCollection(models.Model):
    """Who works a debtor: its collector, who stands in, who leads."""

    _inherit = "ar.collection"

    keep_collector = fields.Boolean(
        string="Keeps this collector",
        tracking=True,
        help="Portfolios share out the others; this debtor was given by hand and stays.",
    )
    workable = fields.Boolean(
        string="Mine to work",
        compute="_compute_workable",
        search="_search_workable",
        help="My own debtors and those of nobody, those of a colleague who is away and whose deputy "
        "I am, and those of a portfolio I lead.",
    )

    @api.depends("user_id", "portfolio_id.lead_id")
    @api.depends_context("uid")
    def _compute_workable(self):
        uid = self.env.uid
        deputised = self._deputised_users(uid)
        for account in self:
            account.workable = (
                not account.user_id
                or account.user_id.id in {uid, *deputised}
                or account.portfolio_id.sudo().lead_id.id == uid  # a yes or no
            )

    @api.model
    def _search_workable(self, operator, value):
        if operator != "in":
            return NotImplemented
        uid = self.env.uid
        mine = Domain("user_id", "in", [uid, False, *self._deputised_users(uid)])
        if led_ids := self.env["ar.collection.portfolio"]._led_ids(uid):
            mine |= Domain("portfolio_id", "in", led_ids)
        return mine if True in value else ~mine

    @api.model
    def _deputised_users(self, uid):
        """The collectors who are away today and whose deputy the user is."""
        deputies = self.env["ar.collection.absence"]._today()
        return [user for user, deputy in deputies.items() if deputy == uid]
