import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import matching_payer, matching_text

#: With more payers than this the names of all debtors are read, else only like ones.
MANY = 40


class ArCollectionCredit(models.Model):
    """Whose money is it? Debtors proposed for credits of nobody."""

    _inherit = "ar.collection.credit"

    proposed_partner_id = fields.Many2one(
        "res.partner", string="Probably", compute="_compute_proposed", compute_sudo=True
    )
    proposed_because = fields.Char(string="Because", compute="_compute_proposed", compute_sudo=True)

    @api.depends("line_id")
    def _compute_proposed(self):
        self.proposed_partner_id = self.proposed_because = False
        nobodys = self.filtered(lambda credit: not credit.identified)
        payers = nobodys._payers()
        for credit in nobodys:
            found = payers.get(credit.id, [])
            best = matching_payer.proposed(found)
            credit.proposed_partner_id = best.debtor if best else False
            credit.proposed_because = self._because(found)

    @api.model
    def _because(self, payers):
        """What points to the likeliest debtors, in words."""
        words = self._sign_words()
        partners = self.env["res.partner"].sudo()  # names of debtors of this company
        return "; ".join(
            f"{partners.browse(payer.debtor).name}: "
            + ", ".join(str(words[sign]) for sign in payer.signs)
            for payer in payers[:2]
        )

    @api.model
    def _sign_words(self):
        return {
            "alias": self.env._("learned"),
            "account": self.env._("bank account"),
            "reference": self.env._("reference"),
            "number": self.env._("customer number"),
            "name": self.env._("name"),
            "past": self.env._("earlier payments"),
            "similar": self.env._("similar name"),
            "amount": self.env._("amount"),
        }

    def _payers(self):
        """Debtors who may have paid these credits, the likeliest first.

        :return: dict id -> list of ``matching_payer.Payer``.
        """
        result = {}
        for company, credits_of in self.grouped("company_id").items():
            rows = [
                {
                    "id": credit.id,
                    "name": matching_payer.name_key(credit.payer_name or ""),
                    "account": self.env["ar.collection.payer.alias"]._key(
                        "account", credit.payer_account
                    ),
                    "keys": matching_text.text_keys(credit.text or "")[0],
                    "amount": credit.amount,
                    "currency_id": credit.currency_id.id,
                    "date": credit.date,
                }
                for credit in credits_of
            ]
            signs = defaultdict(list)
            for find in (
                self._signs_of_aliases,
                self._signs_of_accounts,
                self._signs_of_references,
                self._signs_of_names,
                self._signs_of_amounts,
            ):
                for credit_id, debtor, sign in find(company, rows):
                    signs[credit_id].append((debtor, sign))
            result |= {row["id"]: matching_payer.rank(set(signs[row["id"]])) for row in rows}
        return result

    # === SIGNS: (id of the credit, debtor, sign) === #
    @api.model
    def _signs_of_aliases(self, company, rows):
        keys = {row[kind] for row in rows for kind in ("account", "name")} - {""}
        # sudo: what was learned, of all debtors
        aliases = (
            self.env["ar.collection.payer.alias"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("kind", "in", ("account", "name")),
                    ("key", "in", list(keys)),
                ]
            )
        )
        by_key = aliases.grouped(lambda alias: (alias.kind, alias.key))
        for row in rows:
            for kind in ("account", "name"):
                for alias in by_key.get((kind, row[kind]), ()):
                    yield row["id"], alias.partner_id.commercial_partner_id.id, "alias"

    @api.model
    def _signs_of_accounts(self, company, rows):
        """Bank accounts that are a debtor's, or from which one paid before; names likewise."""
        accounts = list({row["account"] for row in rows} - {""})
        found = self.env.execute_query(
            SQL(
                """
                SELECT upper(bank.sanitized_acc_number), partner.commercial_partner_id
                  FROM res_partner_bank bank JOIN res_partner partner ON partner.id = bank.partner_id
                  JOIN ar_collection account ON account.partner_id = partner.commercial_partner_id
                   AND account.company_id = %(company)s
                 WHERE bank.active AND upper(bank.sanitized_acc_number) = ANY(%(accounts)s)
                 UNION
                SELECT number, partner_id FROM (%(past)s) past WHERE number = ANY(%(accounts)s)
                """,
                accounts=accounts,
                company=company.id,
                past=self._past_sql(company),
            )
        )
        by_account = defaultdict(set)
        for account, debtor in found:
            by_account[account].add(debtor)
        for row in rows:
            for debtor in by_account.get(row["account"], ()):
                yield row["id"], debtor, "account"

    @api.model
    def _past_sql(self, company):
        """SQL: ``number, name, partner_id`` of bank lines that were booked on a customer."""
        return SQL(
            """
            SELECT upper(regexp_replace(bank.account_number, '[^A-Za-z0-9]', '', 'g')) AS number,
                   bank.partner_name AS name, partner.commercial_partner_id AS partner_id
              FROM account_bank_statement_line bank
              JOIN account_move move ON move.id = bank.move_id AND move.state = 'posted'
              JOIN res_company company ON company.id = move.company_id
              JOIN res_partner partner ON partner.id = bank.partner_id
             WHERE bank.is_reconciled AND bank.amount > 0
               AND split_part(company.parent_path, '/', 1)::int = %s
            """,
            company.id,
        )

    @api.model
    def _signs_of_references(self, company, rows):
        """Open items and customer numbers that the text names."""
        wanted = {key for row in rows for key in row["keys"] if "|" not in key and "#" not in key}
        wanted = {key for key in wanted if len(key) >= matching_text.SHORTEST}
        found = self.env.execute_query(
            SQL(
                """
                SELECT named.key, named.partner_id, named.sign
                  FROM (SELECT DISTINCT upper(regexp_replace(ref.text, '[^A-Za-z0-9]', '', 'g')) AS key,
                               partner.commercial_partner_id AS partner_id, 'reference' AS sign
                          FROM account_move_line line
                          JOIN account_move move ON move.id = line.move_id
                          JOIN res_company company ON company.id = line.company_id
                          JOIN res_partner partner ON partner.id = line.partner_id
                         CROSS JOIN LATERAL (VALUES (move.name), (move.payment_reference),
                               (move.ref)) ref(text)
                         WHERE line.account_id = ANY(%(accounts)s::int[])
                           AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
                           AND line.amount_residual > 0 AND ref.text IS NOT NULL
                           AND split_part(company.parent_path, '/', 1)::int = %(company)s
                         UNION ALL
                        SELECT upper(regexp_replace(partner.ref, '[^A-Za-z0-9]', '', 'g')),
                               partner.id, 'number'
                          FROM ar_collection account JOIN res_partner partner
                            ON partner.id = account.partner_id
                         WHERE partner.ref IS NOT NULL AND account.company_id = %(company)s) named
                 WHERE named.key = ANY(%(wanted)s)
                """,
                accounts=self.env["ar.collection"]._trade_account_ids(),
                company=company.id,
                wanted=list(wanted),
            )
        )
        by_key = defaultdict(set)
        for key, debtor, sign in found:
            by_key[key].add((debtor, sign))
        for row in rows:
            for key in row["keys"] & by_key.keys():
                for debtor, sign in by_key[key]:
                    yield row["id"], debtor, sign

    @api.model
    def _signs_of_names(self, company, rows):
        names = {row["name"] for row in rows} - {""}
        if not names:
            return
        known = [
            (matching_payer.name_key(name), debtor, "name")
            for name, debtor in self._debtor_names(company, names)
        ]
        known += [
            (matching_payer.name_key(name or ""), debtor, "past")
            for name, debtor in self.env.execute_query(
                SQL(
                    "SELECT DISTINCT name, partner_id FROM (%s) past WHERE name IS NOT NULL",
                    self._past_sql(company),
                )
            )
        ]
        by_word = defaultdict(set)
        for key, debtor, sign in known:
            for word in key.split():
                by_word[word].add((key, debtor, sign))
        for row in rows:
            near = set().union(*(by_word[word] for word in row["name"].split()))
            for key, debtor, sign in near:
                if key == row["name"]:
                    yield row["id"], debtor, sign
                elif sign == "name" and matching_payer.similar(key, row["name"]):
                    yield row["id"], debtor, "similar"

    @api.model
    def _debtor_names(self, company, names):
        """(name, debtor) of debtors; for a few payers only those that share a word, whose vowels
        may be written otherwise."""
        like = SQL("TRUE")
        if len(names) <= MANY:
            words = {max(name.split(), key=len) for name in names}
            pattern = "|".join(re.sub("[AEIOU]+", ".{1,2}", word) for word in sorted(words))
            like = SQL("partner.name ~* %s", f"({pattern})")
        return self.env.execute_query(
            SQL(
                """
                SELECT partner.name, partner.id FROM ar_collection account
                  JOIN res_partner partner ON partner.id = account.partner_id
                 WHERE account.company_id = %s AND partner.name IS NOT NULL AND %s
                """,
                company.id,
                like,
            )
        )

    @api.model
    def _signs_of_amounts(self, company, rows):
        """Open items that have the amount, where they are of few debtors."""
        found = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT line.currency_id, line.amount_residual_currency,
                       partner.commercial_partner_id
                  FROM account_move_line line
                  JOIN res_company company ON company.id = line.company_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE line.account_id = ANY(%(accounts)s::int[]) AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency = ANY(%(amounts)s::numeric[])
                   AND split_part(company.parent_path, '/', 1)::int = %(company)s
                """,
                accounts=self.env["ar.collection"]._trade_account_ids(),
                amounts=list({row["amount"] for row in rows}),
                company=company.id,
            )
        )
        by_amount = defaultdict(set)
        for currency_id, amount, debtor in found:
            by_amount[currency_id, float(amount)].add(debtor)
        for row in rows:
            for debtor in by_amount.get((row["currency_id"], row["amount"]), ()):
                yield row["id"], debtor, "amount"

    @api.model
    def _chosen_debtor(self, partner_id):
        """:raises UserError: the partner a person chose is no longer there."""
        partner = self.env["res.partner"].browse(partner_id or [])
        if partner != partner.exists():
            raise UserError(
                self.env._(
                    "The debtor you chose was merged with another or deleted meanwhile. Please "
                    "choose who paid again."
                )
            )
        return partner
