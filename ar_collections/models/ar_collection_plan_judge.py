from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import adherence

#: Days after its end in which a plan is judged again: a direct debit can be returned 13 months
#: later.
AGAIN_DAYS = 400
#: Debtors judged in one transaction of the nightly job.
CHUNK = 2000


class ArCollectionPlan(models.Model):
    """Judge plans by the ledger: gather, ``tools.adherence``, apply. Nothing is remembered, so
    money that comes, is matched late or goes back needs no case of its own."""

    _inherit = "ar.collection.plan"

    # === JOB === #
    @api.model
    def _cron_judge(self):
        """Offers lapse, plans are judged; in chunks."""
        self._lapse()
        last_id = 0
        while last_id is not None:
            last_id = self._judge_next(last_id)
            if not self.env["ir.cron"]._commit_progress(1, remaining=int(last_id is not None)):
                return
        self.env["ar.collection"]._update_plan_facts()  # a default counts for twelve months

    @api.model
    def _judge(self, today=None):
        """Judge all plans that run, or ended lately.

        :param today: date; None: today in each company.
        """
        self._lapse(today)
        last_id = 0
        while last_id is not None:
            last_id = self._judge_next(last_id, today)

    @api.model
    def _judge_next(self, last_id, today=None):
        """Judge the plans of the next debtors; id to go on from, None after the last."""
        # sudo: plans of all collectors and companies
        accounts = (
            self.env["ar.collection"]
            .sudo()
            .search(
                [("id", ">", last_id), ("plan_ids", "any", self._judged_domain())],
                order="id",
                limit=CHUNK,
            )
        )
        if not accounts:
            return None
        self._judge_accounts(accounts, today)
        return accounts.ids[-1] if len(accounts) == CHUNK else None

    @api.model
    def _judged_domain(self):
        since = fields.Date.today() - timedelta(days=AGAIN_DAYS)
        return (
            Domain("state", "=", "active")
            | Domain("state", "=", "completed") & Domain("completed_on", ">=", since)
            | Domain("state", "=", "defaulted")
            & Domain("defaulted_on", ">=", since)
            & ~Domain("again_ids", "any", [("state", "in", ("active", "completed", "defaulted"))])
            | Domain("cleared", "=", True) & Domain("judged_on", ">=", since)
        )

    @api.model
    def _lapse(self, today=None):
        """Offers that were not accepted in time are over; drafts are left alone."""
        # sudo: plans of all collectors and companies
        offers = self.sudo().search([("state", "=", "offered"), ("offered_until", "!=", False)])
        late = offers.filtered(
            lambda plan: plan.offered_until < (today or plan.company_id._ar_today())
        )
        late._set_state("cancelled", lapsed=True)

    # === JUDGING === #
    @api.model
    def _judge_accounts(self, accounts, today=None):
        """Judge the plans of these debtors. :return: those whose state changed."""
        # sudo: the machine judges, whoever looks
        plans = self.sudo().search(self._judged_domain() & accounts._among("collection_id"))
        return plans._judge_now(today)

    def _judge_now(self, today=None):
        """Judge these plans, and write what was found out. :return: those whose state changed."""
        if not self:
            return self
        facts = self._gather()
        verdicts = {}
        for plan in self:
            day = today or plan.company_id._ar_today()
            tool, money = facts[plan.id]
            verdict = adherence.judge(tool, money, day)
            # It defaulted, unless money in time was matched only later
            if plan.state == "defaulted" and self._still_defaulted(plan, tool, money):
                state = "defaulted"
            else:
                state = verdict.state
            verdicts[plan.id] = (state, verdict, day)
        self._write_verdicts(verdicts)
        return self._apply_states(verdicts)

    @api.model
    def _still_defaulted(self, plan, tool, money):
        day = plan.defaulted_on - timedelta(days=1)  # the last one on which money was in time
        return adherence.judge(tool, money, plan.defaulted_on, until=day).state == "defaulted"

    def _gather(self):
        """What judging needs: dict plan id -> (``adherence.Plan``, its money); three queries."""
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT item.id, item.plan_id, item.line_id, item.amount, item.open_then,
                       CASE WHEN line.parent_state = 'posted'
                            THEN greatest(line.amount_residual_currency, 0) ELSE 0 END AS residual
                  FROM ar_collection_plan_item item
                  LEFT JOIN account_move_line line ON line.id = item.line_id
                 WHERE item.plan_id IN %s
                 ORDER BY item.id
                """,
                tuple(self.ids),
            )
        )
        baselines = {plan.id: plan.baseline for plan in self}
        items, first = defaultdict(list), {}
        for row in rows:
            items[row["plan_id"]].append(
                adherence.Item(
                    row["line_id"] or -row["id"],
                    _decimal(row["amount"]),
                    _decimal(row["open_then"]),
                    _decimal(row["residual"]),
                )
            )
            if line_id := row["line_id"]:
                baseline = baselines[row["plan_id"]]
                first[line_id] = min(first.get(line_id, baseline), baseline)
        money = defaultdict(list)
        for row in self.env["ar.collection.promise"]._allocations_since(first):
            if row["cash"]:
                event = adherence.Money(
                    row["item"], row["number"], row["date"], _decimal(row["amount"])
                )
                money[event.item].append(event)
        return {
            plan.id: (
                plan._to_tool(items[plan.id]),
                [
                    event
                    for item in items[plan.id]
                    for event in money[item.id]
                    if event.number > plan.baseline
                ],
            )
            for plan in self
        }

    def _to_tool(self, items):
        lines = self.line_ids.sorted(lambda line: (line.sequence, line.date, line.id))
        return adherence.Plan(
            lines=[
                adherence.Instalment(line.id, line.date, line.last_date, _decimal(line.amount))
                for line in lines
            ],
            items=items,
            shorten=self.shorten,
            missed_limit=1 if self.kind == "extension" else self.missed_limit,
            tolerance=_decimal(self.tolerance),
            strict=self.kind == "settlement",
            digits=self.currency_id.decimal_places,
        )

    # === APPLYING === #
    def _apply_states(self, verdicts):
        """Move the plans whose state is another. :return: those that moved."""
        groups = defaultdict(self.browse)
        for plan in self:
            state, _verdict, day = verdicts[plan.id]
            state = "cancelled" if state == "cleared" else state
            if state != plan.state:
                groups[state, day] |= plan
        moved = self.browse()
        for (state, day), plans in groups.items():
            moved |= plans._set_state(
                state,
                completed_on=day if state == "completed" else False,
                defaulted_on=day if state == "defaulted" else False,
                cleared=state == "cancelled",
            )
        (self - moved)._on_judged()
        return moved

    def _on_judged(self):
        """Hook: these plans were judged and are in the state they were in."""

    def _write_verdicts(self, verdicts):
        """Write figures of plans, instalments and items, only where they differ."""
        plans, lines, items = [], [], []
        by_line = {line.id: line for line in self.line_ids}
        for plan in self:
            _state, verdict, day = verdicts[plan.id]
            following = verdict.next
            date = by_line[following.id].date if following else None
            plans.append(
                (
                    plan.id,
                    float(verdict.paid),
                    float(verdict.reduced),
                    date,
                    float(following.open) if following else 0.0,
                    verdict.missed,
                    day,
                )
            )
            lines += [
                (line.id, float(line.paid), float(line.reduced), line.paid_on, line.state)
                for line in verdict.lines
            ]
            items += [
                (item.id, float(verdict.item_paid.get(item.line_id.id, 0)))
                for item in plan.item_ids
            ]
        self._write_rows(
            "ar.collection.plan",
            {
                "paid": "numeric",
                "reduced": "numeric",
                "next_date": "date",
                "next_amount": "numeric",
                "missed": "int",
                "judged_on": "date",
            },
            plans,
        )
        self._write_rows(
            "ar.collection.plan.line",
            {"paid": "numeric", "reduced": "numeric", "paid_on": "date", "state": "varchar"},
            lines,
        )
        self._write_rows("ar.collection.plan.item", {"paid": "numeric"}, items)

    @api.model
    def _write_rows(self, model, columns, rows):
        """One UPDATE of the rows that differ. :param rows: tuples of id and the columns."""
        if not rows:
            return
        table = self.env[model]
        names = [SQL.identifier(name) for name in columns]
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s record SET (%(names)s) = ROW(%(news)s)
                  FROM unnest(%(arrays)s) AS new(id, %(names)s)
                 WHERE record.id = new.id AND (%(olds)s) IS DISTINCT FROM (%(news)s)
                """,
                table=SQL.identifier(table._table),
                names=SQL(", ").join(names),
                news=SQL(", ").join(SQL("new.%s", name) for name in names),
                olds=SQL(", ").join(SQL("record.%s", name) for name in names),
                arrays=SQL(", ").join(
                    SQL("%s::%s", list(values), SQL(f"{kind}[]"))  # ours, not a person's
                    for values, kind in zip(
                        zip(*rows, strict=True), ["int", *columns.values()], strict=True
                    )
                ),
            )
        )
        table.invalidate_model(
            [*columns, *(["open_amount", "open_total"] if "reduced" in columns else [])]
        )


class ArCollection(models.Model):
    _inherit = "ar.collection"

    @api.model
    def _refresh_steps(self):
        waiting = SQL(
            "SELECT FROM ar_collection_plan plan"
            " JOIN concerned ON concerned.id = plan.collection_id"
            " WHERE plan.state IN ('active', 'completed', 'defaulted') OR plan.cleared"
        )
        return {**super()._refresh_steps(), "_follow_plans": waiting}

    def _follow_plans(self):
        self.env["ar.collection.plan"]._judge_accounts(self)


def _decimal(amount):
    return Decimal(str(amount or 0))
