from odoo import api, fields, models
from odoo.exceptions import UserError


class ArCollectionCallResult(models.Model):
    _inherit = "ar.collection.call.result"

    outcome = fields.Selection(
        selection_add=[("plan", "Draft a payment plan of the items talked about")],
        ondelete={"plan": "set null"},
    )


class ArCollectionCall(models.Model):
    """Who cannot pay gets a plan: the call leaves a draft to be offered."""

    _inherit = "ar.collection.call"

    def action_save_plan(self):
        """The call is saved; go on with its plan: the one under way, else a draft of the items
        talked about.

        :raises UserError: nothing of the debtor is open.
        """
        self.ensure_one()
        self.check_access("read")
        self._outcome_plan()
        plan = self._plan_underway()
        if not plan:
            raise UserError(
                self.env._(
                    "Nothing of %(debtor)s is open that could be planned.",
                    debtor=self.collection_id.display_name,
                )
            )
        return plan._window(plan.display_name)

    def _outcome_plan(self):
        if not self._plans_on() or self._plan_underway():
            return
        plans = self.env["ar.collection.plan"]
        account = self.collection_id
        items = self.line_ids.filtered(lambda line: line.amount_residual > 0)
        currency = items.currency_id[:1] or account._promise_currency()
        items = items.filtered(lambda line: line.currency_id == currency)
        rows = plans._propose_items(account, currency, items)
        if rows:
            plans.create(
                {
                    "collection_id": account.id,
                    "currency_id": currency.id,
                    "item_ids": [(0, 0, row) for row in rows],
                    "note": self.note,
                }
            )

    def _text_plan(self):
        if not self._plans_on():
            return ""
        if plan := self._plan_underway():
            return self.env._("%(plan)s is there already.", plan=plan.display_name)
        return self.env._("A draft of a payment plan is made; please complete and offer it.")

    def _plans_on(self):
        return self.env.user.has_group("ar_collections.group_ar_collection_plans")

    def _plan_underway(self):
        """A draft or an offer of the debtor."""
        return self.collection_id.plan_ids.filtered(
            lambda plan: plan.state in ("draft", "to_approve", "offered")
        )[:1]


class ArCollection(models.Model):
    _inherit = "ar.collection"

    plan_count = fields.Integer(string="Number of plans", compute="_compute_plan_count")

    @api.depends("plan_ids")
    def _compute_plan_count(self):
        counts = dict(
            self.env["ar.collection.plan"]._read_group(
                [("collection_id", "in", self.ids)], ["collection_id"], ["__count"]
            )
        )
        for account in self:
            account.plan_count = counts.get(account._origin, 0)

    def action_open_plans(self):
        """The plans of the debtor."""
        self.ensure_one()
        self.check_access("read")
        return self.plan_ids._window(self.env._("Plans of %(name)s", name=self.display_name))


class ArCollectionPlan(models.Model):
    _inherit = "ar.collection.plan"

    def _window(self, name):
        """The window of these plans: the one, or a list."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_plan_action"
        )
        action |= {"name": name, "context": {}, "domain": [("id", "in", self.ids)]}
        if len(self) == 1:
            return {**action, "views": [(False, "form")], "res_id": self.id}
        return {**action, "views": [(False, "list"), (False, "kanban"), (False, "form")]}


class AccountMove(models.Model):
    _inherit = "account.move"

    ar_plan_count = fields.Integer(
        string="Payment plans",
        compute="_compute_ar_plan_count",
        groups="ar_collections.group_ar_collection_user,"
        "ar_collections.group_ar_collection_readonly",
    )

    def _compute_ar_plan_count(self):
        counts = {}
        for item, number in self.env["ar.collection.plan.item"]._read_group(
            [("line_id.move_id", "in", self.ids)], ["line_id"], ["plan_id:count_distinct"]
        ):
            counts[item.move_id] = counts.get(item.move_id, 0) + number
        for move in self:
            move.ar_plan_count = counts.get(move._origin, 0)

    def action_ar_plan(self):
        """Open the builder for the open items of these invoices.

        :raises UserError: nothing of them is open.
        """
        self.check_access("read")
        items = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and line.amount_residual > 0
        )
        if not items:
            raise UserError(
                self.env._(
                    "%(invoice)s has nothing open that could be planned.",
                    invoice=self[:1].display_name,
                )
            )
        return items.action_ar_plan()

    def action_open_ar_plans(self):
        """The plans of this invoice."""
        self.ensure_one()
        self.check_access("read")
        items = self.env["ar.collection.plan.item"].search([("line_id.move_id", "=", self.id)])
        return items.plan_id._window(self.env._("Plans of %(name)s", name=self.display_name))


class ResPartner(models.Model):
    _inherit = "res.partner"

    ar_plan_count = fields.Integer(
        string="Payment plans",
        compute="_compute_ar_plan_count",
        groups="ar_collections.group_ar_collection_user,"
        "ar_collections.group_ar_collection_readonly",
    )

    def _compute_ar_plan_count(self):
        counts = {}
        for account, number in self.env["ar.collection.plan"]._read_group(
            [("collection_id.partner_id", "in", self.commercial_partner_id.ids)],
            ["collection_id"],
            ["__count"],
        ):
            counts[account.partner_id] = counts.get(account.partner_id, 0) + number
        for partner in self:
            partner.ar_plan_count = counts.get(partner.commercial_partner_id, 0)

    def action_open_ar_plans(self):
        """The plans of this customer."""
        self.ensure_one()
        self.check_access("read")
        plans = self.env["ar.collection.plan"].search(
            [("collection_id.partner_id", "=", self.commercial_partner_id.id)]
        )
        return plans._window(self.env._("Plans of %(name)s", name=self.display_name))
