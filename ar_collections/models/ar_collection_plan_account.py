from odoo import api, fields, models
from odoo.tools import SQL

from .ar_collection_plan import ITEMS_KEY

#: Months of plans that count as broken ones of a debtor.
MONTHS = 12
FACTS = ("next_instalment_date", "late_instalments", "broken_plans", "plan_open")


class ArCollection(models.Model):
    """What the account knows of its plans; kept by ``ar.collection.plan``."""

    _inherit = "ar.collection"

    plan_ids = fields.One2many("ar.collection.plan", "collection_id", string="Plans")
    next_instalment_date = fields.Date(
        string="Next instalment",
        readonly=True,
        index="btree_not_null",
        help="The first day on which something of an active plan is open.",
    )
    late_instalments = fields.Integer(
        readonly=True, help="Of active plans: their day has passed, and something is open."
    )
    broken_plans = fields.Integer(readonly=True, help="Defaulted in the last 12 months.")
    plan_open = fields.Monetary(
        string="Still to pay on plans", readonly=True, help="In company currency."
    )
    redated_amount = fields.Monetary(
        string="Re-dated by extensions",
        compute="_compute_redated_amount",
        help="Open items whose due date in the ledger an extension has changed.",
    )

    @api.model
    def _kept_fields(self):
        return super()._kept_fields() | set(FACTS)

    def _compute_redated_amount(self):
        for account in self:
            [[amount]] = self.env["account.move.line"]._read_group(
                [*account._open_items_domain(), ("ar_original_due_date", "!=", False)],
                [],
                ["amount_residual:sum"],
            )
            account.redated_amount = amount

    @api.model
    def _update_plan_facts(self, accounts=None):
        """Bring ``FACTS`` of these debtors, or of all with plans, in line with their plans."""
        if accounts is not None and not accounts:
            return
        self.env["ar.collection.plan"].flush_model()
        self.env["ar.collection.plan.line"].flush_model()
        self.flush_model()
        names = [SQL.identifier(name) for name in FACTS]
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection account SET (%(names)s) = (%(news)s)
                  FROM (%(facts)s) facts
                 WHERE account.id = facts.collection_id AND (%(olds)s) IS DISTINCT FROM (%(news)s)
                RETURNING account.id
                """,
                names=SQL(", ").join(names),
                news=SQL(", ").join(SQL("facts.%s", name) for name in names),
                olds=SQL(", ").join(SQL("account.%s", name) for name in names),
                facts=self._plan_facts_sql(accounts),
            )
        )
        changed = [id_ for [id_] in self.env.cr.fetchall()]
        self.invalidate_model(list(FACTS))
        self.sudo().browse(changed)._update_priority()  # sudo: the figures belong to the machine

    @api.model
    def _plan_facts_sql(self, accounts):
        return SQL(
            """
            SELECT plan.collection_id,
                   min(plan.next_date) FILTER (WHERE plan.state = 'active') AS next_instalment_date,
                   coalesce(sum(late.number) FILTER (WHERE plan.state = 'active'), 0)::int
                       AS late_instalments,
                   count(*) FILTER (WHERE plan.state = 'defaulted'
                                      AND plan.defaulted_on >= %(since)s)::int AS broken_plans,
                   coalesce(sum(late.open * plan.amount_company / nullif(plan.amount_items, 0))
                            FILTER (WHERE plan.state = 'active'), 0) AS plan_open
              FROM ar_collection_plan plan
             CROSS JOIN LATERAL (
                   SELECT count(*) FILTER (WHERE line.state IN ('late', 'missed')) AS number,
                          sum(line.amount - coalesce(line.reduced, 0) - coalesce(line.paid, 0))
                              AS open
                     FROM ar_collection_plan_line line WHERE line.plan_id = plan.id) late
             WHERE %(restrict)s
             GROUP BY plan.collection_id
            """,
            since=fields.Date.subtract(fields.Date.today(), months=MONTHS),
            restrict=SQL("TRUE")
            if accounts is None
            else SQL("plan.collection_id IN %s", tuple(accounts.ids)),
        )

    # === ACTIONS === #
    def action_plan(self):
        """Open the builder of a plan for the debtor."""
        self.ensure_one()
        self.check_access("read")
        return self._action_plan()

    def _action_plan(self, items=None, **defaults):
        """The form of a new plan. :param items: ``account.move.line``, else what is overdue."""
        context = {"default_collection_id": self.id}
        context |= {f"default_{name}": value for name, value in defaults.items()}
        if items:
            context[ITEMS_KEY] = items.ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment plan"),
            "res_model": "ar.collection.plan",
            "views": [(False, "form")],
            "context": context,
        }


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def action_ar_plan(self):
        """Open the builder for these open items of one debtor.

        :raises UserError: of several debtors, companies or currencies, or without account.
        """
        return self._ar_account(one_currency=True)._action_plan(self)
