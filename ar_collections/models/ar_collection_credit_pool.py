from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import matching, matching_text

#: States of notices that reached the debtor, or may have.
SENT = ("queued", "sending", "sent", "failed")


class ArCollectionCredit(models.Model):
    """What credits may pay: the open items of debtors as the matching engine knows them."""

    _inherit = "ar.collection.credit"

    @api.model
    def _pools(self, company, debtor_ids, texts=()):
        """Pools of open items.

        :param debtor_ids: commercial partners. :param texts: what payers wrote; notices and plans
            that none of them names are left out.
        :return: dict debtor -> ``matching.Pool`` of its items and those of its debtor group.
        """
        families = self._families(company, debtor_ids)
        wanted = {member for family in families.values() for member in family}
        items = self._pool_items(company, wanted)
        keys = set().union(*(matching_text.text_keys(text)[0] for text in texts))
        bundles = self._pool_bundles(company, wanted, items, keys)
        made = {}
        for family in set(families.values()):
            made[family] = matching.Pool(
                [item for member in family for item in items.get(member, ())],
                [bundle for member in family for bundle in bundles.get(member, ())],
            )
        return {debtor: made[family] for debtor, family in families.items()}

    @api.model
    def _families(self, company, debtor_ids):
        """dict debtor -> the debtors whose items it may pay: itself and its group."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT own.partner_id, array_agg(other.partner_id ORDER BY other.partner_id)
                  FROM ar_collection own JOIN ar_collection other ON other.group_id = own.group_id
                 WHERE own.company_id = %s AND own.partner_id = ANY(%s::int[])
                 GROUP BY own.partner_id
                """,
                company.id,
                list(debtor_ids),
            )
        )
        groups = {debtor: tuple(members) for debtor, members in rows}
        return {debtor: groups.get(debtor, (debtor,)) for debtor in debtor_ids}

    @api.model
    def _pool_items(self, company, debtor_ids):
        """dict debtor -> list of ``matching.Item``: claims, and credit notes not reserved."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, partner.commercial_partner_id AS debtor, line.move_id,
                       line.amount_residual_currency AS amount, line.currency_id,
                       coalesce(line.date_maturity, line.date) AS due,
                       move.name, move.ref, move.payment_reference, move.invoice_origin,
                       CASE WHEN line.amount_residual_currency = line.amount_currency
                            THEN line.discount_date END AS discount_until,
                       CASE WHEN line.discount_date IS NOT NULL
                            THEN line.amount_currency - line.discount_amount_currency END
                            AS discount
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_company company ON company.id = line.company_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE line.account_id = ANY(%(accounts)s::int[]) AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND partner.commercial_partner_id = ANY(%(debtors)s::int[])
                   AND split_part(company.parent_path, '/', 1)::int = %(company)s
                   AND (line.amount_residual > 0 OR move.move_type = 'out_refund'
                        AND line.amount_residual < 0 AND NOT EXISTS (
                            SELECT FROM ar_collection_hold hold
                             WHERE hold.line_id = line.id AND %(held)s))
                """,
                accounts=self.env["ar.collection"]._trade_account_ids(),
                debtors=list(debtor_ids),
                company=company.id,
                held=self.env["ar.collection.hold"]._in_force_sql("hold", company._ar_today()),
            )
        )
        items = defaultdict(list)
        for row in rows:
            items[row["debtor"]].append(
                matching.Item(
                    id=row["id"],
                    amount=Decimal(str(row["amount"])),
                    currency=row["currency_id"],
                    due=row["due"],
                    document=row["move_id"],
                    references=tuple(
                        {
                            text
                            for name in ("name", "ref", "payment_reference", "invoice_origin")
                            if (text := row[name])
                        }
                    ),
                    discount=Decimal(str(row["discount"] or 0)),
                    discount_until=row["discount_until"],
                )
            )
        return items

    # === WHAT STANDS FOR SEVERAL ITEMS === #
    @api.model
    def _pool_bundles(self, company, debtor_ids, items, keys):
        """dict debtor -> list of ``matching.Bundle``, of those that ``keys`` name."""
        bundles = defaultdict(list)
        for find in (self._debtor_bundles, self._notice_bundles, self._plan_bundles):
            for debtor, bundle in find(company, debtor_ids, items, keys):
                bundles[debtor].append(bundle)
        return bundles

    @api.model
    def _debtor_bundles(self, company, debtor_ids, items, keys):
        """The number of the customer stands for all that is overdue."""
        today = company._ar_today()
        for partner_id, ref in self.env.execute_query(
            SQL(
                "SELECT id, ref FROM res_partner WHERE id = ANY(%s::int[]) AND ref IS NOT NULL",
                list(debtor_ids),
            )
        ):
            if matching_text.keys(ref) & keys:
                overdue = [i for i in items.get(partner_id, ()) if i.amount > 0 and i.due < today]
                amounts = tuple((item.id, None) for item in overdue)
                yield partner_id, matching.Bundle("debtor", (ref,), amounts)

    @api.model
    def _notice_bundles(self, company, debtor_ids, items, keys):
        """A notice stands for what it claimed, in each of its currencies."""
        notices = self.env.execute_query(
            SQL(
                """
                SELECT notice.id, notice.name, account.partner_id
                  FROM ar_collection_notice notice
                  JOIN ar_collection account ON account.id = notice.collection_id
                 WHERE account.company_id = %s AND account.partner_id = ANY(%s::int[])
                   AND notice.state IN %s AND notice.name IS NOT NULL
                """,
                company.id,
                list(debtor_ids),
                SENT,
            )
        )
        currencies = self.env["res.currency"].sudo().search(Domain.TRUE).mapped("name")  # names
        named = {}
        for notice_id, name, debtor in notices:
            plain = "".join(matching_text.pieces(name))
            # on the letter stands the number, or a reference made of it and the currency
            if plain in keys or any(f"{plain}{currency}" in keys for currency in currencies):
                named[notice_id] = (name, debtor)
        if not named:
            return
        lines = self.env.execute_query(
            SQL(
                """
                SELECT line.notice_id, currency.name, array_agg(line.line_id ORDER BY line.id)
                  FROM ar_collection_notice_line line
                  JOIN res_currency currency ON currency.id = line.currency_id
                 WHERE line.notice_id = ANY(%s::int[]) AND line.kind = 'claim'
                   AND line.line_id IS NOT NULL
                 GROUP BY line.notice_id, currency.name
                """,
                list(named),
            )
        )
        for notice_id, currency, line_ids in lines:
            name, debtor = named[notice_id]
            amounts = tuple((line_id, None) for line_id in line_ids)
            references = (name, f"{name}{currency}")
            yield debtor, matching.Bundle("notice", references, amounts)

    @api.model
    def _plan_bundles(self, company, debtor_ids, items, keys):
        """The reference of an instalment stands for its amount on the oldest items of the plan."""
        lines = self.env["ar.collection.plan.line"].sudo()  # to know what was agreed
        lines = lines.search(
            [
                ("company_id", "=", company.id),
                ("collection_id.partner_id", "in", list(debtor_ids)),
                ("plan_id.state", "in", ("offered", "active")),
                ("reference", "!=", False),
            ]
        ).filtered(lambda line: matching_text.keys(line.reference) & keys)
        for line in lines:
            debtor = line.collection_id.partner_id.id
            of_plan = set(line.plan_id.item_ids.line_id.ids)
            left, amounts = Decimal(str(line.open_amount)), []
            for item in sorted(items.get(debtor, ()), key=lambda item: (item.due, item.id)):
                if item.id in of_plan and left > 0 and item.amount > 0:
                    amounts.append((item.id, min(left, item.amount)))
                    left -= amounts[-1][1]
            yield debtor, matching.Bundle("plan", (line.reference,), tuple(amounts))
