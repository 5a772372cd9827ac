from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import ladder
from .ar_collection_figures_policies import CHOSEN

#: Columns of the items that stay as they are when a credit is shared out among addresses.
KEPT = (
    "line_id", "partner_id", "company_id", "currency_id", "digits", "days", "bucket", "due_date",
    "today", "is_held", "disputed", "promised", "planned", "held_other", "debtor_hold",
    "level_id", "level_date", "resume_on", "account_id", "policy_id", "last_notice_date",
    "is_waiting", "claimable", "claimable_company", "was_noticed", "reached_delay", "next_on",
)  # fmt: skip


class ArCollectionDecision(models.Model):
    """One decision per debtor, or per invoice address where the policy says so."""

    _inherit = "ar.collection.decision"

    address_id = fields.Many2one(
        "res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The invoice address it is about; empty: the whole debtor.",
    )


class ArCollectionRun(models.Model):
    """One notice per invoice address, for the debtors whose policy says so.

    An item belongs to the contact its invoice is addressed to, as long as that is a contact
    of the debtor in use; any other item to the debtor. Facts, decisions and notices of such
    a debtor are per address, one of which is the debtor itself; those of every other debtor
    have no address and are about all items.

    What the credits of a debtor cover is asked of nobody: they are shared out among its
    addresses, each currency for itself. A credit note covers what is overdue at its own
    address first. What is left of it and every other credit covers what may be claimed of
    the debtor in the order of due dates, wherever it is addressed to.
    """

    _inherit = "ar.collection.run"

    # === WHOSE A DECISION IS === #
    @api.model
    def _key(self, row):
        """What a decision is about: (id of the account, of the address or None).

        :param row: a dict with ``account_id`` and ``address_id``.
        """
        return row["account_id"], row["address_id"] or None

    @api.model
    def _recipient_of(self, fact):
        """Id of the contact a decision is about, the debtor or one of its addresses."""
        return fact["address_id"] or fact["partner_id"]

    @api.model
    def _without_noticed(self, results, decisions):
        """Leave out whoever has a notice by one of these decisions.

        A notice to the whole debtor is one to each of its addresses, and the other way round.
        """
        results = list(results)
        if not decisions:
            return results
        whole, parts, keys = set(), set(), set()
        for decision in decisions.filtered("notice_id"):
            account_id, address_id = decision.collection_id.id, decision.address_id.id
            (parts if address_id else whole).add(account_id)
            keys.add((account_id, address_id or None))
        return [
            row
            for row in results
            for account_id, address_id in [self._key(row["account"])]
            if account_id not in whole
            and (account_id, address_id) not in keys
            and (address_id or account_id not in parts)
        ]

    def _count_further_addresses(self):
        """dict run -> how many more decisions than debtors it has."""
        groups = self.env["ar.collection.decision"]._read_group(
            [("run_id", "in", self.ids), ("address_id", "!=", False)],
            ["run_id"],
            ["__count", "collection_id:count_distinct"],
        )
        return {run: count - debtors for run, count, debtors in groups}

    # === FACTS === #
    @api.model
    def _note_others(self, facts):
        """Tell the addresses of a debtor what may be claimed at the others: the minimum of the
        policy is one of the debtor."""
        totals = defaultdict(lambda: ladder.ZERO)
        of_addresses = [fact for fact in facts if fact["address_id"]]
        for fact in of_addresses:
            claims = ladder.claims_of(fact["rows"], None)
            fact["overdue_net"] = sum((claim.company for claim in claims), ladder.ZERO)
            totals[fact["account_id"]] += fact["overdue_net"]
        for fact in of_addresses:
            others = totals[fact["account_id"]] - fact["overdue_net"]
            fact["debtor"] = fact["debtor"]._replace(others=others)

    @api.model
    def _notices_sql(self, by_address, partner_ids, own_notice, quiet_from):
        """The notices that stand in the way of a ``debtor``: unfinished ones, and the last one.

        One to the whole debtor stands in the way of each address, and the other way round.

        :param bool by_address: whether some debtors are written to by address.
        :return: SQL of the state of an unfinished one, of the date of the last one, and of
            the joins they come from.
        """
        unfinished, sent = SQL("min(state)"), SQL("max(date)")
        pending = SQL(
            "(state IN ('to_approve', 'queued', 'sending', 'to_print')"
            " OR (state = 'failed' AND delivery_unknown)) AND coalesce(lead_id, id) != %s",
            own_notice._lead().id if own_notice else 0,
        )
        recent = SQL(
            "(state = 'sent' OR state = 'cancelled' AND refused) AND date > %s", quiet_from
        )
        of_accounts = self.env["ar.collection"]._of_accounts_sql(SQL("collection_id"), partner_ids)

        def join(name, value, condition, there=False):
            return SQL(
                """
                LEFT JOIN (
                    SELECT collection_id %(address)s, %(value)s AS value %(whole)s
                      FROM ar_collection_notice WHERE %(condition)s AND %(of_accounts)s
                     GROUP BY collection_id %(address)s) %(name)s
                       ON %(name)s.collection_id = debtor.account_id %(same)s
                """,
                address=SQL(", address_id") if there else SQL(),
                value=value,
                whole=SQL(", %s FILTER (WHERE address_id IS NULL) AS whole", value)
                if by_address and not there
                else SQL(),
                condition=condition,
                of_accounts=of_accounts,
                name=SQL.identifier(name),
                same=SQL("AND %s.address_id = debtor.address_id", SQL.identifier(name))
                if there
                else SQL(),
            )

        joins = [join("pending", unfinished, pending), join("recent", sent, recent)]
        state, date = SQL("pending.value"), SQL("greatest(debtor.noticed_on, recent.value)")
        if by_address:
            joins += [
                join("pending_there", unfinished, pending, there=True),
                join("recent_there", sent, recent, there=True),
            ]
            state, date = (
                SQL("CASE WHEN debtor.address_id IS NULL THEN %s ELSE %s END", every, there)
                for every, there in (
                    (state, SQL("least(pending.whole, pending_there.value)")),
                    (date, SQL("greatest(recent.whole, recent_there.value)")),
                )
            )
        return state, date, SQL(" ").join(joins)

    # === ITEMS === #
    @api.model
    def _per_address(self, policies):
        """Those of these policies, in force or tried, that write to each invoice address."""
        tried = self.env.context.get(CHOSEN) or ()
        return policies.filtered(
            lambda policy: policy.notice_per == "address" and (policy.active or policy.id in tried)
        )

    @api.model
    def _address_sql(self, policies):
        """Whom an ``item`` of an ``account`` is addressed to: SQL of the column, and of its join.

        NULL where the debtor gets one notice; 0 for a credit that is of no invoice.
        """
        per_address = self._per_address(policies)
        if not per_address:
            return SQL("NULL::int"), SQL()
        column = SQL(
            "CASE WHEN account.policy_id = ANY(%s::int[]) THEN coalesce(address.id,"
            " CASE WHEN item.open > 0 THEN item.partner_id ELSE 0 END) END",
            per_address.ids,
        )
        join = SQL(
            """
            LEFT JOIN account_move_line own_line ON own_line.id = item.line_id
            LEFT JOIN account_move document ON document.id = own_line.move_id
                  AND document.move_type != 'entry'
            LEFT JOIN res_partner address ON address.id = document.partner_id AND address.active
                  AND address.commercial_partner_id = item.partner_id
            """
        )
        return column, join

    @api.model
    def _share_credits_sql(self, items):
        """SQL: the items, those credits that several addresses share as a row for each of them.

        :param SQL items: with the column ``address_id`` of ``_address_sql``.
        """
        return SQL(
            """
            WITH laddered AS MATERIALIZED (%(items)s),
            split AS (
                SELECT *, CASE WHEN open < 0 THEN - open_currency - held_currency ELSE 0 END
                              AS available
                  FROM laddered WHERE address_id IS NOT NULL),
            place AS (  -- own: what credit notes of the address cover of what is overdue there
                SELECT account_id, partner_id, currency_id, address_id, bool_or(open > 0) AS claims,
                       coalesce(min(min(CASE WHEN open > 0 THEN address_id END))
                                    OVER (PARTITION BY account_id), partner_id) AS home,
                       sum(available) AS available,
                       CASE WHEN address_id = 0 THEN 0
                            ELSE least(coalesce(sum(claimable) FILTER (WHERE days > 0), 0),
                                       sum(available)) END AS own
                  FROM split GROUP BY account_id, partner_id, currency_id, address_id),
            claim AS (  -- rest: what they leave of an item; before: the rests of older items
                SELECT *, sum(rest) OVER (PARTITION BY account_id, currency_id
                                          ORDER BY due_date, line_id) - rest AS before
                  FROM (SELECT split.account_id, split.currency_id, split.address_id,
                               split.due_date, split.line_id,
                               claimable - greatest(0, least(claimable, place.own + claimable
                                   - sum(claimable) OVER (
                                       PARTITION BY account_id, currency_id, address_id
                                       ORDER BY due_date, line_id))) AS rest
                          FROM split JOIN place USING (account_id, currency_id, address_id)
                         WHERE open > 0) claim),
            pool AS (
                SELECT account_id, currency_id, sum(available - own) AS amount
                  FROM place GROUP BY account_id, currency_id),
            share AS (  -- which stretch of the pool an address takes; the last takes what is left
                SELECT account_id, currency_id, address_id, upto - amount AS first,
                       CASE WHEN following IS NOT NULL THEN upto END AS last, is_first
                  FROM (SELECT taken.*, sum(amount) OVER ordered AS upto,
                               lead(address_id) OVER ordered AS following,
                               row_number() OVER ordered = 1 AS is_first
                          FROM (SELECT account_id, currency_id, address_id,
                                       sum(greatest(0, least(rest, pool.amount - before)))
                                           AS amount
                                  FROM claim JOIN pool USING (account_id, currency_id)
                                 GROUP BY account_id, currency_id, address_id
                                 UNION ALL
                                SELECT account_id, currency_id, min(home), 0
                                  FROM place GROUP BY account_id, currency_id
                                HAVING NOT bool_or(claims)) taken
                        WINDOW ordered AS (PARTITION BY account_id, currency_id
                                           ORDER BY address_id)) stretch),
            credit AS (
                SELECT *, sum(available - own_part) OVER (
                              PARTITION BY account_id, currency_id ORDER BY due_date, line_id)
                              AS upto
                  FROM (SELECT split.*,
                               greatest(0, least(split.available, place.own + split.available
                                   - sum(split.available) OVER (
                                       PARTITION BY account_id, currency_id, address_id
                                       ORDER BY due_date, line_id))) AS own_part
                          FROM split JOIN place USING (account_id, currency_id, address_id)
                         WHERE open < 0) credit),
            part AS (
                SELECT line_id, address_id, sum(amount) AS amount, bool_or(is_first) AS is_first
                  FROM (SELECT line_id, address_id, own_part AS amount, FALSE AS is_first
                          FROM credit WHERE own_part > 0
                         UNION ALL
                        SELECT credit.line_id, share.address_id,
                               greatest(0, least(credit.upto, share.last) - greatest(
                                   credit.upto - credit.available + credit.own_part, share.first)),
                               share.is_first
                          FROM credit JOIN share USING (account_id, currency_id)) part
                 GROUP BY line_id, address_id
                HAVING sum(amount) > 0 OR bool_or(is_first)),
            shared AS (  -- rounded as running sums, so that the parts add up
                SELECT part.*, credit.held_currency, credit.held_company,
                       coalesce(round((- open - held_company) * sum(amount) OVER parts
                                      / nullif(available, 0), digits)
                              - round((- open - held_company) * (sum(amount) OVER parts - amount)
                                      / nullif(available, 0), digits), 0) AS company
                  FROM part JOIN credit USING (line_id)
                WINDOW parts AS (PARTITION BY part.line_id ORDER BY part.address_id))
            SELECT %(kept)s, open, open_currency, held_company, held_currency, address_id
              FROM laddered WHERE open > 0 OR address_id IS NULL
             UNION ALL
            SELECT %(kept)s,
                   - shared.company - CASE WHEN is_first THEN shared.held_company ELSE 0 END,
                   - shared.amount - CASE WHEN is_first THEN shared.held_currency ELSE 0 END,
                   CASE WHEN is_first THEN shared.held_company ELSE 0 END,
                   CASE WHEN is_first THEN shared.held_currency ELSE 0 END, shared.address_id
              FROM laddered JOIN shared USING (line_id)
             WHERE shared.amount > 0 OR shared.held_currency > 0
            """,
            items=items,
            kept=SQL(", ").join(SQL.identifier(name) for name in KEPT),
        )
