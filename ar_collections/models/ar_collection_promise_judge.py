from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import promise as promises_tool

#: Days after its last day in which a promise is judged again: a direct debit can be returned
#: 13 months later.
AGAIN_DAYS = 400
#: Debtors judged in one transaction of the nightly job.
CHUNK = 2000


class ArCollectionPromise(models.Model):
    """Judge promises by the ledger: gather, ``tools.promise``, apply. Nothing is remembered, so
    money that comes, is matched late or goes back needs no case of its own."""

    _inherit = "ar.collection.promise"

    # === JOB === #
    @api.model
    def _cron_judge(self):
        """Judge the promises that are due, and the judged ones whose money moved."""
        self.env["account.payment"]._ar_notice_booked_returns()
        last_id = 0
        while last_id is not None:
            last_id = self._judge_next(last_id)
            if not self.env["ir.cron"]._commit_progress(1, remaining=int(last_id is not None)):
                break

    @api.model
    def _judge(self, today=None):
        """Judge all promises that are due or may have to be judged again.

        :param today: date; None: today in each company.
        """
        last_id = 0
        while last_id is not None:
            last_id = self._judge_next(last_id, today)

    @api.model
    def _judge_next(self, last_id, today=None):
        """Judge the promises of the next debtors; id to go on from, None after the last."""
        since = fields.Date.today() - timedelta(days=AGAIN_DAYS)
        # sudo: promises of all collectors and companies
        accounts = (
            self.env["ar.collection"]
            .sudo()
            .search(
                [("id", ">", last_id), ("promise_ids", "any", self._judged_domain(since))],
                order="id",
                limit=CHUNK,
            )
        )
        if not accounts:
            return None
        self._judge_accounts(accounts, today)
        return accounts.ids[-1] if len(accounts) == CHUNK else None

    @api.model
    def _judged_domain(self, since):
        return Domain("last_date", ">=", since) & (
            Domain("state", "!=", "cancelled") | Domain("cleared", "=", True)
        ) | Domain("state", "=", "open")

    # === JUDGING === #
    @api.model
    def _judge_accounts(self, accounts, today=None):
        """Judge the promises of these debtors. :return: the promises whose state changed."""
        since = fields.Date.today() - timedelta(days=AGAIN_DAYS)
        domain = self._judged_domain(since) & accounts._among("collection_id")
        promises = self.sudo().search(domain)  # the machine judges, whoever looks
        if not promises:
            return promises
        verdicts = {}
        for (company, _currency), group in promises._gather().items():
            day = today or company._ar_today()
            verdicts |= group.judge(day)
        return promises._apply(verdicts, today)

    def _gather(self):
        """What judging needs: dict (company, currency) -> :class:`_Group`; two queries."""
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.promise_id, line.line_id, line.amount, line.before,
                       CASE WHEN item.parent_state = 'posted'
                            THEN greatest(item.amount_residual_currency, 0) ELSE 0 END AS residual
                  FROM ar_collection_promise_line line
                  LEFT JOIN account_move_line item ON item.id = line.line_id
                 WHERE line.promise_id IN %s
                """,
                tuple(self.ids),
            )
        )
        baselines = {promise.id: promise.baseline for promise in self}
        first, of_promise, residuals = {}, defaultdict(lambda: defaultdict(Decimal)), {}
        known = {}  # (item, credit item) -> number of their first allocation
        for row in rows:
            if item_id := row["line_id"]:
                of_promise[row["promise_id"]][item_id] += _decimal(row["amount"])
                residuals[item_id] = _decimal(row["residual"])
                baseline = baselines[row["promise_id"]]
                first[item_id] = min(first.get(item_id, baseline), baseline)
                for credit_id, number in (row["before"] or {}).items():
                    key = (item_id, int(credit_id))
                    known[key] = min(known.get(key, number), number)
        allocations = defaultdict(list)
        for row in self._allocations_since(first):
            number = known.get((row["item"], row.pop("credit")), row["number"])
            row.update(number=min(number, row["number"]), amount=_decimal(row["amount"]))
            allocations[row["item"]].append(promises_tool.Allocation(**row))
        return self._group(of_promise, residuals, allocations)

    def _group(self, of_promise, residuals, allocations):
        groups = {}
        for key, promises in self.grouped(
            lambda promise: (promise.company_id, promise.currency_id)
        ).items():
            clusters = [
                [promise._to_tool(of_promise[promise.id]) for promise in of_debtor]
                for of_debtor in promises.grouped("collection_id").values()
            ]
            groups[key] = _Group(clusters, residuals, allocations)
        return groups

    def _to_tool(self, lines):
        return promises_tool.Promise(
            id=self.id,
            date=self.date,
            last=self.last_date,
            lines=lines,
            baseline=self.baseline,
            threshold=_decimal(self.threshold),
            **self._judging_facts(),
        )

    @api.model
    def _allocations_since(self, baselines):
        """What was matched with items after a point in the order of allocations.

        :param dict baselines: item id -> number of the last allocation not to be told.
        :return: dicts like ``tools.promise.Allocation``, with ``credit``, the id of the item
            that pays. Money is what came through a bank,
            cash or card journal; it is uncleared while it came by a payment that no bank
            line confirms.
        """
        if not baselines:
            return []
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT part.debit_move_id AS item, part.id AS number, credit.date,
                       part.credit_move_id AS credit,
                       part.debit_amount_currency AS amount,
                       journal.type IN ('bank', 'cash', 'credit') AS cash,
                       payment.id IS NOT NULL AND payment.is_matched IS NOT TRUE AS uncleared
                  FROM unnest(%(lines)s::int[], %(numbers)s::int[]) AS since(line_id, number)
                  JOIN account_partial_reconcile part
                    ON part.debit_move_id = since.line_id AND part.id > since.number
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_journal journal ON journal.id = credit.journal_id
                  LEFT JOIN account_payment payment ON payment.id = credit.payment_id
                 WHERE credit.parent_state = 'posted'
                """,
                lines=list(baselines),
                numbers=list(baselines.values()),
            )
        )

    # === APPLYING === #
    def _apply(self, verdicts, today=None):
        """Write what was found out; only where it differs. :return: those whose state changed."""
        figures, states = [], defaultdict(self.browse)
        for promise in self:
            verdict = verdicts[promise.id]
            found = (float(verdict.needed), float(verdict.paid), verdict.paid_on or None)
            if found != (promise.needed, promise.paid, promise.paid_on or None):
                figures.append((promise.id, *found))
            if verdict.state != promise.state:
                states[verdict.state, today or promise.company_id._ar_today()] |= promise
        self._write_figures(figures)
        moved = self.browse()
        for (state, day), promises in states.items():
            moved |= promises._set_state(
                state,
                judged_on=day if state != "open" else False,
                cleared=state == "cancelled",
            )
        return moved

    @api.model
    def _write_figures(self, rows):
        if not rows:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection_promise promise
                   SET needed = new.needed, paid = new.paid, paid_on = new.paid_on
                  FROM unnest(%s::int[], %s::numeric[], %s::numeric[], %s::date[])
                       AS new(id, needed, paid, paid_on)
                 WHERE promise.id = new.id
                """,
                *map(list, zip(*rows, strict=True)),
            )
        )
        self.invalidate_model(["needed", "paid", "paid_on"])


class _Group:
    """The promises of one company in one currency, by debtor, with what judging needs."""

    def __init__(self, clusters, residuals, allocations):
        self.clusters, self.residuals, self.allocations = clusters, residuals, allocations

    def judge(self, today):
        """dict id of the promise -> verdict."""
        verdicts = {}
        for promises in self.clusters:
            items = {item for promise in promises for item in promise.lines}
            events = [event for item in items for event in self.allocations[item]]
            verdicts |= promises_tool.judge(promises, self.residuals, events, today)
        return verdicts


def _decimal(amount):
    return Decimal(str(amount or 0))
