from odoo import fields, models

from .ar_collection_balance_batch import LIMIT


class ArCollectionBalanceBatch(models.Model):
    """Which balances fit a batch today."""

    _inherit = "ar.collection.balance.batch"

    def _propose(self):
        """Values of the lines: what fits the batch today.

        Held items stay out, and so do those that wait for a write-off already.
        """
        self.ensure_one()
        accounts = self._candidates()
        lines = (
            self.env["account.move.line"].search(
                accounts._open_items_domain(), order="partner_id, date_maturity, id"
            )
            if accounts
            else self.env["account.move.line"]
        )
        account_of = {account.partner_id: account for account in accounts}
        by_account = lines.grouped(lambda line: account_of[line.partner_id.commercial_partner_id])
        busy = self._busy(lines)
        given_up = self._given_up(accounts) if self.kind == "difference" else {}
        vals_list = []
        for account, items in by_account.items():
            chosen = self._fitting(account, items, busy)
            if self.kind == "difference":
                chosen = self._within_total(account, chosen, given_up.get(account, 0))
            if chosen:
                vals_list += [self._prepare_line(account, item, items) for item in chosen]
        return vals_list

    def _candidates(self):
        """Debtors whose figures fit, cheapest first; the ledger decides after that."""
        domain = [("company_id", "=", self.company_id.id)]
        if self.kind == "credit":
            domain.append(("unapplied_credit", ">", 0))
            if self.max_amount:
                domain.append(("unapplied_credit", "<=", self.max_amount))
            order = "unapplied_credit desc, id"
        else:
            domain += [("total_overdue", ">", 0)]
            if self.kind == "debit":
                domain.append(("unapplied_credit", "=", 0))
                if self.max_amount:
                    domain.append(("total_due", "<=", self.max_amount))
            else:
                domain.append(("policy_id.small_amount", ">", 0))
            order = "total_due, id"
        limit = None if self.kind == "difference" else LIMIT
        return self.env["ar.collection"].search(domain, order=order, limit=limit)

    def _busy(self, lines):
        """Ids of items that are held, or wait for a write-off."""
        held = set(self.env["ar.collection.hold"]._held_of_lines(lines))
        rows = (
            self.env["ar.collection.write.off.line"]
            .sudo()
            ._read_group(  # of others too
                [("line_id", "in", lines.ids), ("write_off_id.state", "=", "to_approve")],
                ["line_id"],
            )
        )
        return held | {line.id for [line] in rows}

    def _given_up(self, accounts):
        """dict debtor -> small differences written off in 12 months or waiting for it, in company
        currency."""
        since = fields.Date.subtract(self.company_id._ar_today(), months=12)
        return dict(
            self.env["ar.collection.write.off"]
            .sudo()
            ._read_group(  # of others too
                [
                    ("collection_id", "in", accounts.ids),
                    ("reason_id.kind", "=", "small"),
                    "|",
                    ("state", "=", "to_approve"),
                    "&",
                    ("state", "=", "posted"),
                    ("answered_on", ">=", since),
                ],
                ["collection_id"],
                ["amount_company:sum"],
            )
        )

    def _within_total(self, account, claims, given_up):
        """The oldest of these claims that the limit of the policy per debtor leaves room for."""
        limit = account.policy_id.small_total
        if not limit:
            return claims
        chosen = claims.browse()
        for item in claims:
            given_up += item.amount_residual
            if self.currency_id.compare_amounts(given_up, limit) > 0:
                break
            chosen |= item
        return chosen

    def _fitting(self, account, items, busy):
        """Which open items of a debtor belong to the batch."""
        today = self.company_id._ar_today()
        latest = fields.Date.subtract(today, days=self.min_days)
        free = items.filtered(lambda item: item.id not in busy)
        claims = free.filtered(lambda item: item.amount_residual > 0)
        if self.kind == "credit":
            return free.filtered(lambda item: item.amount_residual < 0 and item.date < latest)
        if self.kind == "difference":
            policy = account.policy_id
            return claims.filtered(
                lambda item: (
                    item.amount_residual < item.balance
                    and (item.date_maturity or item.date) < today
                    and policy._is_small(item.amount_residual, item.balance)
                )
            )
        whole = len(claims) == len(items)  # a debtor with a hold or a credit is no small balance
        young = any((item.date_maturity or item.date) >= latest for item in claims)
        total = sum(claims.mapped("amount_residual"))
        small = not self.max_amount or self.currency_id.compare_amounts(total, self.max_amount) <= 0
        return claims if whole and small and not young else claims.browse()

    def _prepare_line(self, account, item, items):
        owed = any(
            other.amount_residual > 0 and other.currency_id == item.currency_id for other in items
        )
        return {
            "batch_id": self.id,
            "collection_id": account.id,
            "line_id": item.id,
            "amount": abs(item.amount_residual_currency),
            "amount_company": abs(item.amount_residual),
            "action": "set_off" if owed else "keep",
        }
