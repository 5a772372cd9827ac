from bisect import bisect_right
from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..tools import matching, matching_payer, matching_text


class ArCollectionCredit(models.Model):
    """What these credits pay, proposed: nothing is written."""

    _inherit = "ar.collection.credit"

    @api.model
    def _propose(self, credit_lines, partner=None):
        """Propose what credits pay.

        :param credit_lines: ``ar.collection.credit``, or the journal items of that id.
        :param partner: debtor a person chose for credits of nobody.
        :return: dict id of the credit -> dict ``debtor`` (id or False), ``payers`` (list of
            dicts debtor, score, signs), ``kind`` (``match``, ``ambiguous``, ``none``,
            ``payment``: registered already), ``exact``, ``gave_up``, ``answers``: list of dicts
            ``reason, confidence, allocations`` [(id of the item, amount in its currency)] and
            ``differences`` [{kind, line_id, amount}].
        """
        found = self.browse(credit_lines.ids)
        found.fetch(["company_id", "partner_id", "kind", "text", "amount", "currency_id", "date"])
        proposals = {}
        for company, of_company in found.grouped("company_id").items():
            proposals |= of_company._propose_in(company.sudo(), partner)  # settings
        return proposals

    def _propose_in(self, company, partner):
        payers = self.filtered(lambda credit: not credit.identified)._payers()
        debtors = {}
        for credit in self:
            best = matching_payer.proposed(payers.get(credit.id, []))
            chosen = credit.partner_id.id or (partner and partner.commercial_partner_id.id)
            debtors[credit.id] = chosen or (best.debtor if best else False)
        pools = self._pools(
            company,
            {debtor for debtor in debtors.values() if debtor},
            [credit.text or "" for credit in self],
        )
        registered = self._registered(debtors)
        prefixes = self._prefixes(company, debtors.values())
        history = self._rate_history(company)
        result = {}
        for credit in self:
            debtor = debtors[credit.id]
            proposal = {
                "debtor": debtor,
                "payers": [
                    {"debtor": payer.debtor, "score": payer.score, "signs": payer.signs}
                    for payer in payers.get(credit.id, [])[:5]
                ],
                "kind": "none",
                "exact": False,
                "gave_up": False,
                "answers": [],
                "named": set(),
                "mistyped": matching_text.mistyped(
                    credit.text, pools[debtor].by_key if debtor else ()
                ),
            }
            if debtor:
                keys = matching_text.text_keys(credit.text or "", prefixes[debtor])
                proposal["named"] = pools[debtor].named(*keys)
            if credit.id in registered:
                proposal |= {"kind": "payment", "payments": registered[credit.id]}
            elif debtor and not credit.reserved:
                found = matching.match(
                    credit._as_credit(pools[debtor], history),
                    pools[debtor],
                    self._matching_policy(company, prefixes[debtor]),
                )
                proposal |= self._as_proposal(found)
            result[credit.id] = proposal
        return result

    # === WHAT THE ENGINE IS TOLD === #
    def _as_credit(self, pool, history):
        """This credit as ``matching.Credit``. :param dict history: see ``_rate_history``."""
        self.ensure_one()
        own = self.currency_id
        others = {item.currency for item in pool.items} - {own.id}
        return matching.Credit(
            amount=Decimal(str(self.amount)),
            date=self.date,
            text=self.text or "",
            currency=own.id,
            digits=own.decimal_places,
            rates={other: self._rate_of(other, history) for other in others},
            own=self.id,
        )

    def _rate_of(self, currency_id, history):
        """Units of the credit's currency for one of an item's, at the rate of the payment."""
        rate = _rate_at(history.get(self.company_currency_id.id), self.date)
        rate /= _rate_at(history.get(currency_id), self.date)
        if self.currency_id != self.company_currency_id and self.amount_company:
            rate *= self.amount / self.amount_company
        return Decimal(repr(rate))

    @api.model
    def _rate_history(self, company):
        """dict currency -> (days, rates), as core knows them for the company."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT currency_id, array_agg(name ORDER BY name), array_agg(rate ORDER BY name)
                  FROM (SELECT DISTINCT ON (currency_id, name) currency_id, name, rate::float
                          FROM res_currency_rate
                         WHERE company_id = %s OR company_id IS NULL
                         ORDER BY currency_id, name, company_id) rates
                 GROUP BY currency_id
                """,
                company.id,
            )
        )
        return {currency_id: (days, rates) for currency_id, days, rates in rows}

    @api.model
    def _matching_policy(self, company, prefixes=()):
        return matching.Policy(
            tolerance=Decimal(str(company.ar_cash_tolerance)),
            tolerance_percent=Decimal(str(company.ar_cash_tolerance_percent)),
            charge_limit=Decimal(str(company.ar_cash_charge_limit)),
            oldest_first=company.ar_cash_oldest_first,
            prefixes=tuple(prefixes),
        )

    @api.model
    def _prefixes(self, company, debtor_ids):
        """dict debtor -> words it puts before our invoice numbers, as learned."""
        # sudo: what was learned, of all debtors
        aliases = (
            self.env["ar.collection.payer.alias"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("kind", "=", "prefix"),
                    ("partner_id", "in", [debtor for debtor in set(debtor_ids) if debtor]),
                ]
            )
        )
        result = defaultdict(list)
        for alias in aliases:
            result[alias.partner_id.id].append(alias.key)
        return result

    def _registered(self, debtors):
        """Bank lines whose money was registered as a payment already: to apply them again would
        count it twice.

        :param dict debtors: id of the credit -> debtor.
        :return: dict id of the credit -> ids of payments over its amount.
        """
        unbooked = self.filtered(lambda credit: credit.kind == "bank" and debtors[credit.id])
        if not unbooked:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, payment.currency_id, payment.amount,
                       array_agg(payment.id ORDER BY payment.id)
                  FROM account_payment payment
                  JOIN res_partner partner ON partner.id = payment.partner_id
                  JOIN account_move_line line ON line.move_id = payment.move_id
                       AND line.account_id = payment.outstanding_account_id
                  JOIN account_account account ON account.id = line.account_id
                 WHERE payment.payment_type = 'inbound' AND account.reconcile
                   AND account.account_type NOT IN ('asset_cash', 'liability_credit_card')
                   AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
                   AND payment.is_matched IS NOT TRUE
                   AND partner.commercial_partner_id = ANY(%s::int[])
                 GROUP BY 1, 2, 3
                """,
                list({debtors[credit.id] for credit in unbooked}),
            )
        )
        payments = {(row[0], row[1], float(row[2])): row[3] for row in rows}
        found = {
            credit.id: payments.get((debtors[credit.id], credit.currency_id.id, credit.amount))
            for credit in unbooked
        }
        return {credit_id: ids for credit_id, ids in found.items() if ids}

    # === WHAT IT SAID === #
    @api.model
    def _as_proposal(self, result):
        return {
            "kind": result.kind,
            "exact": result.exact,
            "gave_up": result.gave_up,
            "answers": [
                {
                    "reason": answer.reason,
                    "confidence": answer.confidence,
                    "allocations": [
                        (item_id, float(amount)) for item_id, amount in answer.allocations
                    ],
                    "differences": [
                        {"kind": row.kind, "line_id": row.item, "amount": float(row.amount)}
                        for row in answer.differences
                    ],
                }
                for answer in result.answers
            ],
        }

    @api.model
    def _reason_words(self):
        """dict reason of the engine -> what a person reads."""
        say = self.env._
        return {
            "reference": say("The text names the items, the amount is theirs"),
            "number": say("The text has their number, the amount is theirs"),
            "shared_reference": say("Several items bear the reference in the text"),
            "reference_and_amount": say("The text names a part, the amount leaves one set"),
            "reference_over": say("The text names the items; more was paid"),
            "reference_discount": say("The text names the items, less the discount taken in time"),
            "reference_credit": say("The text names the items, credit notes deducted"),
            "reference_charge": say("The text names the items, less what looks like bank charges"),
            "reference_tolerance": say("The text names the items, short within tolerance"),
            "reference_short": say("The text names the items; less was paid"),
            "reference_part": say("The text names the items; the amount is that of some"),
            "notice": say("The text names our letter, the amount is what it claimed"),
            "notice_part": say("The text names our letter; the amount is that of some items"),
            "plan": say("The text names an instalment, the amount is its"),
            "plan_part": say("The text names an instalment; the amount is that of some items"),
            "debtor": say("The text has the customer number, the amount is all that is overdue"),
            "debtor_part": say(
                "The text has the customer number; the amount is that of some items"
            ),
            "amount": say("The only item, and the only set, of this amount"),
            "amount_converted": say("The only item of this amount, at the rate of the payment"),
            "discount": say("The only item of this amount, less its discount taken in time"),
            "overdue": say("The amount is all that is overdue, and no other set fits"),
            "subset": say("The only set of items that comes to the amount"),
            "charge": say("One item is near: short by what looks like bank charges"),
            "tolerance": say("One item is near: off within tolerance"),
            "payment": say("The bank line brings the money of a payment registered before"),
            "oldest": say("Nothing fits: the oldest items first"),
        }


def _rate_at(history, day):
    """The rate of a day: the newest until then, else the oldest; 1 where none is known."""
    if not history:
        return 1.0
    days, rates = history
    return rates[max(bisect_right(days, day) - 1, 0)] or 1.0
