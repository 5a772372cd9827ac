from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .ar_collection_plan import ITEMS_KEY

#: Holds of these kinds keep an item, or part of it, off a plan.
KEPT_OFF = ("placed", "withheld", "disputed")


class ArCollectionPlan(models.Model):
    """The items a plan covers: what is free of them, and what became of them since the offer."""

    _inherit = "ar.collection.plan"

    warning = fields.Char(
        compute="_compute_warning", help="What to think of before the plan is offered or accepted."
    )

    # === BUILDER === #
    @api.model
    def default_get(self, fields):
        """The ticked items, else all overdue ones, in the currency most of it is in."""
        values = super().default_get(fields)
        account = self.env["ar.collection"].browse(
            values.get("collection_id") or self.env.context.get("default_collection_id")
        )
        if not account:
            return values
        self._complete_vals(values)
        ticked = self.env["account.move.line"].browse(self.env.context.get(ITEMS_KEY))
        currency = ticked.currency_id[:1] or account._promise_currency()
        values["currency_id"] = currency.id
        if "item_ids" in fields and not values.get("item_ids"):
            values["item_ids"] = [
                Command.create(vals) for vals in self._propose_items(account, currency, ticked)
            ]
        return {name: value for name, value in values.items() if name in fields}

    @api.model
    def _propose_items(self, account, currency, items=None):
        """Values of the items of a new plan: what is free of the given ones, else of all that
        is overdue, else of all that is open."""
        domain = [
            *account._open_items_domain(),
            ("currency_id", "=", currency.id),
            ("amount_residual", ">", 0),
        ]
        if items:
            domain.append(("id", "in", items.ids))
        lines = self.env["account.move.line"].search(domain)
        today = account.company_id._ar_today()
        if not items:
            lines = lines.filtered(lambda line: (line.date_maturity or line.date) < today) or lines
        free = self._free_amounts(lines)
        return [
            {"line_id": line.id, "amount": free[line.id]}
            for line in lines
            if currency.compare_amounts(free.get(line.id, 0), 0) > 0
        ]

    @api.model
    def _free_amounts(self, lines, but=None):
        """What a plan can cover of items: dict item id -> amount. What is disputed, withheld or
        handed over is not, nor what another plan covers. :param but: plans not to count."""
        held = self.env["ar.collection.hold"]._held_of_lines(lines)
        # sudo: a plan counts also where the reader may not see it
        others = (
            self.env["ar.collection.plan.item"]
            .sudo()
            .search([("line_id", "in", lines.ids), ("live", "=", True)])
        )
        taken = (others - others.filtered(lambda item: item.plan_id in (but or self))).line_id
        free = {}
        for line in lines - taken:
            parts = held.get(line.id, {})
            kept = sum(Decimal(str(parts.get(kind, 0))) for kind in KEPT_OFF)
            free[line.id] = float(max(Decimal(str(line.amount_residual_currency)) - kept, 0))
        return free

    # === OFFER AND ACCEPTANCE === #
    def _check_complete(self):
        """Every item must have open and free what the plan covers of it."""
        result = super()._check_complete()
        if problems := self._item_problems():
            raise UserError("\n".join([f"{self.display_name}:", *problems]))
        return result

    def _check_unchanged(self):
        """What has come in money since the offer is of the plan; else nothing may be missing.

        :raises UserError: an item was credited, disputed, reset to draft, or left the debtor.
        """
        result = super()._check_unchanged()
        if problems := self._item_problems():
            raise UserError(
                "\n".join(
                    [
                        self.env._("%(plan)s does not fit any more:", plan=self.display_name),
                        *problems,
                        self.env._("Please take the offer back, change it and offer it anew."),
                    ]
                )
            )
        return result

    def _item_problems(self):
        """Sentences: what is not as the plan says."""
        self.ensure_one()
        currency, texts = self.currency_id, []
        lines = self.item_ids.line_id.sudo()  # branch items: read only
        free = self._free_amounts(lines, self | self.previous_id)
        came = self._money_since_offer()
        for item in self.item_ids:
            line = item.line_id.sudo()  # dito
            if not line or line.parent_state != "posted":
                texts.append(
                    self.env._(
                        "%(item)s is not posted any more.", item=item.item_name or item.display_name
                    )
                )
            elif line.partner_id.commercial_partner_id != self.partner_id:
                texts.append(self.env._("%(item)s is of another debtor now.", item=item.item_name))
            elif line.id not in free:
                texts.append(
                    self.env._(
                        "%(item)s is on %(plan)s already.",
                        item=item.item_name,
                        plan=self._other_plan(line).name or self.env._("another plan"),
                    )
                )
            elif currency.compare_amounts(item.amount, free[line.id] + came.get(line.id, 0)) > 0:
                texts.append(
                    self.env._(
                        "Of %(item)s %(free)s can be on a plan, not %(amount)s: the rest is paid, "
                        "credited, disputed or withheld.",
                        item=item.item_name,
                        free=currency.format(free[line.id]),
                        amount=currency.format(item.amount),
                    )
                )
        return texts

    def _other_plan(self, line):
        # sudo: its number is named also to who may not see it
        items = self.env["ar.collection.plan.item"].sudo()
        return items.search(
            [("line_id", "=", line.id), ("live", "=", True), ("plan_id", "!=", self.id)], limit=1
        ).plan_id

    def _money_since_offer(self):
        """Money matched with the items since the offer: dict item id -> amount."""
        if self.state in ("draft", "to_approve"):
            return {}
        came = {}
        baselines = dict.fromkeys(self.item_ids.line_id.ids, self.baseline)
        for row in self.env["ar.collection.promise"]._allocations_since(baselines):
            if row["cash"]:
                came[row["item"]] = came.get(row["item"], 0) + float(row["amount"])
        return came

    # === WARNINGS === #
    @api.depends("state", "item_ids.amount", "collection_id", "settlement_amount", "line_ids")
    def _compute_warning(self):
        for plan in self:
            plan.warning = " ".join(plan._warnings()) or False

    def _warnings(self):
        """Hook: sentences to think of."""
        self.ensure_one()
        if self.state in ("draft", "to_approve", "offered") and self._origin and self.item_ids:
            return self._item_problems()
        if self.state == "active" and (money := self._money_on_account()):
            return [
                self.env._(
                    "%(amount)s of the debtor is matched with nothing. If it is for this plan, "
                    "match it with the items of the plan.",
                    amount=self.currency_id.format(money),
                )
            ]
        return []

    def _money_on_account(self):
        """Unapplied credits of the debtor in the currency of the plan, positive."""
        rows = self.env["account.move.line"]._read_group(
            [
                *self.collection_id._open_items_domain(),
                ("currency_id", "=", self.currency_id.id),
                ("amount_residual", "<", 0),
            ],
            [],
            ["amount_residual_currency:sum"],
        )
        return -(rows[0][0] or 0)


class ArCollectionPlanItem(models.Model):
    _inherit = "ar.collection.plan.item"

    @api.onchange("line_id")
    def _onchange_line(self):
        if self.line_id and not self.amount:
            free = self.plan_id._free_amounts(self.line_id, self.plan_id._origin)
            self.amount = free.get(self.line_id.id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        """Without an amount: what is free of the item."""
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            if not vals.get("amount") and vals.get("line_id"):
                line = self.env["account.move.line"].browse(vals["line_id"])
                plan = self.env["ar.collection.plan"].browse(vals.get("plan_id"))
                vals["amount"] = plan._free_amounts(line, plan).get(line.id, 0)
        return super().create(vals_list)
