from collections import Counter, defaultdict
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import replay, replay_compare
from ..tools.table import Column, Money, Table

#: Longest look back.
MONTHS = 36


class ArCollectionRunReplay(models.TransientModel):
    """Replay: two sets of policies over the last months of the real ledger.

    Invoices, payments and holds as they really came; no guess who would have paid sooner.
    """

    _name = "ar.collection.run.replay"
    _inherit = ["ar.collection.export.mixin"]
    _description = "Replay of Policies"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(required=True, readonly=True)
    date_to = fields.Date(required=True, readonly=True)
    policy_a_ids = fields.Many2many(
        "ar.collection.policy",
        "ar_collection_run_replay_a_rel",
        string="A",
        readonly=True,
        context={"active_test": False},
    )
    policy_b_ids = fields.Many2many(
        "ar.collection.policy",
        "ar_collection_run_replay_b_rel",
        string="B",
        readonly=True,
        context={"active_test": False},
    )
    result = fields.Json(
        readonly=True,
        help="`levels`: name -> notices and amount of A, of B; `months`: month -> notices; "
        "`contacts` and `reached`: of A, of B.",
    )
    figures = fields.Json(compute="_compute_tables")
    levels = fields.Json(compute="_compute_tables")
    graph = fields.Json(compute="_compute_tables", help="Labels and notices of A and B by month.")

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "Replay of %(first)s to %(last)s",
                first=format_date(self.env, record.date_from),
                last=format_date(self.env, record.date_to),
            )

    # === ACTIONS === #
    @api.model
    def _action_replay(self, company, months, policies, other_policies):
        """Replay and show.

        :raises UserError: the number of months makes no sense.
        """
        if not 1 <= months <= MONTHS:
            raise UserError(self.env._("Please choose between 1 and %(most)s months.", most=MONTHS))
        today = company._ar_today()
        record = self.create(
            {
                "company_id": company.id,
                "date_from": today - relativedelta(months=months),
                "date_to": today,
                "policy_a_ids": policies.ids,
                "policy_b_ids": other_policies.ids,
            }
        )
        record.result = record._replay()
        return {
            "type": "ir.actions.act_window",
            "name": record.display_name,
            "res_model": self._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    # === REPLAY === #
    def _replay(self):
        """The ``result``: gather, replay each debtor under both, add up."""
        rules = self._rules()
        sides = ([], [])
        for debtor, *policy_ids in self._debtors():
            for side, policy_id in zip(sides, policy_ids, strict=True):
                side.extend(
                    replay.replay(debtor, rules.get(policy_id), self.date_from, self.date_to)
                )
        found = [
            replay_compare.reached(own, other) for own, other in (sides, tuple(reversed(sides)))
        ]
        return {
            "levels": self._by_level(sides),
            "months": self._by_month(sides),
            "contacts": [self._count_contacts(notices) for notices in sides],
            "notices": [len(notices) for notices in sides],
            "debtors": [len({notice.debtor_id for notice in notices}) for notices in sides],
            "reached": [
                {
                    "amount": float(side.amount),
                    "earlier": float(side.earlier),
                    "only": float(side.only),
                    "days": float(round(side.average_days, 1)),
                }
                for side in found
            ],
        }

    def _rules(self):
        """dict policy -> ``replay.Policy``."""
        # sudo: the rules of the ladder are no secret
        policies = self.env["ar.collection.policy"].sudo().with_context(active_test=False)
        return {
            policy.id: replay.Policy(
                policy.level_ids._to_ladder(),
                policy.escalation,
                Decimal(str(policy.min_amount)),
                policy.quiet_days,
                policy.resume_days,
                policy.dunned,
                policy.notice_per == "address",
            )
            for policy in policies.search([("company_id", "=", self.company_id.id)])
        }

    def _levels_of(self, notices):
        ids = {notice.level.id for notice in notices}
        # sudo: names of levels are no secret
        levels = self.env["ar.collection.level"].sudo().with_context(active_test=False)
        return {level.id: level for level in levels.browse(ids)}

    def _by_level(self, sides):
        """list of [name, notices of A, amount of A, of B, of B], the earliest level first."""
        rows, order = defaultdict(lambda: [0, 0.0, 0, 0.0]), {}
        for index, notices in enumerate(sides):
            levels = self._levels_of(notices)
            for notice in notices:
                level = levels[notice.level.id]
                order[level.name] = min(level.delay, order.get(level.name, level.delay))
                rows[level.name][2 * index] += 1
                rows[level.name][2 * index + 1] += float(notice.amount)
        return [[name, *rows[name]] for name in sorted(rows, key=order.get)]

    def _by_month(self, sides):
        """list of [first day of the month, notices of A, of B], gaps included."""
        counts = [Counter(notice.day.strftime("%Y-%m-01") for notice in side) for side in sides]
        months, day = [], self.date_from.replace(day=1)
        while day <= self.date_to:
            key = day.isoformat()
            months.append([key, counts[0][key], counts[1][key]])
            day += relativedelta(months=1)
        return months

    def _count_contacts(self, notices):
        """How often a debtor is spoken to: each channel of a notice, and each call after it."""
        levels = self._levels_of(notices)
        contacts = {
            level_id: max(1, len(level._channels())) + level.call_task
            for level_id, level in levels.items()
        }
        return sum(contacts[notice.level.id] for notice in notices)

    # === WHAT IS SHOWN === #
    def _compute_tables(self):
        for record in self:
            if not record.result:
                record.figures = record.levels = record.graph = False
                continue
            record.figures = record._figures_table().to_screen()
            record.levels = record._levels_table().to_screen()
            months = record.result["months"]
            record.graph = {
                "labels": [
                    format_date(self.env, month, date_format="MMM y") for month, _a, _b in months
                ],
                "series": [
                    {"name": self.env._("Notices A"), "values": [row[1] for row in months]},
                    {"name": self.env._("Notices B"), "values": [row[2] for row in months]},
                ],
            }

    def _money(self, amount):
        return Money(round(amount, 2), self.currency_id.decimal_places, self.currency_id.id)

    def _figures_table(self):
        """Counts and amounts of both sides, each in a column."""
        result = self.result
        rows = [
            [label, *result[name]]
            for name, label in (
                ("debtors", self.env._("Debtors written to")),
                ("notices", self.env._("Notices")),
                ("contacts", self.env._("Contacts (channels and calls)")),
            )
        ]
        for name, label in (
            ("amount", self.env._("Amount demanded at least once")),
            ("earlier", self.env._("Of that, demanded earlier than by the other")),
            ("only", self.env._("Of that, never demanded by the other")),
        ):
            rows.append([label, *(self._money(side[name]) for side in result["reached"])])
        rows.append(
            [
                self.env._("Days earlier on average, by amount"),
                *(side["days"] for side in result["reached"]),
            ]
        )
        name_a, name_b = self._names(self.policy_a_ids), self._names(self.policy_b_ids)
        columns = [
            Column(""),
            Column(self.env._("A: %(policies)s", policies=name_a), "number"),
            Column(self.env._("B: %(policies)s", policies=name_b), "number"),
        ]
        return Table(self.env._("Comparison"), columns, rows)

    def _names(self, policies):
        return ", ".join(policies.mapped("name")) or self.env._("the policies in force")

    def _levels_table(self):
        columns = [
            Column(self.env._("Level")),
            Column(self.env._("Notices A"), "integer", total=True),
            Column(self.env._("Claimed A"), "money", total=True),
            Column(self.env._("Notices B"), "integer", total=True),
            Column(self.env._("Claimed B"), "money", total=True),
        ]
        rows = [
            [name, count_a, self._money(amount_a), count_b, self._money(amount_b)]
            for name, count_a, amount_a, count_b, amount_b in self.result["levels"]
        ]
        return Table(self.env._("Levels"), columns, rows)

    def _months_table(self):
        columns = [
            Column(self.env._("Month"), "date"),
            Column(self.env._("Notices A"), "integer", total=True),
            Column(self.env._("Notices B"), "integer", total=True),
        ]
        rows = [[fields.Date.to_date(month), a, b] for month, a, b in self.result["months"]]
        return Table(self.env._("Months"), columns, rows)

    def _plain_words(self):
        return self.env._(
            "Invoices, payments and holds are those that really came. The replay does not guess who "
            "would have paid sooner after an earlier notice."
        )

    def _xlsx(self):
        """:return: (name of the file, list of ``tools.table.Table``)."""
        self.ensure_one()
        figures = self._figures_table()
        notes = [self.display_name, self._plain_words()]
        return self.env._("Replay %(day)s", day=self.date_to), [
            Table(figures.title, figures.columns, figures.rows, notes),
            self._levels_table(),
            self._months_table(),
        ]
