from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import ladder
from . import repeated
from .ar_collection_figures_policies import CHOSEN

#: What is known of a debtor; the columns behind are those of ``ladder.CurrencyRow``.
FACTS = (
    "account_id", "address_id", "partner_id", "policy_id", "debtor_hold", "overdue_company",
    "held_company", "unapplied", "days", "level_delay", "resume_on", "next_on", "items",
    "pending", "last_notice_date",
)  # fmt: skip
#: How the currencies of a debtor are put together.
SUMS = ("overdue_company", "held_company", "unapplied")
WORST = {"days": max, "level_delay": max, "resume_on": max, "next_on": min}


class Strategy(NamedTuple):
    """The policy of a debtor in a decision. ``levels``: delay -> ``ladder.Level``."""

    in_force: bool
    dunned: bool
    minimum: Decimal
    quiet_days: int
    levels: dict[int, ladder.Level]


NO_STRATEGY = Strategy(False, False, Decimal(0), 0, {})


class ArCollectionRun(models.Model):
    """The facts of a decision: one row per debtor and currency, by one SQL."""

    _inherit = "ar.collection.run"

    @api.model
    def _facts(self, company, today, partner_ids, own_notice):
        """dict key of an account, see ``_key`` -> its facts, with ``debtor`` (``ladder.Debtor``)."""
        self.env["ar.collection"]._flush_ledger()
        repeated.flush(self.env, ["ar.collection.notice"])
        all_policies, strategies = repeated.remember(
            self.env, ("policies", company.id), lambda: self._strategies(company)
        )
        facts = {}
        for row in repeated.each_row(
            self.env, self._facts_sql(company, today, partner_ids, own_notice, all_policies)
        ):
            values = dict(zip(FACTS, row, strict=False))
            fact = facts.setdefault(row[:2], values)
            if fact is values:
                fact["rows"] = [self._currency_row(row)]
            else:
                fact["rows"].append(self._currency_row(row))
                self._add_up(fact, values)
        for fact in facts.values():
            fact["debtor"] = self._debtor_of(fact, strategies.get(fact["policy_id"], NO_STRATEGY))
        if self._per_address(all_policies):
            self._note_others(facts.values())
        return facts

    @api.model
    def _strategies(self, company):
        """All policies of the company, and as plain values: dict id -> ``Strategy``."""
        policies = (
            self.env["ar.collection.policy"]
            .sudo()  # a run decides by the company's policies, whoever starts it
            .with_context(active_test=False)
            .search([("company_id", "=", company.id)])
        )
        return policies, {policy.id: self._strategy_of(policy) for policy in policies}

    @api.model
    def _add_up(self, fact, row):
        """Sum over the currencies what is in company currency; keep the worst of the rest."""
        for name in SUMS:
            fact[name] += row[name]
        for name, worse in WORST.items():
            if fact[name] is None:
                fact[name] = row[name]
            elif row[name] is not None:
                fact[name] = worse(fact[name], row[name])

    @api.model
    def _strategy_of(self, policy):
        """What the decision on a debtor needs of its policy, as plain values."""
        return Strategy(
            in_force=policy.active or CHOSEN in self.env.context,
            dunned=policy.dunned,
            minimum=Decimal(str(policy.min_amount)),
            quiet_days=policy.quiet_days,
            levels={level.delay: level for level in policy.level_ids._to_ladder()},
        )

    @api.model
    def _debtor_of(self, fact, strategy):
        return ladder.Debtor(
            fact["rows"],
            strategy.levels.get(fact["level_delay"]),
            has_policy=strategy.in_force,
            dunned=strategy.dunned,
            paused=bool(fact["debtor_hold"]),
            minimum=strategy.minimum,
            quiet_until=ladder.quiet_until(fact["last_notice_date"], strategy.quiet_days),
            resume_on=fact["resume_on"],
            next_on=fact["next_on"],
        )

    @api.model
    def _currency_row(self, row):
        currency_id, *sums = row[len(FACTS) :]
        return ladder.CurrencyRow(
            currency_id, *[Decimal(amount) if amount else ladder.ZERO for amount in sums]
        )

    @api.model
    def _steps_sql(self, policies):
        """SQL tables ``step`` and ``upcoming``: which level an item reaches on which days; and
        the ids of the levels at which an item has had a notice, not only a courtesy.

        The rule is ``ladder.steps``; here it is laid out for each policy and each level an
        item may stand at (0: none).
        """
        return repeated.remember(
            self.env, ("steps", policies), lambda: self._prepare_steps_sql(policies)
        )

    @api.model
    def _prepare_steps_sql(self, policies):
        levels = (
            self.env["ar.collection.level"]
            .sudo()  # items keep levels of other policies, and archived ones
            .with_context(active_test=False)
            .search(Domain.TRUE)
        )
        steps, upcoming = [], []
        for policy in policies:
            own = policy.level_ids._to_ladder()
            for at_id, at_delay in [(0, None), *((level.id, level.delay) for level in levels)]:
                found = ladder.steps(own, at_delay, policy.escalation)
                steps += [
                    (policy.id, at_id, s.first_day, s.last_day, s.level.delay, s.level.min_days)
                    for s in found
                ]
                upcoming += [
                    (policy.id, at_id, s.first_day, s.level.min_days)
                    for s in found
                    if not s.level.courtesy
                ][:1]
        step_columns = [list(column) for column in zip(*steps, strict=True)] or [[]] * 6
        next_columns = [list(column) for column in zip(*upcoming, strict=True)] or [[]] * 4
        return (
            SQL(
                "unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[])"
                " AS step(policy_id, at_level, first_day, last_day, delay, min_days)",
                *step_columns,
            ),
            SQL(
                "unnest(%s::int[], %s::int[], %s::int[], %s::int[])"
                " AS upcoming(policy_id, at_level, first_day, min_days)",
                *next_columns,
            ),
            [level.id for level in levels if level.delay >= 0],
        )

    @api.model
    def _ladder_items_sql(self, company, today, partner_ids, policies, max_delay=None):
        """SQL: open items with the account, what may be claimed, and the level reached.

        Columns of ``_items_sql`` and: account_id, policy_id, is_waiting, claimable and
        claimable_company (what is neither held nor waiting), was_noticed, reached_delay,
        next_on, address_id (NULL: the whole debtor gets one notice).
        """
        step, upcoming, was_noticed = self._steps_sql(policies)
        address, address_join = self._address_sql(policies)
        items = SQL(
            """
            SELECT item.*, account.id AS account_id, account.policy_id,
                   account.last_notice_date,
                   coalesce(item.resume_on > item.today, FALSE) AS is_waiting,
                   CASE WHEN item.open > 0 AND coalesce(item.resume_on <= item.today, TRUE)
                        THEN item.open_currency - item.held_currency ELSE 0 END AS claimable,
                   CASE WHEN item.open > 0 AND coalesce(item.resume_on <= item.today, TRUE)
                        THEN item.open - item.held_company ELSE 0 END AS claimable_company,
                   coalesce(item.level_id = ANY(%(was_noticed)s::int[]), FALSE) AS was_noticed,
                   CASE WHEN item.open > 0 THEN step.delay END AS reached_delay,
                   greatest(item.due_date + upcoming.first_day,
                            item.level_date + upcoming.min_days) AS next_on,
                   %(address)s AS address_id
              FROM (%(items)s) item
              JOIN %(accounts)s account ON account.partner_id = item.partner_id
               AND account.company_id = %(company)s
              LEFT JOIN %(step)s ON step.policy_id = account.policy_id
                    AND step.at_level = coalesce(item.level_id, 0)
                    AND item.days BETWEEN step.first_day AND step.last_day
                    AND (item.level_date IS NULL
                         OR item.today - item.level_date >= step.min_days)
                    AND step.delay <= %(max_delay)s
              LEFT JOIN %(upcoming)s ON upcoming.policy_id = account.policy_id
                    AND upcoming.at_level = coalesce(item.level_id, 0)
              %(address_join)s
            """,
            items=self.env["ar.collection"]._items_sql(
                partner_ids, today, waiting=True, company_id=company.id
            ),
            accounts=self.env["ar.collection"]._accounts_sql(),
            company=company.id,
            was_noticed=was_noticed,
            step=step,
            upcoming=upcoming,
            max_delay=ladder.FOREVER if max_delay is None else max_delay,
            address=address,
            address_join=address_join,
        )
        return self._share_credits_sql(items) if address_join else items

    @api.model
    def _facts_sql(self, company, today, partner_ids, own_notice, all_policies):
        """SQL: one row per debtor, or address of a debtor, and currency.

        Its columns are ``FACTS`` and the fields of ``ladder.CurrencyRow``. The sums of these
        are texts, NULL for nothing: most are, and Python makes its decimals of texts.
        """
        by_address = bool(self._per_address(all_policies))
        quiet_from = today - timedelta(days=max(all_policies.mapped("quiet_days"), default=0))
        pending, recent, notices = self._notices_sql(
            by_address, partner_ids, own_notice, quiet_from
        )
        return SQL(
            """
            WITH item AS (  -- OFFSET is a fence, see _raw_items_sql
                SELECT item.*, open > 0 AND days > 0 AS is_due, open < 0 AS is_credit,
                       open > 0 AND days <= 0 AND reached_delay < 0 AS is_courtesy,
                       open > 0 AND NOT is_waiting AND open_currency > held_currency AS is_free
                  FROM (%(items)s) item OFFSET '0'
            ),
            summed AS (  -- what few items have is summed up apart: that costs little
            SELECT account_id, currency_id, %(address)s AS address_id,
                   min(partner_id) AS partner_id,  -- one, but sorting is dear
                   min(policy_id) AS policy_id, max(last_notice_date) AS noticed_on,
                   max(debtor_hold) AS debtor_hold,
                   coalesce(sum(open_currency) FILTER (WHERE is_due), 0) AS overdue,
                   coalesce(sum(open) FILTER (WHERE is_due), 0) AS overdue_company,
                   coalesce(sum(held_currency) FILTER (WHERE is_held AND is_due), 0) AS held,
                   coalesce(sum(held_company) FILTER (WHERE is_held AND is_due), 0)
                       AS held_company,
                   coalesce(sum(open_currency - held_currency)
                            FILTER (WHERE is_waiting AND is_due), 0) AS waiting,
                   coalesce(sum(open - held_company)
                            FILTER (WHERE is_waiting AND is_due), 0) AS waiting_company,
                   sum(open_currency - held_currency)
                       FILTER (WHERE was_noticed AND is_due AND NOT is_waiting) AS noticed,
                   sum(open - held_company)
                       FILTER (WHERE was_noticed AND is_due AND NOT is_waiting)
                       AS noticed_company,
                   sum(open_currency - held_currency)
                       FILTER (WHERE is_courtesy AND NOT is_waiting) AS courtesy,
                   sum(open - held_company)
                       FILTER (WHERE is_courtesy AND NOT is_waiting) AS courtesy_company,
                   sum(- open_currency - held_currency) FILTER (WHERE is_credit) AS credit,
                   sum(- open - held_company) FILTER (WHERE is_credit) AS credit_company,
                   sum(- open) FILTER (WHERE is_credit) AS unapplied,
                   max(reached_delay) FILTER (WHERE is_free) AS reached_delay,
                   max(days) FILTER (WHERE is_due) AS days,
                   max(resume_on) FILTER (WHERE is_waiting) AS resume_on,
                   min(next_on) FILTER (WHERE is_free) AS next_on
              FROM item
             GROUP BY account_id, currency_id %(by_address)s)
            SELECT account_id, debtor.address_id, partner_id, policy_id, debtor_hold,
                   overdue_company::float8, held_company::float8,
                   coalesce(unapplied, 0)::float8 AS unapplied, days, reached_delay AS level_delay,
                   resume_on, next_on, %(claim_items)s AS items, %(pending)s AS pending,
                   %(recent)s AS last_notice_date,
                   currency_id, nullif(overdue, 0)::text,
                   nullif(overdue - held - waiting, 0)::text,
                   nullif(overdue_company - held_company - waiting_company, 0)::text,
                   noticed::text, noticed_company::text, courtesy::text, courtesy_company::text,
                   credit::text, credit_company::text, nullif(waiting, 0)::text
              FROM summed debtor %(notices)s
             ORDER BY account_id, currency_id
            """,
            items=self._ladder_items_sql(
                company,
                today,
                partner_ids,
                all_policies,
                own_notice.level_id.delay if own_notice else None,
            ),
            claim_items=own_notice._claim_items_sql() if own_notice else SQL("NULL"),
            address=SQL("address_id") if by_address else SQL("NULL::int"),
            by_address=SQL(", address_id") if by_address else SQL(),
            pending=pending,
            recent=recent,
            notices=notices,
        )
