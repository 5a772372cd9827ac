from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.remittance import bare
from ..tools.remittance_match import Credit, Index, Item, find_credits

#: Days between the day of the advice and the money.
DAYS = 10
#: How lines were found that stay as they are when all is looked for again.
KEPT = ("hand",)
#: What an item may be called by, fields of its entry.
NAMES = ("name", "payment_reference", "ref")
#: SQL: letters and digits of a name, small; as ``tools.remittance.bare``.
BARE = "regexp_replace(lower(%s), '[^[:alnum:]]', '', 'g')"


class ArCollectionRemittance(models.Model):
    """Which debtor, which items, which payment. Two that fit are never chosen between."""

    _inherit = "ar.collection.remittance"

    def action_match(self):
        """Look for items and payment again.

        :return: True
        """
        self.check_access("write")
        # sudo: what was found is written by the program only
        self.filtered(lambda one: one.state in ("waiting", "matched", "partial")).sudo()._match()
        return True

    def _match(self):
        for remittance in self:
            lines = remittance.line_ids.filtered(
                lambda line: not line.applied and line.found not in KEPT
            )
            if not remittance.partner_id:
                remittance.partner_id = remittance._partner_by_references(lines)
            remittance._match_lines(lines)
            remittance._settle_currency()
        self._match_credit()

    # === DEBTOR === #
    def _partner_by_references(self, lines):
        """The debtor of the most items named, where no other has as many."""
        votes = defaultdict(set)
        for item in self._items_named({bare(line.reference or "") for line in lines}):
            votes[item["debtor_id"]] |= {bare(name) for name in item["names"] if name}
        references = {bare(line.reference or "") for line in lines}
        counts = sorted(
            ((len(names & references), debtor) for debtor, names in votes.items()), reverse=True
        )
        partners = self.env["res.partner"]
        if not counts or (len(counts) > 1 and counts[0][0] == counts[1][0]):
            return partners
        return partners.browse(counts[0][1])

    # === ITEMS === #
    def _match_lines(self, lines):
        references = {bare(line.reference or "") for line in lines} - {""}
        rows = self._items_of_debtors(references) if self.partner_id else []
        index = Index([_item(row) for row in rows])
        others = defaultdict(list)
        missing = references - {bare(name) for row in rows for name in row["names"] if name}
        for row in self._items_named(missing):
            for name in row["names"]:
                others[bare(name or "")].append(row["id"])
        by_result = defaultdict(self.env["ar.collection.remittance.line"].browse)
        for line in lines:
            gross = _decimal(self.currency_id.round(line.amount + line.discount + line.deduction))
            found = index.find(line.reference or "", gross)
            near, how = found.near, found.how
            if how == "unknown" and (elsewhere := others.get(bare(line.reference or ""))):
                near, how = tuple(elsewhere[:3]), "other"
            by_result[how, found.items[:1], near] |= line
        for (how, items, near), of_result in by_result.items():
            of_result.write({"found": how, "item_id": items and items[0]})
            if near or any(line.near_ids for line in of_result):
                of_result.write({"near_ids": [(6, 0, near)]})

    def _items_of_debtors(self, references):
        """Open items of the debtor and of those it belongs together with, and settled ones that
        are named."""
        debtors = self.partner_id
        # sudo: whoever reads the advice; a group is paid for by any of its debtors
        account = self.sudo().collection_id
        debtors |= account.group_id.collection_ids.partner_id
        return self._items(
            SQL(
                "partner.commercial_partner_id = ANY(%s)"
                " AND (line.amount_residual_currency != 0 OR %s)",
                debtors.ids,
                self._named_sql(references),
            )
        )

    @api.model
    def _named_sql(self, references):
        names = [SQL(BARE, SQL("move.%s", SQL.identifier(name))) for name in NAMES]
        return SQL(
            "(%s)", SQL(" OR ").join(SQL("%s = ANY(%s)", name, list(references)) for name in names)
        )

    def _items_named(self, references):
        """Open items of anybody with one of these numbers."""
        if not references:
            return []
        return self._items(
            SQL("line.amount_residual_currency != 0 AND %s", self._named_sql(references))
        )

    def _items(self, condition):
        """Posted receivables that are no money: ``id, names, open, group, due, debtor_id``."""
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model(["name", "payment_reference", "ref"])
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.move_id AS group_id, line.amount_residual_currency AS open,
                       coalesce(line.date_maturity, line.date) AS due,
                       ARRAY[move.name, move.payment_reference, move.ref] AS names,
                       partner.commercial_partner_id AS debtor_id
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_company company ON company.id = line.company_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE account.account_type = 'asset_receivable' AND line.parent_state = 'posted'
                   AND line.payment_id IS NULL AND line.statement_line_id IS NULL
                   AND company.parent_path LIKE %s AND %s
                 ORDER BY line.id
                """,
                f"{self.company_id.id}/%",
                condition,
            )
        )
        # what the reader may not see is not found: branches of others
        lines = self.env["account.move.line"].browse([row["id"] for row in rows])
        allowed = set(lines.with_user(self.env.user)._filtered_access("read").ids)
        return [row for row in rows if row["id"] in allowed]

    def _settle_currency(self):
        """Where the file names no currency: that of all the items found."""
        currencies = self.line_ids.item_id.currency_id
        if len(currencies) == 1 and not self.currency_stated:
            self.currency_id = currencies

    # === PAYMENT === #
    def _match_credit(self):
        """Look for the payments: the amount, near the day, its reference if several fit."""
        waiting = self.filtered(lambda remittance: remittance.state in ("waiting", "matched"))
        money = waiting._credits()
        found = {
            remittance.id: remittance._find_credits(*money[remittance.id]) for remittance in waiting
        }
        claimed = Counter(fits[0] for fits in found.values() if len(fits) == 1)
        for remittance in waiting:
            fits = found[remittance.id]
            # nor is money that two advices are about given to one of them
            one = len(fits) == 1 and claimed[fits[0]] == 1
            remittance._note_credits(one and fits[0], () if one else fits)

    def _note_credits(self, credit_id, candidate_ids):
        """Write what was found, where it is news."""
        credit_id = credit_id or False
        state = "matched" if credit_id else "waiting"
        known = (self.credit_line_id.id, set(self.candidate_ids.ids), self.state)
        if known == (credit_id, set(candidate_ids), state):
            return
        # sudo: what was found is written by the program only
        self.sudo().write({"credit_line_id": credit_id, "candidate_ids": [(6, 0, candidate_ids)]})
        self._set_state(state)

    def _find_credits(self, own, unnamed):
        """Ids of the credits the advice may be about: the debtor's, else those of nobody."""
        for group in (own, unnamed):
            day, reference = self.date or None, self.reference or ""
            if fits := find_credits(group, _decimal(self.amount), day, reference, DAYS):
                return fits
        return ()

    def _credits(self):
        """Money over the amounts of these, not applied yet and about which no other advice is.

        :return: dict id -> (that of the debtor, bank lines of nobody), lists of
            ``remittance_match.Credit``.
        """
        money = {remittance.id: ([], []) for remittance in self}
        if not self:
            return money
        for row in self.env.execute_query_dict(self._credits_sql()):
            own, unnamed = money[row["remittance_id"]]
            amount = _decimal(self.browse(row["remittance_id"]).amount)
            credit = Credit(row["id"], amount, row["date"], row["text"] or "")
            (own if row["debtor_id"] else unnamed).append(credit)
        return money

    def _credits_sql(self):
        self.env["account.bank.statement.line"].flush_model()
        self.env["account.payment"].flush_model()
        self.env["account.move.line"].flush_model()
        self.flush_model()
        return SQL(
            """
            SELECT remittance.id AS remittance_id, line.id, line.date,
                   partner.commercial_partner_id AS debtor_id,
                   concat_ws(' ', line.name, move.name, move.ref, bank.payment_ref, payment.memo)
                       AS text
              FROM ar_collection_remittance remittance
              JOIN res_currency currency ON currency.id = remittance.currency_id
              JOIN account_move_line line ON line.currency_id = remittance.currency_id
               AND line.parent_state = 'posted'
               AND line.date >= coalesce(remittance.date, remittance.create_date::date) - 366
              JOIN account_move move ON move.id = line.move_id AND move.move_type = 'entry'
              JOIN account_account account ON account.id = line.account_id
              JOIN account_journal journal ON journal.id = line.journal_id
              JOIN res_company company ON company.id = line.company_id
               AND company.parent_path LIKE remittance.company_id || '/%%'
              LEFT JOIN res_partner partner ON partner.id = line.partner_id
              LEFT JOIN account_payment payment ON payment.id = line.payment_id
              LEFT JOIN account_bank_statement_line bank ON bank.id = line.statement_line_id
             WHERE remittance.id = ANY(%s)
               AND abs(remittance.amount + CASE WHEN account.account_type = 'asset_receivable'
                       THEN line.amount_residual_currency ELSE line.amount_currency END)
                   < currency.rounding / 2
               AND (account.account_type = 'asset_receivable' AND NOT line.reconciled
                    OR bank.id IS NOT NULL AND NOT bank.is_reconciled
                    AND line.account_id = journal.suspense_account_id)
               AND (partner.id IS NULL OR partner.commercial_partner_id = remittance.partner_id)
               AND NOT EXISTS (SELECT FROM ar_collection_remittance other
                                WHERE other.credit_line_id = line.id AND other.id != remittance.id
                                  AND other.state IN ('matched', 'partial'))
             ORDER BY line.date, line.id
            """,
            self.ids,
        )

    def _take_credit(self):
        """A person chose the payment, or took it back."""
        for remittance in self:
            credit = remittance.credit_line_id
            if not credit:
                remittance._set_state("waiting")
                continue
            if credit.currency_id != remittance.currency_id or credit.amount_currency >= 0:
                raise UserError(
                    self.env._(
                        "%(credit)s is no money received in %(currency)s.",
                        credit=credit.move_name or credit.display_name,
                        currency=remittance.currency_id.name,
                    )
                )
            remittance._set_state("matched")


class ArCollection(models.Model):
    _inherit = "ar.collection"

    @api.model
    def _refresh_steps(self):
        waiting = SQL(
            "SELECT FROM ar_collection_remittance remittance"
            " JOIN concerned ON concerned.id = remittance.collection_id"
            " WHERE remittance.state = 'waiting'"
        )
        return {**super()._refresh_steps(), "_follow_remittances": waiting}

    def _follow_remittances(self):
        """Money that came may be what an advice waits for."""
        # sudo: the machine looks for the payments of everybody's advices
        waiting = self.env["ar.collection.remittance"].sudo()
        waiting.search(
            self._among("collection_id") & Domain("state", "=", "waiting")
        )._match_credit()


def _item(row):
    due = row["due"] or date.min
    return Item(row["id"], row["names"], _decimal(row["open"]), row["group_id"], due)


def _decimal(amount):
    return Decimal(str(amount)).normalize()
