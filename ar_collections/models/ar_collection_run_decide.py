import gc
from collections import defaultdict
from contextlib import contextmanager

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import ladder
from .ar_collection_decision import REASONS

RANKS = {reason: rank for rank, (reason, _label) in enumerate(REASONS)}
#: How the values of a column of decisions are handed over; the others are integers.
ARRAYS = {
    "reason": "%s::text[]",
    "channels": "%s::text[]",
    "reason_date": "%s::date[]",
    "overdue": "%s::numeric[]",
    "held": "%s::numeric[]",
    "credit": "%s::numeric[]",
    "claim": "%s::numeric[]",
}
#: State of an unfinished notice -> why its debtor gets no second one.
PENDING = {
    "to_approve": "awaiting_approval",
    "queued": "pending_notice",
    "sending": "pending_notice",
    "to_print": "pending_notice",
    "failed": "delivery_unknown",
}


@contextmanager
def _without_gc():
    """Many small objects and no cycles among them: collecting them takes a fifth of the time.

    Core's own ``disabling_gc`` leaves the collector off after an exception.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class ArCollectionRun(models.Model):
    """Decide: SQL brings one row per debtor and currency, ``tools.ladder`` concludes."""

    _inherit = "ar.collection.run"

    @api.model
    def _decide(self, company, today, partner_ids=None, policies=None, own_notice=None):
        """Conclude for every debtor of a company with something open.

        :param company: root company. :param today: date. :param partner_ids: only these
            debtors. :param policies: as if these were the policies; None: those in force.
        :param own_notice: the notice being claimed: it does not stand in its own way, no
            level above its own is reached, and it leaves through its own channel.
        :return: list of dicts, one per debtor or per address of a debtor: ``account`` (a row of
            ``_facts``, summed over currencies) and ``decision`` (``ladder.Decision``).
        """
        with _without_gc():
            facts = self._what_if(policies)._facts(company, today, partner_ids, own_notice)
            results = [
                {"account": fact, "decision": self._conclude(fact, today)}
                for fact in facts.values()
            ]
            self._choose_channels([row for row in results if row["decision"].level], own_notice)
        if not own_notice:  # the claim looks for money by itself, and says which
            self._consider_money(results, company, today)
        return results

    @api.model
    def _conclude(self, fact, today):
        if fact["pending"] in PENDING:
            refused = ladder._refusal_of_debtor(fact["debtor"])
            return refused or ladder.Decision(None, PENDING[fact["pending"]])
        return ladder.decide(fact["debtor"], today)

    @api.model
    def _choose_channels(self, candidates, own_notice):
        """Note on each decision the channels it leaves through, or that none can be used."""
        levels = self.env["ar.collection.level"].sudo()  # a run decides by them, whoever starts it
        plans = {
            level.id: (level._channels(), level.fallback_channel or None)
            for level in levels.browse({row["decision"].level.id for row in candidates})
        }
        if own_notice:
            plans = dict.fromkeys(plans, ([own_notice.channel], None))
        names = {
            name for wanted, fallback in plans.values() for name in [*wanted, fallback] if name
        }
        reachable = self.env["ar.collection.notice"]._reachable(
            [
                row["account"]["partner_id"]
                for row in candidates
                if not row["account"]["address_id"]
            ],
            names,
            [row["account"]["address_id"] for row in candidates if row["account"]["address_id"]],
        )
        stopped = self.env["ar.collection"]._contact_stopped(
            [row["account"]["account_id"] for row in candidates], names
        )
        preferred = {} if own_notice else self._preferred_channels(candidates, plans)
        chosen = {}  # the same for thousands of debtors
        for row in candidates:
            decision, recipient = row["decision"], self._recipient_of(row["account"])
            stops = stopped.get(row["account"]["account_id"], ())
            usable = tuple(
                [name for name in names if recipient in reachable[name] and name not in stops]
            )
            key = (decision.level.id, usable, preferred.get(row["account"]["account_id"]))
            if key not in chosen:
                chosen[key] = ladder.channels_of(*plans[decision.level.id], *key[1:])
            row["decision"] = (
                ladder.Decision(*decision[:-1], chosen[key])  # takes half of _replace
                if chosen[key]
                else ladder.Decision(None, "contact_rule" if stops else "no_address")
            )

    @api.model
    def _preferred_channels(self, candidates, plans):
        """The channel each debtor has asked for, where a level leaves a choice: dict id of the
        account -> channel. A final demand leaves through all its channels.

        :param dict plans: id of a level -> (its channels, its fallback).
        """
        open_to = {
            level_id
            for level_id, (names, fallback) in plans.items()
            if len({*names, fallback} - {None}) > 1
        }
        account_ids = [
            row["account"]["account_id"]
            for row in candidates
            if row["decision"].level.id in open_to and not row["decision"].level.formal
        ]
        if not account_ids:
            return {}
        self.env["ar.collection"].flush_model(["preferred_channel"])
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT id, preferred_channel FROM ar_collection"
                    " WHERE id = ANY(%s::int[]) AND preferred_channel IS NOT NULL",
                    account_ids,
                )
            )
        )

    def _insert_decisions(self, results):
        """Write the decisions of this run, with the notices that came of them, in one statement."""
        self.ensure_one()
        rows = [self._decision_row(row) for row in results]
        if not rows:
            return
        levels = self.env["ar.collection.level"].sudo()  # names of levels are no secret
        delays = {level.id: level.delay for level in levels.search(Domain.TRUE)}
        columns = defaultdict(list)
        for row in rows:
            row["level_delay"] = delays.get(row["level_id"])
            for name, value in row.items():
                columns[name].append(value)
        self.env.cr.execute(
            SQL(
                "INSERT INTO ar_collection_decision (run_id, company_id, %s)"
                " SELECT %s, %s, rows.* FROM unnest(%s) AS rows",
                SQL(", ").join(SQL.identifier(name) for name in columns),
                self.id,
                self.company_id.id,
                SQL(", ").join(
                    SQL(ARRAYS.get(name, "%s::int[]"), values) for name, values in columns.items()
                ),
            )
        )
        self.env["ar.collection.decision"].invalidate_model()

    @api.model
    def _decision_row(self, row):
        fact, decision = row["account"], row["decision"]
        return {
            "collection_id": fact["account_id"],
            "partner_id": fact["partner_id"],
            "address_id": fact["address_id"],
            "policy_id": fact["policy_id"],
            "level_id": decision.level.id if decision.level else None,
            "reason": decision.reason,
            "reason_rank": RANKS.get(decision.reason, -1),
            "reason_date": decision.date,
            "channels": ",".join(decision.channels) or None,
            "overdue": fact["overdue_company"],
            "held": fact["held_company"],
            "credit": fact["unapplied"],
            "claim": decision.amount,
            "days_overdue": fact["days"] or 0,
            "notice_id": row.get("notice_id"),
        }
