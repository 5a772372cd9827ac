from odoo import api, fields, models
from odoo.exceptions import UserError

from .ar_collection_month_end import CHECKS


class ArCollectionMonthEndLine(models.Model):
    """One thing to look at before a month is closed: in order, or ticked by somebody."""

    _name = "ar.collection.month.end.line"
    _description = "Check of a Month End"
    _order = "month_end_id, sequence, id"
    _rec_name = "name"

    month_end_id = fields.Many2one(
        "ar.collection.month.end", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="month_end_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="month_end_id.currency_id")
    state = fields.Selection(related="month_end_id.state")
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(CHECKS, required=True, readonly=True)
    name = fields.Char(string="Check", compute="_compute_name")
    count = fields.Integer(string="Number", readonly=True)
    amount = fields.Monetary(readonly=True)
    ok = fields.Boolean(
        string="In order", compute="_compute_ok", store=True, help="There is nothing to look at."
    )
    done = fields.Boolean(
        string="Looked at", help="Somebody has looked at it, and it may stay as it is."
    )
    note = fields.Char(string="Why it may stay")
    done_by_id = fields.Many2one("res.users", string="Looked at by", readonly=True)
    done_on = fields.Datetime(string="Looked at on", readonly=True)

    _kind_uniq = models.UniqueIndex("(month_end_id, kind)")

    @api.depends("kind")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            line.name = labels[line.kind]

    @api.depends("count", "amount")
    def _compute_ok(self):
        for line in self:
            line.ok = not line.count and not line.amount

    def write(self, vals):
        if not self.env.su:
            if set(vals) - {"done", "note"}:
                raise UserError(self.env._("Figures of a month are looked up, not written."))
            self.month_end_id._check_open()
            if "done" in vals:
                vals = {
                    **vals,
                    "done_by_id": self.env.uid if vals["done"] else False,
                    "done_on": fields.Datetime.now() if vals["done"] else False,
                }
        return super().write(vals)

    def action_tick(self):
        """Say that somebody has looked at it, or take that back."""
        self.check_access("write")
        for line in self:
            line.write({"done": not line.done})
        return True

    def action_open(self):
        """The records behind the check."""
        self.ensure_one()
        self.check_access("read")
        return getattr(self.month_end_id, f"_open_{self.kind}")()

    def _found(self, vals):
        """Keep what was found now; other figures than those somebody ticked are to be looked
        at again."""
        self.ensure_one()
        same = self.count == vals["count"] and not self.currency_id.compare_amounts(
            self.amount, vals["amount"]
        )
        untick = {} if same else {"done": False, "done_by_id": False, "done_on": False}
        self.write({**vals, **untick})
