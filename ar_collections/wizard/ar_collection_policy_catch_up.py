from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL

#: Days past due after which debt counts as old, unless said otherwise.
OLD_DAYS = 30


class ArCollectionPolicyCatchUp(models.TransientModel):
    """Where old debt starts when collections are switched on.

    Items count as noticed at the level that another program noted, else at the level their
    age calls for, at most at the one chosen for their policy. What would go out tonight is
    shown before and after the choice; nothing is sent here.
    """

    _name = "ar.collection.policy.catch.up"
    _description = "Start with Old Debt"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company._ar_root(),
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    old_before = fields.Date(
        string="Old is what was due before",
        required=True,
        default=lambda self: self._today() - timedelta(days=OLD_DAYS),
    )
    noticed_on = fields.Date(
        string="Counts as noticed on",
        required=True,
        default=lambda self: self._today(),
        help="The days to the next level are counted from here.",
    )
    take_over = fields.Boolean(
        string="Levels of the former program",
        default=True,
        help="Items go on from the level they have there, whatever is chosen below.",
    )
    found = fields.Text(compute="_compute_found")
    line_ids = fields.One2many(
        "ar.collection.policy.catch.up.line",
        "catch_up_id",
        default=lambda self: self._default_line_ids(),
    )
    before = fields.Json(readonly=True, help="What goes out tonight as it is.")
    after = fields.Json(readonly=True, help="What goes out tonight after this.")
    placed_count = fields.Integer(string="Items placed", readonly=True)

    @api.model
    def _today(self):
        return self.env.company._ar_root()._ar_today()

    @api.model
    def _default_line_ids(self):
        policies = self.env["ar.collection.policy"].search(
            [("company_id", "=", self.env.company._ar_root().id), ("dunned", "=", True)]
        )
        return [
            Command.create({"policy_id": policy.id, "level_id": policy.catch_up_level_id.id})
            for policy in policies
        ]

    @api.depends("company_id")
    def _compute_found(self):
        for wizard in self:
            wizard.found = "\n".join(wizard._describe_found())

    @api.onchange("old_before", "noticed_on", "take_over", "line_ids")
    def _onchange_choice(self):
        """The size shown was that of another choice."""
        self.before = self.after = False

    # === ACTIONS === #
    def action_compare(self):
        """Show what would go out tonight, as it is and after the choice. Nothing changes."""
        self._check_manager()
        self.before = self._summarize()
        with self.env.cr.savepoint() as savepoint:
            placed = self._place()
            after = self._summarize()
            savepoint.rollback()
        self.write({"after": after, "placed_count": placed})
        return self._action_reopen()

    def action_apply(self):
        """Place the old debt, and look at what goes out tonight."""
        self._check_manager()
        placed = self._place()
        for line in self.line_ids:
            line.policy_id.catch_up_level_id = line.level_id
        self._postpone_debtors()
        self._keep_undunned()
        self._log(placed)
        return self._finish()

    def action_skip(self):
        """Nothing was sent before: old debt starts from the bottom like all other."""
        self._check_manager()
        return self._finish()

    def _finish(self):
        # sudo: managers of collections need not be administrators
        self.company_id.sudo().ar_catch_up_done = True
        return self.env["ar.collection.run"]._action_simulate(self.company_id)

    def _action_reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Start with old debt"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _check_manager(self):
        self.ensure_one()
        if not self.env.user.has_group("ar_collections.group_ar_collection_manager"):
            raise AccessError(self.env._("Only a manager of AR Collections may do this."))
        if self.noticed_on > self.company_id._ar_today():
            raise UserError(
                self.env._(
                    "Old debt cannot count as noticed in the future. Choose today or earlier."
                )
            )

    # === THE SIZE === #
    def _summarize(self):
        """What tonight's run would send: shaped as the summary of a run."""
        run = self.env["ar.collection.run"].sudo()  # of all debtors: it is the company's choice
        totals = defaultdict(lambda: [0, 0.0])
        debtors, none = set(), 0
        for row in run._decide(self.company_id, self.company_id._ar_today()):
            debtors.add(row["account"]["account_id"])
            none += not row["decision"].level
            if row["decision"].level:
                total = totals[row["decision"].level.id]
                total[0] += 1
                total[1] += float(row["decision"].amount)
        levels = self.env["ar.collection.level"].browse(totals).sorted("delay", reverse=True)
        return {
            "debtors": len(debtors),
            "none": none,
            "notices": sum(count for count, _claim in totals.values()),
            "claim": sum(claim for _count, claim in totals.values()),
            "levels": [
                {
                    "level_id": level.id,
                    "delay": level.delay,
                    "name": level.name,
                    "automatic": level.automatic,
                    "count": totals[level.id][0],
                    "claim": totals[level.id][1],
                }
                for level in levels
            ],
            "reasons": [],
        }

    # === PLACING === #
    def _place(self):
        """Write the levels of the old items, in one statement; the number of items."""
        items = self.env["account.move.line"]
        self.env["ar.collection"]._flush_ledger()
        self.env["ar.collection.policy"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move_line line
                   SET ar_level_id = place.level_id, ar_level_date = place.date
                  FROM (%s) place
                 WHERE line.id = place.line_id AND place.level_id IS NOT NULL
                """,
                self._places_sql(),
            )
        )
        count = self.env.cr.rowcount
        items.invalidate_model(["ar_level_id", "ar_level_date"])
        # sudo: our job, which brings the debtors' levels and stages after their items
        self.env.ref("ar_collections.ir_cron_ar_collection_refresh_full").sudo()._trigger()
        return count

    def _places_sql(self):
        """SQL: line_id, level_id and date of the open claims that have no level of ours.

        The level of the former program (its place among its levels, counted from the first)
        goes before that of the age.
        """
        return SQL(
            """
            WITH rung(policy_id, level_id, delay, rank, is_capped) AS (
                SELECT * FROM unnest(%(rungs)s::int[], %(levels)s::int[], %(delays)s::int[],
                                     %(ranks)s::int[], %(caps)s::bool[])
            ), former AS (%(former)s)
            SELECT item.line_id, coalesce(taken.level_id, aged.level_id) AS level_id,
                   CASE WHEN taken.level_id IS NULL THEN %(noticed_on)s
                        ELSE coalesce(taken.date, %(noticed_on)s) END AS date
              FROM (%(items)s) item
              JOIN ar_collection account ON account.partner_id = item.partner_id
                    AND account.company_id = item.company_id
              LEFT JOIN LATERAL (
                   SELECT rung.level_id, former.date
                     FROM former JOIN rung ON rung.policy_id = account.policy_id
                                          AND rung.rank <= former.rank
                    WHERE former.line_id = item.line_id
                    ORDER BY rung.rank DESC LIMIT 1) taken ON TRUE
              LEFT JOIN LATERAL (
                   SELECT rung.level_id FROM rung
                    WHERE rung.policy_id = account.policy_id AND NOT rung.is_capped
                      AND rung.delay <= item.days AND item.due_date < %(old_before)s
                    ORDER BY rung.rank DESC LIMIT 1) aged ON TRUE
             WHERE item.open > 0 AND item.level_id IS NULL
            """,
            **self._rung_columns(),
            former=self._former_sql(),
            noticed_on=self.noticed_on,
            old_before=self.old_before,
            items=self.env["ar.collection"]._items_sql(None, None, company_id=self.company_id.id),
        )

    def _rung_columns(self):
        """The levels past due of the company's policies; those above the choice are capped."""
        chosen = {line.policy_id: line.level_id for line in self.line_ids}
        policies = self.env["ar.collection.policy"].search(
            [("company_id", "=", self.company_id.id), ("dunned", "=", True)]
        )
        rows = []
        for policy in policies:
            cap = chosen.get(policy)
            after_due = policy.level_ids.filtered(lambda level: level.delay >= 0).sorted("delay")
            for rank, level in enumerate(after_due, start=1):
                capped = not cap or level.delay > cap.delay
                rows.append((policy.id, level.id, level.delay, rank, capped))
        columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
        return dict(zip(("rungs", "levels", "delays", "ranks", "caps"), columns, strict=True))

    def _log(self, placed):
        """Note in the audit list who has placed how much."""
        self.env["ar.collection.audit"]._log(
            self.line_ids.policy_id[:1],
            "override",
            self.env._(
                "Old debt before %(day)s counts as noticed: %(count)s items.",
                day=self.old_before,
                count=placed,
            ),
        )


class ArCollectionPolicyCatchUpLine(models.TransientModel):
    """At which level the old debt of a policy stands."""

    _name = "ar.collection.policy.catch.up.line"
    _description = "Start of Old Debt of a Policy"

    catch_up_id = fields.Many2one(
        "ar.collection.policy.catch.up", required=True, ondelete="cascade"
    )
    policy_id = fields.Many2one("ar.collection.policy", required=True, readonly=True)
    level_id = fields.Many2one(
        "ar.collection.level",
        string="Counts as noticed up to",
        domain="[('policy_id', '=', policy_id), ('delay', '>=', 0)]",
    )
    next_level = fields.Char(string="First notice then", compute="_compute_next_level")

    @api.depends("level_id", "policy_id")
    def _compute_next_level(self):
        for line in self:
            after = line.policy_id.level_ids.sorted("delay").filtered(
                lambda level, line=line: (
                    level.delay >= 0 and (not line.level_id or level.delay > line.level_id.delay)
                )
            )
            line.next_level = after[:1].name or self.env._("none: it was the last")
