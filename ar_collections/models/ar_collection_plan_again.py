from odoo import Command, fields, models
from odoo.exceptions import UserError


class ArCollectionPlan(models.Model):
    """A new version of a plan that runs, and a new plan for what a defaulted one left open.

    What was agreed is never changed: a new version is another plan with its own agreement, and
    ends the one before when it is accepted; until then that one counts.
    """

    _inherit = "ar.collection.plan"

    version = fields.Integer(readonly=True, default=1, copy=False)
    previous_id = fields.Many2one(
        "ar.collection.plan",
        string="Version before",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    version_ids = fields.One2many("ar.collection.plan", "previous_id", string="Later versions")
    replan_of_id = fields.Many2one(
        "ar.collection.plan",
        string="Instead of the defaulted plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    again_ids = fields.One2many("ar.collection.plan", "replan_of_id", string="Planned again")

    # === ACTIONS === #
    def action_new_version(self):
        """Make a draft that replaces this active plan when it is accepted.

        :raises UserError: the plan does not run, or a later version is on its way.
        :return: the form of the draft.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "active":
            raise UserError(
                self.env._(
                    "%(plan)s does not run; only a plan that runs gets a new version.",
                    plan=self.display_name,
                )
            )
        if later := self.version_ids.filtered(lambda plan: plan.state != "cancelled")[:1]:
            return later._form()
        return self._again({"previous_id": self.id, "version": self.version + 1})._form()

    def action_replan(self):
        """Make a draft for what this defaulted plan left open.

        :raises UserError: it did not default, or nothing of its items is open.
        :return: the form of the draft.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "defaulted":
            raise UserError(
                self.env._(
                    "%(plan)s did not default. A plan that runs gets a new version instead.",
                    plan=self.display_name,
                )
            )
        later = self.again_ids.filtered(lambda plan: plan.state not in ("cancelled", "defaulted"))
        if later:
            return later[:1]._form()
        return self._again({"replan_of_id": self.id})._form()

    def _form(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # === BUSINESS === #
    def _again(self, vals):
        """A draft like this one, for what is left of its items."""
        items = self._left_items()
        if not items:
            raise UserError(
                self.env._(
                    "Nothing of the items of %(plan)s is open and free for another plan.",
                    plan=self.display_name,
                )
            )
        self.check_access("create")
        left = self.line_ids.filtered(lambda line: line.state not in ("paid", "credited"))
        kind = self.kind if self.kind != "settlement" or vals.get("previous_id") else "instalments"
        # sudo: which plan it replaces is noted by this action only
        plan = self.sudo().create(
            {
                "collection_id": self.collection_id.id,
                "currency_id": self.currency_id.id,
                "kind": kind,
                "user_id": self.env.uid,
                "method": "equal" if self.method == "custom" else self.method,
                "number": max(len(left), 1),
                "amount_each": self.amount_each,
                "interval": self.interval,
                "month_day": self.month_day,
                "shift": self.shift,
                "interest_rate": self.interest_rate,
                "settlement_amount": self.open_amount if kind == "settlement" else 0,
                "first_date": self._first_date_again(left),
                "item_ids": [Command.create(item) for item in items],
                **vals,
            }
        )
        return plan.sudo(False)

    def _first_date_again(self, left):
        """The next instalment's day if it is ahead, else that of a new offer."""
        today = self.company_id._ar_today()
        dates = [line.date for line in left if line.date > today]
        return min(dates, default=self._default_first_date(self.company_id))

    def _left_items(self):
        """Values of the items with what is left of the plan of each."""
        lines = self.item_ids.line_id.sudo()  # branch items: read only
        posted = lines.filtered(lambda line: line.parent_state == "posted")
        free = self._free_amounts(posted, self)
        result = []
        for item in self.item_ids:
            amount = min(free.get(item.line_id.id, 0), item.amount - item.paid)
            if self.currency_id.compare_amounts(amount, 0) > 0:
                result.append({"line_id": item.line_id.id, "amount": amount})
        return result
