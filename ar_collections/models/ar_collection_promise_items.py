from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import promise as promises_tool

#: Context key: ids of the items a new promise is for, instead of the oldest.
ITEMS_KEY = "ar_collections_promise_items"


class ArCollectionPromise(models.Model):
    """The items of a promise: those ticked, else the oldest first, the last one partly."""

    _inherit = "ar.collection.promise"

    warning = fields.Char(
        compute="_compute_warning", help="What to think of before the promise is noted."
    )

    # === COMPUTES === #
    @api.depends("collection_id", "amount", "currency_id", "date", "state")
    def _compute_warning(self):
        for promise in self:
            texts = promise.state == "open" and promise.collection_id and promise._warnings()
            promise.warning = " ".join(texts or []) or False

    def _warnings(self):
        """Sentences: promised more than is open."""
        texts = super()._warnings()
        currency = self.currency_id
        still_open = sum(item.open for item in self._candidates(all_items=True))
        others = self.search(
            [
                ("collection_id", "=", self.collection_id.id),
                ("currency_id", "=", currency.id),
                ("state", "=", "open"),
                ("id", "!=", self._origin.id),
            ]
        )
        promised = self.amount + sum(other.amount - other.paid for other in others)
        if currency.compare_amounts(promised - (self.paid or 0), float(still_open)) <= 0:
            return texts
        if others:
            return [
                *texts,
                self.env._(
                    "With the open promises %(promised)s would be promised, but only %(open)s is "
                    "open.",
                    promised=currency.format(promised),
                    open=currency.format(float(still_open)),
                ),
            ]
        return [
            *texts,
            self.env._(
                "%(promised)s is more than what is open: %(open)s.",
                promised=currency.format(promised),
                open=currency.format(float(still_open)),
            ),
        ]

    @api.model
    def default_get(self, fields):
        """Propose what is overdue of the debtor and not promised, of the ticked items if any."""
        values = super().default_get(fields)
        account = self.env["ar.collection"].browse(
            values.get("collection_id") or self.env.context.get("default_collection_id")
        )
        if not account:
            return values
        currency = self._ticked_items().currency_id[:1] or account._promise_currency()
        if "currency_id" in fields:
            values["currency_id"] = currency.id
        if "amount" in fields and not values.get("amount"):
            new = self.new({"collection_id": account.id, "currency_id": currency.id})
            values["amount"] = new._proposed_amount()
        return values

    def _proposed_amount(self):
        today = self.collection_id.company_id._ar_today()
        items = self._candidates()
        overdue = [item for item in items if item.due < today]
        return float(sum(item.free for item in overdue or items))

    @api.onchange("collection_id", "amount", "currency_id")
    def _onchange_items(self):
        if not self.collection_id or not self.currency_id:
            return
        amounts = promises_tool.propose(Decimal(str(self.amount)), self._candidates())
        self.line_ids = [
            Command.clear(),
            *(
                Command.create({"line_id": item_id, "amount": float(amount)})
                for item_id, amount in amounts.items()
            ),
        ]

    # === CONSTRAINTS === #
    @api.constrains("line_ids", "amount")
    def _check_sum(self):
        for promise in self:
            total = sum(promise.line_ids.mapped("amount"))
            if promise.currency_id.compare_amounts(total, promise.amount) > 0:
                raise ValidationError(
                    self.env._(
                        "The items add up to %(total)s, more than the %(amount)s promised. Please "
                        "lower the amounts of the items or raise the promise.",
                        total=promise.currency_id.format(total),
                        amount=promise.currency_id.format(promise.amount),
                    )
                )

    # === BUSINESS === #
    @api.model
    def _complete_vals(self, vals):
        """Without an amount it is that of the items."""
        if not vals.get("amount") and vals.get("line_ids"):
            items = [command[2] for command in vals["line_ids"] if command[0] == 0]
            vals["amount"] = sum(item.get("amount") or 0 for item in items)
        account = self.env["ar.collection"].browse(vals.get("collection_id"))
        if account and not vals.get("currency_id"):
            items = [command[2] for command in vals.get("line_ids") or [] if command[0] == 0]
            item = self.env["account.move.line"].browse(items[0].get("line_id") if items else None)
            vals["currency_id"] = (item.currency_id or account._promise_currency()).id
        return super()._complete_vals(vals)

    def _propose_lines(self):
        result = super()._propose_lines()
        vals_list = []
        for promise in self.filtered(lambda promise: not promise.line_ids):
            amounts = promises_tool.propose(Decimal(str(promise.amount)), promise._candidates())
            if not amounts:
                raise UserError(
                    self.env._(
                        "%(debtor)s owes nothing in %(currency)s; there is nothing to promise.",
                        debtor=promise.partner_id.display_name,
                        currency=promise.currency_id.name,
                    )
                )
            vals_list += [
                {"promise_id": promise.id, "line_id": item_id, "amount": float(amount)}
                for item_id, amount in amounts.items()
            ]
        self.env["ar.collection.promise.line"].create(vals_list)
        return result

    @api.model
    def _ticked_items(self):
        return self.env["account.move.line"].browse(self.env.context.get(ITEMS_KEY))

    def _candidates(self, all_items=False):
        """The open claims of the debtor in the currency, as ``tools.promise.Item``.

        Only those the reader may see: a promise of another branch's items is noted there.
        """
        domain = [
            *self.collection_id._open_items_domain(),
            ("currency_id", "=", self.currency_id.id),
            ("amount_residual", ">", 0),
        ]
        if not all_items and (ticked := self._ticked_items()):
            domain.append(("id", "in", ticked.ids))
        lines = self.env["account.move.line"].search(domain)
        held = self.env["ar.collection.hold"]._held_of_lines(lines)
        items = []
        for line in lines:
            residual = Decimal(str(line.amount_residual_currency))
            kept_back = sum(Decimal(str(part)) for part in held.get(line.id, {}).values())
            due = line.date_maturity or line.date
            items.append(promises_tool.Item(line.id, due, residual, residual - kept_back))
        return items


class ArCollection(models.Model):
    _inherit = "ar.collection"

    def _promise_currency(self):
        """The currency a promise is in when none is said: that of most of what is open."""
        self.ensure_one()
        rows = self.env["account.move.line"]._read_group(
            [*self._open_items_domain(), ("amount_residual", ">", 0)],
            ["currency_id"],
            ["amount_residual:sum"],
        )
        if not rows:
            return self.currency_id
        return max(rows, key=lambda row: (row[1], row[0] == self.currency_id))[0]
